package clock_test

import (
	"testing"
	"testing/synctest"
	"time"

	"madoguchi/internal/clock"
)

func TestTheZeroClockTellsRealTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(1500 * time.Nanosecond)
		if got, want := (clock.Clock{}).Now(), time.Now().UTC().Truncate(time.Microsecond); !got.Equal(want) || got.Location() != time.UTC {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}

func TestAShiftedClockGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Date(2022, 7, 1, 14, 23, 0, 0, time.FixedZone("JST", 9*60*60))
		c := clock.Showing(start, time.Now())
		time.Sleep(36 * time.Hour)
		restarted := clock.Shifted(c.Offset())
		if got, want := restarted.Now(), start.Add(36*time.Hour); !got.Equal(want) {
			t.Errorf("36 hours later: got %v, want %v", got, want)
		}
	})
}
