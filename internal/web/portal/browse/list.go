package browse

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"madoguchi/internal/procedure"
	"madoguchi/internal/reading"
	"madoguchi/internal/web"
	"madoguchi/internal/web/portal/visit"
	"madoguchi/internal/web/ui"
)

// soonDays is from how many days before its end a procedure is marked as
// closing soon.
const soonDays = 3

func closesSoon(p procedure.Procedure, now time.Time) bool {
	return !p.ClosesAt.IsZero() && web.DaysLeft(now, p.ClosesAt) <= soonDays
}

// query is what was asked of the list, cleaned. Its zero value, made whole by
// readQuery, is the first page of what is open now.
type query struct {
	Q      string
	Cat    string
	Kana   string // a row: あ, か …
	For    []string
	States []string
	Sort   string
	Plain  bool // 類義語検索を行わない
	Per    int
	Page   int
}

var (
	audiences = []string{string(procedure.Person), string(procedure.Corporation)}
	states    = []string{"open", "soon", "closed"}
	sorts     = []string{"opens_desc", "opens_asc", "closes_asc", "closes_desc", "name_asc", "name_desc", "new_desc", "new_asc", "used_desc", "used_asc"}
	pers      = []int{20, 50, 100}
	kanaRows  = reading.Rows()
)

// byMatch is the order of a search: what fits best comes first.
const byMatch = "match"

// maxQuery is how many bytes of a key word are looked at.
const maxQuery = 200

func readQuery(in url.Values) query {
	q := query{Q: strings.TrimSpace(strings.ToValidUTF8(in.Get("q"), "")), Cat: in.Get("cat"), Kana: in.Get("kana"), Per: pers[0], Page: 1}
	if len(q.Q) > maxQuery {
		q.Q = cut(q.Q)
	}
	if !slices.Contains(kanaRows, q.Kana) {
		q.Kana = ""
	}
	q.For = known(in["for"], audiences)
	q.States = known(in["state"], states)
	if len(in["state"]) == 0 && !in.Has("form") {
		q.States = q.usualStates()
	}
	q.Sort = q.usualSort()
	if slices.Contains(sorts, in.Get("sort")) {
		q.Sort = in.Get("sort")
	}
	// A check box that is not ticked sends nothing, so the form says that it was there.
	q.Plain = in.Get("syn") == "0" || in.Has("form") && in.Get("syn") == ""
	if n, err := strconv.Atoi(in.Get("per")); err == nil && slices.Contains(pers, n) {
		q.Per = n
	}
	if n, err := strconv.Atoi(in.Get("page")); err == nil && n > 1 && n < 100000 {
		q.Page = n
	}
	return q
}

// cut shortens what was typed to maxQuery bytes, at the end of a character.
func cut(s string) string {
	s = s[:maxQuery]
	for len(s) > 0 && !utf8.ValidString(s) {
		s = s[:len(s)-1]
	}
	return s
}

// usualStates are shown when nothing is said: what is open, or, to someone who
// searches, everything, since the best answer may open tomorrow.
func (q query) usualStates() []string {
	if q.Q != "" {
		return nil
	}
	return states[:1]
}

func (q query) usualSort() string {
	if q.Q != "" {
		return byMatch
	}
	return sorts[0]
}

// known returns the values that are allowed, in the order of all, once each.
func known(values, all []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(s string) bool { return !slices.Contains(values, s) })
}

// String is the canonical query: two that mean the same are equal. The default gives "".
func (q query) String() string {
	v := url.Values{}
	set := func(name, value string) {
		if value != "" {
			v.Set(name, value)
		}
	}
	set("q", q.Q)
	set("cat", q.Cat)
	set("kana", q.Kana)
	for _, f := range q.For {
		v.Add("for", f)
	}
	if q.Plain && q.Q != "" {
		set("syn", "0")
	}
	if !slices.Equal(q.States, q.usualStates()) {
		for _, s := range q.States {
			v.Add("state", s)
		}
		if len(q.States) == 0 {
			v.Set("state", "all")
		}
	}
	if q.Sort != q.usualSort() {
		set("sort", q.Sort)
	}
	if q.Per != pers[0] {
		set("per", strconv.Itoa(q.Per))
	}
	if q.Page > 1 {
		set("page", strconv.Itoa(q.Page))
	}
	if len(v) == 0 {
		return ""
	}
	return "?" + v.Encode()
}

// with returns q changed by f, on its first page.
func (q query) with(f func(*query)) query {
	q.For, q.States, q.Page = slices.Clone(q.For), slices.Clone(q.States), 1
	searched := q.Q != ""
	f(&q)
	if searched && q.Q == "" && q.Sort == byMatch {
		q.Sort = sorts[0]
	}
	return q
}

func stateName(p procedure.Procedure, now time.Time) string {
	return map[procedure.State]string{procedure.Before: "soon", procedure.Open: "open", procedure.Closed: "closed"}[p.StateAt(now)]
}

// order compares by one of sorts but those by name. A procedure without end closes after all others.
func order(sort string) func(a, b procedure.Procedure) int {
	closes := func(a, b procedure.Procedure) int {
		if a.ClosesAt.IsZero() != b.ClosesAt.IsZero() {
			return cmp.Compare(b.ClosesAt.Unix(), a.ClosesAt.Unix())
		}
		return a.ClosesAt.Compare(b.ClosesAt)
	}
	orders := map[string]func(a, b procedure.Procedure) int{
		"opens":  func(a, b procedure.Procedure) int { return a.OpensAt.Compare(b.OpensAt) },
		"closes": closes,
		"new":    func(a, b procedure.Procedure) int { return a.CreatedAt.Compare(b.CreatedAt) },
		"used":   func(a, b procedure.Procedure) int { return cmp.Compare(a.Detail.UseCount, b.Detail.UseCount) },
	}
	by, direction, _ := strings.Cut(sort, "_")
	up := orders[by]
	if direction == "desc" {
		return func(a, b procedure.Procedure) int { return up(b, a) }
	}
	return up
}

// ListPage is the data of page/list.tmpl.
type ListPage struct {
	web.Frame
	Steps    ui.Steps
	Now      string
	Query    query
	Total    int
	From, To int
	Rows     []Row
	Instead  ui.Link // もしかして; no Href: nothing
	Nearest  []Row   // when nothing was found
	Contact  string  // whom to ask then
	Chips    []ui.Link
	Pages    ui.Pages
	Cats     []ui.Option
	For      []ui.Option
	States   []ui.Option
	Sorts    []ui.Option
	Pers     []ui.Option
	Kana     []ui.Link
	All      string // address without conditions
}

// Row is one procedure in the list.
type Row struct {
	Href    string
	Title   string
	Marks   []string // 個人, 法人
	Found   []string // by which other words it was found
	Started bool     // 開始しました
	Soon    bool     // まもなく締切
	State   string   // open, soon, closed
	Section string
	Fee     string
	Opens   time.Time
	Closes  time.Time // zero: 随時
	Left    int       // days
}

func (v page) list() error {
	q := readQuery(v.R.URL.Query())
	return v.Public("/procedures"+q.String(), "list", func() (any, error) { return v.listPage(q), nil })
}

func (v page) listPage(q query) ListPage {
	f := v.find(q)
	found := f.procedures
	last := max(1, (len(found)+q.Per-1)/q.Per)
	q.Page = min(q.Page, last)
	from := (q.Page - 1) * q.Per
	to := min(from+q.Per, len(found))
	title := v.Words.Text("portal.list_title")
	if last > 1 {
		title = v.Words.Text("portal.list_title_page", "page", q.Page, "last", last)
	}
	p := ListPage{
		Frame: v.Frame(title, "menu.procedures"), Steps: visit.Steps(1, procedure.Procedure{}), Now: v.Times.Stamp(v.Now),
		Query: q, Total: len(found), From: from + 1, To: to, All: v.Place.Base + "/procedures?state=all",
	}
	p.Indexed = true
	for _, x := range found[from:to] {
		row := v.row(x)
		if hit, ok := f.hits[x.ID]; ok {
			row.Found = v.foundBy(hit)
		}
		p.Rows = append(p.Rows, row)
	}
	v.help(&p, f)
	p.Pages = ui.Pages{Label: v.Words.Text("portal.list_pages"), Now: q.Page, Last: last, Address: func(n int) string {
		other := q
		other.Page = n
		return v.Place.Base + "/procedures" + other.String()
	}}
	v.filters(&p)
	return p
}

func (v page) row(x procedure.Procedure) Row {
	r := Row{
		Href: v.Place.Base + "/procedures/" + string(x.ID), Title: x.Title, Started: x.StartedAt(v.Now), State: stateName(x, v.Now),
		Section: v.Snap.Section(x.Section).Name, Fee: cmp.Or(x.Detail.Fee, v.Words.Text("portal.free")),
		Opens: x.OpensAt, Closes: x.ClosesAt,
	}
	for _, a := range x.Detail.Audience {
		r.Marks = append(r.Marks, v.Words.Text("portal.for_"+string(a)))
	}
	if !x.ClosesAt.IsZero() {
		r.Left = web.DaysLeft(v.Now, x.ClosesAt)
		r.Soon = r.State == "open" && closesSoon(x, v.Now)
	}
	return r
}
