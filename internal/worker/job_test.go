package worker_test

import (
	"fmt"
	"testing"
	"time"

	"madoguchi/internal/application"
	"madoguchi/internal/fault"
	"madoguchi/internal/procedure"
	"madoguchi/internal/store"
	"madoguchi/internal/tenant"
	"madoguchi/internal/worker"
)

func job(t *testing.T, name string) worker.Job {
	t.Helper()
	for _, j := range worker.Jobs {
		if j.Name == name {
			return j
		}
	}
	t.Fatalf("no job %q", name)
	return worker.Job{}
}

func (b *bench) write(t *testing.T, id tenant.ID, f func(store.Tx) error) {
	t.Helper()
	if err := b.db.Write(t.Context(), id, f); err != nil {
		t.Fatal(err)
	}
}

func (b *bench) do(t *testing.T, name string) {
	t.Helper()
	for _, id := range b.tenants(t) {
		if err := b.worker.Do(t.Context(), job(t, name), id); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
}

func TestJobsHaveNamesOfTheirOwnAndATime(t *testing.T) {
	seen := map[string]bool{}
	for _, j := range worker.Jobs {
		if j.Name == "" || seen[j.Name] || j.Every < time.Minute {
			t.Errorf("job %q: every %v; names are leases, so no two are the same", j.Name, j.Every)
		}
		seen[j.Name] = true
	}
}

func TestDraftsGoAfterTheirTimeAndNotBefore(t *testing.T) {
	b := open(t)
	id := b.tenants(t)[0]
	ended := worker.Chunk + 7 // more than one chunk
	b.write(t, id, func(tx store.Tx) error {
		if err := tx.InsertProcedure(t.Context(), &procedure.Procedure{ID: "p", Title: "試験"}); err != nil {
			return err
		}
		for i := range ended + 3 {
			d := &application.Draft{ID: application.DraftID(fmt.Sprintf("d%04d", i)), Procedure: "p", FormVersion: 1, SubmissionKey: fmt.Sprint("k", i), ExpiresAt: start.Add(time.Hour)}
			if i >= ended {
				d.ExpiresAt = start.Add(time.Hour + time.Second)
			}
			if err := tx.InsertDraft(t.Context(), d); err != nil {
				return err
			}
		}
		return nil
	})
	left := func() int {
		n := 0
		err := b.db.Read(t.Context(), id, func(tx store.Tx) error {
			n = 0
			for i := range ended + 3 {
				_, err := tx.Draft(t.Context(), application.DraftID(fmt.Sprintf("d%04d", i)))
				if err == nil {
					n++
				} else if fault.KindOf(err) != fault.NotFound {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	b.forward(time.Hour - time.Second)
	b.do(t, "expired drafts")
	if n := left(); n != ended+3 {
		t.Fatalf("%d drafts left before their end, want all %d", n, ended+3)
	}
	b.forward(time.Second + time.Millisecond)
	b.do(t, "expired drafts")
	if n := left(); n != 3 {
		t.Errorf("%d drafts left, want the 3 that live longer", n)
	}
}

func TestConfirmationsGoADayAfterTheirEnd(t *testing.T) {
	b := open(t)
	id := b.tenants(t)[0]
	b.write(t, id, func(tx store.Tx) error {
		return tx.InsertConfirmation(t.Context(), &application.Confirmation{
			ID: "c", Purpose: application.ToApply, Mail: "a@example.jp", TokenHash: "h", ExpiresAt: start.Add(time.Hour),
		})
	})
	there := func() bool {
		err := b.db.Read(t.Context(), id, func(tx store.Tx) error {
			_, err := tx.Confirmation(t.Context(), "c")
			return err
		})
		if err != nil && fault.KindOf(err) != fault.NotFound {
			t.Fatal(err)
		}
		return err == nil
	}
	b.forward(24 * time.Hour)
	b.do(t, "old confirmations")
	if !there() {
		t.Fatal("removed too early: the limits per day count it")
	}
	b.forward(time.Hour + time.Second)
	b.do(t, "old confirmations")
	if there() {
		t.Error("still there more than a day after its end")
	}
}
