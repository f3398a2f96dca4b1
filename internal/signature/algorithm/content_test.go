package algorithm

import (
	"bytes"
	"crypto"
	"testing"
)

func TestCutsDigestAsIfFromTheBeginning(t *testing.T) {
	data := bytes.Repeat([]byte("0123456789"), 100)
	c := NewCuts(data, []int{500, 7, 7, 1000, 0})
	for _, h := range []crypto.Hash{crypto.SHA1, crypto.SHA256, crypto.SHA512, crypto.SHA3_256} {
		for _, cut := range []int{1000, 0, 7, 500, 8} { // 8 was not prepared
			for _, rest := range [][]byte{nil, []byte("rest")} {
				if got, want := c.Digest(h, cut, rest), Digest(h, data[:cut], rest); !bytes.Equal(got, want) {
					t.Errorf("%v up to %d: got %x, want %x", h, cut, got, want)
				}
			}
		}
	}
}
