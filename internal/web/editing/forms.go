package editing

import (
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strconv"

	"madoguchi/internal/fault"
	"madoguchi/internal/form"
	"madoguchi/internal/form/field"
	"madoguchi/internal/procedure"
	"madoguchi/internal/publishing"
	"madoguchi/internal/web"
	"madoguchi/internal/web/ui"
)

// formPage is the page of a procedure's form: its versions, and a place for
// the definition of the next one.
func (v *edit) formPage(o publishing.Opened) FormPage {
	address := v.procedureAddress(o.Procedure.ID) + "/form"
	definition := v.area("definition", "definition", "", 16).need()
	definition.Mono = true
	page := FormPage{
		Frame: v.frame("editing.part_page", "part", v.words.Text("editing.part_form"), "title", o.Procedure.Title), Done: v.done(),
		Back:  ui.Link{Label: o.Procedure.Title, Href: v.procedureAddress(o.Procedure.ID)},
		Intro: v.words.Text("editing.form_intro"), Action: address, Button: v.words.Text("editing.form_add"),
		Version: o.Procedure.Version, Controls: []Control{definition},
	}
	for _, f := range o.Versions {
		text := v.words.Text("editing.form_made", "at", v.times.DateTime(f.CreatedAt))
		if f.Version == o.Procedure.FormVersion {
			text = v.words.Text("editing.form_current", "at", v.times.DateTime(f.CreatedAt))
		}
		page.Links = append(page.Links, FormLink{
			Link: ui.Link{Label: v.words.Text("editing.form_version", "n", f.Version), Href: fmt.Sprintf("%s/%d", address, f.Version)}, Text: text,
			Raw: ui.Link{Label: v.words.Text("editing.form_definition"), Href: fmt.Sprintf("%s/%d/definition", address, f.Version)},
		})
	}
	return page
}

func (v *edit) form() error {
	o, err := v.Editors.Procedure(v.r.Context(), v.who, procedure.ID(v.r.PathValue("p")))
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, "edit", v.formPage(o))
}

func (v *edit) addForm() error {
	f, err := v.posted()
	if err != nil {
		return err
	}
	id := procedure.ID(v.r.PathValue("p"))
	_, err = v.Editors.AddForm(v.r.Context(), v.who, id, []byte(f.Get("definition")))
	if err == nil {
		return v.saved("/procedures/" + url.PathEscape(string(id)) + "/form")
	}
	o, missing := v.Editors.Procedure(v.r.Context(), v.who, id)
	if missing != nil {
		return missing
	}
	return v.again(v.formPage(o), f, err)
}

// PreviewPage is the data of page/preview.tmpl: a form as a resident sees it,
// without a place to send it to.
type PreviewPage struct {
	web.Frame
	Back  ui.Link
	Pages []PreviewedPage
}

// PreviewedPage is one page of a form.
type PreviewedPage struct {
	No     int
	Title  string
	Intro  string
	Fields template.HTML
}

func (v *edit) version() (procedure.ID, procedure.Form, error) {
	id := procedure.ID(v.r.PathValue("p"))
	n, err := strconv.Atoi(v.r.PathValue("v"))
	if err != nil {
		return id, procedure.Form{}, fault.New(fault.NotFound, "publishing.not_found")
	}
	f, err := v.Editors.Form(v.r.Context(), v.who, id, n)
	return id, f, err
}

func (v *edit) previewForm() error {
	id, f, err := v.version()
	if err != nil {
		return err
	}
	def, err := form.Parse(f.Definition)
	if err != nil {
		return fmt.Errorf("form %s version %d: %w", id, f.Version, err)
	}
	page := PreviewPage{
		Frame: v.frame("editing.form_version", "n", f.Version),
		Back:  ui.Link{Label: v.words.Text("editing.form_back"), Href: v.procedureAddress(id) + "/form"},
	}
	for i, p := range def.Pages {
		fields, err := field.HTML(p.Fields, field.View{Words: v.fieldWords()})
		if err != nil {
			return fmt.Errorf("preview of form %s version %d: %w", id, f.Version, err)
		}
		page.Pages = append(page.Pages, PreviewedPage{No: i + 1, Title: p.Title, Intro: p.Intro, Fields: fields})
	}
	return v.show(http.StatusOK, "preview", page)
}

// definition sends a version as the file that it was made from.
func (v *edit) definition() error {
	id, f, err := v.version()
	if err != nil {
		return err
	}
	h := v.w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Disposition", fmt.Sprintf(`attachment; filename="%s-v%d.json"`, id, f.Version))
	_, err = v.w.Write(f.Definition)
	return err
}
