package search

import "madoguchi/internal/search/fold"

// A letter is a folded character in 15 bits. The sixteenth marks the first
// letter of a word in indexed text.
type letter uint16

const (
	fieldEnd  letter = 0      // stands before, between and after fields
	wordBegin letter = 0x8000 // flag
	codeBits         = 15

	firstKana  letter = 0x801
	firstKanji letter = 0x900
)

// letterOf maps the characters that Japanese text has one to one. Others
// share the last thousands: they are so rare that a wrong match is too.
func letterOf(r rune) letter {
	switch {
	case r < 0x800:
		return letter(r + 1)
	case r >= 0x3040 && r <= 0x30ff:
		return firstKana + letter(r-0x3040)
	case r >= 0x4e00 && r <= 0x9fff:
		return firstKanji + letter(r-0x4e00)
	case r >= 0x3400 && r <= 0x4dbf:
		return letter(0x5b00 + r - 0x3400)
	}
	return letter(0x7500 + r%0xaff)
}

func (l letter) plain() letter { return l &^ wordBegin }

func (l letter) begins() bool { return l&wordBegin != 0 || l == fieldEnd }

func (l letter) isDigit() bool { return l.plain() >= '0'+1 && l.plain() <= '9'+1 }

func (l letter) isLatin() bool { return l.plain() < firstKana && l.plain() != fieldEnd && !l.isDigit() }

func (l letter) isKana() bool { return l.plain() >= firstKana && l.plain() < firstKanji }

// letters encodes glyphs; with marks, the first letter of each word is flagged.
func letters(gs []fold.Glyph, marks bool) []letter {
	ls := make([]letter, len(gs))
	for i, g := range gs {
		ls[i] = letterOf(g.R)
		if marks && fold.WordStart(gs, i) {
			ls[i] |= wordBegin
		}
	}
	return ls
}

// pair is the key of two letters that follow each other.
func pair(a, b letter) uint32 { return uint32(a.plain())<<codeBits | uint32(b.plain()) }

// textOf is a phrase as text; characters that share a letter come out wrong.
func textOf(phrase []letter) string {
	text := make([]rune, len(phrase))
	for i, l := range phrase {
		switch l = l.plain(); {
		case l < firstKana:
			text[i] = rune(l) - 1
		case l < firstKanji:
			text[i] = rune(l-firstKana) + 0x3040
		default:
			text[i] = rune(l-firstKanji) + 0x4e00
		}
	}
	return string(text)
}
