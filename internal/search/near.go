package search

import (
	"math"
	"slices"
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
