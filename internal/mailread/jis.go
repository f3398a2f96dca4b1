package mailread

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"strings"
	"unicode/utf16"

	"golang.org/x/text/encoding/japanese"
)

// A jisSet is what ISO-2022-JP is switched to.
type jisSet int

const (
	jisASCII jisSet = iota
	jisKana         // JIS X 0201 katakana
	jis0208
	jis0212
	jisUnknown // two bytes each, no table
)

// jisEscapes are the escape sequences of ISO-2022-JP and its many relatives.
var jisEscapes = []struct {
	seq string
	set jisSet
}{
	{"(B", jisASCII}, {"(J", jisASCII}, {"(H", jisASCII}, {"(I", jisKana},
	{"$@", jis0208}, {"$B", jis0208}, {"$(@", jis0208}, {"$(B", jis0208}, {"&@", jisASCII},
	{"$(D", jis0212}, {"$(O", jis0208}, {"$(Q", jis0208}, {"$(P", jisUnknown},
	{"$A", jisUnknown}, {"$(A", jisUnknown}, {"$(C", jisUnknown}, {"$(?", jisUnknown},
}

// decodeJIS decodes ISO-2022-JP, -1, -2, -3 and -MS, 7-bit and 8-bit halfwidth
// kana included. A line end switches back to ASCII, as many mailers expect.
func decodeJIS(b []byte) string {
	euc := make([]byte, 0, len(b)*2)
	set, shifted := jisASCII, false
	for i := 0; i < len(b); i++ {
		c := b[i]
		switch {
		case c == 0x1b:
			n, to := jisEscape(b[i+1:])
			if n == 0 {
				euc = append(euc, '?')
			} else {
				set = to
			}
			i += n
		case c == 0x0e:
			shifted = true
		case c == 0x0f:
			shifted = false
		case c == '\n' || c == '\r':
			set, shifted = jisASCII, false
			euc = append(euc, c)
		case c >= 0xa1 && c <= 0xdf && set < jis0208:
			euc = append(euc, 0x8e, c)
		case c < 0x21 || c == 0x7f:
			euc = append(euc, c)
		case (set == jisKana || shifted) && c < 0x60:
			euc = append(euc, 0x8e, c|0x80)
		case set < jis0208:
			euc = append(euc, c)
		case i+1 >= len(b) || b[i+1]&0x7f < 0x21 || b[i+1]&0x7f > 0x7e:
			euc = append(euc, 0xa2, 0xae) // 〓
		default:
			euc = appendJIS(euc, set, c|0x80, b[i+1]|0x80)
			i++
		}
	}
	s, err := japanese.EUCJP.NewDecoder().Bytes(euc)
	if err != nil {
		return strings.ToValidUTF8(string(euc), "\ufffd")
	}
	return string(s)
}

func appendJIS(euc []byte, set jisSet, hi, lo byte) []byte {
	switch set {
	case jis0212:
		return append(euc, 0x8f, hi, lo)
	case jis0208:
		return append(euc, hi, lo)
	}
	return append(euc, 0xa2, 0xae)
}

func jisEscape(b []byte) (n int, set jisSet) {
	for _, e := range jisEscapes {
		if bytes.HasPrefix(b, []byte(e.seq)) {
			return len(e.seq), e.set
		}
	}
	return 0, jisASCII
}

// decodeUTF7 decodes UTF-7 (RFC 2152).
func decodeUTF7(b []byte) string {
	var out strings.Builder
	for len(b) > 0 {
		i := bytes.IndexByte(b, '+')
		if i < 0 {
			out.Write(b)
			break
		}
		out.Write(b[:i])
		b = b[i+1:]
		end := 0
		for end < len(b) && (isAlnum(b[end]) || b[end] == '+' || b[end] == '/') {
			end++
		}
		if end == 0 {
			out.WriteByte('+')
		} else if raw, err := base64.RawStdEncoding.DecodeString(string(b[:end])); err == nil {
			out.WriteString(decodeUTF16(raw))
		}
		b = b[end:]
		if len(b) > 0 && b[0] == '-' {
			b = b[1:]
		}
	}
	return strings.ToValidUTF8(out.String(), "\ufffd")
}

func decodeUTF16(raw []byte) string {
	units := make([]uint16, 0, len(raw)/2)
	for ; len(raw) >= 2; raw = raw[2:] {
		units = append(units, binary.BigEndian.Uint16(raw))
	}
	return string(utf16.Decode(units))
}

func isAlnum(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
}
