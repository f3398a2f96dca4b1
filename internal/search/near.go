package search

import (
	"cmp"
	"encoding/binary"
	"math"
	"slices"
	"strings"
)

// enough is the share of a word's parts that a document must have to come near.
const enough = 0.5

// rarest bounds what rarity counts, so that a word which no document has does
// not outweigh those that are there.
const rarest = 3

// singleRarity is what a single character of a word counts, whether a document
// has it or not: the missing one is most often the wrong one.
const singleRarity = 3

// pieces are what w is looked for by when it is not found as it is: its
// parts, and for parts in kanji that no document has their pairs, or in a
// short part beside others the single characters. So a word with one wrong
// character is still found by the rest.
func (ix *Index) pieces(w word) []part {
	parts := w.parts
	if len(parts) == 0 {
		parts = []part{w.whole}
	}
	var all []part
	for _, p := range parts {
		size := min(len(p.phrase)-1, 2)
		if size == 0 || size == 1 && len(parts) == 1 || p.isVague() || !isKanji(p.phrase) || found([]*Index{ix}, p) {
			all = append(all, p)
			continue
		}
		step := size - len(p.phrase)%2*(size-1) // words of two kanji each where the length allows
		for i := 0; i+size <= len(p.phrase); i += step {
			piece := p.phrase[i : i+size]
			all = append(all, part{written: textOf(piece), phrase: piece})
		}
	}
	return all
}

func isKanji(phrase []letter) bool {
	return !slices.ContainsFunc(phrase, func(l letter) bool { return l.plain() < firstKanji })
}

// mostOf adds to whole the documents that have most of w: known parts count
// by their length and rarity, unknown ones by their pairs of kanji.
func (ix *Index) mostOf(w word, whole *column, desk *desk) {
	units := ix.pieces(w)
	sum, share := desk.floats(len(ix.docs)), desk.floats(len(ix.docs))
	defer desk.back(sum)
	defer desk.back(share)
	one := desk.column(len(ix.docs))
	defer desk.put(one)
	all := 0.0
	for _, u := range units {
		one.reset()
		one.fill(ix, u)
		rarity := u.importance() * (1 + min(math.Log(float64(len(ix.docs)+1)/float64(one.found+1)), rarest))
		if len(u.phrase) == 1 {
			rarity = singleRarity
		}
		all += rarity
		for doc, score := range one.score {
			if score > 0 {
				sum[doc] += score
				share[doc] += float32(rarity)
			}
		}
	}
	for doc := range sum {
		if share[doc] > 0 && len(units) > 1 && float64(share[doc]) >= enough*all {
			near := share[doc] / float32(all)
			whole.take(doc, sum[doc]/float32(len(units))*near, direct)
		}
	}
}

// importance of p among the pieces of a word, by its length.
func (p part) importance() float64 {
	if p.isVague() {
		return 0.3
	}
	return float64(len(p.phrase))
}

func (p part) isVague() bool { return vague[key(p.phrase)] }

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
				gs := fold(near)
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

// droppable is p with the words marked that no document has, so that the
// others decide. Only words in kanji, or that the dictionary knows, are marked:
// what is no word at all finds nothing.
func droppable(indexes []*Index, p plan, d *Dictionary) plan {
	wanted := slices.Clone(p.wanted)
	for i, w := range wanted {
		known := w.vague || len(w.parts) > 0 || slices.ContainsFunc(w.whole.phrase, func(l letter) bool { return l >= firstKanji })
		if !known {
			known, _ = d.knows(w.whole.phrase, w.whole.glyphs)
		}
		wanted[i].nowhere = known && !anyPart(indexes, w)
	}
	p.wanted = wanted
	return p
}

func anyPart(indexes []*Index, w word) bool {
	return found(indexes, w.whole) || slices.ContainsFunc(w.parts, func(p part) bool { return found(indexes, p) })
}

// inTwo parts kana that were typed in one piece where documents have both
// pieces as beginnings of words.
func inTwo(indexes []*Index, p plan) (plan, bool) {
	changed := false
	wanted := slices.Clone(p.wanted)
	for i, w := range wanted {
		if len(w.parts) > 1 || !isPhonetic(w.whole.phrase) || found(indexes, w.whole) {
			continue
		}
		phrase := w.whole.phrase
		for n := len(phrase) - 2; n >= 2; n-- {
			first, second := part{written: textOf(phrase[:n]), phrase: phrase[:n]}, part{written: textOf(phrase[n:]), phrase: phrase[n:]}
			if found(indexes, first) && found(indexes, second) {
				wanted[i].parts, changed = []part{first, second}, true
				break
			}
		}
	}
	p.wanted = wanted
	return p, changed
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
			got = append(got, letters(fold(reading[k]), false)...)
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
