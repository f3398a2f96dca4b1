package web

import (
	"fmt"
	"html/template"
	"strconv"
	"strings"
	"time"

	"madoguchi/internal/jptext"
	"madoguchi/internal/web/ui"
	"madoguchi/internal/words"
)

// Tokyo is the time zone (日本時間) of everything that people read.
var Tokyo = time.FixedZone("JST", 9*60*60)

// Times puts moments into words. Times are UTC everywhere but on the page.
type Times struct{ Words *words.Words }

// Date is 2022年7月1日（金）.
func (t Times) Date(at time.Time) string { return t.text("time.date", at) }

// DateTime is 2022年7月1日（金）14時23分.
func (t Times) DateTime(at time.Time) string { return t.text("time.datetime", at) }

// Day is 2022年07月01日.
func (t Times) Day(at time.Time) string { return t.text("time.day", at) }

// Stamp is 2022年07月01日 14時23分.
func (t Times) Stamp(at time.Time) string { return t.text("time.stamp", at) }

// Short is 7月1日（金）.
func (t Times) Short(at time.Time) string { return t.text("time.short", at) }

// Clock is 14時23分.
func (t Times) Clock(at time.Time) string { return t.text("time.clock", at) }

// Until is DateTime for the end of a period. A period that ends at midnight is
// said to end in the last minute of the day before.
func (t Times) Until(end time.Time) string { return t.text("time.datetime", lastMinute(end)) }

// UntilDate and UntilClock are the two halves of Until.
func (t Times) UntilDate(end time.Time) string { return t.text("time.date", lastMinute(end)) }

// UntilClock is the time of day of Until.
func (t Times) UntilClock(end time.Time) string { return t.text("time.clock", lastMinute(end)) }

func lastMinute(end time.Time) time.Time {
	local := end.In(Tokyo)
	if !end.IsZero() && local.Hour() == 0 && local.Minute() == 0 {
		return end.Add(-time.Minute)
	}
	return end
}

func (t Times) text(key string, at time.Time) string {
	if at.IsZero() {
		return ""
	}
	at = at.In(Tokyo)
	return t.Words.Text(key, "y", at.Year(), "m", int(at.Month()), "d", at.Day(), "h", at.Hour(),
		"mm", two(int(at.Month())), "dd", two(at.Day()), "hh", two(at.Hour()), "min", two(at.Minute()),
		"w", t.Words.Text("time.weekday_"+strconv.Itoa(int(at.Weekday()))))
}

func two(n int) string { return fmt.Sprintf("%02d", n) }

// Era is 1990年（平成2年）4月15日.
func (t Times) Era(at time.Time) string { return jptext.BothDate(at.In(Tokyo)) }

// DaysLeft counts the days from now until the end, both as days in Japan:
// 0 is today. An end at midnight belongs to the day before.
func DaysLeft(now, end time.Time) int {
	return int(day(end.Add(-time.Microsecond)).Sub(day(now)) / (24 * time.Hour))
}

func day(at time.Time) time.Time {
	y, m, d := at.In(Tokyo).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// ISO is the form of the datetime attribute: 2022-07-01T14:23+09:00.
func ISO(at time.Time) string { return at.In(Tokyo).Format("2006-01-02T15:04-07:00") }

// Comma groups a number by threes: 2,312.
func Comma(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Funcs are the functions of every template, in the language of w.
func Funcs(w *words.Words) template.FuncMap {
	t := Times{w}
	return template.FuncMap{
		"t":        w.Text,
		"date":     t.Date,
		"datetime": t.DateTime,
		"day":      t.Day,
		"stamp":    t.Stamp,
		"short":    t.Short,
		"clock":    t.Clock,
		"until":    t.Until,
		"until_on": t.UntilDate,
		"until_at": t.UntilClock,
		"era":      t.Era,
		"iso":      ISO,
		"daysleft": DaysLeft,
		"comma":    Comma,
		"size":     Size,
		"lines":    func(s string) []string { return strings.Split(s, "\n") },
		"prose":    ui.Prose,
		"asset":    func(string) (string, error) { return "", nil },
	}
}
