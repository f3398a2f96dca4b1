package main

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis/lang/cjk"
	_ "modernc.org/sqlite"

	"madoguchi/internal/search"
)

// most is how many answers the other engines are asked for.
const most = 100

// textsOf are the texts of a document that can be found.
func textsOf(d search.Doc) []string {
	return []string{d.Title, d.Reading, strings.Join(d.Keywords, " "), d.Section, strings.Join(d.Categories, " "), d.Summary}
}

// substring finds the documents that hold every word, those with all in the title first.
func substring(docs []search.Doc) func(string) []int {
	texts := make([]string, len(docs))
	for i, d := range docs {
		texts[i] = strings.Join(textsOf(d), "\n")
	}
	all := func(text string, words []string) bool {
		for _, w := range words {
			if !strings.Contains(text, w) {
				return false
			}
		}
		return true
	}
	return func(query string) []int {
		words := strings.Fields(query)
		var first, later []int
		for i, d := range docs {
			switch {
			case all(d.Title, words):
				first = append(first, i)
			case all(texts[i], words):
				later = append(later, i)
			}
		}
		return append(first, later...)
	}
}

// newFTS searches with SQLite's full text search, with its own ranking (bm25)
// and the weights of our fields.
func newFTS(docs []search.Doc) (func(string) []int, error) {
	ctx := context.Background()
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(ctx, `CREATE VIRTUAL TABLE docs USING fts5(title, reading, keywords, section, categories, summary, tokenize = 'trigram')`); err != nil {
		return nil, fmt.Errorf("fts5: %w", err)
	}
	for i, d := range docs {
		t := textsOf(d)
		if _, err := db.ExecContext(ctx, `INSERT INTO docs (rowid, title, reading, keywords, section, categories, summary) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			i, t[0], t[1], t[2], t[3], t[4], t[5]); err != nil {
			return nil, fmt.Errorf("fts5: %w", err)
		}
	}
	find, err := db.PrepareContext(ctx, `SELECT rowid FROM docs WHERE docs MATCH ? ORDER BY bm25(docs, 10, 7, 6, 3, 2, 2) LIMIT ?`)
	if err != nil {
		return nil, fmt.Errorf("fts5: %w", err)
	}
	return func(query string) []int {
		var words []string
		for w := range strings.FieldsSeq(query) {
			words = append(words, `"`+strings.ReplaceAll(w, `"`, `""`)+`"`)
		}
		rows, err := find.QueryContext(ctx, strings.Join(words, " AND "), most)
		if err != nil {
			return nil
		}
		defer rows.Close()
		var found []int
		for rows.Next() {
			var i int
			if rows.Scan(&i) == nil {
				found = append(found, i)
			}
		}
		return found
	}, nil
}

// newBleve searches with bleve in memory: every bigram of every word must be
// there, the fields weighted as ours.
func newBleve(docs []search.Doc) (func(string) []int, error) {
	mapping := bleve.NewIndexMapping()
	mapping.DefaultAnalyzer = cjk.AnalyzerName
	index, err := bleve.NewMemOnly(mapping)
	if err != nil {
		return nil, fmt.Errorf("bleve: %w", err)
	}
	names := []string{"title", "reading", "keywords", "section", "categories", "summary"}
	weights := []float64{10, 7, 6, 3, 2, 2}
	batch := index.NewBatch()
	for i, d := range docs {
		fields := map[string]string{}
		for n, text := range textsOf(d) {
			fields[names[n]] = text
		}
		if err := batch.Index(strconv.Itoa(i), fields); err != nil {
			return nil, fmt.Errorf("bleve: %w", err)
		}
	}
	if err := index.Batch(batch); err != nil {
		return nil, fmt.Errorf("bleve: %w", err)
	}
	return func(text string) []int {
		words := bleve.NewConjunctionQuery()
		for w := range strings.FieldsSeq(text) {
			any := bleve.NewDisjunctionQuery()
			for n, name := range names {
				q := bleve.NewMatchQuery(w)
				q.SetField(name)
				q.SetBoost(weights[n])
				q.SetOperator(1) // and
				any.AddQuery(q)
			}
			words.AddQuery(any)
		}
		request := bleve.NewSearchRequestOptions(words, most, 0, false)
		answer, err := index.Search(request)
		if err != nil {
			return nil
		}
		var found []int
		for _, h := range answer.Hits {
			if i, err := strconv.Atoi(h.ID); err == nil {
				found = append(found, i)
			}
		}
		return found
	}, nil
}
