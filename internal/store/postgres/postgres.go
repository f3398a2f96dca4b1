// Package postgres keeps everything in PostgreSQL (データベースサーバー), plain
// or distributed by Citus. Any number of servers may use it at once.
//
// A transaction is REPEATABLE READ, so that it is one moment; what collides is
// run again. Row level security is a second fence between tenants behind the
// statements' own. While there is no server that can write, Write says so
// (fault.Unavailable), Read goes on where the address names a standby, and the
// writer is found again without help.
package postgres

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"

	"madoguchi/internal/store"
	"madoguchi/internal/store/sqlstore"
	"madoguchi/internal/store/sqlstore/migrate"
)

//go:embed schema/*.sql
var files embed.FS

func schema() fs.FS {
	sub, err := fs.Sub(files, "schema")
	if err != nil {
		panic(err) // the folder is part of the program
	}
	return sub
}

// Limits that hold unless the address says otherwise.
const (
	connsMax       = 25
	connectTimeout = 5 * time.Second
	actDeadline    = 10 * time.Second // for all statements of an act
	commitTimeout  = 30 * time.Second // a synchronous standby may be slow
)

// Open opens the database at url, which Migrate has prepared. The role in url
// should not own the tables (see Grant).
func Open(ctx context.Context, url string, o store.Options) (*sqlstore.DB, error) {
	e, err := open(ctx, url, actDeadline)
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err) // without the url: it may hold a password
	}
	return sqlstore.New(e, o), nil
}

func open(ctx context.Context, url string, deadline time.Duration) (*engine, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, errors.New("the address cannot be read") // the cause may show the password
	}
	if !strings.Contains(url, "pool_max_conns") {
		cfg.MaxConns = connsMax
	}
	if !strings.Contains(url, "connect_timeout") {
		cfg.ConnConfig.ConnectTimeout = connectTimeout
	}
	e := &engine{deadline: deadline}
	if len(cfg.ConnConfig.Fallbacks) > 0 {
		anywhere := cfg.Copy()
		anywhere.ConnConfig.ValidateConnect = nil
		if e.standby, err = pgxpool.NewWithConfig(ctx, anywhere); err != nil {
			return nil, err
		}
		cfg.ConnConfig.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsReadWrite
	}
	if e.pool, err = pgxpool.NewWithConfig(ctx, cfg); err != nil {
		return nil, err
	}
	if err := check(ctx, e.pool); err != nil {
		return nil, errors.Join(err, e.Close())
	}
	return e, nil
}

// check refuses a database whose schema is another, or that forgets commits.
func check(ctx context.Context, pool *pgxpool.Pool) error {
	var synchronous, fsync string
	err := pool.QueryRow(ctx, `SELECT current_setting('synchronous_commit'), current_setting('fsync')`).Scan(&synchronous, &fsync)
	if err != nil {
		return err
	}
	if synchronous == "off" || fsync == "off" {
		return fmt.Errorf("synchronous_commit is %s and fsync is %s: commits would not survive a power cut", synchronous, fsync)
	}
	var at int
	err = pool.QueryRow(ctx, `SELECT coalesce(max(version), 0) FROM schema_version`).Scan(&at)
	if code(err) == undefinedTable {
		err = nil
	}
	if err != nil {
		return err
	}
	return migrate.Check(at, schema())
}

// Migrate brings the schema up to date. The role in url owns the tables.
func Migrate(ctx context.Context, url string) error {
	err := withDB(url, func(db *sql.DB) error {
		return migrate.Run(ctx, db, schema(), "LOCK TABLE schema_version IN EXCLUSIVE MODE")
	})
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

// Grant lets role do what the program needs and no more: it cannot change
// tables, and what was recorded in the audit trail stays as it is.
func Grant(ctx context.Context, url, role string) error {
	err := withDB(url, func(db *sql.DB) error {
		to := pgx.Identifier{role}.Sanitize()
		_, err := db.ExecContext(ctx, `
			GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO `+to+`;
			REVOKE UPDATE, DELETE ON audit_entries, audit_views FROM `+to+`;
			REVOKE INSERT, UPDATE, DELETE ON schema_version FROM `+to)
		return err
	})
	if err != nil {
		return fmt.Errorf("grant to %s: %w", role, err)
	}
	return nil
}

func withDB(url string, f func(*sql.DB) error) error {
	cfg, err := pgx.ParseConfig(url)
	if err != nil {
		return errors.New("the address cannot be read")
	}
	db := stdlib.OpenDB(*cfg)
	db.SetMaxOpenConns(1)
	return errors.Join(f(db), db.Close())
}
