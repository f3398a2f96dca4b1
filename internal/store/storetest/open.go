package storetest

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"madoguchi/internal/store"
	"madoguchi/internal/store/sqlite"
)

// OpenSQLite opens a new, empty store in a folder of its own. It is closed
// and removed when the test ends.
func OpenSQLite(t testing.TB) store.DB {
	t.Helper()
	return OpenSQLiteWith(t, store.Options{})
}

// OpenSQLiteWith is OpenSQLite with options, such as the business clock.
func OpenSQLiteWith(t testing.TB, o store.Options) store.DB {
	t.Helper()
	empty, err := emptySQLite()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "madoguchi.db")
	if err := os.WriteFile(file, empty, 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := sqlite.Open(t.Context(), file, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close the store: %v", err)
		}
	})
	return db
}

// emptySQLite is a file with the schema, made once: each of its steps is
// synchronized, which takes longer than most tests.
var emptySQLite = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "madoguchi-storetest")
	if err != nil {
		return nil, err
	}
	//lint:ignore errcheck the system removes temporary files as well
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "empty.db")
	if err := sqlite.Migrate(context.Background(), file); err != nil {
		return nil, err
	}
	return os.ReadFile(file)
})
