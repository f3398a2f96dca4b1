package revisions

import (
	"bytes"
	"slices"

	"madoguchi/internal/signature/pdf"
)

// A span is a run of explained bytes.
type span struct{ start, end int }

// blank tells whether b is only white space and zeros.
func blank(b []byte) bool { return len(bytes.Trim(b, " \t\r\n\x00\f")) == 0 }

// explainBytes checks that every byte after the signed revision belongs to a
// cross-reference section of the chain, to an object that one lists, or is
// white space, a comment, or the end marker of a section. What is not listed
// may still be shown by viewers that repair files.
func (c *comparison) explainBytes() {
	var spans []span
	for _, s := range c.final.SectionsFrom(c.signed.End) {
		if s.Inexact || s.Trailer.Repeated {
			c.forbid("verify.changed_unexplained")
			return
		}
		spans = append(spans, span{s.Start, s.End})
		for n, at := range s.Objects {
			if at.Free || at.Container > 0 || at.Offset < c.signed.End {
				continue
			}
			o, ok := c.objectAt(n, at)
			if !ok {
				c.forbid("verify.changed_unexplained")
				return
			}
			spans = append(spans, o)
		}
	}
	slices.SortFunc(spans, func(a, b span) int { return a.start - b.start })
	spans = slices.Compact(spans)
	pos := c.signed.End
	for _, s := range append(spans, span{c.final.End, c.final.End}) {
		if s.start < pos || !c.filler(pos, s.start) {
			c.forbid("verify.changed_unexplained")
			return
		}
		pos = s.end
	}
}

// objectAt gives the bytes of an object that a section lists; a view of the
// whole file knows only the newest object of a number.
func (c *comparison) objectAt(n int, at pdf.Location) (span, bool) {
	if now, ok := c.final.Locate(n); ok && now == at {
		o, err := c.final.Object(n)
		return span{o.Start, o.End}, err == nil && o.Start >= c.signed.End && !o.Loose && !badStream(o.Value)
	}
	o, err := c.final.ObjectAt(n, at.Offset)
	return span{o.Start, o.End}, err == nil && !o.Loose && !badStream(o.Value)
}

func badStream(v any) bool {
	s, ok := v.(*pdf.Stream)
	return ok && s.BadLength
}

// maxFiller bounds comments between objects, in bytes.
const maxFiller = 1 << 20

// filler tells whether the bytes between spans carry nothing.
func (c *comparison) filler(from, to int) bool {
	b := c.final.File.Data[from:to]
	if len(b) > maxFiller && !blank(b) {
		return false
	}
	for len(b) > 0 {
		line := b
		if i := bytes.IndexAny(b, "\r\n"); i >= 0 {
			line, b = b[:i], b[i+1:]
		} else {
			b = nil
		}
		line = bytes.Trim(line, " \t\x00\f")
		if len(line) == 0 {
			continue
		}
		if line[0] == '%' && harmlessComment(line) {
			continue
		}
		line = bytes.TrimSpace(bytes.TrimPrefix(line, []byte("startxref")))
		if i := bytes.IndexByte(line, '%'); i >= 0 && harmlessComment(line[i:]) {
			line = bytes.TrimSpace(line[:i])
		}
		if len(bytes.Trim(line, "0123456789")) > 0 {
			return false
		}
	}
	return true
}

// harmlessComment tells that a repairing viewer finds no object in a comment.
func harmlessComment(b []byte) bool {
	for _, word := range []string{"obj", "stream", "trailer", "xref"} {
		if bytes.Contains(b, []byte(word)) {
			return false
		}
	}
	return true
}
