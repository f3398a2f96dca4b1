// Package sqlite keeps everything in one file on this machine (組み込みデータベース).
//
// A Write that returned nil survives a power cut: the file is synchronized
// before its caller hears of it. What that costs is shared: acts that wait at
// the same time are committed together. There is one writer and there are
// several readers, which cannot write.
package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"sync"
	"time"

	_ "modernc.org/sqlite" // the driver

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

// Pragmas hold for one connection only, so they go into the name that every
// connection is opened with. With WAL and FULL each commit is synchronized.
// What was deleted is overwritten (secure_delete).
const pragmas = "_pragma=busy_timeout(10000)&_pragma=journal_mode(wal)&_pragma=synchronous(full)" +
	"&_pragma=foreign_keys(1)&_pragma=secure_delete(1)&_pragma=cache_size(-16000)&_pragma=temp_store(memory)&_dqs=0"

// dsn names the file for the driver. mode is rw, or rwc to make the file.
func dsn(file, mode, more string) string {
	u := url.URL{Scheme: "file", Opaque: (&url.URL{Path: file}).EscapedPath()}
	return u.String() + "?mode=" + mode + "&" + pragmas + more
}

// actDeadline is how long the statements of one act may take together. It is
// far above what any act needs, and ends one that holds everyone up.
const actDeadline = 10 * time.Second

// Open opens the database file, which Migrate has made.
func Open(ctx context.Context, file string, o store.Options) (*sqlstore.DB, error) {
	e, err := open(ctx, file, "", actDeadline)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", file, err)
	}
	return sqlstore.New(e, o), nil
}

// Migrate brings the schema of the file up to date, and makes the file if
// there is none.
func Migrate(ctx context.Context, file string) error {
	db, err := sql.Open("sqlite", dsn(file, "rwc", "&_txlock=immediate"))
	if err != nil {
		return fmt.Errorf("migrate %s: %w", file, err)
	}
	db.SetMaxOpenConns(1)
	err = errors.Join(migrate.Run(ctx, db, schema(), ""), db.Close())
	if err != nil {
		return fmt.Errorf("migrate %s: %w", file, err)
	}
	return nil
}

// engine implements sqlstore.Engine.
type engine struct {
	*readers
	*writer
	closeOnce func() error
}

// open opens the file; more is appended to the name of each connection.
func open(ctx context.Context, file, more string, deadline time.Duration) (*engine, error) {
	write, err := sql.Open("sqlite", dsn(file, "rw", "&_txlock=immediate"+more))
	if err != nil {
		return nil, err
	}
	write.SetMaxOpenConns(1) // SQLite has one writer; waiting here is cheaper than a busy error
	if err := check(ctx, write); err != nil {
		return nil, errors.Join(err, write.Close())
	}
	read, err := sql.Open("sqlite", dsn(file, "rw", "&_pragma=query_only(1)"+more))
	if err != nil {
		return nil, errors.Join(err, write.Close())
	}
	e := &engine{readers: newReaders(read), writer: newWriter(write, deadline)}
	e.closeOnce = sync.OnceValue(func() error { return errors.Join(e.writer.close(), e.readers.close()) })
	return e, nil
}

// check compares the file's schema with the one that this program knows.
func check(ctx context.Context, db *sql.DB) error {
	var tables, at int
	err := db.QueryRowContext(ctx, `SELECT count(name) FROM sqlite_master WHERE name = 'schema_version'`).Scan(&tables)
	if err != nil {
		return err
	}
	if tables > 0 {
		err := db.QueryRowContext(ctx, `SELECT coalesce(max(version), 0) FROM schema_version`).Scan(&at)
		if err != nil {
			return err
		}
	}
	return migrate.Check(at, schema())
}

// Close waits for running transactions. Acts that have not begun are refused.
func (e *engine) Close() error { return e.closeOnce() }
