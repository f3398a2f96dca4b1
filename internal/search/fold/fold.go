// Package fold writes Japanese text as it is compared for searching (表記ゆれの
// 吸収): two spellings of one word fold to the same text.
//
// It is for searching only. What is stored and shown is always the text that
// was given; names and addresses are never folded like this.
package fold

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Text gives text as it is compared: NFKC, small letters, hiragana for
// katakana, today's characters for old and variant ones, long vowels and
// small kana levelled, okurigana of compounds dropped, numbers in digits,
// years in the Western calendar, punctuation and spaces dropped. Two
// spellings of one word fold to the same text.
func Text(text string) string {
	var b strings.Builder
	for _, g := range Glyphs(text) {
		b.WriteRune(g.R)
	}
	return b.String()
}

// Script is the kind of a character, as it stood before folding.
type Script uint8

const (
	Other Script = iota // dropped: spaces, punctuation, controls
	Kanji
	Hiragana
	Katakana
	Latin // with every other alphabet
	Digit
)

// Glyph is one folded character.
type Glyph struct {
	R      rune
	Script Script
	Gap    bool  // something that is not a letter stood before it
	At     int32 // where it stood in the text that Plain gives, in bytes
}

// Glyphs folds text. The rules build on each other in this order.
func Glyphs(text string) []Glyph {
	gs := letters(Plain(text))
	gs = levelVariants(gs)
	gs = levelNumbers(gs)
	gs = levelYears(gs)
	gs = levelKana(gs)
	gs = levelCounters(gs)
	return dropOkurigana(gs)
}

// Plain is text in NFKC. Broken UTF-8 separates words like spaces do.
func Plain(text string) string {
	return spellDates(norm.NFKC.String(strings.ToValidUTF8(text, " ")))
}

// letters takes the letters and digits out of plain text.
func letters(text string) []Glyph {
	gs := make([]Glyph, 0, utf8.RuneCountInString(text))
	gap := true
	for at, r := range text {
		s := ScriptOf(r)
		if r == ',' && len(gs) > 0 && gs[len(gs)-1].Script == Digit && thousands.MatchString(text[at+1:]) {
			continue
		}
		if s == Other {
			gap = gap || !unicode.Is(unicode.Mn, r)
			continue
		}
		if r == 'ー' && len(gs) > 0 && !gap {
			s = gs[len(gs)-1].Script
		}
		gs = append(gs, Glyph{unicode.ToLower(r), s, gap, int32(at)})
		gap = false
	}
	return gs
}

// thousands follow the comma of 5,200円.
var thousands = regexp.MustCompile(`^[0-9]{3}(?:[^0-9]|$)`)

// ScriptOf is the script of a character; Other for what is dropped.
func ScriptOf(r rune) Script {
	switch {
	case r < 0x80:
		return asciiScript(r)
	case r >= 'ぁ' && r <= 'ゖ' || r == 'ゝ' || r == 'ゞ':
		return Hiragana
	case r >= 'ァ' && r <= 'ヺ' || r == 'ー' || r == 'ヽ' || r == 'ヾ':
		return Katakana
	case r == '〇' || r == '々' || r == '〆' || unicode.Is(unicode.Han, r):
		return Kanji
	case unicode.IsDigit(r):
		return Digit
	case unicode.IsLetter(r):
		return Latin
	}
	return Other
}

func asciiScript(r rune) Script {
	switch {
	case r >= '0' && r <= '9':
		return Digit
	case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z':
		return Latin
	}
	return Other
}

// levelVariants writes old and variant characters (旧字体, 異体字) as today's,
// and repeats what 々 repeats.
func levelVariants(gs []Glyph) []Glyph {
	for i, g := range gs {
		if g.R == '々' && i > 0 {
			gs[i].R = gs[i-1].R
			continue
		}
		if plain, ok := variants[g.R]; ok {
			gs[i].R = plain
		}
	}
	return gs
}

// levelKana writes katakana as hiragana and small kana large, and drops long
// vowel marks: サーバー, サーバ and さあば keep apart only where a vowel is written.
func levelKana(gs []Glyph) []Glyph {
	out := gs[:0]
	for i, g := range gs {
		if g.R == 'ー' {
			continue
		}
		if g.Script == Katakana && isCounterKe(gs, i) {
			g.R, g.Script = 'け', Kanji
		}
		if r, ok := levelled[g.R]; ok {
			g.R = r
		}
		if g.R >= 'ァ' && g.R <= 'ヶ' {
			g.R -= 'ァ' - 'ぁ'
		}
		if r, ok := levelled[g.R]; ok {
			g.R = r
		}
		out = append(out, g)
	}
	return levelV(out)
}

// isCounterKe reports whether glyph i is the ヶ of a place name: 霞ヶ浦, 龍ケ崎.
func isCounterKe(gs []Glyph, i int) bool {
	return (gs[i].R == 'ヶ' || gs[i].R == 'ケ') &&
		i > 0 && i+1 < len(gs) && gs[i-1].Script == Kanji && gs[i+1].Script == Kanji
}

// levelled are single kana that are compared as another.
var levelled = map[rune]rune{
	'ぁ': 'あ', 'ぃ': 'い', 'ぅ': 'う', 'ぇ': 'え', 'ぉ': 'お',
	'ゃ': 'や', 'ゅ': 'ゆ', 'ょ': 'よ', 'ゎ': 'わ', 'っ': 'つ', 'ゕ': 'か', 'ゖ': 'け',
	'ゐ': 'い', 'ゑ': 'え', 'ぢ': 'じ', 'づ': 'ず', 'ヵ': 'か', 'ヶ': 'け',
	'ヷ': 'わ', 'ヸ': 'い', 'ヹ': 'え', 'ヺ': 'お',
}

// levelV writes ヴァ as ば, ヴィ as び, ヴ as ぶ: ウイルス stays, ヴァイオリン is バイオリン.
func levelV(gs []Glyph) []Glyph {
	row := map[rune]rune{'あ': 'ば', 'い': 'び', 'え': 'べ', 'お': 'ぼ'}
	out := gs[:0]
	for i := 0; i < len(gs); i++ {
		g := gs[i]
		if g.R == 'ゔ' {
			g.R = 'ぶ'
			if i+1 < len(gs) && !gs[i+1].Gap && row[gs[i+1].R] != 0 {
				g.R = row[gs[i+1].R]
				i++
			}
		}
		out = append(out, g)
	}
	return out
}

// levelCounters writes the か of 3か月, 3ヶ月, 3箇月, 3個月 in one way, and 歳 for 才.
func levelCounters(gs []Glyph) []Glyph {
	for i := 1; i < len(gs); i++ {
		if gs[i-1].Script != Digit {
			continue
		}
		if gs[i].R == '才' {
			gs[i].R = '歳'
		}
		if i+1 < len(gs) && strings.ContainsRune("かけ箇個", gs[i].R) && strings.ContainsRune("月所年国条", gs[i+1].R) {
			gs[i].R, gs[i].Script = 'か', Kanji
		}
	}
	return gs
}

// WordStart reports whether a word begins at glyph i: after a gap, or where
// the script changes.
func WordStart(gs []Glyph, i int) bool {
	return i == 0 || gs[i].Gap || gs[i].Script != gs[i-1].Script
}
