package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"madoguchi/internal/blob"
	"madoguchi/internal/blob/dirblob"
	"madoguchi/internal/store"
	"madoguchi/internal/store/postgres"
	"madoguchi/internal/store/sqlite"
)

// engines lists where everything can be kept, by how its address begins.
var engines = []struct {
	prefix  string
	open    func(ctx context.Context, at string, o store.Options) (store.DB, error)
	migrate func(ctx context.Context, at string) error
}{
	{"sqlite:", openSQLite, migrateSQLite},
	{"postgres://", openPostgres, postgres.Migrate},
	{"postgresql://", openPostgres, postgres.Migrate},
}

// openStore opens the store at the address, whose schema is there.
func openStore(ctx context.Context, at string, o store.Options) (store.DB, error) {
	for _, e := range engines {
		if strings.HasPrefix(at, e.prefix) {
			return e.open(ctx, at, o)
		}
	}
	return nil, errNoEngine
}

// migrateStore brings the schema at the address up to date.
func migrateStore(ctx context.Context, at string) error {
	for _, e := range engines {
		if strings.HasPrefix(at, e.prefix) {
			return e.migrate(ctx, at)
		}
	}
	return errNoEngine
}

var errNoEngine = errors.New("a database is sqlite:FILE or postgres://…")

func openSQLite(ctx context.Context, at string, o store.Options) (store.DB, error) {
	file := strings.TrimPrefix(at, "sqlite:")
	if !exists(file) {
		return nil, fmt.Errorf("there is no %s yet: run madoguchi migrate", file)
	}
	return sqlite.Open(ctx, file, o)
}

func migrateSQLite(ctx context.Context, at string) error {
	file := strings.TrimPrefix(at, "sqlite:")
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	return sqlite.Migrate(ctx, file)
}

func openPostgres(ctx context.Context, at string, o store.Options) (store.DB, error) {
	return postgres.Open(ctx, at, o)
}

// openBlobs opens the place for files, and makes it if there is none.
func openBlobs(dir string) (blob.Store, error) {
	d, err := dirblob.Open(dir)
	if err != nil {
		return nil, err
	}
	return d, nil
}
