// Package algorithm names the digest and signature algorithms (署名アルゴリズム)
// of CMS, certificates and XML signatures, and verifies with them.
//
// It promises to tell three things apart: a signature that does not match
// (ErrMismatch), an algorithm it does not know (ErrUnsupported), and one that
// is too weak to prove anything (Broken) or only just (Weak). It decides
// nothing about certificates.
package algorithm

import (
	"crypto"
	//lint:ignore SA1019 only to verify: old certificates have such keys
	"crypto/dsa"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	_ "crypto/sha1" // makes crypto.SHA1 available
	_ "crypto/sha256"
	_ "crypto/sha3"
	_ "crypto/sha512"
	"crypto/subtle"
	"errors"
	"fmt"
	"hash"
	"math/big"

	"madoguchi/internal/signature/der"
)

// The errors of this package, to be compared with errors.Is.
var (
	ErrMismatch    = errors.New("signature does not match")
	ErrUnsupported = errors.New("algorithm is not supported")
	ErrBroken      = errors.New("algorithm is broken")
)

// A Scheme is a way to sign a digest.
type Scheme int

// The schemes. Plain is ECDSA with r and s side by side (XML, BSI TR-03111).
const (
	Unknown Scheme = iota
	PKCS1
	PSS
	ECDSA
	PlainECDSA
	DSA
	PlainDSA
	EdDSA
)

// schemeNames are for reports.
var schemeNames = map[Scheme]string{
	PKCS1: "RSA", PSS: "RSA-PSS", ECDSA: "ECDSA", PlainECDSA: "ECDSA",
	DSA: "DSA", PlainDSA: "DSA", EdDSA: "EdDSA",
}

// A Signature is a signature algorithm with its parameters. Hash is 0 where
// the identifier names none (rsaEncryption, EdDSA).
type Signature struct {
	Scheme Scheme
	Hash   crypto.Hash
	Salt   int // PSS: octets of salt
}

// String is the name in reports: "RSA-PSS SHA-256".
func (s Signature) String() string {
	name := schemeNames[s.Scheme]
	if s.Hash == 0 || s.Scheme == EdDSA {
		return name
	}
	return name + " " + s.Hash.String()
}

// hashes are the digest algorithms by OID.
var hashes = map[string]crypto.Hash{
	"1.2.840.113549.2.5":      crypto.MD5,
	"1.3.14.3.2.26":           crypto.SHA1,
	"2.16.840.1.101.3.4.2.1":  crypto.SHA256,
	"2.16.840.1.101.3.4.2.2":  crypto.SHA384,
	"2.16.840.1.101.3.4.2.3":  crypto.SHA512,
	"2.16.840.1.101.3.4.2.4":  crypto.SHA224,
	"2.16.840.1.101.3.4.2.5":  crypto.SHA512_224,
	"2.16.840.1.101.3.4.2.6":  crypto.SHA512_256,
	"2.16.840.1.101.3.4.2.7":  crypto.SHA3_224,
	"2.16.840.1.101.3.4.2.8":  crypto.SHA3_256,
	"2.16.840.1.101.3.4.2.9":  crypto.SHA3_384,
	"2.16.840.1.101.3.4.2.10": crypto.SHA3_512,
	"1.3.36.3.2.1":            crypto.RIPEMD160,
}

// signatures are the signature algorithms by OID.
var signatures = map[string]Signature{
	"1.2.840.113549.1.1.1":    {Scheme: PKCS1},
	"1.2.840.113549.1.1.4":    {Scheme: PKCS1, Hash: crypto.MD5},
	"1.2.840.113549.1.1.5":    {Scheme: PKCS1, Hash: crypto.SHA1},
	"1.3.14.3.2.29":           {Scheme: PKCS1, Hash: crypto.SHA1},
	"1.2.840.113549.1.1.11":   {Scheme: PKCS1, Hash: crypto.SHA256},
	"1.2.840.113549.1.1.12":   {Scheme: PKCS1, Hash: crypto.SHA384},
	"1.2.840.113549.1.1.13":   {Scheme: PKCS1, Hash: crypto.SHA512},
	"1.2.840.113549.1.1.14":   {Scheme: PKCS1, Hash: crypto.SHA224},
	"2.16.840.1.101.3.4.3.13": {Scheme: PKCS1, Hash: crypto.SHA3_224},
	"2.16.840.1.101.3.4.3.14": {Scheme: PKCS1, Hash: crypto.SHA3_256},
	"2.16.840.1.101.3.4.3.15": {Scheme: PKCS1, Hash: crypto.SHA3_384},
	"2.16.840.1.101.3.4.3.16": {Scheme: PKCS1, Hash: crypto.SHA3_512},
	"1.3.36.3.3.1.2":          {Scheme: PKCS1, Hash: crypto.RIPEMD160},
	"1.2.840.113549.1.1.10":   {Scheme: PSS},
	"1.2.840.10045.2.1":       {Scheme: ECDSA},
	"1.2.840.10045.4.1":       {Scheme: ECDSA, Hash: crypto.SHA1},
	"1.2.840.10045.4.3.1":     {Scheme: ECDSA, Hash: crypto.SHA224},
	"1.2.840.10045.4.3.2":     {Scheme: ECDSA, Hash: crypto.SHA256},
	"1.2.840.10045.4.3.3":     {Scheme: ECDSA, Hash: crypto.SHA384},
	"1.2.840.10045.4.3.4":     {Scheme: ECDSA, Hash: crypto.SHA512},
	"2.16.840.1.101.3.4.3.9":  {Scheme: ECDSA, Hash: crypto.SHA3_224},
	"2.16.840.1.101.3.4.3.10": {Scheme: ECDSA, Hash: crypto.SHA3_256},
	"2.16.840.1.101.3.4.3.11": {Scheme: ECDSA, Hash: crypto.SHA3_384},
	"2.16.840.1.101.3.4.3.12": {Scheme: ECDSA, Hash: crypto.SHA3_512},
	"0.4.0.127.0.7.1.1.4.1.1": {Scheme: PlainECDSA, Hash: crypto.SHA1},
	"0.4.0.127.0.7.1.1.4.1.2": {Scheme: PlainECDSA, Hash: crypto.SHA224},
	"0.4.0.127.0.7.1.1.4.1.3": {Scheme: PlainECDSA, Hash: crypto.SHA256},
	"0.4.0.127.0.7.1.1.4.1.4": {Scheme: PlainECDSA, Hash: crypto.SHA384},
	"0.4.0.127.0.7.1.1.4.1.5": {Scheme: PlainECDSA, Hash: crypto.SHA512},
	"1.2.840.10040.4.1":       {Scheme: DSA},
	"1.2.840.10040.4.3":       {Scheme: DSA, Hash: crypto.SHA1},
	"2.16.840.1.101.3.4.3.1":  {Scheme: DSA, Hash: crypto.SHA224},
	"2.16.840.1.101.3.4.3.2":  {Scheme: DSA, Hash: crypto.SHA256},
	"1.3.101.112":             {Scheme: EdDSA},
}

// HashByOID returns the digest algorithm that oid names. Identifiers of
// signature algorithms are taken for their digest: some signers write them.
func HashByOID(oid string) (crypto.Hash, error) {
	if h, ok := hashes[oid]; ok {
		return usable(h)
	}
	if s, ok := signatures[oid]; ok && s.Hash != 0 {
		return usable(s.Hash)
	}
	return 0, fmt.Errorf("digest %s: %w", oid, ErrUnsupported)
}

// usable returns h, or why it cannot be computed with.
func usable(h crypto.Hash) (crypto.Hash, error) {
	if h == crypto.MD5 {
		return h, fmt.Errorf("%v: %w", h, ErrBroken)
	}
	if !h.Available() {
		return h, fmt.Errorf("%v: %w", h, ErrUnsupported)
	}
	return h, nil
}

// Identifier reads an AlgorithmIdentifier and returns the signature algorithm
// and its OID. RSA-PSS parameters follow RFC 4055 3.1.
func Identifier(v der.Value) (Signature, string, error) {
	parts, err := v.Sequence(1)
	if err != nil {
		return Signature{}, "", fmt.Errorf("algorithm identifier: %w", err)
	}
	oid := parts[0].OID()
	s, ok := signatures[oid]
	if !ok {
		return Signature{}, oid, fmt.Errorf("signature %s: %w", oid, ErrUnsupported)
	}
	if s.Scheme == PSS {
		s, err = pssParameters(parts[1:])
		if err != nil {
			return Signature{}, oid, err
		}
	}
	if s.Hash != 0 {
		_, err = usable(s.Hash)
	}
	return s, oid, err
}

// pssParameters reads RSASSA-PSS-params; all of its fields have defaults.
func pssParameters(rest []der.Value) (Signature, error) {
	s := Signature{Scheme: PSS, Hash: crypto.SHA1, Salt: 20}
	if len(rest) == 0 || rest[0].Tag != der.Sequence {
		return s, nil
	}
	fields, err := rest[0].Children()
	if err != nil {
		return s, fmt.Errorf("pss parameters: %w", err)
	}
	mask := crypto.SHA1
	for _, f := range fields {
		inner, err := der.ParseAll(f.Body)
		if err != nil {
			return s, fmt.Errorf("pss parameters: %w", err)
		}
		switch f.Tag {
		case der.Context(0):
			s.Hash, err = hashIdentifier(inner)
		case der.Context(1):
			mask, err = maskIdentifier(inner)
		case der.Context(2):
			s.Salt, err = smallInt(inner)
		}
		if err != nil {
			return s, err
		}
	}
	if mask != s.Hash {
		return s, fmt.Errorf("pss mask %v with digest %v: %w", mask, s.Hash, ErrUnsupported)
	}
	return s, nil
}

// maskIdentifier reads the digest of an MGF1 AlgorithmIdentifier.
func maskIdentifier(v der.Value) (crypto.Hash, error) {
	parts, err := v.Sequence(2)
	if err != nil {
		return 0, fmt.Errorf("pss mask: %w", err)
	}
	return hashIdentifier(parts[1])
}

func hashIdentifier(v der.Value) (crypto.Hash, error) {
	parts, err := v.Sequence(1)
	if err != nil {
		return 0, fmt.Errorf("digest identifier: %w", err)
	}
	return HashByOID(parts[0].OID())
}

// DigestIdentifier reads the AlgorithmIdentifier of a digest.
func DigestIdentifier(v der.Value) (crypto.Hash, error) { return hashIdentifier(v) }

func smallInt(v der.Value) (int, error) {
	n := v.Int()
	if n == nil || n.Sign() < 0 || n.BitLen() > 16 {
		return 0, fmt.Errorf("pss salt: %w", der.ErrSyntax)
	}
	return int(n.Int64()), nil
}

// Weak tells that h no longer withstands collisions found on purpose (SHA-1):
// a signature with it proves something only with proof of its age.
func Weak(h crypto.Hash) bool { return h == crypto.SHA1 || h == crypto.RIPEMD160 }

// WeakKey tells that the key is shorter than what CRYPTREC and ETSI TS 119 312
// accept: RSA and DSA below 2048 bits, curves below 224 bits.
func WeakKey(key crypto.PublicKey) bool {
	switch k := key.(type) {
	case *rsa.PublicKey:
		return k.N.BitLen() < 2000
	case *dsa.PublicKey:
		return k.P.BitLen() < 2000
	case *ecdsa.PublicKey:
		return k.Curve.Params().BitSize < 224
	}
	return false
}

// Digest hashes parts one after the other.
func Digest(h crypto.Hash, parts ...[]byte) []byte {
	w := h.New()
	write(w, parts)
	return w.Sum(nil)
}

func write(w hash.Hash, parts [][]byte) {
	for _, p := range parts {
		w.Write(p)
	}
}

// Verify checks sig over the parts one after the other with key. The scheme
// must fit the key; s.Hash must be set except for EdDSA.
func (s Signature) Verify(key crypto.PublicKey, sig []byte, parts ...[]byte) error {
	if s.Scheme == EdDSA {
		k, ok := key.(ed25519.PublicKey)
		if !ok {
			return fmt.Errorf("%v with a %T: %w", s, key, ErrMismatch)
		}
		var message []byte
		for _, p := range parts {
			message = append(message, p...)
		}
		return matched(ed25519.Verify(k, message, sig))
	}
	if _, err := usable(s.Hash); err != nil {
		return err
	}
	return s.VerifyDigest(key, sig, Digest(s.Hash, parts...))
}

// VerifyDigest checks sig over a digest made with s.Hash.
func (s Signature) VerifyDigest(key crypto.PublicKey, sig, digest []byte) error {
	switch k := key.(type) {
	case *rsa.PublicKey:
		return s.verifyRSA(k, sig, digest)
	case *ecdsa.PublicKey:
		return s.verifyECDSA(k, sig, digest)
	case *dsa.PublicKey:
		return s.verifyDSA(k, sig, digest)
	case nil:
		return fmt.Errorf("key: %w", ErrUnsupported)
	}
	return fmt.Errorf("%v with a %T: %w", s, key, ErrMismatch)
}

func (s Signature) verifyRSA(k *rsa.PublicKey, sig, digest []byte) error {
	switch s.Scheme {
	case PKCS1:
		if k.N.BitLen() < 1024 {
			return matched(verifyShortRSA(k, s.Hash, digest, sig))
		}
		return matched(rsa.VerifyPKCS1v15(k, s.Hash, digest, sig) == nil)
	case PSS:
		options := &rsa.PSSOptions{SaltLength: s.Salt, Hash: s.Hash}
		return matched(rsa.VerifyPSS(k, s.Hash, digest, sig, options) == nil)
	}
	return fmt.Errorf("%v with an rsa key: %w", s, ErrMismatch)
}

func (s Signature) verifyECDSA(k *ecdsa.PublicKey, sig, digest []byte) error {
	// each scheme has signers that write the other's form; either must verify
	if s.Scheme == ECDSA || s.Scheme == PlainECDSA {
		r, t := halves(sig)
		return matched(ecdsa.VerifyASN1(k, digest, sig) || (r != nil && ecdsa.Verify(k, digest, r, t)))
	}
	return fmt.Errorf("%v with an ecdsa key: %w", s, ErrMismatch)
}

func (s Signature) verifyDSA(k *dsa.PublicKey, sig, digest []byte) error {
	if n := (k.Q.BitLen() + 7) / 8; len(digest) > n {
		digest = digest[:n] // FIPS 186-4 4.6: the leftmost bits
	}
	switch s.Scheme {
	case DSA:
		v, err := der.ParseAll(sig)
		if err != nil {
			return matched(false)
		}
		pair, err := v.Sequence(2)
		if err != nil || pair[0].Int() == nil || pair[1].Int() == nil {
			return matched(false)
		}
		return matched(dsa.Verify(k, digest, pair[0].Int(), pair[1].Int()))
	case PlainDSA:
		r, t := halves(sig)
		return matched(r != nil && dsa.Verify(k, digest, r, t))
	}
	return fmt.Errorf("%v with a dsa key: %w", s, ErrMismatch)
}

// halves reads two numbers of one length.
func halves(sig []byte) (r, s *big.Int) {
	n := len(sig) / 2
	if n == 0 || len(sig) != 2*n || n > 128 {
		return nil, nil
	}
	return new(big.Int).SetBytes(sig[:n]), new(big.Int).SetBytes(sig[n:])
}

func matched(ok bool) error {
	if ok {
		return nil
	}
	return ErrMismatch
}

// Equal compares digests without showing where they differ.
func Equal(a, b []byte) bool { return len(a) > 0 && subtle.ConstantTimeCompare(a, b) == 1 }
