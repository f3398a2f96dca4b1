package field

import (
	"encoding/json"
	"strings"

	"madoguchi/internal/jptext"
)

// mail is a mail address (メールアドレス), asked twice unless the form says once.
type mail struct{}

type mailSettings struct {
	Once bool `json:"once,omitempty"` // asked only once
}

const again = "again"

func (mail) Name() string  { return "mail" }
func (mail) Settings() any { return &mailSettings{} }

func (mail) Parts(f Field) []string {
	if f.Settings.(*mailSettings).Once {
		return []string{""}
	}
	return []string{"", again}
}

func (mail) Flaws(Field) []Flaw { return nil }

func (mail) Read(r *Reading) any {
	once := r.Field.Settings.(*mailSettings).Once
	typed := r.line("", 254, nil)
	second := typed
	if !once {
		second = r.line(again, 254, nil)
	}
	if r.failed() {
		return nil
	}
	if typed+second == "" {
		if r.Field.Required {
			r.missing("", r.Field.Control(""), "field.missing")
		}
		return nil
	}
	answer, ok := jptext.Mail(typed)
	if !ok {
		r.fail("", "field.mail", nil)
		return nil
	}
	if second == "" {
		r.missing(again, r.Field.Control(again), "field.mail_again")
		return nil
	}
	if repeat, ok := jptext.Mail(second); !ok || !strings.EqualFold(repeat, answer) {
		r.fail(again, "field.mail_differs", nil)
	}
	return answer
}

func (mail) Typed(f Field, answer json.RawMessage) map[string][]string {
	a := decode[string](answer)
	return map[string][]string{"": {a}, again: {a}}
}

func (mail) Lines(_ Field, answer json.RawMessage, _ Words) []Line {
	return one(decode[string](answer))
}

func (mail) fill(r *row) {
	c := control{Type: "text", Mode: "email", Size: "--l", Autocomplete: r.auto("email"), Required: true}
	if r.Settings.(*mailSettings).Once {
		r.single(c)
		return
	}
	r.part("", c)
	r.Controls[0].Label = r.W("part_mail")
	r.part(again, c)
	r.notes()
}
