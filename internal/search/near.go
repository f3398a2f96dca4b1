package search

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// enough is the share of a word's parts that a document must have to come near.
const enough = 0.5

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
		if size == 0 || size == 1 && len(parts) == 1 || !isKanji(p.phrase) || found([]*Index{ix}, p) {
			all = append(all, p)
			continue
		}
		for i := 0; i+size <= len(p.phrase); i++ {
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
func (ix *Index) mostOf(w word, whole *column) {
	units := ix.pieces(w)
	sum := make([]float32, len(ix.docs))
	share := make([]float64, len(ix.docs))
	all := 0.0
	one := newColumn(len(ix.docs))
	for _, u := range units {
		one.reset()
		one.fill(ix, u)
		rarity := float64(len(u.phrase)) * (1 + math.Log(float64(len(ix.docs)+1)/float64(one.found+1)))
		all += rarity
		for doc, score := range one.score {
			if score > 0 {
				sum[doc] += score
				share[doc] += rarity
			}
		}
	}
	for doc := range sum {
		if share[doc] > 0 && len(units) > 1 && share[doc] >= enough*all {
			near := share[doc] / all
			whole.take(doc, sum[doc]/float32(len(units))*float32(near), direct)
		}
	}
}

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
				f := part{written: one.written, instead: near, phrase: letters(fold(near), false), needed: true}
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
		for k, m := range words.words {
			if phrase := phraseOf(k); !m.empty && abs(len(phrase)-len(p.phrase)) <= 1 && isPhonetic(phrase) {
				consider(m.written, phrase)
			}
		}
	}
	for _, ix := range asked {
		ix.eachPhonetic(len(p.phrase), func(phrase []letter) { consider(textOf(phrase), phrase) })
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

// spelled is n as the reading of a document spells it: a word that was taken
// from the folded text has large kana only.
func spelled(asked []*Index, n nearby) string {
	if n.written != textOf(n.phrase) {
		return n.written
	}
	for _, ix := range asked {
		for _, e := range ix.docs {
			for word := range strings.FieldsSeq(e.readingText) {
				if slices.Equal(letters(fold(word), false), n.phrase) {
					return word
				}
			}
		}
	}
	return n.written
}

func found(indexes []*Index, p part) bool {
	for _, ix := range indexes {
		c := newColumn(len(ix.docs))
		if c.fill(ix, p); c.found > 0 {
			return true
		}
	}
	return false
}

func abs(n int) int { return max(n, -n) }

func isPhonetic(phrase []letter) bool {
	for _, l := range phrase {
		if !l.isKana() && !l.isLatin() {
			return false
		}
	}
	return len(phrase) > 0
}

// eachPhonetic calls yield with the words in kana or latin of about n letters.
func (ix *Index) eachPhonetic(n int, yield func([]letter)) {
	begin := -1
	for p, l := range ix.text {
		if l.begins() {
			if begin >= 0 && abs(p-begin-n) <= 1 {
				if phrase := unmarked(ix.text[begin:p]); isPhonetic(phrase) {
					yield(phrase)
				}
			}
			begin = p
			if l == fieldEnd {
				begin = -1
			}
		}
	}
}

func unmarked(text []letter) []letter {
	phrase := make([]letter, len(text))
	for i, l := range text {
		phrase[i] = l.plain()
	}
	return phrase
}

// phraseOf is the phrase that key was made of.
func phraseOf(key string) []letter {
	phrase := make([]letter, len(key)/2)
	for i := range phrase {
		phrase[i] = letter(key[2*i])<<8 | letter(key[2*i+1])
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
	rest := func(x []letter, n int) string { return key(x[min(n, len(x)):]) }
	switch len(b) - len(a) {
	case 0:
		if i == len(a) {
			return false
		}
		swapped := i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && rest(a, i+2) == rest(b, i+2)
		return swapped || rest(a, i+1) == rest(b, i+1)
	case 1:
		return rest(a, i) == rest(b, i+1)
	}
	return false
}
