// Package blobtest is what every place for files (添付ファイルの保管) must do.
//
// An engine's own test opens an empty store and calls Run.
package blobtest

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"madoguchi/internal/blob"
	"madoguchi/internal/fault"
	"madoguchi/internal/tenant"
)

const city, town tenant.ID = 2, 3

// Run checks the store that open returns. open gives a new, empty store each time.
func Run(t *testing.T, open func(testing.TB) blob.Store) {
	for _, c := range []struct {
		name string
		test func(*testing.T, blob.Store)
	}{
		{"RoundTrip", testRoundTrip},
		{"TenantsAreApart", testTenantsAreApart},
		{"NeverOverwritten", testNeverOverwritten},
		{"OneWinner", testOneWinner},
		{"FailedReaderLeavesNothing", testFailedReader},
		{"BadKeys", testBadKeys},
		{"Old", testOld},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, open(t)) })
	}
}

func put(t *testing.T, s blob.Store, id tenant.ID, key, content string) {
	t.Helper()
	size, err := s.Put(t.Context(), id, key, strings.NewReader(content))
	if err != nil || size != int64(len(content)) {
		t.Fatalf("put %s: size %d, err %v", key, size, err)
	}
}

// read returns the blob's content, or "" and the error.
func read(t *testing.T, s blob.Store, id tenant.ID, key string) (string, error) {
	t.Helper()
	r, err := s.Open(t.Context(), id, key)
	if err != nil {
		return "", err
	}
	b, err := io.ReadAll(r)
	if err := errors.Join(err, r.Close()); err != nil {
		t.Fatal(err)
	}
	return string(b), nil
}

func testRoundTrip(t *testing.T, s blob.Store) {
	put(t, s, city, "a", "写真")
	put(t, s, city, "empty", "")
	for key, want := range map[string]string{"a": "写真", "empty": ""} {
		if got, err := read(t, s, city, key); got != want || err != nil {
			t.Errorf("%s: %q (err %v), want %q", key, got, err, want)
		}
	}
	for range 2 {
		if err := s.Delete(t.Context(), city, "a"); err != nil {
			t.Errorf("delete: %v", err)
		}
	}
	if _, err := read(t, s, city, "a"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("deleted blob: got %v, want not found", err)
	}
}

func testTenantsAreApart(t *testing.T, s blob.Store) {
	put(t, s, city, "a", "city's")
	if _, err := read(t, s, town, "a"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("another tenant's blob: got %v, want not found", err)
	}
	put(t, s, town, "a", "town's")
	if err := s.Delete(t.Context(), town, "a"); err != nil {
		t.Fatal(err)
	}
	if got, err := read(t, s, city, "a"); got != "city's" {
		t.Errorf("after the town deleted its own: %q (err %v)", got, err)
	}
}

func testNeverOverwritten(t *testing.T, s blob.Store) {
	put(t, s, city, "a", "first")
	if _, err := s.Put(t.Context(), city, "a", strings.NewReader("second")); fault.KindOf(err) != fault.Conflict {
		t.Errorf("second put: got %v, want conflict", err)
	}
	if got, err := read(t, s, city, "a"); got != "first" {
		t.Errorf("kept %q (err %v), want the first", got, err)
	}
}

func testOneWinner(t *testing.T, s blob.Store) {
	var wg sync.WaitGroup
	errs := make(chan error, 8)
	for i := range cap(errs) {
		wg.Go(func() {
			_, err := s.Put(t.Context(), city, "a", strings.NewReader(fmt.Sprint(i)))
			errs <- err
		})
	}
	wg.Wait()
	close(errs)
	won := 0
	for err := range errs {
		switch {
		case err == nil:
			won++
		case fault.KindOf(err) != fault.Conflict:
			t.Errorf("a loser got %v, want conflict", err)
		}
	}
	if won != 1 {
		t.Errorf("%d succeeded, want 1", won)
	}
}

func testFailedReader(t *testing.T, s blob.Store) {
	broken := io.MultiReader(strings.NewReader("half"), iotest.ErrReader(errors.New("cut")))
	if _, err := s.Put(t.Context(), city, "a", broken); err == nil {
		t.Error("put of half a file succeeded")
	}
	if _, err := read(t, s, city, "a"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("after a failed put: got %v, want not found", err)
	}
	put(t, s, city, "a", "whole")
}

func testBadKeys(t *testing.T, s blob.Store) {
	for _, key := range []string{"", ".", "..", "../a", "a/b", `a\b`, ".part-x", "a\x00", strings.Repeat("a", 101)} {
		if _, err := s.Put(t.Context(), city, key, strings.NewReader("x")); err == nil {
			t.Errorf("key %q was taken", key)
		}
		if _, err := read(t, s, city, key); fault.KindOf(err) != fault.NotFound {
			t.Errorf("key %q: got %v, want not found", key, err)
		}
	}
}

func testOld(t *testing.T, s blob.Store) {
	var want []string
	for i := range 25 {
		key := fmt.Sprintf("k%02d", i)
		put(t, s, city, key, key)
		want = append(want, key)
	}
	put(t, s, town, "other", "x")
	if got, err := s.Old(t.Context(), city, time.Now().Add(-time.Hour), "", 100); err != nil || len(got) != 0 {
		t.Errorf("older than an hour: %v (err %v), want none", got, err)
	}
	var got []string
	after := ""
	for {
		page, err := s.Old(t.Context(), city, time.Now().Add(time.Hour), after, 4)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		if len(page) > 4 {
			t.Fatalf("%d keys, want at most 4", len(page))
		}
		got = append(got, page...)
		after = page[len(page)-1]
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("keys %v, want %v", got, want)
	}
}
