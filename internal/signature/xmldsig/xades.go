package xmldsig

import (
	"crypto"
	"strings"
	"time"

	"madoguchi/internal/signature/algorithm"
	"madoguchi/internal/signature/certificate"
	"madoguchi/internal/signature/report"
	"madoguchi/internal/signature/xmltree"
)

// xadesSpace begins the namespaces of XAdES in all their versions.
const xadesSpace = "http://uri.etsi.org/01903/"

// isXAdES tells whether n is an element of XAdES of this name.
func isXAdES(n *xmltree.Node, local string) bool {
	return n != nil && n.Kind == xmltree.Element && n.Local == local && strings.HasPrefix(n.Space, xadesSpace)
}

// find gives the first element of XAdES of this name below n.
func find(n *xmltree.Node, local string) *xmltree.Node {
	list := findAll(n, local)
	if len(list) == 0 {
		return nil
	}
	return list[0]
}

func findAll(n *xmltree.Node, local string) []*xmltree.Node {
	var list []*xmltree.Node
	if n == nil {
		return nil
	}
	n.Walk(func(c *xmltree.Node) bool {
		if isXAdES(c, local) {
			list = append(list, c)
		}
		// properties of a countersignature are its own
		return c == n || !c.Is(space, "Signature")
	})
	return list
}

// qualifying gives the QualifyingProperties of a signature: in an Object of
// its own, for its own Id.
func qualifying(sig *xmltree.Node) []*xmltree.Node {
	var list []*xmltree.Node
	for _, o := range sig.All(space, "Object") {
		for _, q := range o.Elements() {
			if isXAdES(q, "QualifyingProperties") {
				list = append(list, q)
			}
		}
	}
	return list
}

// properties reads the unsigned properties: certificates, revocation values
// and time-stamps, all of which are checked by themselves.
func (d *Document) properties(sig *xmltree.Node, r *Result) {
	for _, q := range qualifying(sig) {
		r.Advanced = true
		for _, values := range findAll(q, "EncapsulatedX509Certificate") {
			if b, ok := decode64(values.Text()); ok {
				r.addCertificate(b)
			}
		}
		for _, n := range findAll(q, "EncapsulatedCRLValue") {
			if b, ok := decode64(n.Text()); ok {
				r.CRLs = append(r.CRLs, b)
			}
		}
		for _, n := range findAll(q, "EncapsulatedOCSPValue") {
			if b, ok := decode64(n.Text()); ok {
				r.OCSPs = append(r.OCSPs, b)
			}
		}
		for _, n := range findAll(q, "SignatureTimeStamp") {
			r.addStamps(sig, n)
		}
	}
}

// addStamps adds the tokens of a SignatureTimeStamp; they stamp the canonical
// SignatureValue element.
func (r *Result) addStamps(sig, n *xmltree.Node) {
	form := xmltree.Form{}
	if m := n.Child(space, "CanonicalizationMethod"); m != nil {
		f, ok := formOf(m)
		if !ok {
			r.find(report.Doubt(report.FormatFailure, "verify.timestamp_unreadable"))
			return
		}
		form = f
	}
	stamped := form.Canonical(sig.Child(space, "SignatureValue"), nil)
	for _, t := range findAll(n, "EncapsulatedTimeStamp") {
		if b, ok := decode64(t.Text()); ok {
			r.Stamps = append(r.Stamps, Stamp{Token: b, Stamped: stamped})
		}
	}
}

// checkProperties checks that what calls itself signed properties is: exactly
// one, for this signature, and under one of its references.
func (d *Document) checkProperties(sig *xmltree.Node, r *Result) {
	all := qualifying(sig)
	if len(all) == 0 {
		return
	}
	signed := 0
	for _, q := range all {
		target, id := strings.TrimPrefix(q.Attribute("Target"), "#"), sig.Attribute("Id")
		if target != "" && id != "" && target != id {
			r.find(report.Fail(report.FormatFailure, "verify.xades_other_target"))
		}
		for _, c := range q.Elements() {
			if !isXAdES(c, "SignedProperties") {
				continue
			}
			signed++
			if !r.covers(c) {
				r.find(report.Fail(report.FormatFailure, "verify.xades_properties_unsigned"))
			}
		}
	}
	if signed != 1 {
		r.find(report.Fail(report.FormatFailure, "verify.xades_properties_count", "count", signed))
		return
	}
	if t := find(all[0], "SigningTime"); t != nil {
		r.SigningTime = parseTime(strings.TrimSpace(t.Text()))
	}
	if signingCertificate(sig) == nil {
		r.find(report.Doubt(report.ConstraintsFailure, "verify.certificate_not_named"))
	}
}

func parseTime(s string) time.Time {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}

// A certificateDigest is the first Cert of SigningCertificate(V2).
type certificateDigest struct {
	hash crypto.Hash
	sum  []byte
}

func (c certificateDigest) matches(cert *certificate.Certificate) bool {
	return c.hash != 0 && algorithm.Equal(c.sum, algorithm.Digest(c.hash, cert.Raw))
}

// signingCertificate reads the signed property that names the signer, nil if
// there is none; one that cannot be read matches no certificate.
func signingCertificate(sig *xmltree.Node) *certificateDigest {
	for _, q := range qualifying(sig) {
		for _, name := range []string{"SigningCertificate", "SigningCertificateV2"} {
			n := find(q, name)
			if n == nil {
				continue
			}
			digest := find(n, "CertDigest")
			h, err := algorithm.HashByURI(digestPart(digest, "DigestMethod").Attribute("Algorithm"))
			sum, ok := decode64(digestPart(digest, "DigestValue").Text())
			if err != nil || !ok {
				return &certificateDigest{}
			}
			return &certificateDigest{h, sum}
		}
	}
	return nil
}

// digestPart gives a part of a CertDigest: of xmldsig, or of XAdES itself as
// its versions before 1.3 have it.
func digestPart(n *xmltree.Node, local string) *xmltree.Node {
	if c := n.Child(space, local); c != nil || n == nil {
		return c
	}
	return n.Child(n.Space, local)
}
