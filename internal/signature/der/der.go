// Package der reads ASN.1 as signatures hold it (電子署名の符号化): DER, and
// BER with indefinite lengths after Normalize.
//
// It is lenient where real certificates are (long lengths, negative serial
// numbers, odd strings) and strict about sizes: nothing is read past the end,
// and depth and element counts are limited. It gives values that share the
// input's memory.
package der

import (
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"time"
)

// The identifier octets that signatures use.
const (
	Boolean         = 0x01
	Integer         = 0x02
	BitString       = 0x03
	OctetString     = 0x04
	Null            = 0x05
	ObjectID        = 0x06
	Enumerated      = 0x0a
	UTF8String      = 0x0c
	PrintableString = 0x13
	T61String       = 0x14
	IA5String       = 0x16
	UTCTime         = 0x17
	GeneralizedTime = 0x18
	VisibleString   = 0x1a
	BMPString       = 0x1e
	Sequence        = 0x30
	Set             = 0x31
)

// Context returns the identifier octet of a constructed context tag, [n].
func Context(n byte) byte { return 0xa0 | n }

// ContextPrimitive returns the identifier octet of a primitive context tag.
func ContextPrimitive(n byte) byte { return 0x80 | n }

// ErrSyntax is in the chain of every error of this package.
var ErrSyntax = errors.New("malformed ASN.1")

// A Value is one element: its identifier octet, its contents, and both
// together with the length octets as they stand in the input.
type Value struct {
	Tag  byte
	Body []byte
	Raw  []byte
}

// Parse reads the first element of b and gives what follows it.
func Parse(b []byte) (v Value, rest []byte, err error) {
	head, length, err := header(b)
	if err != nil {
		return Value{}, nil, err
	}
	if length < 0 {
		return Value{}, nil, fmt.Errorf("%w: indefinite length", ErrSyntax)
	}
	if length > len(b)-head {
		return Value{}, nil, fmt.Errorf("%w: element longer than its input", ErrSyntax)
	}
	end := head + length
	return Value{Tag: b[0], Body: b[head:end], Raw: b[:end]}, b[end:], nil
}

// ParseAll reads b as exactly one element.
func ParseAll(b []byte) (Value, error) {
	v, rest, err := Parse(b)
	if err != nil {
		return Value{}, err
	}
	if len(rest) > 0 {
		return Value{}, fmt.Errorf("%w: bytes after the element", ErrSyntax)
	}
	return v, nil
}

// header gives the number of identifier and length octets and the length of
// the contents, -1 for the indefinite form.
func header(b []byte) (head, length int, err error) {
	if len(b) < 2 {
		return 0, 0, fmt.Errorf("%w: cut short", ErrSyntax)
	}
	if b[0]&0x1f == 0x1f {
		return 0, 0, fmt.Errorf("%w: long tag", ErrSyntax)
	}
	n := int(b[1])
	if n < 0x80 {
		return 2, n, nil
	}
	if n == 0x80 {
		return 2, -1, nil
	}
	n &= 0x7f
	if n > 8 || len(b) < 2+n {
		return 0, 0, fmt.Errorf("%w: length", ErrSyntax)
	}
	for _, c := range b[2 : 2+n] {
		if length > 1<<30 {
			return 0, 0, fmt.Errorf("%w: length", ErrSyntax)
		}
		length = length<<8 | int(c)
	}
	return 2 + n, length, nil
}

// Children reads the contents as a list of elements.
func (v Value) Children() ([]Value, error) {
	if v.Tag&0x20 == 0 {
		return nil, fmt.Errorf("%w: tag %#x is not constructed", ErrSyntax, v.Tag)
	}
	return List(v.Body)
}

// List reads b as elements up to its end.
func List(b []byte) ([]Value, error) {
	var list []Value
	for len(b) > 0 {
		var c Value
		var err error
		c, b, err = Parse(b)
		if err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	return list, nil
}

// Sequence reads the contents of a SEQUENCE with at least min elements.
func (v Value) Sequence(min int) ([]Value, error) {
	if v.Tag != Sequence {
		return nil, fmt.Errorf("%w: tag %#x where a sequence belongs", ErrSyntax, v.Tag)
	}
	list, err := List(v.Body)
	if err != nil {
		return nil, err
	}
	if len(list) < min {
		return nil, fmt.Errorf("%w: sequence of %d", ErrSyntax, len(list))
	}
	return list, nil
}

// OID gives an object identifier in dotted form, or "" if v is none.
func (v Value) OID() string {
	if v.Tag != ObjectID {
		return ""
	}
	return DottedOID(v.Body)
}

// DottedOID gives the dotted form of an object identifier's contents, or "".
func DottedOID(b []byte) string {
	if len(b) == 0 || len(b) > 64 {
		return ""
	}
	var s strings.Builder
	var n uint64
	first := true
	for i, c := range b {
		if n > 1<<56 {
			return ""
		}
		n = n<<7 | uint64(c&0x7f)
		if c&0x80 != 0 {
			if i == len(b)-1 {
				return ""
			}
			continue
		}
		if first {
			top := min(n/40, 2)
			s.WriteString(strconv.FormatUint(top, 10))
			n -= top * 40
			first = false
		}
		s.WriteByte('.')
		s.WriteString(strconv.FormatUint(n, 10))
		n = 0
	}
	return s.String()
}

// Int gives an INTEGER or ENUMERATED, or nil if v is neither.
func (v Value) Int() *big.Int {
	if (v.Tag != Integer && v.Tag != Enumerated) || len(v.Body) == 0 {
		return nil
	}
	n := new(big.Int).SetBytes(v.Body)
	if v.Body[0]&0x80 != 0 {
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(len(v.Body))*8))
	}
	return n
}

// Bits gives the octets of a BIT STRING without unused bits, or nil.
func (v Value) Bits() []byte {
	if v.Tag != BitString || len(v.Body) < 1 || v.Body[0] != 0 {
		return nil
	}
	return v.Body[1:]
}

// Bit tells whether bit n of a BIT STRING is set, counted as X.509 does.
func (v Value) Bit(n int) bool {
	if v.Tag != BitString || len(v.Body) < 2+n/8 {
		return false
	}
	return v.Body[1+n/8]&(0x80>>(n%8)) != 0
}

// Time gives a UTCTime or GeneralizedTime in UTC.
func (v Value) Time() (time.Time, error) {
	layouts := map[byte][]string{
		UTCTime: {"060102150405Z0700", "0601021504Z0700", "060102150405"},
		GeneralizedTime: {
			"20060102150405Z0700", "20060102150405.999999999Z0700", "200601021504Z0700", "20060102150405",
		},
	}
	for _, layout := range layouts[v.Tag] {
		t, err := time.Parse(layout, string(v.Body))
		if err != nil {
			continue
		}
		// RFC 5280 4.1.2.5.1: two digits from 50 are of the 20th century.
		if v.Tag == UTCTime && t.Year() >= 2050 {
			t = t.AddDate(-100, 0, 0)
		}
		return t.UTC(), nil
	}
	return time.Time{}, fmt.Errorf("%w: time", ErrSyntax)
}

// Wrap encodes contents under an identifier octet with a DER length.
func Wrap(tag byte, parts ...[]byte) []byte {
	n := 0
	for _, p := range parts {
		n += len(p)
	}
	b := append(make([]byte, 0, n+6), tag)
	if n < 0x80 {
		b = append(b, byte(n))
	} else {
		size := 0
		for m := n; m > 0; m >>= 8 {
			size++
		}
		b = append(b, 0x80|byte(size))
		for i := size - 1; i >= 0; i-- {
			b = append(b, byte(n>>(8*i)))
		}
	}
	for _, p := range parts {
		b = append(b, p...)
	}
	return b
}
