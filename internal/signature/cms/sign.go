package cms

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"time"

	"madoguchi/internal/signature/algorithm"
	"madoguchi/internal/signature/certificate"
	"madoguchi/internal/signature/der"
)

// ErrKey tells that the key does not fit the certificate or is of no kind
// that can sign.
var ErrKey = errors.New("key cannot sign for the certificate")

// SignOptions say how to sign. Chain is the signer's certificate and those of
// its issuers, in DER. The content is given by its digest, made with Hash.
type SignOptions struct {
	Key         crypto.Signer
	Chain       [][]byte
	Hash        crypto.Hash
	PSS         bool
	ContentType string    // "" for data
	Content     []byte    // nil for a detached signature
	Digest      []byte    // of the content
	SigningTime time.Time // zero for none, as PAdES wants
	// NoCertificates leaves the certificates out of the message.
	NoCertificates bool
	// Stamp gives a time-stamp token over the signature value; nil for none.
	Stamp func(signature []byte) ([]byte, error)
}

// Sign makes a SignedData in DER with one signer, named by a
// signing-certificate-v2 attribute (RFC 5035).
func Sign(o SignOptions) ([]byte, error) {
	m, err := sign(o)
	if err != nil {
		return nil, fmt.Errorf("cms sign: %w", err)
	}
	return m, nil
}

func sign(o SignOptions) ([]byte, error) {
	if len(o.Chain) == 0 {
		return nil, ErrKey
	}
	cert, err := certificate.Parse(o.Chain[0])
	if err != nil {
		return nil, err
	}
	if public, ok := o.Key.Public().(interface{ Equal(crypto.PublicKey) bool }); !ok || !public.Equal(cert.Key) {
		return nil, ErrKey
	}
	if o.ContentType == "" {
		o.ContentType = OIDData
	}
	attributes := o.signedAttributes(cert)
	signature, method, err := o.signValue(der.Wrap(der.Set, attributes))
	if err != nil {
		return nil, err
	}
	signer := [][]byte{
		der.EncodeInt(big.NewInt(1)),
		der.Wrap(der.Sequence, cert.RawIssuer, der.Wrap(der.Integer, cert.Serial)),
		hashIdentifier(o.Hash),
		der.Wrap(der.Context(0), attributes),
		method,
		der.Wrap(der.OctetString, signature),
	}
	if o.Stamp != nil {
		token, err := o.Stamp(signature)
		if err != nil {
			return nil, fmt.Errorf("time-stamp: %w", err)
		}
		signer = append(signer, der.Wrap(der.Context(1), attribute(oidTimestamp, token)))
	}
	return o.message(der.Wrap(der.Sequence, signer...)), nil
}

// message wraps a SignerInfo.
func (o SignOptions) message(signer []byte) []byte {
	content := [][]byte{der.EncodeOID(o.ContentType)}
	version := int64(1)
	if o.Content != nil {
		content = append(content, der.Wrap(der.Context(0), der.Wrap(der.OctetString, o.Content)))
	}
	if o.ContentType != OIDData {
		version = 3
	}
	fields := [][]byte{
		der.EncodeInt(big.NewInt(version)),
		der.Wrap(der.Set, hashIdentifier(o.Hash)),
		der.Wrap(der.Sequence, content...),
	}
	if !o.NoCertificates {
		fields = append(fields, der.Wrap(der.Context(0), o.Chain...))
	}
	fields = append(fields, der.Wrap(der.Set, signer))
	return der.Wrap(der.Sequence, der.EncodeOID(oidSignedData),
		der.Wrap(der.Context(0), der.Wrap(der.Sequence, fields...)))
}

// signedAttributes gives the attributes in the order of a DER SET.
func (o SignOptions) signedAttributes(cert *certificate.Certificate) []byte {
	issuer := der.Wrap(der.Sequence, der.Wrap(der.Context(4), cert.RawIssuer))
	id := [][]byte{der.Wrap(der.OctetString, algorithm.Digest(o.Hash, cert.Raw)),
		der.Wrap(der.Sequence, issuer, der.Wrap(der.Integer, cert.Serial))}
	if o.Hash != crypto.SHA256 { // SHA-256 is the default and must be left out
		id = append([][]byte{hashIdentifier(o.Hash)}, id...)
	}
	list := [][]byte{
		attribute(oidContentType, der.EncodeOID(o.ContentType)),
		attribute(oidMessageDigest, der.Wrap(der.OctetString, o.Digest)),
		attribute(oidSigningCertV2, der.Wrap(der.Sequence, der.Wrap(der.Sequence, der.Wrap(der.Sequence, id...)))),
	}
	if !o.SigningTime.IsZero() {
		list = append(list, attribute(oidSigningTime, der.EncodeTime(o.SigningTime)))
	}
	slices.SortFunc(list, bytes.Compare)
	return bytes.Join(list, nil)
}

func attribute(oid string, value []byte) []byte {
	return der.Wrap(der.Sequence, der.EncodeOID(oid), der.Wrap(der.Set, value))
}

// signValue signs the attributes and gives the signature's AlgorithmIdentifier.
func (o SignOptions) signValue(attributes []byte) (signature, method []byte, err error) {
	digest := algorithm.Digest(o.Hash, attributes)
	var options crypto.SignerOpts = o.Hash
	switch o.Key.Public().(type) {
	case *rsa.PublicKey:
		method = der.Wrap(der.Sequence, der.EncodeOID(algorithm.OIDOf(algorithm.PKCS1, o.Hash)), der.Wrap(der.Null))
		if o.PSS {
			method = pssIdentifier(o.Hash)
			options = &rsa.PSSOptions{SaltLength: o.Hash.Size(), Hash: o.Hash}
		}
	case *ecdsa.PublicKey:
		method = der.Wrap(der.Sequence, der.EncodeOID(algorithm.OIDOf(algorithm.ECDSA, o.Hash)))
	default:
		return nil, nil, ErrKey
	}
	signature, err = o.Key.Sign(rand.Reader, digest, options)
	return signature, method, err
}

func hashIdentifier(h crypto.Hash) []byte {
	return der.Wrap(der.Sequence, der.EncodeOID(algorithm.OIDOfHash(h)), der.Wrap(der.Null))
}

// pssIdentifier is RSASSA-PSS with one digest for all (RFC 4055 3.1).
func pssIdentifier(h crypto.Hash) []byte {
	mask := der.Wrap(der.Sequence, der.EncodeOID("1.2.840.113549.1.1.8"), hashIdentifier(h))
	return der.Wrap(der.Sequence, der.EncodeOID("1.2.840.113549.1.1.10"), der.Wrap(der.Sequence,
		der.Wrap(der.Context(0), hashIdentifier(h)),
		der.Wrap(der.Context(1), mask),
		der.Wrap(der.Context(2), der.EncodeInt(big.NewInt(int64(h.Size()))))))
}
