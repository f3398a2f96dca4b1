package lookup

import (
	"bytes"
	"context"
	"net/http"

	"madoguchi/internal/application"
	"madoguchi/internal/audit"
	"madoguchi/internal/intake"
	"madoguchi/internal/sheet"
	"madoguchi/internal/web"
	"madoguchi/internal/web/portal/visit"
)

// CodePage is the data of page/code.tmpl: the new lookup code.
type CodePage struct {
	web.Frame
	No, Secret, Status string
}

func (v page) newCode() error {
	a, err := v.Access()
	if err != nil {
		return err
	}
	code, err := v.Counter.Code(v.R.Context(), v.Visitor(), a)
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, "code", CodePage{
		Frame: v.Frame(v.Words.Text("portal.new_code_title"), "menu.status"), No: visit.Groups(a.Number), Secret: visit.GroupsOf(code),
		Status: v.Place.Base + "/status/" + a.Number,
	})
}

// printView is the copy of the application, to be printed.
func (v page) printView() error {
	x, handled, err := v.seen(audit.ViewPrint)
	if err != nil || handled {
		return err
	}
	style, err := v.Assets.URL("sheet.css")
	if err != nil {
		return err
	}
	script, err := v.Assets.URL("madoguchi.js")
	if err != nil {
		return err
	}
	screen := sheet.Screen{StyleHref: style, ScriptHref: script, Back: v.Place.Base + "/status/" + x.Application.ReceiptNo}
	if v.Printer.Available() {
		screen.PDF = screen.Back + "/receipt.pdf"
	}
	page, err := sheet.Page(v.sheet(x), screen, v.Words)
	if err != nil {
		return err
	}
	v.W.Header().Set("Content-Type", "text/html; charset=utf-8")
	v.W.Header().Set("Cache-Control", "no-store")
	_, err = v.W.Write(page)
	return err
}

// pdf sends the copy as PDF. Without a printer the print view says so.
func (v page) pdf() error {
	if !v.Printer.Available() {
		return v.See("/status/" + v.R.PathValue("n") + "/receipt")
	}
	x, handled, err := v.seen(audit.ViewPrint)
	if err != nil || handled {
		return err
	}
	whole, err := sheet.Whole(v.sheet(x), v.Words)
	if err != nil {
		return err
	}
	data, err := v.Printer.PDF(v.R.Context(), whole)
	if err != nil {
		return err
	}
	name := v.Words.Text("portal.copy_file", "no", x.Application.ReceiptNo) + ".pdf"
	web.SendFile(v.W, v.R, web.File{Name: name, Type: "application/pdf", Content: bytes.NewReader(data), Private: true})
	return nil
}

// sheet is the copy (控え) of an application.
func (v page) sheet(x *intake.Case) sheet.Document {
	a := x.Application
	d := sheet.Document{
		Title: a.ProcedureTitle, Kind: v.Words.Text("portal.copy_title"), Body: v.Body.Name,
		Facts: []sheet.Line{
			{Label: v.Words.Text("portal.number_label"), Values: []string{visit.Groups(a.ReceiptNo)}},
			{Label: v.Words.Text("portal.arrived_at"), Values: []string{v.Times.DateTime(a.ArrivedAt)}},
			{Label: v.Words.Text("portal.status_label"), Values: []string{v.Words.Text("portal.status_at", "status", v.statusWord(a.Status).Word, "at", v.Times.DateTime(x.At))}},
			{Label: v.Words.Text("portal.section_label"), Values: []string{x.Section.Name}},
		},
		Foot: []string{v.Words.Text("portal.copy_foot", "name", v.Body.Name)},
	}
	for _, section := range x.Form.Summary(x.Answers, v.Words.Text) {
		part := sheet.Section{Title: section.Title}
		for _, l := range section.Lines {
			line := sheet.Line{Label: l.Label, Values: l.Values}
			if len(l.Files) > 0 {
				line.Values = nil
			}
			for _, f := range l.Files {
				line.Files = append(line.Files, f.ShownName())
			}
			part.Lines = append(part.Lines, line)
		}
		d.Sections = append(d.Sections, part)
	}
	return d
}

// draftFrom begins a draft from an application and goes to it.
func (v page) draftFrom(begin func(context.Context, intake.Visitor, intake.Access) (application.DraftID, error)) error {
	a, err := v.Access()
	if err != nil {
		return err
	}
	id, err := begin(v.R.Context(), v.Known(), a)
	if err != nil {
		return err
	}
	return v.See("/apply/" + string(id))
}
