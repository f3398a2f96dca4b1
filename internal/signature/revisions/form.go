package revisions

import (
	"slices"
	"strconv"
	"strings"

	"madoguchi/internal/signature/pdf"
)

// form compares the interactive forms.
func (c *comparison) form(x, y any) {
	a, b := c.signed.Dict(x), c.final.Dict(y)
	if a != nil && b == nil {
		c.forbid("verify.changed_form")
		return
	}
	c.claim(x, "AcroForm")
	c.claim(y, "AcroForm")
	for _, key := range keysOf(a, b) {
		v, w := a.Get(key), b.Get(key)
		switch key {
		case "Fields":
			c.claim(v, "Fields")
			c.claim(w, "Fields")
			c.fields(c.signed.Array(v), c.final.Array(w))
		case "SigFlags":
		case "DR":
			c.resources(v, w, 0)
		case "NeedAppearances":
			if !pdf.Equal(v, w) && c.final.Resolve(w) == true {
				c.forbid("verify.changed_form")
			}
		case "DA":
			if a.Has(key) && !c.same(v, w) {
				c.forbid("verify.changed_form")
			}
		default:
			if !c.same(v, w) {
				c.forbid("verify.changed_form")
			}
		}
	}
}

// resources allows additions to a form's default resources: new signatures
// bring their fonts.
func (c *comparison) resources(x, y any, depth int) {
	if pdf.Equal(x, y) {
		if r, ok := x.(pdf.Ref); !ok || !c.changed[r.Num] {
			return
		}
	}
	a, b := c.signed.Dict(x), c.final.Dict(y)
	if a == nil && depth <= 1 {
		return
	}
	if b == nil || depth > 1 {
		c.forbid("verify.changed_form")
		return
	}
	c.claim(x, "DR", "Font", "XObject", "Encoding")
	for _, e := range a.Entries {
		c.resources(e.Value, b.Get(e.Key), depth+1)
	}
}

// fields checks that the old fields are all there and the new ones are
// signatures.
func (c *comparison) fields(before, after pdf.Array) {
	old, now := references(before), references(after)
	if old == nil || now == nil {
		if !pdf.Equal(before, after) {
			c.forbid("verify.changed_form")
		}
		return
	}
	for r := range old {
		if !now[r] {
			c.forbid("verify.changed_form")
		}
	}
	for _, y := range after {
		if r, _ := y.(pdf.Ref); !old[r] {
			c.newField(r)
		}
	}
}

// references gives the references of a list as a set, nil if it holds
// anything else.
func references(list pdf.Array) map[pdf.Ref]bool {
	set := make(map[pdf.Ref]bool, len(list))
	for _, x := range list {
		r, ok := x.(pdf.Ref)
		if !ok {
			return nil
		}
		set[r] = true
	}
	return set
}

// newField judges a field that a later revision brought.
func (c *comparison) newField(r pdf.Ref) {
	d := c.final.Dict(r)
	if r.Num == 0 || c.changed[r.Num] || c.final.Resolve(d.Get("FT")) != pdf.Name("Sig") || d.Has("A") || d.Has("AA") {
		c.forbid("verify.changed_form")
		return
	}
	value := c.final.Dict(d.Get("V"))
	stamp := value.Get("Type") == pdf.Name("DocTimeStamp") || value.Get("SubFilter") == pdf.Name("ETSI.RFC3161")
	visible := c.visible(d)
	for _, k := range c.final.Array(d.Get("Kids")) {
		kid, _ := k.(pdf.Ref)
		c.newFields[kid.Num] = true
		visible = visible || c.visible(c.final.Dict(k))
		if w := c.final.Dict(k); w.Has("A") || w.Has("AA") || c.changed[kid.Num] {
			c.forbid("verify.changed_form")
		}
	}
	c.newFields[r.Num] = true
	c.signatureAdded = true
	switch {
	case c.allow.Level == 1 && !stamp:
		c.forbid("verify.changed_certified")
	case c.allow.Level > 0 && visible:
		c.forbid("verify.changed_certified_visible")
	case visible && value == nil:
		c.forbid("verify.changed_empty_field")
	case stamp:
		c.permit("verify.allowed_timestamp")
	case visible:
		c.permit("verify.allowed_visible_signature")
	default:
		c.permit("verify.allowed_signature")
	}
}

// visible tells whether a widget can paint on a page: it has an area and is
// neither hidden nor kept from view.
func (c *comparison) visible(d *pdf.Dict) bool {
	const hidden, noView = 1 << 1, 1 << 5
	if flags, ok := c.final.Resolve(d.Get("F")).(int64); ok && flags&(hidden|noView) != 0 {
		return false
	}
	rect := slices.Clone(c.final.Array(d.Get("Rect")))
	if len(rect) != 4 {
		return len(rect) > 0
	}
	for i := range rect {
		rect[i] = c.final.Resolve(rect[i])
	}
	return !sameNumber(rect[0], rect[2]) && !sameNumber(rect[1], rect[3])
}

// sameNumber compares numbers as written; 0 and 0.0 are the same.
func sameNumber(a, b any) bool {
	text := func(x any) string {
		switch x := x.(type) {
		case pdf.Real:
			return strings.TrimRight(strings.TrimRight(string(x), "0"), ".")
		case int64:
			if x == 0 {
				return ""
			}
			return strconv.FormatInt(x, 10)
		}
		return "?"
	}
	x, y := text(a), text(b)
	return x == y && x != "?"
}

// isField tells whether a dictionary is a form field or its widget.
func (c *comparison) isField(d *pdf.Dict) bool {
	return c.kind(d) != nil
}

// kind gives the field type, inherited from parents.
func (c *comparison) kind(d *pdf.Dict) any {
	for range 32 {
		if d == nil {
			return nil
		}
		if ft := c.signed.Resolve(d.Get("FT")); ft != nil {
			return ft
		}
		d = c.signed.Dict(d.Get("Parent"))
	}
	return nil
}

// name gives a field's full name.
func (c *comparison) name(d *pdf.Dict) string {
	var parts []string
	for range 32 {
		if d == nil {
			break
		}
		if t, ok := c.signed.Resolve(d.Get("T")).(pdf.String); ok {
			parts = append(parts, pdf.Text(t.Value))
		}
		d = c.signed.Dict(d.Get("Parent"))
	}
	slices.Reverse(parts)
	return strings.Join(parts, ".")
}

// The keys of a field that may change when it is signed, and when it is
// filled in.
var (
	signingKeys = []pdf.Name{"V", "AP", "AS", "F", "MK", "M", "DA", "Type", "H", "StructParent"}
	fillingKeys = []pdf.Name{"V", "AP", "AS", "DA", "M", "MK", "I", "RV"}
)

// field judges a changed field that the signed revision had.
func (c *comparison) field(n int, a, b *pdf.Dict) {
	if !c.roles.only(n, "Fields", "Kids", "Annots", "Parent", "Obj", "K") {
		return
	}
	free := fillingKeys
	signature := c.kind(a) == pdf.Name("Sig")
	if signature {
		free = signingKeys
	}
	for _, key := range keysOf(a, b) {
		if slices.Contains(free, key) || c.same(a.Get(key), b.Get(key)) {
			continue
		}
		if key == "Ff" && onlyLocked(a.Get(key), b.Get(key)) {
			continue
		}
		c.forbid("verify.changed_form")
		return
	}
	c.claimed[n] = true
	if !signature && c.same(a.Get("V"), b.Get("V")) && c.same(a.Get("AP"), b.Get("AP")) && c.same(a.Get("AS"), b.Get("AS")) && c.same(a.Get("MK"), b.Get("MK")) {
		return // only locked, or written anew
	}
	if signature {
		c.signing(a, b)
		return
	}
	if !c.allow.mayFill(c.name(a)) {
		c.forbid("verify.changed_form_fill")
		return
	}
	c.permit("verify.allowed_form_fill")
	c.claimAppearance(n, a.Get("AP"), 0)
}

// onlyLocked tells whether all that changed in a field's flags is that it may
// no longer be filled in: signing locks the fields that it names.
func onlyLocked(a, b any) bool {
	before, ok := a.(int64)
	after, ok2 := b.(int64)
	return (ok || a == nil) && ok2 && after == before|1
}

// signing judges a signature field that was there before: an empty one may be
// signed unless the file was certified without any change.
func (c *comparison) signing(a, b *pdf.Dict) {
	if c.signed.Resolve(a.Get("V")) != nil {
		c.forbid("verify.changed_signature_field")
		return
	}
	if c.allow.Level == 1 {
		c.forbid("verify.changed_certified")
		return
	}
	if c.final.Resolve(b.Get("V")) == nil {
		c.forbid("verify.changed_empty_field")
		return
	}
	c.signatureAdded = true
	c.permit("verify.allowed_signature")
}

// claimAppearance claims the appearance streams of a filled field that were
// written over, if only this field used them.
func (c *comparison) claimAppearance(n int, x any, depth int) {
	if depth > 3 {
		return
	}
	if r, ok := x.(pdf.Ref); ok && c.changed[r.Num] {
		others := slices.ContainsFunc(c.roles.parents(r.Num), func(p int) bool {
			return p != n && !c.claimed[p]
		})
		if !others {
			c.claimed[r.Num] = true
		}
	}
	if d, ok := c.signed.Resolve(x).(*pdf.Dict); ok {
		for _, e := range d.Entries {
			c.claimAppearance(n, e.Value, depth+1)
		}
	}
}
