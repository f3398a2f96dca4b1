package cases

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"madoguchi/internal/application"
	"madoguchi/internal/casework"
	"madoguchi/internal/jptext"
	"madoguchi/internal/procedure"
	"madoguchi/internal/staff"
	"madoguchi/internal/web"
)

// view is one of the work lists.
type workView struct {
	name     string
	statuses []application.Status
	mine     bool
	unread   bool
}

// workViews are the tabs, in order; the first is the default.
var workViews = []workView{
	{name: "new", statuses: []application.Status{application.Received}},
	{name: "review", statuses: []application.Status{application.InReview}},
	{name: "returned", statuses: []application.Status{application.Returned}},
	{name: "done", statuses: []application.Status{application.Completed}},
	{name: "mine", statuses: openStatuses, mine: true},
	{name: "unread", unread: true},
	{name: "all"},
}

// openStatuses are those in which there is still something to do.
var openStatuses = []application.Status{application.Received, application.InReview, application.Returned}

// allStatuses lists every status in the order of the table.
func allStatuses() []application.Status {
	var list []application.Status
	for _, row := range application.Statuses {
		list = append(list, row.Status)
	}
	return list
}

// pageRows is how many rows a page of a work list has.
const pageRows = 30

// query is a work list as its address says it.
type query struct {
	view      workView
	typed     string // receipt number or name
	procedure string
	status    string
	assignee  string // "", "me" or a member's ID
	from, to  string // days in Japan, both included
	sort      string // "" = newest first, "oldest"
	badDay    bool   // from or to could not be read
}

// readQuery reads a query from an address. Whatever it does not know is left out.
func readQuery(q url.Values) query {
	x := query{view: workViews[0], typed: strings.TrimSpace(q.Get("q")), procedure: q.Get("p"), status: q.Get("s"), assignee: q.Get("w")}
	for _, v := range workViews {
		if v.name == q.Get("view") {
			x.view = v
		}
	}
	if q.Get("sort") == "oldest" {
		x.sort = "oldest"
	}
	if !application.Status(x.status).Valid() {
		x.status = ""
	}
	x.from, x.to = x.readDay(q.Get("from")), x.readDay(q.Get("to"))
	return x
}

func (x *query) readDay(s string) string {
	if strings.TrimSpace(s) == "" {
		return ""
	}
	d, ok := jptext.ReadDate(s)
	if !ok {
		x.badDay = true
		return ""
	}
	return d.Format(time.DateOnly)
}

// values is the inverse of readQuery.
func (x query) values() url.Values {
	q := url.Values{"view": {x.view.name}}
	for key, value := range map[string]string{"q": x.typed, "p": x.procedure, "s": x.status, "w": x.assignee, "from": x.from, "to": x.to, "sort": x.sort} {
		if value != "" {
			q.Set(key, value)
		}
	}
	return q
}

// without returns the query without one of its conditions.
func (x query) without(key string) string {
	q := x.values()
	q.Del(key)
	return q.Encode()
}

// filter is what the query asks of the desk.
func (x query) filter(who staff.Who) application.Filter {
	f := application.Filter{Statuses: x.view.statuses, Unread: x.view.unread, Procedure: procedure.ID(x.procedure)}
	if x.status != "" {
		f.Statuses = []application.Status{application.Status(x.status)}
		if x.view.statuses != nil && !slices.Contains(x.view.statuses, f.Statuses[0]) {
			f.Statuses = []application.Status{}
		}
	}
	switch {
	case x.view.mine || x.assignee == "me":
		f.Assignee = who.Member.ID
	default:
		f.Assignee = staff.ID(x.assignee)
	}
	casework.ReadSearch(&f, x.typed)
	f.From, f.To = dayStart(x.from, 0), dayStart(x.to, 1)
	f.Page = application.Page{Size: pageRows}
	if x.sort == "oldest" {
		f.Page.Ordered = application.OldestFirst
	}
	return f
}

// dayStart is the first moment in Japan of the day some days later.
func dayStart(day string, later int) time.Time {
	d, err := time.ParseInLocation(time.DateOnly, day, web.Tokyo)
	if err != nil {
		return time.Time{}
	}
	return d.AddDate(0, 0, later).UTC()
}

// A place in the list: the key of a row, "1656652980123456.UUID".
func placeOf(row application.Summary) string {
	return strconv.FormatInt(row.ArrivedAt.UnixMicro(), 10) + "." + string(row.ID)
}

// seek moves f to the page that the address names.
func seek(f *application.Filter, q url.Values) {
	key, before := q.Get("after"), false
	if k := q.Get("before"); k != "" {
		key, before = k, true
	}
	at, id, ok := strings.Cut(key, ".")
	micro, err := strconv.ParseInt(at, 10, 64)
	if !ok || err != nil {
		return
	}
	f.Page.At, f.Page.ID, f.Page.Newer = time.UnixMicro(micro).UTC(), application.ID(id), before
}
