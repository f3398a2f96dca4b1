// Package testca is a small certification authority (認証局) for tests and
// demonstrations, made like the organisation CA of LGPKI: official
// certificates (職責証明書) with Japanese body and post in a directoryName
// alternative name, critical certificate policies, lists of revoked
// certificates at a DirName distribution point, OCSP and a time-stamping
// authority.
//
// Its keys are made anew each time and protect nothing: never trust its root
// outside a test or a demonstration.
package testca

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"math/big"
	"time"

	"golang.org/x/crypto/ocsp"

	"madoguchi/internal/signature/algorithm"
	"madoguchi/internal/signature/der"
	"madoguchi/internal/signature/timestamp"
)

// PolicyOfficial is the policy in official certificates, of the arc that is
// kept for examples.
const PolicyOfficial = "2.999.200.1"

// policyStamp is the policy of time-stamp tokens.
const policyStamp = "2.999.200.2"

// An Authority is the root with the organisation CA below it.
type Authority struct {
	Root     *Identity
	Issuing  *Identity
	start    time.Time
	serial   int64
	revoked  []x509.RevocationListEntry // of the organisation CA
	rootGone []x509.RevocationListEntry // of the root: the ARL
}

// An Identity is a key with its certificate and those of its issuers below
// the root.
type Identity struct {
	Key         crypto.Signer
	Certificate *x509.Certificate
	Chain       [][]byte
}

// A KeyKind is a kind of keys.
type KeyKind int

// The kinds that official signatures use.
const (
	RSA KeyKind = iota
	ECDSA
)

func newKey(kind KeyKind) (crypto.Signer, error) {
	if kind == ECDSA {
		return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	}
	return rsa.GenerateKey(rand.Reader, 2048)
}

// New makes an authority whose certificates are valid from start for ten
// years.
func New(start time.Time) (*Authority, error) {
	a := &Authority{start: start.UTC().Truncate(time.Second)}
	root := a.template(pkix.Name{Country: []string{"JP"}, Organization: []string{"Madoguchi Test"}, OrganizationalUnit: []string{"Test Root CA"}})
	root.IsCA, root.BasicConstraintsValid = true, true
	root.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign
	var err error
	if a.Root, err = a.issue(nil, root, ECDSA); err != nil {
		return nil, err
	}
	ca := a.template(pkix.Name{Country: []string{"JP"}, Organization: []string{"Madoguchi Test"}, OrganizationalUnit: []string{"Test Organization CA"}})
	ca.IsCA, ca.BasicConstraintsValid, ca.MaxPathLenZero = true, true, true
	ca.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign
	ca.ExtraExtensions = []pkix.Extension{distribution(a.Root.Certificate.RawSubject)}
	a.Issuing, err = a.issue(a.Root, ca, RSA)
	return a, err
}

func (a *Authority) template(subject pkix.Name) *x509.Certificate {
	a.serial++
	return &x509.Certificate{
		SerialNumber: big.NewInt(0x4d61646f<<16 + a.serial), Subject: subject,
		NotBefore: a.start, NotAfter: a.start.AddDate(10, 0, 0),
	}
}

// issue makes a key and its certificate; a nil issuer signs itself.
func (a *Authority) issue(issuer *Identity, template *x509.Certificate, kind KeyKind) (*Identity, error) {
	key, err := newKey(kind)
	if err != nil {
		return nil, fmt.Errorf("test authority: %w", err)
	}
	parent, signer := template, key
	if issuer != nil {
		parent, signer = issuer.Certificate, issuer.Key
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		return nil, fmt.Errorf("test authority: %w", err)
	}
	cert, err := x509.ParseCertificate(raw)
	if err != nil {
		return nil, fmt.Errorf("test authority: %w", err)
	}
	chain := [][]byte{raw}
	if issuer != nil && len(issuer.Chain) > 0 && issuer != a.Root {
		chain = append(chain, issuer.Chain...)
	}
	return &Identity{Key: key, Certificate: cert, Chain: chain}, nil
}

// A Post is an office that signs: names in Latin letters for the subject and
// in Japanese for the alternative name.
type Post struct {
	Body, Name                 string // "Midorigaoka City", "Mayor"
	BodyJapanese, NameJapanese string // "みどりが丘市", "みどりが丘市長"
}

// Mayor is the post that examples sign as.
var Mayor = Post{"Midorigaoka City", "Mayor", "みどりが丘市", "みどりが丘市長"}

// Official issues an official certificate valid for years from the start.
func (a *Authority) Official(p Post, kind KeyKind, years int) (*Identity, error) {
	t := a.template(pkix.Name{
		Country: []string{"JP"}, Organization: []string{"Local Governments"},
		OrganizationalUnit: []string{p.Body}, CommonName: p.Name,
	})
	t.NotAfter = a.start.AddDate(years, 0, 0)
	t.KeyUsage = x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment
	t.ExtraExtensions = []pkix.Extension{
		{Id: asn1.ObjectIdentifier{2, 5, 29, 17}, Value: alternative(p)},
		{Id: asn1.ObjectIdentifier{2, 5, 29, 32}, Critical: true, Value: policies(PolicyOfficial)},
		distribution(a.Issuing.Certificate.RawSubject),
	}
	return a.issue(a.Issuing, t, kind)
}

// Stamper issues a time-stamping certificate, and gives the issuer of tokens.
func (a *Authority) Stamper() (timestamp.Issuer, error) {
	t := a.template(pkix.Name{Country: []string{"JP"}, Organization: []string{"Madoguchi Test"}, CommonName: "Test TSA"})
	t.KeyUsage = x509.KeyUsageDigitalSignature
	t.ExtraExtensions = []pkix.Extension{
		{Id: asn1.ObjectIdentifier{2, 5, 29, 37}, Critical: true, Value: der.Wrap(der.Sequence, der.EncodeOID("1.3.6.1.5.5.7.3.8"))},
	}
	id, err := a.issue(a.Issuing, t, RSA)
	if err != nil {
		return timestamp.Issuer{}, err
	}
	return timestamp.Issuer{Key: id.Key, Chain: id.Chain, Policy: policyStamp}, nil
}

// alternative encodes a GeneralNames with the Japanese directoryName.
func alternative(p Post) []byte {
	attribute := func(oid, value string) []byte {
		return der.Wrap(der.Set, der.Wrap(der.Sequence, der.EncodeOID(oid), der.Wrap(der.UTF8String, []byte(value))))
	}
	name := der.Wrap(der.Sequence,
		der.Wrap(der.Set, der.Wrap(der.Sequence, der.EncodeOID("2.5.4.6"), der.Wrap(der.PrintableString, []byte("JP")))),
		attribute("2.5.4.10", p.BodyJapanese), attribute("2.5.4.11", p.NameJapanese))
	return der.Wrap(der.Sequence, der.Wrap(der.Context(4), name))
}

func policies(oid string) []byte {
	return der.Wrap(der.Sequence, der.Wrap(der.Sequence, der.EncodeOID(oid)))
}

// distribution is a CRLDistributionPoints with one DirName.
func distribution(name []byte) pkix.Extension {
	return pkix.Extension{Id: asn1.ObjectIdentifier{2, 5, 29, 31}, Value: der.Wrap(der.Sequence, der.Wrap(der.Sequence, pointName(name)))}
}

func pointName(name []byte) []byte {
	return der.Wrap(der.Context(0), der.Wrap(der.Context(0), der.Wrap(der.Context(4), name)))
}

// Revoke puts a certificate of the organisation CA on its list.
func (a *Authority) Revoke(id *Identity, at time.Time) {
	a.revoked = append(a.revoked, x509.RevocationListEntry{SerialNumber: id.Certificate.SerialNumber, RevocationTime: at})
}

// RevokeCA puts the organisation CA on the root's list.
func (a *Authority) RevokeCA(at time.Time) {
	a.rootGone = append(a.rootGone, x509.RevocationListEntry{SerialNumber: a.Issuing.Certificate.SerialNumber, RevocationTime: at})
}

// CRL gives the organisation CA's list, valid for a week from at.
func (a *Authority) CRL(at time.Time) ([]byte, error) {
	return a.list(a.Issuing, a.revoked, at)
}

// ARL gives the root's list of revoked authorities, valid for a week from at.
func (a *Authority) ARL(at time.Time) ([]byte, error) {
	return a.list(a.Root, a.rootGone, at)
}

func (a *Authority) list(by *Identity, gone []x509.RevocationListEntry, at time.Time) ([]byte, error) {
	a.serial++
	kind := []byte{0x81, 1, 0xff} // onlyContainsUserCerts
	if by == a.Root {
		kind[0] = 0x82 // onlyContainsCACerts
	}
	point := der.Wrap(der.Sequence, pointName(by.Certificate.RawSubject), kind)
	raw, err := x509.CreateRevocationList(rand.Reader, &x509.RevocationList{
		Number: big.NewInt(a.serial), ThisUpdate: at, NextUpdate: at.AddDate(0, 0, 7), RevokedCertificateEntries: gone,
		ExtraExtensions: []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 28}, Critical: true, Value: point}},
	}, by.Certificate, by.Key)
	if err != nil {
		return nil, fmt.Errorf("test authority: %w", err)
	}
	return raw, nil
}

// OCSP gives the organisation CA's answer about a certificate, valid for a day
// from at.
func (a *Authority) OCSP(id *Identity, at time.Time) ([]byte, error) {
	r := ocsp.Response{Status: ocsp.Good, SerialNumber: id.Certificate.SerialNumber, ThisUpdate: at, NextUpdate: at.AddDate(0, 0, 1)}
	for _, e := range a.revoked {
		if e.SerialNumber.Cmp(r.SerialNumber) == 0 {
			r.Status, r.RevokedAt = ocsp.Revoked, e.RevocationTime
		}
	}
	raw, err := ocsp.CreateResponse(a.Issuing.Certificate, a.Issuing.Certificate, r, a.Issuing.Key)
	if err != nil {
		return nil, fmt.Errorf("test authority: %w", err)
	}
	return raw, nil
}

// Stamp gives a function that time-stamps bytes at the time at.
func Stamp(i timestamp.Issuer, at time.Time) func([]byte) ([]byte, error) {
	return func(b []byte) ([]byte, error) {
		return i.Token(algorithm.Digest(crypto.SHA256, b), big.NewInt(at.Unix()), at)
	}
}
