package jptext_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"madoguchi/internal/jptext"
)

func day(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return t
}

func TestEraBoundaries(t *testing.T) {
	for in, want := range map[string]string{
		"1868-01-24": "1868年1月24日",
		"1868-01-25": "明治元年1月25日",
		"1912-07-29": "明治45年7月29日",
		"1912-07-30": "大正元年7月30日",
		"1926-12-24": "大正15年12月24日",
		"1926-12-25": "昭和元年12月25日",
		"1989-01-07": "昭和64年1月7日",
		"1989-01-08": "平成元年1月8日",
		"2019-04-30": "平成31年4月30日",
		"2019-05-01": "令和元年5月1日",
		"2022-07-01": "令和4年7月1日",
	} {
		if got := jptext.EraDate(day(in)); got != want {
			t.Errorf("EraDate(%s) = %s, want %s", in, got, want)
		}
	}
	if got := jptext.BothDate(day("1990-04-15")); got != "1990年（平成2年）4月15日" {
		t.Errorf("got %s", got)
	}
}

func TestDatesOfEras(t *testing.T) {
	for _, c := range []struct {
		era     string
		y, m, d int
		want    string
	}{
		{"令和", 1, 5, 1, "2019-05-01"},
		{"平成", 31, 5, 1, "2019-05-01"}, // read on: 令和元年5月1日
		{"平成", 35, 4, 15, "2023-04-15"},
		{"昭和", 64, 1, 8, "1989-01-08"},
		{"令和", 1, 4, 1, "2019-04-01"},
		{"showa", 55, 12, 31, "1980-12-31"},
		{"明治", 1, 1, 24, ""},
		{"平成", 2, 2, 29, ""},
		{"平成", 0, 1, 1, ""},
		{"平成", 200, 1, 1, ""},
		{"平成", 2, 13, 1, ""},
	} {
		e, ok := jptext.EraNamed(c.era)
		if !ok {
			t.Fatalf("no era %s", c.era)
		}
		got, ok := e.Date(c.y, c.m, c.d)
		if ok != (c.want != "") || ok && !got.Equal(day(c.want)) {
			t.Errorf("%s%d年%d月%d日 = %v, %v; want %s", c.era, c.y, c.m, c.d, got, ok, c.want)
		}
	}
}

func TestEraDatesGoBothWays(t *testing.T) {
	first := day("1868-01-25")
	rapid.Check(t, func(rt *rapid.T) {
		want := first.AddDate(0, 0, rapid.IntRange(0, 80_000).Draw(rt, "days"))
		e, y, ok := jptext.EraOf(want)
		if !ok {
			rt.Fatalf("%v has no era", want)
		}
		if got, ok := e.Date(y, int(want.Month()), want.Day()); !ok || !got.Equal(want) {
			rt.Fatalf("%v is %s%d年, which is read as %v, %v", want, e.Name, y, got, ok)
		}
		if got, ok := jptext.ReadDate(jptext.EraDate(want)); !ok || !got.Equal(want) {
			rt.Fatalf("%s is read as %v, %v", jptext.EraDate(want), got, ok)
		}
	})
}

func TestReadDate(t *testing.T) {
	for in, want := range map[string]string{
		"2022-07-05":  "2022-07-05",
		"２０２２／７／５":    "2022-07-05",
		"2022年7月5日":   "2022-07-05",
		"西暦2022年7月5日": "2022-07-05",
		"令和４年７月５日":    "2022-07-05",
		"令和元年5月1日":    "2019-05-01",
		"平成31年5月1日":   "2019-05-01",
		"R4.7.5":      "2022-07-05",
		"S55-12-31":   "1980-12-31",
		"2022-02-29":  "",
		"2022-7":      "",
		"明日":          "",
		"":            "",
	} {
		got, ok := jptext.ReadDate(in)
		if ok != (want != "") || ok && !got.Equal(day(want)) {
			t.Errorf("ReadDate(%q) = %v, %v; want %s", in, got, ok, want)
		}
	}
}
