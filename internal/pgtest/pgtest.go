// Package pgtest gives tests PostgreSQL databases (テスト用データベース).
//
// All tests share one server: the one that MADOGUCHI_TEST_POSTGRES names, or
// one that the script postgres-test starts for this process and stops after
// it. Each test gets a database of its own, copied from a template that holds
// the schema, and a role that does not own the tables, so that row level
// security holds.
package pgtest

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"madoguchi/internal/store"
	"madoguchi/internal/store/postgres"
)

// Env names the variable that holds the server's URL, for a role that may
// create databases and roles.
const Env = "MADOGUCHI_TEST_POSTGRES"

// role is who the program connects as in tests.
const role = "madoguchi_test"

// URL returns the address of the server.
func URL(t testing.TB) string {
	t.Helper()
	address, err := server()
	if err != nil {
		t.Fatal(err)
	}
	return address
}

// Open opens a new, empty store. It is closed and removed when the test ends.
func Open(t testing.TB) store.DB {
	t.Helper()
	return OpenWith(t, store.Options{})
}

// OpenWith is Open with options, such as the business clock.
func OpenWith(t testing.TB, o store.Options) store.DB {
	t.Helper()
	address, err := reusable()
	if err != nil {
		t.Fatal(err)
	}
	db, err := postgres.Open(t.Context(), with(address, "", role), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		err := db.Close()
		if err == nil {
			err = empty(address)
		}
		if err != nil {
			t.Error(err)
			return
		}
		select {
		case idle <- address:
		default:
		}
	})
	return db
}

// idle are databases with the schema and nothing in it. Making one takes ten
// times as long as emptying one; they stay as long as the server does.
var idle = make(chan string, 64)

func reusable() (string, error) {
	select {
	case address := <-idle:
		return address, nil
	default:
	}
	from, err := template()
	if err != nil {
		return "", err
	}
	address, err := server()
	if err != nil {
		return "", err
	}
	name := newName()
	return with(address, name, ""), execute(address, `CREATE DATABASE `+name+` TEMPLATE `+from)
}

// empty deletes all rows but the version of the schema.
func empty(address string) error {
	ctx := context.Background()
	c, err := pgx.Connect(ctx, address)
	if err != nil {
		return err
	}
	defer c.Close(ctx)
	rows, err := c.Query(ctx, `SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'schema_version'`)
	if err != nil {
		return err
	}
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	_, err = c.Exec(ctx, `SET session_replication_role = replica; DELETE FROM `+strings.Join(tables, `; DELETE FROM `))
	return err
}

// Database makes a database with the schema and returns its address, for the
// role that does not own it.
func Database(t testing.TB) string {
	t.Helper()
	from, err := template()
	if err != nil {
		t.Fatal(err)
	}
	return with(create(t, from), "", role)
}

// Empty makes a database without anything in it, and returns its address for
// the role that owns it.
func Empty(t testing.TB) string {
	t.Helper()
	return create(t, "template0")
}

func create(t testing.TB, from string) string {
	t.Helper()
	address := URL(t)
	name := newName()
	if err := execute(address, `CREATE DATABASE `+name+` TEMPLATE `+from); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := execute(address, `DROP DATABASE `+name+` WITH (FORCE)`); err != nil {
			t.Error(err)
		}
	})
	return with(address, name, "")
}

var count atomic.Int64

// newName is unlike that of every other test process on the server.
func newName() string { return fmt.Sprintf("test_%d_%d", os.Getpid(), count.Add(1)) }

// server returns the address of the one server of this process.
var server = sync.OnceValues(func() (string, error) {
	if address := os.Getenv(Env); address != "" {
		return address, nil
	}
	root, err := moduleRoot()
	if err != nil {
		return "", err
	}
	script := exec.Command(filepath.Join(root, "scripts", "postgres-test"), "with", strconv.Itoa(os.Getpid()))
	var problem strings.Builder
	script.Stderr = &problem
	address, err := script.Output()
	if err != nil {
		return "", fmt.Errorf("postgres-test: %w: %s", err, problem.String())
	}
	return strings.TrimSpace(string(address)), nil
})

// template makes the database that the others are copied from. It stays on a
// shared server only as long as the server does.
var template = sync.OnceValues(func() (string, error) {
	address, err := server()
	if err != nil {
		return "", err
	}
	err = execute(address, `CREATE ROLE `+role+` LOGIN`)
	if e, ok := errors.AsType[*pgconn.PgError](err); err != nil && (!ok || (e.Code != "42710" && e.Code != "23505")) { // it is there already
		return "", err
	}
	name := newName()
	if err := execute(address, `CREATE DATABASE `+name+` TEMPLATE template0`); err != nil {
		return "", err
	}
	ctx := context.Background()
	owner := with(address, name, "")
	if err := postgres.Migrate(ctx, owner); err != nil {
		return "", err
	}
	return name, postgres.Grant(ctx, owner, role)
})

func execute(address, text string) error {
	ctx := context.Background()
	c, err := pgx.Connect(ctx, address)
	if err != nil {
		return err
	}
	defer c.Close(ctx)
	_, err = c.Exec(ctx, text)
	return err
}

// with replaces the database and the role of an address, if given.
func with(address, database, user string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	if database != "" {
		u.Path = "/" + database
	}
	if user != "" {
		u.User = url.User(user)
	}
	return u.String()
}

func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for ; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("no go.mod above the working folder")
		}
	}
}
