package sqlite

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"madoguchi/internal/fault"
	"madoguchi/internal/store"
	"madoguchi/internal/store/sqlstore/sqltx"
)

func openEngine(t *testing.T, deadline time.Duration) *engine {
	t.Helper()
	registerVFS()
	file := filepath.Join(t.TempDir(), "test.db")
	if err := Migrate(context.Background(), file); err != nil {
		t.Fatal(err)
	}
	e, err := open(context.Background(), file, countingVFS, deadline)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

const insertValue = `INSERT INTO installation_values (name, value) VALUES ($1, '')`

func add(name string) func(sqltx.Conn) error {
	return func(c sqltx.Conn) error {
		_, err := c.Exec(context.Background(), insertValue, []any{name})
		return err
	}
}

// names returns what the acts of a test have kept.
func names(t *testing.T, e *engine) string {
	t.Helper()
	var list []string
	err := e.Read(context.Background(), 0, func(c sqltx.Conn) error {
		rows, err := c.Query(context.Background(), `SELECT name FROM installation_values ORDER BY name`, nil)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var name string
			if err := rows.Scan(&name); err != nil {
				return err
			}
			list = append(list, name)
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(list, " ")
}

func TestConnectionsAreDurableAndApart(t *testing.T) {
	e := openEngine(t, actDeadline)
	pragma := func(c sqltx.Conn, name string) (value string) {
		rows, err := c.Query(context.Background(), "PRAGMA "+name, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		rows.Next()
		if err := rows.Scan(&value); err != nil {
			t.Fatal(err)
		}
		return value
	}
	for name, want := range map[string]string{
		"synchronous": "2", "journal_mode": "wal", "foreign_keys": "1", "secure_delete": "1", "busy_timeout": "10000", "query_only": "0",
	} {
		err := e.Write(t.Context(), 0, func(c sqltx.Conn) error {
			if got := pragma(c, name); got != want {
				t.Errorf("%s of the writer: got %s, want %s", name, got, want)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	// Every reader, not only the first.
	var wg sync.WaitGroup
	var together sync.WaitGroup
	together.Add(cap(e.idle))
	for range cap(e.idle) {
		wg.Go(func() {
			err := e.Read(t.Context(), 0, func(c sqltx.Conn) error {
				together.Done()
				together.Wait()
				if got := pragma(c, "query_only"); got != "1" {
					t.Errorf("query_only of a reader: got %s, want 1", got)
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

// When Write returns, the file was synchronized after its commit.
func TestEveryCommitIsSynchronized(t *testing.T) {
	e := openEngine(t, actDeadline)
	countSyncs(t)
	for i := range 10 {
		before := syncs.Load()
		if err := e.Write(t.Context(), 0, add(fmt.Sprint(i))); err != nil {
			t.Fatal(err)
		}
		if syncs.Load() == before {
			t.Fatal("a commit was not synchronized")
		}
	}
}

// Acts that wait at the same time share one commit, and none is told of
// success before it.
func TestWaitingActsShareACommit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := openEngine(t, actDeadline)
		countSyncs(t)
		const acts = 50
		var wg sync.WaitGroup
		told := 0
		var mu sync.Mutex
		err := e.Write(context.Background(), 0, func(c sqltx.Conn) error {
			for i := range acts {
				wg.Go(func() {
					if err := e.Write(context.Background(), 0, add(fmt.Sprintf("%02d", i))); err != nil {
						t.Error(err)
					}
					mu.Lock()
					defer mu.Unlock()
					told++
				})
			}
			synctest.Wait() // all of them wait
			if told != 0 {
				t.Errorf("%d were told of success before the commit", told)
			}
			return add("first")(c)
		})
		if err != nil {
			t.Fatal(err)
		}
		wg.Wait()
		if got := syncs.Load(); got > 2 {
			t.Errorf("%d acts needed %d syncs, want 1 (2 with a checkpoint)", acts+1, got)
		}
		if got := strings.Count(names(t, e), " ") + 1; got != acts+1 {
			t.Errorf("%d of %d acts were kept", got, acts+1)
		}
	})
}

// together runs the acts in one group, in this order, after an act "first".
// It returns what each Write returned.
func together(t *testing.T, e *engine, acts ...func(sqltx.Conn) error) []error {
	t.Helper()
	errs := make([]error, len(acts))
	var wg sync.WaitGroup
	queue := sync.OnceFunc(func() {
		for i, f := range acts {
			wg.Go(func() { errs[i] = e.Write(context.Background(), 0, f) })
			synctest.Wait() // it waits in the queue before the next comes
		}
	})
	err := e.Write(context.Background(), 0, func(c sqltx.Conn) error {
		queue()
		return add("first")(c)
	})
	if err != nil {
		t.Fatalf("first: %v", err)
	}
	wg.Wait()
	return errs
}

var errRefused = errors.New("refused")

func TestAFailedActLeavesTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := openEngine(t, actDeadline)
		errs := together(t, e,
			add("a"),
			func(c sqltx.Conn) error { return errors.Join(add("b")(c), errRefused) },
			add("c"),
			add("c"), // again: a duplicate
			add("d"),
		)
		want := []bool{true, false, true, false, true}
		for i, err := range errs {
			if (err == nil) != want[i] {
				t.Errorf("act %d: got %v", i, err)
			}
		}
		if !errors.Is(errs[1], errRefused) || fault.KindOf(errs[3]) != fault.Conflict {
			t.Errorf("got %v and %v, want the act's error and a conflict", errs[1], errs[3])
		}
		if got := names(t, e); got != "a c d first" {
			t.Errorf("kept %s, want a c d first", got)
		}
	})
}

// An act that ends the transaction for everyone, as SQLite does when a
// statement that writes is interrupted, takes nobody with it.
func TestALostTransactionIsRunAgainActByAct(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := openEngine(t, actDeadline)
		runs := map[string]int{}
		counted := func(name string) func(sqltx.Conn) error {
			return func(c sqltx.Conn) error {
				runs[name]++
				return add(name)(c)
			}
		}
		errs := together(t, e,
			counted("a"),
			func(c sqltx.Conn) error {
				runs["b"]++
				if err := add("b")(c); err != nil {
					return err
				}
				_, err := c.Exec(context.Background(), "ROLLBACK", nil)
				return errors.Join(err, errRefused)
			},
			counted("c"),
			func(c sqltx.Conn) error { // as if nothing had happened
				_, err := c.Exec(context.Background(), "ROLLBACK", nil)
				return err
			},
			counted("d"),
		)
		if errs[0] != nil || !errors.Is(errs[1], errRefused) || errs[2] != nil || errs[4] != nil {
			t.Errorf("got %v, want success but for the second and the fourth", errs)
		}
		if errs[3] == nil {
			t.Error("an act whose transaction was lost was told of success")
		}
		if got := names(t, e); got != "a c d first" {
			t.Errorf("kept %s, want a c d first", got)
		}
		// c and the act after it made a group of their own, which was lost too.
		if runs["a"] != 2 || runs["b"] != 2 || runs["c"] != 2 || runs["d"] != 1 {
			t.Errorf("runs %v, want twice what was lost, once the rest", runs)
		}
	})
}

// A statement that does not end is interrupted, and told as unavailable.
func TestAnActHasADeadline(t *testing.T) {
	e := openEngine(t, 50*time.Millisecond)
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			if err := e.Write(t.Context(), 0, add(fmt.Sprint("ok", i))); err != nil {
				t.Error(err)
			}
		})
	}
	err := e.Write(t.Context(), 0, func(c sqltx.Conn) error {
		if err := add("slow")(c); err != nil {
			return err
		}
		_, err := c.Exec(context.Background(), `
			INSERT INTO installation_values (name, value)
			WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT 'n' || i, '' FROM n`, nil)
		return err
	})
	if fault.KindOf(err) != fault.Unavailable {
		t.Errorf("an endless statement: got %v, want unavailable", err)
	}
	wg.Wait()
	if got := names(t, e); got != "ok0 ok1 ok2 ok3" {
		t.Errorf("kept %s, want the four others", got)
	}
}

// The outcome of a commit that the disk refused is unknown, and said so; the
// store goes on when the disk does.
func TestAFailedCommitIsUnknown(t *testing.T) {
	e := openEngine(t, actDeadline)
	countSyncs(t)
	if err := e.Write(t.Context(), 0, add("a")); err != nil {
		t.Fatal(err)
	}
	syncFails.Store(true)
	err := e.Write(t.Context(), 0, add("b"))
	syncFails.Store(false)
	if !errors.Is(err, store.ErrOutcomeUnknown) {
		t.Errorf("got %v, want outcome unknown", err)
	}
	if err := e.Write(t.Context(), 0, add("c")); err != nil {
		t.Errorf("after the disk works again: %v", err)
	}
	if got := strings.Fields(names(t, e)); !slices.Contains(got, "a") || !slices.Contains(got, "c") {
		t.Errorf("kept %v, want a and c", got)
	}
}

func TestCloseWaitsAndThenRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := openEngine(t, actDeadline)
		goOn, readOn := make(chan struct{}), make(chan struct{})
		var writeErr, readErr error
		go func() {
			writeErr = e.Write(context.Background(), 0, func(c sqltx.Conn) error { <-goOn; return add("a")(c) })
		}()
		go func() {
			readErr = e.Read(context.Background(), 0, func(sqltx.Conn) error { <-readOn; return nil })
		}()
		synctest.Wait()
		closed := false
		go func() {
			if err := e.Close(); err != nil {
				t.Error(err)
			}
			closed = true
		}()
		synctest.Wait()
		close(goOn)
		synctest.Wait()
		if writeErr != nil || closed {
			t.Errorf("the running act: %v; closed under the running read: %v", writeErr, closed)
		}
		close(readOn)
		synctest.Wait()
		if readErr != nil || !closed {
			t.Errorf("the running read: %v; closed %v", readErr, closed)
		}
		for what, err := range map[string]error{
			"Write": e.Write(context.Background(), 0, add("b")),
			"Read":  e.Read(context.Background(), 0, func(sqltx.Conn) error { return nil }),
		} {
			if fault.KindOf(err) != fault.Unavailable {
				t.Errorf("%s after Close: got %v, want unavailable", what, err)
			}
		}
	})
}
