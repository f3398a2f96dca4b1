package mailread

import (
	"bytes"
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// params holds the parameters of a Content-Type or Content-Disposition.
type params struct {
	value string // before the first semicolon, lower case
	list  []param
}

type param struct{ name, value string }

// readParams splits a field. Its raw charset is decoded first, so that a byte
// of a Japanese character is never taken for a quote or a backslash.
func readParams(f Field) params {
	s := f.text()
	head, rest, _ := strings.Cut(s, ";")
	p := params{value: strings.ToLower(strings.Trim(strings.TrimSpace(head), `"'`))}
	if i := strings.IndexAny(p.value, " \t("); i > 0 {
		p.value = p.value[:i]
	}
	for rest != "" && len(p.list) < 1000 {
		rest = strings.TrimLeft(rest, "; \t\r\n")
		eq := strings.IndexAny(rest, "=;")
		if eq < 0 {
			break
		}
		if rest[eq] == ';' {
			rest = rest[eq:]
			continue
		}
		name := strings.ToLower(strings.TrimSpace(rest[:eq]))
		var value string
		value, rest = cutValue(strings.TrimLeft(rest[eq+1:], " \t\r\n"))
		p.list = append(p.list, param{name, value})
	}
	return p
}

// cutValue cuts a parameter's value, quoted or not, off s.
func cutValue(s string) (value, rest string) {
	if !strings.HasPrefix(s, `"`) {
		i := strings.IndexByte(s, ';')
		if i < 0 {
			i = len(s)
		}
		value, rest = strings.TrimSpace(s[:i]), s[i:]
		return value, rest
	}
	var out strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '"':
			return out.String(), s[i+1:]
		case s[i] == '\\' && i+1 < len(s) && (s[i+1] == '"' || s[i+1] == '\\'):
			out.WriteByte(s[i+1])
			i++
		default:
			out.WriteByte(s[i])
		}
	}
	value, rest, _ = strings.Cut(out.String(), ";") // the closing quote is missing
	return strings.TrimSpace(value), rest
}

// get returns the first parameter called name, as written.
func (p params) get(name string) string {
	for _, q := range p.list {
		if q.name == name {
			return q.value
		}
	}
	return ""
}

// texts returns every value that the parameter called name has when decoded:
// RFC 2231 with its pieces joined as bytes, then plain values with encoded
// words. Mailers mix all of them.
func (p params) texts(name string) []string {
	var pieces []piece
	var plain []string
	for _, q := range p.list {
		base, n, extended, ok := splitParamName(q.name)
		switch {
		case !ok || base != name:
		case n < 0 && !extended:
			plain = append(plain, decodeWords(q.value))
		default:
			pieces = append(pieces, piece{n, extended, q.value})
		}
	}
	var out []string
	if len(pieces) > 0 {
		out = append(out, joinPieces(pieces))
	}
	return append(out, plain...)
}

// splitParamName splits "filename*1*" into its parts; n is -1 without a number.
func splitParamName(s string) (base string, n int, extended, ok bool) {
	base, rest, star := strings.Cut(s, "*")
	if !star {
		return base, -1, false, true
	}
	if rest == "" {
		return base, -1, true, true
	}
	rest, extended = strings.CutSuffix(rest, "*")
	n, err := strconv.Atoi(rest)
	return base, n, extended, err == nil && n >= 0
}

// A piece is one part of a continued parameter (RFC 2231).
type piece struct {
	n        int
	extended bool
	value    string
}

func joinPieces(pieces []piece) string {
	slices.SortStableFunc(pieces, func(a, b piece) int { return cmp.Compare(a.n, b.n) })
	var raw []byte
	charset, foreign := "", false
	for i, c := range pieces {
		if !c.extended {
			raw = append(raw, c.value...)
			foreign = foreign || !isASCII([]byte(c.value))
			continue
		}
		v := c.value
		if label, rest, ok := strings.Cut(v, "'"); i == 0 && ok {
			if _, tail, ok := strings.Cut(rest, "'"); ok {
				charset, v = label, tail
			}
		}
		raw = append(raw, percentDecode(v)...)
	}
	if foreign {
		charset = "" // raw pieces are UTF-8 by now
	}
	text, _ := decodeCharset(raw, charset)
	return decodeWords(text)
}

func percentDecode(s string) []byte {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) && unhex(s[i+1]) >= 0 && unhex(s[i+2]) >= 0 {
			out = append(out, byte(unhex(s[i+1])<<4|unhex(s[i+2])))
			i += 2
			continue
		}
		out = append(out, s[i])
	}
	return out
}

// fileNames returns the names that the header gives its part, without folders.
func fileNames(h Header) []string {
	var names []string
	for _, from := range []struct{ field, param string }{
		{"Content-Disposition", "filename"}, {"Content-Type", "name"},
		{"Content-Disposition", "name"}, {"Content-Type", "filename"},
	} {
		for _, f := range h.All(from.field) {
			for _, text := range readParams(f).texts(from.param) {
				if name := cleanName(text); name != "" && !slices.Contains(names, name) {
					names = append(names, name)
				}
			}
		}
	}
	if d := cleanName(h.Text("Content-Description")); len(names) == 0 && strings.Contains(d, ".") {
		names = append(names, d)
	}
	return names
}

// cleanName removes folders, line breaks and control characters. Characters
// that turn the direction of text stay: a rule looks for them.
func cleanName(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, s)
	if i := strings.LastIndexAny(s, `/\`); i >= 0 {
		s = s[i+1:]
	}
	s = strings.TrimSpace(s)
	if len(s) > 1000 {
		s = strings.ToValidUTF8(s[:1000], "")
	}
	return s
}

// boundary returns the multipart's boundary; guessed if the field has none
// and the body shows one.
func boundary(p params, body []byte) (b string, guessed bool) {
	if b = strings.TrimRight(p.get("boundary"), " \t"); b == "" {
		if texts := p.texts("boundary"); len(texts) > 0 {
			b = texts[0]
		}
	}
	if b != "" && hasDelimiter(body, b) {
		return b, false
	}
	candidates := 0
	for rest, lines := body, 0; len(rest) > 0 && lines < 200 && candidates < 4; lines++ {
		line, next := cutLine(rest)
		rest = rest[next:]
		g := string(bytes.TrimRight(line, " \t"))
		if len(g) > 2 && len(g) <= 202 && strings.HasPrefix(g, "--") && strings.TrimLeft(g, "-") != "" {
			if hasDelimiter(rest, g[2:]) {
				return g[2:], true
			}
			candidates++
		}
	}
	return b, b == ""
}
