package browse

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"madoguchi/internal/procedure"
	"madoguchi/internal/reading"
	"madoguchi/internal/search"
	"madoguchi/internal/web/ui"
)

// found is what a query gives: procedures in its order, with how they were
// found where words were searched for.
type found struct {
	procedures []procedure.Procedure
	hits       map[procedure.ID]search.Hit
	instead    string // もしかして
}

// find returns the procedures that q chooses, in its order.
func (v page) find(q query) found {
	f := found{}
	place := map[procedure.ID]int{}
	if q.Q != "" {
		result := v.Snap.Index().Search(v.searched(q))
		f.hits, f.instead = make(map[procedure.ID]search.Hit, len(result.Hits)), result.Instead
		for i, hit := range result.Hits {
			id := v.Snap.Procedures[hit.Doc].ID
			f.hits[id], place[id] = hit, i
		}
	}
	for _, p := range v.Snap.Procedures {
		if _, ok := f.hits[p.ID]; (q.Q == "" || ok) && v.passes(q, p) {
			f.procedures = append(f.procedures, p)
		}
	}
	switch q.Sort {
	case byMatch:
		slices.SortStableFunc(f.procedures, func(a, b procedure.Procedure) int { return cmp.Compare(place[a.ID], place[b.ID]) })
	case "name_asc", "name_desc":
		reading.Sort(f.procedures, readingOf)
		if q.Sort == "name_desc" {
			slices.Reverse(f.procedures)
		}
	default:
		slices.SortStableFunc(f.procedures, order(q.Sort))
	}
	return f
}

func (v page) searched(q query) search.Query {
	return search.Query{Text: q.Q, Dictionary: v.Dictionary, NoSynonyms: q.Plain, At: v.Now}
}

// passes reports whether p passes the filters of q besides its words.
func (v page) passes(q query, p procedure.Procedure) bool {
	if len(q.States) > 0 && !slices.Contains(q.States, stateName(p, v.Now)) {
		return false
	}
	if q.Cat != "" && !slices.Contains(p.Detail.Categories, q.Cat) {
		return false
	}
	if q.Kana != "" && reading.Row(readingOf(p)) != q.Kana {
		return false
	}
	return len(q.For) == 0 || slices.ContainsFunc(p.Detail.Audience, func(a procedure.Audience) bool { return slices.Contains(q.For, string(a)) })
}

// readingOf is what 五十音 goes by: the reading, or the title without one.
func readingOf(p procedure.Procedure) string { return cmp.Or(p.Detail.Reading, p.Title) }

// foundBy tells the words by which a procedure was found that were not typed.
func (v page) foundBy(hit search.Hit) []string {
	var texts []string
	for _, m := range v.Snap.Index().Matched(hit) {
		if m.How != search.AsTyped {
			texts = append(texts, v.Words.Text("portal.found_by", "typed", m.Typed, "found", m.Found))
		}
	}
	return texts
}

// help offers a better spelling, and, when nothing was found, what comes
// nearest and whom to ask.
func (v page) help(p *ListPage, f found) {
	if f.instead != "" {
		other := p.Query.with(func(q *query) { q.Q = f.instead })
		p.Instead = ui.Link{Label: f.instead, Href: v.Place.Base + "/procedures" + other.String()}
	}
	if p.Total > 0 || p.Query.Q == "" {
		return
	}
	for _, hit := range v.Snap.Index().Nearest(v.searched(p.Query), 5) {
		p.Nearest = append(p.Nearest, v.row(v.Snap.Procedures[hit.Doc]))
	}
	p.Contact = v.Place.Base + "/contact"
}

// Suggested is the answer of suggest: what one may be about to type.
type Suggested struct {
	Words []string `json:"words"`
}

// suggest completes what is being typed. The page works without it.
func (v page) suggest() error {
	typed := strings.ToValidUTF8(v.R.URL.Query().Get("q"), "")
	if len(typed) > maxQuery {
		typed = cut(typed)
	}
	answer := Suggested{Words: []string{}}
	if typed != "" {
		answer.Words = append(answer.Words, v.Snap.Index().Suggest(typed, 8)...)
	}
	v.W.Header().Set("Content-Type", "application/json")
	v.W.Header().Set("Cache-Control", "public, max-age=60")
	return json.NewEncoder(v.W).Encode(answer)
}
