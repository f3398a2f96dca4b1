package worker_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"madoguchi/internal/outbox"
	"madoguchi/internal/store"
	"madoguchi/internal/store/storetest"
	"madoguchi/internal/tenant"
	"madoguchi/internal/worker"
)

var start = time.Date(2022, 7, 1, 5, 23, 0, 0, time.UTC)

// A bench is a store with two bodies, a sender that does as it is told, and a
// clock that is set by hand.
type bench struct {
	db     store.DB
	worker *worker.Worker
	log    *bytes.Buffer

	mu   sync.Mutex // guards the rest
	now  time.Time
	sent []outbox.Message
	from []outbox.Origin
	fail func(outbox.Message) error
}

func (b *bench) Channel() string { return "mail" }

func (b *bench) Send(_ context.Context, from outbox.Origin, m outbox.Message) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.fail != nil {
		if err := b.fail(m); err != nil {
			return err
		}
	}
	b.sent, b.from = append(b.sent, m), append(b.from, from)
	return nil
}

func (b *bench) clock() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.now
}

func (b *bench) forward(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = b.now.Add(d)
}

func open(t *testing.T) *bench {
	t.Helper()
	b := &bench{now: start, log: &bytes.Buffer{}}
	b.db = storetest.OpenSQLiteWith(t, store.Options{Now: b.clock})
	for _, slug := range []string{"pref-ibaraki", "mito"} {
		if err := b.db.Service().InsertTenant(t.Context(), &tenant.Tenant{Slug: slug, Name: slug, Kind: tenant.City, Active: true}); err != nil {
			t.Fatal(err)
		}
	}
	b.worker = &worker.Worker{
		DB: b.db, Senders: []outbox.Sender{b}, Clock: b.clock, Holder: "one",
		Origin: func(x tenant.Tenant) outbox.Origin { return outbox.Origin{Tenant: int64(x.ID), Name: x.Name} },
		Log:    slog.New(slog.NewTextHandler(b.log, nil)),
	}
	return b
}

func (b *bench) tenants(t *testing.T) []tenant.ID {
	t.Helper()
	all, err := b.db.Service().Tenants(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var ids []tenant.ID
	for _, x := range all {
		if x.ID != tenant.Installation {
			ids = append(ids, x.ID)
		}
	}
	return ids
}

func (b *bench) enqueue(t *testing.T, to tenant.ID, ids ...string) {
	t.Helper()
	err := b.db.Write(t.Context(), to, func(tx store.Tx) error {
		for _, id := range ids {
			m := outbox.Message{ID: id, Channel: "mail", To: "a@example.jp", Template: "mail.test", About: "x", Args: map[string]string{"token": "live"}}
			if err := tx.Enqueue(t.Context(), m); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (b *bench) message(t *testing.T, of tenant.ID, id string) outbox.Message {
	t.Helper()
	var found outbox.Message
	err := b.db.Read(t.Context(), of, func(tx store.Tx) error {
		list, err := tx.MessagesAbout(t.Context(), "x")
		for _, m := range list {
			if m.ID == id {
				found = m
			}
		}
		return err
	})
	if err != nil || found.ID == "" {
		t.Fatalf("message %s: %v", id, err)
	}
	return found
}

func (b *bench) sendDue(t *testing.T) {
	t.Helper()
	b.forward(time.Millisecond) // the store's clock is ahead of a clock that stands
	if err := b.worker.SendDue(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestEveryDueMessageIsSentOnceForItsTenant(t *testing.T) {
	b := open(t)
	want := map[string]int64{}
	for i, id := range b.tenants(t) {
		for n := range worker.Batch*2 + 3 {
			name := fmt.Sprintf("m%d-%02d", i, n)
			want[name] = int64(id)
			b.enqueue(t, id, name)
		}
	}
	b.sendDue(t)
	b.sendDue(t)
	if len(b.sent) != len(want) {
		t.Fatalf("%d messages sent, want %d", len(b.sent), len(want))
	}
	for i, m := range b.sent {
		if b.from[i].Tenant != want[m.ID] || m.Args["token"] != "live" {
			t.Errorf("%s: sent for tenant %d with %v, want tenant %d", m.ID, b.from[i].Tenant, m.Args, want[m.ID])
		}
		delete(want, m.ID)
	}
}

func TestAFailedMessageIsTriedAgainLaterAndLater(t *testing.T) {
	b := open(t)
	id := b.tenants(t)[0]
	b.enqueue(t, id, "m1")
	tries := 0
	b.fail = func(outbox.Message) error { tries++; return errors.New("452 4.2.2") }
	for n := 1; n <= 4; n++ {
		b.sendDue(t)
		if tries != n {
			t.Fatalf("%d tries, want %d", tries, n)
		}
		b.forward(outbox.Backoff(n) - time.Second)
		b.sendDue(t)
		if tries != n {
			t.Fatalf("tried %s early", time.Second)
		}
		b.forward(time.Second)
	}
	if m := b.message(t, id, "m1"); m.State != outbox.Waiting || m.Attempts != 4 || m.LastError != "452 4.2.2" {
		t.Errorf("after four failures: %+v", m)
	}
	b.fail = nil
	b.sendDue(t)
	if m := b.message(t, id, "m1"); m.State != outbox.Sent || len(b.sent) != 1 {
		t.Errorf("at last: %+v, sent %d", m, len(b.sent))
	}
}

func TestAMessageIsGivenUpInTheEnd(t *testing.T) {
	b := open(t)
	id := b.tenants(t)[0]
	b.enqueue(t, id, "never", "refused")
	tries := map[string]int{}
	b.fail = func(m outbox.Message) error {
		tries[m.ID]++
		if m.ID == "refused" {
			return outbox.Permanent(errors.New("550 5.1.1"))
		}
		return errors.New("no connection")
	}
	for range outbox.MaxAttempts + 5 {
		b.sendDue(t)
		b.forward(time.Hour)
	}
	if tries["never"] != outbox.MaxAttempts || tries["refused"] != 1 {
		t.Errorf("tries %v, want %d and 1", tries, outbox.MaxAttempts)
	}
	for _, name := range []string{"never", "refused"} {
		if m := b.message(t, id, name); m.State != outbox.Failed {
			t.Errorf("%s is %s, want failed", name, m.State)
		}
	}
	if log := b.log.String(); !strings.Contains(log, "given_up=true") || strings.Contains(log, "example.jp") {
		t.Errorf("the log lacks the failure, or names a person:\n%s", log)
	}
}

func TestAMessageThatASenderPanicsOnIsAFailure(t *testing.T) {
	b := open(t)
	id := b.tenants(t)[0]
	b.enqueue(t, id, "m1", "m2")
	b.fail = func(m outbox.Message) error {
		if m.ID == "m1" {
			panic("bug")
		}
		return nil
	}
	b.sendDue(t)
	if m := b.message(t, id, "m1"); m.Attempts != 1 || m.State != outbox.Waiting {
		t.Errorf("m1: %+v", m)
	}
	if m := b.message(t, id, "m2"); m.State != outbox.Sent {
		t.Errorf("m2: %+v", m)
	}
}

func TestAMessageOfAnUnknownChannelIsGivenUp(t *testing.T) {
	b := open(t)
	id := b.tenants(t)[0]
	err := b.db.Write(t.Context(), id, func(tx store.Tx) error {
		return tx.Enqueue(t.Context(), outbox.Message{ID: "m1", Channel: "fax", To: "x", Template: "mail.test", About: "x"})
	})
	if err != nil {
		t.Fatal(err)
	}
	b.sendDue(t)
	if m := b.message(t, id, "m1"); m.State != outbox.Failed {
		t.Errorf("got %s, want failed", m.State)
	}
}

func TestASecondServerLeavesAClaimedMessageAlone(t *testing.T) {
	b := open(t)
	id := b.tenants(t)[0]
	b.enqueue(t, id, "m1")
	other := *b.worker
	other.Holder = "two"
	b.fail = func(outbox.Message) error {
		b.fail = nil
		b.mu.Unlock()
		defer b.mu.Lock()
		return other.SendDue(context.WithoutCancel(t.Context())) // while the first one is sending
	}
	b.sendDue(t)
	if len(b.sent) != 1 {
		t.Errorf("sent %d times", len(b.sent))
	}
}

func TestWhatADeadServerHadClaimedIsSentAgain(t *testing.T) {
	b := open(t)
	id := b.tenants(t)[0]
	b.enqueue(t, id, "m1")
	b.forward(time.Millisecond)
	err := b.db.Write(t.Context(), id, func(tx store.Tx) error { // it claims, sends and dies
		_, err := tx.ClaimMessages(t.Context(), "dead", b.now, b.now.Add(worker.Hold), worker.Batch)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	b.sendDue(t)
	if len(b.sent) != 0 {
		t.Fatal("sent while it is claimed")
	}
	b.forward(worker.Hold)
	b.sendDue(t)
	if len(b.sent) != 1 || b.sent[0].ID != "m1" {
		t.Errorf("sent %v, want m1 under its own ID", b.sent)
	}
}
