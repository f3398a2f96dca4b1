package editing

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"madoguchi/internal/fault"
	"madoguchi/internal/procedure"
	"madoguchi/internal/publishing"
	"madoguchi/internal/staff"
	"madoguchi/internal/web"
	"madoguchi/internal/web/ui"
)

func (v *edit) procedures() error {
	all, err := v.Editors.Procedures(v.r.Context(), v.who)
	if err != nil {
		return err
	}
	page := ListPage{
		Frame: v.frame("editing.procedures"), Intro: v.words.Text("editing.procedures_intro"), Done: v.done(),
		Add: ui.Link{Label: v.words.Text("editing.procedures_add"), Href: v.base + "/procedures/new"},
		Heads: []string{v.words.Text("editing.procedure_title"), v.words.Text("editing.opens"), v.words.Text("editing.closes"),
			v.words.Text("editing.state")},
		Empty: v.words.Text("editing.procedures_empty"),
	}
	for _, p := range all {
		page.Rows = append(page.Rows, Row{
			Link:  ui.Link{Label: p.Title, Href: v.base + "/procedures/" + url.PathEscape(string(p.ID))},
			Cells: []string{v.times.DateTime(p.OpensAt), v.closing(p)}, Status: v.procedureState(p),
		})
	}
	return v.show(http.StatusOK, "list", page)
}

func (v *edit) closing(p procedure.Procedure) string {
	if p.ClosesAt.IsZero() {
		return v.words.Text("editing.always")
	}
	return v.times.DateTime(p.ClosesAt)
}

func (v *edit) procedureState(p procedure.Procedure) ui.Status {
	if !p.Published || p.FormVersion == 0 {
		return ui.Status{Tone: "gone", Word: v.words.Text("editing.state_off")}
	}
	switch p.StateAt(v.Clock()) {
	case procedure.Before:
		return ui.Status{Tone: "wait", Word: v.words.Text("editing.state_before")}
	case procedure.Closed:
		return ui.Status{Tone: "gone", Word: v.words.Text("editing.state_closed")}
	default:
		return ui.Status{Tone: "done", Word: v.words.Text("editing.state_open")}
	}
}

// ProcedurePage is the data of page/procedure.tmpl: what there is to do.
type ProcedurePage struct {
	web.Frame
	Back    ui.Link
	Done    *ui.Notice
	State   ui.Status
	Public  string // address of the start page, or "" while it is not published
	Tasks   []Task
	Missing []string // what keeps it from being published
	Publish string   // address of the form
	On      bool
	Version int
}

// Task is one page of a procedure's settings.
type Task struct {
	No   int
	Link ui.Link
	Sub  string
	Done bool
}

func (v *edit) procedure() error {
	o, err := v.Editors.Procedure(v.r.Context(), v.who, procedure.ID(v.r.PathValue("p")))
	if err != nil {
		return err
	}
	p := o.Procedure
	address := v.procedureAddress(p.ID)
	page := ProcedurePage{
		Frame: v.Frame(v.r, p.Title), Done: v.done(), State: v.procedureState(p), Version: p.Version, On: p.Published,
		Back:    ui.Link{Label: v.words.Text("editing.procedures_back"), Href: v.base + "/procedures"},
		Publish: address + "/publish", Tasks: v.tasks(o, address),
	}
	if p.Published && p.FormVersion > 0 {
		page.Public = v.Address + "/" + v.body.Slug + "/procedures/" + url.PathEscape(string(p.ID))
	}
	if p.FormVersion == 0 {
		page.Missing = append(page.Missing, v.words.Text("publishing.no_form"))
	}
	return v.show(http.StatusOK, "procedure", page)
}

func (v *edit) procedureAddress(id procedure.ID) string {
	return v.base + "/procedures/" + url.PathEscape(string(id))
}

func (v *edit) tasks(o publishing.Opened, address string) []Task {
	p := o.Procedure
	var section string
	for _, s := range o.Sections {
		if s.ID == p.Section {
			section = s.Name
		}
	}
	formSub := v.words.Text("editing.form_none")
	if p.FormVersion > 0 {
		formSub = v.words.Text("editing.form_version", "n", p.FormVersion)
	}
	period := v.words.Text("editing.period_sub", "from", v.times.DateTime(p.OpensAt), "to", v.closing(p))
	all := []Task{
		{Link: ui.Link{Label: v.words.Text("editing.part_basics"), Href: address + "/basics"}, Sub: section, Done: section != ""},
		{Link: ui.Link{Label: v.words.Text("editing.part_period"), Href: address + "/period"}, Sub: period, Done: !p.OpensAt.IsZero()},
		{Link: ui.Link{Label: v.words.Text("editing.part_guide"), Href: address + "/guide"}, Sub: v.words.Text("editing.guide_sub"), Done: p.Detail.Summary != ""},
		{Link: ui.Link{Label: v.words.Text("editing.part_mail"), Href: address + "/mail"}, Sub: v.words.Text("editing.mail_sub"), Done: true},
		{Link: ui.Link{Label: v.words.Text("editing.part_form"), Href: address + "/form"}, Sub: formSub, Done: p.FormVersion > 0},
	}
	for i := range all {
		all[i].No = i + 1
	}
	return all
}

// A part is one page of a procedure's settings: its controls, and how they are
// read back into the procedure.
type part struct {
	controls func(*edit, publishing.Opened) []Control
	read     func(*fault.Problems, url.Values, *procedure.Procedure)
}

var parts = map[string]part{
	"basics": {(*edit).basics, readBasics},
	"period": {(*edit).period, readPeriod},
	"guide":  {(*edit).guide, readGuide},
	"mail":   {(*edit).mailTexts, readMailTexts},
}

func (v *edit) partPage(name string, p part, o publishing.Opened) FormPage {
	address := v.procedureAddress(o.Procedure.ID)
	return FormPage{
		Frame: v.frame("editing.part_page", "part", v.words.Text("editing.part_"+name), "title", o.Procedure.Title), Done: v.done(),
		Back:    ui.Link{Label: o.Procedure.Title, Href: address},
		Version: o.Procedure.Version, Action: address + "/" + name, Button: v.words.Text("editing.save"),
		Controls: p.controls(v, o),
	}
}

func (v *edit) opened() (string, part, publishing.Opened, error) {
	name := v.r.PathValue("part")
	p, ok := parts[name]
	if !ok {
		return "", part{}, publishing.Opened{}, fault.New(fault.NotFound, "publishing.not_found")
	}
	o, err := v.Editors.Procedure(v.r.Context(), v.who, procedure.ID(v.r.PathValue("p")))
	return name, p, o, err
}

func (v *edit) part() error {
	name, p, o, err := v.opened()
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, "edit", v.partPage(name, p, o))
}

func (v *edit) savePart() error {
	name, p, o, err := v.opened()
	if err != nil {
		return err
	}
	f, err := v.posted()
	if err != nil {
		return err
	}
	var unread fault.Problems
	o.Procedure.Version = version(f)
	p.read(&unread, f, &o.Procedure)
	if err = unread.Err(); err == nil {
		err = v.Editors.SaveProcedure(v.r.Context(), v.who, o.Procedure)
	}
	if err != nil {
		return v.again(v.partPage(name, p, o), f, err)
	}
	return v.saved("/procedures/" + url.PathEscape(string(o.Procedure.ID)))
}

func (v *edit) newPage(o publishing.Opened) FormPage {
	id := v.line("id", "procedure_id", string(o.Procedure.ID)).need()
	id.Mono = true
	controls := append([]Control{id}, v.basics(o)...)
	return FormPage{
		Frame: v.frame("editing.procedures_add"), Action: v.base + "/procedures/new", Button: v.words.Text("editing.save"),
		Back:     ui.Link{Label: v.words.Text("editing.procedures_back"), Href: v.base + "/procedures"},
		Controls: append(controls, v.period(o)...),
	}
}

// sections are needed before there is a procedure to open.
func (v *edit) sections() ([]staff.Section, error) {
	if _, err := v.Editors.Procedures(v.r.Context(), v.who); err != nil { // asks for the right
		return nil, err
	}
	return v.Editors.Sections(v.r.Context(), v.who)
}

func (v *edit) newProcedure() error {
	sections, err := v.sections()
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, "edit", v.newPage(publishing.Opened{Sections: sections}))
}

func (v *edit) addProcedure() error {
	sections, err := v.sections()
	if err != nil {
		return err
	}
	f, err := v.posted()
	if err != nil {
		return err
	}
	p := procedure.Procedure{ID: procedure.ID(strings.TrimSpace(f.Get("id")))}
	var unread fault.Problems
	readBasics(&unread, f, &p)
	readPeriod(&unread, f, &p)
	if err = unread.Err(); err == nil {
		err = v.Editors.AddProcedure(v.r.Context(), v.who, p)
	}
	if err != nil {
		return v.again(v.newPage(publishing.Opened{Procedure: p, Sections: sections}), f, err)
	}
	return v.saved("/procedures/" + url.PathEscape(string(p.ID)))
}

func (v *edit) publish() error {
	f, err := v.posted()
	if err != nil {
		return err
	}
	id := procedure.ID(v.r.PathValue("p"))
	on, err := strconv.ParseBool(f.Get("on"))
	if err != nil {
		return fault.New(fault.Invalid, "editing.unreadable").Because(err)
	}
	if err := v.Editors.Publish(v.r.Context(), v.who, id, version(f), on); err != nil {
		return err
	}
	return v.saved("/procedures/" + url.PathEscape(string(id)))
}
