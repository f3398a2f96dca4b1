package cases

import (
	"net/http"
	"slices"
	"strings"

	"madoguchi/internal/fault"
	"madoguchi/internal/jptext"
	"madoguchi/internal/staff"
	"madoguchi/internal/web"
	"madoguchi/internal/web/ui"
)

// HomePage is the data of page/home.tmpl.
type HomePage struct {
	web.Frame
	Done      *ui.Notice
	Tabs      []Tab
	Mine      []Row
	Unread    []Row
	Failed    int
	Elsewhere *ui.Notice
}

// homeRows is how many rows of each kind the first page shows.
const homeRows = 10

func (v *page) home() error {
	p := HomePage{Frame: v.Frame("office.home")}
	p.Done = v.Done("switched")
	if v.Who.Tenant != v.Who.Home {
		p.Elsewhere = &ui.Notice{Tone: "warn", Title: v.Words.Text("office.elsewhere", "body", v.Body().Name)}
	}
	if v.Who.May(staff.ListCases) {
		var err error
		if p.Tabs, err = v.tabs(""); err != nil {
			return err
		}
		if p.Mine, err = v.shortList(query{view: workViewNamed("mine")}); err != nil {
			return err
		}
		if p.Unread, err = v.shortList(query{view: workViewNamed("unread")}); err != nil {
			return err
		}
	}
	failed, err := v.Desk.Undelivered(v.Context(), v.Who)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return err
	}
	p.Failed = len(failed)
	return v.Show(http.StatusOK, "home", p)
}

func workViewNamed(name string) workView {
	i := slices.IndexFunc(workViews, func(x workView) bool { return x.name == name })
	return workViews[i]
}

func (v *page) shortList(x query) ([]Row, error) {
	f := x.filter(v.Who)
	f.Page.Size = homeRows
	l, err := v.Desk.List(v.Context(), v.Who, f)
	return v.rows(l, x), err
}

// UndeliveredPage is the data of page/undelivered.tmpl.
type UndeliveredPage struct {
	web.Frame
	Rows []UndeliveredRow
}

// UndeliveredRow is one message that was given up.
type UndeliveredRow struct {
	What  string
	No    string
	Href  string
	Tried string
	Why   string
}

func (v *page) undelivered() error {
	list, err := v.Desk.Undelivered(v.Context(), v.Who)
	if err != nil {
		return err
	}
	p := UndeliveredPage{Frame: v.Frame("office.undelivered")}
	for _, u := range list {
		row := UndeliveredRow{What: v.mailWord(u.Message.Template), Why: u.Message.LastError, Tried: v.Times.DateTime(u.Message.CreatedAt)}
		if u.ReceiptNo != "" {
			row.No, row.Href = jptext.FormatReceiptNo(u.ReceiptNo), v.Base+"/cases/"+u.ReceiptNo
		}
		p.Rows = append(p.Rows, row)
	}
	return v.Show(http.StatusOK, "undelivered", p)
}

// mailWord says what a mail was about: mail.returned → 返却のお知らせ.
func (v *page) mailWord(template string) string {
	key := "office.mail_" + strings.TrimPrefix(template, "mail.")
	if !v.Words.Has(key) {
		return v.Words.Text("office.mail_other")
	}
	return v.Words.Text(key)
}
