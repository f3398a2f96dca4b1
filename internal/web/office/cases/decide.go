package cases

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"madoguchi/internal/application"
	"madoguchi/internal/audit"
	"madoguchi/internal/casework"
	"madoguchi/internal/fault"
	"madoguchi/internal/form"
	"madoguchi/internal/web"
	"madoguchi/internal/web/ui"
)

// Decision is the form that ends or returns an application, and the page that
// asks whether it is meant.
type Decision struct {
	Action  string
	Result  ui.Field
	Outcome *ui.Field // nil: the procedure has no outcome words
	Message ui.Field
	Due     *ui.Field // nil: no return is possible
	Fields  *ui.Field

	Sentence string // of the confirm page: what will happen
	Facts    ui.Facts
	Hidden   []ui.Option // names and values that were typed
	Button   string
	Danger   bool
}

// dueDays are the dates that are offered for a correction.
var dueDays = []int{3, 7, 14, 30}

// decision makes the form; typed is what was sent before, or nil. It is nil
// when no decision is open to the member.
func (v *page) decision(c *casework.Case, typed url.Values) (*Decision, error) {
	acts := canDecide(v.Who, c.Application.Status)
	if len(acts) == 0 {
		return nil, nil
	}
	d := &Decision{}
	d.Result = ui.Field{ID: "result", Name: "result", Label: v.Words.Text("office.result"), Type: "choices", Required: true}
	for _, act := range acts {
		o := ui.Option{Value: string(act), Label: v.Words.Text("office.decide_" + string(act)), Checked: typed.Get("result") == string(act)}
		if hint := "office.decide_" + string(act) + "_hint"; v.Words.Has(hint) {
			o.Hint = v.Words.Text(hint)
		}
		d.Result.Options = append(d.Result.Options, o)
	}
	if words := c.Procedure.Detail.Outcomes; len(words) > 0 && slices.Contains(acts, application.Complete) {
		d.Outcome = &ui.Field{ID: "outcome", Name: "outcome", Label: v.Words.Text("office.outcome"), Hint: v.Words.Text("office.outcome_hint"), Plain: true}
		for _, word := range words {
			d.Outcome.Options = append(d.Outcome.Options, ui.Option{Value: word, Label: word, Checked: typed.Get("outcome") == word})
		}
	}
	d.Message = ui.Field{ID: "message", Name: "message", Label: v.Words.Text("office.message"), Hint: v.Words.Text("office.message_hint") + v.Words.Text("office.message_when"), Value: typed.Get("message"), Rows: 5, Plain: true}
	if !slices.Contains(acts, application.ReturnForCorrection) {
		return d, nil
	}
	d.Due = v.dueField(c, typed.Get("due"))
	fields, err := v.fieldsField(c, typed["fields"])
	d.Fields = fields
	return d, err
}

func (v *page) dueField(c *casework.Case, typed string) *ui.Field {
	f := &ui.Field{ID: "due", Name: "due", Label: v.Words.Text("office.due"), Plain: true, Options: []ui.Option{{Label: v.Words.Text("office.due_none")}}}
	now := v.Clock().In(web.Tokyo)
	for _, n := range dueDays {
		day := now.AddDate(0, 0, n)
		at := time.Date(day.Year(), day.Month(), day.Day(), 17, 0, 0, 0, web.Tokyo)
		f.Options = append(f.Options, ui.Option{Value: web.ISO(at), Label: v.Words.Text("office.due_days", "at", v.Moment(at), "n", n)})
	}
	if end := c.Procedure.ClosesAt; end.After(v.Clock()) {
		at := end.Add(-time.Minute)
		f.Options = append(f.Options, ui.Option{Value: web.ISO(at), Label: v.Words.Text("office.due_closes", "at", v.Moment(at))})
	}
	known := false
	for i := range f.Options {
		f.Options[i].Checked = f.Options[i].Value == typed
		known = known || f.Options[i].Checked
	}
	if at, ok := readDue(typed); ok && !known && !at.IsZero() {
		f.Options = append(f.Options, ui.Option{Value: typed, Label: v.Times.DateTime(at), Checked: true})
	}
	return f
}

// fieldsField offers the questions of the form for naming what to correct.
func (v *page) fieldsField(c *casework.Case, typed []string) (*ui.Field, error) {
	def, err := form.Parse(c.Form.Definition)
	if err != nil {
		return nil, err
	}
	f := &ui.Field{ID: "fields", Name: "fields", Label: v.Words.Text("office.fields"), Hint: v.Words.Text("office.fields_hint"), Type: "choices", Many: true, Plain: true}
	for _, page := range def.Pages {
		for _, x := range page.Fields {
			if x.Asks() {
				f.Options = append(f.Options, ui.Option{Value: string(x.ID), Label: x.Label, Checked: slices.Contains(typed, string(x.ID))})
			}
		}
	}
	return f, nil
}

func readDue(s string) (time.Time, bool) {
	if s == "" {
		return time.Time{}, true
	}
	at, err := time.Parse("2006-01-02T15:04-07:00", s)
	return at.UTC(), err == nil
}

func seen(form url.Values) casework.Seen {
	version, err := strconv.Atoi(form.Get("version"))
	if err != nil {
		version = -1 // no version: certainly not the present one
	}
	return casework.Seen{Version: version, Key: form.Get("key")}
}

func (v *page) decidePage() error {
	p, c, err := v.openCase(audit.ViewCase, "")
	if err != nil {
		return err
	}
	return v.showDecide(http.StatusOK, p, c, nil, nil)
}

// showDecide shows the form with what was typed and what is wrong with it.
func (v *page) showDecide(status int, p *CasePage, c *casework.Case, typed url.Values, wrong error) error {
	d, err := v.decision(c, typed)
	if err != nil {
		return err
	}
	if d == nil && wrong == nil && len(p.Notices) == 0 {
		return v.Redirect("/cases/" + v.R.PathValue("n") + p.Query)
	}
	if d != nil {
		fields := []*ui.Field{&d.Result, &d.Message}
		if d.Outcome != nil {
			fields = append(fields, d.Outcome)
		}
		if d.Due != nil {
			fields = append(fields, d.Due, d.Fields)
		}
		if p.Summary, err = v.Mark(wrong, fields...); err != nil {
			return err
		}
	}
	p.Invalid = len(p.Summary.Problems) > 0
	p.Decision = d
	return v.Show(status, "decide", *p)
}

// decide asks whether the decision is meant, and does it when it is.
func (v *page) decide() error {
	form, err := v.Posted()
	if err != nil {
		return err
	}
	act := application.Act(form.Get("result"))
	due, ok := readDue(form.Get("due"))
	wrong := casework.Check(act, form.Get("message"), due, v.Clock())
	switch {
	case act == "":
		wrong = fault.Problems{{Field: "result", Fault: fault.New(fault.Invalid, "office.result_missing")}}
	case !ok:
		wrong = fault.Problems{{Field: "due", Fault: fault.New(fault.Invalid, "casework.due_past")}}
	}
	if wrong == nil && form.Get("sure") == "1" && form.Get("edit") == "" {
		wrong = v.decided(act, form, due)
		if wrong == nil {
			return v.Redirect("/cases/" + v.R.PathValue("n") + v.doneQuery(string(act)))
		}
	}
	if kind := fault.KindOf(wrong); wrong != nil && kind != fault.Invalid && kind != fault.Conflict {
		return wrong
	}
	p, c, err := v.openCase(audit.ViewCase, "")
	if err != nil {
		return err
	}
	switch {
	case fault.KindOf(wrong) == fault.Conflict:
		return v.tooLate(p, c, form, wrong)
	case wrong != nil:
		return v.showDecide(http.StatusUnprocessableEntity, p, c, form, wrong)
	case !slices.Contains(canDecide(v.Who, c.Application.Status), act):
		return v.tooLate(p, c, form, fault.New(fault.Conflict, "application.no_"+string(act)).With(fault.Args{"status": p.Status.Word}))
	case form.Get("edit") != "":
		return v.showDecide(http.StatusOK, p, c, form, nil)
	}
	p.Version = seen(form).Version // what the member saw, not what is there now
	return v.confirm(p, c, act, form, due)
}

// decided calls the act.
func (v *page) decided(act application.Act, form url.Values, due time.Time) error {
	no, message := v.R.PathValue("n"), form.Get("message")
	switch act {
	case application.Complete:
		return v.Desk.Complete(v.Context(), v.Who, no, seen(form), form.Get("outcome"), message)
	case application.ReturnForCorrection:
		in := casework.ReturnInput{Message: message, Fields: form["fields"], DueAt: due}
		return v.Desk.Return(v.Context(), v.Who, no, seen(form), in)
	case application.Reject:
		return v.Desk.Reject(v.Context(), v.Who, no, seen(form), message)
	}
	return fault.New(fault.Invalid, "fault.bad_form")
}

// tooLate shows the form again with who was faster; what was typed stays.
func (v *page) tooLate(p *CasePage, c *casework.Case, form url.Values, err error) error {
	if who, ok := errors.AsType[*casework.Changed](err); ok {
		p.Notices = []ui.Notice{v.changed(who)}
	} else {
		text, _ := v.Words.Explain(err)
		p.Notices = []ui.Notice{{Tone: "bad", Title: text, Lines: []string{v.Words.Text("office.changed_do")}}}
	}
	return v.showDecide(http.StatusConflict, p, c, form, nil)
}

// confirm says what will happen and asks.
func (v *page) confirm(p *CasePage, c *casework.Case, act application.Act, form url.Values, due time.Time) error {
	d, err := v.decision(c, form)
	if err != nil {
		return err
	}
	d.Sentence = v.Words.Text("office.sure_" + string(act))
	d.Button, d.Danger = v.Words.Text("office.do_"+string(act)), act == application.Reject
	keep := func(name, value string) { d.Hidden = append(d.Hidden, ui.Option{Value: value, Label: name}) }
	keep("result", string(act))
	keep("message", form.Get("message"))
	rows := []ui.Fact{{Label: v.Words.Text("office.result"), Lines: []string{v.Words.Text("office.decide_" + string(act))}}}
	if act == application.Complete && d.Outcome != nil {
		keep("outcome", form.Get("outcome"))
		rows = append(rows, ui.Fact{Label: d.Outcome.Label, Lines: []string{form.Get("outcome")}})
	}
	message := ui.Fact{Label: d.Message.Label}
	if s := form.Get("message"); s != "" {
		message.Lines = []string{s}
	}
	rows = append(rows, message)
	if act == application.ReturnForCorrection {
		keep("due", form.Get("due"))
		fact := ui.Fact{Label: d.Due.Label, Lines: []string{v.Words.Text("office.due_none")}}
		if !due.IsZero() {
			fact.Lines = []string{v.Times.DateTime(due)}
		}
		named := ui.Fact{Label: d.Fields.Label}
		for _, o := range d.Fields.Options {
			if o.Checked {
				keep("fields", o.Value)
				named.Lines = append(named.Lines, o.Label)
			}
		}
		if len(named.Lines) == 0 {
			named.Lines = []string{v.Words.Text("office.fields_any")}
		}
		rows = append(rows, fact, named)
	}
	d.Facts = ui.Facts{Rows: rows}
	p.Decision, p.Key = d, form.Get("key")
	return v.Show(http.StatusOK, "confirm", *p)
}

// doneQuery is the query of the page after an act: what was done, and the list
// that the application was opened from.
func (v *page) doneQuery(act string) string {
	q := url.Values{}
	if v.R.URL.Query().Get("view") != "" {
		q = readQuery(v.R.URL.Query()).values()
	}
	q.Set("done", act)
	return "?" + q.Encode()
}
