package inspect

import (
	"bytes"
	"compress/zlib"
	"encoding/ascii85"
	"encoding/hex"
	"io"
	"regexp"
	"strconv"
	"strings"
)

var (
	pdfStream = regexp.MustCompile(`stream(?:\r\n|\n|\r)`)
	pdfFilter = regexp.MustCompile(`/(FlateDecode|Fl|ASCIIHexDecode|AHx|ASCII85Decode|A85|LZWDecode|LZW|RunLengthDecode|RL|Crypt|DCTDecode|DCT|JPXDecode|CCITTFaxDecode|CCF|JBIG2Decode)\b`)
	pdfEscape = regexp.MustCompile(`#[0-9A-Fa-f]{2}`)
	pdfName   = regexp.MustCompile(`/[^\s/<>\[\](){}%]{1,80}`)
)

// pdfNames are the names that mean something happens.
var pdfNames = map[string]Kind{
	"/JavaScript": JavaScript, "/JS": JavaScript, "/Launch": Launch, "/EmbeddedFile": Embedded, "/EmbeddedFiles": Embedded,
	"/RichMedia": Embedded, "/RichMediaContent": Embedded, "/3D": Embedded, "/XFA": Form, "/SubmitForm": Form, "/ImportData": Form,
	"/GoToR": External, "/GoToE": Embedded, "/FileAttachment": Embedded, "/Rendition": Embedded, "/Movie": Embedded,
}

// pdf scans a PDF file: its text, and its streams of objects.
func (c context) pdf() {
	c.pdfText(c.data)
	streams := 0
	for at := 0; streams < 20_000; streams++ {
		loc := pdfStream.FindIndex(c.data[at:])
		if loc == nil {
			return
		}
		start := at + loc[1]
		end := len(c.data)
		if i := bytes.Index(c.data[start:], []byte("endstream")); i >= 0 {
			end = start + i
		}
		dict := plainNames(string(c.data[max(at, dictStart(c.data[at:at+loc[0]])+at) : at+loc[0]]))
		c.pdfStream(dict, c.data[start:end])
		at = min(end+9, len(c.data))
	}
}

// dictStart returns where the dictionary before a stream begins: behind the
// last "obj".
func dictStart(b []byte) int {
	return max(bytes.LastIndex(b, []byte("obj")), len(b)-1<<13, 0)
}

// pdfStream looks into a stream that holds objects or a file.
func (c context) pdfStream(dict string, body []byte) {
	objects := strings.Contains(dict, "/ObjStm")
	file := strings.Contains(dict, "/EmbeddedFile")
	script := c.r.Has(JavaScript) || strings.Contains(dict, "/XFA")
	if !objects && !file && !script {
		return
	}
	if n := streamLength(dict); n > 0 && n < len(body) {
		body = body[:n]
	}
	content, ok := c.pdfDecode(dict, body)
	if !ok {
		return
	}
	if objects {
		c.pdfText(content)
	}
	if file {
		c.r.active(Embedded)
		c.member("attachment", content)
	}
}

var lengthPattern = regexp.MustCompile(`/Length\s+(\d{1,10})\s*(?:/|>>|\n|\r)`)

// streamLength returns the length that a dictionary gives outright.
func streamLength(dict string) int {
	if m := lengthPattern.FindStringSubmatch(dict); m != nil {
		n, _ := strconv.Atoi(m[1])
		return n
	}
	return 0
}

// pdfDecode undoes the filters of a stream; not ok if one is not known here.
func (c context) pdfDecode(dict string, body []byte) ([]byte, bool) {
	for _, m := range pdfFilter.FindAllStringSubmatch(dict, 10) {
		switch m[1] {
		case "FlateDecode", "Fl":
			z, err := zlib.NewReader(bytes.NewReader(body))
			if err != nil {
				return nil, false
			}
			allowance := c.l.allowance()
			content, _ := io.ReadAll(io.LimitReader(z, allowance))
			c.l.spend(len(content))
			if int64(len(content)) == allowance {
				c.r.Huge = true
				c.r.opaque("inspect.bomb")
			}
			body = content
		case "ASCIIHexDecode", "AHx":
			digits := bytes.Map(func(r rune) rune {
				if strings.ContainsRune("0123456789abcdefABCDEF", r) {
					return r
				}
				return -1
			}, body)
			out := make([]byte, len(digits)/2)
			n, _ := hex.Decode(out, digits[:len(digits)/2*2])
			body = out[:n]
		case "ASCII85Decode", "A85":
			body, _, _ = bytes.Cut(body, []byte("~>"))
			out := make([]byte, len(body)*4+8)
			n, _, err := ascii85.Decode(out, body, true)
			if err != nil && n == 0 {
				return nil, false
			}
			body = out[:n]
		default:
			return nil, false
		}
	}
	return body, true
}

// pdfText looks at names, written plainly or with escapes.
func (c context) pdfText(text []byte) {
	for _, name := range pdfName.FindAll(text, 2_000_000) {
		if name[1] == 'E' && string(name) == "/Encrypt" {
			c.r.Encrypted, c.r.Locked = true, true
			c.r.reason("inspect.encrypted_pdf", nil)
		}
		if k, ok := pdfNames[plainNames(string(name))]; ok {
			c.r.active(k)
		}
	}
}

// plainNames undoes the escapes of names.
func plainNames(s string) string {
	if strings.IndexByte(s, '#') < 0 {
		return s
	}
	return pdfEscape.ReplaceAllStringFunc(s, func(e string) string {
		return string([]byte{byte(hexValue(e[1])<<4 | hexValue(e[2]))})
	})
}

func hexValue(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return 0
}
