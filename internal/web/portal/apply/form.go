package apply

import (
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"madoguchi/internal/application"
	"madoguchi/internal/fault"
	"madoguchi/internal/form"
	"madoguchi/internal/form/field"
	"madoguchi/internal/intake"
	"madoguchi/internal/web"
	"madoguchi/internal/web/portal/visit"
	"madoguchi/internal/web/ui"
)

// draftID is the draft of the address.
func (v page) draftID() application.DraftID { return application.DraftID(v.R.PathValue("a")) }

func (v page) apply(path string) string {
	return v.Place.Base + "/apply/" + string(v.draftID()) + path
}

// open returns the draft of the address. handled is true when the browser was
// sent elsewhere: to the receipt of what was submitted, or to the changes of
// the form.
func (v page) open() (w *intake.Work, handled bool, err error) {
	w, err = v.Counter.Open(v.R.Context(), v.Visitor(), v.draftID())
	switch {
	case err != nil:
		return nil, false, err
	case w.Submitted:
		return nil, true, v.See("/apply/" + string(v.draftID()) + "/done")
	case w.Outdated:
		return w, true, v.changed(w)
	}
	return w, false, nil
}

// enter goes on where the draft was left. A long form shows its pages.
func (v page) enter() error {
	w, handled, err := v.open()
	if err != nil || handled {
		return err
	}
	if len(w.Form.Pages) >= longForm {
		return v.Show(http.StatusOK, "tasks", v.tasks(w))
	}
	for _, p := range w.Form.Pages {
		if !slices.Contains(w.Draft.Done, p.ID) {
			return v.See("/apply/" + string(w.Draft.ID) + "/" + p.ID)
		}
	}
	return v.See("/apply/" + string(w.Draft.ID) + "/check")
}

// FormPage is the data of page/form.tmpl: one page of the form.
type FormPage struct {
	web.Frame
	ui.Summary
	Steps     ui.Steps
	Back      string
	Action    string
	Heading   string
	Intro     []ui.Block
	Name      string // of the procedure
	No, Of    int
	Multipart bool
	Fields    template.HTML
	Check     bool // the page was opened from the check page and returns there
	Returned  *visit.Returned
	Corrects  bool
	Expires   string
}

// content is what a form page shows besides what is kept.
type content struct {
	typed    url.Values // nil: the kept answers
	problems []field.Problem
	notes    []field.Problem
}

func (v page) formPage(w *intake.Work, page *form.Page, c content) (FormPage, error) {
	_, i, _ := w.Form.Page(page.ID)
	html, err := field.HTML(page.Fields, field.View{
		Words: v.Words.Text, Answers: w.Answers, Typed: c.typed, Problems: c.problems, Notes: c.notes,
	})
	if err != nil {
		return FormPage{}, err
	}
	p := FormPage{
		Frame: v.Frame(page.Title, "menu.procedures"), Steps: visit.Steps(3, w.Procedure), Heading: page.Title, Intro: ui.Prose(page.Intro),
		Action: v.apply("/" + page.ID), Name: w.Procedure.Title, No: i + 1, Of: len(w.Form.Pages), Multipart: page.HasFiles(),
		Fields: html, Check: v.R.URL.Query().Get("mg-check") == "1" || c.typed.Get("mg-check") == "1", Returned: v.Returned(w), Corrects: w.Draft.Corrects != "",
	}
	p.Summary = ui.Summary{Problems: problems(c.problems, v.Words.Text), Kept: true}
	if len(w.Form.Pages) > 1 {
		p.Title = v.Words.Text("portal.form_title", "title", page.Title, "n", p.No, "all", p.Of)
	}
	p.Invalid = len(p.Problems) > 0
	p.Back = v.Place.Base + "/procedures/" + string(w.Procedure.ID)
	if before, ok := w.Form.Previous(page); ok {
		p.Back = v.apply("/" + before.ID)
	} else if len(w.Form.Pages) >= longForm {
		p.Back = v.apply("")
	} else if w.Draft.Corrects != "" {
		p.Back = v.Place.Base + "/status"
	}
	if p.Check {
		p.Back = v.apply("/check")
	}
	return p, nil
}

func (v page) fill() error {
	w, handled, err := v.open()
	if err != nil || handled {
		return err
	}
	page, _, ok := w.Form.Page(v.R.PathValue("page"))
	if !ok {
		return visit.ErrNoPage
	}
	p, err := v.formPage(w, page, content{})
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, "form", p)
}

// save takes what was typed on a page. Every button of the page saves; where
// it leads to differs.
func (v page) save() error {
	w, handled, err := v.open()
	if err != nil || handled {
		return err
	}
	page, _, ok := w.Form.Page(v.R.PathValue("page"))
	if !ok {
		return visit.ErrNoPage
	}
	in, fileProblems, err := v.read(page)
	if err != nil {
		return err
	}
	if in.Get("do") == "" && in.Get("remove") == "" {
		return visit.BadForm(nil) // no button of the page was pressed: taking it would empty the page
	}
	if at := in.Get("remove"); at != "" {
		fieldID, fileID, _ := strings.Cut(at, ":")
		if _, err := v.Counter.RemoveFile(v.R.Context(), v.Visitor(), v.draftID(), field.ID(fieldID), fileID); err != nil {
			return err
		}
	}
	do := in.Get("do")
	if f, ok := field.AddressButton(page.Fields, do); ok {
		typed, notes := f.FillAddress(in, v.Places())
		return v.again(page, in, content{typed: typed, notes: notes})
	}
	w, found, err := v.Counter.SavePage(v.R.Context(), v.Visitor(), v.draftID(), page.ID, in)
	if err != nil {
		return err
	}
	found = append(found, fileProblems...)
	if do != "next" { // a draft may have gaps
		found = found.WithoutMissing()
	}
	if len(found) > 0 {
		return v.showForm(http.StatusUnprocessableEntity, w, page, content{typed: in, problems: found})
	}
	return v.onward(w, page, in)
}

// onward goes where the button of a page that was saved leads to.
func (v page) onward(w *intake.Work, page *form.Page, in url.Values) error {
	at := "/apply/" + string(w.Draft.ID) + "/"
	do := in.Get("do")
	upload, isUpload := strings.CutPrefix(do, "upload-")
	back := ""
	if in.Get("mg-check") == "1" {
		back = "?mg-check=1"
	}
	switch {
	case in.Get("remove") != "":
		fieldID, _, _ := strings.Cut(in.Get("remove"), ":")
		return v.See(at + page.ID + back + "#" + url.PathEscape(fieldID))
	case isUpload:
		return v.See(at + page.ID + back + "#" + url.PathEscape(upload))
	case do == "save":
		return v.pause()
	case in.Get("mg-check") == "1":
		return v.See(at + "check")
	}
	if next, ok := w.Form.Next(page); ok {
		return v.See(at + next.ID)
	}
	return v.See(at + "check")
}

// again shows the page with what was typed, which is saved as far as it is right.
func (v page) again(page *form.Page, in url.Values, c content) error {
	w, _, err := v.Counter.SavePage(v.R.Context(), v.Visitor(), v.draftID(), page.ID, in)
	if err != nil {
		return err
	}
	return v.showForm(http.StatusOK, w, page, c)
}

func (v page) showForm(status int, w *intake.Work, page *form.Page, c content) error {
	p, err := v.formPage(w, page, c)
	if err != nil {
		return err
	}
	return v.Show(status, "form", p)
}

// ChangedPage is the data of page/changed.tmpl: the form is newer than the draft.
type ChangedPage struct {
	web.Frame
	Steps   ui.Steps
	Name    string
	Action  string
	Changes []string
}

func (v page) changed(w *intake.Work) error {
	p := ChangedPage{
		Frame: v.Frame(v.Words.Text("portal.changed_title"), "menu.procedures"), Steps: visit.Steps(3, w.Procedure),
		Name: w.Procedure.Title, Action: v.apply("/carry"),
	}
	for _, c := range w.Changes {
		p.Changes = append(p.Changes, v.Words.Text("form.change_"+string(c.What), "label", c.Label))
	}
	return v.Show(http.StatusOK, "changed", p)
}

func (v page) carry() error {
	if err := v.Counter.CarryOver(v.R.Context(), v.Visitor(), v.draftID()); err != nil {
		return err
	}
	return v.See("/apply/" + string(v.draftID()))
}

// SavedPage is the data of page/saved.tmpl (保存して中断).
type SavedPage struct {
	web.Frame
	Name   string
	Mail   string // where the way back was sent, or ""
	Until  string
	Resume string
}

func (v page) saved() error {
	w, handled, err := v.open()
	if err != nil || handled {
		return err
	}
	return v.Show(http.StatusOK, "saved", SavedPage{
		Frame: v.Frame(v.Words.Text("portal.saved_title"), "menu.procedures"), Name: w.Procedure.Title, Mail: w.Draft.Mail,
		Until: v.Times.Date(w.Draft.ExpiresAt), Resume: v.apply(""),
	})
}

// pause saves nothing more; it sends the way back and says where it went.
func (v page) pause() error {
	if _, err := v.Counter.Remind(v.R.Context(), v.Visitor(), v.draftID()); err != nil {
		return err
	}
	return v.See("/apply/" + string(v.draftID()) + "/saved")
}

// CheckPage is the data of page/check.tmpl.
type CheckPage struct {
	web.Frame
	ui.Summary
	Steps    ui.Steps
	Back     string
	Action   string
	Pause    string
	Sections []visit.Section
	Fee      string
	Mail     string
	Closes   string // "" for 随時 and for corrections
	Word     string // of the button
	Corrects bool
	NoMail   bool
	Returned *visit.Returned
}

func (v page) check() error {
	w, handled, err := v.open()
	if err != nil || handled {
		return err
	}
	return v.Show(http.StatusOK, "check", v.checkPage(w, nil))
}

func (v page) checkPage(w *intake.Work, found form.Problems) CheckPage {
	p := CheckPage{
		Frame: v.Frame(v.Words.Text("portal.check_title"), "menu.procedures"), Steps: visit.Steps(4, w.Procedure),
		Back: v.apply("/" + w.Form.Pages[len(w.Form.Pages)-1].ID), Action: v.apply("/submit"), Pause: v.apply("/pause"),
		Fee: w.Procedure.Detail.Fee, Mail: w.Draft.Mail, Word: "portal.submit", Corrects: w.Draft.Corrects != "",
		NoMail: w.Procedure.Detail.NoMail, Returned: v.Returned(w),
	}
	if w.Procedure.Detail.Booking {
		p.Word = "portal.submit_booking"
	}
	if p.Corrects {
		p.Word = "portal.submit_correction"
	} else if !w.Procedure.ClosesAt.IsZero() {
		p.Closes = v.Times.Until(w.Procedure.ClosesAt)
	}
	for _, s := range w.Form.Summary(w.Answers, v.Words.Text) {
		section := visit.Section{Title: s.Title, Facts: ui.Facts{Change: true}}
		for _, l := range s.Lines {
			section.Rows = append(section.Rows, ui.Fact{Label: l.Label, Lines: l.Values, Href: v.apply("/" + s.PageID + "?mg-check=1#" + l.Control)})
		}
		p.Sections = append(p.Sections, section)
	}
	for _, x := range found {
		at := ""
		if _, page, ok := w.Form.Field(x.Field); ok {
			at = v.apply("/" + page.ID + "?mg-check=1#" + x.Control)
		}
		p.Problems = append(p.Problems, ui.Problem{Text: x.Text(v.Words.Text), Href: at})
	}
	p.Invalid = len(found) > 0
	return p
}

func (v page) submit() error {
	_, err := v.Counter.Submit(v.R.Context(), v.Visitor(), v.draftID())
	if x := incomplete(err); x != nil {
		w, handled, err := v.open()
		if err != nil || handled {
			return err
		}
		return v.Show(http.StatusUnprocessableEntity, "check", v.checkPage(w, x.Problems))
	}
	if f := fault.Of(err); f != nil && f.Key() == "intake.form_changed" {
		return v.See("/apply/" + string(v.draftID()))
	}
	if err != nil {
		return err
	}
	return v.See("/apply/" + string(v.draftID()) + "/done")
}
