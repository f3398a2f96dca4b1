package mailread

import (
	"strings"
)

// A word is one encoded word (RFC 2047) with what stands before it.
type word struct {
	before, charset, encoding, content string
}

// decodeWords decodes the encoded words of s. Words of one charset that follow
// each other are joined as bytes before decoding, because mailers cut them in
// the middle of a character.
func decodeWords(s string) string {
	if !strings.Contains(s, "=?") {
		return s
	}
	var out strings.Builder
	var pending []byte
	charset, b64 := "", ""
	flush := func() {
		if b64 != "" {
			d, _ := decodeBase64([]byte(b64))
			pending, b64 = append(pending, d...), ""
		}
		if len(pending) > 0 {
			text, _ := decodeCharset(pending, charset)
			out.WriteString(text)
			pending = pending[:0]
		}
	}
	joined := false
	for {
		w, rest, ok := cutWord(s)
		if !ok {
			flush()
			out.WriteString(s)
			return out.String()
		}
		if blank := strings.Trim(w.before, " \t\r\n") == ""; !blank || !joined {
			flush()
			out.WriteString(w.before)
		}
		if !strings.EqualFold(w.charset, charset) {
			flush()
			charset = w.charset
		}
		if strings.EqualFold(w.encoding, "B") {
			b64 += w.content
			if strings.HasSuffix(w.content, "=") || len(b64)%4 == 0 {
				d, _ := decodeBase64([]byte(b64))
				pending, b64 = append(pending, d...), ""
			}
		} else {
			pending = append(pending, decodeQ(w.content)...)
		}
		joined = true
		s = rest
	}
}

// cutWord finds the first encoded word of s.
func cutWord(s string) (w word, rest string, ok bool) {
	from := 0
	for {
		i := strings.Index(s[from:], "=?")
		if i < 0 {
			return word{}, "", false
		}
		start := from + i
		from = start + 2
		charset, more, ok := strings.Cut(limit(s[from:], 60), "?")
		if !ok || charset == "" || strings.ContainsAny(charset, " \t\"()<>@,;") {
			continue
		}
		if len(more) < 2 || more[1] != '?' || !strings.Contains("BbQq", more[:1]) {
			continue
		}
		content := s[from+len(charset)+3:]
		end := strings.Index(content, "?=")
		if end < 0 {
			return word{}, "", false
		}
		w = word{before: s[:start], charset: charset, encoding: more[:1], content: content[:end]}
		return w, content[end+2:], true
	}
}

func limit(s string, n int) string { return s[:min(n, len(s))] }

// decodeQ decodes the Q encoding, in which a stray "=" stands for itself.
func decodeQ(s string) []byte {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '_':
			out = append(out, ' ')
		case s[i] == '=' && i+2 < len(s) && unhex(s[i+1]) >= 0 && unhex(s[i+2]) >= 0:
			out = append(out, byte(unhex(s[i+1])<<4|unhex(s[i+2])))
			i += 2
		default:
			out = append(out, s[i])
		}
	}
	return out
}

func unhex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	}
	return -1
}
