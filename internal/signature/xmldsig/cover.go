package xmldsig

import (
	"strings"

	"madoguchi/internal/signature/report"
	"madoguchi/internal/signature/xmltree"
)

// Coverage tells, after all signatures of the document were verified, how much
// of it the result's signature covers and what there is beside it:
//
//   - the whole file, if everything but signatures is under its references;
//   - a part, with "allowed" if there is other content that this signature
//     does not vouch for;
//   - a part, with "changed" if unsigned content has the name of a signed
//     element: that is how signatures are wrapped (XSW).
func (d *Document) Coverage(r Result, all []Result) (report.Coverage, report.Change, []report.Finding) {
	root := d.doc.Root()
	if strange := d.wrapped(r, all); strange != "" {
		return report.CoversPart, report.Changed, []report.Finding{report.Fail(report.FormatFailure, strange)}
	}
	if !d.beside(r, root) {
		return report.CoversWholeFile, report.ChangeNone, nil
	}
	return report.CoversPart, report.ChangeAllowed, []report.Finding{report.Note("verify.xml_unsigned_parts")}
}

// beside tells whether there is content that r does not cover: text or
// elements, other than signatures and the bare ancestors of what is covered.
func (d *Document) beside(r Result, root *xmltree.Node) bool {
	found := false
	root.Walk(func(n *xmltree.Node) bool {
		switch {
		case found || r.covers(n):
			return false
		case n.Kind == xmltree.Text:
			found = found || strings.TrimSpace(n.Data) != ""
		case n.Is(space, "Signature"):
			found = found || r.freeObject(n)
			return false
		case n.Kind == xmltree.Element && !r.above(n) && !r.Node.Within(n):
			found = true
		}
		return !found
	})
	return found
}

// paint marks the nodes that the references cover, and what stands above them.
func (d *Document) paint(r *Result) {
	r.painted, r.over = make([]bool, d.size), map[*xmltree.Node]bool{}
	for n := r.Node; n != nil; n = n.Parent {
		r.over[n] = true
	}
	for _, c := range r.covered {
		c.node.Walk(func(n *xmltree.Node) bool {
			if c.without != nil && c.without(n) {
				return false
			}
			r.painted[n.Index] = true
			return true
		})
		for n := c.node; n != nil; n = n.Parent {
			r.over[n] = true
		}
	}
}

// covers tells whether one of the references signs the node.
func (r *Result) covers(n *xmltree.Node) bool { return r.painted != nil && r.painted[n.Index] }

// above tells whether n is an ancestor of something covered or of the
// signature itself.
func (r *Result) above(n *xmltree.Node) bool { return r.over[n] || n == r.Node }

// freeObject tells whether a signature holds an Object that r does not cover
// and that is more than XAdES properties.
func (r *Result) freeObject(sig *xmltree.Node) bool {
	for _, o := range sig.All(space, "Object") {
		if r.covers(o) {
			continue
		}
		for _, e := range o.Elements() {
			if !isXAdES(e, "QualifyingProperties") && !r.covers(e) && !r.above(e) {
				return true
			}
		}
		if len(o.Elements()) == 0 && strings.TrimSpace(o.Text()) != "" {
			return true
		}
	}
	return false
}

// wrapped looks for unsigned elements with the name of a covered one.
func (d *Document) wrapped(r Result, all []Result) string {
	names := map[[2]string]bool{}
	for _, c := range r.covered {
		n := c.node
		if n.Kind == xmltree.Document {
			n = n.Root()
		}
		if n.Space != space && !strings.HasPrefix(n.Space, xadesSpace) {
			names[[2]string{n.Space, n.Local}] = true
		}
	}
	strange := ""
	d.doc.Walk(func(n *xmltree.Node) bool {
		if n.Kind == xmltree.Element && names[[2]string{n.Space, n.Local}] && !r.covers(n) && !coveredByAny(n, all) {
			strange = "verify.xml_wrapped"
		}
		return strange == ""
	})
	return strange
}

// coveredByAny tells whether any intact signature covers the element.
func coveredByAny(n *xmltree.Node, all []Result) bool {
	for _, r := range all {
		if r.Intact && r.covers(n) {
			return true
		}
	}
	return false
}
