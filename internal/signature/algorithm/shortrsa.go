package algorithm

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"math/big"
	"slices"

	"madoguchi/internal/signature/der"
)

// verifyShortRSA verifies RSASSA-PKCS1-v1_5 (RFC 8017 8.2.2) with keys that
// crypto/rsa refuses for their length. WeakKey tells of them: what such a key
// signed is never proven, but whether it was changed can be said.
func verifyShortRSA(k *rsa.PublicKey, h crypto.Hash, digest, sig []byte) bool {
	size := k.Size()
	if len(sig) != size || size < 48 {
		return false
	}
	info := der.Wrap(der.Sequence,
		der.Wrap(der.Sequence, der.EncodeOID(OIDOfHash(h)), der.Wrap(der.Null)), der.Wrap(der.OctetString, digest))
	if len(info)+11 > size {
		return false
	}
	want := slices.Concat([]byte{0, 1}, bytes.Repeat([]byte{0xff}, size-len(info)-3), []byte{0}, info)
	m := new(big.Int).Exp(new(big.Int).SetBytes(sig), big.NewInt(int64(k.E)), k.N)
	return bytes.Equal(m.FillBytes(make([]byte, size)), want)
}
