package der

import (
	"bytes"
	"errors"
	"math/big"
	"testing"
	"time"
)

func TestNormalizeMakesLengthsDefinite(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"definite is kept", "\x30\x03\x02\x01\x05", "\x30\x03\x02\x01\x05"},
		{"long length is kept", "\x30\x81\x03\x02\x01\x05", "\x30\x81\x03\x02\x01\x05"},
		{"indefinite", "\x30\x80\x02\x01\x05\x00\x00", "\x30\x03\x02\x01\x05"},
		{"indefinite in definite", "\x30\x07\x30\x80\x02\x01\x05\x00\x00", "\x30\x05\x30\x03\x02\x01\x05"},
		{"octets in parts", "\x24\x80\x04\x01a\x04\x02bc\x00\x00", "\x04\x03abc"},
	} {
		got, rest, err := Normalize([]byte(c.in + "rest"))
		if err != nil || string(got) != c.want || string(rest) != "rest" {
			t.Errorf("%s: got %x, %q, %v, want %x", c.name, got, rest, err, c.want)
		}
	}
	// as long as its definite form, so that lengths alone do not tell
	body := bytes.Repeat([]byte{5, 0}, 200)
	in := append(append([]byte{0x30, 0x80}, body...), 0, 0)
	got, _, err := Normalize(append([]byte{0x30, 0x82, 0x01, 0x94}, in...))
	if want := Wrap(Sequence, Wrap(Sequence, body)); err != nil || !bytes.Equal(got, want) {
		t.Errorf("same length: got %x, %v", got[:8], err)
	}
}

func TestMalformedIsRefused(t *testing.T) {
	deep := bytes.Repeat([]byte{0x30, 0x80}, 1000)
	for _, in := range [][]byte{{}, {0x30}, {0x30, 5, 0}, {0x30, 0x89}, {0x1f, 1, 0}, {0x04, 0x80, 0, 0}, {0x30, 0x80, 2, 1}, deep, {0x24, 3, 2, 1, 0}} {
		if _, _, err := Normalize(in); !errors.Is(err, ErrSyntax) {
			t.Errorf("%.10x: got %v, want %v", in, err, ErrSyntax)
		}
	}
}

func TestObjectIdentifiersGoBothWays(t *testing.T) {
	for _, oid := range []string{"1.2.840.113549.1.7.2", "2.5.4.3", "2.999.3", "0.4.0.127.0.7", "1.3.6.1.4.1.311"} {
		if got := DottedOID(EncodeOID(oid)[2:]); got != oid {
			t.Errorf("got %s, want %s", got, oid)
		}
	}
	for _, bad := range [][]byte{{}, {0x80}, {0x2a, 0x86}, bytes.Repeat([]byte{0xff}, 40)} {
		if got := DottedOID(bad); got != "" {
			t.Errorf("%x: got %s, want none", bad, got)
		}
	}
}

func TestNumbersAndTimes(t *testing.T) {
	if n := (Value{Tag: Integer, Body: []byte{0xff}}).Int(); n.Cmp(big.NewInt(-1)) != 0 {
		t.Errorf("got %v, want -1", n)
	}
	at := time.Date(2051, 2, 3, 4, 5, 6, 0, time.UTC)
	for _, want := range []time.Time{at, at.AddDate(-80, 0, 0), at.AddDate(-30, 0, 0)} {
		v, err := ParseAll(EncodeTime(want))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := v.Time(); err != nil || !got.Equal(want) {
			t.Errorf("got %v, %v, want %v", got, err, want)
		}
	}
	for _, bad := range []string{"", "990101", "991301000000Z", "x"} {
		if _, err := (Value{Tag: UTCTime, Body: []byte(bad)}).Time(); !errors.Is(err, ErrSyntax) {
			t.Errorf("%q: got %v", bad, err)
		}
	}
}
