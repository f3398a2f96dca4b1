package xmldsig

import (
	"encoding/base64"
	"errors"
	"net/url"
	"slices"
	"strings"

	"madoguchi/internal/signature/algorithm"
	"madoguchi/internal/signature/report"
	"madoguchi/internal/signature/xmltree"
)

// The transforms that are allowed.
const (
	enveloped = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
	base64URI = "http://www.w3.org/2000/09/xmldsig#base64"
	xpathURI  = "http://www.w3.org/TR/1999/REC-xpath-19991116"
	filterURI = "http://www.w3.org/2002/06/xmldsig-filter2"
)

// forms are the canonical forms by URI, without "#WithComments".
var forms = map[string]xmltree.Form{
	"http://www.w3.org/TR/2001/REC-xml-c14n-20010315": {},
	"http://www.w3.org/2006/12/xml-c14n11":            {Version11: true},
	"http://www.w3.org/2001/10/xml-exc-c14n#":         {Exclusive: true},
	"http://www.w3.org/2001/10/xml-exc-c14n":          {Exclusive: true},
}

// formOf reads a CanonicalizationMethod or a C14N Transform.
func formOf(n *xmltree.Node) (xmltree.Form, bool) {
	if n == nil {
		return xmltree.Form{}, false
	}
	uri, comments := n.Attribute("Algorithm"), false
	if bare, ok := strings.CutSuffix(uri, "WithComments"); ok {
		comments = true
		uri = bare
		if _, ok := forms[uri]; !ok {
			uri = strings.TrimSuffix(bare, "#")
		}
	}
	f, ok := forms[uri]
	f.Comments = comments
	for _, c := range n.Elements() {
		if c.Local != "InclusiveNamespaces" {
			continue
		}
		for _, p := range strings.Fields(c.Attribute("PrefixList")) {
			if p == "#default" {
				p = ""
			}
			f.Prefixes = append(f.Prefixes, p)
		}
	}
	return f, ok
}

// decode64 reads base64 with white space anywhere.
func decode64(s string) ([]byte, bool) {
	s = strings.Join(strings.Fields(s), "")
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		b, err = base64.RawStdEncoding.DecodeString(s)
	}
	return b, err == nil
}

func unusable(err error) report.Finding {
	if errors.Is(err, algorithm.ErrBroken) {
		return report.Fail(report.CryptoConstraints, "verify.broken_algorithm")
	}
	return report.Doubt(report.CryptoConstraints, "verify.algorithm_unsupported")
}

func mismatch(err error) report.Finding {
	if errors.Is(err, algorithm.ErrMismatch) {
		return report.Fail(report.CryptoFailure, "verify.signature_wrong")
	}
	return unusable(err)
}

// references verifies all references of a SignedInfo.
func (d *Document) references(sig, info *xmltree.Node, files Resolver, r *Result) bool {
	list := info.All(space, "Reference")
	if len(list) == 0 || len(list) > maxReferences {
		r.find(report.Fail(report.FormatFailure, "verify.xml_malformed"))
		return false
	}
	all := true
	for _, ref := range list {
		if !d.reference(sig, ref, files, r) {
			all = false
		}
	}
	return d.manifests(sig, files, r) && all
}

// manifests verifies the references of Manifests that the signature covers: a
// Manifest by itself proves nothing of what it lists.
func (d *Document) manifests(sig *xmltree.Node, files Resolver, r *Result) bool {
	all, left := true, maxReferences
	for _, c := range slices.Clone(r.covered) {
		if !c.node.Within(sig) {
			continue
		}
		c.node.Walk(func(n *xmltree.Node) bool {
			if !n.Is(space, "Manifest") {
				return true
			}
			r.find(report.Note("verify.xml_manifest"))
			for _, ref := range n.All(space, "Reference") {
				if left--; left < 0 || !d.reference(sig, ref, files, r) {
					all = false
				}
			}
			return false
		})
	}
	return all
}

// reference verifies one reference.
func (d *Document) reference(sig, ref *xmltree.Node, files Resolver, r *Result) bool {
	h, err := algorithm.HashByURI(ref.Child(space, "DigestMethod").Attribute("Algorithm"))
	if err != nil {
		r.find(unusable(err))
		return false
	}
	want, ok := decode64(ref.Child(space, "DigestValue").Text())
	if !ok {
		r.find(report.Fail(report.FormatFailure, "verify.xml_malformed"))
		return false
	}
	data, found := d.dereference(ref, files, r)
	if !found {
		return false
	}
	if d.work += data.cost(); d.work > maxWork {
		r.find(report.Doubt("", "verify.too_complex"))
		return false
	}
	octets, ok := data.transform(sig, ref)
	if !ok {
		r.find(report.Doubt(report.FormatFailure, "verify.xml_transform_refused"))
		return false
	}
	if !algorithm.Equal(want, algorithm.Digest(h, octets)) {
		r.find(report.Fail(report.HashFailure, "verify.content_changed"))
		return false
	}
	if algorithm.Weak(h) {
		r.find(report.Doubt(report.CryptoConstraintsNoPOE, "verify.weak_sha1"))
	}
	if data.node != nil && data.octets == nil {
		r.covered = append(r.covered, cover{data.node, data.omit})
	}
	return true
}

// A payload is what a reference leads to: a subtree, or the bytes of a file.
type payload struct {
	node     *xmltree.Node
	comments bool
	omit     func(*xmltree.Node) bool
	octets   []byte
}

// cost is about what it takes to transform and digest the payload.
func (p *payload) cost() int {
	if p.node != nil {
		return p.node.Weight
	}
	return len(p.octets)
}

// dereference finds what a reference leads to; only this document and the
// files at hand are looked at.
func (d *Document) dereference(ref *xmltree.Node, files Resolver, r *Result) (*payload, bool) {
	uri := ref.Attribute("URI")
	if !ref.HasAttribute("URI") {
		r.find(report.Doubt(report.DataNotFound, "verify.xml_reference_unnamed"))
		return nil, false
	}
	switch {
	case uri == "":
		return &payload{node: d.doc}, true
	case uri == "#xpointer(/)":
		return &payload{node: d.doc, comments: true}, true
	case strings.HasPrefix(uri, "#"):
		id, comments := uri[1:], false
		if inner, ok := strings.CutPrefix(id, "xpointer(id("); ok {
			id, comments = strings.Trim(strings.TrimSuffix(inner, "))"), `'"`), true
		}
		return d.byID(id, comments, r)
	}
	name := uri
	if plain, err := url.PathUnescape(uri); err == nil {
		name = plain
	}
	r.Attachments++
	b, ok := files(name)
	if !ok {
		r.find(report.Doubt(report.DataNotFound, "verify.attachment_missing", "name", name))
		return nil, false
	}
	return &payload{octets: b}, true
}

func (d *Document) byID(id string, comments bool, r *Result) (*payload, bool) {
	list := d.ids[id]
	if len(list) == 0 {
		if decoded, err := url.PathUnescape(id); err == nil {
			list = d.ids[decoded]
		}
	}
	switch len(list) {
	case 0:
		r.find(report.Fail(report.FormatFailure, "verify.xml_id_missing"))
		return nil, false
	case 1:
		return &payload{node: list[0], comments: comments}, true
	}
	r.find(report.Fail(report.FormatFailure, "verify.xml_id_twice"))
	return nil, false
}

// transform applies a reference's transforms and gives the octets to digest;
// ok is false for a transform that is not allowed.
func (p *payload) transform(sig, ref *xmltree.Node) (octets []byte, ok bool) {
	list := ref.Child(space, "Transforms").All(space, "Transform")
	if len(list) > 20 {
		return nil, false
	}
	form, canonical := xmltree.Form{Comments: p.comments}, false
	done := false // octets are final, and only base64 could still read them
	for _, t := range list {
		uri := t.Attribute("Algorithm")
		if f, isForm := formOf(t); isForm {
			if done && canonical {
				return nil, false
			}
			if p.node == nil && !p.parse() {
				return nil, false
			}
			f.Comments = f.Comments && (p.comments || p.octets != nil)
			form, canonical, done = f, true, true
			continue
		}
		if done {
			return nil, false
		}
		switch uri {
		case enveloped:
			// beside the signature there is nothing to leave out; some
			// signers name the transform all the same
			if p.node == nil {
				return nil, false
			}
			p.leaveOut(func(n *xmltree.Node) bool { return n == sig })
		case xpathURI, filterURI:
			if p.node == nil || !excludesSignatures(t, uri) {
				return nil, false
			}
			p.leaveOut(func(n *xmltree.Node) bool { return n.Is(space, "Signature") })
		case base64URI:
			text := string(p.octets)
			if p.node != nil {
				text = p.node.Text()
			}
			b, ok := decode64(text)
			return b, ok && t == list[len(list)-1]
		default:
			return nil, false
		}
	}
	if p.node == nil {
		return p.octets, true
	}
	return form.Canonical(p.node, p.omit), true
}

// parse reads a file as XML, for canonicalization.
func (p *payload) parse() bool {
	doc, err := xmltree.Parse(p.octets)
	if err != nil {
		return false
	}
	p.node = doc
	return true
}

func (p *payload) leaveOut(next func(*xmltree.Node) bool) {
	before := p.omit
	p.omit = func(n *xmltree.Node) bool { return next(n) || (before != nil && before(n)) }
}

// excludesSignatures tells whether an XPath transform is one of those that
// XAdES signers write to leave the signatures out. Any other is refused.
func excludesSignatures(t *xmltree.Node, uri string) bool {
	list := t.Elements()
	if len(list) != 1 || list[0].Local != "XPath" {
		return false
	}
	expression := strings.Join(strings.Fields(list[0].Text()), "")
	prefix, bound := "", false
	for n := list[0]; n != nil; n = n.Parent {
		for _, ns := range n.Namespaces {
			if ns.URI == space && !bound && strings.Contains(expression, ns.Prefix+":Signature") {
				prefix, bound = ns.Prefix+":", true
			}
		}
	}
	if !bound {
		return false
	}
	if uri == filterURI {
		return list[0].Attribute("Filter") == "subtract" &&
			(expression == "/descendant::"+prefix+"Signature" || expression == "//"+prefix+"Signature")
	}
	return expression == "not(ancestor-or-self::"+prefix+"Signature)"
}
