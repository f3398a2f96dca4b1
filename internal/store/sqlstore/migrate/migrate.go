// Package migrate brings a database's schema (スキーマ) up to date.
//
// A schema is a folder of numbered files, 0001_init.sql and so on. They are
// applied in order, each in a transaction of its own together with the row
// that says so; there is no way back. What a file may hold is the engine's.
package migrate

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"time"
)

// A step is one file.
type step struct {
	version int
	name    string
	text    string
}

// Newest returns the version of the last file of the schema.
func Newest(schema fs.FS) (int, error) {
	steps, err := read(schema)
	if err != nil {
		return 0, err
	}
	return len(steps), nil
}

// read returns the files in order; their numbers are 1, 2, 3 …
func read(schema fs.FS) ([]step, error) {
	files, err := fs.Glob(schema, "*.sql") // in order of their names
	if err != nil {
		return nil, err
	}
	var steps []step
	for i, file := range files {
		number, name, _ := strings.Cut(strings.TrimSuffix(path.Base(file), ".sql"), "_")
		version, err := strconv.Atoi(number)
		if err != nil || version != i+1 {
			return nil, fmt.Errorf("schema file %s: want number %d", file, i+1)
		}
		text, err := fs.ReadFile(schema, file)
		if err != nil {
			return nil, err
		}
		steps = append(steps, step{version, name, string(text)})
	}
	return steps, nil
}

// Run applies the files that the database has not seen. begin is a statement
// that keeps others from migrating until the transaction ends, or "".
func Run(ctx context.Context, db *sql.DB, schema fs.FS, begin string) error {
	steps, err := read(schema)
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, `
		CREATE TABLE IF NOT EXISTS schema_version (
			version    BIGINT NOT NULL PRIMARY KEY,
			name       TEXT NOT NULL,
			applied_at BIGINT NOT NULL
		)`)
	if err != nil {
		return fmt.Errorf("schema_version: %w", err)
	}
	for _, s := range steps {
		if err := apply(ctx, db, s, begin); err != nil {
			return fmt.Errorf("schema file %04d_%s: %w", s.version, s.name, err)
		}
	}
	return nil
}

func apply(ctx context.Context, db *sql.DB, s step, begin string) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if begin != "" {
		if _, err := tx.ExecContext(ctx, begin); err != nil {
			return err
		}
	}
	var seen int
	err = tx.QueryRowContext(ctx, `SELECT count(version) FROM schema_version WHERE version = $1`, s.version).Scan(&seen)
	if err != nil || seen > 0 {
		return err
	}
	if _, err := tx.ExecContext(ctx, s.text); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO schema_version (version, name, applied_at) VALUES ($1, $2, $3)`,
		s.version, s.name, time.Now().UnixMicro())
	if err != nil {
		return err
	}
	return tx.Commit()
}

// ErrOutdated is in the chain of Check's error when the schema is too old.
var ErrOutdated = errors.New("run madoguchi migrate")

// Check compares the version that a database is at with the schema's.
func Check(at int, schema fs.FS) error {
	newest, err := Newest(schema)
	if err != nil {
		return err
	}
	switch {
	case at < newest:
		return fmt.Errorf("the database's schema is at version %d, this program needs %d: %w", at, newest, ErrOutdated)
	case at > newest:
		return fmt.Errorf("the database's schema is at version %d, this program knows only %d: use a newer madoguchi", at, newest)
	}
	return nil
}
