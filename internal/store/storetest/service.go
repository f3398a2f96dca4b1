package storetest

import (
	"context"
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"madoguchi/internal/fault"
	"madoguchi/internal/store"
	"madoguchi/internal/tenant"
)

func testTenants(t *testing.T, db store.DB) {
	s, ctx := db.Service(), t.Context()
	var full tenant.Tenant
	f := filler{mark: "県"}
	f.fill(reflect.ValueOf(&full).Elem(), "")
	full.ID = 9
	if err := s.InsertTenant(ctx, &full); err != nil {
		t.Fatal(err)
	}
	next := tenant.Tenant{Slug: "next"}
	if err := s.InsertTenant(ctx, &next); err != nil {
		t.Fatal(err)
	}
	if next.ID != 10 || full.Version != 1 {
		t.Errorf("next free ID: got %d (version %d), want 10 (1)", next.ID, full.Version)
	}
	all := func() []tenant.Tenant {
		t.Helper()
		list, err := s.Tenants(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	if diff := cmp.Diff([]tenant.Tenant{full, next}, all()); diff != "" {
		t.Errorf("tenants (-want +got):\n%s", diff)
	}
	for what, taken := range map[string]tenant.Tenant{
		"ID": {ID: 9, Slug: "x"}, "slug": {Slug: full.Slug}, "host": {Slug: "y", Host: full.Host},
	} {
		wantKind(t, "a taken "+what, s.InsertTenant(ctx, &taken), fault.Conflict)
	}
	other := tenant.Tenant{Slug: "other"} // two tenants may be without a host
	if err := s.InsertTenant(ctx, &other); err != nil {
		t.Error(err)
	}

	stale := full
	changed := full
	f.fill(reflect.ValueOf(&changed).Elem(), "新")
	changed.ID, changed.Version = full.ID, full.Version
	if err := s.SaveTenant(ctx, &changed); err != nil {
		t.Fatal(err)
	}
	changed.CreatedAt = full.CreatedAt
	if diff := cmp.Diff(changed, all()[0]); diff != "" || changed.Version != 2 {
		t.Errorf("saved version %d (-want +got):\n%s", changed.Version, diff)
	}
	wantKind(t, "save of a stale tenant", s.SaveTenant(ctx, &stale), fault.Conflict)

	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			if err := s.InsertTenant(ctx, &tenant.Tenant{Slug: fmt.Sprint("many-", i)}); err != nil {
				t.Errorf("one of many at once: %v", err)
			}
		})
	}
	wg.Wait()
}

func testValues(t *testing.T, db store.DB) {
	s, ctx := db.Service(), t.Context()
	want := func(what, got string, err error, want string) {
		t.Helper()
		if err != nil || got != want {
			t.Errorf("%s: got %q, %v, want %q", what, got, err, want)
		}
	}
	got, err := s.Value(ctx, "offset")
	want("not set", got, err, "")
	if err := s.SetValue(ctx, "offset", "1"); err != nil {
		t.Fatal(err)
	}
	if err := s.SetValue(ctx, "offset", "2"); err != nil {
		t.Fatal(err)
	}
	got, err = s.Value(ctx, "offset")
	want("set twice", got, err, "2")
	got, err = s.SetValueOnce(ctx, "offset", "3")
	want("once, when set", got, err, "2")
	got, err = s.SetValueOnce(ctx, "secret", "4")
	want("once, when not set", got, err, "4")
}

func testLeases(t *testing.T, db store.DB) {
	s, ctx := db.Service(), t.Context()
	for _, c := range []struct {
		what, holder string
		now, until   time.Duration
		want         bool
	}{
		{"free", "h1", 0, 10 * time.Second, true},
		{"held by another", "h2", 5 * time.Second, 15 * time.Second, false},
		{"prolonged", "h1", 6 * time.Second, 20 * time.Second, true},
		{"still held", "h2", 19 * time.Second, 30 * time.Second, false},
		{"run out", "h2", 20 * time.Second, 30 * time.Second, true},
		{"lost", "h1", 21 * time.Second, 40 * time.Second, false},
	} {
		got, err := s.Lease(ctx, "job", c.holder, start.Add(c.now), start.Add(c.until))
		if err != nil || got != c.want {
			t.Errorf("%s: got %v, %v, want %v", c.what, got, err, c.want)
		}
	}
	if got, err := s.Lease(ctx, "other", "h3", start, farAhead); err != nil || !got {
		t.Errorf("another lease: got %v, %v", got, err)
	}
}

// The clock follows the one that was given, and never stands still.
func testClock(t *testing.T, open Open) {
	now := start.Add(999 * time.Nanosecond)
	db := open(t, store.Options{Now: func() time.Time { return now.In(time.FixedZone("JST", 9*3600)) }})
	var last time.Time
	for i := range 5 {
		var at time.Time
		write(t, db, city, func(_ context.Context, tx store.Tx) error { at = tx.Now(); return nil })
		if !at.After(last) || at.Location() != time.UTC || at.Nanosecond()%1000 != 0 {
			t.Errorf("transaction %d at %v, after %v; want later, UTC, microseconds", i, at, last)
		}
		last = at
	}
	if last.Sub(start) > time.Second {
		t.Errorf("%v is far from the clock's %v", last, start)
	}
	now = start.Add(time.Hour)
	write(t, db, city, func(_ context.Context, tx store.Tx) error {
		if !tx.Now().Equal(now) || tx.Tenant() != city {
			t.Errorf("got %v for %d, want the clock's %v for %d", tx.Now(), tx.Tenant(), now, city)
		}
		return nil
	})
	now = start
	read(t, db, city, func(_ context.Context, tx store.Tx) error {
		if !tx.Now().After(start.Add(time.Hour)) {
			t.Errorf("the clock was put back and time went back with it: %v", tx.Now())
		}
		return nil
	})
}
