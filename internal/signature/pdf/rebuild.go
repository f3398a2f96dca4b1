package pdf

import (
	"bytes"
	"fmt"
)

// Rebuild makes a view of a file whose cross-reference chain is broken, by
// looking for objects as viewers do when they repair a file; of two objects
// with one number the later counts. Such a view shows what a viewer may show;
// it proves nothing about revisions.
func (f *File) Rebuild() (*View, error) {
	v := f.emptyView(len(f.Data))
	v.Rebuilt, v.Inexact = true, true
	for pos := 0; ; {
		at := bytes.Index(f.Data[pos:], []byte("obj"))
		if at < 0 {
			break
		}
		pos += at
		if num, gen, start, ok := f.headBefore(pos); ok {
			v.objects[num] = Location{Offset: start, Gen: gen}
		}
		pos += len("obj")
		if len(v.objects) > maxObjects {
			return nil, fmt.Errorf("%w: objects", ErrLimit)
		}
	}
	v.findTrailer()
	v.addObjectStreams()
	if v.Trailer == nil {
		v.findCatalog()
	}
	if v.Trailer == nil {
		return nil, fmt.Errorf("%w: no trailer", ErrSyntax)
	}
	return v, v.checkRoot()
}

// headBefore reads "n g " backwards from the keyword obj at pos.
func (f *File) headBefore(pos int) (num, gen, start int, ok bool) {
	i := pos
	back := func() (int, bool) {
		for i > 0 && isSpace(f.Data[i-1]) {
			i--
		}
		end := i
		for i > 0 && isDigit(f.Data[i-1]) && end-i < 10 {
			i--
		}
		n := 0
		for _, c := range f.Data[i:end] {
			n = n*10 + int(c-'0')
		}
		return n, i < end
	}
	gen, ok = back()
	if !ok || i == pos {
		return 0, 0, 0, false
	}
	num, ok = back()
	if !ok || num > maxObjects*10 || (i > 0 && isRegular(f.Data[i-1])) {
		return 0, 0, 0, false
	}
	return num, gen, i, true
}

// findTrailer takes the last trailer that names a catalog.
func (v *View) findTrailer() {
	data := v.File.Data
	for end := len(data); end > 0; {
		at := bytes.LastIndex(data[:end], []byte("trailer"))
		if at < 0 {
			return
		}
		l := &lexer{data: data, pos: at + len("trailer")}
		if x, err := l.value(); err == nil && DictOf(x).Has("Root") {
			v.Trailer = DictOf(x)
			return
		}
		end = at
	}
}

// addObjectStreams adds what object streams hold, and takes the trailer of the
// last cross-reference stream if there was no other.
func (v *View) addObjectStreams() {
	for _, num := range v.Numbers() {
		at := v.objects[num]
		window := v.File.Data[at.Offset:min(at.Offset+2048, len(v.File.Data))]
		isXRef := bytes.Contains(window, []byte("/XRef"))
		if !isXRef && !bytes.Contains(window, []byte("/ObjStm")) {
			continue
		}
		o, err := v.Object(num)
		if err != nil {
			continue
		}
		d := DictOf(o.Value)
		if isXRef && d.Get("Type") == Name("XRef") && d.Has("Root") && v.Trailer == nil {
			v.Trailer = d
		}
		if d.Get("Type") != Name("ObjStm") {
			continue
		}
		s, err := v.readObjectStream(num)
		if err != nil {
			continue
		}
		for i, n := range s.numbers {
			if _, known := v.objects[n]; !known {
				v.objects[n] = Location{Container: num, Index: i}
			}
		}
	}
}

// findCatalog makes a trailer for a file that has none.
func (v *View) findCatalog() {
	for _, num := range v.Numbers() {
		if o, err := v.Object(num); err == nil && DictOf(o.Value).Get("Type") == Name("Catalog") {
			v.Trailer = &Dict{Entries: []Entry{{"Root", Ref{Num: num}}}}
		}
	}
}
