package ui

import (
	"regexp"
	"strings"
)

// Block is one part of a text that an editor wrote: a heading, a list, or a
// paragraph, whichever is not empty.
type Block struct {
	Heading string
	Items   [][]Span
	Text    []Span
}

// Span is a run of text, which is a link if Href is not empty.
type Span struct {
	Text string
	Href string
}

var address = regexp.MustCompile(`https://[A-Za-z0-9.-]+(?::[0-9]+)?(?:/[!-'*-;=?-~]*)?`)

// Prose reads an editor's text: empty lines part paragraphs, lines that begin
// with "## " are headings, lines that begin with "- " are items of a list, and
// https addresses become links. Everything else is text as it stands.
func Prose(text string) []Block {
	var blocks []Block
	text = strings.ReplaceAll(text, "\r\n", "\n")
	open := false // the last block is a paragraph that goes on
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimRight(line, " \t")
		last := len(blocks) - 1
		switch heading, isHeading := strings.CutPrefix(line, "## "); {
		case line == "":
			open = false
		case isHeading:
			blocks, open = append(blocks, Block{Heading: heading}), false
		case strings.HasPrefix(line, "- "):
			if last < 0 || len(blocks[last].Items) == 0 {
				blocks, last = append(blocks, Block{}), last+1
			}
			blocks[last].Items = append(blocks[last].Items, spans(line[2:]))
			open = false
		case open:
			blocks[last].Text = append(append(blocks[last].Text, Span{Text: "\n"}), spans(line)...)
		default:
			blocks, open = append(blocks, Block{Text: spans(line)}), true
		}
	}
	return blocks
}

// spans parts a line into texts and links.
func spans(line string) []Span {
	var list []Span
	for {
		at := address.FindStringIndex(line)
		if at == nil {
			break
		}
		if at[0] > 0 {
			list = append(list, Span{Text: line[:at[0]]})
		}
		list = append(list, Span{Text: line[at[0]:at[1]], Href: line[at[0]:at[1]]})
		line = line[at[1]:]
	}
	if line != "" {
		list = append(list, Span{Text: line})
	}
	return list
}
