package mailread

import (
	"bytes"
	"regexp"
	"strings"

	"golang.org/x/net/html"
)

var metaPattern = regexp.MustCompile(`(?i)<meta[^>]{0,200}charset\s*=\s*["']?([A-Za-z0-9_.:-]{2,40})`)

// metaCharset returns the charset that a page names for itself.
func metaCharset(page []byte) string {
	if m := metaPattern.FindSubmatch(page[:min(len(page), 4096)]); m != nil {
		return string(m[1])
	}
	return ""
}

// hidden are the elements whose text nobody sees.
var hidden = map[string]bool{"script": true, "style": true, "head": true, "title": true, "template": true, "noscript": true, "object": true, "svg": true}

// breaks are the elements that begin a line.
var breaks = map[string]bool{
	"br": true, "p": true, "div": true, "tr": true, "li": true, "h1": true, "h2": true, "h3": true, "h4": true,
	"table": true, "blockquote": true, "hr": true, "ul": true, "ol": true, "pre": true, "dt": true, "dd": true, "section": true, "article": true,
}

// htmlText returns the visible text of a page.
func htmlText(page string) string {
	var out strings.Builder
	z := html.NewTokenizer(strings.NewReader(page))
	inside := "" // the hidden element we are in
	for {
		switch z.Next() {
		case html.ErrorToken:
			return tidy(out.String())
		case html.TextToken:
			if inside == "" {
				out.Write(bytes.ReplaceAll(z.Text(), []byte("\n"), []byte(" ")))
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			name, _ := z.TagName()
			if n := string(name); inside == "" && hidden[n] {
				inside = n
			} else if breaks[n] {
				out.WriteByte('\n')
			} else if n == "td" || n == "th" {
				out.WriteByte(' ')
			}
			if inside == "head" && string(name) == "body" {
				inside = ""
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			if string(name) == inside {
				inside = ""
			}
			if breaks[string(name)] {
				out.WriteByte('\n')
			}
		}
	}
}

// tidy removes doubled blanks and more than one empty line.
func tidy(s string) string {
	var out strings.Builder
	empty := 0
	for line := range strings.SplitSeq(s, "\n") {
		line = strings.Join(strings.Fields(line), " ")
		if line == "" {
			empty++
			continue
		}
		if out.Len() > 0 {
			out.WriteString("\n")
			if empty > 0 {
				out.WriteString("\n")
			}
		}
		empty = 0
		out.WriteString(line)
	}
	return out.String()
}
