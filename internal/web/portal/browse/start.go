package browse

import (
	"cmp"
	"net/http"
	"time"

	"madoguchi/internal/procedure"
	"madoguchi/internal/staff"
	"madoguchi/internal/web"
	"madoguchi/internal/web/portal/visit"
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

func (v page) start() error {
	x, err := v.Procedure()
	if err != nil {
		return err
	}
	return v.Public("/procedures/"+string(x.ID), "start", func() (any, error) { return v.startPage(x), nil })
}

func (v page) startPage(x procedure.Procedure) StartPage {
	p := StartPage{
		Frame: v.Frame(x.Title, "menu.procedures"), Steps: visit.Steps(1, x), ID: string(x.ID), State: stateName(x, v.Now),
		Lead: x.Detail.Summary, Opens: x.OpensAt, Closes: x.ClosesAt, Fee: cmp.Or(x.Detail.Fee, v.Words.Text("portal.free")),
		Eligibility: ui.Prose(x.Detail.Eligibility), Prepare: x.Detail.Prepare, Flow: v.flow(x), Section: v.Snap.Section(x.Section),
		NoMail: x.Detail.NoMail, Terms: ui.Prose(v.terms(x)),
		Agree: ui.Field{ID: "agree", Name: "agree", Label: v.Words.Text("portal.agree"), Required: true},
	}
	p.Indexed = true
	if len(p.Eligibility) == 0 {
		p.Eligibility = ui.Prose(v.Words.Text("portal.anyone"))
	}
	if !x.ClosesAt.IsZero() {
		p.Left = web.DaysLeft(v.Now, x.ClosesAt)
	}
	for _, f := range v.Snap.Papers {
		p.Paper = p.Paper || f.Procedure == x.ID
	}
	return p
}

// terms are the procedure's own, else the body's, else the common ones.
func (v page) terms(x procedure.Procedure) string {
	if x.Detail.Terms != "" {
		return x.Detail.Terms
	}
	return v.Words.Text("portal.terms_short", "name", v.Body.Name)
}

func (v page) flow(x procedure.Procedure) []string {
	keys := []string{"portal.flow_mail", "portal.flow_fill", "portal.flow_check", "portal.flow_wait"}
	if x.Detail.NoMail {
		keys = []string{"portal.flow_fill", "portal.flow_check_nomail"}
	}
	lines := make([]string, len(keys))
	for i, key := range keys {
		lines[i] = v.Words.Text(key)
	}
	return lines
}

// refuse shows the start page again with what to do first.
func (v page) refuse(x procedure.Procedure) error {
	p := v.startPage(x)
	p.Invalid, p.Indexed = true, false
	p.Agree.Error = v.Words.Text("portal.agree_first")
	p.Problems = []ui.Problem{p.Agree.Problem()}
	return v.Show(http.StatusUnprocessableEntity, "start", p)
}

// begin answers 同意して申し込みを始める: the mail confirmation follows, or the
// first page of a procedure without one.
func (v page) begin() error {
	x, err := v.Procedure()
	if err != nil {
		return err
	}
	in, err := v.Form()
	if err != nil {
		return err
	}
	if in.Get("agree") != "1" {
		return v.refuse(x)
	}
	if !x.Detail.NoMail {
		return v.See("/procedures/" + string(x.ID) + "/email?agreed=1")
	}
	id, err := v.Counter.Begin(v.R.Context(), v.Known(), x.ID)
	if err != nil {
		return err
	}
	return v.See("/apply/" + string(id))
}
