package jptext

import (
	"strings"
	"unicode"
)

// PostalCode reads a postal code (郵便番号) in any width, with or without 〒
// and dash, and returns it as 310-8555.
func PostalCode(s string) (string, bool) {
	d, ok := Digits(strings.TrimPrefix(strings.TrimSpace(s), "〒"))
	if !ok || len(d) != 7 {
		return "", false
	}
	return d[:3] + "-" + d[3:], true
}

// Phone reads a telephone number in any width with any dash. Within Japan it
// has 10 or 11 digits and begins with 0; with a country code it begins with +
// and has 8 to 15 digits (E.164). Groups are kept as typed, parted by "-".
func Phone(s string) (string, bool) {
	s = strings.Map(func(r rune) rune {
		switch r {
		case '(', ')', ' ', '.':
			return '-'
		}
		return r
	}, Code(s))
	plus := strings.HasPrefix(s, "+")
	groups := strings.FieldsFunc(strings.TrimPrefix(s, "+"), func(r rune) bool { return r == '-' })
	digits := strings.Join(groups, "")
	if !onlyDigits(digits) {
		return "", false
	}
	text := strings.Join(groups, "-")
	if plus {
		return "+" + text, len(digits) >= 8 && len(digits) <= 15 && digits[0] != '0' && len(text) < 24
	}
	return text, strings.HasPrefix(digits, "0") && (len(digits) == 10 || len(digits) == 11)
}

func onlyDigits(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }) < 0
}

// CorporateNumber reads a corporate number (法人番号, 13 digits) in any width
// and checks its first digit: 9 − (Σ Pn·Qn mod 9), Pn the nth digit from the
// right of the other twelve, Qn 1 for odd n and 2 for even
// (法人番号の指定等に関する省令 第2条).
func CorporateNumber(s string) (string, bool) {
	d, ok := Digits(s)
	if !ok || len(d) != 13 {
		return "", false
	}
	sum := 0
	for n := 1; n <= 12; n++ {
		sum += int(d[13-n]-'0') * (2 - n%2)
	}
	return d, int(d[0]-'0') == 9-sum%9
}

// IsMyNumber reports whether s is exactly 12 half-width digits of which the
// last is right for an individual number (個人番号): 11 − (Σ Pn·Qn mod 11), 0
// when the remainder is 0 or 1; Pn is the nth digit from the right of the
// other eleven, Qn = n+1 for n ≤ 6 and n−5 for n ≥ 7
// (行政手続における特定の個人を識別するための番号の利用等に関する法律施行規則 第5条).
func IsMyNumber(s string) bool {
	if len(s) != 12 || !onlyDigits(s) {
		return false
	}
	sum := 0
	for n := 1; n <= 11; n++ {
		q := n + 1
		if n >= 7 {
			q = n - 5
		}
		sum += int(s[11-n]-'0') * q
	}
	want := 11 - sum%11
	if sum%11 <= 1 {
		want = 0
	}
	return int(s[11]-'0') == want
}

// HoldsMyNumber reports whether somewhere in s stand 12 digits, in any width
// and grouped by dashes or spaces or not, that look like an individual number.
func HoldsMyNumber(s string) bool {
	var run strings.Builder
	gap := false
	for _, r := range Half(s) + "\n" {
		switch {
		case r >= '0' && r <= '9':
			run.WriteRune(r)
			gap = false
		case !gap && run.Len() > 0 && (r == ' ' || strings.ContainsRune(Dashes, r)):
			gap = true
		default:
			if IsMyNumber(run.String()) {
				return true
			}
			run.Reset()
			gap = false
		}
	}
	return false
}

// Alphanumeric folds s to half width and reports whether it then holds only
// letters and digits of ASCII, dashes, underscores and dots.
func Alphanumeric(s string) (string, bool) {
	s = Code(s)
	bad := strings.IndexFunc(s, func(r rune) bool {
		return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("-_.", r)
	})
	return s, bad < 0
}
