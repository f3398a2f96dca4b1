package pades

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"

	"madoguchi/internal/signature/pdf"
)

// An update is an incremental update of a PDF: objects that are new or
// replace old ones.
type update struct {
	view    *pdf.View
	objects map[int]any
	next    int
	root    int
}

// newUpdate opens a file to add to it. Encrypted and damaged files are
// refused: nobody should sign what may be shown differently.
func newUpdate(data []byte) (*update, error) {
	f, err := pdf.Open(data)
	if err != nil {
		return nil, err
	}
	v, err := f.View(len(data))
	if err != nil {
		return nil, err
	}
	if v.Encrypted() {
		return nil, ErrEncrypted
	}
	root, ok := v.Trailer.Get("Root").(pdf.Ref)
	if !ok {
		return nil, fmt.Errorf("%w: catalog is no object", pdf.ErrSyntax)
	}
	next := 1
	if size, ok := v.Trailer.Get("Size").(int64); ok {
		next = int(size)
	}
	if used := v.Numbers(); len(used) > 0 {
		next = max(next, used[len(used)-1]+1)
	}
	return &update{view: v, objects: map[int]any{}, next: next, root: root.Num}, nil
}

// add gives a new object's reference.
func (u *update) add(v any) pdf.Ref {
	n := u.next
	u.next++
	u.objects[n] = v
	return pdf.Ref{Num: n}
}

// edit gives a copy of a dictionary object that the update will write.
func (u *update) edit(num int) *pdf.Dict {
	if d, ok := u.objects[num].(*pdf.Dict); ok {
		return d
	}
	old := u.view.Dict(pdf.Ref{Num: num})
	d := &pdf.Dict{}
	if old != nil {
		d.Entries = slices.Clone(old.Entries)
	}
	u.objects[num] = d
	return d
}

// set replaces or adds a key.
func set(d *pdf.Dict, key pdf.Name, v any) {
	for i := range d.Entries {
		if d.Entries[i].Key == key {
			d.Entries[i].Value = v
			return
		}
	}
	d.Entries = append(d.Entries, pdf.Entry{Key: key, Value: v})
}

// dict makes a dictionary of keys and values in turn.
func dict(pairs ...any) *pdf.Dict {
	d := &pdf.Dict{}
	for i := 0; i+1 < len(pairs); i += 2 {
		key, _ := pairs[i].(string)
		d.Entries = append(d.Entries, pdf.Entry{Key: pdf.Name(key), Value: pairs[i+1]})
	}
	return d
}

// write gives the file with the update behind it, in the kind of
// cross-reference that the file has.
func (u *update) write() ([]byte, error) {
	out := bytes.NewBuffer(slices.Clone(u.view.File.Data))
	if !bytes.HasSuffix(out.Bytes(), []byte("\n")) {
		out.WriteByte('\n')
	}
	numbers := make([]int, 0, len(u.objects))
	for n := range u.objects {
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	offsets := make(map[int]int, len(numbers))
	for _, n := range numbers {
		offsets[n] = out.Len()
		fmt.Fprintf(out, "%d 0 obj\n", n)
		if err := encode(out, u.objects[n]); err != nil {
			return nil, err
		}
		out.WriteString("\nendobj\n")
	}
	finish := u.writeTable
	if u.view.Trailer.Get("Type") == pdf.Name("XRef") {
		finish = u.writeStream
	}
	if err := finish(out, numbers, offsets); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// trailer gives the keys that every trailer of the file has.
func (u *update) trailer(size int) *pdf.Dict {
	d := dict("Size", int64(size), "Prev", int64(u.view.StartXRef))
	for _, key := range []pdf.Name{"Root", "Info", "ID"} {
		if v := u.view.Trailer.Get(key); v != nil {
			set(d, key, v)
		}
	}
	return d
}

// runs splits sorted numbers into runs without gaps.
func runs(numbers []int) [][]int {
	var list [][]int
	for i, n := range numbers {
		if i == 0 || n != numbers[i-1]+1 {
			list = append(list, nil)
		}
		list[len(list)-1] = append(list[len(list)-1], n)
	}
	return list
}

func (u *update) writeTable(out *bytes.Buffer, numbers []int, offsets map[int]int) error {
	start := out.Len()
	out.WriteString("xref\n")
	for _, run := range runs(numbers) {
		fmt.Fprintf(out, "%d %d\n", run[0], len(run))
		for _, n := range run {
			fmt.Fprintf(out, "%010d 00000 n \n", offsets[n])
		}
	}
	out.WriteString("trailer\n")
	if err := encode(out, u.trailer(u.next)); err != nil {
		return err
	}
	fmt.Fprintf(out, "\nstartxref\n%d\n%%%%EOF\n", start)
	return nil
}

func (u *update) writeStream(out *bytes.Buffer, numbers []int, offsets map[int]int) error {
	self := u.next
	start := out.Len()
	offsets[self] = start
	numbers = append(numbers, self)
	index := pdf.Array{}
	var rows []byte
	for _, run := range runs(numbers) {
		index = append(index, int64(run[0]), int64(len(run)))
		for _, n := range run {
			o := offsets[n]
			rows = append(rows, 1, byte(o>>24), byte(o>>16), byte(o>>8), byte(o), 0)
		}
	}
	d := u.trailer(self + 1)
	set(d, "Type", pdf.Name("XRef"))
	set(d, "W", pdf.Array{int64(1), int64(4), int64(1)})
	set(d, "Index", index)
	fmt.Fprintf(out, "%d 0 obj\n", self)
	if err := encode(out, stream(d, rows)); err != nil {
		return err
	}
	fmt.Fprintf(out, "\nendobj\nstartxref\n%d\n%%%%EOF\n", start)
	return nil
}

// stream makes a stream of bytes as they are.
func stream(d *pdf.Dict, b []byte) *pdf.Stream {
	set(d, "Length", int64(len(b)))
	return &pdf.Stream{Dict: d, Raw: b}
}

// raw is text that encode writes as it is.
type raw string

// encode writes a value.
func encode(w *bytes.Buffer, v any) error {
	switch v := v.(type) {
	case nil:
		w.WriteString("null")
	case bool:
		w.WriteString(strconv.FormatBool(v))
	case int64:
		w.WriteString(strconv.FormatInt(v, 10))
	case pdf.Real:
		w.WriteString(string(v))
	case raw:
		w.WriteString(string(v))
	case pdf.Name:
		encodeName(w, v)
	case pdf.String:
		w.WriteString("<" + hex.EncodeToString(v.Value) + ">")
	case pdf.Ref:
		fmt.Fprintf(w, "%d %d R", v.Num, v.Gen)
	case pdf.Array:
		w.WriteByte('[')
		for i, e := range v {
			if i > 0 {
				w.WriteByte(' ')
			}
			if err := encode(w, e); err != nil {
				return err
			}
		}
		w.WriteByte(']')
	case *pdf.Dict:
		return encodeDict(w, v)
	case *pdf.Stream:
		if err := encodeDict(w, v.Dict); err != nil {
			return err
		}
		w.WriteString("\nstream\n")
		w.Write(v.Raw)
		w.WriteString("\nendstream")
	default:
		return fmt.Errorf("%w: value of type %T", pdf.ErrSyntax, v)
	}
	return nil
}

func encodeDict(w *bytes.Buffer, d *pdf.Dict) error {
	w.WriteString("<<")
	for _, e := range d.Entries {
		encodeName(w, e.Key)
		w.WriteByte(' ')
		if err := encode(w, e.Value); err != nil {
			return err
		}
	}
	w.WriteString(">>")
	return nil
}

func encodeName(w *bytes.Buffer, n pdf.Name) {
	w.WriteByte('/')
	for _, c := range []byte(n) {
		if c <= ' ' || c >= 0x7f || bytes.IndexByte([]byte("()<>[]{}/%#"), c) >= 0 {
			fmt.Fprintf(w, "#%02x", c)
			continue
		}
		w.WriteByte(c)
	}
}
