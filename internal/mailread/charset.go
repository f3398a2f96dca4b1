package mailread

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/encoding/japanese"
)

// The names under which Japanese mailers declare the four encodings.
var aliases = map[string]string{
	"utf8": "utf-8", "x-utf-8": "utf-8", "unicode-1-1-utf-8": "utf-8", "utf-8-mac": "utf-8", "cp65001": "utf-8",
	"iso-2022-jp-ms": "iso-2022-jp", "iso-2022-jp-1": "iso-2022-jp", "iso-2022-jp-2": "iso-2022-jp",
	"iso-2022-jp-3": "iso-2022-jp", "iso-2022-jp-2004": "iso-2022-jp", "cp50220": "iso-2022-jp",
	"cp50221": "iso-2022-jp", "cp50222": "iso-2022-jp", "csiso2022jp": "iso-2022-jp", "jis": "iso-2022-jp",
	"iso2022jp": "iso-2022-jp", "iso-2022jp": "iso-2022-jp", "x-iso-2022-jp": "iso-2022-jp", "jis_encoding": "iso-2022-jp",
	"sjis": "shift_jis", "x-sjis": "shift_jis", "shift-jis": "shift_jis", "shiftjis": "shift_jis", "ms932": "shift_jis",
	"cp932": "shift_jis", "windows-31j": "shift_jis", "cswindows31j": "shift_jis", "ms_kanji": "shift_jis", "x-ms-cp932": "shift_jis",
	"windows-932": "shift_jis", "csshiftjis": "shift_jis", "shift_jis-2004": "shift_jis", "shift_jisx0213": "shift_jis",
	"eucjp": "euc-jp", "x-euc-jp": "euc-jp", "x-euc": "euc-jp", "ujis": "euc-jp", "cp51932": "euc-jp", "eucjp-ms": "euc-jp",
	"eucjp-win": "euc-jp", "euc_jp": "euc-jp", "cseucpkdfmtjapanese": "euc-jp", "euc-jis-2004": "euc-jp",
}

// decodeCharset decodes b, which was declared as label. If it does not fit,
// the bytes themselves are the evidence; guessed then is true. The result is
// valid UTF-8; what no encoding explains is U+FFFD.
func decodeCharset(b []byte, label string) (text string, guessed bool) {
	label = strings.ToLower(strings.Trim(strings.TrimSpace(label), `"'`))
	if i := strings.IndexByte(label, '*'); i >= 0 {
		label = label[:i] // a language (RFC 2231)
	}
	if a, ok := aliases[label]; ok {
		label = a
	}
	if isASCII(b) && label != "utf-7" && label != "hz-gb-2312" && !strings.HasPrefix(label, "utf-16") {
		return string(b), false
	}
	evident := guess(b)
	switch label {
	case "utf-8", "iso-2022-jp", "shift_jis", "euc-jp":
		if label == evident || label != "iso-2022-jp" && evident != "iso-2022-jp" && fits(b, label) {
			return decodeJapanese(b, label), false
		}
		return decodeJapanese(b, evident), true
	case "", "us-ascii", "ascii", "unknown", "unknown-8bit", "x-unknown", "default", "binary", "iso-8859-1", "latin1", "windows-1252":
		if evident == "" {
			return decodeWith(charmap.Windows1252, b), false
		}
		return decodeJapanese(b, evident), label != ""
	case "utf-7", "unicode-1-1-utf-7":
		return decodeUTF7(b), false
	}
	e, err := htmlindex.Get(label)
	if err != nil {
		e, err = ianaindex.MIME.Encoding(label)
	}
	if err != nil || e == nil {
		return decodeJapanese(b, evident), true
	}
	return decodeWith(e, b), false
}

func isASCII(b []byte) bool {
	for _, c := range b {
		if c >= 0x80 || c == 0x1b {
			return false
		}
	}
	return true
}

func decodeWith(e encoding.Encoding, b []byte) string {
	s, err := e.NewDecoder().Bytes(b)
	if err != nil {
		return strings.ToValidUTF8(string(b), "\ufffd")
	}
	return string(s)
}

func decodeJapanese(b []byte, label string) string {
	switch label {
	case "iso-2022-jp":
		return decodeJIS(b)
	case "shift_jis":
		return decodeWith(japanese.ShiftJIS, b)
	case "euc-jp":
		return decodeWith(japanese.EUCJP, b)
	case "utf-8":
		return strings.ToValidUTF8(string(b), "\ufffd")
	}
	return decodeWith(charmap.Windows1252, b)
}

// fits reports whether b is free of errors in the encoding.
func fits(b []byte, label string) bool {
	switch label {
	case "utf-8":
		return utf8.Valid(b)
	case "shift_jis":
		errors, _, _ := countShiftJIS(b)
		return errors == 0
	case "euc-jp":
		errors, _ := countEUC(b)
		return errors == 0
	}
	return false
}

// guess returns the encoding that b is in by its bytes; "" if it looks like
// none of the Japanese ones.
func guess(b []byte) string {
	if i := bytes.IndexByte(b, 0x1b); i >= 0 && i+1 < len(b) && (b[i+1] == '$' || b[i+1] == '(') {
		return "iso-2022-jp"
	}
	if utf8.Valid(b) {
		return "utf-8"
	}
	high, broken := 0, 0
	for i := 0; i < len(b); {
		if b[i] < 0x80 {
			i++
			continue
		}
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			broken++
		}
		high++
		i += n
	}
	if broken*10 <= high { // cut in the middle, or one stray byte
		return "utf-8"
	}
	sErr, sHalf, sKana := countShiftJIS(b)
	eErr, eKana := countEUC(b)
	s, e := sErr*20+sHalf*3-sKana*4, eErr*20-eKana*4
	if min(sErr, eErr)*4 > high {
		return ""
	}
	if e < s {
		return "euc-jp"
	}
	return "shift_jis"
}

// countShiftJIS counts errors, halfwidth kana and full kana.
func countShiftJIS(b []byte) (errors, half, kana int) {
	for i := 0; i < len(b); i++ {
		c := b[i]
		switch {
		case c < 0x80:
		case c >= 0xa1 && c <= 0xdf:
			half++
		case c >= 0x81 && c <= 0xfc && c != 0xa0:
			if i+1 >= len(b) || b[i+1] < 0x40 || b[i+1] == 0x7f || b[i+1] > 0xfc {
				errors++
				continue
			}
			i++
			if c == 0x82 && b[i] >= 0x9f && b[i] <= 0xf1 || c == 0x83 && b[i] <= 0x96 {
				kana++
			}
		default:
			errors++
		}
	}
	return errors, half, kana
}

// countEUC counts errors and kana.
func countEUC(b []byte) (errors, kana int) {
	for i := 0; i < len(b); i++ {
		c, need := b[i], 1
		switch {
		case c < 0x80:
			continue
		case c == 0x8f:
			need = 2
		case c == 0x8e || c >= 0xa1 && c <= 0xfe:
		default:
			errors++
			continue
		}
		ok := i+need < len(b)
		for k := 1; ok && k <= need; k++ {
			ok = b[i+k] >= 0xa1
		}
		if !ok {
			errors++
			continue
		}
		if c == 0xa4 || c == 0xa5 {
			kana++
		}
		i += need
	}
	return errors, kana
}

// Decode returns b, declared to be in the charset label, as UTF-8. A label
// that does not fit, or none, leaves it to the bytes themselves.
func Decode(b []byte, label string) string {
	text, _ := decodeCharset(b, label)
	return text
}

// ToShiftJIS returns s in Shift_JIS as old Japanese programs write it, or s
// itself if it has no such form.
func ToShiftJIS(s string) string {
	if isASCII([]byte(s)) {
		return s
	}
	out, err := japanese.ShiftJIS.NewEncoder().String(s)
	if err != nil {
		return s
	}
	return out
}
