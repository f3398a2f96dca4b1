package form

import (
	"encoding/json"
	"maps"
	"reflect"
	"time"

	"madoguchi/internal/form/field"
)

// A Change is what a newer version of a form means for one field of a draft.
type Change struct {
	FieldID field.ID
	Label   string
	PageID  string // in the new version; "" where the field is gone
	What    ChangeSort
}

// A ChangeSort is a sort of Change; "form.change_" before it is its key in the
// words files.
type ChangeSort string

// The sorts of change that a person is told about.
const (
	Added    ChangeSort = "added"    // a question that was not there
	Removed  ChangeSort = "removed"  // the answer is no longer asked for and left out
	Refused  ChangeSort = "refused"  // the answer does not fit the new rules and must be given again
	Reworded ChangeSort = "reworded" // the answer is kept, but the question reads differently
)

// Carry brings the answers of a draft made on the version old to the version
// new. An answer is kept when a field of the same ID and kind takes it as it
// is; everything that is not the same for the person is a Change.
func Carry(old, new *Definition, a Answers, today time.Time) (Answers, []Change) {
	carried := Answers{}
	var changes []Change
	for _, p := range new.Pages {
		for _, f := range p.Fields {
			answer, had := a[f.ID]
			what := compare(old, f, a, today)
			if had && (what == "" || what == Reworded) {
				carried[f.ID] = answer
			}
			if what != "" {
				changes = append(changes, Change{f.ID, f.Label, p.ID, what})
			}
		}
	}
	for _, p := range old.Pages {
		for _, f := range p.Fields {
			if _, had := a[f.ID]; had && !new.has(f.ID) {
				changes = append(changes, Change{FieldID: f.ID, Label: f.Label, What: Removed})
			}
		}
	}
	return carried, changes
}

func (d *Definition) has(id field.ID) bool {
	_, _, ok := d.Field(id)
	return ok
}

// compare says what becomes of the answer to the new field f.
func compare(old *Definition, f field.Field, a Answers, today time.Time) ChangeSort {
	if !f.Asks() {
		return ""
	}
	was, _, ok := old.Field(f.ID)
	if !ok || !was.Asks() {
		return Added
	}
	answer, had := a[f.ID]
	reworded := was.Label != f.Label || was.Hint != f.Hint
	switch {
	case was.Kind != f.Kind:
		return Refused
	case had && len(f.Check(answer, today)) > 0:
		return Refused
	case reworded || was.Required != f.Required || !reflect.DeepEqual(was.Settings, f.Settings):
		return Reworded
	}
	return ""
}

// Copy returns the answers that a new application begins with when a person
// applies again (再申込): those that still fit, without consents and files.
func (d *Definition) Copy(from *Definition, a Answers, today time.Time) Answers {
	carried, _ := Carry(from, d, a, today)
	maps.DeleteFunc(carried, func(id field.ID, _ json.RawMessage) bool {
		f, _, ok := d.Field(id)
		return !ok || f.Kind == "consent" || f.Kind == "file"
	})
	return carried
}
