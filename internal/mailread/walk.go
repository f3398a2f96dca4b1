package mailread

import (
	"bytes"
	"strings"
)

// walk reads one entity (RFC 2045) and what it contains, adds its leaves to
// the parts and returns the text that a person sees as its body.
func (r *reader) walk(h Header, body []byte, depth int, attached bool) string {
	p := params{value: "text/plain"}
	if f, ok := h.First("Content-Type"); ok {
		p = readParams(f)
		if !strings.Contains(p.value, "/") { // "text", nothing at all, or nonsense
			p.value = "text/plain"
		}
	}
	encoding := h.Text("Content-Transfer-Encoding")
	multipart := strings.HasPrefix(p.value, "multipart/")
	if depth >= MaxDepth && (multipart || isMail(p.value)) {
		r.note(NoteDepth)
		return r.leaf(h, p, body, depth, attached)
	}
	if multipart {
		if strings.EqualFold(strings.TrimSpace(encoding), "base64") && !bytes.Contains(body, []byte("\n--")) {
			body = r.decodeTransfer(body, encoding)
		}
		if b, guessed := boundary(p, body); b != "" {
			if guessed {
				r.note(NoteNoBoundary)
			}
			return r.walkMultipart(p.value, b, body, depth, attached)
		}
		r.note(NoteNoBoundary)
		p.value = "text/plain"
	}
	if isMail(p.value) {
		inner, innerBody := r.splitHeader(trimStart(r.decodeTransfer(body, encoding)))
		if len(inner.Fields) > 0 {
			r.walk(inner, innerBody, depth+1, true)
			return ""
		}
	}
	return r.leaf(h, p, body, depth, attached)
}

func isMail(mediaType string) bool {
	switch mediaType {
	case "message/rfc822", "message/global", "message/news", "text/rfc822-headers", "message/rfc822-headers":
		return true
	}
	return false
}

func (r *reader) walkMultipart(mediaType, b string, body []byte, depth int, attached bool) string {
	entities, closed := splitMultipart(body, b)
	if !closed {
		r.note(NoteUnterminated)
	}
	if mediaType == "multipart/signed" && depth == 0 && len(entities) > 1 {
		r.signed = entities[0]
	}
	var texts []string
	for i, e := range entities {
		if len(r.parts) >= MaxParts {
			r.note(NoteParts)
			break
		}
		h, content := r.splitHeader(e)
		if mediaType == "multipart/digest" {
			if _, ok := h.First("Content-Type"); !ok {
				h.Fields = append(h.Fields, Field{Name: "Content-Type", Value: []byte("message/rfc822")})
			}
		}
		behind := attached || i > 0 && (mediaType == "multipart/report" || mediaType == "multipart/signed")
		if t := strings.TrimSpace(r.walk(h, content, depth+1, behind)); t != "" {
			texts = append(texts, t)
		}
	}
	if mediaType == "multipart/alternative" && len(texts) > 0 {
		return texts[0]
	}
	return strings.Join(texts, "\n\n")
}

// leaf adds a part and returns its text if it is part of the body.
func (r *reader) leaf(h Header, p params, body []byte, depth int, attached bool) string {
	if len(r.parts) >= MaxParts {
		r.note(NoteParts)
		return ""
	}
	part := Part{Names: fileNames(h), Type: p.value, Charset: p.get("charset"), Depth: depth, Attached: attached}
	if len(part.Names) > 0 {
		part.Name = part.Names[0]
	}
	if ids := messageIDs(h.Text("Content-ID")); len(ids) > 0 {
		part.ID = ids[0]
	}
	if f, ok := h.First("Content-Disposition"); ok {
		part.Disposition = readParams(f).value
	}
	part.Data = r.decodeTransfer(body, h.Text("Content-Transfer-Encoding"))
	part.Attached = attached || part.Disposition == "attachment" || part.Name != "" && !strings.HasPrefix(part.Type, "text/")
	if !strings.HasPrefix(part.Type, "text/") && !strings.HasPrefix(part.Type, "message/") && part.Type != "" {
		part.Attached = true
		r.parts = append(r.parts, part)
		return ""
	}
	charset := part.Charset
	if charset == "" && part.Type == "text/html" {
		charset = metaCharset(part.Data)
	}
	text, guessed := decodeCharset(part.Data, charset)
	if guessed {
		r.note(NoteCharsetGuessed)
	}
	part.Text = strings.ReplaceAll(text, "\r\n", "\n")
	if part.Type == "text/html" {
		text = htmlText(part.Text)
	} else {
		text = part.Text
	}
	r.parts = append(r.parts, part)
	if part.Type == "text/plain" {
		r.uuParts(part)
	}
	if part.Attached || part.Disposition == "attachment" {
		return ""
	}
	return text
}

// uuParts adds the files that old mailers put uuencoded into the text.
func (r *reader) uuParts(within Part) {
	rest := within.Data
	for {
		name, data, after, ok := cutUU(rest)
		if !ok {
			return
		}
		if len(r.parts) >= MaxParts {
			r.note(NoteParts)
			return
		}
		text, _ := decodeCharset([]byte(name), "")
		r.parts = append(r.parts, Part{Name: cleanName(text), Names: []string{cleanName(text)},
			Type: "application/octet-stream", Disposition: "attachment", Data: data, Attached: true, Depth: within.Depth + 1})
		rest = after
	}
}

// splitMultipart splits body at the delimiter lines of b. closed tells whether
// the last delimiter was there.
func splitMultipart(body []byte, b string) (entities [][]byte, closed bool) {
	delimiter := []byte("--" + b)
	start := -1
	for pos := 0; ; {
		at, end, last := nextDelimiter(body, delimiter, pos)
		if at < 0 {
			break
		}
		if start >= 0 {
			entities = append(entities, trimLineEnd(body[start:at]))
		}
		if last {
			return entities, true
		}
		start, pos = end, end
		if len(entities) > MaxParts {
			return entities, false
		}
	}
	if start >= 0 && start < len(body) {
		entities = append(entities, body[start:])
	}
	return entities, false
}

// nextDelimiter finds the next delimiter line from pos on: where it begins,
// where the line after it begins, and whether it is the last one.
func nextDelimiter(body, delimiter []byte, pos int) (at, end int, last bool) {
	for {
		i := bytes.Index(body[pos:], delimiter)
		if i < 0 {
			return -1, -1, false
		}
		at = pos + i
		pos = at + len(delimiter)
		if at > 0 && body[at-1] != '\n' && body[at-1] != '\r' {
			continue
		}
		line, next := cutLine(body[pos:])
		rest := bytes.TrimRight(line, " \t")
		if len(rest) == 0 {
			return at, pos + next, false
		}
		if bytes.HasPrefix(rest, []byte("--")) && len(bytes.TrimLeft(rest, "-")) == 0 {
			return at, pos + next, true
		}
	}
}

func hasDelimiter(body []byte, b string) bool {
	at, _, _ := nextDelimiter(body, []byte("--"+b), 0)
	return at >= 0
}

func trimLineEnd(b []byte) []byte {
	b = bytes.TrimSuffix(b, []byte("\n"))
	return bytes.TrimSuffix(b, []byte("\r"))
}
