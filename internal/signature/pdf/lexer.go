package pdf

import (
	"bytes"
	"fmt"
	"strconv"
)

// A lexer reads values from data.
type lexer struct {
	data  []byte
	pos   int
	inner bool // data is not the file itself
	depth int
	count int // values read
	// wasted counts bytes that were looked at without reaching an end.
	wasted int
}

// The classes of bytes of ISO 32000-2 7.2.3.
func isSpace(c byte) bool {
	return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == 0 || c == '\f'
}

func isDelimiter(c byte) bool {
	switch c {
	case '(', ')', '<', '>', '[', ']', '{', '}', '/', '%':
		return true
	}
	return false
}

func isRegular(c byte) bool { return !isSpace(c) && !isDelimiter(c) }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// skip moves over white space and comments.
func (l *lexer) skip() {
	for l.pos < len(l.data) {
		c := l.data[l.pos]
		if c == '%' {
			for l.pos < len(l.data) && l.data[l.pos] != '\n' && l.data[l.pos] != '\r' {
				l.pos++
			}
			continue
		}
		if !isSpace(c) {
			return
		}
		l.pos++
	}
}

func (l *lexer) fail(what string) error {
	return fmt.Errorf("%w: %s at byte %d", ErrSyntax, what, l.pos)
}

// value reads one value; references are recognised by looking ahead.
func (l *lexer) value() (any, error) {
	l.skip()
	if l.pos >= len(l.data) {
		return nil, l.fail("end of data")
	}
	if l.count++; l.count > maxValues {
		return nil, fmt.Errorf("%w: values", ErrLimit)
	}
	switch c := l.data[l.pos]; {
	case c == '/':
		return l.name()
	case c == '(':
		return l.literal()
	case c == '[':
		return l.array()
	case c == '<' && l.pos+1 < len(l.data) && l.data[l.pos+1] == '<':
		return l.dict()
	case c == '<':
		return l.hex()
	case isDigit(c) || c == '+' || c == '-' || c == '.':
		return l.numberOrRef()
	}
	return l.keywordValue()
}

func (l *lexer) keywordValue() (any, error) {
	switch word := l.word(); word {
	case "true":
		return true, nil
	case "false":
		return false, nil
	case "null":
		return nil, nil
	default:
		return nil, l.fail("unexpected " + strconv.Quote(shorten(word)))
	}
}

func shorten(s string) string { return s[:min(len(s), 20)] }

// word reads regular characters.
func (l *lexer) word() string {
	start := l.pos
	for l.pos < len(l.data) && isRegular(l.data[l.pos]) {
		l.pos++
	}
	return string(l.data[start:l.pos])
}

// accept moves over the keyword if it comes next.
func (l *lexer) accept(word string) bool {
	l.skip()
	if !bytes.HasPrefix(l.data[l.pos:], []byte(word)) {
		return false
	}
	end := l.pos + len(word)
	if end < len(l.data) && isRegular(l.data[end]) && isRegular(word[len(word)-1]) {
		return false
	}
	l.pos = end
	return true
}

func (l *lexer) name() (any, error) {
	l.pos++
	word := l.word()
	if !bytes.ContainsRune([]byte(word), '#') {
		return Name(word), nil
	}
	out := make([]byte, 0, len(word))
	for i := 0; i < len(word); i++ {
		if word[i] == '#' && i+2 < len(word) {
			if n, err := strconv.ParseUint(word[i+1:i+3], 16, 8); err == nil {
				out = append(out, byte(n))
				i += 2
				continue
			}
		}
		out = append(out, word[i])
	}
	return Name(out), nil
}

// integer reads an unsigned integer without looking ahead.
func (l *lexer) integer() (int, bool) {
	l.skip()
	start := l.pos
	for l.pos < len(l.data) && isDigit(l.data[l.pos]) {
		l.pos++
	}
	n, err := strconv.Atoi(string(l.data[start:min(l.pos, start+19)]))
	if err != nil || l.pos-start > 18 {
		l.pos = start
		return 0, false
	}
	return n, true
}

func (l *lexer) numberOrRef() (any, error) {
	start := l.pos
	word := l.word()
	n, err := strconv.ParseInt(word, 10, 64)
	if err != nil {
		for _, c := range []byte(word) {
			if !isDigit(c) && c != '+' && c != '-' && c != '.' {
				l.pos = start
				return nil, l.fail("number")
			}
		}
		return Real(word), nil
	}
	if !isDigit(word[0]) || n > maxObjects*10 {
		return n, nil
	}
	after := l.pos
	if gen, ok := l.integer(); ok && gen <= 65535 && l.accept("R") {
		return Ref{int(n), gen}, nil
	}
	l.pos = after
	return n, nil
}

func (l *lexer) place(start int) (int, int) {
	if l.inner {
		return -1, -1
	}
	return start, l.pos
}

func (l *lexer) hex() (any, error) {
	start := l.pos
	end := bytes.IndexByte(l.data[start:], '>')
	if end < 0 {
		l.wasted += len(l.data) - start
		return nil, l.fail("hexadecimal string without end")
	}
	out := make([]byte, 0, end/2)
	var high byte
	half := false
	for _, c := range l.data[start+1 : start+end] {
		d, ok := hexDigit(c)
		if !ok {
			if isSpace(c) {
				continue
			}
			return nil, l.fail("hexadecimal string")
		}
		if half {
			out = append(out, high|d)
		}
		high, half = d<<4, !half
	}
	if half {
		out = append(out, high)
	}
	l.pos = start + end + 1
	s := String{Value: out, Hex: true}
	s.Start, s.End = l.place(start)
	return s, nil
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case isDigit(c):
		return c - '0', true
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10, true
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}

// escapes are the one-letter escapes of literal strings.
var escapes = map[byte]byte{'n': '\n', 'r': '\r', 't': '\t', 'b': '\b', 'f': '\f'}

func (l *lexer) literal() (any, error) {
	start := l.pos
	var out []byte
	nested := 0
	for l.pos++; l.pos < len(l.data); l.pos++ {
		c := l.data[l.pos]
		switch c {
		case '(':
			nested++
		case ')':
			if nested == 0 {
				l.pos++
				s := String{Value: out}
				s.Start, s.End = l.place(start)
				return s, nil
			}
			nested--
		case '\\':
			out = l.escape(out)
			continue
		}
		out = append(out, c)
	}
	l.wasted += l.pos - start
	l.pos = start
	return nil, l.fail("string without end")
}

// escape appends what the backslash at pos stands for, and leaves pos at the
// last byte of the escape.
func (l *lexer) escape(out []byte) []byte {
	l.pos++
	if l.pos >= len(l.data) {
		return out
	}
	c := l.data[l.pos]
	if e, ok := escapes[c]; ok {
		return append(out, e)
	}
	if c == '\r' || c == '\n' {
		if c == '\r' && l.pos+1 < len(l.data) && l.data[l.pos+1] == '\n' {
			l.pos++
		}
		return out
	}
	if c < '0' || c > '7' {
		return append(out, c)
	}
	n := 0
	for i := 0; i < 3 && l.pos < len(l.data) && l.data[l.pos] >= '0' && l.data[l.pos] <= '7'; i++ {
		n = n<<3 | int(l.data[l.pos]-'0')
		l.pos++
	}
	l.pos--
	return append(out, byte(n))
}

func (l *lexer) enter() error {
	l.depth++
	if l.depth > maxDepth {
		return fmt.Errorf("%w: nesting", ErrLimit)
	}
	return nil
}

func (l *lexer) array() (any, error) {
	if err := l.enter(); err != nil {
		return nil, err
	}
	defer func() { l.depth-- }()
	l.pos++
	list := Array{}
	for {
		l.skip()
		if l.pos >= len(l.data) {
			return nil, l.fail("array without end")
		}
		if l.data[l.pos] == ']' {
			l.pos++
			return list, nil
		}
		v, err := l.value()
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
}

func (l *lexer) dict() (any, error) {
	if err := l.enter(); err != nil {
		return nil, err
	}
	defer func() { l.depth-- }()
	l.pos += 2
	d := &Dict{}
	for {
		l.skip()
		if l.pos >= len(l.data) {
			return nil, l.fail("dictionary without end")
		}
		if l.data[l.pos] == '>' {
			if l.pos+1 >= len(l.data) || l.data[l.pos+1] != '>' {
				return nil, l.fail("end of dictionary")
			}
			l.pos += 2
			d.Repeated = repeats(d.Entries)
			return d, nil
		}
		if l.data[l.pos] != '/' {
			return nil, l.fail("key of dictionary")
		}
		key, _ := l.name()
		v, err := l.value()
		if err != nil {
			return nil, err
		}
		d.Entries = append(d.Entries, Entry{key.(Name), v})
	}
}

// repeats tells whether a key occurs twice.
func repeats(entries []Entry) bool {
	if len(entries) > 16 {
		seen := make(map[Name]bool, len(entries))
		for _, e := range entries {
			if seen[e.Key] {
				return true
			}
			seen[e.Key] = true
		}
		return false
	}
	for i, e := range entries {
		for _, o := range entries[:i] {
			if o.Key == e.Key {
				return true
			}
		}
	}
	return false
}
