package search_test

import (
	"os"
	"strings"
	"testing"

	"madoguchi/internal/demo"
	"madoguchi/internal/search"
	"madoguchi/internal/search/synonym"
)

// TestQualityStaysAboveTheGoals measures the judged queries that the word
// lists were made with; the program in ./quality compares other engines.
func TestQualityStaysAboveTheGoals(t *testing.T) {
	d := synonym.Standard()
	var large []search.Doc
	for _, all := range demo.Compose(1, 1, 3000) {
		large = docs(all)
	}
	for file, all := range map[string][]search.Doc{"demo.tsv": docs(demo.Procedures()), "composed.tsv": large} {
		ix := search.Build(all)
		data, err := os.ReadFile("../../testdata/search/" + file)
		if err != nil {
			t.Fatal(err)
		}
		asked, none, reciprocal := 0, 0, 0.0
		for line := range strings.Lines(string(data)) {
			query, right, _ := strings.Cut(strings.TrimSpace(line), "\t")
			q := search.Query{Text: query, Dictionary: d, At: demo.Moment()}
			hits := ix.Search(q).Hits
			if len(hits) == 0 {
				hits = ix.Nearest(q, 10)
			}
			asked++
			if len(hits) == 0 {
				none++
			}
			reciprocal += firstRight(hits, strings.Split(right, "|"))
		}
		if mrr := reciprocal / float64(asked); mrr < 0.85 {
			t.Errorf("%s: MRR@10 is %.3f, the goal is 0.85", file, mrr)
		}
		if share := float64(none) / float64(asked); share > 0.02 {
			t.Errorf("%s: nothing for %.1f %% of the queries, the goal is 2 %%", file, 100*share)
		}
	}
}

// firstRight is 1 over the place of the first right hit among ten, or 0.
func firstRight(hits []search.Hit, right []string) float64 {
	for i, h := range hits[:min(len(hits), 10)] {
		for _, part := range right {
			if strings.Contains(h.Title, part) {
				return 1 / float64(i+1)
			}
		}
	}
	return 0
}
