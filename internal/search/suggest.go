package search

import (
	"cmp"
	"slices"

	"madoguchi/internal/search/fold"
)

// Suggest gives the titles of up to limit documents with a word that begins
// as typed does, in the title, its reading or its keywords: the best first,
// each title once. It is for suggestions while a person is typing.
func (ix *Index) Suggest(typed string, limit int) []string {
	phrase := letters(fold.Glyphs(cutRunes(typed, maxQueryRunes)), false)
	if len(phrase) == 0 || limit <= 0 {
		return nil
	}
	best := map[int]float32{}
	ix.eachPlace(phrase, func(p int) bool {
		doc := ix.docAt(uint32(p), 0)
		e := &ix.docs[doc]
		f := e.fieldAt(uint32(p) - e.begin)
		if f <= keywords && ix.text[p].begins() {
			score := weight[f] * e.popular
			if f != keywords && p == int(e.start(f)) {
				score *= 1.5
			}
			best[doc] = max(best[doc], score)
		}
		return true
	})
	docs := make([]int, 0, len(best))
	for doc := range best {
		docs = append(docs, doc)
	}
	slices.SortFunc(docs, func(a, b int) int {
		return cmp.Or(cmp.Compare(best[b], best[a]), cmp.Compare(ix.docs[a].titleText, ix.docs[b].titleText), cmp.Compare(a, b))
	})
	var titles []string
	for _, doc := range docs {
		if t := ix.docs[doc].titleText; len(titles) < limit && !slices.Contains(titles, t) {
			titles = append(titles, t)
		}
	}
	return titles
}
