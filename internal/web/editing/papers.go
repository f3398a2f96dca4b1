package editing

import (
	"errors"
	"net/http"
	"net/url"
	"slices"

	"madoguchi/internal/fault"
	"madoguchi/internal/procedure"
	"madoguchi/internal/publishing"
	"madoguchi/internal/web"
	"madoguchi/internal/web/ui"
)

func (v *edit) papers() error {
	all, err := v.Editors.Papers(v.r.Context(), v.who)
	if err != nil {
		return err
	}
	page := ListPage{
		Frame: v.frame("editing.papers"), Intro: v.words.Text("editing.papers_intro"), Done: v.done(),
		Add: ui.Link{Label: v.words.Text("editing.papers_add"), Href: v.base + "/papers/new"},
		Heads: []string{v.words.Text("editing.title"), v.words.Text("editing.category"), v.words.Text("editing.file"),
			v.words.Text("editing.downloads"), v.words.Text("editing.state")},
		Empty: v.words.Text("editing.papers_empty"),
	}
	for _, f := range all {
		state := ui.Status{Tone: "gone", Word: v.words.Text("editing.state_off")}
		if f.Published {
			state = ui.Status{Tone: "done", Word: v.words.Text("editing.state_on")}
		}
		page.Rows = append(page.Rows, Row{
			Link:   ui.Link{Label: f.Title, Href: v.base + "/papers/" + url.PathEscape(f.ID)},
			Cells:  []string{f.Category, v.words.Text("common.file_size", "name", f.FileName, "size", web.Size(f.SizeBytes)), web.Comma(f.Downloads)},
			Status: state,
		})
	}
	return v.show(http.StatusOK, "list", page)
}

func (v *edit) paperPage(f procedure.PaperForm) FormPage {
	key, action := "editing.papers_add", "/papers/new"
	if f.ID != "" {
		key, action = "editing.papers_edit", "/papers/"+url.PathEscape(f.ID)
	}
	file := v.line("file", "paper_file", "")
	file.Type, file.Required = "file", f.ID == ""
	file.Accept = ".pdf,.docx,.xlsx,.doc,.xls,.odt,.ods"
	if f.FileName != "" {
		file.Hint = v.words.Text("editing.paper_file_kept", "name", f.FileName, "size", web.Size(f.SizeBytes))
	}
	page := FormPage{
		Frame: v.frame(key), Done: v.done(), Upload: true, Version: f.Version, Action: v.base + action,
		Back:   ui.Link{Label: v.words.Text("editing.papers_back"), Href: v.base + "/papers"},
		Button: v.words.Text("editing.save"),
		Controls: []Control{
			v.line("title", "title", f.Title).need(), v.line("category", "category", f.Category).need(),
			v.line("revision", "revision", f.Revision), v.procedureChoice(f.Procedure), file,
			v.tick("published", "published", f.Published),
		},
	}
	if f.ID != "" {
		page.More = []More{{
			Title: v.words.Text("editing.delete"), Text: v.words.Text("editing.paper_delete_text"), Danger: true,
			Action: v.base + action + "/delete", Button: v.words.Text("editing.delete"),
		}}
	}
	return page
}

// procedureChoice offers the published procedures, or none.
func (v *edit) procedureChoice(chosen procedure.ID) Control {
	c := v.field("select", "procedure", "paper_procedure", "").options([]string{string(chosen)}, ui.Option{Label: v.words.Text("editing.no_procedure")})
	snap, err := v.Catalogue.Snapshot(v.r.Context(), v.who.Tenant)
	if err != nil {
		return c
	}
	for _, p := range snap.Procedures {
		c = c.options([]string{string(chosen)}, ui.Option{Value: string(p.ID), Label: p.Title})
	}
	return c
}

func (v *edit) newPaper() error {
	if _, err := v.Editors.Papers(v.r.Context(), v.who); err != nil { // asks for the right
		return err
	}
	return v.show(http.StatusOK, "edit", v.paperPage(procedure.PaperForm{Published: true}))
}

func (v *edit) paperByID(id string) (procedure.PaperForm, error) {
	all, err := v.Editors.Papers(v.r.Context(), v.who)
	if err != nil {
		return procedure.PaperForm{}, err
	}
	i := slices.IndexFunc(all, func(f procedure.PaperForm) bool { return f.ID == id })
	if i < 0 {
		return procedure.PaperForm{}, fault.New(fault.NotFound, "publishing.not_found")
	}
	return all[i], nil
}

func (v *edit) paper() error {
	f, err := v.paperByID(v.r.PathValue("id"))
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, "edit", v.paperPage(f))
}

func (v *edit) addPaper() error { return v.keepPaper(procedure.PaperForm{}) }

func (v *edit) savePaper() error {
	kept, err := v.paperByID(v.r.PathValue("id"))
	if err != nil {
		return err
	}
	return v.keepPaper(kept)
}

// keepPaper saves the form over what was kept.
func (v *edit) keepPaper(f procedure.PaperForm) error {
	err := v.r.ParseMultipartForm(1 << 20)
	if tooLong, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return tooLong
	}
	if err != nil {
		return fault.New(fault.Invalid, "editing.unreadable").Because(err)
	}
	//lint:ignore errcheck the system removes temporary files as well
	defer v.r.MultipartForm.RemoveAll()
	form := v.r.PostForm
	f.Title, f.Category, f.Revision = form.Get("title"), form.Get("category"), form.Get("revision")
	f.Procedure, f.Published, f.Version = procedure.ID(form.Get("procedure")), form.Get("published") != "", version(form)
	var file *publishing.PaperFile
	if body, head, err := v.r.FormFile("file"); err == nil {
		defer body.Close()
		file = &publishing.PaperFile{Name: head.Filename, Body: body}
	}
	id, err := v.Editors.SavePaper(v.r.Context(), v.who, f, file)
	if err != nil {
		return v.again(v.paperPage(f), form, err)
	}
	return v.saved("/papers/" + url.PathEscape(id))
}

func (v *edit) deletePaper() error {
	if err := v.Editors.DeletePaper(v.r.Context(), v.who, v.r.PathValue("id")); err != nil {
		return err
	}
	return v.saved("/papers")
}
