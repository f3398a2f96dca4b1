package visit

import (
	"errors"

	"madoguchi/internal/fault"
	"madoguchi/internal/web/ui"
)

// Mark shows the problems in err beside the fields that they name and returns
// the summary of all of them. An error that is not about the input is returned.
func (v *Visit) Mark(err error, fields ...*ui.Field) (ui.Summary, error) {
	if err == nil || fault.KindOf(err) != fault.Invalid {
		return ui.Summary{}, err
	}
	problems, ok := errors.AsType[fault.Problems](err)
	if !ok {
		problems = fault.Problems{{Fault: fault.Of(err)}}
	}
	s := ui.Summary{}
	for _, p := range problems {
		text, _ := v.Words.Explain(p.Fault)
		line := ui.Problem{Text: text}
		for _, f := range fields {
			if f.Name == p.Field && f.Error == "" {
				f.Error = text
				line = f.Problem()
			}
		}
		s.Problems = append(s.Problems, line)
	}
	return s, nil
}

// Done is the notice after a redirect whose query says what was done, or nil.
func (v *Visit) Done(known ...string) *ui.Notice {
	said := v.R.URL.Query().Get("done")
	for _, k := range known {
		if said == k {
			return &ui.Notice{Tone: "good", Title: v.Words.Text("office.done_" + k)}
		}
	}
	return nil
}
