package pdf

import (
	"bytes"
	"fmt"
)

// A Location says where an object is: in the file at Offset, or in the object
// stream Container at position Index.
type Location struct {
	Free      bool
	Offset    int
	Gen       int
	Container int // 0 if the object stands in the file itself
	Index     int
}

// numbered is one line of a cross-reference section.
type numbered struct {
	num int
	at  Location
}

// A section is one cross-reference table or stream.
type section struct {
	start, end int // the bytes of the table with trailer, or of the stream object
	stream     bool
	entries    []numbered
	trailer    *Dict
	prev       int // -1 for none
	hybrid     int // XRefStm of a table, -1 for none
	inexact    bool
}

// sectionAt reads the cross-reference section at off of the file up to end.
func (f *File) sectionAt(off, end int) (*section, error) {
	if s, ok := f.sections[off]; ok && s.end <= end {
		return s, nil
	}
	if len(f.sections) > maxSections {
		return nil, fmt.Errorf("%w: cross-reference sections", ErrLimit)
	}
	s, err := f.readSection(off, end)
	if err != nil {
		return nil, err
	}
	f.sections[off] = s
	return s, nil
}

func (f *File) readSection(off, end int) (*section, error) {
	tries := []int{off}
	if f.base > 0 {
		tries = append(tries, off+f.base)
	}
	if at := bytes.Index(f.Data[clamp(off-20, end):clamp(off+24, end)], []byte("xref")); at >= 0 {
		tries = append(tries, clamp(off-20, end)+at)
	}
	var first error
	for _, at := range tries {
		if at < 0 || at >= end {
			continue
		}
		s, err := f.exactSection(at, end)
		if err == nil && f.base > 0 && at == off+f.base {
			s.shift(f.base)
			return s, nil
		}
		if err == nil {
			s.inexact = s.inexact || at != off
			return s, nil
		}
		if first == nil {
			first = err
		}
	}
	if first == nil {
		first = fmt.Errorf("%w: cross-reference offset %d", ErrSyntax, off)
	}
	return nil, first
}

// shift moves all offsets of a section that counts them from the header.
func (s *section) shift(base int) {
	for i := range s.entries {
		if at := &s.entries[i].at; !at.Free && at.Container == 0 {
			at.Offset += base
		}
	}
	if s.prev > 0 {
		s.prev += base
	}
	if s.hybrid > 0 {
		s.hybrid += base
	}
}

func clamp(n, end int) int { return max(0, min(n, end)) }

func (f *File) exactSection(off, end int) (*section, error) {
	l := &lexer{data: f.Data[:end], pos: off}
	l.skip()
	start := l.pos
	if !l.accept("xref") {
		return f.streamSection(start, end)
	}
	s := &section{start: start}
	if err := l.table(s); err != nil {
		return nil, err
	}
	v, err := l.value()
	if err != nil {
		return nil, err
	}
	d, ok := v.(*Dict)
	if !ok {
		return nil, l.fail("trailer")
	}
	s.trailer, s.end = d, l.pos
	s.prev, s.hybrid = offsetOf(d.Get("Prev")), offsetOf(d.Get("XRefStm"))
	return s, nil
}

// offsetOf reads an offset, -1 if there is none.
func offsetOf(v any) int {
	switch v := v.(type) {
	case int64:
		if v >= 0 && v <= MaxFile {
			return int(v)
		}
	case Ref: // a known mistake: "/Prev 123 0 R"
		return v.Num
	}
	return -1
}

// table reads the subsections up to and with the keyword trailer.
func (l *lexer) table(s *section) error {
	for !l.accept("trailer") {
		first, ok := l.integer()
		count, ok2 := l.integer()
		if !ok || !ok2 {
			return l.fail("cross-reference subsection")
		}
		if len(s.entries)+count > maxObjects || first > maxObjects*10 {
			return fmt.Errorf("%w: objects", ErrLimit)
		}
		for i := range count {
			offset, ok := l.integer()
			gen, ok2 := l.integer()
			inUse := l.accept("n")
			if !ok || !ok2 || (!inUse && !l.accept("f")) {
				return l.fail("cross-reference entry")
			}
			// a known mistake: the table begins with object 0 but says 1
			if i == 0 && first == 1 && !inUse && gen == 65535 && len(s.entries) == 0 {
				first = 0
				s.inexact = true
			}
			s.entries = append(s.entries, numbered{first + i, Location{Free: !inUse || offset == 0, Offset: offset, Gen: gen}})
		}
	}
	return nil
}

// streamSection reads a cross-reference stream (7.5.8).
func (f *File) streamSection(off, end int) (*section, error) {
	o, err := f.object(off, -1, end, nil)
	if err != nil {
		return nil, err
	}
	st, ok := o.Value.(*Stream)
	if !ok || st.Dict.Get("Type") != Name("XRef") {
		return nil, fmt.Errorf("%w: no cross-reference section at byte %d", ErrSyntax, off)
	}
	b, err := f.inflate(st)
	if err != nil {
		return nil, err
	}
	s := &section{start: o.Start, end: o.End, stream: true, trailer: st.Dict, hybrid: -1, prev: offsetOf(st.Dict.Get("Prev")), inexact: st.BadLength}
	widths, ok := st.Dict.Get("W").(Array)
	if !ok || len(widths) < 3 {
		return nil, fmt.Errorf("%w: widths of a cross-reference stream", ErrSyntax)
	}
	var w [3]int
	for i := range w {
		if w[i] = intOr(widths[i], -1); w[i] < 0 || w[i] > 8 {
			return nil, fmt.Errorf("%w: widths of a cross-reference stream", ErrSyntax)
		}
	}
	index, ok := st.Dict.Get("Index").(Array)
	if !ok {
		index = Array{int64(0), int64(intOr(st.Dict.Get("Size"), 0))}
	}
	return s, s.rows(b, w, index)
}

// rows reads the lines of a cross-reference stream.
func (s *section) rows(b []byte, w [3]int, index Array) error {
	size := w[0] + w[1] + w[2]
	if size == 0 {
		return fmt.Errorf("%w: widths of a cross-reference stream", ErrSyntax)
	}
	for i := 0; i+1 < len(index); i += 2 {
		first, count := intOr(index[i], -1), intOr(index[i+1], -1)
		if first < 0 || count < 0 || len(s.entries)+count > maxObjects || first > maxObjects*10 {
			return fmt.Errorf("%w: objects", ErrLimit)
		}
		for n := range count {
			if len(b) < size {
				return nil
			}
			kind := 1
			if w[0] > 0 {
				kind = number(b[:w[0]])
			}
			x, y := number(b[w[0]:w[0]+w[1]]), number(b[w[0]+w[1]:size])
			b = b[size:]
			at := Location{Free: true}
			switch kind {
			case 1:
				at = Location{Offset: x, Gen: y}
			case 2:
				at = Location{Container: x, Index: y}
			}
			s.entries = append(s.entries, numbered{first + n, at})
		}
	}
	return nil
}

func number(b []byte) int {
	n := 0
	for _, c := range b {
		if n > 1<<40 {
			return -1
		}
		n = n<<8 | int(c)
	}
	return n
}
