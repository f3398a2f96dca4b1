package cases

import (
	"net/http"
	"slices"
	"strings"

	"madoguchi/internal/application"
	"madoguchi/internal/casework"
	"madoguchi/internal/jptext"
	"madoguchi/internal/staff"
	"madoguchi/internal/web"
	"madoguchi/internal/web/ui"
)

// Tab is one of several lists or parts.
type Tab struct {
	Label string
	Href  string
	Count string // "" where it is not counted
	Now   bool
}

// ListPage is the data of page/list.tmpl.
type ListPage struct {
	web.Frame
	Refresh string
	Tabs    []Tab
	Problem string
	View    string
	Sort    string
	Q       ui.Field
	Selects []ui.Field // procedure, status, who is in charge
	Days    []ui.Field // from, to
	Chips   []ui.Link
	Clear   string
	Saved   []ui.Link
	Save    string // address for keeping this list
	Caption string
	Heads   []Head
	Sorting ui.Link
	Oldest  bool
	Rows    []Line
	Before  string
	After   string
}

// Head is the head of a column.
type Head struct {
	Label string
	Sort  string // the value of aria-sort, or ""
}

// Line is a row with the cells that the member wants to see.
type Line struct {
	Row   Row
	Cells []Cell
}

// Cell is one cell: which column of which row.
type Cell struct {
	Column string
	Row    Row
}

// Row is one row of a work list.
type Row struct {
	Href      string
	No        string
	Name      string
	Procedure string
	Status    ui.Status
	Outcome   string
	Section   string
	Assignee  string
	Free      bool // nobody is in charge, and there is something to do
	Arrived   string
	Updated   string
	Unread    int
}

// columns are the columns that a member may choose; the receipt number is
// always there.
var columns = []string{"name", "procedure", "status", "arrived", "assignee", "updated", "section", "unread"}

// defaultColumns are shown to who has chosen none.
const defaultColumns = "name procedure status arrived assignee updated unread"

// columnsName is the preference that holds them.
const columnsName = "office.columns"

func (v *page) list() error {
	x := readQuery(v.R.URL.Query())
	f := x.filter(v.Who)
	seek(&f, v.R.URL.Query())
	l, err := v.Desk.List(v.Context(), v.Who, f)
	if err != nil {
		return err
	}
	p := ListPage{Frame: v.Frame("office.list"), View: x.view.name, Sort: x.sort, Oldest: x.sort == "oldest"}
	p.Refresh = v.Base + "/cases?" + x.values().Encode()
	if x.badDay {
		p.Problem = v.Words.Text("office.bad_day")
	}
	if p.Tabs, err = v.tabs(x.view.name); err != nil {
		return err
	}
	if err := v.controls(&p, x, l); err != nil {
		return err
	}
	if err := v.table(&p, v.rows(l, x)); err != nil {
		return err
	}
	v.pages(&p, x, l)
	if p.Saved, err = v.savedLinks(x); err != nil {
		return err
	}
	p.Save = v.Base + "/cases/saved?" + x.values().Encode()
	p.Caption = v.Words.Text("office.caption", "view", v.Words.Text("office.view_"+x.view.name))
	return v.Show(http.StatusOK, "list", p)
}

// table puts the rows into the columns that the member has chosen.
func (v *page) table(p *ListPage, rows []Row) error {
	chosen, err := v.chosenColumns()
	if err != nil {
		return err
	}
	for _, c := range chosen {
		h := Head{Label: v.Words.Text("office.column_" + c)}
		if c == "arrived" {
			h.Sort = "descending"
			if p.Oldest {
				h.Sort = "ascending"
			}
		}
		p.Heads = append(p.Heads, h)
	}
	for _, r := range rows {
		line := Line{Row: r}
		for _, c := range chosen {
			line.Cells = append(line.Cells, Cell{c, r})
		}
		p.Rows = append(p.Rows, line)
	}
	return nil
}

// tabs are the work lists with their numbers.
func (v *page) tabs(now string) ([]Tab, error) {
	c, err := v.Desk.Counts(v.Context(), v.Who)
	if err != nil {
		return nil, err
	}
	var tabs []Tab
	for _, x := range workViews {
		counts, n := c.Own, 0
		if x.mine {
			counts = c.My
		}
		for status, k := range counts {
			if x.statuses == nil || slices.Contains(x.statuses, status) {
				n += k
			}
		}
		if x.unread {
			n = c.Unread
		}
		t := Tab{Label: v.Words.Text("office.view_" + x.name), Href: v.Base + "/cases?view=" + x.name, Count: web.Comma(n), Now: x.name == now}
		tabs = append(tabs, t)
	}
	return tabs, nil
}

// controls fills the form that narrows the list and the chips below it.
func (v *page) controls(p *ListPage, x query, l casework.List) error {
	w := v.Words
	p.Q = ui.Field{ID: "q", Name: "q", Label: w.Text("office.search"), Value: x.typed}
	p.Days = []ui.Field{
		{ID: "from", Name: "from", Label: w.Text("office.from"), Value: x.from},
		{ID: "to", Name: "to", Label: w.Text("office.to"), Value: x.to},
	}
	all, err := v.Desk.Procedures(v.Context(), v.Who)
	if err != nil {
		return err
	}
	procedures := ui.Field{ID: "p", Name: "p", Label: w.Text("office.procedure"), Options: []ui.Option{{Label: w.Text("office.all_procedures")}}}
	title := ""
	for _, c := range all {
		procedures.Options = append(procedures.Options, ui.Option{Value: c.ID, Label: c.Title, Checked: c.ID == x.procedure})
		if c.ID == x.procedure {
			title = c.Title
		}
	}
	status := ui.Field{ID: "s", Name: "s", Label: w.Text("office.status"), Options: []ui.Option{{Label: w.Text("office.all_statuses")}}}
	statuses := x.view.statuses
	if statuses == nil {
		statuses = allStatuses()
	}
	for _, s := range statuses {
		status.Options = append(status.Options, ui.Option{Value: string(s), Label: v.status(s).Word, Checked: string(s) == x.status})
	}
	assignee := ui.Field{ID: "w", Name: "w", Label: w.Text("office.assignee"), Options: []ui.Option{{Label: w.Text("office.everyone")}, {Value: "me", Label: w.Text("office.me"), Checked: x.assignee == "me"}}}
	for _, m := range l.Workers {
		if m.ID != v.Who.Member.ID {
			assignee.Options = append(assignee.Options, ui.Option{Value: string(m.ID), Label: m.Name, Checked: x.assignee == string(m.ID)})
		}
	}
	p.Selects = []ui.Field{procedures, status, assignee}
	v.chips(p, x, title, l)
	return nil
}

// chips are the conditions, each with the address without it.
func (v *page) chips(p *ListPage, x query, title string, l casework.List) {
	add := func(key, label string) {
		p.Chips = append(p.Chips, ui.Link{Label: label, Href: v.Base + "/cases?" + x.without(key)})
	}
	if x.typed != "" {
		add("q", v.Words.Text("office.chip_search", "text", x.typed))
	}
	if title != "" {
		add("p", title)
	}
	if x.status != "" {
		add("s", v.status(application.Status(x.status)).Word)
	}
	switch {
	case x.assignee == "me":
		add("w", v.Words.Text("office.me"))
	case x.assignee != "":
		add("w", l.Names[staff.ID(x.assignee)])
	}
	if x.from != "" {
		add("from", v.Words.Text("office.chip_from", "day", v.Times.Short(dayStart(x.from, 0))))
	}
	if x.to != "" {
		add("to", v.Words.Text("office.chip_to", "day", v.Times.Short(dayStart(x.to, 0))))
	}
	p.Clear = v.Base + "/cases?view=" + x.view.name
}

func (v *page) rows(l casework.List, x query) []Row {
	q := x.values().Encode()
	var rows []Row
	for _, r := range l.Rows {
		row := Row{
			Href: v.Base + "/cases/" + r.ReceiptNo + "?" + q, No: jptext.FormatReceiptNo(r.ReceiptNo), Name: r.Name,
			Procedure: r.ProcedureTitle, Status: v.status(r.Status), Outcome: r.Outcome,
			Section: l.Sections[r.Section], Assignee: l.Names[r.Assignee], Free: !r.Status.Final(),
			Arrived: v.Compact(r.ArrivedAt), Updated: v.Compact(r.UpdatedAt), Unread: r.Unread,
		}
		rows = append(rows, row)
	}
	return rows
}

// pages are the links to the pages before and after, by key.
func (v *page) pages(p *ListPage, x query, l casework.List) {
	q := x.values()
	if x.sort == "" {
		q.Set("sort", "oldest")
	} else {
		q.Del("sort")
	}
	p.Sorting = ui.Link{Label: v.Words.Text("office.column_arrived"), Href: v.Base + "/cases?" + q.Encode()}
	if len(l.Rows) == 0 {
		return
	}
	if l.Before {
		q := x.values()
		q.Set("before", placeOf(l.Rows[0]))
		p.Before = v.Base + "/cases?" + q.Encode()
	}
	if l.After {
		q := x.values()
		q.Set("after", placeOf(l.Rows[len(l.Rows)-1]))
		p.After = v.Base + "/cases?" + q.Encode()
	}
}

// tones are the colours and shapes of the statuses.
var tones = map[application.Status]string{
	application.Received: "wait", application.InReview: "work", application.Returned: "back",
	application.Completed: "done", application.Rejected: "no", application.Withdrawn: "gone",
}

func (v *page) status(s application.Status) ui.Status {
	return ui.Status{Tone: tones[s], Word: v.Words.Text("application.status_" + string(s))}
}

// chosenColumns returns the columns that the member sees, in their order.
func (v *page) chosenColumns() ([]string, error) {
	kept, err := v.Desk.Preference(v.Context(), v.Who, columnsName)
	if err != nil {
		return nil, err
	}
	if kept == "" {
		kept = defaultColumns
	}
	chosen := strings.Fields(kept)
	return slices.DeleteFunc(slices.Clone(columns), func(c string) bool { return !slices.Contains(chosen, c) }), nil
}
