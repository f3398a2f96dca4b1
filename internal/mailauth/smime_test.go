package mailauth

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/smallstep/pkcs7"

	"madoguchi/internal/mailread"
)

var signedAt = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)

// A signer makes signed mails.
type signer struct {
	cert *x509.Certificate
	key  crypto.Signer
}

func newSigner(t *testing.T, address string, key crypto.Signer, parent *signer) *signer {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: address},
		NotBefore: signedAt.AddDate(-1, 0, 0), NotAfter: signedAt.AddDate(20, 0, 0),
		EmailAddresses: []string{address}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageEmailProtection},
	}
	from, signKey := template, key
	if parent == nil {
		template.IsCA, template.BasicConstraintsValid, template.ExtKeyUsage = true, true, nil
	} else {
		from, signKey = parent.cert, parent.key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, from, key.Public(), signKey)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &signer{cert, key}
}

const signedFrom = "desk@city.example.jp"

const signedPart = "Content-Type: text/plain; charset=utf-8\r\n\r\n本文です。\r\n"

// mail returns a detached signature's mail; digest is the digest's OID.
func (s *signer) mail(t *testing.T, digest asn1.ObjectIdentifier) string {
	t.Helper()
	data, err := pkcs7.NewSignedData([]byte(signedPart))
	if err != nil {
		t.Fatal(err)
	}
	data.SetDigestAlgorithm(digest)
	if err := data.AddSigner(s.cert, s.key, pkcs7.SignerInfoConfig{}); err != nil {
		t.Fatal(err)
	}
	data.Detach()
	der, err := data.Finish()
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("From: %s\r\nContent-Type: multipart/signed; protocol=\"application/pkcs7-signature\"; boundary=b\r\n\r\n"+
		"--b\r\n%s\r\n--b\r\nContent-Type: application/pkcs7-signature; name=smime.p7s\r\nContent-Transfer-Encoding: base64\r\n\r\n%s\r\n--b--\r\n",
		signedFrom, signedPart, base64.StdEncoding.EncodeToString(der))
}

func TestSMIMEPolicy(t *testing.T) {
	ecKey := func() crypto.Signer {
		k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	root := newSigner(t, "root@ca.example", ecKey(), nil)
	other := newSigner(t, "root@evil.example", ecKey(), nil)
	good := newSigner(t, "Desk@city.example.jp", ecKey(), root)
	unknown := newSigner(t, "desk@city.example.jp", ecKey(), other)
	short := newSigner(t, "desk@city.example.jp", small, root)
	sha256 := pkcs7.OIDDigestAlgorithmSHA256
	roots := x509.NewCertPool()
	roots.AddCert(root.cert)
	now := Trust{Roots: roots, At: signedAt}
	mail := good.mail(t, sha256)
	for _, c := range []struct {
		name, raw string
		trust     Trust
		want      Result
	}{
		{"right", mail, now, Pass},
		{"right, with LF", strings.ReplaceAll(mail, "\r\n", "\n"), now, Pass},
		{"body changed", strings.Replace(mail, "本文", "文本", 1), now, Fail},
		{"another From", strings.Replace(mail, "From: desk", "From: chief", 1), now, Fail},
		{"the address only shown", strings.Replace(mail, "From: "+signedFrom, "From: "+signedFrom+" <x@evil.example>", 1), now, Fail},
		{"second From", "From: x@evil.example\r\n" + mail, now, Fail},
		{"second From below", strings.Replace(mail, "Content-Type: multipart", "From: x@evil.example\r\nContent-Type: multipart", 1), now, Fail},
		{"no authority known", mail, Trust{At: signedAt}, Untrusted},
		{"another authority", unknown.mail(t, sha256), now, Untrusted},
		{"certificate over", mail, Trust{Roots: roots, At: signedAt.AddDate(30, 0, 0)}, Fail},
		{"SHA-1", good.mail(t, pkcs7.OIDDigestAlgorithmSHA1), now, Fail},
		{"short key", short.mail(t, sha256), now, Fail},
		{"no signature", "From: " + signedFrom + "\r\n\r\nx", now, None},
		{"rubbish", "From: " + signedFrom + "\r\nContent-Type: application/pkcs7-mime\r\n\r\nx", now, Fail},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := CheckSMIME(mailread.Read([]byte(c.raw)), c.trust); got.Result != c.want {
				t.Errorf("got %+v, want %s", got, c.want)
			}
		})
	}
}
