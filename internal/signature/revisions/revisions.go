// Package revisions tells what was changed in a PDF after it was signed
// (署名後の変更).
//
// Allowed are validation data (DSS), document time-stamps, further signatures
// in new fields, document information (Info, XMP), and filling in of forms
// where the signature says so (DocMDP 2 or 3, FieldMDP). Everything else is a
// change: page content, annotations even where DocMDP 3 permits them, names,
// actions, replaced objects, and bytes that no cross-reference explains. On a
// certified file a new visible field is a change too: it can paint over what
// was certified. It judges no signature.
package revisions

import (
	"slices"

	"madoguchi/internal/signature/pdf"
	"madoguchi/internal/signature/report"
)

// Permissions are what a signature allows later: Level is DocMDP's P (0 for
// none), Locks are its FieldMDP dictionaries.
type Permissions struct {
	Level int
	Locks []Lock
}

// A Lock is FieldMDP: Action is All, Include or Exclude.
type Lock struct {
	Action string
	Fields []string
}

// locked tells whether the lock forbids to change the named field; a lock on
// a field is one on its kids.
func (l Lock) locked(name string) bool {
	listed := slices.ContainsFunc(l.Fields, func(f string) bool {
		return f == name || (len(name) > len(f) && name[:len(f)+1] == f+".")
	})
	switch l.Action {
	case "Include":
		return listed
	case "Exclude":
		return !listed
	}
	return true
}

// mayFill tells whether the named field may be filled in.
func (p Permissions) mayFill(name string) bool {
	if p.Level == 1 || (p.Level == 0 && len(p.Locks) == 0) {
		return false
	}
	return !slices.ContainsFunc(p.Locks, func(l Lock) bool { return l.locked(name) })
}

// A Result is what was changed. Findings are failures for forbidden changes
// and notes for allowed ones, each kind once.
type Result struct {
	Change   report.Change
	Findings []report.Finding
}

// Compare compares the file at its end with the signed revision; both views
// are of one file, and signed.End is where the signed bytes end.
func Compare(signed, final *pdf.View, allow Permissions) Result {
	if signed.End == final.End {
		return Result{Change: report.ChangeNone}
	}
	c := &comparison{
		signed: signed, final: final, allow: allow,
		changed: map[int]bool{}, added: map[int]bool{}, claimed: map[int]bool{},
		newFields: map[int]bool{}, said: map[string]bool{},
	}
	c.run()
	r := Result{Change: report.ChangeAllowed, Findings: c.findings}
	for _, f := range c.findings {
		if f.Verdict == report.Failed {
			r.Change = report.Changed
		}
	}
	return r
}

// A comparison gathers what it finds. changed and added are object numbers;
// a changed one that no rule claims is a forbidden change.
type comparison struct {
	signed, final  *pdf.View
	allow          Permissions
	changed, added map[int]bool
	claimed        map[int]bool
	newFields      map[int]bool
	signatureAdded bool
	structureTouch bool
	roles          roles
	findings       []report.Finding
	said           map[string]bool
}

// forbid notes a forbidden change.
func (c *comparison) forbid(key string) {
	if !c.said[key] {
		c.said[key] = true
		c.findings = append(c.findings, report.Fail(report.FormatFailure, key))
	}
}

// permit notes an allowed change.
func (c *comparison) permit(key string) {
	if !c.said[key] {
		c.said[key] = true
		c.findings = append(c.findings, report.Note(key))
	}
}

func (c *comparison) forbidden() bool {
	return slices.ContainsFunc(c.findings, func(f report.Finding) bool { return f.Verdict == report.Failed })
}

func (c *comparison) run() {
	if blank(c.final.File.Data[c.signed.End:c.final.End]) {
		c.permit("verify.allowed_space")
		return
	}
	if c.final.Rebuilt || !c.final.Includes(c.signed) {
		c.forbid("verify.changed_chain")
		return
	}
	if c.final.Encrypted() {
		c.forbid("verify.changed_encrypted")
		return
	}
	c.explainBytes()
	c.diffObjects()
	if c.forbidden() {
		return
	}
	c.roles = rolesOf(c.signed, c.final, c.changed, c.added)
	c.trailer()
	c.catalog()
	for _, n := range sorted(c.changed) {
		c.object(n)
	}
	c.unclaimed()
	for _, n := range sorted(c.added) {
		if c.roles.used(n) && !c.claimed[n] {
			c.forbid("verify.changed_dangling")
		}
	}
	if c.structureTouch && !c.signatureAdded {
		c.forbid("verify.changed_structure")
	}
	if !c.forbidden() && len(c.findings) == 0 {
		c.permit("verify.allowed_nothing_shown")
	}
}

func sorted(set map[int]bool) []int {
	list := make([]int, 0, len(set))
	for n := range set {
		list = append(list, n)
	}
	slices.Sort(list)
	return list
}

// diffObjects fills changed and added.
func (c *comparison) diffObjects() {
	before, after := c.signed.Numbers(), c.final.Numbers()
	for _, n := range before {
		c.diffObject(n)
	}
	for _, n := range after {
		if _, ok := c.signed.Locate(n); !ok {
			c.added[n] = true
		}
	}
}

func (c *comparison) diffObject(n int) {
	old, _ := c.signed.Locate(n)
	now, ok := c.final.Locate(n)
	if !ok {
		c.changed[n] = true
		return
	}
	if old == now {
		return
	}
	a, errA := c.signed.Object(n)
	b, errB := c.final.Object(n)
	if errB != nil {
		c.forbid("verify.changed_unreadable")
		return
	}
	if errA == nil && pdf.Equal(a.Value, b.Value) {
		return
	}
	if t := pdf.DictOf(a.Value).Get("Type"); t == pdf.Name("XRef") || t == pdf.Name("ObjStm") {
		return
	}
	if repeated(b.Value, 0) {
		c.forbid("verify.changed_unreadable")
	}
	c.changed[n] = true
}

// repeated tells whether a dictionary in v has a key twice: parsers differ on
// which counts.
func repeated(v any, depth int) bool {
	if depth > 100 {
		return true
	}
	if list, ok := v.(pdf.Array); ok {
		return slices.ContainsFunc(list, func(x any) bool { return repeated(x, depth+1) })
	}
	d := pdf.DictOf(v)
	if d == nil {
		return false
	}
	return d.Repeated || slices.ContainsFunc(d.Entries, func(e pdf.Entry) bool { return repeated(e.Value, depth+1) })
}

// claim marks a changed or added object as explained by a rule, if in the
// signed revision it is used under these keys only.
func (c *comparison) claim(x any, keys ...pdf.Name) {
	r, ok := x.(pdf.Ref)
	if ok && (c.changed[r.Num] || c.added[r.Num]) && c.roles.only(r.Num, keys...) {
		c.claimed[r.Num] = true
	}
}

// unclaimed reports the changed objects that no rule explained, by what they
// were.
func (c *comparison) unclaimed() {
	for _, n := range sorted(c.changed) {
		if c.claimed[n] {
			continue
		}
		if !c.roles.used(n) {
			continue // nothing that was signed refers to it
		}
		o, err := c.signed.Object(n)
		if err != nil {
			c.forbid("verify.changed_object")
			continue
		}
		d := pdf.DictOf(o.Value)
		switch {
		case d.Get("Type") == pdf.Name("Annot") || d.Has("Subtype") && d.Has("Rect"):
			c.forbid("verify.changed_annotation")
		case d.Get("Type") == pdf.Name("Page") || d.Get("Type") == pdf.Name("Pages"):
			c.forbid("verify.changed_page")
		case d.Has("FT"):
			c.forbid("verify.changed_form")
		default:
			c.forbid("verify.changed_object")
		}
	}
}
