package der

import (
	"math/big"
	"strconv"
	"strings"
	"time"
)

// EncodeOID encodes a dotted object identifier as an element. It is for
// constants: a malformed one gives an element that no reader accepts.
func EncodeOID(dotted string) []byte {
	var body []byte
	first := uint64(0)
	for i, part := range strings.Split(dotted, ".") {
		n, err := strconv.ParseUint(part, 10, 56)
		if err != nil {
			return Wrap(ObjectID)
		}
		switch i {
		case 0:
			first = n * 40
			continue
		case 1:
			n += first
		}
		body = append(body, base128(n)...)
	}
	return Wrap(ObjectID, body)
}

func base128(n uint64) []byte {
	out := []byte{byte(n & 0x7f)}
	for n >>= 7; n > 0; n >>= 7 {
		out = append([]byte{byte(n&0x7f) | 0x80}, out...)
	}
	return out
}

// EncodeInt encodes a non-negative INTEGER.
func EncodeInt(n *big.Int) []byte {
	b := n.Bytes()
	if len(b) == 0 || b[0]&0x80 != 0 {
		b = append([]byte{0}, b...)
	}
	return Wrap(Integer, b)
}

// EncodeTime encodes a time in UTC: UTCTime up to 2049, else GeneralizedTime
// (RFC 5280 4.1.2.5).
func EncodeTime(t time.Time) []byte {
	t = t.UTC()
	if t.Year() < 2050 {
		return Wrap(UTCTime, []byte(t.Format("060102150405Z")))
	}
	return EncodeGeneralized(t)
}

// EncodeGeneralized encodes a time in UTC as GeneralizedTime in seconds.
func EncodeGeneralized(t time.Time) []byte {
	return Wrap(GeneralizedTime, []byte(t.UTC().Format("20060102150405Z")))
}
