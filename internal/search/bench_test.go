package search_test

import (
	"bufio"
	"os"
	"strings"
	"testing"

	"madoguchi/internal/demo"
	"madoguchi/internal/search"
	"madoguchi/internal/search/synonym"
)

// docs are composed procedures as documents.
func docs(procedures []demo.Procedure) []search.Doc {
	all := make([]search.Doc, len(procedures))
	for i, p := range procedures {
		all[i] = search.Doc{
			ID: p.ID, Title: p.Title, Reading: p.Reading, Keywords: p.Keywords, Summary: p.Summary,
			Categories: p.Categories, Section: p.Section, OpensAt: p.OpensAt, ClosesAt: p.ClosesAt, Used: p.Used,
		}
	}
	return all
}

// composed is the index of one composed body.
func composed(tb testing.TB, procedures int) *search.Index {
	tb.Helper()
	for _, all := range demo.Compose(1, 1, procedures) {
		return search.Build(docs(all))
	}
	tb.Fatal("nothing composed")
	return nil
}

// queries are the judged queries of a file, without their answers.
func queries(tb testing.TB, file string) []string {
	tb.Helper()
	f, err := os.Open("../../testdata/search/" + file)
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	var all []string
	for lines := bufio.NewScanner(f); lines.Scan(); {
		query, _, _ := strings.Cut(lines.Text(), "\t")
		all = append(all, query)
	}
	return all
}

func BenchmarkBuild300(b *testing.B) {
	var all []search.Doc
	for _, p := range demo.Compose(1, 1, 300) {
		all = docs(p)
	}
	for b.Loop() {
		search.Build(all)
	}
}

// BenchmarkSearch3000 answers the judged queries in turn.
func BenchmarkSearch3000(b *testing.B) {
	ix, dictionary, all := composed(b, 3000), synonym.Standard(), queries(b, "composed.tsv")
	for n := 0; b.Loop(); n++ {
		ix.Search(search.Query{Text: all[n%len(all)], Dictionary: dictionary, At: demo.Moment()})
	}
}
