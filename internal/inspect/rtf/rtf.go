// Package rtf reads what can act in a rich text file (リッチテキスト): the data
// of its objects, its field codes and the names that it loads.
//
// Writers of malware put junk between the digits of an object and hope that
// scanners stumble; everything that is no digit is passed over, as Word does.
package rtf

import (
	"strings"
)

// A File is what matters of a rich text file.
type File struct {
	Objects [][]byte        // the decoded data of each object
	Fields  string          // field codes, a line each
	Targets string          // names of templates and files to load
	Words   map[string]bool // the control words that were met
}

// maxDepth bounds the groups that are kept apart.
const maxDepth = 10_000

// A group is what the scanner keeps of an open brace.
type group struct {
	object bool // inside \objdata
	field  bool // inside \fldinst
	loads  bool // inside \template and the like
}

// scanner gathers what matters while a rich text file is read: the data of its
// objects, its field codes and its external names. Writers of malware put junk
// between the digits; everything that is no digit is passed over.
type scanner struct {
	stack   []group
	g       group
	objects [][]byte
	hex     []byte
	nibble  int // -1: none waits
	field   strings.Builder
	name    strings.Builder
	words   map[string]bool
}

// Read reads a rich text file. It never fails.
func Read(b []byte) File {
	s := scanner{nibble: -1, words: map[string]bool{}}
	for i := 0; i < len(b); {
		switch b[i] {
		case '{':
			if len(s.stack) < maxDepth {
				s.stack = append(s.stack, s.g)
			}
			i++
		case '}':
			s.close()
			i++
		case '\\':
			i += s.control(b[i:])
		default:
			s.text(b[i])
			i++
		}
	}
	s.flush()
	return File{Objects: s.objects, Fields: s.field.String(), Targets: s.name.String(), Words: s.words}
}

func (s *scanner) close() {
	n := len(s.stack)
	if n == 0 {
		return
	}
	outer := s.stack[n-1]
	if s.g.object && !outer.object {
		s.flush()
	}
	if s.g.field && !outer.field {
		s.field.WriteByte('\n')
	}
	s.stack, s.g = s.stack[:n-1], outer
}

func (s *scanner) flush() {
	if len(s.hex) > 0 {
		s.objects = append(s.objects, s.hex)
	}
	s.hex, s.nibble = nil, -1
}

func (s *scanner) text(c byte) {
	switch {
	case s.g.object:
		s.digit(c)
	case s.g.field:
		if c != '\r' && c != '\n' {
			s.field.WriteByte(c)
		}
	case s.g.loads:
		s.name.WriteByte(c)
	}
}

func (s *scanner) digit(c byte) {
	if !isHex(c) {
		return
	}
	v := hexValue(c)
	if s.nibble < 0 {
		s.nibble = v
		return
	}
	s.hex = append(s.hex, byte(s.nibble<<4|v))
	s.nibble = -1
}

// control reads a control word or symbol and returns its length.
func (s *scanner) control(b []byte) int {
	if len(b) < 2 {
		return 1
	}
	n := 1
	for n < len(b) && n < 64 && (b[n]|0x20) >= 'a' && (b[n]|0x20) <= 'z' {
		n++
	}
	if n == 1 { // a symbol: \' takes two digits
		if b[1] == '\'' && len(b) >= 4 {
			s.text(byte(hexValue(b[2])<<4 | hexValue(b[3])))
			return 4
		}
		return 2
	}
	word := strings.ToLower(string(b[1:n]))
	number := 0
	if n < len(b) && b[n] == '-' {
		n++
	}
	for start := n; n < len(b) && n-start < 10 && b[n] >= '0' && b[n] <= '9'; n++ {
		number = number*10 + int(b[n]-'0')
	}
	if n < len(b) && b[n] == ' ' {
		n++
	}
	if word == "bin" {
		end := min(n+max(number, 0), len(b))
		if s.g.object {
			s.hex = append(s.hex, b[n:end]...)
		}
		return end
	}
	s.word(word)
	return n
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f'
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

func (s *scanner) word(word string) {
	if len(s.words) < 5000 {
		s.words[word] = true
	}
	switch word {
	case "objdata":
		s.g.object = true
	case "fldinst":
		s.g.field = true
	case "template", "linkself", "nextfile", "includefile", "filetbl":
		s.g.loads = true
	}
}
