// Package catalogue keeps in memory what is published (手続き一覧): each body's
// procedures, sections, notices, banner, standing pages and paper forms.
//
// It holds no personal data, so pages read it directly. A body's snapshot is
// immutable and complete; it is loaded when it is first asked for and replaced
// when the body's counter of published changes moved. The counters are polled,
// so several servers see a change within the poll's interval; the server that
// made the change sees it at once after [Catalogue.Refresh]. While the store
// cannot be read, the last snapshots go on being served.
package catalogue

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"madoguchi/internal/fault"
	"madoguchi/internal/store"
	"madoguchi/internal/tenant"
)

// Interval is how often the counters are polled.
const Interval = time.Second

// Catalogue gives the current snapshots. Many goroutines may use it.
type Catalogue struct {
	db     store.DB
	bodies atomic.Pointer[bodies]
	polls  sync.Mutex // guards the order of polls: an older answer never replaces a newer one
	loaded sync.Map   // tenant.ID → *entry
}

// bodies is the list of tenants as of one poll, and their counters.
type bodies struct {
	all      []tenant.Tenant
	byID     map[tenant.ID]*tenant.Tenant
	bySlug   map[string]*tenant.Tenant
	byHost   map[string]*tenant.Tenant
	versions map[tenant.ID]int64
}

// entry is the last snapshot of one tenant.
type entry struct {
	loading sync.Mutex // held by the one goroutine that loads
	last    atomic.Pointer[Snapshot]
}

// Open reads the list of bodies. It loads no snapshot yet.
func Open(ctx context.Context, db store.DB) (*Catalogue, error) {
	c := &Catalogue{db: db}
	if err := c.Refresh(ctx); err != nil {
		return nil, err
	}
	return c, nil
}

// Run polls until ctx ends. Failures are logged once until a poll succeeds.
func (c *Catalogue) Run(ctx context.Context, log *slog.Logger) {
	tick := time.NewTicker(Interval)
	defer tick.Stop()
	failing := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		err := c.Refresh(ctx)
		if err != nil && !failing && ctx.Err() == nil {
			log.ErrorContext(ctx, "catalogue is not refreshed; the last one is served", "err", err)
		}
		if err == nil && failing {
			log.InfoContext(ctx, "catalogue is refreshed again")
		}
		failing = err != nil
	}
}

// Refresh reads the list of bodies and the counters now.
func (c *Catalogue) Refresh(ctx context.Context) error {
	c.polls.Lock()
	defer c.polls.Unlock()
	all, err := c.db.Service().Tenants(ctx)
	if err != nil {
		return fmt.Errorf("read the bodies: %w", err)
	}
	versions, err := c.db.Service().PublishedVersions(ctx)
	if err != nil {
		return fmt.Errorf("read the counters of published changes: %w", err)
	}
	next := &bodies{
		byID:     make(map[tenant.ID]*tenant.Tenant, len(all)),
		bySlug:   make(map[string]*tenant.Tenant, len(all)),
		byHost:   map[string]*tenant.Tenant{},
		versions: versions,
	}
	for i := range all {
		t := &all[i]
		next.byID[t.ID] = t
		if !t.Active || t.Kind == tenant.Operator {
			continue
		}
		next.all = append(next.all, *t)
		next.bySlug[t.Slug] = t
		if t.Host != "" {
			next.byHost[t.Host] = t
		}
	}
	slices.SortStableFunc(next.all, func(a, b tenant.Tenant) int {
		return cmp.Or(cmp.Compare(a.Code, b.Code), cmp.Compare(a.ID, b.ID))
	})
	c.bodies.Store(next)
	return nil
}

// Bodies returns the bodies whose portals are open, by code. It is shared: do
// not change it.
func (c *Catalogue) Bodies() []tenant.Tenant { return c.bodies.Load().all }

// BySlug returns the body whose portal stands under /slug/.
func (c *Catalogue) BySlug(slug string) (tenant.Tenant, bool) {
	return get(c.bodies.Load().bySlug, slug)
}

// ByHost returns the body that has host as its own host name.
func (c *Catalogue) ByHost(host string) (tenant.Tenant, bool) {
	return get(c.bodies.Load().byHost, host)
}

// ByID returns any tenant, also one that is inactive or the installation.
func (c *Catalogue) ByID(id tenant.ID) (tenant.Tenant, bool) { return get(c.bodies.Load().byID, id) }

func get[K comparable](m map[K]*tenant.Tenant, k K) (tenant.Tenant, bool) {
	t, ok := m[k]
	if !ok {
		return tenant.Tenant{}, false
	}
	return *t, true
}

// Snapshot returns what the tenant publishes. NotFound: there is no such
// tenant. When a newer state cannot be read, the last one is returned.
func (c *Catalogue) Snapshot(ctx context.Context, id tenant.ID) (*Snapshot, error) {
	if _, ok := c.bodies.Load().byID[id]; !ok {
		return nil, fault.New(fault.NotFound, "tenant.unknown")
	}
	e := c.entry(id)
	if s := e.last.Load(); s != nil && s.Version == c.bodies.Load().versions[id] {
		return s, nil
	}
	e.loading.Lock()
	defer e.loading.Unlock()
	want := c.bodies.Load().versions[id]
	last := e.last.Load()
	if last != nil && last.Version == want {
		return last, nil
	}
	s, err := load(ctx, c.db, id, want)
	if err != nil {
		if last != nil {
			return last, nil
		}
		return nil, fmt.Errorf("load what tenant %d publishes: %w", id, err)
	}
	e.last.Store(s)
	return s, nil
}

func (c *Catalogue) entry(id tenant.ID) *entry {
	if e, ok := c.loaded.Load(id); ok {
		return e.(*entry)
	}
	e, _ := c.loaded.LoadOrStore(id, &entry{})
	return e.(*entry)
}

// Loaded returns the IDs of the tenants whose snapshots are in memory.
func (c *Catalogue) Loaded() []tenant.ID {
	ids := map[tenant.ID]bool{}
	c.loaded.Range(func(id, _ any) bool {
		ids[id.(tenant.ID)] = true
		return true
	})
	return slices.Sorted(maps.Keys(ids))
}
