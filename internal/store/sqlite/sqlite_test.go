package sqlite_test

import (
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"madoguchi/internal/store"
	"madoguchi/internal/store/sqlite"
	"madoguchi/internal/store/sqlstore/migrate"
	"madoguchi/internal/store/storetest"
)

func TestStore(t *testing.T) {
	storetest.Run(t, func(t testing.TB, o store.Options) store.DB { return storetest.OpenSQLiteWith(t, o) })
}

func TestOpenRefusesAnotherSchema(t *testing.T) {
	dir := t.TempDir()
	if _, err := sqlite.Open(t.Context(), filepath.Join(dir, "none.db"), store.Options{}); err == nil {
		t.Error("opened a file that is not there")
	}
	empty := filepath.Join(dir, "empty.db")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := sqlite.Open(t.Context(), empty, store.Options{}); !errors.Is(err, migrate.ErrOutdated) {
		t.Errorf("an empty file: got %v, want advice to migrate", err)
	}
	newer := filepath.Join(dir, "newer.db")
	if err := sqlite.Migrate(t.Context(), newer); err != nil {
		t.Fatal(err)
	}
	raw, err := sql.Open("sqlite", newer)
	if err != nil {
		t.Fatal(err)
	}
	_, err = raw.ExecContext(t.Context(), `INSERT INTO schema_version (version, name, applied_at) VALUES (999, 'future', 0)`)
	if err := errors.Join(err, raw.Close()); err != nil {
		t.Fatal(err)
	}
	_, err = sqlite.Open(t.Context(), newer, store.Options{})
	if err == nil || errors.Is(err, migrate.ErrOutdated) || !strings.Contains(err.Error(), "999") {
		t.Errorf("a newer schema: got %v, want its version", err)
	}
}

func TestMigrateTwiceKeepsEverything(t *testing.T) {
	file := filepath.Join(t.TempDir(), "市 役所?mode=ro&x=%41#1.db")
	for i := range 2 {
		if err := sqlite.Migrate(t.Context(), file); err != nil {
			t.Fatal(err)
		}
		db, err := sqlite.Open(t.Context(), file, store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		kept, err := db.Service().SetValueOnce(t.Context(), "name", fmt.Sprint(i))
		if err := errors.Join(err, db.Close()); err != nil || kept != "0" {
			t.Errorf("run %d: kept %q, %v, want the first value", i, kept, err)
		}
	}
	if _, err := os.Stat(file); err != nil {
		t.Errorf("the file has another name: %v", err)
	}
}
