package apply

import (
	"net/http"

	"madoguchi/internal/intake"
	"madoguchi/internal/staff"
	"madoguchi/internal/web"
	"madoguchi/internal/web/portal/visit"
	"madoguchi/internal/web/ui"
)

// DonePage is the data of page/done.tmpl.
type DonePage struct {
	web.Frame
	Receipt intake.Receipt
	No      string // in groups of four
	Secret  string // lookup code in groups of four, or ""
	At      string
	Status  string // address of the status page, or "" without a code
	Print   string
	PDF     bool // the copy can be had as PDF
	Next    []ui.Block
	Section staff.Section
}

func (v page) done() error {
	r, err := v.Counter.Receipt(v.R.Context(), v.Visitor(), v.draftID())
	if err != nil {
		return err
	}
	title := "portal.done_title"
	if r.Correct {
		title = "portal.done_title_correct"
	}
	p := DonePage{
		Frame: v.Frame(v.Words.Text(title), "menu.procedures"), Receipt: r, No: visit.Groups(r.Number), At: v.Times.DateTime(r.ArrivedAt),
		Next: ui.Prose(r.NextSteps), PDF: v.Printer.Available(), Section: v.Snap.Section(r.Section),
	}
	if r.Code != "" {
		p.Secret = visit.GroupsOf(r.Code)
	}
	if r.Mail != "" {
		p.Status = v.Place.Base + "/status/" + r.Number
		p.Print = p.Status + "/receipt"
		v.GiveAccess(r.Access)
	}
	return v.Show(http.StatusOK, "done", p)
}
