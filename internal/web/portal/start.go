package portal

import (
	"cmp"
	"net/http"
	"time"

	"madoguchi/internal/fault"
	"madoguchi/internal/procedure"
	"madoguchi/internal/staff"
	"madoguchi/internal/web"
	"madoguchi/internal/web/ui"
)

// StartPage is the data of page/start.tmpl.
type StartPage struct {
	web.Frame
	ui.Summary
	Steps       ui.Steps
	ID          string
	State       string // open, soon, closed
	Lead        string
	Left        int
	Opens       time.Time
	Closes      time.Time // zero: 随時
	Fee         string
	Eligibility []ui.Block
	Prepare     []string
	Flow        []string
	Section     staff.Section
	Terms       []ui.Block
	Agree       ui.Field
	NoMail      bool
	Paper       bool // a blank form can be printed
}

// procedure returns the procedure of the address.
func (v *visit) procedure() (procedure.Procedure, error) {
	x, ok := v.snap.Procedure(procedure.ID(v.r.PathValue("p")))
	if !ok {
		return x, fault.New(fault.NotFound, "portal.no_procedure")
	}
	return x, nil
}

func (v *visit) start() error {
	x, err := v.procedure()
	if err != nil {
		return err
	}
	return v.public("/procedures/"+string(x.ID), "start", func() (any, error) { return v.startPage(x), nil })
}

func (v *visit) startPage(x procedure.Procedure) StartPage {
	p := StartPage{
		Frame: v.frame(x.Title, "menu.procedures"), Steps: steps(1, x), ID: string(x.ID), State: stateName(x, v.now),
		Lead: x.Detail.Summary, Opens: x.OpensAt, Closes: x.ClosesAt, Fee: cmp.Or(x.Detail.Fee, v.words.Text("portal.free")),
		Eligibility: ui.Prose(x.Detail.Eligibility), Prepare: x.Detail.Prepare, Flow: v.flow(x), Section: v.snap.Section(x.Section),
		NoMail: x.Detail.NoMail, Terms: ui.Prose(v.terms(x)),
		Agree: ui.Field{ID: "agree", Name: "agree", Label: v.words.Text("portal.agree"), Required: true},
	}
	p.Indexed = true
	if len(p.Eligibility) == 0 {
		p.Eligibility = ui.Prose(v.words.Text("portal.anyone"))
	}
	if !x.ClosesAt.IsZero() {
		p.Left = web.DaysLeft(v.now, x.ClosesAt)
	}
	for _, f := range v.snap.Papers {
		p.Paper = p.Paper || f.Procedure == x.ID
	}
	return p
}

// terms are the procedure's own, else the body's, else the common ones.
func (v *visit) terms(x procedure.Procedure) string {
	if x.Detail.Terms != "" {
		return x.Detail.Terms
	}
	return v.words.Text("portal.terms_short", "name", v.body.Name)
}

func (v *visit) flow(x procedure.Procedure) []string {
	keys := []string{"portal.flow_mail", "portal.flow_fill", "portal.flow_check", "portal.flow_wait"}
	if x.Detail.NoMail {
		keys = []string{"portal.flow_fill", "portal.flow_check_nomail"}
	}
	lines := make([]string, len(keys))
	for i, key := range keys {
		lines[i] = v.words.Text(key)
	}
	return lines
}

// refuse shows the start page again with what to do first.
func (v *visit) refuse(x procedure.Procedure) error {
	p := v.startPage(x)
	p.Invalid, p.Indexed = true, false
	p.Agree.Error = v.words.Text("portal.agree_first")
	p.Problems = []ui.Problem{p.Agree.Problem()}
	return v.show(http.StatusUnprocessableEntity, "start", p)
}
