package pdf

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// A Signature is a signature dictionary and the field that shows it.
type Signature struct {
	Field      string // full name of the field, "" if no field has it
	FieldNum   int    // object number of the field, 0 if it is direct
	Num        int    // object number of the dictionary, 0 if it is direct
	Start, End int    // where the dictionary's object stands, 0, 0 if direct
	Dict       *Dict
	Linked     bool // a field of the view has it as its value
	Removed    bool // only an earlier revision has the field
}

// Signatures finds every signature of the view: the values of signature
// fields, of the form and of pages, then dictionaries with a ByteRange
// that no field shows. Usage rights (Perms/UR3) are not among them. total is
// the number of signature fields, empty ones included.
func (v *View) Signatures() (list []Signature, total int) {
	c := collector{view: v, seen: map[int]bool{}, values: map[int]bool{}}
	form := v.Dict(v.Root().Get("AcroForm"))
	for _, x := range v.Array(form.Get("Fields")) {
		c.field(x, "", nil, 0)
	}
	c.pages(v.Root().Get("Pages"), map[int]bool{}, 0)
	c.orphans()
	return c.list, c.total
}

// A collector gathers signatures.
type collector struct {
	view   *View
	seen   map[int]bool // fields by object number
	values map[int]bool // signature dictionaries by object number
	list   []Signature
	total  int
}

// field visits a field and its kids; kind is the inherited FT.
func (c *collector) field(x any, parent string, kind any, depth int) {
	ref, _ := x.(Ref)
	if depth > maxDepth || (ref.Num > 0 && c.seen[ref.Num]) {
		return
	}
	if ref.Num > 0 {
		c.seen[ref.Num] = true
	}
	d := c.view.Dict(x)
	if d == nil {
		return
	}
	name := parent
	if t, ok := c.view.Resolve(d.Get("T")).(String); ok {
		name = strings.TrimPrefix(parent+"."+Text(t.Value), ".")
	}
	if own := c.view.Resolve(d.Get("FT")); own != nil {
		kind = own
	}
	kids := c.view.Array(d.Get("Kids"))
	for _, k := range kids {
		c.field(k, name, kind, depth+1)
	}
	if kind != Name("Sig") {
		return
	}
	if len(kids) == 0 || d.Has("V") {
		c.total++
	}
	c.signature(d.Get("V"), name, ref.Num)
}

// signature adds the value of a signature field.
func (c *collector) signature(x any, name string, field int) {
	value := c.view.Resolve(x)
	if value == nil {
		return
	}
	s := Signature{Field: name, FieldNum: field, Linked: true, Dict: DictOf(value)}
	if s.Dict == nil {
		s.Dict = &Dict{}
	}
	if ref, ok := x.(Ref); ok {
		if c.values[ref.Num] {
			return
		}
		c.values[ref.Num] = true
		s.Num = ref.Num
		if o, err := c.view.Object(ref.Num); err == nil {
			s.Start, s.End = o.Start, o.End
		}
	}
	c.list = append(c.list, s)
}

// pages visits the annotations of all pages: viewers show widgets that the
// form does not list.
func (c *collector) pages(x any, seen map[int]bool, depth int) {
	ref, _ := x.(Ref)
	if depth > maxDepth || (ref.Num > 0 && seen[ref.Num]) {
		return
	}
	seen[ref.Num] = true
	d := c.view.Dict(x)
	for _, k := range c.view.Array(d.Get("Kids")) {
		c.pages(k, seen, depth+1)
	}
	for _, a := range c.view.Array(d.Get("Annots")) {
		w := c.view.Dict(a)
		if w.Get("Subtype") == Name("Widget") && c.view.Resolve(w.Get("FT")) == Name("Sig") {
			c.field(a, "", nil, 0)
		}
	}
}

// orphans adds dictionaries with a ByteRange that no field shows.
func (c *collector) orphans() {
	rights := c.view.Dict(c.view.Root().Get("Perms")).Get("UR3")
	if old := c.view.Dict(c.view.Root().Get("Perms")).Get("UR"); rights == nil {
		rights = old
	}
	skip, _ := rights.(Ref)
	for _, num := range c.view.marked() {
		if c.values[num] || (num == skip.Num && skip.Num > 0) {
			continue
		}
		o, err := c.view.Object(num)
		if err != nil {
			continue
		}
		d := DictOf(o.Value)
		if !d.Has("ByteRange") || !d.Has("Contents") || UsageRights(c.view, d) {
			continue
		}
		c.values[num] = true
		c.list = append(c.list, Signature{Num: num, Start: o.Start, End: o.End, Dict: d})
	}
}

// Hidden finds signature dictionaries that the view does not reach, in earlier
// revisions or in none: what a later revision took away. known are those that
// the view has.
func (v *View) Hidden(known []Signature) []Signature {
	f, mark := v.File, []byte("/ByteRange")
	var list []Signature
	for pos, tries := 0, 0; tries < maxMarked; tries++ {
		at := bytes.Index(f.Data[pos:], mark)
		if at < 0 {
			break
		}
		at += pos
		pos = at + len(mark)
		if slices.ContainsFunc(known, func(s Signature) bool { return s.covers(at) }) {
			continue
		}
		head := bytes.LastIndex(f.Data[max(0, at-1<<17):at], []byte("obj"))
		if head < 0 {
			continue
		}
		num, _, start, ok := f.headBefore(head + max(0, at-1<<17))
		if !ok {
			continue
		}
		o, err := f.object(start, num, len(f.Data), nil)
		if err != nil || o.End < at || v.inOther(start) {
			continue
		}
		d := DictOf(o.Value)
		if d.Has("ByteRange") && d.Has("Contents") && !UsageRights(v, d) {
			list = append(list, Signature{Num: num, Start: o.Start, End: o.End, Dict: d, Removed: true})
			known = append(known, list[len(list)-1])
		}
	}
	return list
}

// inOther tells whether byte at stands inside an object of the view, as files
// do that are attached to this one.
func (v *View) inOther(at int) bool {
	num, ok := v.before(at)
	if !ok {
		return false
	}
	o, err := v.Object(num)
	return err == nil && o.End > at
}

// maxMarked bounds how many places are looked at that may be signatures.
const maxMarked = 1000

// covers tells whether the signature's dictionary stands around byte at. That
// of a direct dictionary is known by its Contents.
func (s Signature) covers(at int) bool {
	if s.End > 0 {
		return at >= s.Start && at < s.End
	}
	c, ok := s.Dict.Get("Contents").(String)
	return ok && c.Start >= 0 && at > c.Start-4096 && at < c.End+4096
}

// UsageRights tells whether the signature grants the features of a viewer
// (12.8.2.3) instead of signing for a person.
func UsageRights(v *View, d *Dict) bool {
	for _, x := range v.Array(d.Get("Reference")) {
		method := v.Resolve(v.Dict(x).Get("TransformMethod"))
		if method == Name("UR3") || method == Name("UR") {
			return true
		}
	}
	return false
}

// A start is where an object of the file itself stands.
type start struct{ off, num int }

// order gives the view's objects by their place in the file.
func (v *View) order() []start {
	if v.starts != nil {
		return v.starts
	}
	v.starts = make([]start, 0, len(v.objects))
	for n, at := range v.objects {
		if !at.Free && at.Container == 0 && at.Offset < v.End {
			v.starts = append(v.starts, start{at.Offset, n})
		}
	}
	slices.SortFunc(v.starts, func(a, b start) int { return a.off - b.off })
	return v.starts
}

// before gives the last object that begins before byte at.
func (v *View) before(at int) (num int, ok bool) {
	starts := v.order()
	i, _ := slices.BinarySearchFunc(starts, at, func(s start, p int) int { return s.off - p })
	if i == 0 {
		return 0, false
	}
	return starts[i-1].num, true
}

// marked lists the objects of the file itself whose bytes hold "/ByteRange".
func (v *View) marked() []int {
	mark := []byte("/ByteRange")
	var list []int
	for pos := 0; len(list) < maxMarked; {
		at := bytes.Index(v.File.Data[pos:v.End], mark)
		if at < 0 {
			break
		}
		pos += at
		if num, ok := v.before(pos); ok {
			list = append(list, num)
		}
		pos += len(mark)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// Text decodes a text string (7.9.2.2): UTF-16BE or UTF-8 with a mark, else
// bytes, which are right for ASCII.
func Text(b []byte) string {
	if len(b) >= 2 && b[0] == 0xfe && b[1] == 0xff {
		units := make([]uint16, 0, len(b)/2)
		for i := 2; i+1 < len(b); i += 2 {
			units = append(units, uint16(b[i])<<8|uint16(b[i+1]))
		}
		return string(utf16.Decode(units))
	}
	b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
	if utf8.Valid(b) {
		return string(b)
	}
	runes := make([]rune, len(b))
	for i, c := range b {
		runes[i] = rune(c)
	}
	return string(runes)
}

// LooksSigned tells whether raw bytes show signs of a PDF signature, for files
// that cannot be read.
func LooksSigned(data []byte) bool {
	for _, mark := range []string{"/ByteRange", "/adbe.pkcs7", "/adbe.x509", "/ETSI.CAdES", "/ETSI.RFC3161"} {
		if bytes.Contains(data, []byte(mark)) {
			return true
		}
	}
	return false
}

// A ByteRange says which bytes of the file are signed: two spans with the gap
// [GapStart, GapEnd) between them, from 0 to End.
type ByteRange struct{ GapStart, GapEnd, End int }

// SignedRange reads the ByteRange of a signature dictionary and checks that it
// leaves out exactly the dictionary's own Contents string and nothing else
// (12.8.1). The error says what is wrong.
func (v *View) SignedRange(d *Dict) (ByteRange, error) {
	if d.Repeated {
		return ByteRange{}, RangeError{"verify.byte_range_repeated"}
	}
	list, ok := d.Get("ByteRange").(Array)
	if !ok || len(list) != 4 {
		return ByteRange{}, RangeError{"verify.byte_range_numbers"}
	}
	var n [4]int
	for i := range n {
		x, ok := list[i].(int64)
		if !ok || x < 0 || x > MaxFile {
			return ByteRange{}, RangeError{"verify.byte_range_numbers"}
		}
		n[i] = int(x)
	}
	r := ByteRange{GapStart: n[1], GapEnd: n[2], End: n[2] + n[3]}
	if n[0] != 0 || n[1] <= 0 || n[2] <= n[1] || n[3] <= 0 || r.End > len(v.File.Data) {
		return ByteRange{}, RangeError{"verify.byte_range_spans"}
	}
	c, ok := d.Get("Contents").(String)
	if !ok || !c.Hex || c.Start < 0 || len(c.Value) == 0 {
		return r, RangeError{"verify.byte_range_no_contents"}
	}
	// the delimiters < and > may be in the signed spans: more is signed then
	if (r.GapStart != c.Start && r.GapStart != c.Start+1) || (r.GapEnd != c.End && r.GapEnd != c.End-1) {
		return r, RangeError{"verify.byte_range_gap"}
	}
	return r, nil
}

// A RangeError says what is wrong with a ByteRange; Key is a key of the words
// files.
type RangeError struct{ Key string }

func (e RangeError) Error() string { return "byte range: " + e.Key }

// Spaced tells whether the gap holds white space between the hexadecimal
// digits, where something could be hidden that changes no value.
func (r ByteRange) Spaced(data []byte) bool {
	return bytes.ContainsAny(data[r.GapStart:r.GapEnd], " \t\r\n\x00\f")
}

// Parts gives the two signed spans of the file's bytes.
func (r ByteRange) Parts(data []byte) [][]byte {
	return [][]byte{data[:r.GapStart], data[r.GapEnd:r.End]}
}
