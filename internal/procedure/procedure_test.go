package procedure_test

import (
	"testing"
	"time"

	"madoguchi/internal/procedure"
)

func TestThePeriodIncludesItsFirstMomentAndExcludesItsLast(t *testing.T) {
	opens := time.Date(2022, 7, 1, 0, 0, 0, 0, time.UTC)
	closes := opens.Add(24 * time.Hour)
	p := procedure.Procedure{OpensAt: opens, ClosesAt: closes}
	for _, c := range []struct {
		at   time.Time
		want procedure.State
	}{
		{opens.Add(-time.Microsecond), procedure.Before},
		{opens, procedure.Open},
		{closes.Add(-time.Microsecond), procedure.Open},
		{closes, procedure.Closed},
	} {
		if got := p.StateAt(c.at); got != c.want {
			t.Errorf("at %v: %s, want %s", c.at, got, c.want)
		}
	}
	p.ClosesAt = time.Time{}
	if got := p.StateAt(closes.AddDate(50, 0, 0)); got != procedure.Open {
		t.Errorf("随時 after 50 years: %s, want open", got)
	}
}

func TestTheStartedMarkEndsWithItsDateAndWithThePeriod(t *testing.T) {
	opens := time.Date(2022, 7, 1, 0, 0, 0, 0, time.UTC)
	p := procedure.Procedure{OpensAt: opens, ClosesAt: opens.AddDate(0, 1, 0)}
	p.Detail.Marked = true
	p.Detail.MarkedUntil = opens.AddDate(0, 0, 7)
	for days, want := range map[int]bool{-1: false, 0: true, 6: true, 7: false, 40: false} {
		if got := p.StartedAt(opens.AddDate(0, 0, days)); got != want {
			t.Errorf("day %d: started = %v, want %v", days, got, want)
		}
	}
}
