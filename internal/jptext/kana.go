package jptext

import (
	"strings"

	"golang.org/x/text/unicode/norm"
)

// halfKana lists the full-width forms of U+FF61 … U+FF9F in order.
const halfKana = "。「」、・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン゛゜"

// voiced and semiVoiced pair a kana with the kana that the mark makes of it.
const (
	voiced = "かがきぎくぐけげこごさざしじすずせぜそぞただちぢつづてでとどはばひびふぶへべほぼうゔゝゞ" +
		"カガキギクグケゲコゴサザシジスズセゼソゾタダチヂツヅテデトドハバヒビフブヘベホボウヴワヷヰヸヱヹヲヺヽヾ"
	semiVoiced = "はぱひぴふぷへぺほぽハパヒピフプヘペホポ"
)

var (
	halfKanaTable   = []rune(halfKana)
	voicedTable     = pairs(voiced)
	semiVoicedTable = pairs(semiVoiced)
)

func pairs(s string) map[rune]rune {
	runes := []rune(s)
	m := make(map[rune]rune, len(runes)/2)
	for i := 0; i+1 < len(runes); i += 2 {
		m[runes[i]] = runes[i+1]
	}
	return m
}

// Recompose joins a kana and a combining voicing mark after it (U+3099,
// U+309A) into one character. File names from macOS come so, and so does text
// copied from them. Nothing else is changed, kanji least of all.
func Recompose(s string) string {
	if !strings.ContainsAny(s, "\u3099\u309a") {
		return s
	}
	return join(s, func(r rune) rune {
		switch r {
		case '\u3099':
			return '゛'
		case '\u309a':
			return '゜'
		}
		return 0
	})
}

// FullKana turns half-width kana and their punctuation into full width and
// joins voicing marks of every sort (combining, spacing, half-width) to the
// kana before them. Everything else is kept.
func FullKana(s string) string {
	s = strings.Map(func(r rune) rune {
		if r >= 0xFF61 && r <= 0xFF9F {
			return halfKanaTable[r-0xFF61]
		}
		return r
	}, s)
	return join(s, func(r rune) rune {
		switch r {
		case '\u3099', '゛':
			return '゛'
		case '\u309a', '゜':
			return '゜'
		}
		return 0
	})
}

// join replaces a kana and the mark after it by the voiced kana. mark returns
// ゛ or ゜ for the runes that count as marks, 0 for all others.
func join(s string, mark func(rune) rune) string {
	out := make([]rune, 0, len(s)/3)
	for _, r := range s {
		if n := len(out); n > 0 {
			table := voicedTable
			if mark(r) == '゜' {
				table = semiVoicedTable
			}
			if to, ok := table[out[n-1]]; ok && mark(r) != 0 {
				out[n-1] = to
				continue
			}
		}
		out = append(out, r)
	}
	return string(out)
}

// Katakana folds what was typed into a field for a reading: half width to
// full width, marks joined, hiragana to katakana, dashes after a kana to the
// long-vowel mark, any space to one ideographic space.
func Katakana(s string) string {
	var out []rune
	for _, r := range FullKana(strings.TrimSpace(s)) {
		n := len(out)
		switch {
		case r >= 'ぁ' && r <= 'ゖ' || r == 'ゝ' || r == 'ゞ':
			r += 'ァ' - 'ぁ'
		case strings.ContainsRune(Dashes, r) && n > 0 && isKatakana(out[n-1]):
			r = 'ー'
		case IsSpace(r):
			if n > 0 && out[n-1] == '　' {
				continue
			}
			r = '　'
		}
		out = append(out, r)
	}
	return string(out)
}

// IsKatakana reports whether s, once folded by Katakana, holds nothing but
// katakana, the marks ー ・ ＝ and spaces.
func IsKatakana(s string) bool {
	for _, r := range s {
		if !isKatakana(r) && r != '・' && r != '　' && r != '＝' && r != '゠' {
			return false
		}
	}
	return true
}

func isKatakana(r rune) bool {
	return r >= 'ァ' && r <= 'ヺ' || r >= 'ー' && r <= 'ヿ' || r >= 'ㇰ' && r <= 'ㇿ'
}

// SearchKey returns a copy of s to compare with when people search: NFKC,
// katakana, lower case, without spaces. It is never kept as what was typed.
func SearchKey(s string) string {
	s = Katakana(norm.NFKC.String(s))
	return strings.ToLower(strings.Map(func(r rune) rune {
		if IsSpace(r) || isInvisible(r) {
			return -1
		}
		return r
	}, s))
}
