package storetest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"madoguchi/internal/application"
	"madoguchi/internal/fault"
	"madoguchi/internal/store"
	"madoguchi/internal/tenant"
)

// app is an application that arrived n seconds after the start.
func app(id string, n int) *application.Application {
	return &application.Application{
		ID: application.ID(id), ReceiptNo: "R" + id, SubmissionKey: "K" + id, Procedure: "p", Section: "s",
		Status: application.Received, ArrivedAt: start.Add(time.Duration(n) * time.Second),
	}
}

func insert(a *application.Application) func(context.Context, store.Tx) error {
	return func(ctx context.Context, tx store.Tx) error {
		row := *a
		return tx.InsertApplication(ctx, &row)
	}
}

func wantNone(t *testing.T, db store.DB, id application.ID) {
	t.Helper()
	read(t, db, city, func(ctx context.Context, tx store.Tx) error {
		if _, err := tx.Application(ctx, id); fault.KindOf(err) != fault.NotFound {
			t.Errorf("application %s: got %v, want none", id, err)
		}
		return nil
	})
}

func testNotFound(t *testing.T, db store.DB) {
	for what, f := range map[string]func(context.Context, store.Tx) error{
		"application": func(ctx context.Context, tx store.Tx) error { _, err := tx.Application(ctx, "x"); return err },
		"draft":       func(ctx context.Context, tx store.Tx) error { _, err := tx.Draft(ctx, "x"); return err },
		"attachment":  func(ctx context.Context, tx store.Tx) error { _, err := tx.Attachment(ctx, "x"); return err },
		"procedure":   func(ctx context.Context, tx store.Tx) error { _, err := tx.Procedure(ctx, "x"); return err },
		"form":        func(ctx context.Context, tx store.Tx) error { _, err := tx.Form(ctx, "x", 1); return err },
		"member":      func(ctx context.Context, tx store.Tx) error { _, err := tx.MemberByLogin(ctx, "x"); return err },
		"session":     func(ctx context.Context, tx store.Tx) error { _, err := tx.SessionByToken(ctx, "x"); return err },
		"page":        func(ctx context.Context, tx store.Tx) error { _, err := tx.Page(ctx, "x"); return err },
		"deletion":    func(ctx context.Context, tx store.Tx) error { return tx.DeleteNotice(ctx, "x") },
		"touch":       func(ctx context.Context, tx store.Tx) error { return tx.TouchSession(ctx, "x", start) },
		"gift":        func(ctx context.Context, tx store.Tx) error { return tx.GiveAttachment(ctx, "x", "y") },
	} {
		err := db.Write(t.Context(), city, func(tx store.Tx) error { return f(t.Context(), tx) })
		wantKind(t, "missing "+what, err, fault.NotFound)
	}
}

var errStop = errors.New("stop")

func testFailedWrite(t *testing.T, db store.DB) {
	err := db.Write(t.Context(), city, func(tx store.Tx) error {
		if err := newWorld("市", "a").insert(t.Context(), tx); err != nil {
			return err
		}
		return errStop
	})
	if !errors.Is(err, errStop) {
		t.Fatalf("got %v, want the error that f returned", err)
	}
	nothing := dump(t, db, village)
	for reader, got := range dump(t, db, city) {
		if got != nothing[reader] {
			t.Errorf("a failed write left something for %s: %s", reader, got)
		}
	}
}

// A write fails if one of its statements did, even when f hides it.
func testSwallowedError(t *testing.T, db store.DB) {
	err := db.Write(t.Context(), city, func(tx store.Tx) error {
		ctx := t.Context()
		first := tx.InsertApplication(ctx, app("a", 0))
		second := tx.InsertApplication(ctx, app("a", 0))
		third := tx.InsertApplication(ctx, app("b", 0))
		if first != nil || fault.KindOf(second) != fault.Conflict || third == nil {
			t.Errorf("got %v, %v, %v, want success, conflict, failure", first, second, third)
		}
		return nil
	})
	wantKind(t, "a hidden failure", err, fault.Conflict)
	wantNone(t, db, "a")
	wantNone(t, db, "b")
}

// That nothing is there, or that someone was faster, is an answer: f may go on.
func testAnswersAreNotFailures(t *testing.T, db store.DB) {
	write(t, db, city, func(ctx context.Context, tx store.Tx) error {
		if _, err := tx.Application(ctx, "x"); fault.KindOf(err) != fault.NotFound {
			t.Errorf("missing application: got %v", err)
		}
		if err := tx.SaveApplication(ctx, app("x", 0)); fault.KindOf(err) != fault.Conflict {
			t.Errorf("save of a missing application: got %v", err)
		}
		return tx.InsertApplication(ctx, app("a", 0))
	})
	read(t, db, city, func(ctx context.Context, tx store.Tx) error { _, err := tx.Application(ctx, "a"); return err })
}

func testPanic(t *testing.T, db store.DB) {
	err := db.Write(t.Context(), city, func(tx store.Tx) error {
		if err := tx.InsertApplication(t.Context(), app("a", 0)); err != nil {
			return err
		}
		panic("a bug")
	})
	if err == nil {
		t.Error("a panic in Write was success")
	}
	wantNone(t, db, "a")
	if err := db.Read(t.Context(), city, func(store.Tx) error { panic("a bug") }); err == nil {
		t.Error("a panic in Read was success")
	}
	write(t, db, city, insert(app("a", 0)))
}

// A test that calls t.Fatal inside an act ends the goroutine of the act.
func testEndedGoroutine(t *testing.T, db store.DB) {
	var wg sync.WaitGroup
	ctx := t.Context()
	wg.Go(func() {
		//lint:ignore errcheck it does not return
		db.Write(ctx, city, func(tx store.Tx) error {
			if err := tx.InsertApplication(ctx, app("a", 0)); err != nil {
				return err
			}
			runtime.Goexit()
			return nil
		})
	})
	wg.Wait()
	wantNone(t, db, "a")
	write(t, db, city, insert(app("b", 0)))
}

func testOver(t *testing.T, db store.DB) {
	var kept store.Tx
	write(t, db, city, func(_ context.Context, tx store.Tx) error { kept = tx; return nil })
	if err := kept.InsertApplication(t.Context(), app("a", 0)); err == nil {
		t.Error("a transaction could be used after its function")
	}
	wantNone(t, db, "a")
}

func testReadCannotWrite(t *testing.T, db store.DB) {
	err := db.Read(t.Context(), city, func(tx store.Tx) error { return tx.InsertApplication(t.Context(), app("a", 0)) })
	if err == nil || fault.KindOf(err) == fault.Unavailable {
		t.Errorf("writing in Read: got %v, want an error that no one is told to wait out", err)
	}
	wantNone(t, db, "a")
}

func testReadSeesOneMoment(t *testing.T, db store.DB) {
	write(t, db, city, insert(app("a", 0)))
	read(t, db, city, func(ctx context.Context, tx store.Tx) error {
		before, err := tx.CountApplications(ctx, application.Filter{})
		if err != nil {
			return err
		}
		write(t, db, city, insert(app("b", 0)))
		after, err := tx.CountApplications(ctx, application.Filter{})
		if before[application.Received] != 1 || after[application.Received] != 1 {
			t.Errorf("one transaction counted %v, then %v, want 1 twice", before, after)
		}
		return err
	})
}

// testLostUpdate saves everything that has a version from a stale copy.
func testLostUpdate(t *testing.T, db store.DB) {
	write(t, db, city, newWorld("市", "a").insert)
	save := func(w world) map[string]func(context.Context, store.Tx) error {
		return map[string]func(context.Context, store.Tx) error{
			"application":  func(ctx context.Context, tx store.Tx) error { c := w.Application; return tx.SaveApplication(ctx, &c) },
			"draft":        func(ctx context.Context, tx store.Tx) error { c := w.Draft; return tx.SaveDraft(ctx, &c) },
			"confirmation": func(ctx context.Context, tx store.Tx) error { c := w.Confirmation; return tx.SaveConfirmation(ctx, &c) },
			"procedure":    func(ctx context.Context, tx store.Tx) error { c := w.Procedure; return tx.SaveProcedure(ctx, &c) },
			"paper form":   func(ctx context.Context, tx store.Tx) error { c := w.Paper; return tx.SavePaperForm(ctx, &c) },
			"notice":       func(ctx context.Context, tx store.Tx) error { c := w.Notice; return tx.SaveNotice(ctx, &c) },
			"member":       func(ctx context.Context, tx store.Tx) error { c := w.Member; return tx.SaveMember(ctx, &c) },
			"credential":   func(ctx context.Context, tx store.Tx) error { c := w.Credential; return tx.SaveCredential(ctx, &c) },
			"section":      func(ctx context.Context, tx store.Tx) error { c := w.Section; return tx.SaveSection(ctx, &c) },
			"banner":       func(ctx context.Context, tx store.Tx) error { return tx.SetBanner(ctx, w.Banner) },
			"page":         func(ctx context.Context, tx store.Tx) error { return tx.SetPage(ctx, w.Page) },
		}
	}
	old := newWorld("変", "a").inserted(start)
	for what, f := range save(old) {
		write(t, db, city, f)
		err := db.Write(t.Context(), city, func(tx store.Tx) error { return f(t.Context(), tx) })
		wantKind(t, "save of a stale "+what, err, fault.Conflict)
	}
}

// Of many who move the same application at once, one succeeds.
func testOneWinner(t *testing.T, db store.DB) {
	write(t, db, city, insert(app("a", 0)))
	var wg sync.WaitGroup
	results := make(chan error, 8)
	ctx := t.Context()
	for range cap(results) {
		wg.Go(func() {
			results <- db.Write(ctx, city, func(tx store.Tx) error {
				a, err := tx.Application(ctx, "a")
				if err != nil {
					return err
				}
				if err := a.Do(application.Accept); err != nil {
					return err
				}
				return tx.SaveApplication(ctx, a)
			})
		})
	}
	wg.Wait()
	close(results)
	won := 0
	for err := range results {
		switch {
		case err == nil:
			won++
		case fault.KindOf(err) != fault.Conflict:
			t.Errorf("a loser got %v, want conflict", err)
		}
	}
	if won != 1 {
		t.Errorf("%d succeeded, want 1", won)
	}
}

func testCanceledBefore(t *testing.T, db store.DB) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for what, act := range map[string]func() error{
		"Write": func() error { return db.Write(ctx, city, func(store.Tx) error { t.Error("it ran"); return nil }) },
		"Read":  func() error { return db.Read(ctx, city, func(store.Tx) error { t.Error("it ran"); return nil }) },
	} {
		if err := act(); !errors.Is(err, context.Canceled) {
			t.Errorf("%s under a canceled context: got %v", what, err)
		}
	}
}

// A context that ends keeps an act from beginning, and does not interrupt one
// that has begun: whoever was told of success finds everything, whoever was
// told of cancellation finds nothing.
func testCancellation(t *testing.T, db store.DB) {
	once := db.(twice).DB // for the second run would not begin
	var wg sync.WaitGroup
	var mu sync.Mutex
	kept := map[application.ID]bool{}
	for c := range 8 {
		wg.Go(func() {
			for i := range 12 {
				ctx, cancel := context.WithCancel(context.Background())
				if (c+i)%2 == 0 {
					go cancel() // some time before or during the act
				}
				id := application.ID(fmt.Sprintf("%d-%d", c, i))
				began := false
				err := once.Write(ctx, city, func(tx store.Tx) error {
					began = true
					if i%3 == 0 {
						cancel()
					}
					return submitWithHistory(ctx, tx, id)
				})
				if began != (err == nil) || (err != nil && !errors.Is(err, context.Canceled)) {
					t.Errorf("%s: began %v, got %v", id, began, err)
				}
				mu.Lock()
				kept[id] = err == nil
				mu.Unlock()
				cancel()
			}
		})
	}
	wg.Wait()
	read(t, db, city, func(ctx context.Context, tx store.Tx) error {
		for id, want := range kept {
			history, err := tx.History(ctx, id)
			if err != nil {
				return err
			}
			if _, err := tx.Application(ctx, id); (err == nil) != want || (want && len(history) != 5) {
				t.Errorf("%s: told of success %v, found %v with %d lines", id, want, err == nil, len(history))
			}
		}
		return nil
	})
}

func submitWithHistory(ctx context.Context, tx store.Tx, id application.ID) error {
	if err := tx.InsertApplication(ctx, app(string(id), 0)); err != nil {
		return err
	}
	for n := range 5 {
		if err := tx.AddHistory(ctx, application.HistoryEntry{ID: fmt.Sprint(id, n), Application: id}); err != nil {
			return err
		}
	}
	_, err := tx.History(ctx, id)
	return err
}

// published are the writers that catalogues must notice.
var published = []string{
	"InsertProcedure", "SaveProcedure", "InsertForm", "InsertPaperForm", "SavePaperForm", "DeletePaperForm",
	"InsertNotice", "SaveNotice", "DeleteNotice", "SetBanner", "SetPage", "InsertSection", "SaveSection",
}

func testPublishedVersions(t *testing.T, db store.DB) {
	versions := func() map[tenant.ID]int64 {
		t.Helper()
		v, err := db.Service().PublishedVersions(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	if v := versions(); len(v) != 0 {
		t.Errorf("new store: got %v, want none", v)
	}
	who := tenant.ID(2000)
	for name := range writers(world{}, world{}) {
		who++
		write(t, db, who, newWorld("市", "a").insert)
		before := versions()
		write(t, db, who, func(ctx context.Context, tx store.Tx) error { return callWriter(ctx, tx, name) })
		after := versions()
		if raised := after[who] > before[who]; raised != slices.Contains(published, name) {
			t.Errorf("%s: raised %v", name, raised)
		}
		delete(before, who)
		delete(after, who)
		if !maps.Equal(before, after) {
			t.Errorf("%s raised another tenant's version", name)
		}
	}
}
