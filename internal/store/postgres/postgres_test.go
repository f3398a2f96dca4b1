package postgres_test

import (
	"testing"

	"madoguchi/internal/pgtest"
	"madoguchi/internal/store"
	"madoguchi/internal/store/storetest"
)

func TestStore(t *testing.T) {
	storetest.Run(t, func(t testing.TB, o store.Options) store.DB { return pgtest.OpenWith(t, o) })
}
