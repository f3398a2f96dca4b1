package field

import (
	"embed"
	"fmt"
	"html/template"
	"net/url"
	"slices"
	"strings"

	"madoguchi/internal/fault"
)

//go:embed *.tmpl
var files embed.FS

var templates = template.Must(template.New("").Option("missingkey=error").ParseFS(files, "*.tmpl"))

// A View is what a page knows about the fields it shows.
type View struct {
	Words    Words
	Answers  Answers    // kept answers
	Typed    url.Values // what was just sent; nil to show the kept answers
	Problems []Problem
	Notes    []Problem // what to tell without refusing, such as a kept address

	// AddressAction, where given, is the formaction of the button
	// 郵便番号から住所を入れる; without it the form's own action gets it.
	AddressAction string

	// FileNotes tell the state of a file, by its ID: 検査済み.
	FileNotes map[string]string
}

// A row is the data of a kind's template.
type row struct {
	Field
	view     View
	Controls []control // the controls in their order
	Options  []option  // of a choice
	Files    []fileRow
	Blocks   []block // of an explanation or a consent
	Second   string  // label of a second group, or another word of the kind
	Action   string  // formaction, may be ""
	Accept   string  // of a file control
	Notes    []string
	Select   bool // shown as a list to choose from
}

// A control is one HTML control and what belongs to it.
type control struct {
	ID, Name     string
	Label        string // "" where the field's own label stands above it
	Value        string
	Type         string // of an <input>
	Mode         string // inputmode
	Autocomplete string
	Size         string // class: --s, --m, --l
	Unit         string
	Options      []option // of a <select>
	Errors       []string
	DescribedBy  string
	Required     bool
	Rows         int
}

// An option is one <option>, radio button or check box.
type option struct {
	ID, Value, Label, Hint string
	On                     bool
}

func render(fields []Field, v View) (template.HTML, error) {
	var b strings.Builder
	for _, f := range fields {
		r := &row{Field: f, view: v}
		f.kind().fill(r)
		if err := templates.ExecuteTemplate(&b, f.Kind, r); err != nil {
			return "", fmt.Errorf("show field %s: %w", f.ID, err)
		}
	}
	return template.HTML(b.String()), nil //nolint:gosec // html/template made every byte of it
}

// W gives words to the templates.
func (r *row) W(key string) string { return r.view.Words("field." + key) }

// say is a problem as it stands next to its control.
func (r *row) say(p Problem) string {
	return r.view.Words("field.error", fault.Args{"text": p.Text(r.view.Words)})
}

// Bad reports whether the field has a problem anywhere.
func (r *row) Bad() bool { return len(r.Errors()) > 0 }

// Errors lists the problems of the whole field in words.
func (r *row) Errors() []string {
	var texts []string
	for _, p := range r.view.Problems {
		if p.Field == r.ID {
			texts = append(texts, r.say(p))
		}
	}
	return texts
}

// OwnErrors lists the problems that none of the row's controls shows.
func (r *row) OwnErrors() []string {
	var texts []string
	for _, p := range r.view.Problems {
		shown := slices.ContainsFunc(r.Controls, func(c control) bool { return c.ID == p.Control })
		if p.Field == r.ID && !shown {
			texts = append(texts, r.say(p))
		}
	}
	return texts
}

// BadIn reports whether one of the controls has a problem.
func (r *row) BadIn(controls []control) bool {
	return slices.ContainsFunc(controls, func(c control) bool { return len(c.Errors) > 0 })
}

// ErrorID is the ID of the element with the errors of the whole field.
func (r *row) ErrorID() string { return string(r.ID) + "-error" }

// HintID is the ID of the element with the hint.
func (r *row) HintID() string { return string(r.ID) + "-hint" }

// DescribedBy lists the elements that explain the only control: error, then hint.
func (r *row) DescribedBy() string {
	var ids []string
	if r.Bad() {
		ids = append(ids, r.ErrorID())
	}
	if r.Hint != "" {
		ids = append(ids, r.HintID())
	}
	return strings.Join(ids, " ")
}

// values returns what to show in the controls, by part: what was typed, else
// the kept answer.
func (r *row) values() map[string][]string {
	if r.view.Typed != nil {
		m := map[string][]string{}
		for _, p := range r.kind().Parts(r.Field) {
			m[p] = r.view.Typed[r.Control(p)]
		}
		return m
	}
	answer, ok := r.view.Answers[r.ID]
	if !ok {
		return map[string][]string{}
	}
	return r.kind().Typed(r.Field, answer)
}

func (r *row) value(part string) string {
	if v := r.values()[part]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// single adds the control of a kind that has only one.
func (r *row) single(c control) {
	c.ID, c.Name, c.Value = string(r.ID), string(r.ID), r.value("")
	c.Required, c.DescribedBy, c.Errors = r.Required, r.DescribedBy(), r.Errors()
	r.Controls = append(r.Controls, c)
	r.notes()
}

// part adds the control of one part of several, with its own errors.
func (r *row) part(part string, c control) {
	c.ID, c.Value = r.Control(part), r.value(part)
	c.Name = c.ID
	c.Label = r.W("part_" + part)
	c.Required = c.Required && r.Required
	for _, p := range r.view.Problems {
		if p.Field == r.ID && p.Control == c.ID {
			c.Errors = append(c.Errors, r.say(p))
		}
	}
	if len(c.Errors) > 0 {
		c.DescribedBy = c.ErrorID()
	}
	r.Controls = append(r.Controls, c)
}

// notes adds what the page has to tell about this field.
func (r *row) notes() {
	for _, p := range r.view.Notes {
		if p.Field == r.ID {
			r.Notes = append(r.Notes, p.Text(r.view.Words))
		}
	}
}

// ErrorID is the element that holds the control's own errors.
func (c control) ErrorID() string { return c.ID + "-error" }

// auto gives an autocomplete token where the field is about the person who
// fills in, and switches remembering off where it is about someone else.
func (r *row) auto(token string) string {
	if r.Autofill {
		return token
	}
	return "off"
}
