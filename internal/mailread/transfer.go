package mailread

import (
	"bytes"
	"encoding/base64"
	"strings"
)

// decodeTransfer removes the content transfer encoding. What is damaged is
// decoded as far as it goes, and noted.
func (r *reader) decodeTransfer(body []byte, encoding string) []byte {
	encoding, _, _ = strings.Cut(strings.ToLower(encoding), ";")
	switch strings.Trim(strings.TrimSpace(encoding), `"'`) {
	case "base64", "base-64", "b64":
		data, clean := decodeBase64(body)
		if !clean {
			r.note(NoteTransfer)
		}
		return data
	case "quoted-printable", "quotedprintable", "qp":
		return decodeQuoted(body)
	case "x-uuencode", "uuencode", "x-uue", "uue":
		if _, data, _, ok := cutUU(body); ok {
			return data
		}
		r.note(NoteTransfer)
	}
	return body
}

// decodeBase64 decodes base64 with line ends, stray characters and padding in
// the middle. clean is false if characters were passed over.
func decodeBase64(b []byte) (data []byte, clean bool) {
	out := make([]byte, 0, len(b)*3/4+3)
	chunk := make([]byte, 0, len(b))
	clean = true
	flush := func() {
		chunk = chunk[:len(chunk)-btoi(len(chunk)%4 == 1)]
		n := len(out)
		out = append(out, make([]byte, base64.RawStdEncoding.DecodedLen(len(chunk)))...)
		k, _ := base64.RawStdEncoding.Decode(out[n:], chunk)
		out, chunk = out[:n+k], chunk[:0]
	}
	for _, c := range b {
		switch {
		case isAlnum(c) || c == '+' || c == '/':
			chunk = append(chunk, c)
		case c == '-':
			chunk = append(chunk, '+')
		case c == '_':
			chunk = append(chunk, '/')
		case c == '=':
			if len(chunk)%4 != 0 {
				flush()
			}
		case c == '\r' || c == '\n' || c == ' ' || c == '\t':
		default:
			clean = false
		}
	}
	flush()
	return out, clean
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// decodeQuoted decodes quoted-printable; what is no escape stands for itself.
func decodeQuoted(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for len(b) > 0 {
		line, next := b, len(b)
		if i := bytes.IndexByte(b, '\n'); i >= 0 {
			line, next = b[:i+1], i+1
		}
		b = b[next:]
		text := bytes.TrimRight(line, " \t\r\n")
		end := line[len(bytes.TrimRight(line, "\r\n")):]
		if bytes.HasSuffix(text, []byte("=")) && !bytes.HasSuffix(text, []byte("==")) {
			text, end = text[:len(text)-1], nil
		}
		for i := 0; i < len(text); i++ {
			if text[i] == '=' && i+2 < len(text) && unhex(text[i+1]) >= 0 && unhex(text[i+2]) >= 0 {
				out = append(out, byte(unhex(text[i+1])<<4|unhex(text[i+2])))
				i += 2
				continue
			}
			out = append(out, text[i])
		}
		out = append(out, end...)
	}
	return out
}

// cutUU finds a uuencoded file in b and returns it and what follows.
func cutUU(b []byte) (name string, data, rest []byte, ok bool) {
	for at := b; ; {
		i := bytes.Index(at, []byte("begin "))
		if i < 0 {
			return "", nil, nil, false
		}
		atLineStart := i == 0 && len(at) == len(b) || i > 0 && (at[i-1] == '\n' || at[i-1] == '\r')
		line, next := cutLine(at[i:])
		mode, file, found := strings.Cut(strings.TrimPrefix(string(line), "begin "), " ")
		at = at[i+next:]
		if !atLineStart || !found || len(mode) < 3 || len(mode) > 4 || strings.Trim(mode, "01234567") != "" {
			continue
		}
		if data, at, ok = decodeUU(at); ok {
			return file, data, at, true
		}
	}
}

// decodeUU decodes lines up to "end". Without one, rest begins behind the
// first line that is none of uuencode's.
func decodeUU(b []byte) (data, rest []byte, ok bool) {
	for len(b) > 0 {
		line, next := cutLine(b)
		b = b[next:]
		if string(line) == "end" {
			return data, b, true
		}
		if len(line) == 0 {
			continue
		}
		n := int(line[0]-' ') & 0x3f
		if line[0] < ' ' || line[0] > '`' || len(line) < 1+(n*4+2)/3-1 {
			return nil, b, false
		}
		if n == 0 && len(data) > 0 {
			return data, b, true // the line of length 0 stands before "end"
		}
		line = line[1:]
		var group [4]byte
		for n > 0 {
			group = [4]byte{}
			for i := 0; i < 4 && i < len(line); i++ {
				group[i] = (line[i] - ' ') & 0x3f
			}
			line = line[min(4, len(line)):]
			three := []byte{group[0]<<2 | group[1]>>4, group[1]<<4 | group[2]>>2, group[2]<<6 | group[3]}
			data = append(data, three[:min(3, n)]...)
			n -= 3
		}
	}
	return nil, nil, false
}

// Base64 decodes base64 as mailers write it: with line ends, stray characters
// and missing padding.
func Base64(b []byte) []byte {
	data, _ := decodeBase64(b)
	return data
}
