package form

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"madoguchi/internal/form/field"
)

// Answers are the answers (入力内容) to a form: canonical JSON by field. They
// are values: the methods return changed copies.
type Answers map[field.ID]json.RawMessage

// maxAnswers bounds stored answers, in bytes.
const maxAnswers = 8 << 20

// ParseAnswers reads what Encode wrote.
func ParseAnswers(b []byte) (Answers, error) {
	if len(b) == 0 {
		return Answers{}, nil
	}
	if len(b) > maxAnswers {
		return nil, fmt.Errorf("answers of %d bytes", len(b))
	}
	var a Answers
	if err := json.Unmarshal(b, &a); err != nil {
		return nil, fmt.Errorf("read answers: %w", err)
	}
	if a == nil {
		a = Answers{}
	}
	for id := range a {
		if !id.Valid() {
			return nil, fmt.Errorf("read answers: bad field id of %d bytes", len(id))
		}
	}
	return a, nil
}

// Encode writes the answers as canonical JSON: the same answers give the same
// bytes.
func (a Answers) Encode() []byte {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, id := range a.ids() {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('"')
		b.WriteString(string(id))
		b.WriteString(`":`)
		b.Write(a[id])
	}
	b.WriteByte('}')
	return b.Bytes()
}

func (a Answers) ids() []field.ID { return slices.Sorted(maps.Keys(a)) }

// With returns the answers with those to the fields of p replaced by page's:
// a field that page does not answer is empty afterwards.
func (a Answers) With(p *Page, page Answers) Answers {
	merged := maps.Clone(a)
	if merged == nil {
		merged = Answers{}
	}
	for _, f := range p.Fields {
		delete(merged, f.ID)
		if answer, ok := page[f.ID]; ok {
			merged[f.ID] = answer
		}
	}
	return merged
}

// WithField returns the answers with one replaced; nil removes it.
func (a Answers) WithField(id field.ID, answer json.RawMessage) Answers {
	changed := maps.Clone(a)
	if changed == nil {
		changed = Answers{}
	}
	delete(changed, id)
	if answer != nil {
		changed[id] = answer
	}
	return changed
}

// Files lists the files that the answers name, in the order of the form.
func (d *Definition) Files(a Answers) []field.File {
	var files []field.File
	for _, p := range d.Pages {
		for _, f := range p.Fields {
			if f.Kind == "file" {
				files = append(files, field.Files(a[f.ID])...)
			}
		}
	}
	return files
}

// Read reads what was sent for a page into answers and problems. A field with
// a problem has no answer; what was typed for it stays in the input, to be
// shown again.
//
// A name that is not a control of the page is a problem and is kept nowhere,
// except for the names of the page's frame (see frameName).
func (d *Definition) Read(p *Page, in field.Input) (Answers, Problems) {
	answers := Answers{}
	var problems Problems
	known := map[string]bool{}
	for _, f := range p.Fields {
		for _, name := range f.Controls() {
			known[name] = true
		}
		answer, found := f.Read(in)
		problems = append(problems, found...)
		if answer != nil {
			answers[f.ID] = answer
		}
	}
	for name := range in.Values {
		if !known[name] && !frameName(name) {
			problems = append(problems, field.Problem{Key: "field.unknown", Control: "main"})
			break
		}
	}
	return answers, problems
}

// frameName reports whether a page's frame may send the name beside the
// fields: the reserved names, which no field may have, and all that begin
// with "mg-".
func frameName(name string) bool {
	return field.Reserved(field.ID(name)) || strings.HasPrefix(name, "mg-")
}

// Facts returns what the application keeps in columns of its own.
func (d *Definition) Facts(a Answers) field.Facts {
	var facts field.Facts
	for _, p := range d.Pages {
		for _, f := range p.Fields {
			f.AddFacts(a[f.ID], &facts)
		}
	}
	return facts
}
