package mailauth

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"slices"
	"strings"
	"time"

	"github.com/smallstep/pkcs7"

	"madoguchi/internal/mailread"
)

// SMIME is the result of checking an S/MIME signature.
type SMIME struct {
	// Result is none, pass, fail, or "untrusted": the signature is right, but
	// no known authority vouches for the signer.
	Result Result `json:"result"`
	Signer string `json:"signer,omitempty"` // the address in the certificate
	Why    string `json:"why,omitempty"`    // the reason of a failure, for logs
}

// Untrusted is a right signature of an unknown signer.
const Untrusted Result = "untrusted"

var (
	oidSHA1  = asn1.ObjectIdentifier{1, 3, 14, 3, 2, 26}
	oidMD5   = asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 5}
	oidEmail = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 1}
)

// CheckSMIME verifies the signature of a mail: a multipart/signed or an opaque
// pkcs7-mime. SHA-1, short keys, expired certificates and certificates for an
// address other than the only From address fail.
func CheckSMIME(m mailread.Message, trust Trust) SMIME {
	signature, content, ok := findSignature(m)
	if !ok {
		return SMIME{Result: None}
	}
	p7, err := parseP7(signature)
	if err != nil {
		return SMIME{Result: Fail, Why: err.Error()}
	}
	if len(p7.Signers) == 0 {
		return SMIME{Result: None} // encrypted, or certificates only
	}
	if content != nil {
		p7.Content = content
	}
	cert := p7.GetOnlySigner()
	if cert == nil {
		return SMIME{Result: Fail, Why: "not exactly one signer with a certificate"}
	}
	s := SMIME{Result: Fail}
	addresses := certAddresses(cert)
	if len(addresses) > 0 {
		s.Signer = addresses[0]
	}
	if s.Why = weakness(p7, cert, trust.At); s.Why != "" {
		return s
	}
	if err := p7.Verify(); err != nil {
		s.Why = err.Error()
		return s
	}
	if len(m.From.Real) != 1 || !slices.Contains(addresses, strings.ToLower(m.From.Real[0])) {
		s.Why = "the certificate is not for the From address"
		return s
	}
	s.Result = Untrusted
	if trust.Roots == nil {
		return s
	}
	pool := x509.NewCertPool()
	for _, c := range p7.Certificates {
		pool.AddCert(c)
	}
	if _, err := cert.Verify(x509.VerifyOptions{Roots: trust.Roots, Intermediates: pool, CurrentTime: trust.At,
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageEmailProtection}}); err != nil {
		s.Why = err.Error()
		return s
	}
	s.Result = Pass
	return s
}

// findSignature returns the signature and, if it is detached, what it signs.
func findSignature(m mailread.Message) (signature, content []byte, ok bool) {
	for _, p := range m.Parts {
		switch p.Type {
		case "application/pkcs7-signature", "application/x-pkcs7-signature":
			if m.Signed != nil {
				return p.Data, normalizeLines(m.Signed), true
			}
		case "application/pkcs7-mime", "application/x-pkcs7-mime":
			return p.Data, nil, true
		}
	}
	return nil, nil, false
}

// parseP7 turns a panic of the parser, which reads BER by hand, into an error.
func parseP7(der []byte) (p7 *pkcs7.PKCS7, err error) {
	defer func() {
		if recover() != nil {
			err = asn1.StructuralError{Msg: "unreadable"}
		}
	}()
	return pkcs7.Parse(der)
}

// weakness names what is too weak or out of its time; "" if nothing is.
func weakness(p7 *pkcs7.PKCS7, cert *x509.Certificate, at time.Time) string {
	digest := p7.Signers[0].DigestAlgorithm.Algorithm
	if digest.Equal(oidSHA1) || digest.Equal(oidMD5) {
		return "the digest is SHA-1 or MD5"
	}
	switch cert.SignatureAlgorithm {
	case x509.SHA1WithRSA, x509.ECDSAWithSHA1, x509.DSAWithSHA1, x509.MD5WithRSA, x509.MD2WithRSA:
		return "the certificate is signed with SHA-1 or MD5"
	}
	if k, ok := cert.PublicKey.(*rsa.PublicKey); ok && k.N.BitLen() < 2048 {
		return "the key is shorter than 2,048 bits"
	}
	if at.Before(cert.NotBefore) || at.After(cert.NotAfter) {
		return "the certificate is out of its time"
	}
	if len(cert.ExtKeyUsage) > 0 && !slices.Contains(cert.ExtKeyUsage, x509.ExtKeyUsageEmailProtection) &&
		!slices.Contains(cert.ExtKeyUsage, x509.ExtKeyUsageAny) {
		return "the certificate is not for mail"
	}
	return ""
}

// certAddresses returns the mail addresses of a certificate, lower case.
func certAddresses(cert *x509.Certificate) []string {
	var list []string
	for _, a := range cert.EmailAddresses {
		list = append(list, strings.ToLower(a))
	}
	for _, n := range cert.Subject.Names {
		if a, ok := n.Value.(string); ok && n.Type.Equal(oidEmail) {
			list = append(list, strings.ToLower(a))
		}
	}
	return list
}
