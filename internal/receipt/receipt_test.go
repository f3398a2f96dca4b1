package receipt

import (
	"encoding/hex"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The samples that NIST publishes for SP 800-38G, FF1, radix 10.
func TestFF1GivesTheStandardsSamples(t *testing.T) {
	const aes128 = "2B7E151628AED2A6ABF7158809CF4F3C"
	const aes256 = "2B7E151628AED2A6ABF7158809CF4F3CEF4359D8D580AA4F7F036D6F04FC6A94"
	const tweak = "39383736353433323130"
	for _, c := range []struct {
		name, key, tweak string
		want             uint64
	}{
		{"sample 1", aes128, "", 2433477484},
		{"sample 2", aes128, tweak, 6124200773},
		{"sample 7", aes256, "", 6657667009},
		{"sample 8", aes256, tweak, 1001623463},
	} {
		f, err := newFF1(unhex(t, c.key), unhex(t, c.tweak))
		if err != nil {
			t.Fatal(err)
		}
		if got := f.permute(123456789, 10); got != c.want {
			t.Errorf("%s: 0123456789 → %010d, want %010d", c.name, got, c.want)
		}
	}
}

func TestReceiptNumbersNeverRepeat(t *testing.T) {
	s, err := NewNumbers([]byte(strings.Repeat("k", KeyBytes)))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]int64{}
	for n := int64(1); n <= 20000; n++ {
		no, err := s.Number(n)
		if err != nil {
			t.Fatal(err)
		}
		if len(no) != 12 {
			t.Fatalf("number %q has %d digits, want 12", no, len(no))
		}
		if other, ok := seen[no]; ok {
			t.Fatalf("places %d and %d both give %s", other, n, no)
		}
		seen[no] = n
	}
}

func TestTenantsHaveDifferentNumbers(t *testing.T) {
	a, _ := NewNumbers([]byte(strings.Repeat("a", KeyBytes)))
	b, _ := NewNumbers([]byte(strings.Repeat("b", KeyBytes)))
	x, _ := a.Number(1)
	y, _ := b.Number(1)
	if x == y {
		t.Errorf("two keys give %s for the first place", x)
	}
}

func TestPlacesOutsideOfTheSequenceAreRefused(t *testing.T) {
	s, _ := NewNumbers(make([]byte, KeyBytes))
	for _, n := range []int64{-1, 100_000_000_000} {
		if no, err := s.Number(n); err == nil {
			t.Errorf("place %d gives %s, want an error", n, no)
		}
	}
}

func TestACodeIsReadAsPeopleTypeIt(t *testing.T) {
	c, err := NewCodes([]byte(strings.Repeat("s", 32)))
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(rt *rapid.T) {
		key := rapid.StringN(1, 40, -1).Draw(rt, "key")
		code := c.Code(7, key, 0)
		wide := strings.Map(func(r rune) rune { return r + 0xFEE0 }, code)
		for _, typed := range []string{code, FormatCode(code), strings.ToLower(FormatCode(code)), wide, " " + code[:4] + "　" + code[4:] + " "} {
			if !c.Matches(typed, 7, key, 0) {
				rt.Fatalf("%q is not read as %s", typed, code)
			}
		}
		if c.Matches(code, 8, key, 0) || c.Matches(code, 7, key, 1) || c.Matches(code, 7, key+"x", 0) || c.Matches("", 7, key, 0) {
			rt.Fatal("a code opens another application")
		}
	})
}
