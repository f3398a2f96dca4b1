package xmldsig

import (
	"bytes"
	"crypto"
	//lint:ignore SA1019 only to verify: old signatures have such keys
	"crypto/dsa"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"math/big"
	"strings"

	"madoguchi/internal/signature/algorithm"
	"madoguchi/internal/signature/certificate"
	"madoguchi/internal/signature/report"
	"madoguchi/internal/signature/xmltree"
)

// A keyInfo is what KeyInfo holds beside certificates: a bare public key.
type keyInfo struct {
	public crypto.PublicKey
	count  int
}

// keys reads KeyInfo: certificates into r, and a KeyValue.
func (d *Document) keys(sig *xmltree.Node, r *Result) keyInfo {
	var k keyInfo
	info := sig.Child(space, "KeyInfo")
	for _, data := range info.All(space, "X509Data") {
		for _, c := range data.All(space, "X509Certificate") {
			if b, ok := decode64(c.Text()); ok {
				r.addCertificate(b)
			}
		}
		for _, c := range data.All(space, "X509CRL") {
			if b, ok := decode64(c.Text()); ok {
				r.CRLs = append(r.CRLs, b)
			}
		}
	}
	for _, v := range info.All(space, "KeyValue") {
		k.count++
		k.public = publicKey(v)
	}
	return k
}

func (r *Result) addCertificate(b []byte) {
	if c, err := certificate.Parse(b); err == nil {
		r.Certificates = append(r.Certificates, c)
		return
	}
	r.find(report.Note("verify.unreadable_certificates", "count", 1))
}

// publicKey reads a KeyValue, nil if it cannot.
func publicKey(v *xmltree.Node) crypto.PublicKey {
	if n := v.Child(space, "RSAKeyValue"); n != nil {
		modulus, exponent := number(n, "Modulus"), number(n, "Exponent")
		if modulus == nil || exponent == nil || !exponent.IsInt64() || exponent.Int64() > 1<<31-1 {
			return nil
		}
		return &rsa.PublicKey{N: modulus, E: int(exponent.Int64())}
	}
	if n := v.Child(space, "DSAKeyValue"); n != nil {
		p, q, g, y := number(n, "P"), number(n, "Q"), number(n, "G"), number(n, "Y")
		if p == nil || q == nil || g == nil || y == nil {
			return nil
		}
		return &dsa.PublicKey{Parameters: dsa.Parameters{P: p, Q: q, G: g}, Y: y}
	}
	return curveKey(v.Child("http://www.w3.org/2009/xmldsig11#", "ECKeyValue"))
}

// number reads a ds:CryptoBinary of at most 8,192 bits.
func number(n *xmltree.Node, name string) *big.Int {
	b, ok := decode64(n.Child(space, name).Text())
	if !ok || len(b) == 0 || len(b) > 1024 {
		return nil
	}
	return new(big.Int).SetBytes(b)
}

// curves are the named curves of XML signatures.
var curves = map[string]elliptic.Curve{
	"urn:oid:1.2.840.10045.3.1.7": elliptic.P256(),
	"urn:oid:1.3.132.0.34":        elliptic.P384(),
	"urn:oid:1.3.132.0.35":        elliptic.P521(),
}

func curveKey(n *xmltree.Node) crypto.PublicKey {
	const space11 = "http://www.w3.org/2009/xmldsig11#"
	if n == nil {
		return nil
	}
	curve, ok := curves[n.Child(space11, "NamedCurve").Attribute("URI")]
	if !ok {
		return nil
	}
	b, ok := decode64(n.Child(space11, "PublicKey").Text())
	if !ok {
		return nil
	}
	key, err := ecdsa.ParseUncompressedPublicKey(curve, b)
	if err != nil {
		return nil
	}
	return key
}

// chooseCertificate finds the signer's certificate: the one that the signed
// XAdES property names, else the one that KeyInfo names, else the only one
// that issued no other.
func (d *Document) chooseCertificate(sig *xmltree.Node, r *Result) *certificate.Certificate {
	if named := signingCertificate(sig); named != nil {
		for _, c := range r.Certificates {
			if named.matches(c) {
				return c
			}
		}
		if len(r.Certificates) > 0 {
			r.find(report.Fail(report.NoSigningCertificate, "verify.certificate_swapped"))
		}
		return nil
	}
	for _, data := range sig.Child(space, "KeyInfo").All(space, "X509Data") {
		serial := strings.TrimSpace(data.Child(space, "X509IssuerSerial").Child(space, "X509SerialNumber").Text())
		want, ok := new(big.Int).SetString(serial, 10)
		for _, c := range r.Certificates {
			if ok && new(big.Int).SetBytes(c.Serial).Cmp(want) == 0 {
				return c
			}
		}
	}
	var leaves []*certificate.Certificate
	for _, c := range r.Certificates {
		if !issuedOther(c, r.Certificates) {
			leaves = append(leaves, c)
		}
	}
	if len(leaves) == 0 && len(r.Certificates) > 0 {
		leaves = r.Certificates
	}
	if len(leaves) == 0 {
		return nil
	}
	for _, c := range leaves[1:] {
		if !bytes.Equal(c.Raw, leaves[0].Raw) {
			r.rivals = append(r.rivals, c)
		}
	}
	return leaves[0]
}

// issuedOther tells whether c is the issuer of another certificate.
func issuedOther(c *certificate.Certificate, all []*certificate.Certificate) bool {
	for _, o := range all {
		if !o.Equal(c) && certificate.SameName(o.RawIssuer, c.RawSubject) {
			return true
		}
	}
	return false
}

// readPSS reads RSAPSSParams of RFC 9231 2.3.9.
func readPSS(m *xmltree.Node, a *algorithm.Signature) []report.Finding {
	const more = "http://www.w3.org/2007/05/xmldsig-more#"
	params := m.Child(more, "RSAPSSParams")
	a.Hash, a.Salt = crypto.SHA256, crypto.SHA256.Size()
	if digest := params.Child(space, "DigestMethod"); digest != nil {
		h, err := algorithm.HashByURI(digest.Attribute("Algorithm"))
		if err != nil {
			return []report.Finding{unusable(err)}
		}
		a.Hash, a.Salt = h, h.Size()
	}
	if salt := strings.TrimSpace(params.Child(more, "SaltLength").Text()); salt != "" {
		n, ok := new(big.Int).SetString(salt, 10)
		if !ok || !n.IsInt64() || n.Sign() < 0 || n.Int64() > 1024 {
			return []report.Finding{report.Fail(report.FormatFailure, "verify.xml_malformed")}
		}
		a.Salt = int(n.Int64())
	}
	return nil
}
