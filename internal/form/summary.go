package form

import (
	"bytes"

	"madoguchi/internal/form/field"
)

// A Section is the answers to one page in words.
type Section struct {
	PageID string
	Title  string
	Lines  []field.Line
}

// Summary puts answers into words, for the check page, the case page, the copy
// and exports. Every line is there, also those without an answer; pages that
// ask nothing give no section.
func (d *Definition) Summary(a Answers, w field.Words) []Section {
	var sections []Section
	for _, p := range d.Pages {
		s := Section{PageID: p.ID, Title: p.Title}
		for _, f := range p.Fields {
			s.Lines = append(s.Lines, f.Lines(a[f.ID], w)...)
		}
		if len(s.Lines) > 0 {
			sections = append(sections, s)
		}
	}
	return sections
}

// A Changed is a field whose answer differs.
type Changed struct {
	FieldID field.ID
	Label   string
	PageID  string
}

// Diff lists the fields whose answers differ, in the order of the form.
func (d *Definition) Diff(before, after Answers) []Changed {
	var changed []Changed
	for _, p := range d.Pages {
		for _, f := range p.Fields {
			if !bytes.Equal(before[f.ID], after[f.ID]) {
				changed = append(changed, Changed{f.ID, f.Label, p.ID})
			}
		}
	}
	return changed
}
