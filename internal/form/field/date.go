package field

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"madoguchi/internal/fault"
	"madoguchi/internal/jptext"
)

// date is a calendar day (日付), asked with an era and kept as 2006-01-02.
type date struct{}

type dateSettings struct {
	Min      string `json:"min,omitempty"`      // first day taken: 2022-04-01, today, today-18y, today+7d
	Max      string `json:"max,omitempty"`      // last day taken
	Near     bool   `json:"near,omitempty"`     // a day not far off: one control with a calendar
	Calendar string `json:"calendar,omitempty"` // "western" to show a kept day again with a year of the common era
}

// western stands in the list of eras for years of the common era.
const western = "ce"

func (date) Name() string  { return "date" }
func (date) Settings() any { return &dateSettings{} }

func (date) Parts(f Field) []string {
	if f.Settings.(*dateSettings).Near {
		return []string{""}
	}
	return []string{"era", "year", "month", "day"}
}

func (date) Flaws(f Field) []Flaw {
	s := f.Settings.(*dateSettings)
	flaws := oneOf("calendar", s.Calendar, "western")
	someDay := time.Date(2022, 7, 1, 0, 0, 0, 0, time.UTC)
	low, lowOK := dayLimit(s.Min, someDay)
	high, highOK := dayLimit(s.Max, someDay)
	if s.Min != "" && !lowOK {
		flaws = append(flaws, Flaw{Setting: "min", Key: "field.def_date"})
	}
	if s.Max != "" && !highOK {
		flaws = append(flaws, Flaw{Setting: "max", Key: "field.def_date"})
	}
	if lowOK && highOK && relative(s.Min) == relative(s.Max) && high.Before(low) {
		flaws = append(flaws, Flaw{Setting: "max", Key: "field.def_max_below_min"})
	}
	return flaws
}

func relative(s string) bool { return strings.HasPrefix(s, "today") }

// dayLimit reads a limit: a day, or "today" with a distance such as -18y, +6m,
// +7d. It is false for none and for what it cannot read.
func dayLimit(s string, today time.Time) (time.Time, bool) {
	distance, ok := strings.CutPrefix(s, "today")
	if !ok {
		t, err := time.Parse(time.DateOnly, s)
		return t, err == nil
	}
	today = time.Date(today.Year(), today.Month(), today.Day(), 0, 0, 0, 0, time.UTC)
	if distance == "" {
		return today, true
	}
	unit := distance[len(distance)-1]
	n, err := strconv.Atoi(distance[:len(distance)-1])
	if err != nil || n < -5000 || n > 5000 || distance[0] != '-' && distance[0] != '+' {
		return time.Time{}, false
	}
	switch unit {
	case 'y':
		return today.AddDate(n, 0, 0), true
	case 'm':
		return today.AddDate(0, n, 0), true
	case 'd':
		return today.AddDate(0, 0, n), true
	}
	return time.Time{}, false
}

func (date) Read(r *Reading) any {
	s := r.Field.Settings.(*dateSettings)
	read := r.eraDay
	if s.Near {
		read = r.nearDay
	}
	t, ok := read()
	if !ok {
		return nil
	}
	r.dayWithin(s, t)
	return t.Format(time.DateOnly)
}

// first is the control that problems with the whole day link to.
func (s *dateSettings) first(f Field) string {
	if s.Near {
		return f.Control("")
	}
	return f.Control("year")
}

// dayWithin notes a day outside the limits.
func (r *Reading) dayWithin(s *dateSettings, t time.Time) {
	control := s.first(r.Field)
	if low, ok := dayLimit(s.Min, r.in.Today); ok && t.Before(low) {
		r.failAt("", control, "field.date_early", fault.Args{"date": jptext.BothDate(low)})
	}
	if high, ok := dayLimit(s.Max, r.in.Today); ok && t.After(high) {
		r.failAt("", control, "field.date_late", fault.Args{"date": jptext.BothDate(high)})
	}
}

// nearDay reads a day from one control: what a calendar sends, or what people
// write.
func (r *Reading) nearDay() (time.Time, bool) {
	typed := r.line("", 40, nil)
	if r.failed() {
		return time.Time{}, false
	}
	if typed == "" {
		if r.Field.Required {
			r.missing("", r.Field.Control(""), "field.missing")
		}
		return time.Time{}, false
	}
	t, ok := jptext.ReadDate(typed)
	if !ok {
		r.fail("", "field.date", nil)
	}
	return t, ok
}

// eraDay reads era, year, month and day.
func (r *Reading) eraDay() (time.Time, bool) {
	era := r.line("era", 10, nil)
	year, month, day := r.line("year", 10, jptext.Code), r.line("month", 10, jptext.Code), r.line("day", 10, jptext.Code)
	if r.failed() {
		return time.Time{}, false
	}
	if year+month+day == "" {
		if r.Field.Required {
			r.missing("", r.Field.Control("year"), "field.missing")
		}
		return time.Time{}, false
	}
	y := r.calendarNumber("year", strings.TrimSuffix(year, "年"), 9999)
	m := r.calendarNumber("month", strings.TrimSuffix(month, "月"), 12)
	d := r.calendarNumber("day", strings.TrimSuffix(day, "日"), 31)
	if r.failed() {
		return time.Time{}, false
	}
	return r.dayOf(era, y, m, d)
}

// calendarNumber reads a number from 1 to most; 元 is 1.
func (r *Reading) calendarNumber(part, s string, most int) int {
	if s == "" {
		r.missing(part, r.Field.Control(part), "field.missing")
		return 0
	}
	if s == "元" && part == "year" {
		return 1
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > most || s[0] == '+' {
		r.fail(part, "field.date_number", fault.Args{"max": most})
	}
	return n
}

// dayOf puts the parts together. A year of four digits is one of the common
// era, whichever era was chosen.
func (r *Reading) dayOf(era string, y, m, d int) (time.Time, bool) {
	e, known := jptext.EraNamed(era)
	if era != western && era != "" && !known {
		r.fail("era", "field.not_listed", nil)
		return time.Time{}, false
	}
	if !known && y < 1000 {
		r.fail("year", "field.date_western", nil)
		return time.Time{}, false
	}
	t, ok := jptext.Day(y, m, d)
	if known && y < 1000 {
		t, ok = e.Date(y, m, d)
	}
	if !ok {
		r.failAt("", r.Field.Control("day"), "field.date_none", nil)
	}
	return t, ok
}

func (date) Typed(f Field, answer json.RawMessage) map[string][]string {
	s := f.Settings.(*dateSettings)
	iso := decode[string](answer)
	t, err := time.Parse(time.DateOnly, iso)
	if s.Near {
		return map[string][]string{"": {iso}}
	}
	if err != nil {
		return nil
	}
	code, year := western, t.Year()
	if e, y, ok := jptext.EraOf(t); ok && s.Calendar != "western" {
		code, year = e.Code, y
	}
	return map[string][]string{
		"era": {code}, "year": {strconv.Itoa(year)},
		"month": {strconv.Itoa(int(t.Month()))}, "day": {strconv.Itoa(t.Day())},
	}
}

func (date) Lines(_ Field, answer json.RawMessage, _ Words) []Line {
	t, err := time.Parse(time.DateOnly, decode[string](answer))
	if err != nil {
		return one()
	}
	return one(jptext.BothDate(t))
}

func (date) fill(r *row) {
	s := r.Settings.(*dateSettings)
	if s.Near {
		c := control{Type: "date", Size: "--m", Autocomplete: "off"}
		if _, err := time.Parse(time.DateOnly, r.value("")); err != nil && r.value("") != "" {
			c.Type = "text" // a calendar would not show what was typed
		}
		r.single(c)
		return
	}
	r.part("era", control{Options: r.eras()})
	for _, part := range []string{"year", "month", "day"} {
		c := control{Type: "text", Mode: "numeric", Size: "--s", Required: true, Autocomplete: r.auto("bday-" + part)}
		if part == "year" {
			c.Mode = "" // 元 is a year, too
		}
		r.part(part, c)
	}
	r.notes()
	r.echo()
}

// eras lists the eras to choose from.
func (r *row) eras() []option {
	chosen := r.value("era")
	options := []option{{Value: western, Label: r.W("era_" + western), On: chosen == western}}
	for _, e := range jptext.Eras() {
		options = append(options, option{Value: e.Code, Label: r.W("era_" + e.Code), On: chosen == e.Code})
	}
	return options
}

// echo tells in both calendars which day was understood.
func (r *row) echo() {
	answer, ok := r.view.Answers[r.ID]
	if !ok || r.Bad() {
		return
	}
	if t, err := time.Parse(time.DateOnly, decode[string](answer)); err == nil {
		r.Notes = append(r.Notes, r.view.Words("field.date_taken", fault.Args{"date": jptext.BothDate(t)}))
	}
}
