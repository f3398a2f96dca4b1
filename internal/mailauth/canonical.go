package mailauth

import (
	"bytes"
	"errors"
	"regexp"
	"strings"
)

// A rawField is a header field as it came, with its final CRLF.
type rawField struct {
	name string
	raw  []byte
}

// value returns what stands behind the colon.
func (f rawField) value() string {
	return string(f.raw[bytes.IndexByte(f.raw, ':')+1:])
}

// normalize gives every line of a mail the end CRLF, and the header an end.
func normalize(raw []byte) []byte {
	out := normalizeLines(raw)
	if !bytes.Contains(out, []byte("\r\n\r\n")) && !bytes.HasPrefix(out, []byte("\r\n")) {
		if !bytes.HasSuffix(out, []byte("\r\n")) {
			out = append(out, '\r', '\n')
		}
		out = append(out, '\r', '\n')
	}
	return out
}

func normalizeLines(raw []byte) []byte {
	out := make([]byte, 0, len(raw)+len(raw)/32+4)
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; c {
		case '\r':
			out = append(out, '\r', '\n')
			if i+1 < len(raw) && raw[i+1] == '\n' {
				i++
			}
		case '\n':
			out = append(out, '\r', '\n')
		default:
			out = append(out, c)
		}
	}
	return out
}

// maxFields bounds the header that signatures are verified over.
const maxFields = 2000

// splitRaw splits a mail with CRLF line ends into fields and body.
func splitRaw(crlf []byte) (fields []rawField, body []byte) {
	for len(crlf) > 0 && len(fields) < maxFields {
		i := bytes.Index(crlf, []byte("\r\n"))
		if i < 0 {
			i = len(crlf) - 2
		}
		line := crlf[:i+2]
		crlf = crlf[i+2:]
		switch {
		case i == 0:
			return fields, crlf
		case line[0] == ' ' || line[0] == '\t':
			if n := len(fields); n > 0 {
				fields[n-1].raw = fields[n-1].raw[:len(fields[n-1].raw)+len(line)]
			}
		case bytes.IndexByte(line, ':') > 0:
			name := strings.TrimRight(string(line[:bytes.IndexByte(line, ':')]), " \t")
			fields = append(fields, rawField{name, line})
		}
	}
	return fields, nil
}

var errTags = errors.New("malformed tag list")

var tagName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*$`)

// parseTags parses a tag list (RFC 6376, 3.2). What was read is returned even
// with an error.
func parseTags(s string) (map[string]string, error) {
	tags := map[string]string{}
	specs := strings.Split(strings.TrimSpace(s), ";")
	if len(specs) > 1 && strings.TrimSpace(specs[len(specs)-1]) == "" {
		specs = specs[:len(specs)-1]
	}
	for _, spec := range specs {
		name, value, ok := strings.Cut(spec, "=")
		name = strings.TrimSpace(name)
		if !ok || !tagName.MatchString(name) {
			return tags, errTags
		}
		if _, twice := tags[name]; twice {
			return tags, errTags
		}
		tags[name] = strings.TrimSpace(value)
	}
	return tags, nil
}

// noSpace removes the white space that folding may leave inside a value.
func noSpace(s string) string { return strings.Join(strings.Fields(s), "") }

// relaxedField is the relaxed header canonicalization (RFC 6376, 3.4.2).
func relaxedField(raw []byte) []byte {
	name, value, _ := bytes.Cut(raw, []byte(":"))
	out := append(bytes.ToLower(bytes.TrimSpace(name)), ':')
	out = append(out, bytes.Join(bytes.FieldsFunc(value, func(r rune) bool {
		return r == ' ' || r == '\t' || r == '\r' || r == '\n'
	}), []byte(" "))...)
	return append(out, '\r', '\n')
}

// canonicalBody canonicalizes a body with CRLF line ends (RFC 6376, 3.4.3 and 3.4.4).
func canonicalBody(body []byte, relaxed bool) []byte {
	out := make([]byte, 0, len(body)+2)
	for len(body) > 0 {
		line := body
		if i := bytes.Index(body, []byte("\r\n")); i >= 0 {
			line, body = body[:i], body[i+2:]
		} else {
			body = nil
		}
		if relaxed {
			line = bytes.TrimRight(line, " \t")
			blank := false
			for _, c := range line {
				if c == ' ' || c == '\t' {
					blank = true
					continue
				}
				if blank {
					out = append(out, ' ')
				}
				blank = false
				out = append(out, c)
			}
		} else {
			out = append(out, line...)
		}
		out = append(out, '\r', '\n')
	}
	for bytes.HasSuffix(out, []byte("\r\n\r\n")) {
		out = out[:len(out)-2]
	}
	if bytes.Equal(out, []byte("\r\n")) {
		out = out[:0]
	}
	if len(out) == 0 && !relaxed {
		return []byte("\r\n")
	}
	return out
}

var signatureValue = regexp.MustCompile(`((?:^|;)[ \t\r\n]*b[ \t\r\n]*=)[^;]*`)

// withoutSignature empties the b= tag of a signature field.
func withoutSignature(raw []byte) []byte {
	name, value, _ := bytes.Cut(raw, []byte(":"))
	out := append(bytes.Clone(name), ':')
	return append(out, signatureValue.ReplaceAll(value, []byte("$1"))...)
}
