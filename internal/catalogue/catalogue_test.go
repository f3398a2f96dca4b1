package catalogue_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"madoguchi/internal/catalogue"
	"madoguchi/internal/fault"
	"madoguchi/internal/notice"
	"madoguchi/internal/procedure"
	"madoguchi/internal/staff"
	"madoguchi/internal/store"
	"madoguchi/internal/store/storetest"
	"madoguchi/internal/tenant"
)

var july = time.Date(2022, 7, 1, 0, 0, 0, 0, time.UTC)

func open(t *testing.T) (store.DB, *catalogue.Catalogue) {
	t.Helper()
	db := storetest.OpenSQLite(t)
	for _, body := range []tenant.Tenant{
		{ID: tenant.Installation, Slug: "installation", Name: "運用", Kind: tenant.Operator, Active: true},
		{ID: 2, Slug: "pref-test", Code: "080004", Name: "試験県", Kind: tenant.Prefecture, Active: true},
		{ID: 3, Slug: "city-test", Code: "082015", Name: "試験市", Kind: tenant.City, Active: true, Host: "shinsei.city.example.jp"},
		{ID: 4, Slug: "town-gone", Name: "旧町", Kind: tenant.Town},
	} {
		if err := db.Service().InsertTenant(t.Context(), &body); err != nil {
			t.Fatal(err)
		}
	}
	c, err := catalogue.Open(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	return db, c
}

func write(t *testing.T, db store.DB, f func(store.Tx) error) {
	t.Helper()
	if err := db.Write(t.Context(), 2, f); err != nil {
		t.Fatal(err)
	}
}

func snapshot(t *testing.T, c *catalogue.Catalogue) *catalogue.Snapshot {
	t.Helper()
	s, err := c.Snapshot(t.Context(), 2)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestOnlyOpenPortalsAreListed(t *testing.T) {
	_, c := open(t)
	var got []string
	for _, b := range c.Bodies() {
		got = append(got, b.Slug)
	}
	if diff := cmp.Diff([]string{"pref-test", "city-test"}, got); diff != "" {
		t.Errorf("bodies (-want +got):\n%s", diff)
	}
	for _, slug := range []string{"installation", "town-gone", "nobody"} {
		if _, ok := c.BySlug(slug); ok {
			t.Errorf("%s has a portal", slug)
		}
	}
	if b, ok := c.ByHost("shinsei.city.example.jp"); !ok || b.ID != 3 {
		t.Errorf("by host: %+v %v, want the city", b, ok)
	}
	if _, ok := c.ByID(4); !ok {
		t.Error("the inactive town is unknown to its office")
	}
	if _, err := c.Snapshot(t.Context(), 99); fault.KindOf(err) != fault.NotFound {
		t.Errorf("snapshot of no tenant: got %v, want not found", err)
	}
}

func TestOnlyPublishedProceduresWithAFormAreShown(t *testing.T) {
	db, c := open(t)
	write(t, db, func(tx store.Tx) error {
		if err := tx.InsertSection(t.Context(), &staff.Section{ID: "s", Name: "人事課"}); err != nil {
			return err
		}
		for _, p := range []procedure.Procedure{
			{ID: "old", Title: "古い", Section: "s", Published: true, FormVersion: 1, OpensAt: july.AddDate(0, -1, 0)},
			{ID: "new", Title: "新しい", Section: "s", Published: true, FormVersion: 1, OpensAt: july},
			{ID: "hidden", Title: "非公開", Section: "s", FormVersion: 1, OpensAt: july},
			{ID: "formless", Title: "様式なし", Section: "s", Published: true, OpensAt: july},
		} {
			if err := tx.InsertProcedure(t.Context(), &p); err != nil {
				return err
			}
		}
		return nil
	})
	if err := c.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	s := snapshot(t, c)
	var got []procedure.ID
	for _, p := range s.Procedures {
		got = append(got, p.ID)
	}
	if diff := cmp.Diff([]procedure.ID{"new", "old"}, got); diff != "" {
		t.Errorf("procedures (-want +got):\n%s", diff)
	}
	if _, ok := s.Procedure("hidden"); ok {
		t.Error("an unpublished procedure is found by its ID")
	}
	if p, ok := s.Procedure("old"); !ok || s.Section(p.Section).Name != "人事課" {
		t.Errorf("old: %+v %v in %q", p, ok, s.Section(p.Section).Name)
	}
	if got := s.OpenCount(july.Add(-time.Hour)); got != 1 {
		t.Errorf("open before July: %d, want 1", got)
	}
}

func TestAChangeIsSeenAfterAPollAndTheOldSnapshotStaysWhole(t *testing.T) {
	db, c := open(t)
	before := snapshot(t, c)
	write(t, db, func(tx store.Tx) error {
		return tx.InsertNotice(t.Context(), &notice.Notice{ID: "n", Title: "追加", Body: "文", Published: true, ShownFrom: july})
	})
	if err := c.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	after := snapshot(t, c)
	if len(before.Notices) != 0 || len(after.Notices) != 1 {
		t.Errorf("notices before %d and after %d, want 0 and 1", len(before.Notices), len(after.Notices))
	}
	if again := snapshot(t, c); again != after {
		t.Error("an unchanged body was loaded again")
	}
	if got := len(after.Current(july.Add(-time.Second))) + len(after.Past(july)); got != 0 {
		t.Errorf("%d notices before its beginning or after its end, want 0", got)
	}
}

func TestTheLastSnapshotIsServedWhileTheStoreIsAway(t *testing.T) {
	db, c := open(t)
	last := snapshot(t, c)
	write(t, db, func(tx store.Tx) error {
		return tx.SetBanner(t.Context(), notice.Banner{On: true, Title: "x", Text: "y"})
	})
	if err := c.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	got, err := c.Snapshot(gone, 2)
	if err != nil || got != last {
		t.Errorf("snapshot %p (err %v), want the last one %p", got, err, last)
	}
	if fresh := snapshot(t, c); !fresh.Banner.On {
		t.Error("the banner is not seen once the store is back")
	}
}
