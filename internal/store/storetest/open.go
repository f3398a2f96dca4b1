package storetest

import (
	"path/filepath"
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
	file := filepath.Join(t.TempDir(), "madoguchi.db")
	if err := sqlite.Migrate(t.Context(), file); err != nil {
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
