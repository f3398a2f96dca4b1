package web

import (
	"sync"
	"time"

	"golang.org/x/time/rate"

	"madoguchi/internal/fault"
)

// Limiter allows each key so many acts at once and so many in the long run.
// It counts on this server only; what must hold over all servers is counted
// in the store.
type Limiter struct {
	Every time.Duration // one act more after this
	Burst int           // at once

	mu   sync.Mutex
	keys map[string]*seen // guarded by mu
}

type seen struct {
	limit *rate.Limiter
	last  time.Time
}

// limiterKeys is how many keys are remembered before idle ones are dropped.
const limiterKeys = 20_000

// Allow returns a TooMany fault when key has acted too often at the real time now.
func (l *Limiter) Allow(key string, now time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.keys == nil {
		l.keys = map[string]*seen{}
	}
	s := l.keys[key]
	if s == nil {
		if len(l.keys) >= limiterKeys {
			l.forget(now)
		}
		s = &seen{limit: rate.NewLimiter(rate.Every(l.Every), l.Burst)}
		l.keys[key] = s
	}
	s.last = now
	if !s.limit.AllowN(now, 1) {
		return fault.New(fault.TooMany, "fault.too_many_text")
	}
	return nil
}

// forget drops the keys whose allowance is full again.
func (l *Limiter) forget(now time.Time) {
	for key, s := range l.keys {
		if now.Sub(s.last) > l.Every*time.Duration(l.Burst) {
			delete(l.keys, key)
		}
	}
}
