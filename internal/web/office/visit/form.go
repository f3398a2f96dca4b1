package visit

import (
	"madoguchi/internal/web"
	"madoguchi/internal/web/ui"
)

// FormPage is the data of page/form.tmpl: a short form of its own.
type FormPage struct {
	web.Frame
	BackTo  ui.Link
	Lead    string
	Warn    *ui.Notice
	Summary ui.Summary
	Action  string
	Version int
	Inputs  []Input
	Button  string
	Danger  bool
}

// Input is one control of a FormPage. As is the name of its template: field,
// select, choices or agree.
type Input struct {
	As string
	ui.Field
}

// In returns f as a control of a form.
func In(as string, f *ui.Field) Input { return Input{As: as, Field: *f} }
