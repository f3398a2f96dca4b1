package sqlite

import (
	"context"
	"path/filepath"
	"sync"
	"testing"

	"madoguchi/internal/store"
	"madoguchi/internal/store/sqlstore"
	"madoguchi/internal/store/storebench"
)

// BenchmarkSubmissions compares the store with the bare database in two ways:
// a commit for each submission, and a commit for 64 of them by one writer who
// never has to wait for anyone, which is the most that this file can do.
func BenchmarkSubmissions(b *testing.B) {
	ctx := b.Context()
	open := func(name string) *engine {
		file := filepath.Join(b.TempDir(), name)
		if err := Migrate(ctx, file); err != nil {
			b.Fatal(err)
		}
		e, err := open(ctx, file, "", actDeadline)
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { e.Close() })
		return e
	}
	raw := func(name string) *conn {
		c, err := newConn(context.Background(), open(name).writer.pool)
		if err != nil {
			b.Fatal(err)
		}
		//lint:ignore errcheck nothing depends on it
		b.Cleanup(func() { c.close() })
		return c
	}
	single, grouped := &bare{conn: raw("single.db"), group: 1}, &bare{conn: raw("grouped.db"), group: 64}
	storebench.Run(b, sqlstore.New(open("store.db"), store.Options{}), map[string]storebench.Side{
		"each": single.submit, "64": grouped.submit,
	})
}

// bare runs statements on a connection and commits after each group.
type bare struct {
	mu    sync.Mutex // guards all below
	conn  *conn
	group int
	begun int
}

func (r *bare) submit(_ context.Context, n int64) error {
	statements := storebench.Statements(n)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.begun == 0 {
		if err := r.conn.run(context.Background(), "BEGIN IMMEDIATE"); err != nil {
			return err
		}
	}
	for _, s := range statements {
		if _, err := r.conn.Exec(context.Background(), s.Text, s.Args); err != nil {
			return err
		}
	}
	if r.begun++; r.begun < r.group {
		return nil
	}
	r.begun = 0
	return r.conn.run(context.Background(), "COMMIT")
}
