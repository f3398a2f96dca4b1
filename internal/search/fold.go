// Package search finds procedures (手続き) by the words that people use for
// them (類義語検索).
//
// Build makes an immutable index of one body's documents; Search and Many
// answer queries from it, best first, and say by which words each document
// was found. The same query on the same index always gives the same answer.
// The package reads no clock, no file and no database; what a document's
// acceptance state is at a moment follows from the times given to it.
//
// Text is folded before it is compared, for searching only: what is shown
// is always the text that was given.
package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Fold gives text as it is compared: NFKC, small letters, hiragana for
// katakana, today's characters for old and variant ones, long vowels and
// small kana levelled, okurigana of compounds dropped, numbers in digits,
// years in the Western calendar, punctuation and spaces dropped. Two
// spellings of one word fold to the same text.
func Fold(text string) string {
	var b strings.Builder
	for _, g := range fold(text) {
		b.WriteRune(g.r)
	}
	return b.String()
}

// script is the kind of a character, as it stood before folding.
type script uint8

const (
	other script = iota // dropped: spaces, punctuation, controls
	kanji
	hiragana
	katakana
	latin // with every other alphabet
	digit
)

// A glyph is one folded character.
type glyph struct {
	r      rune
	script script
	gap    bool  // something that is not a letter stood before it
	at     int32 // where it stood in the text that plain gives, in bytes
}

// fold folds text to glyphs. The rules build on each other in this order.
func fold(text string) []glyph {
	gs := glyphs(plain(text))
	gs = levelVariants(gs)
	gs = levelNumbers(gs)
	gs = levelYears(gs)
	gs = levelKana(gs)
	gs = levelCounters(gs)
	return dropOkurigana(gs)
}

// plain is text in NFKC. Broken UTF-8 separates words like spaces do.
func plain(text string) string {
	return spellDates(norm.NFKC.String(strings.ToValidUTF8(text, " ")))
}

// glyphs takes the letters and digits out of plain text.
func glyphs(text string) []glyph {
	gs := make([]glyph, 0, utf8.RuneCountInString(text))
	gap := true
	for at, r := range text {
		s := scriptOf(r)
		if s == other {
			gap = gap || !unicode.Is(unicode.Mn, r)
			continue
		}
		if r == 'ー' && len(gs) > 0 && !gap {
			s = gs[len(gs)-1].script
		}
		gs = append(gs, glyph{unicode.ToLower(r), s, gap, int32(at)})
		gap = false
	}
	return gs
}

func scriptOf(r rune) script {
	switch {
	case r < 0x80:
		return asciiScript(r)
	case r >= 'ぁ' && r <= 'ゖ' || r == 'ゝ' || r == 'ゞ':
		return hiragana
	case r >= 'ァ' && r <= 'ヺ' || r == 'ー' || r == 'ヽ' || r == 'ヾ':
		return katakana
	case r == '〇' || r == '々' || r == '〆' || unicode.Is(unicode.Han, r):
		return kanji
	case unicode.IsDigit(r):
		return digit
	case unicode.IsLetter(r):
		return latin
	}
	return other
}

func asciiScript(r rune) script {
	switch {
	case r >= '0' && r <= '9':
		return digit
	case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z':
		return latin
	}
	return other
}

// levelVariants writes old and variant characters (旧字体, 異体字) as today's,
// and repeats what 々 repeats.
func levelVariants(gs []glyph) []glyph {
	for i, g := range gs {
		if g.r == '々' && i > 0 {
			gs[i].r = gs[i-1].r
			continue
		}
		if plain, ok := variants[g.r]; ok {
			gs[i].r = plain
		}
	}
	return gs
}

// levelKana writes katakana as hiragana and small kana large, and drops long
// vowel marks: サーバー, サーバ and さあば keep apart only where a vowel is written.
func levelKana(gs []glyph) []glyph {
	out := gs[:0]
	for i, g := range gs {
		if g.r == 'ー' {
			continue
		}
		if g.script == katakana && isCounterKe(gs, i) {
			g.r, g.script = 'け', kanji
		}
		if r, ok := levelled[g.r]; ok {
			g.r = r
		}
		if g.r >= 'ァ' && g.r <= 'ヶ' {
			g.r -= 'ァ' - 'ぁ'
		}
		if r, ok := levelled[g.r]; ok {
			g.r = r
		}
		out = append(out, g)
	}
	return levelV(out)
}

// isCounterKe reports whether glyph i is the ヶ of a place name: 霞ヶ浦, 龍ケ崎.
func isCounterKe(gs []glyph, i int) bool {
	return (gs[i].r == 'ヶ' || gs[i].r == 'ケ') &&
		i > 0 && i+1 < len(gs) && gs[i-1].script == kanji && gs[i+1].script == kanji
}

// levelled are single kana that are compared as another.
var levelled = map[rune]rune{
	'ぁ': 'あ', 'ぃ': 'い', 'ぅ': 'う', 'ぇ': 'え', 'ぉ': 'お',
	'ゃ': 'や', 'ゅ': 'ゆ', 'ょ': 'よ', 'ゎ': 'わ', 'っ': 'つ', 'ゕ': 'か', 'ゖ': 'け',
	'ゐ': 'い', 'ゑ': 'え', 'ぢ': 'じ', 'づ': 'ず', 'ヵ': 'か', 'ヶ': 'け',
	'ヷ': 'わ', 'ヸ': 'い', 'ヹ': 'え', 'ヺ': 'お',
}

// levelV writes ヴァ as ば, ヴィ as び, ヴ as ぶ: ウイルス stays, ヴァイオリン is バイオリン.
func levelV(gs []glyph) []glyph {
	row := map[rune]rune{'あ': 'ば', 'い': 'び', 'え': 'べ', 'お': 'ぼ'}
	out := gs[:0]
	for i := 0; i < len(gs); i++ {
		g := gs[i]
		if g.r == 'ゔ' {
			g.r = 'ぶ'
			if i+1 < len(gs) && !gs[i+1].gap && row[gs[i+1].r] != 0 {
				g.r = row[gs[i+1].r]
				i++
			}
		}
		out = append(out, g)
	}
	return out
}

// levelCounters writes the か of 3か月, 3ヶ月, 3箇月, 3個月 in one way, and 歳 for 才.
func levelCounters(gs []glyph) []glyph {
	for i := 1; i < len(gs); i++ {
		if gs[i-1].script != digit {
			continue
		}
		if gs[i].r == '才' {
			gs[i].r = '歳'
		}
		if i+1 < len(gs) && strings.ContainsRune("かけ箇個", gs[i].r) && strings.ContainsRune("月所年国条", gs[i+1].r) {
			gs[i].r, gs[i].script = 'か', kanji
		}
	}
	return gs
}

// wordStart reports whether a word begins at glyph i: after a gap, or where
// the script changes.
func wordStart(gs []glyph, i int) bool {
	return i == 0 || gs[i].gap || gs[i].script != gs[i-1].script
}
