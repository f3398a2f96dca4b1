// Package form describes forms (様式): which pages and questions a procedure
// asks, and what is made of the answers.
//
// A Definition is immutable and comes from one documented JSON format
// (docs/form-format.md). It reads what was typed into answers, checks them as
// a whole, puts them into words for pages, copies and exports, and carries a
// draft over to a newer version. Where versions are kept, where files lie and
// who may see answers is left to others.
package form

import (
	"bytes"
	"encoding/json"
	"slices"
	"time"

	"madoguchi/internal/fault"
	"madoguchi/internal/form/field"
)

// Version numbers the versions of a procedure's form (様式の版), from 1. A
// version never changes; an application keeps the one it was made with.
type Version int

// Format names the JSON format of a definition.
const Format = "madoguchi-form/1"

// A Definition is the form of a procedure in one version.
type Definition struct {
	Title    string // for the people who edit forms
	MyNumber bool   // may collect individual numbers (個人番号)
	Pages    []Page // in order; at least one
}

// A Page asks about one topic.
type Page struct {
	ID     string        `json:"id"` // in the page's address
	Title  string        `json:"title"`
	Intro  string        `json:"intro,omitempty"` // plain text below the title
	Fields []field.Field `json:"fields"`
}

// Page returns the page with the ID and its place, from 0.
func (d *Definition) Page(id string) (*Page, int, bool) {
	i := slices.IndexFunc(d.Pages, func(p Page) bool { return p.ID == id })
	if i < 0 {
		return nil, 0, false
	}
	return &d.Pages[i], i, true
}

// First returns the first page.
func (d *Definition) First() *Page { return &d.Pages[0] }

// Next returns the page after p, or false after the last.
func (d *Definition) Next(p *Page) (*Page, bool) { return d.step(p, 1) }

// Previous returns the page before p, or false before the first.
func (d *Definition) Previous(p *Page) (*Page, bool) { return d.step(p, -1) }

func (d *Definition) step(p *Page, by int) (*Page, bool) {
	_, i, ok := d.Page(p.ID)
	if i += by; !ok || i < 0 || i >= len(d.Pages) {
		return nil, false
	}
	return &d.Pages[i], true
}

// Field returns the field with the ID and the page that it is on.
func (d *Definition) Field(id field.ID) (field.Field, *Page, bool) {
	for i := range d.Pages {
		for _, f := range d.Pages[i].Fields {
			if f.ID == id {
				return f, &d.Pages[i], true
			}
		}
	}
	return field.Field{}, nil, false
}

// HasFiles reports whether the page has a file field, so that its <form>
// needs multipart/form-data.
func (p *Page) HasFiles() bool {
	return slices.ContainsFunc(p.Fields, func(f field.Field) bool { return f.Kind == "file" })
}

// Encode writes the definition as Parse reads it.
func (d *Definition) Encode() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(struct {
		Format   string `json:"format"`
		Title    string `json:"title"`
		MyNumber bool   `json:"my_number,omitempty"`
		Pages    []Page `json:"pages"`
	}{Format, d.Title, d.MyNumber, d.Pages})
	return b.Bytes(), err
}

// Problems are what is to be corrected, in the order of the form.
type Problems []field.Problem

// On returns the problems with the fields of a page.
func (ps Problems) On(p *Page) Problems {
	return slices.DeleteFunc(slices.Clone(ps), func(x field.Problem) bool {
		return !slices.ContainsFunc(p.Fields, func(f field.Field) bool { return f.ID == x.Field })
	})
}

// WithoutMissing returns the problems that also hinder saving a draft: what is
// only not answered yet does not.
func (ps Problems) WithoutMissing() Problems {
	return slices.DeleteFunc(slices.Clone(ps), func(x field.Problem) bool { return x.Missing })
}

// Err returns the problems as one fault, or nil where there are none.
func (ps Problems) Err() error {
	switch len(ps) {
	case 0:
		return nil
	case 1:
		return ps[0].Fault()
	}
	return fault.New(fault.Invalid, "field.problems").With(fault.Args{"count": len(ps)})
}

// Check tells what is wrong with the whole, as it must be empty before an
// application is submitted. today is the day in Japan.
func (d *Definition) Check(answers Answers, today time.Time) Problems {
	var problems Problems
	for _, p := range d.Pages {
		for _, f := range p.Fields {
			problems = append(problems, f.Check(answers[f.ID], today)...)
		}
	}
	for _, id := range answers.ids() {
		if _, _, ok := d.Field(id); !ok {
			problems = append(problems, field.Problem{Key: "field.unknown", Control: "main"})
			break
		}
	}
	return problems
}
