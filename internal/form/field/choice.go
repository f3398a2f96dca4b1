package field

import (
	"encoding/json"
	"regexp"
	"slices"
	"strconv"

	"madoguchi/internal/fault"
)

// An Option is one of the options (選択肢) of a choice. Its value stays the same
// when its label is reworded.
type Option struct {
	Value string `json:"value"`
	Label string `json:"label"`
	Hint  string `json:"hint,omitempty"`
}

// other is the value of the option その他, which has a text of its own.
const (
	other     = "other"
	otherMax  = 200
	radioMost = 5 // more options than these are a list to choose from
)

var validValue = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,39}$`)

// choice is one of the options (単一選択), as radio buttons or a list.
type choice struct{}

type choiceSettings struct {
	Options []Option `json:"options"`
	Style   string   `json:"style,omitempty"` // radio, select; by the number of options when empty
	Other   bool     `json:"other,omitempty"` // with その他 and a text
}

type choiceAnswer struct {
	Value string `json:"value"`
	Other string `json:"other,omitempty"`
}

func (choice) Name() string  { return "choice" }
func (choice) Settings() any { return &choiceSettings{} }

func (choice) Parts(f Field) []string {
	if f.Settings.(*choiceSettings).Other {
		return []string{"", other}
	}
	return []string{""}
}

func (choice) Flaws(f Field) []Flaw {
	s := f.Settings.(*choiceSettings)
	flaws := append(optionFlaws(s.Options, s.Other), oneOf("style", s.Style, "radio", "select")...)
	if s.Other && s.Style == "select" {
		flaws = append(flaws, Flaw{Setting: "style", Key: "field.def_other_needs_radio"})
	}
	return flaws
}

func optionFlaws(options []Option, withOther bool) []Flaw {
	var flaws []Flaw
	if len(options) == 0 || len(options) > 200 {
		flaws = append(flaws, Flaw{Setting: "options", Key: "field.def_range", Args: fault.Args{"min": 1, "max": 200}})
	}
	seen := map[string]bool{other: withOther}
	for i, o := range options {
		at := "options[" + strconv.Itoa(i) + "]"
		if !validValue.MatchString(o.Value) {
			flaws = append(flaws, Flaw{Setting: at + ".value", Key: "field.def_bad_value"})
		}
		if seen[o.Value] {
			flaws = append(flaws, Flaw{Setting: at + ".value", Key: "field.def_twice", Args: fault.Args{"id": o.Value}})
		}
		seen[o.Value] = true
		flaws = append(flaws, Prose(at+".label", o.Label, maxLabel, true)...)
		flaws = append(flaws, Prose(at+".hint", o.Hint, maxHint, false)...)
	}
	return flaws
}

func (s *choiceSettings) isSelect() bool {
	return s.Style == "select" || s.Style == "" && !s.Other && len(s.Options) > radioMost
}

// link is where the error summary leads: the list, or the first button.
func (s *choiceSettings) link(f Field) string {
	if s.isSelect() {
		return f.Control("")
	}
	return f.Control("1")
}

func (choice) Read(r *Reading) any {
	s := r.Field.Settings.(*choiceSettings)
	value := r.value("")
	if r.failed() {
		return nil
	}
	if value == "" {
		if r.Field.Required {
			r.missing("", s.link(r.Field), "field.choose")
		}
		return nil
	}
	if !listed(s.Options, s.Other, value) {
		r.failAt("", s.link(r.Field), "field.not_listed", nil)
		return nil
	}
	return choiceAnswer{value, r.other(value == other)}
}

func listed(options []Option, withOther bool, value string) bool {
	return withOther && value == other ||
		slices.ContainsFunc(options, func(o Option) bool { return o.Value == value })
}

// other reads the text to その他, where that was chosen.
func (r *Reading) other(chosen bool) string {
	if !chosen {
		return ""
	}
	s := r.line(other, otherMax, nil)
	if s == "" && !r.failed() {
		r.missing(other, r.Field.Control(other), "field.missing")
	}
	r.noMyNumber(other, s)
	return s
}

func (choice) Typed(_ Field, answer json.RawMessage) map[string][]string {
	a := decode[choiceAnswer](answer)
	return map[string][]string{"": {a.Value}, other: {a.Other}}
}

func (choice) Lines(f Field, answer json.RawMessage, w Words) []Line {
	a := decode[choiceAnswer](answer)
	if a.Value == "" {
		return []Line{{Control: f.Settings.(*choiceSettings).link(f)}}
	}
	return []Line{{
		Values:  []string{optionText(f.Settings.(*choiceSettings).Options, a.Value, a.Other, w)},
		Control: f.Settings.(*choiceSettings).link(f),
	}}
}

// optionText is the label of an option, or その他 with its text.
func optionText(options []Option, value, text string, w Words) string {
	for _, o := range options {
		if o.Value == value {
			return o.Label
		}
	}
	if value == other {
		return w("field.other_text", fault.Args{"text": text})
	}
	return value
}

func (choice) fill(r *row) {
	s := r.Settings.(*choiceSettings)
	r.Select = s.isSelect()
	r.options(s.Options, s.Other)
	if r.Select {
		blank := option{Label: r.W("choose_blank")}
		r.single(control{Options: append([]option{blank}, r.Options...)})
		return
	}
	if !r.Required {
		r.noChoice()
	}
	r.notes()
	if s.Other {
		r.part(other, control{Type: "text"})
	}
}

// noChoice adds the way back from an optional choice: a radio button that was
// pressed cannot be released otherwise.
func (r *row) noChoice() {
	r.Options = append(r.Options, option{
		ID: r.Control(strconv.Itoa(len(r.Options) + 1)), Label: r.W("choose_none"),
		On: slices.Contains(r.values()[""], ""),
	})
}

// options adds the options with what was chosen.
func (r *row) options(options []Option, withOther bool) {
	if withOther {
		options = append(slices.Clone(options), Option{Value: other, Label: r.W("other")})
	}
	chosen := r.values()[""]
	for i, o := range options {
		r.Options = append(r.Options, option{
			ID: r.Control(strconv.Itoa(i + 1)), Value: o.Value, Label: o.Label, Hint: o.Hint,
			On: slices.Contains(chosen, o.Value),
		})
	}
}
