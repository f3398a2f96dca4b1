package xmltree

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/unicode"
)

// encodings are those that official XML documents declare beside UTF-8.
var encodings = map[string]encoding.Encoding{
	"shift_jis": japanese.ShiftJIS, "sjis": japanese.ShiftJIS, "windows-31j": japanese.ShiftJIS,
	"euc-jp": japanese.EUCJP, "iso-2022-jp": japanese.ISO2022JP,
	"iso-8859-1": charmap.ISO8859_1, "iso-8859-15": charmap.ISO8859_15, "windows-1252": charmap.Windows1252,
}

// decode gives the text in UTF-8 without a byte order mark.
func decode(data []byte) (string, error) {
	switch {
	case bytes.HasPrefix(data, []byte("\xfe\xff")), bytes.HasPrefix(data, []byte("\xff\xfe")):
		out, err := unicode.UTF16(unicode.BigEndian, unicode.ExpectBOM).NewDecoder().Bytes(data)
		return string(out), err
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		data = data[3:]
	}
	if e, ok := encodings[declaredEncoding(string(data[:min(len(data), 200)]))]; ok {
		out, err := e.NewDecoder().Bytes(data)
		return string(out), err
	}
	if !utf8.Valid(data) {
		return "", fmt.Errorf("%w: encoding", ErrSyntax)
	}
	return string(data), nil
}

// declaredEncoding gives the encoding that an XML declaration names, in small
// letters, or "".
func declaredEncoding(head string) string {
	declaration, _, ok := strings.Cut(head, "?>")
	if !ok || !strings.HasPrefix(declaration, "<?xml") {
		return ""
	}
	_, after, ok := strings.Cut(declaration, "encoding=")
	if !ok || after == "" {
		return ""
	}
	name, _, _ := strings.Cut(after[1:], after[:1])
	return strings.ToLower(name)
}

func normalizeLines(s string) string {
	if !strings.Contains(s, "\r") {
		return s
	}
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
}

// predefined are the only entities there are.
var predefined = map[string]string{"lt": "<", "gt": ">", "amp": "&", "quot": `"`, "apos": "'"}

// expand replaces character references and predefined entities.
func (r *reader) expand(s string) (string, error) {
	if err := checkRunes(s); err != nil {
		return "", err
	}
	if !strings.Contains(s, "&") {
		return s, nil
	}
	var b strings.Builder
	for {
		i := strings.IndexByte(s, '&')
		if i < 0 {
			b.WriteString(s)
			return b.String(), nil
		}
		b.WriteString(s[:i])
		end := strings.IndexByte(s[i:], ';')
		if end < 0 || end > 12 {
			return "", r.fail("entity")
		}
		name := s[i+1 : i+end]
		s = s[i+end+1:]
		if t, ok := predefined[name]; ok {
			b.WriteString(t)
			continue
		}
		c, ok := charReference(name)
		if !ok {
			return "", r.fail("entity")
		}
		b.WriteRune(c)
	}
}

func charReference(name string) (rune, bool) {
	digits, ok := strings.CutPrefix(name, "#")
	if !ok {
		return 0, false
	}
	base := 10
	if hex, ok := strings.CutPrefix(digits, "x"); ok {
		digits, base = hex, 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	return rune(n), err == nil && n <= 0x10ffff && validRune(rune(n))
}

func validRune(c rune) bool {
	return c == '\t' || c == '\n' || c == '\r' || c >= 0x20 && c <= 0xd7ff || c >= 0xe000 && c <= 0xfffd || c >= 0x10000
}

func checkRunes(s string) error {
	for _, c := range s {
		if !validRune(c) {
			return fmt.Errorf("%w: control character", ErrSyntax)
		}
	}
	return nil
}
