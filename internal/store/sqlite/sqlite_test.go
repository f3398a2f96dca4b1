package sqlite_test

import (
	"testing"

	"madoguchi/internal/store"
	"madoguchi/internal/store/storetest"
)

func TestStore(t *testing.T) {
	storetest.Run(t, func(t testing.TB, o store.Options) store.DB { return storetest.OpenSQLiteWith(t, o) })
}
