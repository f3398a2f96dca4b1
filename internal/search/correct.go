package search

import (
	"cmp"
	"encoding/binary"
	"slices"
	"strings"

	"madoguchi/internal/search/fold"
)

// corrected is p with each word that finds nothing replaced by a known one of
// one letter's difference, and the text of that query; "" when there is none.
func corrected(indexes []*Index, p plan, q Query) (plan, string) {
	changed := false
	better := plan{absent: p.absent}
	var text []string
	for _, w := range p.wanted {
		parts := w.parts
		if _, ok := nearWord(indexes, w.whole, q.Dictionary, !q.NoSynonyms); ok || len(parts) == 0 {
			parts = []part{w.whole}
		}
		var fixed []part
		written := w.whole.written
		for _, one := range parts {
			if near, ok := nearWord(indexes, one, q.Dictionary, !q.NoSynonyms); ok {
				written = strings.Replace(written, one.written, near, 1)
				gs := fold.Glyphs(near)
				f := part{written: one.written, instead: near, phrase: letters(gs, false), glyphs: gs, needed: true}
				if !q.NoSynonyms {
					f.alike = q.Dictionary.alike(f.phrase)
				}
				one, changed = f, true
			}
			fixed = append(fixed, one)
		}
		if len(fixed) == 1 && fixed[0].instead != "" {
			w = word{whole: fixed[0]}
		} else {
			w.parts = fixed
		}
		better.wanted = append(better.wanted, w)
		text = append(text, written)
	}
	if !changed {
		return p, ""
	}
	return better, strings.Join(text, " ")
}

// Bounds of looking for near words.
const (
	shortestNear = 3  // letters; shorter words are near to too many
	nearIndexes  = 25 // how many of several bodies are asked for near words
)

// nearWord is a word that differs from p in one letter and that a document
// has: of the dictionary, or of a document. ok is false when p itself is
// found, is not in kana or latin, or has no such neighbour.
func nearWord(indexes []*Index, p part, d *Dictionary, synonyms bool) (near string, ok bool) {
	if len(p.phrase) < shortestNear || !isPhonetic(p.phrase) {
		return "", false
	}
	asked := indexes[:min(len(indexes), nearIndexes)]
	if found(asked, p) {
		return "", false
	}
	var all []nearby
	consider := func(written string, phrase []letter) {
		if l := likeness(p.phrase, phrase); l > 0 {
			all = append(all, nearby{written, phrase, l})
		}
	}
	for words := d; words != nil; words = words.base {
		for n := len(p.phrase) - 1; n <= len(p.phrase)+1; n++ {
			for _, w := range words.phonetic[n] {
				consider(w.written, w.phrase)
			}
		}
	}
	for _, ix := range asked {
		ix.eachNear(p.phrase, func(phrase []letter) { consider(textOf(phrase), phrase) })
	}
	slices.SortFunc(all, func(a, b nearby) int {
		return cmp.Or(cmp.Compare(b.likeness, a.likeness), cmp.Compare(a.written, b.written))
	})
	return firstFound(asked, all, d, synonyms)
}

// nearby is a word that may have been meant.
type nearby struct {
	written  string
	phrase   []letter
	likeness float64
}

// mostTried is how many near words are looked for in the documents.
const mostTried = 40

// firstFound is the first of all that a document has, or has a synonym of.
func firstFound(asked []*Index, all []nearby, d *Dictionary, synonyms bool) (near string, ok bool) {
	for _, n := range all[:min(len(all), mostTried)] {
		p := part{phrase: n.phrase}
		if synonyms {
			p.alike = d.alike(n.phrase)
		}
		if found(asked, p) {
			return spelled(asked, n), true
		}
	}
	return "", false
}

// spelled is n as the reading of a document spells it: what was taken from the
// folded text has large kana only.
func spelled(asked []*Index, n nearby) string {
	if n.written != textOf(n.phrase) {
		return n.written
	}
	for _, ix := range asked {
		c := newColumn(len(ix.docs))
		ix.scan(n.phrase, 1, direct, c)
		for doc, score := range c.score {
			if score > 0 {
				if text, ok := wordsWith(strings.Fields(ix.docs[doc].readingText), n.phrase); ok {
					return text
				}
			}
		}
	}
	return n.written
}

// wordsWith joins the words of a reading that phrase begins with and fills.
func wordsWith(reading []string, phrase []letter) (string, bool) {
	for i := range reading {
		var got []letter
		for k := i; k < len(reading) && len(got) < len(phrase); k++ {
			got = append(got, letters(fold.Glyphs(reading[k]), false)...)
			if len(got) >= len(phrase) && slices.Equal(got[:len(phrase)], phrase) {
				return strings.Join(reading[i:k+1], ""), true
			}
		}
	}
	return "", false
}

// found reports whether a document of indexes has p, or what is alike.
func found(indexes []*Index, p part) bool {
	for _, ix := range indexes {
		if ix.has(p.phrase, false) {
			return true
		}
		for _, a := range p.alike {
			if ix.has(a.phrase, true) {
				return true
			}
		}
	}
	return false
}

// has reports whether a document has phrase.
func (ix *Index) has(phrase []letter, alike bool) bool {
	if len(phrase) == 0 || len(ix.docs) == 0 {
		return false
	}
	has := false
	ix.eachPlace(phrase, func(p int) bool {
		_, score := ix.worth(&ix.docs[ix.docAt(uint32(p), 0)], uint32(p), len(phrase), alike)
		has = score > 0
		return !has
	})
	return has
}

func isPhonetic(phrase []letter) bool {
	for _, l := range phrase {
		if !l.isKana() && !l.isLatin() {
			return false
		}
	}
	return len(phrase) > 0
}

// eachNear calls yield with stretches of the text that may be one letter away
// from phrase, each once. Such a stretch has one half of phrase as it is; and
// it begins a word, so that endings of words are not taken for words.
func (ix *Index) eachNear(phrase []letter, yield func([]letter)) {
	seen := map[string]bool{}
	middle := len(phrase) / 2
	look := func(half []letter, before int) {
		ix.eachPlace(half, func(p int) bool {
			for longer := -1; longer <= 1; longer++ {
				begin, end := p-before, p-before+len(phrase)+longer
				if before > 0 {
					begin, end = begin-longer, end-longer
				}
				if begin < 1 || end > len(ix.text) || !ix.text[begin].begins() {
					continue
				}
				near := unmarked(ix.text[begin:end])
				if isPhonetic(near) && !seen[key(near)] {
					seen[key(near)] = true
					yield(near)
				}
			}
			return true
		})
	}
	look(phrase[:middle], 0)
	look(phrase[middle:], middle)
}

// eachPlace calls yield with the places where phrase is, until it says no.
func (ix *Index) eachPlace(phrase []letter, yield func(int) bool) {
	if len(phrase) == 1 {
		for i := ix.firstPair(phrase[0]); i < len(ix.pairs) && letter(ix.pairs[i]>>codeBits) == phrase[0]; i++ {
			if !each(ix.occurs[ix.starts[i]:ix.starts[i+1]], func(at uint32) bool { return !ix.stands(phrase, at) || yield(int(at)) }) {
				return
			}
		}
		return
	}
	occurs, offset := ix.rarest(phrase)
	each(occurs, func(at uint32) bool {
		return at < offset || !ix.stands(phrase, at-offset) || yield(int(at-offset))
	})
}

// each calls yield with each encoded position; false when yield said no.
func each(occurs []byte, yield func(at uint32) bool) bool {
	at := uint32(0)
	for len(occurs) > 0 {
		delta, n := binary.Uvarint(occurs)
		occurs = occurs[n:]
		at += uint32(delta)
		if !yield(at) {
			return false
		}
	}
	return true
}

func unmarked(text []letter) []letter {
	phrase := make([]letter, len(text))
	for i, l := range text {
		phrase[i] = l.plain()
	}
	return phrase
}

// likeness of two words that differ in one letter more, less, other or
// exchanged with the next; 0 for words that differ more. Words that begin
// alike are likelier meant.
func likeness(a, b []letter) float64 {
	if !oneApart(a, b) {
		return 0
	}
	score := 1.0
	if a[0] == b[0] {
		score += 1
	}
	if len(a) == len(b) {
		score += 0.5
	}
	if len(a) < 4 && a[0] != b[0] {
		return 0
	}
	return score
}

func oneApart(a, b []letter) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	switch len(b) - len(a) {
	case 0:
		if i == len(a) {
			return false
		}
		swapped := i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && slices.Equal(a[i+2:], b[i+2:])
		return swapped || slices.Equal(a[i+1:], b[i+1:])
	case 1:
		return slices.Equal(a[i:], b[i+1:])
	}
	return false
}
