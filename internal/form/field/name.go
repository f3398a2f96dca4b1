package field

import (
	"encoding/json"
	"strings"

	"madoguchi/internal/fault"
	"madoguchi/internal/jptext"
)

// nameMax is the most characters of each part of a name.
const nameMax = 50

// name is a person's name with its reading (氏名・カナ), in two parts or
// undivided. The name is kept as typed, the reading in katakana.
type name struct{}

type nameSettings struct {
	Undivided bool `json:"undivided,omitempty"` // one control for the whole name
	NoKana    bool `json:"no_kana,omitempty"`   // the reading is not asked
}

type nameAnswer struct {
	Family     string `json:"family,omitempty"`
	Given      string `json:"given,omitempty"`
	FamilyKana string `json:"family_kana,omitempty"`
	GivenKana  string `json:"given_kana,omitempty"`
	Full       string `json:"full,omitempty"`
	FullKana   string `json:"full_kana,omitempty"`
}

// of returns where the answer keeps a part.
func (a *nameAnswer) of(part string) *string {
	switch part {
	case "family":
		return &a.Family
	case "given":
		return &a.Given
	case "family_kana":
		return &a.FamilyKana
	case "given_kana":
		return &a.GivenKana
	case "full":
		return &a.Full
	}
	return &a.FullKana
}

// text and kana join the parts for people.
func (a nameAnswer) text() string { return strings.TrimSpace(a.Full + a.Family + " " + a.Given) }
func (a nameAnswer) kana() string {
	return strings.TrimSpace(a.FullKana + a.FamilyKana + " " + a.GivenKana)
}

func (name) Name() string  { return "name" }
func (name) Settings() any { return &nameSettings{} }

func (name) Parts(f Field) []string {
	s := f.Settings.(*nameSettings)
	parts := []string{"family", "given", "family_kana", "given_kana"}
	if s.Undivided {
		parts = []string{"full", "full_kana"}
	}
	if s.NoKana {
		parts = parts[:len(parts)/2]
	}
	return parts
}

func (name) Flaws(Field) []Flaw { return nil }

func (k name) Read(r *Reading) any {
	var a nameAnswer
	var empty []string
	for _, part := range k.Parts(r.Field) {
		if !strings.HasSuffix(part, "kana") {
			*a.of(part) = r.line(part, nameMax, nil)
		} else {
			*a.of(part) = r.reading(part)
		}
		if *a.of(part) == "" {
			empty = append(empty, part)
		}
	}
	if r.failed() {
		return nil
	}
	if a == (nameAnswer{}) && !r.Field.Required {
		return nil
	}
	for _, part := range empty {
		r.missing(part, r.Field.Control(part), "field.missing")
	}
	return a
}

// reading reads the kana of a name. Any kana is folded; other letters are not
// a reading.
func (r *Reading) reading(part string) string {
	s := r.line(part, nameMax, jptext.Katakana)
	if !jptext.IsKatakana(s) {
		r.fail(part, "field.format_katakana", nil)
		return ""
	}
	return s
}

func (k name) Typed(f Field, answer json.RawMessage) map[string][]string {
	a := decode[nameAnswer](answer)
	typed := map[string][]string{}
	for _, part := range k.Parts(f) {
		typed[part] = []string{*a.of(part)}
	}
	return typed
}

func (k name) Lines(f Field, answer json.RawMessage, w Words) []Line {
	a := decode[nameAnswer](answer)
	parts := k.Parts(f)
	lines := []Line{{Values: []string{a.text()}, Control: f.Control(parts[0])}}
	if f.Settings.(*nameSettings).NoKana {
		return lines
	}
	return append(lines, Line{
		Part: "kana", Label: kanaLabel(f, w), Control: f.Control(parts[len(parts)/2]), Values: []string{a.kana()},
	})
}

func kanaLabel(f Field, w Words) string {
	return w("field.kana_label", fault.Args{"label": f.Label})
}

func (k name) fill(r *row) {
	if !r.Settings.(*nameSettings).NoKana {
		r.Second = kanaLabel(r.Field, r.view.Words)
	}
	tokens := map[string]string{"family": "family-name", "given": "given-name", "full": "name"}
	for _, part := range k.Parts(r.Field) {
		c := control{Type: "text", Required: true, Autocomplete: "off"}
		if token, ok := tokens[part]; ok {
			c.Autocomplete = r.auto(token)
		}
		r.part(part, c)
	}
	r.notes()
}

// Groups parts the controls of a name into the name and its reading.
func (r *row) Groups() [][]control {
	if r.Second == "" {
		return [][]control{r.Controls}
	}
	n := len(r.Controls) / 2
	return [][]control{r.Controls[:n], r.Controls[n:]}
}
