// Command quality measures the search (検索の品質) with the judged queries of
// testdata/search: MRR@10, recall@10, the share of queries without a result,
// latency and memory; with and without synonyms, and against three common
// ways to search: substring match, SQLite FTS5 with trigrams, and bleve with
// its cjk analyser.
//
// It is a module of its own, so that the service does not depend on bleve.
//
//	go -C internal/search/quality run .          from the root of the repository
//	go -C internal/search/quality run . -scale   also 825 bodies of 300 procedures
//	go -C internal/search/quality run . -misses  also the queries that went wrong
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"madoguchi/internal/demo"
	"madoguchi/internal/search"
	"madoguchi/internal/search/synonym"
)

// judged is a query and what titles of right answers hold.
type judged struct {
	query string
	right []string
}

// engine gives the places of the documents that a query finds, best first.
type engine struct {
	name string
	find func(query string) []int
}

func main() {
	folder := flag.String("queries", "../../../testdata/search", "folder of the judged queries")
	scale := flag.Bool("scale", false, "measure 825 bodies of 300 procedures as well")
	misses := flag.Bool("misses", false, "print the queries whose first ten hold no right answer")
	flag.Parse()
	if err := measure(*folder, *misses); err != nil {
		fmt.Fprintln(os.Stderr, "quality:", err)
		os.Exit(1)
	}
	if *scale {
		measureScale()
	}
}

func measure(folder string, misses bool) error {
	var composed []demo.Procedure
	for _, all := range demo.Compose(1, 1, 3000) {
		composed = all
	}
	sets := []struct {
		file string
		docs []search.Doc
	}{{"demo.tsv", docsOf(demo.Procedures())}, {"composed.tsv", docsOf(composed)}, {"fresh.tsv", docsOf(composed)}}
	for _, set := range sets {
		queries, err := read(filepath.Join(folder, set.file))
		if err != nil {
			return err
		}
		engines, err := enginesOver(set.docs)
		if err != nil {
			return err
		}
		fmt.Printf("\n%s: %d queries over %d procedures\n", set.file, len(queries), len(set.docs))
		fmt.Printf("%-28s %8s %10s %8s %10s %10s\n", "", "MRR@10", "recall@10", "none", "p50", "p99")
		for _, e := range engines {
			r := score(e, queries, set.docs)
			r.print(e.name, misses && e.name == "madoguchi, synonyms")
		}
	}
	return nil
}

func docsOf(procedures []demo.Procedure) []search.Doc {
	docs := make([]search.Doc, len(procedures))
	for i, p := range procedures {
		docs[i] = search.Doc{
			ID: p.ID, Title: p.Title, Reading: p.Reading, Keywords: p.Keywords, Summary: p.Summary,
			Categories: p.Categories, Section: p.Section, OpensAt: p.OpensAt, ClosesAt: p.ClosesAt, Used: p.Used,
		}
	}
	return docs
}

func read(file string) ([]judged, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var all []judged
	for line := range strings.Lines(string(data)) {
		query, right, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		if !ok || right == "" {
			return nil, fmt.Errorf("%s: %q is not QUERY, a tab, RIGHT", file, line)
		}
		all = append(all, judged{query, strings.Split(right, "|")})
	}
	return all, nil
}

// enginesOver are the engines that are compared, over docs.
func enginesOver(docs []search.Doc) ([]engine, error) {
	index := search.Build(docs)
	dictionary := synonym.Standard()
	ours := func(noSynonyms, nearest bool) func(string) []int {
		return func(query string) []int {
			q := search.Query{Text: query, Dictionary: dictionary, NoSynonyms: noSynonyms, At: demo.Moment()}
			hits := index.Search(q).Hits
			if len(hits) == 0 && nearest {
				hits = index.Nearest(q, depth)
			}
			var found []int
			for _, h := range hits {
				found = append(found, h.Doc)
			}
			return found
		}
	}
	fts, err := newFTS(docs)
	if err != nil {
		return nil, err
	}
	bleve, err := newBleve(docs)
	if err != nil {
		return nil, err
	}
	return []engine{
		{"madoguchi, synonyms", ours(false, false)},
		{"  and the nearest if none", ours(false, true)},
		{"madoguchi, no synonyms", ours(true, false)},
		{"substring", substring(docs)},
		{"SQLite FTS5 trigram", fts},
		{"bleve cjk", bleve},
	}, nil
}

// tries is how often a query is asked for its latency: the fastest counts,
// since other programs on the machine slow single ones down.
const tries = 7

func score(e engine, queries []judged, docs []search.Doc) result {
	var r result
	for _, q := range queries {
		right := make(map[int]bool)
		for i, d := range docs {
			for _, part := range q.right {
				if strings.Contains(d.Title, part) {
					right[i] = true
				}
			}
		}
		if len(right) == 0 {
			fmt.Printf("  judged wrong: nothing is right for %q\n", q.query)
			continue
		}
		found := e.find(q.query)
		r.add(q, found, right, docs)
		r.took = append(r.took, fastest(func() { e.find(q.query) }))
	}
	return r
}

func fastest(do func()) time.Duration {
	best := time.Hour
	for range tries {
		begin := time.Now()
		do()
		best = min(best, time.Since(begin))
	}
	return best
}
