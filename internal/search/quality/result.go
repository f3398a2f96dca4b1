package main

import (
	"fmt"
	"slices"
	"time"

	"madoguchi/internal/search"
)

// depth is how many of the first answers count.
const depth = 10

// result sums up the answers of one engine.
type result struct {
	queries, none     int
	reciprocal, share float64
	took              []time.Duration
	missed            []string
}

func (r *result) add(q judged, found []int, right map[int]bool, docs []search.Doc) {
	r.queries++
	if len(found) == 0 {
		r.none++
	}
	first, hits := 0, 0
	for i, doc := range found[:min(len(found), depth)] {
		if right[doc] {
			hits++
			if first == 0 {
				first = i + 1
			}
		}
	}
	if first > 0 {
		r.reciprocal += 1 / float64(first)
	}
	if first != 1 {
		top := "-"
		if len(found) > 0 {
			top = docs[found[0]].Title
		}
		r.missed = append(r.missed, fmt.Sprintf("  rank %d: %s → %s", first, q.query, top))
	}
	r.share += float64(hits) / float64(min(len(right), depth))
}

func (r *result) print(name string, misses bool) {
	slices.Sort(r.took)
	n := float64(r.queries)
	fmt.Printf("%-28s %8.3f %10.3f %7.1f%% %10s %10s\n", name, r.reciprocal/n, r.share/n, 100*float64(r.none)/n,
		r.took[len(r.took)/2].Round(time.Microsecond), r.took[len(r.took)*99/100].Round(time.Microsecond))
	if misses {
		for _, m := range r.missed {
			fmt.Println(m)
		}
	}
}
