package field

import (
	"encoding/json"

	"madoguchi/internal/jptext"
)

// phone is a telephone number (電話番号) in half width, its groups as typed.
type phone struct{}

type phoneSettings struct{}

func (phone) Name() string         { return "phone" }
func (phone) Settings() any        { return &phoneSettings{} }
func (phone) Parts(Field) []string { return []string{""} }
func (phone) Flaws(Field) []Flaw   { return nil }

func (phone) Read(r *Reading) any {
	typed := r.line("", 40, nil)
	if r.failed() {
		return nil
	}
	if typed == "" {
		if r.Field.Required {
			r.missing("", r.Field.Control(""), "field.missing")
		}
		return nil
	}
	answer, ok := jptext.Phone(typed)
	if !ok {
		r.fail("", "field.phone", nil)
	}
	return answer
}

func (phone) Typed(_ Field, answer json.RawMessage) map[string][]string {
	return map[string][]string{"": {decode[string](answer)}}
}

func (phone) Lines(_ Field, answer json.RawMessage, _ Words) []Line {
	return one(decode[string](answer))
}

func (phone) fill(r *row) {
	r.single(control{Type: "text", Mode: "tel", Size: "--m", Autocomplete: r.auto("tel")})
}
