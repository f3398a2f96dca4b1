package search

import (
	"cmp"
	"math"
	"slices"
)

// Result is the answer to a query.
type Result struct {
	Hits    []Hit  // best first
	Instead string // もしかして: the query with a near word that finds something; "" when the words as typed did
}

// Hit is one document that was found.
type Hit struct {
	Doc   int // its place in what Build was given
	ID    string
	Title string
	Score float64
	State State
	plan  *plan // by which it was found
}

// Match says by which word a document was found.
type Match struct {
	Typed string // what the person typed
	Found string // what stands in the document: the same, or a word alike
	How   How
}

// How is the way from the word typed to the word found.
type How uint8

const (
	AsTyped   How = iota
	Synonym       // 類義語
	Corrected     // 一文字違い
)

// What a document is worth that cannot be applied for at the moment.
const (
	beforeWorth = 0.85
	closedWorth = 0.6
)

// wholeBonus is for having a word in one piece and not in parts.
const wholeBonus = 1.3

// Search finds the documents that have what q asks for. What is found
// without synonyms is also found with them. When nothing has all of it,
// documents that come near are given: with a word of one letter's difference,
// or with most of the parts of a word that was typed in one piece.
func (ix *Index) Search(q Query) Result {
	hits, instead := search([]*Index{ix}, q, len(ix.docs))
	r := Result{Instead: instead}
	for _, h := range hits {
		r.Hits = append(r.Hits, h.Hit)
	}
	return r
}

// BodyHit is a hit in one of several indexes.
type BodyHit struct {
	Index int // place in the list that was searched
	Hit
}

// Many finds the best limit documents of several bodies; among equals, those
// of earlier indexes come first. total counts all that were found.
func Many(indexes []*Index, q Query, limit int) (hits []BodyHit, instead string) {
	return search(indexes, q, limit)
}

func search(indexes []*Index, q Query, limit int) (hits []BodyHit, instead string) {
	plainly := q
	plainly.NoSynonyms = true
	hits, instead, exact := find(indexes, plainly, limit)
	if q.NoSynonyms || q.Dictionary == nil {
		return hits, instead
	}
	wider, widerInstead, widerExact := find(indexes, q, limit)
	if exact || !widerExact {
		return joined(wider, hits, limit), cmp.Or(instead, widerInstead)
	}
	return joined(wider, hits, limit), ""
}

// joined is hits followed by what of more is not among them, with lower scores.
func joined(hits, more []BodyHit, limit int) []BodyHit {
	type place struct{ index, doc int }
	have := make(map[place]bool, len(hits))
	for _, h := range hits {
		have[place{h.Index, h.Doc}] = true
	}
	ceiling := math.Inf(1)
	if len(hits) > 0 {
		ceiling = hits[len(hits)-1].Score
	}
	for _, h := range more {
		if len(hits) >= limit {
			break
		}
		if !have[place{h.Index, h.Doc}] {
			h.Score = rounded(min(h.Score, ceiling) * 0.9)
			hits = append(hits, h)
		}
	}
	return hits
}

// find looks for q as it is, then with corrected words, then for most of it.
// exact reports that it was found as it is.
func find(indexes []*Index, q Query, limit int) (hits []BodyHit, instead string, exact bool) {
	p := planFor(q, false)
	if len(p.wanted) == 0 {
		return nil, "", false
	}
	if hits = run(indexes, p, q, limit); len(hits) > 0 {
		return hits, "", true
	}
	if hits = run(indexes, planFor(q, true), q, limit); len(hits) > 0 {
		return hits, "", false
	}
	if better, text := corrected(indexes, p, q); text != "" {
		if hits = run(indexes, better, q, limit); len(hits) > 0 {
			return hits, text, false
		}
		p, instead = better, text
	}
	p.nearly = true
	hits = run(indexes, p, q, limit)
	if len(hits) == 0 {
		instead = ""
	}
	return hits, instead, false
}

// run gives the best limit documents for p.
func run(indexes []*Index, p plan, q Query, limit int) []BodyHit {
	var best []BodyHit
	for n, ix := range indexes {
		for _, h := range ix.answer(p, minutes(q.At)) {
			best = append(best, BodyHit{n, h})
		}
		if len(best) > 4*limit+1000 {
			best = sorted(best, limit)
		}
	}
	best = sorted(best, limit)
	for i := range best {
		best[i].plan = &p
	}
	return best
}

func sorted(hits []BodyHit, limit int) []BodyHit {
	slices.SortFunc(hits, func(a, b BodyHit) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.State, b.State),
			cmp.Compare(a.Index, b.Index), cmp.Compare(a.ID, b.ID))
	})
	return hits[:min(len(hits), limit)]
}

func rounded(score float64) float64 { return math.Round(score*1e4) / 1e4 }
