package revisions

import (
	"encoding/hex"
	"slices"

	"madoguchi/internal/signature/pdf"
)

// trailerFree are the trailer keys that every revision writes anew.
var trailerFree = []pdf.Name{
	"Size", "Prev", "XRefStm", "ID", "Info", "Type", "W", "Index", "Length", "Filter", "DecodeParms", "DL",
}

// keysOf lists the keys of both dictionaries.
func keysOf(a, b *pdf.Dict) []pdf.Name {
	var list []pdf.Name
	for _, d := range []*pdf.Dict{a, b} {
		if d == nil {
			continue
		}
		for _, e := range d.Entries {
			list = append(list, e.Key)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// same tells whether a value means in the file what it meant in the signed
// revision: a reference may have become the value itself.
func (c *comparison) same(x, y any) bool {
	return pdf.Equal(c.signed.Resolve(x), c.final.Resolve(y))
}

func (c *comparison) trailer() {
	a, b := c.signed.Trailer, c.final.Trailer
	for _, key := range keysOf(a, b) {
		if !slices.Contains(trailerFree, key) && key != "Root" && !pdf.Equal(a.Get(key), b.Get(key)) && a.Has(key) {
			c.forbid("verify.changed_trailer")
		}
	}
	for _, x := range []any{a.Get("Info"), b.Get("Info")} {
		if r, ok := x.(pdf.Ref); ok && (c.changed[r.Num] || c.added[r.Num]) {
			c.permit("verify.allowed_information")
			c.claim(x, "Info")
		}
	}
}

// catalog compares the catalogs key by key.
func (c *comparison) catalog() {
	a, b := c.signed.Root(), c.final.Root()
	c.claim(c.signed.Trailer.Get("Root"), "Root")
	c.claim(c.final.Trailer.Get("Root"), "Root")
	for _, key := range keysOf(a, b) {
		x, y := a.Get(key), b.Get(key)
		switch key {
		case "AcroForm":
			c.form(x, y)
		case "DSS":
			c.validationData(x, y)
		case "Extensions":
			c.claim(x, "Extensions")
			c.claim(y, "Extensions")
		case "Version":
			_, ok := c.final.Resolve(y).(pdf.Name)
			if !ok {
				c.forbid("verify.changed_catalog")
			}
		case "Metadata":
			c.metadata(x, y)
		case "StructTreeRoot", "MarkInfo":
			if !c.same(x, y) {
				c.structureTouch = true
			}
		default:
			if !c.same(x, y) {
				c.forbid("verify.changed_catalog")
			}
		}
	}
}

// metadata allows a new XMP stream: it is not shown on a page.
func (c *comparison) metadata(x, y any) {
	if r, ok := x.(pdf.Ref); pdf.Equal(x, y) && (!ok || !c.changed[r.Num]) {
		return
	}
	if _, ok := c.final.Resolve(y).(*pdf.Stream); !ok && y != nil {
		c.forbid("verify.changed_catalog")
		return
	}
	c.permit("verify.allowed_information")
	c.claim(x, "Metadata")
	c.claim(y, "Metadata")
}

// dssKeys are the keys of a document security store (ISO 32000-2 12.8.4.3).
var dssKeys = []pdf.Name{"DSS", "VRI", "Certs", "CRLs", "OCSPs", "Cert", "CRL", "OCSP", "TS", "TU", "Type"}

func (c *comparison) validationData(x, y any) {
	if y == nil && x != nil {
		c.forbid("verify.changed_catalog")
		return
	}
	c.permit("verify.allowed_validation_data")
	for _, v := range []struct {
		view *pdf.View
		at   any
	}{{c.signed, x}, {c.final, y}} {
		c.claimStore(v.view, v.at, map[int]bool{}, 0)
	}
}

// claimStore claims the objects of a security store, as far as nothing else
// uses them.
func (c *comparison) claimStore(v *pdf.View, x any, seen map[int]bool, depth int) {
	if depth > 6 {
		return
	}
	if r, ok := x.(pdf.Ref); ok {
		if seen[r.Num] {
			return
		}
		seen[r.Num] = true
		keys := slices.Clone(dssKeys)
		for key := range c.roles.keys(r.Num) {
			if _, err := hex.DecodeString(string(key)); err == nil && len(key) == 40 {
				keys = append(keys, key)
			}
		}
		c.claim(r, keys...)
	}
	switch value := v.Resolve(x).(type) {
	case pdf.Array:
		for _, e := range value {
			c.claimStore(v, e, seen, depth+1)
		}
	case *pdf.Dict:
		for _, e := range value.Entries {
			c.claimStore(v, e.Value, seen, depth+1)
		}
	}
}

// object applies the rule for one changed object by what it was.
func (c *comparison) object(n int) {
	if c.claimed[n] {
		return
	}
	o, err := c.signed.Object(n)
	if err != nil {
		return
	}
	now, err := c.final.Object(n)
	if err != nil {
		return
	}
	if list, ok := o.Value.(pdf.Array); ok {
		after, _ := now.Value.(pdf.Array)
		if c.roles.used(n) && c.roles.only(n, "Annots") {
			c.claimed[n] = true
			c.annotations(list, after)
		}
		return
	}
	a, isDict := o.Value.(*pdf.Dict)
	b, stillDict := now.Value.(*pdf.Dict)
	if !isDict || !stillDict {
		return
	}
	switch {
	case a.Get("Type") == pdf.Name("Page"):
		c.page(n, a, b)
	case c.isField(a):
		c.field(n, a, b)
	case c.roles.only(n, structureKeys...) && c.roles.used(n):
		c.structureTouch = true
		c.claimed[n] = true
	}
}

// structureKeys are where the objects of a structure tree are used; page
// content never is.
var structureKeys = []pdf.Name{"StructTreeRoot", "ParentTree", "Nums", "K", "P", "Kids", "IDTree"}

// page allows one change: widgets of new signatures among the annotations.
func (c *comparison) page(n int, a, b *pdf.Dict) {
	for _, key := range keysOf(a, b) {
		x, y := a.Get(key), b.Get(key)
		if key == "Annots" {
			c.claim(x, "Annots")
			c.claim(y, "Annots")
			c.annotations(c.signed.Array(x), c.final.Array(y))
			continue
		}
		if !c.same(x, y) && key != "Tabs" && key != "StructParents" && !(x == nil && c.same(c.inherited(a, key), y)) {
			c.forbid("verify.changed_page")
		}
	}
	c.claimed[n] = true
}

// inherited gives what a page inherits from the pages above it: some producers
// write it into the page.
func (c *comparison) inherited(page *pdf.Dict, key pdf.Name) any {
	if !slices.Contains([]pdf.Name{"MediaBox", "CropBox", "Rotate", "Resources"}, key) {
		return nil
	}
	for range 32 {
		page = c.signed.Dict(page.Get("Parent"))
		if v := page.Get(key); v != nil || page == nil {
			return v
		}
	}
	return nil
}

// annotations checks that the old ones are all there, in their order, and that
// new ones are widgets of new signatures.
func (c *comparison) annotations(before, after pdf.Array) {
	i := 0
	for _, x := range after {
		if i < len(before) && pdf.Equal(before[i], x) {
			i++
			continue
		}
		r, _ := x.(pdf.Ref)
		if !c.newFields[r.Num] || r.Num == 0 {
			c.forbid("verify.changed_annotation")
		}
	}
	if i < len(before) {
		c.forbid("verify.changed_annotation")
	}
}
