package jptext_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"madoguchi/internal/jptext"
)

func TestCodesAsTyped(t *testing.T) {
	for _, c := range []struct {
		name string
		read func(string) (string, bool)
		in   string
		want string // "" where it is refused
	}{
		{"postal", jptext.PostalCode, "3108555", "310-8555"},
		{"postal", jptext.PostalCode, "〒３１０−８５５５", "310-8555"},
		{"postal", jptext.PostalCode, "310-855", ""},
		{"postal", jptext.PostalCode, "310-85555", ""},
		{"postal", jptext.PostalCode, "水戸", ""},
		{"phone", jptext.Phone, "０２９ー３０１ー１１１１", "029-301-1111"},
		{"phone", jptext.Phone, "(029)301-1111", "029-301-1111"},
		{"phone", jptext.Phone, "09000000000", "09000000000"},
		{"phone", jptext.Phone, "+81 29 301 1111", "+81-29-301-1111"},
		{"phone", jptext.Phone, "29-301-1111", ""},
		{"phone", jptext.Phone, "029-301-111", ""},
		{"phone", jptext.Phone, "029-301-11112222", ""},
		{"phone", jptext.Phone, "なし", ""},
		{"phone", jptext.Phone, "", ""},
		// 国税庁's own number, as its publication site shows it
		{"corporate", jptext.CorporateNumber, "7000012050002", "7000012050002"},
		{"corporate", jptext.CorporateNumber, "７００００１２０５０００２", "7000012050002"},
		{"corporate", jptext.CorporateNumber, "8000012050002", ""},
		{"corporate", jptext.CorporateNumber, "700001205000", ""},
		{"alnum", jptext.Alphanumeric, "ＡＢ－１２", "AB-12"},
		{"alnum", jptext.Alphanumeric, "AB あ", ""},
	} {
		got, ok := c.read(c.in)
		if ok != (c.want != "") || ok && got != c.want {
			t.Errorf("%s %q = %q, %v; want %q", c.name, c.in, got, ok, c.want)
		}
	}
}

// The weights of the ordinance, written out: the leftmost digit has weight 6,
// then 5 4 3 2 7 6 5 4 3 2.
func TestMyNumberCheckDigit(t *testing.T) {
	weights := []int{6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2}
	rapid.Check(t, func(rt *rapid.T) {
		digits := rapid.SliceOfN(rapid.IntRange(0, 9), 11, 11).Draw(rt, "digits")
		sum, text := 0, ""
		for i, d := range digits {
			sum += d * weights[i]
			text += fmt.Sprint(d)
		}
		want := 11 - sum%11
		if want >= 10 {
			want = 0
		}
		for d := range 10 {
			if got := jptext.IsMyNumber(text + fmt.Sprint(d)); got != (d == want) {
				rt.Fatalf("IsMyNumber(%s%d) = %v, the check digit is %d", text, d, got, want)
			}
		}
	})
}

func TestMyNumberIsFoundInText(t *testing.T) {
	const mine = "123456789018" // made from 12345678901 by the formula
	if !jptext.IsMyNumber(mine) {
		t.Fatalf("%s has a wrong check digit", mine)
	}
	for s, want := range map[string]bool{
		"番号は" + mine + "です":   true,
		"1234 5678 9018":      true,
		"１２３４－５６７８－９０１８":      true,
		"1234ー5678ー9018":      true,
		"0" + mine:            false,
		mine + "9":            false,
		"123456789017":        false,
		"1234、5678、9018":      false,
		"029-301-1111":        false,
		"":                    false,
		"1234  5678  9018":    false,
		"9 " + "123456789018": false,
	} {
		if got := jptext.HoldsMyNumber(s); got != want {
			t.Errorf("HoldsMyNumber(%q) = %v", s, got)
		}
	}
}

func TestReceiptNumberFindsMistakes(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.Uint64Range(0, jptext.ReceiptNumbers-1).Draw(rt, "n")
		no, ok := jptext.ReceiptNo(n)
		if !ok || len(no) != 12 {
			rt.Fatalf("ReceiptNo(%d) = %q", n, no)
		}
		shown := jptext.FormatReceiptNo(no)
		if got, ok := jptext.ReadReceiptNo(strings.ReplaceAll(shown, "-", "ー")); !ok || got != no {
			rt.Fatalf("%q is read as %q, %v", shown, got, ok)
		}
		i, d := rapid.IntRange(0, 11).Draw(rt, "i"), rapid.IntRange(1, 9).Draw(rt, "d")
		wrong := []byte(no)
		wrong[i] = '0' + (wrong[i]-'0'+byte(d))%10
		if _, ok := jptext.ReadReceiptNo(string(wrong)); ok {
			rt.Fatalf("%s passes for %s", wrong, no)
		}
		j := rapid.IntRange(0, 10).Draw(rt, "j")
		swapped := []byte(no)
		swapped[j], swapped[j+1] = swapped[j+1], swapped[j]
		if _, ok := jptext.ReadReceiptNo(string(swapped)); ok && string(swapped) != no {
			rt.Fatalf("%s passes for %s", swapped, no)
		}
	})
	if _, ok := jptext.ReceiptNo(jptext.ReceiptNumbers); ok {
		t.Error("a number of twelve digits was taken")
	}
}

// Exhaustively, from each of the ten states (the first digit reaches them all):
// no two digits, no two states and no swap of neighbours lead to the same.
func TestCheckDigitTableIsWhole(t *testing.T) {
	digit := func(n int) string { return strconv.Itoa(n) }
	for c := range 10 {
		for x := range 10 {
			for y := range 10 {
				if x == y {
					continue
				}
				if jptext.CheckDigit(digit(c)+digit(x)) == jptext.CheckDigit(digit(c)+digit(y)) {
					t.Errorf("after %d, %d and %d are not told apart", c, x, y)
				}
				if jptext.CheckDigit(digit(x)+digit(c)) == jptext.CheckDigit(digit(y)+digit(c)) {
					t.Errorf("before %d, %d and %d are not told apart", c, x, y)
				}
				if jptext.CheckDigit(digit(c)+digit(x)+digit(y)) == jptext.CheckDigit(digit(c)+digit(y)+digit(x)) {
					t.Errorf("after %d, the swap of %d and %d is not seen", c, x, y)
				}
			}
		}
	}
}

// 572 → 4 is the example in Damm's description of his method.
func TestDammExample(t *testing.T) {
	if got := jptext.CheckDigit("572"); got != '4' {
		t.Errorf("got %c, want 4", got)
	}
}

func TestMailAddresses(t *testing.T) {
	for in, want := range map[string]string{
		"a..b@docomo.ne.jp":      "a..b@docomo.ne.jp",
		"ab.@ezweb.ne.jp":        "ab.@ezweb.ne.jp",
		".ab@example.jp":         ".ab@example.jp",
		"Taro.Yamada@Example.JP": "Taro.Yamada@example.jp",
		"ｔａｒｏ＠ｅｘａｍｐｌｅ．ｊｐ":                       "taro@example.jp",
		" a+b/c=d@sub.example.co.jp":            "a+b/c=d@sub.example.co.jp",
		"taro@xn--wgv71a.jp":                    "taro@xn--wgv71a.jp",
		"山田@example.jp":                         "",
		"taro@日本.jp":                            "",
		"taro@localhost":                        "",
		"taro@example..jp":                      "",
		"taro@-example.jp":                      "",
		"taro@example.jp.":                      "",
		"taro@192.0.2.1":                        "",
		"taro@@example.jp":                      "",
		"@example.jp":                           "",
		"taro":                                  "",
		"":                                      "",
		"taro yamada@example.jp":                "",
		"taro@example.jp, b@example.jp":         "",
		"taro@example.jp\r\nBcc: b@example.jp":  "",
		"\"taro\"@example.jp":                   "",
		"<taro@example.jp>":                     "",
		strings.Repeat("a", 65) + "@example.jp": "",
		"a@" + strings.Repeat("a.", 130) + "jp": "",
	} {
		got, ok := jptext.Mail(in)
		if ok != (want != "") || ok && got != want {
			t.Errorf("Mail(%q) = %q, %v; want %q", in, got, ok, want)
		}
	}
}
