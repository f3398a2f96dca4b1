package field

import (
	"encoding/json"
	"slices"

	"madoguchi/internal/fault"
)

// choices are several of the options (複数選択), as check boxes. The answer keeps
// the order of the options.
type choices struct{}

type choicesSettings struct {
	Options []Option `json:"options"`
	Min     int      `json:"min,omitempty"` // fewest chosen; a required field asks for one
	Max     int      `json:"max,omitempty"` // most chosen; 0 is all
	Other   bool     `json:"other,omitempty"`
}

type choicesAnswer struct {
	Values []string `json:"values"`
	Other  string   `json:"other,omitempty"`
}

func (choices) Name() string  { return "choices" }
func (choices) Settings() any { return &choicesSettings{} }

func (choices) Parts(f Field) []string {
	if f.Settings.(*choicesSettings).Other {
		return []string{"", other}
	}
	return []string{""}
}

func (choices) Flaws(f Field) []Flaw {
	s := f.Settings.(*choicesSettings)
	n := len(s.Options)
	if s.Other {
		n++
	}
	flaws := append(optionFlaws(s.Options, s.Other), between("min", s.Min, 1, n)...)
	flaws = append(flaws, between("max", s.Max, 1, n)...)
	if s.Max > 0 && s.Min > s.Max {
		flaws = append(flaws, Flaw{Setting: "max", Key: "field.def_max_below_min"})
	}
	return flaws
}

func (choices) Read(r *Reading) any {
	s := r.Field.Settings.(*choicesSettings)
	sent := slices.DeleteFunc(slices.Clone(r.in.Values[r.Field.Control("")]), func(v string) bool { return v == "" })
	first := r.Field.Control("1")
	if len(sent) == 0 {
		if r.Field.Required {
			r.missing("", first, "field.choose_some")
		}
		return nil
	}
	for _, v := range sent {
		if !listed(s.Options, s.Other, v) {
			r.failAt("", first, "field.not_listed", nil)
			return nil
		}
	}
	var a choicesAnswer
	for _, o := range s.Options {
		if slices.Contains(sent, o.Value) {
			a.Values = append(a.Values, o.Value)
		}
	}
	if s.Other && slices.Contains(sent, other) {
		a.Values = append(a.Values, other)
	}
	if n := len(a.Values); n < s.Min {
		r.failAt("", first, "field.choose_more", fault.Args{"min": s.Min})
	} else if s.Max > 0 && n > s.Max {
		r.failAt("", first, "field.choose_fewer", fault.Args{"max": s.Max})
	}
	a.Other = r.other(slices.Contains(a.Values, other))
	return a
}

func (choices) Typed(_ Field, answer json.RawMessage) map[string][]string {
	a := decode[choicesAnswer](answer)
	return map[string][]string{"": a.Values, other: {a.Other}}
}

func (choices) Lines(f Field, answer json.RawMessage, w Words) []Line {
	a := decode[choicesAnswer](answer)
	line := Line{Control: f.Control("1")}
	for _, v := range a.Values {
		line.Values = append(line.Values, optionText(f.Settings.(*choicesSettings).Options, v, a.Other, w))
	}
	return []Line{line}
}

func (choices) fill(r *row) {
	s := r.Settings.(*choicesSettings)
	r.options(s.Options, s.Other)
	r.notes()
	if s.Other {
		r.part(other, control{Type: "text"})
	}
}
