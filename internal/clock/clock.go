// Package clock tells business time (業務日時): the time by which acceptance
// periods, deadlines and the times on pages are reckoned.
//
// In production it is real time. A demonstration may keep it apart from real
// time by a constant offset. What protects someone (sign-ins, cookies, leases,
// one-time codes) reads real time from package time instead.
package clock

import "time"

// A Clock tells business time. Its zero value tells real time. Many goroutines
// may use it.
type Clock struct {
	offset time.Duration
}

// Shifted returns a clock that is ahead of real time by offset, or behind it
// if offset is negative.
func Shifted(offset time.Duration) Clock { return Clock{offset: offset} }

// Showing returns a clock that tells business when it really is the moment real,
// and goes on from there.
func Showing(business, real time.Time) Clock { return Shifted(business.Sub(real)) }

// Offset is how far the clock is ahead of real time.
func (c Clock) Offset() time.Duration { return c.offset }

// Now is the business time: UTC, microseconds.
func (c Clock) Now() time.Time { return c.At(time.Now()) }

// At is the business time at the moment real.
func (c Clock) At(real time.Time) time.Time {
	return real.Add(c.offset).UTC().Truncate(time.Microsecond)
}
