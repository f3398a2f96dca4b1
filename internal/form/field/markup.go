package field

import (
	"net/url"
	"regexp"
	"strings"
)

// A block is a paragraph or a list of an explanation.
type block struct {
	Spans []span
	Items [][]span // of a list
}

// A span is a run of text, a link or a line break.
type span struct {
	Text, Link string
	Break      bool
}

var link = regexp.MustCompile(`\[([^\[\]\n]+)\]\(([^()\s]+)\)`)

// parseBlocks reads the small markup of explanations: an empty line parts
// paragraphs, lines that begin with "- " or "・" are a list, [text](https://…)
// is a link, any other line end is a line break. All else is text.
func parseBlocks(s string) []block {
	var blocks []block
	for _, paragraph := range strings.Split(strings.TrimSpace(s), "\n\n") {
		var b block
		for _, line := range strings.Split(strings.TrimSpace(paragraph), "\n") {
			item, isItem := listItem(line)
			if isItem != (len(b.Items) > 0) && (len(b.Items) > 0 || len(b.Spans) > 0) {
				blocks = append(blocks, b)
				b = block{}
			}
			if isItem {
				b.Items = append(b.Items, parseSpans(item))
				continue
			}
			if len(b.Spans) > 0 {
				b.Spans = append(b.Spans, span{Break: true})
			}
			b.Spans = append(b.Spans, parseSpans(line)...)
		}
		if len(b.Items) > 0 || len(b.Spans) > 0 {
			blocks = append(blocks, b)
		}
	}
	return blocks
}

func listItem(line string) (string, bool) {
	for _, mark := range []string{"- ", "・"} {
		if item, ok := strings.CutPrefix(strings.TrimSpace(line), mark); ok {
			return item, true
		}
	}
	return "", false
}

func parseSpans(s string) []span {
	var spans []span
	for s != "" {
		m := link.FindStringSubmatchIndex(s)
		if m == nil {
			return append(spans, span{Text: s})
		}
		if m[0] > 0 {
			spans = append(spans, span{Text: s[:m[0]]})
		}
		spans = append(spans, linkSpan(s[m[2]:m[3]], s[m[4]:m[5]]))
		s = s[m[1]:]
	}
	return spans
}

// linkSpan is a link, or its text alone where it leads nowhere safe.
func linkSpan(text, to string) span {
	if !safeLink(to) {
		return span{Text: text}
	}
	return span{Text: text, Link: to}
}

func safeLink(to string) bool {
	u, err := url.Parse(to)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil
}

// linkFlaws notes links that do not lead to a web page.
func linkFlaws(setting, s string) []Flaw {
	for _, m := range link.FindAllStringSubmatch(s, -1) {
		if !safeLink(m[2]) {
			return []Flaw{{Setting: setting, Key: "field.def_link"}}
		}
	}
	return nil
}
