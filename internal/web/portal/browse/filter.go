package browse

import (
	"net/url"
	"slices"
	"strconv"

	"madoguchi/internal/reading"
	"madoguchi/internal/web"
	"madoguchi/internal/web/ui"
)

// filters fills in the form beside the list and the chips above it.
func (v page) filters(p *ListPage) {
	q, base := p.Query, v.Place.Base+"/procedures"
	chip := func(label string, f func(*query)) {
		p.Chips = append(p.Chips, ui.Link{Label: label, Href: base + q.with(f).String()})
	}
	counts := map[string]int{}
	for _, x := range v.Snap.Procedures {
		counts[stateName(x, v.Now)]++
	}
	for _, s := range states {
		on := slices.Contains(q.States, s)
		p.States = append(p.States, ui.Option{Value: s, Checked: on, Label: v.Words.Text("portal.state_count", "state", v.Words.Text("portal.state_"+s), "n", web.Comma(counts[s]))})
		if on {
			chip(v.Words.Text("portal.state_"+s), func(q *query) { q.States = without(q.States, s) })
		}
	}
	for _, a := range audiences {
		on := slices.Contains(q.For, a)
		p.For = append(p.For, ui.Option{Value: a, Checked: on, Label: v.Words.Text("portal.for_" + a + "_long")})
		if on {
			chip(v.Words.Text("portal.for_"+a), func(q *query) { q.For = without(q.For, a) })
		}
	}
	if q.Q != "" {
		chip(v.Words.Text("portal.quoted", "text", q.Q), func(q *query) { q.Q = "" })
	}
	p.Cats = []ui.Option{{Label: v.Words.Text("portal.all_categories")}}
	for _, c := range v.categoryCounts() {
		p.Cats = append(p.Cats, ui.Option{Value: c.Name, Label: c.Name, Checked: c.Name == q.Cat})
	}
	if q.Cat != "" {
		chip(q.Cat, func(q *query) { q.Cat = "" })
	}
	if q.Kana != "" {
		chip(v.rowName(q.Kana), func(q *query) { q.Kana = "" })
	}
	offered := sorts
	if q.Q != "" {
		offered = append([]string{byMatch}, sorts...)
	}
	for _, s := range offered {
		p.Sorts = append(p.Sorts, ui.Option{Value: s, Label: v.Words.Text("portal.sort_" + s), Checked: s == q.Sort})
	}
	for _, n := range pers {
		p.Pers = append(p.Pers, ui.Option{Value: strconv.Itoa(n), Label: v.Words.Text("portal.per", "n", n), Checked: n == q.Per})
	}
	p.Kana = v.kanaLinks()
}

func without(list []string, s string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(x string) bool { return x == s })
}

// rowName is あ行, or 英数.
func (v page) rowName(row string) string {
	if row == kanaRows[len(kanaRows)-1] {
		return row
	}
	return v.Words.Text("portal.kana_row", "row", row)
}

func (v page) kanaLinks() []ui.Link {
	var links []ui.Link
	for _, k := range kanaRows {
		links = append(links, ui.Link{Label: k, Href: v.Place.Base + "/procedures?kana=" + url.QueryEscape(k)})
	}
	return links
}

// Count is a name with the number of open procedures under it.
type Count struct {
	Name string
	Href string
	N    int
}

// categoryCounts lists the categories in the order in which they first appear
// by name, with how many of their procedures are open.
func (v page) categoryCounts() []Count {
	at := map[string]int{}
	var list []Count
	for _, x := range v.Snap.Procedures {
		for _, c := range x.Detail.Categories {
			i, ok := at[c]
			if !ok {
				i = len(list)
				at[c] = i
				list = append(list, Count{Name: c, Href: v.Place.Base + "/procedures?cat=" + url.QueryEscape(c)})
			}
			if x.OpenAt(v.Now) {
				list[i].N++
			}
		}
	}
	slices.SortFunc(list, func(a, b Count) int { return compare(a.Name, b.Name) })
	return list
}

// IndexPage is the data of page/index.tmpl: 分類別 and 五十音.
type IndexPage struct {
	web.Frame
	Counts []Count
}

func (v page) categories() error {
	return v.Public("/procedures/categories", "index", func() (any, error) {
		return IndexPage{Frame: v.Frame(v.Words.Text("portal.categories_title"), "menu.procedures"), Counts: v.categoryCounts()}, nil
	})
}

func (v page) kana() error {
	return v.Public("/procedures/kana", "index", func() (any, error) {
		p := IndexPage{Frame: v.Frame(v.Words.Text("portal.kana_title"), "menu.procedures")}
		n := map[string]int{}
		for _, x := range v.Snap.Procedures {
			if x.OpenAt(v.Now) {
				n[reading.Row(readingOf(x))]++
			}
		}
		for _, k := range kanaRows {
			p.Counts = append(p.Counts, Count{Name: v.rowName(k), Href: v.Place.Base + "/procedures?kana=" + url.QueryEscape(k), N: n[k]})
		}
		return p, nil
	})
}

func compare(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
