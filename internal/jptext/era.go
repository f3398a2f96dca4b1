package jptext

import (
	"fmt"
	"slices"
	"time"
)

// An Era is a Japanese era (年号) of the calendar that law uses.
type Era struct {
	Code  string    // for files and forms: "reiwa"
	Name  string    // 令和
	Start time.Time // first day, midnight UTC
}

// Eras returns the eras since 明治, the newest first. The first day of 明治 is
// given in the Gregorian calendar, which Japan uses since 1873; earlier days
// of 明治 are read as Gregorian, too.
func Eras() []Era { return slices.Clone(eras) }

var eras = []Era{
	{"reiwa", "令和", day(2019, 5, 1)},
	{"heisei", "平成", day(1989, 1, 8)},
	{"showa", "昭和", day(1926, 12, 25)},
	{"taisho", "大正", day(1912, 7, 30)},
	{"meiji", "明治", day(1868, 1, 25)},
}

func day(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }

// longestEra bounds the year of an era that is read; 昭和 would be at 100 in 2025.
const longestEra = 130

// EraNamed returns the era with the code or the name.
func EraNamed(s string) (Era, bool) {
	i := slices.IndexFunc(eras, func(e Era) bool { return e.Code == s || e.Name == s })
	if i < 0 {
		return Era{}, false
	}
	return eras[i], true
}

// EraOf returns the era of a day and the year in it, or false before 明治.
func EraOf(t time.Time) (Era, int, bool) {
	t = day(t.Year(), t.Month(), t.Day())
	for _, e := range eras {
		if !t.Before(e.Start) {
			return e, t.Year() - e.Start.Year() + 1, true
		}
	}
	return Era{}, 0, false
}

// Date returns the day that year, month and day of the era name. A year that
// the era never reached is read on (平成31年5月 is 令和元年5月, and driving
// licences say 平成35年), and the first year is read from January on; so the
// result may lie in another era. It is false for a day that does not exist and
// before 明治 began.
func (e Era) Date(year, month, dayOfMonth int) (time.Time, bool) {
	if year < 1 || year > longestEra {
		return time.Time{}, false
	}
	t, ok := Day(e.Start.Year()+year-1, month, dayOfMonth)
	if !ok || t.Before(eras[len(eras)-1].Start) {
		return time.Time{}, false
	}
	return t, true
}

// Day returns a day of the Gregorian calendar at midnight UTC, or false where
// there is no such day.
func Day(year, month, dayOfMonth int) (time.Time, bool) {
	if year < 1 || year > 9999 || month < 1 || month > 12 {
		return time.Time{}, false
	}
	t := day(year, time.Month(month), dayOfMonth)
	return t, t.Day() == dayOfMonth && int(t.Month()) == month
}

// EraYear writes a year of an era: 元 for the first.
func EraYear(year int) string {
	if year == 1 {
		return "元"
	}
	return fmt.Sprint(year)
}

// EraDate writes a day as 令和元年5月1日, or as 1850年1月2日 before 明治.
func EraDate(t time.Time) string {
	if e, y, ok := EraOf(t); ok {
		return fmt.Sprintf("%s%s年%d月%d日", e.Name, EraYear(y), t.Month(), t.Day())
	}
	return fmt.Sprintf("%d年%d月%d日", t.Year(), t.Month(), t.Day())
}

// BothDate writes a day in both calendars: 2019年（令和元年）5月1日.
func BothDate(t time.Time) string {
	if e, y, ok := EraOf(t); ok {
		return fmt.Sprintf("%d年（%s%s年）%d月%d日", t.Year(), e.Name, EraYear(y), t.Month(), t.Day())
	}
	return fmt.Sprintf("%d年%d月%d日", t.Year(), t.Month(), t.Day())
}
