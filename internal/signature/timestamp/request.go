package timestamp

import (
	"crypto"
	"errors"
	"fmt"
	"math/big"
	"time"

	"madoguchi/internal/signature/algorithm"
	"madoguchi/internal/signature/cms"
	"madoguchi/internal/signature/der"
)

// ErrRefused tells that an authority did not grant a time-stamp.
var ErrRefused = errors.New("time-stamp was not granted")

// Request encodes a TimeStampReq (RFC 3161 2.4.1) for an imprint made with h;
// it asks for the authority's certificate.
func Request(h crypto.Hash, imprint []byte, nonce *big.Int) []byte {
	return der.Wrap(der.Sequence,
		der.EncodeInt(big.NewInt(1)), messageImprint(h, imprint),
		der.EncodeInt(nonce), der.Wrap(der.Boolean, []byte{0xff}))
}

func messageImprint(h crypto.Hash, imprint []byte) []byte {
	id := der.Wrap(der.Sequence, der.EncodeOID(algorithm.OIDOfHash(h)), der.Wrap(der.Null))
	return der.Wrap(der.Sequence, id, der.Wrap(der.OctetString, imprint))
}

// Response gives the token of a TimeStampResp that answers the request: granted
// and over the same imprint.
func Response(b []byte, h crypto.Hash, imprint []byte) ([]byte, error) {
	v, _, err := der.Parse(b)
	if err != nil {
		return nil, fmt.Errorf("time-stamp response: %w", err)
	}
	parts, err := v.Sequence(1)
	if err != nil {
		return nil, fmt.Errorf("time-stamp response: %w", err)
	}
	status, err := parts[0].Sequence(1)
	if err != nil {
		return nil, fmt.Errorf("time-stamp response: %w", err)
	}
	const grantedWithMods = 1
	n := status[0].Int()
	if n == nil || n.Cmp(big.NewInt(grantedWithMods)) > 0 || len(parts) < 2 {
		return nil, ErrRefused
	}
	t, err := Parse(parts[1].Raw)
	if err != nil {
		return nil, err
	}
	if t.Hash != h || !algorithm.Equal(t.Imprint, imprint) {
		return nil, fmt.Errorf("time-stamp response: %w", ErrRefused)
	}
	return parts[1].Raw, nil
}

// An Issuer makes tokens, for test authorities and demonstrations.
type Issuer struct {
	Key    crypto.Signer
	Chain  [][]byte // the authority's certificate first
	Policy string
	// NoCertificates leaves the certificates out of tokens.
	NoCertificates bool
}

// Token makes a token over an imprint made with SHA-256.
func (i Issuer) Token(imprint []byte, serial *big.Int, at time.Time) ([]byte, error) {
	info := der.Wrap(der.Sequence,
		der.EncodeInt(big.NewInt(1)), der.EncodeOID(i.Policy), messageImprint(crypto.SHA256, imprint),
		der.EncodeInt(serial), der.EncodeGeneralized(at))
	return cms.Sign(cms.SignOptions{
		Key: i.Key, Chain: i.Chain, Hash: crypto.SHA256, ContentType: cms.OIDTSTInfo,
		Content: info, Digest: algorithm.Digest(crypto.SHA256, info), SigningTime: at,
		NoCertificates: i.NoCertificates,
	})
}
