// Package plain tells text from other data (文字だけのファイル).
package plain

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// maxText is how much of a file is looked at.
const maxText = 1 << 20

// Text returns data as text if it looks like text in any charset.
func Text(data []byte) (string, bool) {
	head := data[:min(len(data), maxText)]
	if bytes.HasPrefix(head, []byte("\xff\xfe")) || bytes.HasPrefix(head, []byte("\xfe\xff")) {
		return UTF16(head), true
	}
	if len(head) >= 8 && head[1] == 0 && head[3] == 0 && head[5] == 0 && head[0] != 0 {
		return UTF16(append([]byte("\xff\xfe"), head...)), true
	}
	controls := 0
	for _, c := range head {
		if c == 0 {
			return "", false
		}
		if c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != 0x1b && c != 0x0c {
			controls++
		}
	}
	if controls*50 > len(head) {
		return "", false
	}
	return string(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))), true
}

// UTF16 decodes UTF-16 that begins with its byte order mark.
func UTF16(b []byte) string {
	big := b[0] == 0xfe
	var out strings.Builder
	for b = b[2:]; len(b) >= 2; b = b[2:] {
		c := rune(b[0]) | rune(b[1])<<8
		if big {
			c = rune(b[1]) | rune(b[0])<<8
		}
		if c >= 0xd800 && c < 0xe000 {
			c = utf8.RuneError
		}
		out.WriteRune(c)
	}
	return out.String()
}
