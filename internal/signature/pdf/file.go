package pdf

import (
	"bytes"
	"fmt"
)

// File is a PDF file's bytes and what has been read of them. It is not safe
// for use by several goroutines.
type File struct {
	Data     []byte
	base     int // where the header stands; offsets may count from it
	sections map[int]*section
	streams  map[int]*objectStream
	inflated int
	kept     int // inflated bytes that streams holds
	effort   int // bytes looked at, in vain or again and again
}

// Open looks for the header in the first 1,024 bytes, as viewers do.
func Open(data []byte) (*File, error) {
	if len(data) > MaxFile {
		return nil, fmt.Errorf("%w: file of %d bytes", ErrLimit, len(data))
	}
	base := bytes.Index(data[:min(len(data), 1024)], []byte("%PDF-"))
	if base < 0 {
		return nil, fmt.Errorf("%w: no header", ErrSyntax)
	}
	return &File{
		Data: data, base: base,
		sections: map[int]*section{}, streams: map[int]*objectStream{},
	}, nil
}

// object reads the indirect object at off, which must be number num unless num
// is negative. end bounds what may be read; length resolves an indirect Length.
func (f *File) object(off, num, end int, length func(Ref) (int, bool)) (Object, error) {
	if off < 0 || off >= end {
		return Object{}, fmt.Errorf("%w: object %d beyond the end", ErrSyntax, num)
	}
	if f.effort > maxEffort {
		return Object{}, fmt.Errorf("%w: work", ErrLimit)
	}
	l := &lexer{data: f.Data[:end], pos: off}
	defer func() { f.effort += l.pos - off + l.wasted }()
	l.skip()
	start := l.pos
	n, ok := l.integer()
	gen, ok2 := l.integer()
	if !ok || !ok2 || (num >= 0 && n != num) || !l.accept("obj") {
		return Object{}, fmt.Errorf("%w: no object %d at byte %d", ErrSyntax, num, off)
	}
	o := Object{Num: n, Gen: gen, Start: start}
	v, err := l.value()
	if err != nil {
		if l.accept("endobj") { // an empty object is null
			o.End = l.pos
			return o, nil
		}
		return Object{}, err
	}
	o.Value, o.size = v, l.pos-off
	if d, ok := v.(*Dict); ok && l.accept("stream") {
		o.Value = l.stream(d, length)
		if o.Value == nil {
			return Object{}, l.fail("stream without end")
		}
	}
	o.Loose = !l.accept("endobj")
	o.End = l.pos
	return o, nil
}

// stream reads a stream's bytes after its keyword. It gives nil, as a nil
// interface, if there is no endstream.
func (l *lexer) stream(d *Dict, length func(Ref) (int, bool)) any {
	if l.pos < len(l.data) && l.data[l.pos] == '\r' {
		l.pos++
	}
	if l.pos < len(l.data) && l.data[l.pos] == '\n' {
		l.pos++
	}
	start := l.pos
	n, known := -1, false
	switch v := d.Get("Length").(type) {
	case int64:
		n, known = int(v), v >= 0 && v <= int64(len(l.data))
	case Ref:
		if length != nil {
			n, known = length(v)
		}
	}
	if known && n >= 0 && start+n <= len(l.data) {
		tail := lexer{data: l.data, pos: start + n}
		for tail.pos < len(tail.data) && isSpace(tail.data[tail.pos]) {
			tail.pos++
		}
		if tail.accept("endstream") {
			l.pos = tail.pos
			return &Stream{Dict: d, Raw: l.data[start : start+n]}
		}
	}
	at := bytes.Index(l.data[start:], []byte("endstream"))
	if at < 0 {
		l.wasted += len(l.data) - start
		return nil
	}
	l.pos = start + at + len("endstream")
	return &Stream{Dict: d, Raw: l.data[start : start+at], BadLength: true}
}

// objectAt is object with a search near off for producers that miscount by a
// few bytes; inexact tells that it was needed.
func (f *File) objectAt(off, num, end int, length func(Ref) (int, bool)) (o Object, inexact bool, err error) {
	if o, err = f.object(off, num, end, length); err == nil {
		return o, false, nil
	}
	want := fmt.Appendf(nil, "%d ", num)
	low, high := max(0, off-20), min(end, off+20)
	for at := low; at < high; at++ {
		if !bytes.HasPrefix(f.Data[at:high], want) || (at > 0 && isRegular(f.Data[at-1])) {
			continue
		}
		if o, near := f.object(at, num, end, length); near == nil {
			return o, true, nil
		}
	}
	return Object{}, false, err
}
