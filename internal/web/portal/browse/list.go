package browse

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"madoguchi/internal/jptext"
	"madoguchi/internal/procedure"
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
	Per    int
	Page   int
}

var (
	audiences = []string{string(procedure.Person), string(procedure.Corporation)}
	states    = []string{"open", "soon", "closed"}
	sorts     = []string{"opens_desc", "opens_asc", "closes_asc", "closes_desc"}
	pers      = []int{20, 50, 100}
	kanaRows  = []string{"あ", "か", "さ", "た", "な", "は", "ま", "や", "ら", "わ"}
)

// maxQuery is how many bytes of a key word are looked at.
const maxQuery = 200

func readQuery(in url.Values) query {
	q := query{Q: strings.TrimSpace(in.Get("q")), Cat: in.Get("cat"), Kana: in.Get("kana"), Sort: sorts[0], Per: pers[0], Page: 1}
	if len(q.Q) > maxQuery {
		q.Q = ""
	}
	if !slices.Contains(kanaRows, q.Kana) {
		q.Kana = ""
	}
	q.For = known(in["for"], audiences)
	q.States = known(in["state"], states)
	if len(in["state"]) == 0 {
		q.States = states[:1]
	}
	if slices.Contains(sorts, in.Get("sort")) {
		q.Sort = in.Get("sort")
	}
	if n, err := strconv.Atoi(in.Get("per")); err == nil && slices.Contains(pers, n) {
		q.Per = n
	}
	if n, err := strconv.Atoi(in.Get("page")); err == nil && n > 1 && n < 100000 {
		q.Page = n
	}
	return q
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
	if !slices.Equal(q.States, states[:1]) {
		for _, s := range q.States {
			v.Add("state", s)
		}
		if len(q.States) == 0 {
			v.Set("state", "all")
		}
	}
	if q.Sort != sorts[0] {
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
	f(&q)
	return q
}

func stateName(p procedure.Procedure, now time.Time) string {
	return map[procedure.State]string{procedure.Before: "soon", procedure.Open: "open", procedure.Closed: "closed"}[p.StateAt(now)]
}

// find returns the procedures that q chooses, in its order.
func (v page) find(q query) []procedure.Procedure {
	words := strings.Fields(strings.ReplaceAll(q.Q, "　", " "))
	for i := range words {
		words[i] = jptext.SearchKey(words[i])
	}
	var found []procedure.Procedure
	for _, p := range v.Snap.Procedures {
		if len(q.States) > 0 && !slices.Contains(q.States, stateName(p, v.Now)) {
			continue
		}
		if q.Cat != "" && !slices.Contains(p.Detail.Categories, q.Cat) {
			continue
		}
		if q.Kana != "" && kanaRow(p.Detail.Reading) != q.Kana {
			continue
		}
		if len(q.For) > 0 && !slices.ContainsFunc(p.Detail.Audience, func(a procedure.Audience) bool { return slices.Contains(q.For, string(a)) }) {
			continue
		}
		if len(words) > 0 && !v.mentions(p, words) {
			continue
		}
		found = append(found, p)
	}
	slices.SortStableFunc(found, order(q.Sort))
	return found
}

func (v page) mentions(p procedure.Procedure, words []string) bool {
	text := jptext.SearchKey(strings.Join([]string{
		p.Title, p.Detail.Reading, p.Detail.Summary, strings.Join(p.Detail.Keywords, " "),
		strings.Join(p.Detail.Categories, " "), v.Snap.Section(p.Section).Name,
	}, "\x00"))
	return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) })
}

// order compares by one of sorts. A procedure without end closes after all others.
func order(sort string) func(a, b procedure.Procedure) int {
	closes := func(a, b procedure.Procedure) int {
		if a.ClosesAt.IsZero() != b.ClosesAt.IsZero() {
			return cmp.Compare(b.ClosesAt.Unix(), a.ClosesAt.Unix())
		}
		return a.ClosesAt.Compare(b.ClosesAt)
	}
	switch sort {
	case "opens_asc":
		return func(a, b procedure.Procedure) int { return a.OpensAt.Compare(b.OpensAt) }
	case "closes_asc":
		return closes
	case "closes_desc":
		return func(a, b procedure.Procedure) int { return closes(b, a) }
	}
	return func(a, b procedure.Procedure) int { return b.OpensAt.Compare(a.OpensAt) }
}

// kanaEnds are the last kana of each row but わ, and the row.
var kanaEnds = []struct {
	last rune
	row  string
}{{'オ', "あ"}, {'ゴ', "か"}, {'ゾ', "さ"}, {'ド', "た"}, {'ノ', "な"}, {'ポ', "は"}, {'モ', "ま"}, {'ヨ', "や"}, {'ロ', "ら"}}

// kanaRow returns the row of the first kana of a reading: ガ → か.
func kanaRow(reading string) string {
	first, size := utf8.DecodeRuneInString(jptext.SearchKey(reading))
	if size == 0 {
		return ""
	}
	for _, e := range kanaEnds {
		if first <= e.last {
			return e.row
		}
	}
	return "わ"
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
	found := v.find(q)
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
		p.Rows = append(p.Rows, v.row(x))
	}
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
