// Package field holds the kinds of field (項目) that a form can have.
//
// A kind is one Go file and one template of the same name: date.go, date.tmpl.
// To add one, add the two files and a line to Kinds; the tests then cover it,
// and docs/form-format.md must describe its settings.
//
// A kind reads what a browser sent into an answer of its own Go type, kept as
// canonical JSON under the field's ID. What was kept is read back unchanged.
// Whatever was typed is kept for showing again until it is right. Words come
// from a function that the caller gives; nothing here knows the language, the
// clock or where files lie.
package field

import (
	"encoding/json"
	"html/template"
	"regexp"
	"slices"
)

// ID names a field within a form. It stays the same across the form's versions.
type ID string

var validID = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

// reserved are names and element IDs that a page's frame uses itself.
var reserved = []ID{"main", "menu", "sum", "do", "remove", "key", "version", "token", "code", "back", "csrf"}

// Valid reports whether id may name a field.
func (id ID) Valid() bool { return validID.MatchString(string(id)) && !Reserved(id) }

// Reserved reports whether a page's frame uses the name itself.
func Reserved(id ID) bool { return slices.Contains(reserved, id) }

// Answers holds one canonical JSON value per answered field. A field that was
// left empty has none.
type Answers = map[ID]json.RawMessage

// A Field is one question, as the form's author defined it.
type Field struct {
	Common
	Settings any // pointer to the settings type of the kind

	myNumber bool // the definition may collect individual numbers
}

// Common are the settings that fields of every kind have.
type Common struct {
	ID       ID     `json:"id"`
	Kind     string `json:"kind"`
	Label    string `json:"label"`
	Hint     string `json:"hint,omitempty"`
	Required bool   `json:"required,omitempty"`
	Role     string `json:"role,omitempty"`
	Autofill bool   `json:"autofill,omitempty"`
}

// AllowMyNumber returns f for a form that may collect individual numbers.
func (f Field) AllowMyNumber() Field {
	f.myNumber = true
	return f
}

// CollectsMyNumber reports whether f asks for an individual number.
func (f Field) CollectsMyNumber() bool {
	s, ok := f.Settings.(*textSettings)
	return ok && s.Format == "my_number"
}

// Words gives the sentence of a key in the reader's language; args is nothing or
// one fault.Args.
type Words func(key string, args ...any) string

// A Kind decides how a field is read, checked, put into words and shown.
type Kind interface {
	// Name stands in definitions and names the template.
	Name() string

	// Settings returns a pointer to new settings; their JSON keys are the
	// kind's own keys in a definition.
	Settings() any

	// Flaws returns what is wrong with the settings of f.
	Flaws(f Field) []Flaw

	// Parts lists the parts that f is asked in, by the suffix of their control:
	// "" for the control named like the field. None for what asks nothing.
	Parts(f Field) []string

	// Read turns what was sent into an answer, nil for none, and reports
	// problems to r. After a problem its answer is not used.
	Read(r *Reading) any

	// Typed is the inverse of Read: what a browser would send for the answer.
	Typed(f Field, answer json.RawMessage) map[string][]string

	// Lines puts the answer into words, one line per part; answer may be nil.
	Lines(f Field, answer json.RawMessage, w Words) []Line

	// fill completes the data of the kind's template.
	fill(r *row)
}

// Kinds lists every kind, in the order in which the form editor offers them.
var Kinds = []Kind{
	text{}, longText{}, number{}, date{}, choice{}, choices{}, name{}, address{},
	phone{}, mail{}, file{}, consent{}, explanation{}, section{},
}

// KindNamed returns the kind with the name.
func KindNamed(name string) (Kind, bool) {
	i := slices.IndexFunc(Kinds, func(k Kind) bool { return k.Name() == name })
	if i < 0 {
		return nil, false
	}
	return Kinds[i], true
}

// Asks reports whether f takes an answer.
func (f Field) Asks() bool { return len(f.kind().Parts(f)) > 0 }

// Controls lists the names of the HTML controls of f.
func (f Field) Controls() []string {
	parts := f.kind().Parts(f)
	names := make([]string, len(parts))
	for i, p := range parts {
		names[i] = f.Control(p)
	}
	return names
}

// Control returns the name and element ID of the control for a part.
func (f Field) Control(part string) string {
	if part == "" {
		return string(f.ID)
	}
	return string(f.ID) + "-" + part
}

// kind panics for a field that did not come through Decode.
func (f Field) kind() Kind {
	k, ok := KindNamed(f.Kind)
	if !ok {
		panic("field of unknown kind " + f.Kind)
	}
	return k
}

// A Line is one line of the answers in words.
type Line struct {
	FieldID ID
	Part    string   // "" for the first line of a field, else the part's suffix
	Label   string   // what was asked
	Control string   // element ID to link to for changing it
	Values  []string // none where nothing was answered
	Files   []File   // of a file field
	Empty   bool
}

// Lines puts the answer to f into words; answer may be nil.
func (f Field) Lines(answer json.RawMessage, w Words) []Line {
	lines := f.kind().Lines(f, answer, w)
	for i := range lines {
		l := &lines[i]
		l.FieldID = f.ID
		if l.Control == "" {
			l.Control = f.Control(l.Part)
		}
		if l.Label == "" {
			l.Label = f.Label
		}
		l.Values = slices.DeleteFunc(l.Values, func(s string) bool { return s == "" })
		l.Empty = len(l.Values) == 0 && len(l.Files) == 0
	}
	return lines
}

// one is the single line of a kind with one part.
func one(values ...string) []Line { return []Line{{Values: values}} }

// HTML renders the fields one after the other, each with the template of its
// kind.
func HTML(fields []Field, v View) (template.HTML, error) { return render(fields, v) }
