package ui

import "strings"

// Field is one control with its label, hint and error, for pages that are
// not made by a form's author. Templates: field, agree (a check box), and
// select and choices with Options.
type Field struct {
	ID           string
	Name         string
	Label        string
	Hint         string
	Value        string
	Error        string // what to do; "" if nothing
	Required     bool
	Plain        bool   // say neither ※必須 nor ※任意
	Type         string // "" = text
	InputMode    string
	Autocomplete string // "" = off
	Accept       string // of type file
	List         string // ID of a datalist that the page holds, or ""
	Size         string // s, m, l or ""
	Mono         bool   // codes
	Rows         int    // > 0: a text area
	Options      []Option
	Many         bool // choices: check boxes
}

// Option is one choice of a Field.
type Option struct {
	Value   string
	Label   string
	Hint    string
	Checked bool
}

// DescribedBy lists the IDs of the texts that explain the control: error, then hint.
func (f Field) DescribedBy() string {
	var ids []string
	if f.Error != "" {
		ids = append(ids, f.ID+"-error")
	}
	if f.Hint != "" {
		ids = append(ids, f.ID+"-hint")
	}
	return strings.Join(ids, " ")
}

// Problem returns the line of the summary for f, which has an error. A group
// of choices is linked to its first control.
func (f Field) Problem() Problem {
	id := f.ID
	if len(f.Options) > 0 && f.Type == "choices" {
		id += "-0"
	}
	return Problem{ID: id, Text: f.Error}
}
