package field

import (
	"encoding/json"

	"madoguchi/internal/fault"
	"madoguchi/internal/jptext"
)

// Limits of long text, in characters as people count them.
const (
	longTextDefault = 1000
	longTextLimit   = 10_000
)

// longText is text of several lines (複数行テキスト), kept as typed with LF.
type longText struct{}

type longTextSettings struct {
	Min  int `json:"min,omitempty"`  // fewest characters
	Max  int `json:"max,omitempty"`  // most characters; 0 is 1000
	Rows int `json:"rows,omitempty"` // height in lines; 0 is 5
}

func (longText) Name() string         { return "long_text" }
func (longText) Settings() any        { return &longTextSettings{} }
func (longText) Parts(Field) []string { return []string{""} }

func (longText) Flaws(f Field) []Flaw {
	s := f.Settings.(*longTextSettings)
	flaws := append(between("max", s.Max, 1, longTextLimit), between("min", s.Min, 1, s.max())...)
	return append(flaws, between("rows", s.Rows, 2, 30)...)
}

func (s *longTextSettings) max() int {
	if s.Max == 0 {
		return longTextDefault
	}
	return s.Max
}

func (longText) Read(r *Reading) any {
	s := r.Field.Settings.(*longTextSettings)
	answer := jptext.Lines(r.value(""))
	if r.tooLong("", answer, s.max()) {
		return nil
	}
	answer = r.clean("", answer, true)
	if r.failed() {
		return nil
	}
	if answer == "" {
		if r.Field.Required {
			r.missing("", r.Field.Control(""), "field.missing")
		}
		return nil
	}
	r.noMyNumber("", answer)
	if s.Min > 0 && jptext.Count(answer) < s.Min {
		r.fail("", "field.too_short", fault.Args{"min": s.Min})
	}
	return answer
}

func (longText) Typed(_ Field, answer json.RawMessage) map[string][]string {
	return map[string][]string{"": {decode[string](answer)}}
}

func (longText) Lines(_ Field, answer json.RawMessage, _ Words) []Line {
	return one(decode[string](answer))
}

func (longText) fill(r *row) {
	s := r.Settings.(*longTextSettings)
	rows := s.Rows
	if rows == 0 {
		rows = 5
	}
	r.single(control{Rows: rows})
}
