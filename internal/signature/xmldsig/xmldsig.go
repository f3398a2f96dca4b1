// Package xmldsig verifies XML signatures (XML 署名, W3C xmldsig-core1) and
// the XAdES properties (ETSI EN 319 132-1) in them.
//
// It promises: transforms are few and listed, IDs must be unique, HMAC and
// document type declarations are refused, nothing is fetched, a Manifest is
// not trusted by itself, and what a signature does not cover is told, with
// elements of the same name as a covered one (signature wrapping, XSW) called
// a change. It builds no certificate chains.
package xmldsig

import (
	"fmt"
	"time"

	"madoguchi/internal/signature/algorithm"
	"madoguchi/internal/signature/certificate"
	"madoguchi/internal/signature/report"
	"madoguchi/internal/signature/xmltree"
)

// The namespace of XML signatures.
const space = "http://www.w3.org/2000/09/xmldsig#"

// The limits on one document.
const (
	maxSignatures = 100
	maxReferences = 1000
)

// A Document is an XML file with its IDs.
type Document struct {
	doc  *xmltree.Node
	ids  map[string][]*xmltree.Node
	size int // nodes
	work int // what was written and digested so far
}

// maxWork bounds what all references of a document may cost together.
const maxWork = 192 << 20

// Parse reads a document. Errors are those of xmltree.
func Parse(data []byte) (*Document, error) {
	doc, err := xmltree.Parse(data)
	if err != nil {
		return nil, fmt.Errorf("xml: %w", err)
	}
	d := &Document{doc: doc, ids: map[string][]*xmltree.Node{}}
	doc.Walk(func(n *xmltree.Node) bool {
		d.size++
		for _, a := range n.Attributes {
			if isID(a) {
				d.ids[a.Value] = append(d.ids[a.Value], n)
			}
		}
		return true
	})
	return d, nil
}

// isID tells whether an attribute declares an ID. Without a DTD only the names
// tell; those of SAML and WS-Security are among them.
func isID(a xmltree.Attribute) bool {
	switch a.Local {
	case "Id", "ID", "id", "AssertionID", "RequestID", "ResponseID":
		return true
	}
	return false
}

// Signatures gives all Signature elements in document order.
func (d *Document) Signatures() []*xmltree.Node {
	var list []*xmltree.Node
	d.doc.Walk(func(n *xmltree.Node) bool {
		if n.Is(space, "Signature") && len(list) < maxSignatures {
			list = append(list, n)
		}
		return true
	})
	return list
}

// A Stamp is a time-stamp token and the bytes that it stamps.
type Stamp struct {
	Token   []byte
	Stamped []byte
}

// A Result is what verification of one signature found.
type Result struct {
	Node         *xmltree.Node
	Certificate  *certificate.Certificate
	Algorithm    algorithm.Signature
	Intact       bool
	Advanced     bool // XAdES
	Certificates []*certificate.Certificate
	CRLs, OCSPs  [][]byte
	Stamps       []Stamp
	SigningTime  time.Time
	Value        []byte
	Attachments  int // how many references are to other files
	Findings     []report.Finding
	covered      []cover
	painted      []bool                     // by Index: the nodes that are covered
	over         map[*xmltree.Node]bool     // ancestors of covered nodes
	rivals       []*certificate.Certificate // KeyInfo does not say which is the signer's
}

// A cover is a subtree that a reference signs, and whether the signatures in
// it were left out.
type cover struct {
	node    *xmltree.Node
	without func(*xmltree.Node) bool // nil if nothing was left out
}

func (r *Result) find(f ...report.Finding) { r.Findings = append(r.Findings, f...) }

func (r *Result) failed() bool {
	for _, f := range r.Findings {
		if f.Verdict == report.Failed {
			return true
		}
	}
	return false
}

// A Resolver gives the bytes of another file that a signature refers to.
type Resolver func(uri string) ([]byte, bool)

// Verify verifies one Signature element of the document.
func (d *Document) Verify(sig *xmltree.Node, files Resolver) Result {
	r := Result{Node: sig}
	info := sig.Child(space, "SignedInfo")
	value := sig.Child(space, "SignatureValue")
	if len(sig.All(space, "SignedInfo")) != 1 || len(sig.All(space, "SignatureValue")) != 1 {
		r.find(report.Fail(report.FormatFailure, "verify.xml_malformed"))
		return r
	}
	var ok bool
	if r.Value, ok = decode64(value.Text()); !ok || len(r.Value) == 0 {
		r.find(report.Fail(report.FormatFailure, "verify.xml_malformed"))
		return r
	}
	key := d.keys(sig, &r)
	d.properties(sig, &r)
	if !d.method(info, key, &r) {
		return r
	}
	refsOK := d.references(sig, info, files, &r)
	d.paint(&r)
	d.checkProperties(sig, &r)
	r.Certificate = d.chooseCertificate(sig, &r)
	sigOK := r.checkValue(info, key)
	r.Intact = refsOK && sigOK && !r.failed()
	return r
}

// method reads the signature method; HMAC proves nothing to a third person,
// and with a public key it proves nothing at all.
func (d *Document) method(info *xmltree.Node, key keyInfo, r *Result) bool {
	m := info.Child(space, "SignatureMethod")
	if m == nil {
		r.find(report.Fail(report.FormatFailure, "verify.xml_malformed"))
		return false
	}
	uri := m.Attribute("Algorithm")
	a, err := algorithm.SignatureByURI(uri)
	r.Algorithm = a
	switch {
	case algorithm.IsHMAC(uri) && len(r.Certificates)+key.count > 0:
		r.find(report.Fail(report.FormatFailure, "verify.xml_hmac"))
		return false
	case algorithm.IsHMAC(uri):
		r.find(report.Doubt(report.CryptoConstraints, "verify.xml_hmac"))
		return false
	case err != nil:
		r.find(unusable(err))
		return false
	}
	if a.Scheme == algorithm.PSS && a.Salt < 0 {
		r.find(readPSS(m, &r.Algorithm)...)
		if r.failed() {
			return false
		}
	}
	if algorithm.Weak(r.Algorithm.Hash) {
		r.find(report.Doubt(report.CryptoConstraintsNoPOE, "verify.weak_sha1"))
	}
	return true
}

// checkValue verifies the signature value over the canonical SignedInfo.
func (r *Result) checkValue(info *xmltree.Node, key keyInfo) bool {
	form, ok := formOf(info.Child(space, "CanonicalizationMethod"))
	if !ok {
		r.find(report.Doubt(report.FormatFailure, "verify.xml_transform_refused"))
		return false
	}
	public := key.public
	if r.Certificate != nil {
		if r.Certificate.KeyErr != nil {
			r.find(report.Doubt(report.CryptoConstraints, "verify.key_unsupported"))
			return false
		}
		public = r.Certificate.Key
	} else {
		r.find(report.Doubt(report.NoSigningCertificate, "verify.no_signing_certificate"))
	}
	if public == nil {
		return false
	}
	if algorithm.WeakKey(public) {
		r.find(report.Doubt(report.CryptoConstraintsNoPOE, "verify.weak_key"))
	}
	signed := form.Canonical(info, nil)
	err := r.Algorithm.Verify(public, r.Value, signed)
	if err == nil {
		return true
	}
	// which certificate is the signer's is then a guess, and said to be one
	for _, c := range r.rivals {
		if c.KeyErr == nil && r.Algorithm.Verify(c.Key, r.Value, signed) == nil {
			r.Certificate = c
			r.find(report.Doubt(report.ConstraintsFailure, "verify.several_certificates"))
			return true
		}
	}
	r.find(mismatch(err))
	return false
}
