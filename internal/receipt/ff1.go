package receipt

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"fmt"
	"math/big"
)

// ff1 is the format-preserving permutation FF1 of NIST SP 800-38G (algorithm
// 7) over strings of decimal digits.
type ff1 struct {
	block cipher.Block
	tweak []byte
}

// newFF1 takes an AES key of 16, 24 or 32 bytes.
func newFF1(key, tweak []byte) (*ff1, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("receipt key: %w", err)
	}
	return &ff1{block, tweak}, nil
}

const (
	radix  = 10
	rounds = 10
)

// permute maps the n-digit number x to another one; n is at least 6, since the
// standard asks for a domain of a million.
func (f *ff1) permute(x uint64, n int) uint64 {
	u := n / 2
	v := n - u
	lowU, lowV := pow10(u), pow10(v)
	a, b := x/lowV, x%lowV
	p := f.header(u, n)
	for i := range rounds {
		m := lowU
		if i%2 == 1 {
			m = lowV
		}
		y := f.round(p, v, byte(i), b)
		c := new(big.Int).Add(new(big.Int).SetUint64(a), y)
		c.Mod(c, new(big.Int).SetUint64(m))
		a, b = b, c.Uint64()
	}
	return a*lowV + b
}

// header is P of step 5.
func (f *ff1) header(u, n int) []byte {
	p := []byte{1, 2, 1, 0, 0, radix, rounds, byte(u)}
	p = binary.BigEndian.AppendUint32(p, uint32(n))
	return binary.BigEndian.AppendUint32(p, uint32(len(f.tweak)))
}

// round is steps 6.i to 6.iv: the number y that round i adds.
func (f *ff1) round(p []byte, v int, i byte, half uint64) *big.Int {
	// b is the bytes that v digits need: ⌈⌈v·log2(10)⌉/8⌉.
	b := (new(big.Int).SetUint64(pow10(v)-1).BitLen() + 7) / 8
	d := 4*((b+3)/4) + 4
	q := append([]byte{}, p...)
	q = append(q, f.tweak...)
	for (len(q)+b+1)%aes.BlockSize != 0 {
		q = append(q, 0)
	}
	q = append(q, i)
	q = append(q, new(big.Int).SetUint64(half).FillBytes(make([]byte, b))...)

	// PRF: CBC-MAC with a zero vector. d is at most one block for 22 digits.
	r := make([]byte, aes.BlockSize)
	for len(q) > 0 {
		for j := range r {
			r[j] ^= q[j]
		}
		f.block.Encrypt(r, r)
		q = q[aes.BlockSize:]
	}
	return new(big.Int).SetBytes(r[:d])
}

func pow10(n int) uint64 {
	p := uint64(1)
	for range n {
		p *= radix
	}
	return p
}
