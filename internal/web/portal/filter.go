package portal

import (
	"slices"
	"strconv"

	"madoguchi/internal/procedure"
	"madoguchi/internal/web"
	"madoguchi/internal/web/ui"
)

// filters fills in the form beside the list and the chips above it.
func (v *visit) filters(p *ListPage) {
	q, base := p.Query, v.place.Base+"/procedures"
	chip := func(label string, f func(*query)) {
		p.Chips = append(p.Chips, ui.Link{Label: label, Href: base + q.with(f).String()})
	}
	counts := map[string]int{}
	for _, x := range v.snap.Procedures {
		counts[stateName(x, v.now)]++
	}
	for _, s := range states {
		on := slices.Contains(q.States, s)
		p.States = append(p.States, ui.Option{Value: s, Checked: on, Label: v.words.Text("portal.state_count", "state", v.words.Text("portal.state_"+s), "n", web.Comma(counts[s]))})
		if on {
			chip(v.words.Text("portal.state_"+s), func(q *query) { q.States = without(q.States, s) })
		}
	}
	for _, a := range audiences {
		on := slices.Contains(q.For, a)
		p.For = append(p.For, ui.Option{Value: a, Checked: on, Label: v.words.Text("portal.for_" + a + "_long")})
		if on {
			chip(v.words.Text("portal.for_"+a), func(q *query) { q.For = without(q.For, a) })
		}
	}
	if q.Q != "" {
		chip(v.words.Text("portal.quoted", "text", q.Q), func(q *query) { q.Q = "" })
	}
	p.Cats = []ui.Option{{Label: v.words.Text("portal.all_categories")}}
	for _, c := range v.categoryCounts() {
		p.Cats = append(p.Cats, ui.Option{Value: c.Name, Label: c.Name, Checked: c.Name == q.Cat})
	}
	if q.Cat != "" {
		chip(q.Cat, func(q *query) { q.Cat = "" })
	}
	if q.Kana != "" {
		chip(v.words.Text("portal.kana_row", "row", q.Kana), func(q *query) { q.Kana = "" })
	}
	for _, s := range sorts {
		p.Sorts = append(p.Sorts, ui.Option{Value: s, Label: v.words.Text("portal.sort_" + s), Checked: s == q.Sort})
	}
	for _, n := range pers {
		p.Pers = append(p.Pers, ui.Option{Value: strconv.Itoa(n), Label: v.words.Text("portal.per", "n", n), Checked: n == q.Per})
	}
	p.Kana = v.kanaLinks()
}

func without(list []string, s string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(x string) bool { return x == s })
}

func (v *visit) kanaLinks() []ui.Link {
	var links []ui.Link
	for _, k := range kanaRows {
		links = append(links, ui.Link{Label: k, Href: v.place.Base + "/procedures?kana=" + urlQuery(k)})
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
func (v *visit) categoryCounts() []Count {
	at := map[string]int{}
	var list []Count
	for _, x := range v.snap.Procedures {
		for _, c := range x.Detail.Categories {
			i, ok := at[c]
			if !ok {
				i = len(list)
				at[c] = i
				list = append(list, Count{Name: c, Href: v.place.Base + "/procedures?cat=" + urlQuery(c)})
			}
			if x.OpenAt(v.now) {
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

func (v *visit) categories() error {
	return v.public("/procedures/categories", "index", func() (any, error) {
		return IndexPage{Frame: v.frame(v.words.Text("portal.categories_title"), "menu.procedures"), Counts: v.categoryCounts()}, nil
	})
}

func (v *visit) kana() error {
	return v.public("/procedures/kana", "index", func() (any, error) {
		p := IndexPage{Frame: v.frame(v.words.Text("portal.kana_title"), "menu.procedures")}
		n := map[string]int{}
		for _, x := range v.snap.Procedures {
			if x.OpenAt(v.now) {
				n[kanaRow(x.Detail.Reading)]++
			}
		}
		for _, k := range kanaRows {
			p.Counts = append(p.Counts, Count{Name: v.words.Text("portal.kana_row", "row", k), Href: v.place.Base + "/procedures?kana=" + urlQuery(k), N: n[k]})
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

// steps are the four steps of an application; a questionnaire has no mail
// step, and a booking ends in another word.
func steps(now int, x procedure.Procedure) ui.Steps {
	last := "step.apply"
	if x.Detail.Booking {
		last = "step.reserve"
	}
	if x.Detail.NoMail {
		if now > 1 {
			now--
		}
		return ui.Steps{No: now, Keys: []string{"step.choose", "step.fill", last}}
	}
	return ui.Steps{No: now, Keys: []string{"step.choose", "step.mail", "step.fill", last}}
}
