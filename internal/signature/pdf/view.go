package pdf

import (
	"bytes"
	"fmt"
	"slices"
)

// A View is the file as it stood when it was End bytes long: what its last
// startxref before End leads to.
type View struct {
	File      *File
	End       int
	Trailer   *Dict
	StartXRef int // offset that the last startxref names, -1 after Rebuild
	Inexact   bool
	Rebuilt   bool
	sections  []*section // newest first
	objects   map[int]Location
	cache     map[int]any
	cached    int // source bytes of what cache holds
	resolving map[int]bool
	starts    []start // objects by place, once asked for
}

// View reads the chain of cross-reference sections that ends at end.
func (f *File) View(end int) (*View, error) {
	if end < 0 || end > len(f.Data) {
		return nil, fmt.Errorf("%w: revision of %d bytes", ErrSyntax, end)
	}
	at := bytes.LastIndex(f.Data[:end], []byte("startxref"))
	if at < 0 {
		return nil, fmt.Errorf("%w: no startxref", ErrSyntax)
	}
	l := &lexer{data: f.Data[:end], pos: at + len("startxref")}
	start, ok := l.integer()
	if !ok {
		return nil, l.fail("startxref")
	}
	v := f.emptyView(end)
	v.StartXRef = start
	if err := v.readChain(start); err != nil {
		return nil, err
	}
	return v, v.checkRoot()
}

func (f *File) emptyView(end int) *View {
	return &View{
		File: f, End: end, StartXRef: -1,
		objects: map[int]Location{}, cache: map[int]any{}, resolving: map[int]bool{},
	}
}

// readChain follows Prev and XRefStm; a loop is an error.
func (v *View) readChain(start int) error {
	seen := map[int]bool{}
	for off := start; off >= 0; {
		if seen[off] {
			return fmt.Errorf("%w: loop of cross-reference sections", ErrSyntax)
		}
		seen[off] = true
		s, err := v.File.sectionAt(off, v.End)
		if err != nil {
			return err
		}
		v.add(s)
		if s.hybrid >= 0 && !seen[s.hybrid] {
			seen[s.hybrid] = true
			h, err := v.File.sectionAt(s.hybrid, v.End)
			if err != nil {
				return err
			}
			v.add(h)
		}
		// some producers end the chain with a Prev of 0
		if off = s.prev; off == 0 {
			off = -1
		}
	}
	if len(v.objects) > maxObjects {
		return fmt.Errorf("%w: objects", ErrLimit)
	}
	return nil
}

// add merges an older section: what is known already stays, but an entry that
// a hybrid file's table hides as free is shown by its stream.
func (v *View) add(s *section) {
	hidden := len(v.sections) > 0 && v.sections[len(v.sections)-1].hybrid >= 0 && s.stream
	v.sections = append(v.sections, s)
	v.Inexact = v.Inexact || s.inexact
	if v.Trailer == nil {
		v.Trailer = s.trailer
	}
	for _, e := range s.entries {
		old, known := v.objects[e.num]
		if known && !(hidden && old.Free) {
			continue
		}
		v.objects[e.num] = e.at
	}
}

// checkRoot asks for a catalog with pages; of an encrypted file these may be
// out of sight.
func (v *View) checkRoot() error {
	if v.Encrypted() {
		return nil
	}
	root := DictOf(v.Resolve(v.Trailer.Get("Root")))
	if root == nil {
		return fmt.Errorf("%w: no catalog", ErrSyntax)
	}
	if DictOf(v.Resolve(root.Get("Pages"))) == nil {
		return fmt.Errorf("%w: no pages", ErrSyntax)
	}
	return nil
}

// Root is the catalog.
func (v *View) Root() *Dict { return v.Dict(v.Trailer.Get("Root")) }

// Encrypted tells whether the file has an Encrypt dictionary.
func (v *View) Encrypted() bool { return v.Trailer.Get("Encrypt") != nil }

// Numbers lists the object numbers in use, ascending.
func (v *View) Numbers() []int {
	list := make([]int, 0, len(v.objects))
	for n, at := range v.objects {
		if !at.Free && v.inside(at) {
			list = append(list, n)
		}
	}
	slices.Sort(list)
	return list
}

// inside tells whether the location is before the view's end: an entry may
// point to bytes that a later revision brings.
func (v *View) inside(at Location) bool { return at.Container > 0 || at.Offset < v.End }

// Locate gives where the object is; ok is false for free and unknown numbers.
// In an object stream, Offset is the stream's own.
func (v *View) Locate(num int) (at Location, ok bool) {
	at, ok = v.objects[num]
	if !ok || at.Free || !v.inside(at) {
		return Location{}, false
	}
	if at.Container > 0 {
		c := v.objects[at.Container]
		at.Offset = c.Offset
	}
	return at, true
}

// Resolve follows a reference; other values are returned as they are. What is
// missing or malformed is null, as 7.3.10 says.
func (v *View) Resolve(x any) any {
	for range 32 {
		r, ok := x.(Ref)
		if !ok {
			return x
		}
		x = v.value(r.Num)
	}
	return nil
}

// Dict resolves x to a dictionary, of a stream too, or nil.
func (v *View) Dict(x any) *Dict { return DictOf(v.Resolve(x)) }

// Array resolves x to an array, or nil.
func (v *View) Array(x any) Array {
	a, _ := v.Resolve(x).(Array)
	return a
}

func (v *View) value(num int) any {
	if x, ok := v.cache[num]; ok {
		return x
	}
	o, err := v.Object(num)
	if err != nil {
		return nil
	}
	if v.cached += 64 + o.size; v.cached > maxCached {
		clear(v.cache)
		v.cached = 64 + o.size
	}
	v.cache[num] = o.Value
	return o.Value
}

// Object reads an object by number.
func (v *View) Object(num int) (Object, error) {
	at, ok := v.objects[num]
	if !ok || at.Free {
		return Object{}, fmt.Errorf("%w: no object %d", ErrSyntax, num)
	}
	if v.resolving[num] {
		return Object{}, fmt.Errorf("%w: object %d needs itself", ErrSyntax, num)
	}
	v.resolving[num] = true
	defer delete(v.resolving, num)
	if at.Container > 0 {
		return v.compressed(num, at)
	}
	o, inexact, err := v.File.objectAt(at.Offset, num, v.End, v.length)
	v.Inexact = v.Inexact || inexact
	return o, err
}

// ObjectAt reads the object of number num at exactly this offset.
func (v *View) ObjectAt(num, off int) (Object, error) {
	return v.File.object(off, num, v.End, v.length)
}

// length resolves a stream's indirect Length.
func (v *View) length(r Ref) (int, bool) {
	n, ok := v.Resolve(r).(int64)
	return int(n), ok && n >= 0 && n <= MaxFile
}

// An objectStream is an inflated stream of objects (7.5.7).
type objectStream struct {
	data    []byte
	numbers []int
	offsets []int
}

func (v *View) compressed(num int, at Location) (Object, error) {
	home, ok := v.objects[at.Container]
	if !ok || home.Free || home.Container > 0 || home.Offset >= v.End {
		return Object{}, fmt.Errorf("%w: no object stream %d", ErrSyntax, at.Container)
	}
	s, ok := v.File.streams[home.Offset]
	if !ok {
		var err error
		if s, err = v.readObjectStream(at.Container); err != nil {
			return Object{}, err
		}
		if v.File.kept += len(s.data); v.File.kept > maxStream {
			clear(v.File.streams)
			v.File.kept = len(s.data)
		}
		v.File.streams[home.Offset] = s
	}
	i := at.Index
	if i < 0 || i >= len(s.numbers) || s.numbers[i] != num {
		i = slices.Index(s.numbers, num)
		v.Inexact = true
	}
	if i < 0 {
		return Object{}, fmt.Errorf("%w: object %d is not in stream %d", ErrSyntax, num, at.Container)
	}
	l := &lexer{data: s.data, pos: min(s.offsets[i], len(s.data)), inner: true}
	x, err := l.value()
	return Object{Num: num, Value: x, size: l.pos - s.offsets[i]}, err
}

func (v *View) readObjectStream(num int) (*objectStream, error) {
	o, err := v.Object(num)
	if err != nil {
		return nil, err
	}
	st, ok := o.Value.(*Stream)
	if !ok {
		return nil, fmt.Errorf("%w: object %d is no stream", ErrSyntax, num)
	}
	if v.Encrypted() {
		return nil, fmt.Errorf("%w: encrypted object stream", ErrSyntax)
	}
	b, err := v.File.inflate(st)
	if err != nil {
		return nil, err
	}
	count, first := intOr(v.Resolve(st.Dict.Get("N")), 0), intOr(v.Resolve(st.Dict.Get("First")), 0)
	if count > maxObjects {
		return nil, fmt.Errorf("%w: objects of a stream", ErrLimit)
	}
	s := &objectStream{data: b}
	l := &lexer{data: b, inner: true}
	for range count {
		n, ok := l.integer()
		off, ok2 := l.integer()
		if !ok || !ok2 {
			return nil, l.fail("head of an object stream")
		}
		s.numbers, s.offsets = append(s.numbers, n), append(s.offsets, first+off)
	}
	return s, nil
}

// A Section is one cross-reference section of a view and the bytes it takes.
type Section struct {
	Start, End int
	Inexact    bool
	Trailer    *Dict
	Objects    map[int]Location
}

// SectionsFrom gives the view's sections that begin at or after off, newest
// first.
func (v *View) SectionsFrom(off int) []Section {
	var list []Section
	for _, s := range v.sections {
		if s.start < off {
			continue
		}
		objects := make(map[int]Location, len(s.entries))
		for _, e := range s.entries {
			objects[e.num] = e.at
		}
		list = append(list, Section{s.start, s.end, s.inexact, s.trailer, objects})
	}
	return list
}

// Includes tells whether the older view's newest section is one of this
// view's: that the later file was made by adding to the earlier one.
func (v *View) Includes(older *View) bool {
	if len(older.sections) == 0 {
		return false
	}
	return slices.ContainsFunc(v.sections, func(s *section) bool { return s.start == older.sections[0].start })
}

// SectionCount is how many cross-reference sections lead to the view.
func (v *View) SectionCount() int { return len(v.sections) }
