//lint:ignore sizes one file per subcommand stands here; what they do is elsewhere
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"

	"madoguchi/internal/demo"
	"madoguchi/internal/fault"
	"madoguchi/internal/jptext"
	"madoguchi/internal/search"
	"madoguchi/internal/search/synonym"
	"madoguchi/internal/words"
)

// searchFlags are the flags of the search command.
type searchFlags struct {
	tenant, data, config string
	noSynonyms, asJSON   bool
}

// runSearch finds procedures of one body, best first: as a table, or as one
// JSON array. It ends with 0 also when nothing is found.
func runSearch(ctx context.Context, args []string, std stdio) int {
	ja := words.Of(words.Base)
	var f searchFlags
	flags := flag.NewFlagSet("search", flag.ContinueOnError)
	flags.SetOutput(std.err)
	example := fault.Args{"example": demo.Slug}
	flags.StringVar(&f.tenant, "tenant", "", ja.Text("search.flag_tenant", example))
	flags.StringVar(&f.data, "data", "", ja.Text("search.flag_data", nil))
	flags.StringVar(&f.config, "config", "", ja.Text("search.flag_config", nil))
	flags.BoolVar(&f.noSynonyms, "no-synonyms", false, ja.Text("search.flag_no_synonyms", nil))
	flags.BoolVar(&f.asJSON, "json", false, ja.Text("search.flag_json", nil))
	flags.Usage = func() {
		fmt.Fprintln(std.err, ja.Text("search.usage", nil))
		flags.PrintDefaults()
	}
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return exitUsage
	}
	for key, wrong := range map[string]bool{
		"search.tenant_missing":  f.tenant == "",
		"search.query_missing":   flags.NArg() == 0,
		"search.data_and_config": f.data != "" && f.config != "",
	} {
		if wrong {
			fmt.Fprintln(std.err, ja.Text(key, example))
			return exitUsage
		}
	}
	p, err := catalogueFrom(ctx, f)
	if err != nil {
		say(std.err, ja, err)
		return 1
	}
	index := p.index
	q := search.Query{
		Text: strings.Join(flags.Args(), " "), Dictionary: synonym.Standard().With(p.groups),
		NoSynonyms: f.noSynonyms, At: p.at,
	}
	if f.asJSON {
		err = printJSON(std.out, index, index.Search(q))
	} else {
		err = printTable(std.out, ja, index, q)
	}
	if err != nil {
		fmt.Fprintln(std.err, "madoguchi:", err)
		return 1
	}
	return 0
}

// mostNear is how many near procedures are shown when nothing is found.
const mostNear = 5

// say writes what a person is told about err.
func say(w io.Writer, ja *words.Words, err error) {
	if f := fault.Of(err); f != nil {
		fmt.Fprintln(w, ja.Text(f.Key(), f.Args()))
		return
	}
	fmt.Fprintln(w, "madoguchi:", err)
}

// printJSON writes [{"id","title","score","matched":[…]}], best first.
func printJSON(w io.Writer, index *search.Index, r search.Result) error {
	type hit struct {
		ID      string   `json:"id"`
		Title   string   `json:"title"`
		Score   float64  `json:"score"`
		Matched []string `json:"matched"`
	}
	hits := []hit{}
	for _, h := range r.Hits {
		hits = append(hits, hit{h.ID, h.Title, h.Score, foundWords(index.Matched(h))})
	}
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	return out.Encode(hits)
}

// foundWords are the words that stand in the document, each once.
func foundWords(matches []search.Match) []string {
	found := []string{}
	for _, m := range matches {
		if !slices.Contains(found, m.Found) {
			found = append(found, m.Found)
		}
	}
	return found
}

// printTable writes what q finds, or else what comes near, with the words by
// which it was found.
func printTable(w io.Writer, ja *words.Words, index *search.Index, q search.Query) error {
	r := index.Search(q)
	hits, head := r.Hits, ja.Text("search.found", fault.Args{"count": len(r.Hits)})
	if len(hits) == 0 {
		hits, head = index.Nearest(q, mostNear), ja.Text("search.nearest", nil)
	}
	if len(hits) == 0 {
		_, err := fmt.Fprintln(w, ja.Text("search.nothing", nil))
		return err
	}
	if r.Instead != "" {
		fmt.Fprintln(w, ja.Text("search.instead", fault.Args{"query": r.Instead}))
	}
	states := [...]string{search.Open: "search.state_open", search.Before: "search.state_before", search.Closed: "search.state_closed"}
	rows := [][]string{{
		ja.Text("search.column_score", nil), ja.Text("search.column_state", nil),
		ja.Text("search.column_matched", nil), ja.Text("search.column_title", nil),
	}}
	for _, h := range hits {
		rows = append(rows, []string{
			fmt.Sprintf("%.2f", h.Score), ja.Text(states[h.State], nil), asWritten(index.Matched(h)), h.Title,
		})
	}
	fmt.Fprintln(w, head)
	return writeRows(w, rows)
}

// asWritten shows the words of a hit: 免許, ゴミ→廃棄物.
func asWritten(matches []search.Match) string {
	var shown []string
	for _, m := range matches {
		word := m.Found
		if m.How != search.AsTyped {
			word = m.Typed + "→" + m.Found
		}
		if !slices.Contains(shown, word) {
			shown = append(shown, word)
		}
	}
	return strings.Join(shown, ", ")
}

// writeRows writes rows with columns as wide as Japanese text shows.
func writeRows(w io.Writer, rows [][]string) error {
	width := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			width[i] = max(width[i], jptext.Width(cell))
		}
	}
	for _, row := range rows {
		var line strings.Builder
		for i, cell := range row {
			line.WriteString(cell)
			if i+1 < len(row) {
				line.WriteString(strings.Repeat(" ", width[i]-jptext.Width(cell)+2))
			}
		}
		if _, err := fmt.Fprintln(w, line.String()); err != nil {
			return err
		}
	}
	return nil
}
