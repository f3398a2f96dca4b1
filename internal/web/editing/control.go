package editing

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"madoguchi/internal/fault"
	"madoguchi/internal/jptext"
	"madoguchi/internal/web"
	"madoguchi/internal/web/ui"
)

// FormPage is the data of page/edit.tmpl: a page of controls.
type FormPage struct {
	web.Frame
	Back     ui.Link
	Intro    string
	Done     *ui.Notice
	Conflict *ui.Notice // someone else saved in the meantime
	Summary  ui.Summary
	Action   string
	Upload   bool // the form sends a file
	Version  int
	Controls []Control
	Button   string
	Links    []FormLink // versions of a form
	More     []More
}

// FormLink is one version of a form, and its definition as a file.
type FormLink struct {
	Link, Raw ui.Link
	Text      string
}

// More is a second form below the first: an addition, or something dangerous.
type More struct {
	Title    string
	Text     string
	Action   string
	Version  int
	Controls []Control
	Button   string
	Danger   bool
}

// A Control is a heading or one field of a page.
type Control struct {
	As string // heading, field, select, choices, agree
	ui.Field
}

func (v *edit) heading(key string, args ...any) Control {
	return Control{"heading", ui.Field{Label: v.words.Text(key, args...)}}
}

// field returns a control whose label is the words of editing.<key>, with the
// hint editing.<key>_hint where there is one.
func (v *edit) field(as, name, key, value string) Control {
	f := ui.Field{ID: name, Name: name, Label: v.words.Text("editing." + key), Value: value}
	if hint := "editing." + key + "_hint"; v.words.Has(hint) {
		f.Hint = v.words.Text(hint)
	}
	if as == "choices" {
		f.Type = "choices"
	}
	return Control{as, f}
}

func (v *edit) line(name, key, value string) Control { return v.field("field", name, key, value) }

func (v *edit) area(name, key, value string, rows int) Control {
	c := v.field("field", name, key, value)
	c.Rows = rows
	return c
}

// need marks the control as required.
func (c Control) need() Control {
	c.Required = true
	return c
}

// when gives the two controls of a moment: day and time of day.
func (v *edit) when(name, key string, at time.Time, need bool) []Control {
	day, clock := "", ""
	if !at.IsZero() {
		at = at.In(web.Tokyo)
		day, clock = at.Format("2006-01-02"), at.Format("15:04")
	}
	d, c := v.line(name, key, day), v.line(name+"_time", key+"_time", clock)
	d.Type, d.Size, d.Required = "date", "m", need
	c.Type, c.Size, c.Plain = "time", "s", true
	return []Control{d, c}
}

// moment reads the controls of when. An empty day is the zero time; a day
// without a time is its first moment.
func moment(p *fault.Problems, f url.Values, name string) time.Time {
	day, clock := jptext.Half(strings.TrimSpace(f.Get(name))), jptext.Half(strings.TrimSpace(f.Get(name+"_time")))
	if day == "" {
		if clock != "" {
			p.Add(name, "editing.day_missing", nil)
		}
		return time.Time{}
	}
	on, ok := readDay(day)
	if !ok {
		p.Add(name, "editing.bad_day", nil)
		return time.Time{}
	}
	if clock == "" {
		return on.UTC()
	}
	t, err := time.Parse("15:04", clock)
	if err != nil {
		p.Add(name+"_time", "editing.bad_time", nil)
		return on.UTC()
	}
	return on.Add(time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute).UTC()
}

// readDay reads what a date control sends, or a date as people write it.
func readDay(s string) (time.Time, bool) {
	d, ok := jptext.ReadDate(s)
	if !ok {
		return time.Time{}, false
	}
	return time.Date(d.Year(), d.Month(), d.Day(), 0, 0, 0, 0, web.Tokyo), true
}

// options builds the choices of a select or of choices.
func (c Control) options(chosen []string, pairs ...ui.Option) Control {
	for _, o := range pairs {
		for _, value := range chosen {
			o.Checked = o.Checked || o.Value == value
		}
		c.Options = append(c.Options, o)
	}
	return c
}

// typed puts what a person typed back into the controls.
func typed(all []Control, f url.Values) {
	for i := range all {
		c := &all[i]
		switch {
		case c.As == "heading" || c.Type == "file":
		case len(c.Options) > 0:
			for j := range c.Options {
				c.Options[j].Checked = false
				for _, value := range f[c.Name] {
					c.Options[j].Checked = c.Options[j].Checked || c.Options[j].Value == value
				}
			}
		default:
			c.Value = f.Get(c.Name)
		}
	}
}

// blame puts each problem at its control and into the summary.
func (v *edit) blame(s *ui.Summary, all []Control, problems fault.Problems) {
	s.Kept = true
	for _, p := range problems {
		text := v.words.Text(p.Fault.Key(), p.Fault.Args())
		found := false
		for i := range all {
			if all[i].Name == p.Field && all[i].As != "heading" && !found {
				all[i].Error, found = text, true
				s.Problems = append(s.Problems, all[i].Field.Problem())
			}
		}
		if !found {
			s.Problems = append(s.Problems, ui.Problem{Text: text})
		}
	}
}

// again shows the page once more after a failed act, with everything that was
// typed: problems at their controls, or that someone else was faster. Other
// errors are returned.
func (v *edit) again(page FormPage, f url.Values, err error) error {
	typed(page.Controls, f)
	if problems, ok := errors.AsType[fault.Problems](err); ok {
		page.Invalid = true
		v.blame(&page.Summary, page.Controls, problems)
		return v.show(http.StatusUnprocessableEntity, "edit", page)
	}
	if fault.KindOf(err) == fault.Conflict {
		text, _ := v.words.Explain(err)
		lines := []string{v.words.Text("editing.conflict_do")}
		if text != "" {
			lines = append([]string{text}, lines...)
		}
		page.Conflict = &ui.Notice{Tone: "bad", Title: v.words.Text("editing.conflict"), Lines: lines}
		return v.show(http.StatusConflict, "edit", page)
	}
	return err
}

// split reads a list that is typed one item a line.
func split(s string) []string {
	var items []string
	for line := range strings.SplitSeq(strings.ReplaceAll(s, "\r\n", "\n"), "\n") {
		if line = strings.TrimFunc(line, jptext.IsSpace); line != "" {
			items = append(items, line)
		}
	}
	return items
}
