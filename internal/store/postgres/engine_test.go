package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"madoguchi/internal/application"
	"madoguchi/internal/audit"
	"madoguchi/internal/fault"
	"madoguchi/internal/pgtest"
	"madoguchi/internal/store"
	"madoguchi/internal/store/postgres"
	"madoguchi/internal/store/sqlstore/migrate"
	"madoguchi/internal/store/sqlstore/sqltx"
	"madoguchi/internal/tenant"
)

const city, town tenant.ID = 101, 102

func open(t *testing.T, address string) store.DB {
	t.Helper()
	db, err := postgres.Open(t.Context(), address, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func insert(ctx context.Context, db store.DB, id application.ID) error {
	return db.Write(ctx, city, func(tx store.Tx) error {
		return tx.InsertApplication(ctx, &application.Application{ID: id, ReceiptNo: string(id), SubmissionKey: string(id)})
	})
}

func count(t *testing.T, db store.DB) (n int) {
	t.Helper()
	err := db.Read(t.Context(), city, func(tx store.Tx) error {
		rows, err := tx.ListApplications(t.Context(), application.Filter{})
		n = len(rows)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// admin connects to the same database as the role that owns everything.
func admin(t *testing.T, address string) *pgx.Conn {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	server, err := url.Parse(pgtest.URL(t))
	if err != nil {
		t.Fatal(err)
	}
	server.Path = u.Path
	c, err := pgx.Connect(t.Context(), server.String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(context.Background()) })
	return c
}

func execute(t *testing.T, c *pgx.Conn, text string, args ...any) {
	t.Helper()
	if _, err := c.Exec(t.Context(), text, args...); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
}

// Behind the statements' own tenant_id, the database keeps tenants apart.
func TestSecondFence(t *testing.T) {
	address := pgtest.Database(t)
	db := open(t, address)
	if err := insert(t.Context(), db, "a"); err != nil {
		t.Fatal(err)
	}
	if err := db.Write(t.Context(), city, func(tx store.Tx) error { return tx.Record(t.Context(), audit.Entry{ID: "a"}) }); err != nil {
		t.Fatal(err)
	}
	c, err := pgx.Connect(t.Context(), address) // as the role of the program
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(context.Background())

	as := func(id string, text string) (string, error) {
		tx, err := c.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer tx.Rollback(context.Background())
		if id != "" {
			if _, err := tx.Exec(t.Context(), `SET LOCAL app.tenant_id = '`+id+`'`); err != nil {
				t.Fatal(err)
			}
		}
		tag, err := tx.Exec(t.Context(), text)
		return tag.String(), err
	}
	for _, q := range []struct{ who, text, want string }{
		{"101", `SELECT id FROM applications`, "SELECT 1"},
		{"102", `SELECT id FROM applications`, "SELECT 0"},
		{"0", `SELECT id FROM applications`, "SELECT 0"},
		{"102", `UPDATE applications SET status = 'x'`, "UPDATE 0"},
		{"102", `DELETE FROM applications WHERE tenant_id = 101`, "DELETE 0"},
		{"", `SELECT id FROM applications`, "error"},
		{"102", `INSERT INTO pages VALUES (101, 'a', 'a', 'a', 0, 1)`, "error"},
		{"101", `UPDATE applications SET tenant_id = 102`, "error"},
		{"0", `DELETE FROM outbox`, "DELETE 0"},
		{"101", `UPDATE audit_entries SET detail = 'x'`, "error"},
		{"101", `DELETE FROM audit_views`, "error"},
		{"101", `CREATE TABLE x ()`, "error"},
		{"101", `ALTER TABLE applications DISABLE ROW LEVEL SECURITY`, "error"},
		{"101", `TRUNCATE applications`, "error"},
		{"101", `DELETE FROM schema_version`, "error"},
	} {
		got, err := as(q.who, q.text)
		if err != nil {
			got = "error"
		}
		if got != q.want {
			t.Errorf("as %q, %s: got %s (%v), want %s", q.who, q.text, got, err, q.want)
		}
	}
}

// The fence holds for the role that owns the tables, too.
func TestSecondFenceHoldsForTheOwner(t *testing.T) {
	address := pgtest.Database(t)
	if err := insert(t.Context(), open(t, address), "a"); err != nil {
		t.Fatal(err)
	}
	c := admin(t, address)
	execute(t, c, `ALTER TABLE applications OWNER TO madoguchi_test`)
	execute(t, c, `SET ROLE madoguchi_test`)
	execute(t, c, `SET app.tenant_id = '102'`)
	var n int
	if err := c.QueryRow(t.Context(), `SELECT count(id) FROM applications`).Scan(&n); err != nil || n != 0 {
		t.Errorf("the owner sees %d rows of another tenant, %v", n, err)
	}
}

func TestOpenRefusesAnotherSchema(t *testing.T) {
	empty := pgtest.Empty(t)
	if _, err := postgres.Open(t.Context(), empty, store.Options{}); !errors.Is(err, migrate.ErrOutdated) {
		t.Errorf("an empty database: got %v, want advice to migrate", err)
	}
	for range 2 { // the second time does nothing
		if err := postgres.Migrate(t.Context(), empty); err != nil {
			t.Fatal(err)
		}
	}
	open(t, empty)
	execute(t, admin(t, empty), `INSERT INTO schema_version VALUES (999, 'future', 0)`)
	_, err := postgres.Open(t.Context(), empty, store.Options{})
	if err == nil || errors.Is(err, migrate.ErrOutdated) || !strings.Contains(err.Error(), "999") {
		t.Errorf("a newer schema: got %v, want its version", err)
	}
}

// Errors of Open go to logs; the address may hold a password.
func TestOpenHidesThePassword(t *testing.T) {
	for _, address := range []string{
		"postgres://u:geheim@127.0.0.1:1/db?sslmode=disable", "postgres://u:geheim@127.0.0.1:port/db", "host=127.0.0.1 password=geheim port=x",
	} {
		_, err := postgres.Open(t.Context(), address, store.Options{})
		if err == nil || strings.Contains(err.Error(), "geheim") {
			t.Errorf("got %v", err)
		}
		if err := postgres.Migrate(t.Context(), address); err == nil || strings.Contains(err.Error(), "geheim") {
			t.Errorf("migrate: got %v", err)
		}
	}
}

func TestOpenRefusesCommitsThatArePromises(t *testing.T) {
	address := pgtest.Database(t)
	execute(t, admin(t, address), `DO $$ BEGIN EXECUTE 'ALTER DATABASE ' || current_database() || ' SET synchronous_commit = off'; END $$`)
	if _, err := postgres.Open(t.Context(), address, store.Options{}); err == nil || !strings.Contains(err.Error(), "power cut") {
		t.Errorf("synchronous_commit off: got %v, want a refusal", err)
	}
}

// Two acts collide: the one that comes too late is run again and sees the other.
func TestCollidingActsAreRunAgain(t *testing.T) {
	ctx := t.Context()
	db := open(t, pgtest.Database(t))
	if err := insert(ctx, db, "a"); err != nil {
		t.Fatal(err)
	}
	change := func(outcome string, between func()) error {
		return db.Write(ctx, city, func(tx store.Tx) error {
			a, err := tx.Application(ctx, "a")
			if err != nil {
				return err
			}
			between()
			a.Outcome += outcome
			return tx.SaveApplication(ctx, a)
		})
	}
	runs := 0
	err := change("late", func() {
		if runs++; runs == 1 {
			if err := change("early ", func() {}); err != nil {
				t.Error(err)
			}
		}
	})
	if err != nil || runs != 2 {
		t.Fatalf("%d runs, %v, want 2", runs, err)
	}
	if err := db.Read(ctx, city, func(tx store.Tx) error {
		a, err := tx.Application(ctx, "a")
		if err == nil && a.Outcome != "early late" {
			t.Errorf("outcome %q, want both changes", a.Outcome)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// A connection that breaks before the commit loses nothing: the act is run again.
func TestLostConnectionsAreReplaced(t *testing.T) {
	p, address := newProxy(t, pgtest.Database(t))
	db := open(t, address)
	cut := func() {
		p.setDown(true)
		p.setDown(false)
	}
	cut() // while nothing runs
	if err := insert(t.Context(), db, "a"); err != nil {
		t.Fatalf("after the pool's connections broke: %v", err)
	}
	runs := 0
	err := db.Write(t.Context(), city, func(tx store.Tx) error {
		if runs++; runs == 1 {
			cut()
		}
		return tx.InsertApplication(t.Context(), &application.Application{ID: "b", ReceiptNo: "b", SubmissionKey: "b"})
	})
	if err != nil || runs != 2 || count(t, db) != 2 {
		t.Errorf("%d runs, %v, %d kept, want 2 runs and 2 kept", runs, err, count(t, db))
	}
}

// While nobody can write, people are told so; afterwards it works again.
func TestLostServerIsFoundAgain(t *testing.T) {
	p, address := newProxy(t, pgtest.Database(t))
	db := open(t, address)
	p.setDown(true)
	if err := insert(t.Context(), db, "a"); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("Write without a server: got %v, want unavailable", err)
	}
	err := db.Read(t.Context(), city, func(store.Tx) error { return nil })
	if fault.KindOf(err) != fault.Unavailable {
		t.Errorf("Read without a server: got %v, want unavailable", err)
	}
	p.setDown(false)
	if err := insert(t.Context(), db, "a"); err != nil || count(t, db) != 1 {
		t.Errorf("with a server again: %v, %d kept", err, count(t, db))
	}
}

// When the answer to a commit is lost, nobody knows; it is not run again.
func TestALostCommitIsUnknown(t *testing.T) {
	for name, passed := range map[string]bool{"after": true, "before": false} {
		t.Run(name, func(t *testing.T) {
			p, address := newProxy(t, pgtest.Database(t))
			db := open(t, address)
			p.mu.Lock()
			p.onCommit = func() bool { return passed }
			p.mu.Unlock()
			runs := 0
			err := db.Write(t.Context(), city, func(tx store.Tx) error {
				runs++
				return tx.InsertApplication(t.Context(), &application.Application{ID: "a"})
			})
			p.mu.Lock()
			p.onCommit = nil
			p.mu.Unlock()
			if !errors.Is(err, store.ErrOutcomeUnknown) || runs != 1 {
				t.Errorf("%d runs, %v, want one and an unknown outcome", runs, err)
			}
			// The caller's way out: what its key says.
			err = insert(t.Context(), db, "a")
			if passed != (fault.KindOf(err) == fault.Conflict) || (!passed && err != nil) {
				t.Errorf("the same again: %v", err)
			}
		})
	}
}

// A primary became a standby: reading goes on, writing waits for the new one.
func TestReadingGoesOnWithoutAWriter(t *testing.T) {
	address := pgtest.Database(t)
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	u.Host += "," + u.Host // two hosts, so that there may be a standby
	db := open(t, u.String())
	if err := insert(t.Context(), db, "a"); err != nil {
		t.Fatal(err)
	}
	a := admin(t, address)
	readOnly := func(on string) {
		execute(t, a, fmt.Sprintf(`DO $$ BEGIN EXECUTE 'ALTER DATABASE ' || current_database() || ' SET default_transaction_read_only = %s'; END $$`, on))
		execute(t, a, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`)
	}
	readOnly("on")
	if err := insert(t.Context(), db, "b"); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("Write: got %v, want unavailable", err)
	}
	if n := count(t, db); n != 1 {
		t.Errorf("Read finds %d, want 1", n)
	}
	execute(t, a, `SET default_transaction_read_only = off`)
	readOnly("off")
	if err := insert(t.Context(), db, "b"); err != nil {
		t.Errorf("Write with a writer again: %v", err)
	}
}

// A statement that does not end is given up, and not run again.
func TestAnActHasADeadline(t *testing.T) {
	db, engine, err := postgres.OpenWithDeadline(t.Context(), pgtest.Database(t), 200*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	runs := 0
	err = engine.Write(t.Context(), city, func(c sqltx.Conn) error {
		runs++
		_, err := c.Exec(t.Context(), `SELECT pg_sleep(600)`, nil)
		return err
	})
	if fault.KindOf(err) != fault.Unavailable || runs != 1 {
		t.Errorf("%d runs, %v, want one and unavailable", runs, err)
	}
	if err := insert(t.Context(), db, "a"); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

// Transactions are what they say.
func TestTransactionModes(t *testing.T) {
	db, engine, err := postgres.OpenWithDeadline(t.Context(), pgtest.Database(t), time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	modes := func(c sqltx.Conn) error {
		rows, err := c.Query(t.Context(), `SELECT current_setting('transaction_isolation') || ' ' || current_setting('transaction_read_only') || ' ' || current_setting('app.tenant_id')`, nil)
		if err != nil {
			return err
		}
		defer rows.Close()
		var got string
		for rows.Next() {
			if err := rows.Scan(&got); err != nil {
				return err
			}
		}
		return errors.New(got)
	}
	if err := engine.Read(t.Context(), city, modes); err.Error() != "repeatable read on 101" {
		t.Errorf("Read: %v", err)
	}
	if err := engine.Write(t.Context(), town, modes); err.Error() != "repeatable read off 102" {
		t.Errorf("Write: %v", err)
	}
}
