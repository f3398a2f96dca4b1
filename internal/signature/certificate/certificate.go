// Package certificate reads X.509 certificates (電子証明書), revocation lists
// (失効リスト) and OCSP responses as they are found in signed documents.
//
// It reads more than crypto/x509 does (negative serial numbers, T61 strings,
// unknown curves), so that no signature is lost with its certificate, and
// keeps what the strict reader says in Certificate.Strict for the chain to
// judge. It verifies signatures of issuers; it builds no paths.
package certificate

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"time"

	"madoguchi/internal/signature/algorithm"
	"madoguchi/internal/signature/der"
)

// A Certificate is one X.509 certificate. The byte fields share Raw's memory.
type Certificate struct {
	Raw        []byte
	RawIssuer  []byte
	RawSubject []byte
	RawKey     []byte // SubjectPublicKeyInfo
	KeyBits    []byte // contents of its BIT STRING, what OCSP hashes
	Serial     []byte // contents of the INTEGER as it stands
	Issuer     Name
	Subject    Name
	NotBefore  time.Time
	NotAfter   time.Time
	Key        crypto.PublicKey // nil if KeyErr
	KeyErr     error
	Strict     error // why crypto/x509 refuses the certificate, or nil
	Extensions
	tbs       []byte
	signature []byte
	algorithm algorithm.Signature
	algErr    error
}

// Parse reads one certificate, and ignores what follows it.
func Parse(b []byte) (*Certificate, error) {
	c, err := parse(b)
	if err != nil {
		return nil, fmt.Errorf("certificate: %w", err)
	}
	return c, nil
}

func parse(b []byte) (*Certificate, error) {
	whole, _, err := der.Parse(b)
	if err != nil {
		return nil, err
	}
	parts, err := whole.Sequence(3)
	if err != nil {
		return nil, err
	}
	fields, err := parts[0].Sequence(6)
	if err != nil {
		return nil, err
	}
	if fields[0].Tag == der.Context(0) {
		fields = fields[1:]
	}
	if len(fields) < 6 || fields[0].Tag != der.Integer {
		return nil, fmt.Errorf("%w: fields of a certificate", der.ErrSyntax)
	}
	c := &Certificate{
		Raw: whole.Raw, tbs: parts[0].Raw, signature: parts[2].Bits(),
		Serial: fields[0].Body, RawIssuer: fields[2].Raw, RawSubject: fields[4].Raw, RawKey: fields[5].Raw,
	}
	c.algorithm, _, c.algErr = algorithm.Identifier(parts[1])
	if !bytes.Equal(fields[1].Raw, parts[1].Raw) {
		c.algErr = fmt.Errorf("%w: two signature algorithms in one certificate", der.ErrSyntax)
	}
	if err := c.readValidity(fields[3]); err != nil {
		return nil, err
	}
	c.Issuer, c.Subject = parseName(fields[2]), parseName(fields[4])
	c.Key, c.KeyBits, c.KeyErr = parseKey(fields[5])
	for _, f := range fields[6:] {
		if f.Tag == der.Context(3) {
			c.Extensions, err = parseExtensions(f.Body)
		}
		if err != nil {
			return nil, err
		}
	}
	_, c.Strict = x509.ParseCertificate(c.Raw)
	return c, nil
}

func (c *Certificate) readValidity(v der.Value) error {
	times, err := v.Sequence(2)
	if err != nil {
		return err
	}
	if c.NotBefore, err = times[0].Time(); err != nil {
		return err
	}
	c.NotAfter, err = times[1].Time()
	return err
}

// maxKey is more than RSA of 16,384 bits takes. Longer keys, and parameters,
// would only cost time.
const maxKey = 2200

// parseKey reads a SubjectPublicKeyInfo. Keys marked for RSA-PSS (RFC 4055)
// are read as RSA keys.
func parseKey(v der.Value) (crypto.PublicKey, []byte, error) {
	parts, err := v.Sequence(2)
	if err != nil {
		return nil, nil, err
	}
	bits := parts[1].Bits()
	id, err := parts[0].Sequence(1)
	if err != nil {
		return nil, bits, err
	}
	if len(bits) > maxKey || len(parts[0].Raw) > maxKey {
		return nil, bits, fmt.Errorf("key of %d bytes: %w", len(bits), algorithm.ErrUnsupported)
	}
	if oid := id[0].OID(); oid == "1.2.840.113549.1.1.10" {
		key, err := x509.ParsePKCS1PublicKey(bits)
		if err != nil {
			return nil, bits, fmt.Errorf("rsa-pss key: %w", err)
		}
		return key, bits, nil
	}
	key, err := x509.ParsePKIXPublicKey(v.Raw)
	if err != nil {
		return nil, bits, fmt.Errorf("key: %w", err)
	}
	return key, bits, nil
}

// CheckSignedBy verifies that issuer's key made the certificate's signature.
// It looks at no names, periods or uses.
func (c *Certificate) CheckSignedBy(issuer *Certificate) error {
	return checkSigned(issuer, c.algorithm, c.algErr, c.signature, c.tbs)
}

// checkSigned verifies a signature over tbs by issuer's key.
func checkSigned(issuer *Certificate, a algorithm.Signature, algErr error, sig, tbs []byte) error {
	if algErr != nil {
		return algErr
	}
	if issuer.KeyErr != nil {
		return fmt.Errorf("%w: %w", algorithm.ErrUnsupported, issuer.KeyErr)
	}
	return a.Verify(issuer.Key, sig, tbs)
}

// Hash is the digest of the certificate's own signature, 0 if it is unknown.
func (c *Certificate) Hash() crypto.Hash { return c.algorithm.Hash }

// SelfIssued tells that subject and issuer are the same name.
func (c *Certificate) SelfIssued() bool { return bytes.Equal(c.RawIssuer, c.RawSubject) }

// SelfSigned tells that the certificate verifies with its own key.
func (c *Certificate) SelfSigned() bool { return c.SelfIssued() && c.CheckSignedBy(c) == nil }

// Equal tells whether both are the same certificate.
func (c *Certificate) Equal(o *Certificate) bool { return bytes.Equal(c.Raw, o.Raw) }

// ValidAt tells whether t is in the certificate's period.
func (c *Certificate) ValidAt(t time.Time) bool {
	return !t.Before(c.NotBefore) && !t.After(c.NotAfter)
}

// SerialHex is the serial number in hexadecimal, as people compare it.
func (c *Certificate) SerialHex() string { return hex.EncodeToString(c.Serial) }

// Fingerprint is the certificate's SHA-256 in hexadecimal.
func (c *Certificate) Fingerprint() string {
	sum := sha256.Sum256(c.Raw)
	return hex.EncodeToString(sum[:])
}

// SameSerial compares serial numbers as numbers: some signers write them with
// a leading zero octet, or without the one that DER wants.
func (c *Certificate) SameSerial(serial []byte) bool {
	return bytes.Equal(trimSerial(c.Serial), trimSerial(serial))
}

func trimSerial(b []byte) []byte {
	for len(b) > 1 && b[0] == 0 {
		b = b[1:]
	}
	return b
}
