package mailread

import (
	"bytes"
	"strings"
)

// A Header is the fields of a mail or part in their order.
type Header struct {
	Fields []Field
}

// A Field is one header field.
type Field struct {
	Name  string // as written
	Value []byte // unfolded, trimmed, not decoded
	Raw   []byte // the whole field as it came, without the last line end
}

// All returns the fields called name, in any case.
func (h Header) All(name string) []Field {
	var fields []Field
	for _, f := range h.Fields {
		if strings.EqualFold(f.Name, name) {
			fields = append(fields, f)
		}
	}
	return fields
}

// First returns the first field called name.
func (h Header) First(name string) (Field, bool) {
	for _, f := range h.Fields {
		if strings.EqualFold(f.Name, name) {
			return f, true
		}
	}
	return Field{}, false
}

// Text returns the first field called name, decoded to UTF-8; "" if there is none.
func (h Header) Text(name string) string {
	f, ok := h.First(name)
	if !ok {
		return ""
	}
	return f.Text()
}

// Text returns the value as a person reads it: charset and encoded words
// (RFC 2047) decoded, line breaks gone.
func (f Field) Text() string { return strings.TrimSpace(decodeWords(f.text())) }

// text returns the value in UTF-8 with its encoded words left as they are.
func (f Field) text() string {
	for _, c := range f.Value {
		if c >= 0x80 || c == 0x1b {
			s, _ := decodeCharset(f.Value, "")
			return s
		}
	}
	return string(f.Value)
}

// splitHeader splits data into header and body. Lines may end in CRLF, LF, CR
// or CR CR LF. A line that is no field is taken as the rest of the line before
// if fields follow it, and as the start of the body if none does.
func (r *reader) splitHeader(data []byte) (Header, []byte) {
	lines, body := r.headerLines(data)
	end := 0 // the lines that belong to the header
	for i, l := range lines {
		if isField(l) {
			end = i + 1
		}
	}
	for end > 0 && end < len(lines) && isFold(lines[end]) {
		end++
	}
	if end < len(lines) {
		r.note(NoteBrokenHeader)
		body = data[cap(data)-cap(lines[end]):]
	}
	var h Header
	for _, l := range lines[:end] {
		switch n := len(h.Fields); {
		case isField(l):
			name := l[:bytes.IndexByte(l, ':')]
			h.Fields = append(h.Fields, Field{Name: strings.TrimRight(string(name), " \t"), Raw: l})
		case n == 0:
			r.note(NoteBrokenHeader)
		default:
			if !isFold(l) {
				r.note(NoteBrokenHeader)
			}
			h.Fields[n-1].Raw = span(h.Fields[n-1].Raw, l)
		}
	}
	for i := range h.Fields {
		f := &h.Fields[i]
		f.Value = unfold(f.Raw[bytes.IndexByte(f.Raw, ':')+1:])
		if bytes.IndexByte(f.Value, 0) >= 0 {
			r.note(NoteNUL)
		}
	}
	return h, body
}

// isFold reports whether the line goes on with the field before it.
func isFold(l []byte) bool { return l[0] == ' ' || l[0] == '\t' }

// headerLines returns the lines up to the first empty one, within the limits,
// and what follows it. The lines share data's memory.
func (r *reader) headerLines(data []byte) (lines [][]byte, body []byte) {
	pos := 0
	for pos < len(data) {
		line, next := cutLine(data[pos:])
		if next > len(line) && line != nil && data[pos+next-1] == '\r' {
			r.note(NoteBareCR)
		}
		blank := len(bytes.Trim(line, " \t\r")) == 0
		if blank && (len(line) == 0 || !continues(data[pos+next:])) {
			return lines, data[pos+next:]
		}
		switch {
		case blank:
		case len(lines) >= MaxHeaderLines:
			r.note(NoteHeaderLines)
		case pos > MaxHeaderBytes:
			r.note(NoteHeaderBytes)
		default:
			if pos+len(line) > MaxHeaderBytes {
				r.note(NoteHeaderBytes)
				line = line[:MaxHeaderBytes-pos]
			}
			if len(line) > 0 {
				lines = append(lines, line)
			}
		}
		pos += next
	}
	return lines, nil
}

// continues reports whether a header goes on after a line of blanks.
func continues(rest []byte) bool {
	l := firstLine(rest)
	return isField(l) || len(bytes.TrimSpace(l)) > 0 && isFold(l)
}

// span returns the bytes from the start of a to the end of b, which lies
// behind a in the same memory.
func span(a, b []byte) []byte {
	return a[:cap(a)-cap(b)+len(b)]
}

func firstLine(data []byte) []byte {
	l, _ := cutLine(data)
	return l
}

// cutLine returns the first line without its end, and where the next begins.
func cutLine(data []byte) (line []byte, next int) {
	i := bytes.IndexAny(data, "\r\n")
	if i < 0 {
		return data, len(data)
	}
	next = i
	for next < len(data) && data[next] == '\r' {
		next++
	}
	if next < len(data) && data[next] == '\n' {
		return data[:i], next + 1
	}
	return data[:i], i + 1
}

// isField reports whether a line begins with a field name and a colon.
func isField(l []byte) bool {
	colon := bytes.IndexByte(l[:min(len(l), 200)], ':')
	if colon <= 0 {
		return false
	}
	name := bytes.TrimRight(l[:colon], " \t")
	for _, c := range name {
		if c <= ' ' || c >= 0x7f {
			return false
		}
	}
	return len(name) > 0
}

// unfold joins folded lines. A fold between two encoded words needs no space,
// since decodeWords drops it.
func unfold(v []byte) []byte {
	if bytes.IndexByte(v, '\n') < 0 && bytes.IndexByte(v, '\r') < 0 {
		return bytes.TrimSpace(v)
	}
	out := make([]byte, 0, len(v))
	for _, c := range v {
		if c != '\n' && c != '\r' {
			out = append(out, c)
		}
	}
	return bytes.TrimSpace(out)
}
