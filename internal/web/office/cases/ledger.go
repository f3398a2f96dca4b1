package cases

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"

	"madoguchi/internal/audit"
	"madoguchi/internal/fault"
	"madoguchi/internal/jptext"
	"madoguchi/internal/staff"
	"madoguchi/internal/web"
	"madoguchi/internal/web/office/visit"
	"madoguchi/internal/web/ui"
)

// LedgerPage is the data of page/ledger.tmpl.
type LedgerPage struct {
	web.Frame
	BackTo  ui.Link
	Summary ui.Summary
	No      ui.Field
	Shown   string // the receipt number, or "" before one was found
	Rows    []LedgerRow
}

// LedgerRow is one look or act.
type LedgerRow struct {
	At     time.Time
	Who    string
	What   string
	Device string
	Addr   string
}

// ledger shows auditors who looked at an application and who did what to it.
func (v *page) ledger() error {
	if !v.Who.May(staff.ReadAudit) {
		return visit.ErrNone
	}
	typed := v.R.URL.Query().Get("no")
	p := LedgerPage{Frame: v.Frame("office.ledger"), BackTo: ui.Link{Label: v.Words.Text("office.audit"), Href: v.Base + "/audit"}}
	p.No = ui.Field{ID: "no", Name: "no", Label: v.Words.Text("office.ledger_no"), Value: typed, Plain: true, Size: "m", InputMode: "numeric"}
	if typed == "" {
		return v.Show(http.StatusOK, "ledger", p)
	}
	l, err := v.Desk.Ledger(v.Context(), v.Who, typed)
	if fault.KindOf(err) == fault.NotFound {
		p.Summary, err = v.Mark(fault.Problems{{Field: "no", Fault: fault.New(fault.Invalid, "office.ledger_none")}}, &p.No)
		if err != nil {
			return err
		}
		p.Invalid = true
		return v.Show(http.StatusNotFound, "ledger", p)
	}
	if err != nil {
		return err
	}
	p.Shown = jptext.FormatReceiptNo(l.ReceiptNo)
	for _, x := range l.Views {
		what := v.Words.Text("office.saw_"+string(x.What), "file", "")
		if x.What == audit.ViewFile {
			what = v.Words.Text("office.saw_a_file")
		}
		p.Rows = append(p.Rows, LedgerRow{At: x.At, Who: v.actor(x.Member, l.Names), What: what, Device: l.Devices[x.Device], Addr: x.Addr})
	}
	for _, x := range l.Acts {
		p.Rows = append(p.Rows, LedgerRow{At: x.At, Who: v.actor(x.Actor, l.Names), What: v.Words.Text("trail." + strings.ReplaceAll(x.Act, ".", "_")), Device: l.Devices[x.Device]})
	}
	slices.SortStableFunc(p.Rows, func(a, b LedgerRow) int { return cmp.Compare(b.At.UnixMicro(), a.At.UnixMicro()) })
	return v.Show(http.StatusOK, "ledger", p)
}

// actor names who did something: a member, the applicant, or nobody.
func (v *page) actor(id string, names map[staff.ID]string) string {
	if name, ok := names[staff.ID(id)]; ok {
		return name
	}
	if id == "applicant" || id == "system" {
		return v.Words.Text("office.actor_" + id)
	}
	return v.Words.Text("office.actor_elsewhere")
}
