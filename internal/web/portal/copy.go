package portal

import (
	"bytes"
	"context"

	"madoguchi/internal/application"
	"madoguchi/internal/audit"
	"madoguchi/internal/intake"
	"madoguchi/internal/sheet"
	"madoguchi/internal/web"
)

// draftFrom begins a draft from an application and goes to it.
func (v *visit) draftFrom(begin func(context.Context, intake.Visitor, intake.Access) (application.DraftID, error)) error {
	a, err := v.access()
	if err != nil {
		return err
	}
	id, err := begin(v.r.Context(), v.known(), a)
	if err != nil {
		return err
	}
	return v.see("/apply/" + string(id))
}

// CodePage is the data of page/code.tmpl: the new lookup code.
type CodePage struct {
	web.Frame
	No, Secret, Status string
}

func (v *visit) newCode() error {
	a, err := v.access()
	if err != nil {
		return err
	}
	code, err := v.Counter.Code(v.r.Context(), v.visitor(), a)
	if err != nil {
		return err
	}
	return v.show(statusOK, "code", CodePage{
		Frame: v.frame(v.words.Text("portal.new_code_title"), "menu.status"), No: groups(a.Number), Secret: groupsOf(code),
		Status: v.place.Base + "/status/" + a.Number,
	})
}

// printView is the copy of the application, to be printed.
func (v *visit) printView() error {
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
	screen := sheet.Screen{StyleHref: style, ScriptHref: script, Back: v.place.Base + "/status/" + x.Application.ReceiptNo}
	if v.Printer.Available() {
		screen.PDF = screen.Back + "/receipt.pdf"
	}
	page, err := sheet.Page(v.sheet(x), screen, v.words)
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	v.w.Header().Set("Cache-Control", "no-store")
	_, err = v.w.Write(page)
	return err
}

// pdf sends the copy as PDF. Without a printer the print view says so.
func (v *visit) pdf() error {
	if !v.Printer.Available() {
		return v.see("/status/" + v.r.PathValue("n") + "/receipt")
	}
	x, handled, err := v.seen(audit.ViewPrint)
	if err != nil || handled {
		return err
	}
	whole, err := sheet.Whole(v.sheet(x), v.words)
	if err != nil {
		return err
	}
	data, err := v.Printer.PDF(v.r.Context(), whole)
	if err != nil {
		return err
	}
	name := v.words.Text("portal.copy_file", "no", x.Application.ReceiptNo) + ".pdf"
	web.SendFile(v.w, v.r, web.File{Name: name, Type: "application/pdf", Content: bytes.NewReader(data), Private: true})
	return nil
}

// sheet is the copy (控え) of an application.
func (v *visit) sheet(x *intake.Case) sheet.Document {
	a := x.Application
	d := sheet.Document{
		Title: a.ProcedureTitle, Kind: v.words.Text("portal.copy_title"), Body: v.body.Name,
		Facts: []sheet.Line{
			{Label: v.words.Text("portal.number_label"), Values: []string{groups(a.ReceiptNo)}},
			{Label: v.words.Text("portal.arrived_at"), Values: []string{v.times.DateTime(a.ArrivedAt)}},
			{Label: v.words.Text("portal.status_label"), Values: []string{v.words.Text("portal.status_at", "status", v.statusWord(a.Status).Word, "at", v.times.DateTime(x.At))}},
			{Label: v.words.Text("portal.section_label"), Values: []string{x.Section.Name}},
		},
		Foot: []string{v.words.Text("portal.copy_foot", "name", v.body.Name)},
	}
	for _, section := range x.Form.Summary(x.Answers, v.words.Text) {
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
