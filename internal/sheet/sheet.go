// Package sheet makes the printable form of an application (申請書・控え): one
// HTML document, which a browser shows and prints, and which Chromium turns
// into a PDF where it is installed.
//
// It takes labels and texts, not an application, and knows no addresses but
// those it is given.
package sheet

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"

	"madoguchi/internal/words"
)

// CSS is the style sheet of a sheet, for screen and paper.
//
//go:embed sheet.css
var CSS []byte

//go:embed sheet.tmpl
var text string

// Document is one sheet.
type Document struct {
	Title    string // of the procedure
	Kind     string // 申込の控え, 申請書
	Body     string // 茨城県
	Facts    []Line // receipt number, arrival, status …
	Sections []Section
	Foot     []string // sentences below everything
}

// Section is one part of the form.
type Section struct {
	Title string
	Lines []Line
}

// Line is one question and its answer. No values: it was left empty.
type Line struct {
	Label  string
	Values []string
	Files  []string // names of files
}

// Screen is what a browser's page has beyond the document. It is not printed.
type Screen struct {
	StyleHref  string // address of CSS
	ScriptHref string // of the script that makes the print button work; may be empty
	Back       string // address of the page before
	PDF        string // address of the PDF, or empty where there is none
}

// Page returns the document as a page that links to its style sheet.
func Page(d Document, s Screen, w *words.Words) ([]byte, error) {
	return render(view{Document: d, Screen: &s, Lang: w.Text("language.tag")}, w)
}

// Whole returns the document with its style in it, for a converter that loads nothing.
func Whole(d Document, w *words.Words) ([]byte, error) {
	return render(view{Document: d, Style: template.CSS(CSS), Lang: w.Text("language.tag")}, w)
}

type view struct {
	Document
	Screen *Screen // nil in Whole
	Style  template.CSS
	Lang   string
}

func render(v view, w *words.Words) ([]byte, error) {
	t, err := template.New("sheet").Option("missingkey=error").Funcs(template.FuncMap{"t": w.Text}).Parse(text)
	if err != nil {
		return nil, fmt.Errorf("sheet: %w", err)
	}
	var buf bytes.Buffer
	if err := t.Execute(&buf, v); err != nil {
		return nil, fmt.Errorf("sheet: %w", err)
	}
	return buf.Bytes(), nil
}
