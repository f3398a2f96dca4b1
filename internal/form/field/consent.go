package field

import (
	"encoding/json"

	"madoguchi/internal/fault"
)

// consent must be ticked to go on (同意). The answer keeps which wording was
// agreed to; after a new wording it must be ticked again.
type consent struct{}

type consentSettings struct {
	Text    string `json:"text"`                // what is agreed to; markup as in an explanation
	Version string `json:"version"`             // of the wording
	Box     string `json:"box_label,omitempty"` // beside the box; 同意する when empty
}

type consentAnswer struct {
	Version string `json:"version"`
}

// yes is what a ticked box sends.
const yes = "yes"

func (consent) Name() string         { return "consent" }
func (consent) Settings() any        { return &consentSettings{} }
func (consent) Parts(Field) []string { return []string{""} }

func (consent) Flaws(f Field) []Flaw {
	s := f.Settings.(*consentSettings)
	flaws := append(Prose("text", s.Text, maxProse, true), Prose("version", s.Version, 20, true)...)
	return append(append(flaws, Prose("box_label", s.Box, maxLabel, false)...), linkFlaws("text", s.Text)...)
}

func (consent) Read(r *Reading) any {
	version := r.Field.Settings.(*consentSettings).Version
	switch r.value("") {
	case "":
		r.missing("", r.Field.Control(""), "field.consent")
	case yes + "-" + version:
		return consentAnswer{version}
	default:
		// the page was opened before the wording changed
		r.fail("", "field.consent_changed", nil)
	}
	return nil
}

func (consent) Typed(_ Field, answer json.RawMessage) map[string][]string {
	a := decode[consentAnswer](answer)
	if a.Version == "" {
		return nil
	}
	return map[string][]string{"": {yes + "-" + a.Version}}
}

func (consent) Lines(f Field, answer json.RawMessage, w Words) []Line {
	a := decode[consentAnswer](answer)
	if a.Version == "" {
		return one()
	}
	box := f.Settings.(*consentSettings).Box
	if box == "" {
		box = w("field.consent_box")
	}
	return one(w("field.consent_given", fault.Args{"box": box, "version": a.Version}))
}

func (consent) fill(r *row) {
	s := r.Settings.(*consentSettings)
	r.Blocks = parseBlocks(s.Text)
	r.Second = s.Box
	if s.Box == "" {
		r.Second = r.W("consent_box")
	}
	value := yes + "-" + s.Version
	r.Options = []option{{ID: string(r.ID), Value: value, On: r.value("") == value}}
	r.notes()
}
