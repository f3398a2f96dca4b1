// Package search finds procedures (手続き) by the words that people use for
// them (類義語検索).
//
// Build makes an immutable index of one body's documents; Search and Many
// answer queries from it, best first, and Matched says by which words a
// document was found. The same query on the same index always gives the same
// answer. The package reads no clock, no file and no database; what a
// document's acceptance state is at a moment follows from the times given to it.
//
// Text is compared as package fold writes it; what is shown is always the
// text that was given.
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

// stateWorth is what a document is worth by its state at the moment.
var stateWorth = [...]float32{Open: 1, Before: 0.85, Closed: 0.6}

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

// Nearest gives up to limit documents for a query that finds nothing: those
// that have the other words where no document has one of them. They are not
// what was asked for, and a page says so.
func (ix *Index) Nearest(q Query, limit int) []Hit {
	indexes := []*Index{ix}
	p := droppable(indexes, planFor(q, false), q.Dictionary)
	p.nearly = true
	var hits []Hit
	for _, h := range run(indexes, p, q, limit) {
		hits = append(hits, h.Hit)
	}
	return hits
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
	hits, instead, exact := find(indexes, q, limit)
	plainly := q
	plainly.NoSynonyms = true
	if q.NoSynonyms || q.Dictionary == nil || exact && anyHas(indexes, plainly) {
		return hits, instead
	}
	more, moreInstead, _ := find(indexes, plainly, limit)
	if len(hits) == 0 {
		instead = moreInstead
	}
	return joined(hits, more, limit), instead
}

// anyHas reports whether a document has all that q asks for, as it is.
func anyHas(indexes []*Index, q Query) bool {
	p := planFor(q, false)
	var desk desk
	for _, ix := range indexes {
		if len(ix.answer(&p, minutes(q.At), 0, &desk, 0, nil)) > 0 {
			return true
		}
	}
	return false
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
	if parted, ok := inTwo(indexes, p); ok {
		if hits = run(indexes, parted, q, limit); len(hits) > 0 {
			return hits, "", false
		}
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
	var desk desk
	floor := 0.0
	for n, ix := range indexes {
		best = ix.answer(&p, minutes(q.At), floor, &desk, n, best)
		if limit > 0 && len(best) > 2*limit+500 {
			best = sorted(best, limit)
			floor = best[limit-1].Score
		}
	}
	return sorted(best, limit)
}

// sorted are the best limit hits, best first.
func sorted(hits []BodyHit, limit int) []BodyHit {
	slices.SortFunc(hits, func(a, b BodyHit) int {
		switch {
		case a.Score != b.Score:
			return cmp.Compare(b.Score, a.Score)
		case a.State != b.State:
			return cmp.Compare(a.State, b.State)
		case a.Index != b.Index:
			return cmp.Compare(a.Index, b.Index)
		}
		return cmp.Compare(a.ID, b.ID)
	})
	return hits[:min(len(hits), limit)]
}

func rounded(score float64) float64 { return math.Round(score*1e4) / 1e4 }
