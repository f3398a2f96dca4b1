package pades

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"image"
	"strings"

	"madoguchi/internal/signature/pdf"
)

// A Seal is a visible seal (公印風の印影): a picture on a page. Page counts
// from 1; the place is in points from the lower left corner.
type Seal struct {
	Page                int
	X, Y, Width, Height int
	Picture             image.Image
}

// addField adds a signature field with its widget and value.
func (u *update) addField(name string, value *pdf.Dict, place int, seal *Seal) error {
	form := u.form()
	fields := append(pdf.Array{}, u.view.Array(form.Get("Fields"))...)
	if name == "" {
		name = u.freeName(fields)
	}
	page := 1
	rect := pdf.Array{int64(0), int64(0), int64(0), int64(0)}
	if seal != nil {
		page = seal.Page
		rect = pdf.Array{int64(seal.X), int64(seal.Y), int64(seal.X + seal.Width), int64(seal.Y + seal.Height)}
	}
	pageNum, ok := u.page(page)
	if !ok {
		return ErrNoPage
	}
	set(value, "ByteRange", raw(rangePlace))
	set(value, "Contents", raw("<"+strings.Repeat("0", 2*place)+">"))
	// F 132 is Print and Locked
	widget := dict("Type", pdf.Name("Annot"), "Subtype", pdf.Name("Widget"), "FT", pdf.Name("Sig"),
		"T", textUTF16(name), "F", int64(132), "Rect", rect, "P", pdf.Ref{Num: pageNum}, "V", u.add(value))
	if seal != nil {
		appearance, err := u.appearance(seal)
		if err != nil {
			return err
		}
		set(widget, "AP", dict("N", appearance))
	}
	ref := u.add(widget)
	set(form, "Fields", append(fields, ref))
	set(form, "SigFlags", int64(3))
	target := u.edit(pageNum)
	set(target, "Annots", append(append(pdf.Array{}, u.view.Array(target.Get("Annots"))...), ref))
	return nil
}

// form gives the interactive form to edit, a new one if there is none.
func (u *update) form() *pdf.Dict {
	old := u.view.Root().Get("AcroForm")
	if ref, ok := old.(pdf.Ref); ok && u.view.Dict(ref) != nil {
		return u.edit(ref.Num)
	}
	form := &pdf.Dict{}
	if d := u.view.Dict(old); d != nil {
		form.Entries = append(form.Entries, d.Entries...)
	}
	set(u.edit(u.root), "AcroForm", form)
	return form
}

// freeName finds a name that no field has.
func (u *update) freeName(fields pdf.Array) string {
	taken := map[string]bool{}
	for _, f := range fields {
		if t, ok := u.view.Resolve(u.view.Dict(f).Get("T")).(pdf.String); ok {
			taken[pdf.Text(t.Value)] = true
		}
	}
	for i := 1; ; i++ {
		if name := fmt.Sprintf("Signature%d", i); !taken[name] {
			return name
		}
	}
}

// page gives the object number of page n, counted from 1.
func (u *update) page(n int) (int, bool) {
	left, found := n, 0
	seen := map[int]bool{}
	var visit func(x any)
	visit = func(x any) {
		ref, ok := x.(pdf.Ref)
		if !ok || found > 0 || seen[ref.Num] {
			return
		}
		seen[ref.Num] = true
		d := u.view.Dict(ref)
		if kids := u.view.Array(d.Get("Kids")); kids != nil {
			for _, k := range kids {
				visit(k)
			}
			return
		}
		if left--; left == 0 && d != nil {
			found = ref.Num
		}
	}
	visit(u.view.Root().Get("Pages"))
	return found, found > 0
}

// appearance makes the form that draws a seal's picture.
func (u *update) appearance(s *Seal) (pdf.Ref, error) {
	b := s.Picture.Bounds()
	var rgb, alpha bytes.Buffer
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			r, g, bl, a := s.Picture.At(x, y).RGBA()
			if a > 0 { // RGBA is premultiplied; a PDF wants the bare color
				r, g, bl = r*0xffff/a, g*0xffff/a, bl*0xffff/a
			}
			rgb.Write([]byte{byte(r >> 8), byte(g >> 8), byte(bl >> 8)})
			alpha.WriteByte(byte(a >> 8))
		}
	}
	mask, err := u.picture(alpha.Bytes(), b, "DeviceGray", nil)
	if err != nil {
		return pdf.Ref{}, err
	}
	picture, err := u.picture(rgb.Bytes(), b, "DeviceRGB", mask)
	if err != nil {
		return pdf.Ref{}, err
	}
	draw := fmt.Sprintf("q %d 0 0 %d 0 0 cm /Seal Do Q", s.Width, s.Height)
	return u.add(stream(dict("Type", pdf.Name("XObject"), "Subtype", pdf.Name("Form"),
		"BBox", pdf.Array{int64(0), int64(0), int64(s.Width), int64(s.Height)},
		"Resources", dict("XObject", dict("Seal", picture))), []byte(draw))), nil
}

// picture adds an image; mask is its transparency or nil.
func (u *update) picture(samples []byte, b image.Rectangle, space string, mask any) (pdf.Ref, error) {
	var packed bytes.Buffer
	w := zlib.NewWriter(&packed)
	if _, err := w.Write(samples); err != nil {
		return pdf.Ref{}, err
	}
	if err := w.Close(); err != nil {
		return pdf.Ref{}, err
	}
	d := dict("Type", pdf.Name("XObject"), "Subtype", pdf.Name("Image"), "Width", int64(b.Dx()), "Height", int64(b.Dy()),
		"ColorSpace", pdf.Name(space), "BitsPerComponent", int64(8), "Filter", pdf.Name("FlateDecode"))
	if mask != nil {
		set(d, "SMask", mask)
	}
	return u.add(stream(d, packed.Bytes())), nil
}
