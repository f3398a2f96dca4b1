// Package jptext handles Japanese text as people type it: width (全角・半角),
// kana, dashes, eras, codes with check digits, and characters that no other
// machine could read.
//
// It promises never to change more than its own tables name. Unicode
// normalisation is not used on anything that is kept: NFC turns 神 (U+FA19)
// into another character and NFKC turns ㍻ into two. A name or an address is
// therefore checked here, but not folded. What may be kept in which field is
// left to the form; SearchKey alone uses NFKC, for a copy that is only
// compared.
package jptext

import (
	"strings"
	"unicode"
)

// Dashes are the characters that people type for the hyphen in a code.
// ー is the long-vowel mark and － the full-width hyphen of a Japanese
// keyboard; the others come from spreadsheets and phones.
const Dashes = "-ー－‐‑‒–—―−─━ｰ﹣"

// Half folds full-width digits, letters and signs of ASCII, and the
// ideographic space, to their half-width forms. Everything else is kept.
func Half(s string) string {
	return strings.Map(half, s)
}

func half(r rune) rune {
	switch {
	case r >= '！' && r <= '～':
		return r - '！' + '!'
	case r == '　':
		return ' '
	}
	return r
}

// Code folds what stands for a code (postal code, number, mail address) as
// Half does, turns every dash into "-" and drops spaces around it and the
// invisible characters that copying brings along.
func Code(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case strings.ContainsRune(Dashes, r):
			return '-'
		case isInvisible(r):
			return -1
		}
		return half(r)
	}, s)
	return strings.TrimSpace(s)
}

// Digits returns the digits of s in half width and reports whether s held
// nothing else but dashes and spaces.
func Digits(s string) (string, bool) {
	var b strings.Builder
	for _, r := range Code(s) {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case r == '-' || r == ' ':
		default:
			return b.String(), false
		}
	}
	return b.String(), true
}

// HouseNumber turns a dash that stands between two digits of an address into
// "-" (１−２ becomes １-２) and keeps every other character, so that the ー of
// タワー survives.
func HouseNumber(s string) string {
	runes := []rune(s)
	for i := 1; i < len(runes)-1; i++ {
		if strings.ContainsRune(Dashes, runes[i]) && isDigit(runes[i-1]) && isDigit(runes[i+1]) {
			runes[i] = '-'
		}
	}
	return string(runes)
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' || r >= '０' && r <= '９' }

// isInvisible reports format characters that nobody types on purpose. The
// joiners U+200C and U+200D are not among them: emoji and some scripts need
// them.
func isInvisible(r rune) bool {
	switch {
	case r == 0x00AD, r == 0x061C, r == 0x180E, r == 0x200B, r == 0x200E, r == 0x200F, r == 0xFEFF:
		return true
	case r >= 0x2028 && r <= 0x202E, r >= 0x2060 && r <= 0x206F, r >= 0xFFF9 && r <= 0xFFFB:
		return true
	case r >= 0xE0000 && r <= 0xE007F:
		return true
	}
	return false
}

// IsSpace reports whether r is a space of any width, without line breaks.
func IsSpace(r rune) bool {
	return r == '\t' || r != '\n' && r != '\r' && r != 0x85 && unicode.IsSpace(r)
}
