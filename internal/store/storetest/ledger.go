package storetest

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"madoguchi/internal/audit"
	"madoguchi/internal/fault"
	"madoguchi/internal/outbox"
	"madoguchi/internal/staff"
	"madoguchi/internal/store"
)

func testTrail(t *testing.T, db store.DB) {
	// The IDs run against the order of the acts: the order is the store's.
	for _, pair := range [][2]string{{"9", "8"}, {"7", "6"}} {
		write(t, db, city, func(ctx context.Context, tx store.Tx) error {
			for _, id := range pair {
				if err := tx.Record(ctx, audit.Entry{ID: id, Object: "a", Act: "act" + id}); err != nil {
					return err
				}
				if err := tx.RecordView(ctx, audit.View{ID: id, Application: "a"}); err != nil {
					return err
				}
			}
			return nil
		})
	}
	read(t, db, city, func(ctx context.Context, tx store.Tx) error {
		entries, err := tx.EntriesAbout(ctx, "a")
		if err != nil {
			return err
		}
		views, err := tx.ViewsOf(ctx, "a")
		if err != nil {
			return err
		}
		var acts, looks string
		for i := range min(len(entries), len(views)) {
			acts, looks = acts+entries[i].ID, looks+views[i].ID
		}
		if acts != "9876" || looks != "9876" {
			t.Errorf("got acts %s and views %s, want 9876", acts, looks)
		}
		var paged string
		var at time.Time
		var id string
		for {
			page, err := tx.Entries(ctx, at, id, 3)
			if err != nil {
				return err
			}
			if len(page) == 0 {
				break
			}
			for _, e := range page {
				paged += e.ID
			}
			at, id = page[len(page)-1].At, page[len(page)-1].ID
		}
		if paged != "7698" {
			t.Errorf("newest first: got %s, want 7698 (by time, then ID)", paged)
		}
		return nil
	})
}

func testSessions(t *testing.T, db store.DB) {
	write(t, db, city, func(ctx context.Context, tx store.Tx) error {
		for _, m := range []staff.ID{"m1", "m2"} {
			if err := tx.InsertMember(ctx, &staff.Member{ID: m, Login: string(m)}); err != nil {
				return err
			}
		}
		for i, s := range []staff.Session{{Member: "m1", Device: "d1"}, {Member: "m1", Device: "d2"}, {Member: "m2", Device: "d1"}, {Member: "m1", Device: "d1"}} {
			s.ID, s.TokenHash, s.CreatedAt = staff.SessionID(fmt.Sprint(i)), fmt.Sprint("t", i), start.Add(time.Duration(i)*time.Hour)
			if err := tx.InsertSession(ctx, s); err != nil {
				return err
			}
		}
		return nil
	})
	alive := func(m staff.ID) (ids string) {
		read(t, db, city, func(ctx context.Context, tx store.Tx) error {
			list, err := tx.Sessions(ctx, m)
			for _, s := range list {
				ids += string(s.ID)
			}
			return err
		})
		return ids
	}
	if alive("m1") != "310" || alive("m2") != "2" {
		t.Errorf("got %s and %s, want 310 and 2", alive("m1"), alive("m2"))
	}
	end := start.Add(48 * time.Hour)
	write(t, db, city, func(ctx context.Context, tx store.Tx) error { return tx.EndSession(ctx, "3", "admin", end) })
	write(t, db, city, func(ctx context.Context, tx store.Tx) error { return tx.EndSessionsOn(ctx, "d1", "other", farAhead) })
	if alive("m1") != "1" || alive("m2") != "" {
		t.Errorf("after ending one and a device: got %q and %q, want 1 and none", alive("m1"), alive("m2"))
	}
	write(t, db, city, func(ctx context.Context, tx store.Tx) error { return tx.EndSessionsOf(ctx, "m1", "m1", end) })
	if alive("m1") != "" {
		t.Errorf("after ending a member's: got %q, want none", alive("m1"))
	}
	read(t, db, city, func(ctx context.Context, tx store.Tx) error {
		s, err := tx.SessionByToken(ctx, "t3")
		if s.EndedBy != "admin" || !s.EndedAt.Equal(end) {
			t.Errorf("a session that had ended: by %s at %v, want the first end", s.EndedBy, s.EndedAt)
		}
		return err
	})
}

func enqueue(t *testing.T, db store.DB, n int) {
	t.Helper()
	write(t, db, city, func(ctx context.Context, tx store.Tx) error {
		for i := range n {
			m := outbox.Message{ID: fmt.Sprintf("%04d", i), DueAt: start, About: "a", Args: map[string]string{"token": "secret"}}
			if err := tx.Enqueue(ctx, m); err != nil {
				return err
			}
		}
		return nil
	})
}

func claim(t testing.TB, db store.DB, holder string, now time.Time, limit int) []outbox.Message {
	t.Helper()
	var list []outbox.Message
	write(t, db, city, func(ctx context.Context, tx store.Tx) (err error) {
		list, err = tx.ClaimMessages(ctx, holder, now, now.Add(time.Minute), limit)
		return err
	})
	return list
}

func due(t *testing.T, db store.DB, now time.Time) int {
	t.Helper()
	list, err := db.Service().DueTenants(t.Context(), now)
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}

func testOutboxLease(t *testing.T, db store.DB) {
	enqueue(t, db, 2)
	if got := claim(t, db, "h1", start.Add(-time.Second), 9); len(got) != 0 || due(t, db, start.Add(-time.Second)) != 0 {
		t.Errorf("before they are due: claimed %d", len(got))
	}
	if due(t, db, start) != 1 {
		t.Error("a tenant with due messages is not due")
	}
	if got := claim(t, db, "h1", start, 9); len(got) != 2 || got[0].Holder != "h1" || got[0].Args["token"] != "secret" {
		t.Errorf("claimed %+v, want both with arguments", got)
	}
	if got := claim(t, db, "h2", start.Add(59*time.Second), 9); len(got) != 0 || due(t, db, start.Add(59*time.Second)) != 0 {
		t.Errorf("while they are leased: claimed %d", len(got))
	}
	if got := claim(t, db, "h2", start.Add(time.Minute), 9); len(got) != 2 {
		t.Errorf("after the lease ran out: claimed %d, want 2", len(got))
	}
	err := db.Write(t.Context(), city, func(tx store.Tx) error { return tx.MessageSent(t.Context(), "0000", "h1", start) })
	wantKind(t, "sent under a lost lease", err, fault.Conflict)
	err = db.Write(t.Context(), city, func(tx store.Tx) error {
		return tx.MessageFailed(t.Context(), "0000", "h1", "reason", start)
	})
	wantKind(t, "failed under a lost lease", err, fault.Conflict)

	again := start.Add(time.Hour)
	write(t, db, city, func(ctx context.Context, tx store.Tx) error {
		if err := tx.MessageSent(ctx, "0000", "h2", again); err != nil {
			return err
		}
		return tx.MessageFailed(ctx, "0001", "h2", "refused", again)
	})
	if got := claim(t, db, "h1", again.Add(-time.Second), 9); len(got) != 0 {
		t.Errorf("before its next attempt is due: claimed %d", len(got))
	}
	got := claim(t, db, "h1", again, 9)
	if len(got) != 1 || got[0].ID != "0001" || got[0].Attempts != 1 || got[0].LastError != "refused" {
		t.Errorf("due again: got %+v", got)
	}
}

func testOutboxClaimers(t *testing.T, db store.DB) {
	const messages, claimers = 40, 6
	enqueue(t, db, messages)
	var mu sync.Mutex
	held := map[string]int{}
	var wg sync.WaitGroup
	for c := range claimers {
		wg.Go(func() {
			for {
				got := claim(t, db, fmt.Sprint("h", c), start, 3)
				if len(got) == 0 {
					return
				}
				mu.Lock()
				for _, m := range got {
					held[m.ID]++
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if len(held) != messages {
		t.Errorf("claimed %d of %d messages", len(held), messages)
	}
	for id, n := range held {
		if n != 1 {
			t.Errorf("message %s was claimed %d times", id, n)
		}
	}
}

func testOutboxArguments(t *testing.T, db store.DB) {
	enqueue(t, db, 3)
	claim(t, db, "h", start, 2)
	write(t, db, city, func(ctx context.Context, tx store.Tx) error {
		if err := tx.MessageSent(ctx, "0000", "h", start); err != nil {
			return err
		}
		return tx.MessageFailed(ctx, "0001", "h", "no such address", time.Time{})
	})
	if got := claim(t, db, "h", farAhead, 9); len(got) != 1 || got[0].ID != "0002" {
		t.Errorf("after one was sent and one given up: claimed %+v", got)
	}
	read(t, db, city, func(ctx context.Context, tx store.Tx) error {
		list, err := tx.MessagesAbout(ctx, "a")
		if err != nil {
			return err
		}
		var states []outbox.State
		for _, m := range list {
			states = append(states, m.State)
			if len(m.Args) != 0 {
				t.Errorf("a list shows arguments of %s", m.ID)
			}
		}
		if diff := cmp.Diff([]outbox.State{outbox.Sent, outbox.Failed, outbox.Waiting}, states); diff != "" {
			t.Errorf("states (-want +got):\n%s", diff)
		}
		failed, err := tx.FailedMessages(ctx, 9)
		if len(failed) != 1 || failed[0].ID != "0001" || failed[0].LastError != "no such address" {
			t.Errorf("given up: got %+v", failed)
		}
		return err
	})
}

func testNumbers(t *testing.T, db store.DB) {
	const takers, turns, size = 8, 5, 10
	var mu sync.Mutex
	taken := map[int64]bool{}
	var wg sync.WaitGroup
	for range takers {
		wg.Go(func() {
			for range turns {
				var first int64
				write(t, db, city, func(ctx context.Context, tx store.Tx) (err error) {
					first, err = tx.TakeNumbers(ctx, "receipt", size)
					return err
				})
				mu.Lock()
				for n := first; n < first+size; n++ {
					if n < 1 || taken[n] {
						t.Errorf("number %d was taken before, or is none", n)
					}
					taken[n] = true
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	for _, c := range []struct {
		name    string
		counter string
		want    int64
	}{{"the same", "receipt", takers*turns*size + 1}, {"another", "other", 1}} {
		write(t, db, city, func(ctx context.Context, tx store.Tx) error {
			first, err := tx.TakeNumbers(ctx, c.counter, 1)
			if first != c.want {
				t.Errorf("%s counter: got %d, want %d", c.name, first, c.want)
			}
			return err
		})
	}
}

func testSecretOnce(t *testing.T, db store.DB) {
	for _, offered := range []string{"\x00\xff first", "second"} {
		var got []byte
		write(t, db, city, func(ctx context.Context, tx store.Tx) (err error) {
			got, err = tx.SecretOnce(ctx, "name", []byte(offered))
			return err
		})
		if string(got) != "\x00\xff first" {
			t.Errorf("offered %q: got %q, want the first", offered, got)
		}
	}
}
