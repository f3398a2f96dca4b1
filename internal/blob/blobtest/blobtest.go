// Package blobtest is what every store of uploaded files (ファイル保管) must do.
package blobtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"madoguchi/internal/blob"
	"madoguchi/internal/fault"
	"madoguchi/internal/tenant"
)

// Run checks the store that open returns. open gives a new, empty store each time.
func Run(t *testing.T, open func(testing.TB) blob.Store) {
	for _, c := range []struct {
		name string
		test func(*testing.T, blob.Store)
	}{
		{"RoundTrip", testRoundTrip},
		{"NotFound", testNotFound},
		{"WrittenOnce", testWrittenOnce},
		{"OneWinner", testOneWinner},
		{"FailedReaderLeavesNothing", testFailedReader},
		{"CanceledLeavesNothing", testCanceled},
		{"TenantsAreApart", testTenantsAreApart},
		{"KeysAreNames", testKeys},
		{"Old", testOld},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, open(t)) })
	}
}

const city, town tenant.ID = 101, 102

func put(t *testing.T, s blob.Store, id tenant.ID, key, content string) {
	t.Helper()
	n, err := s.Put(t.Context(), id, key, strings.NewReader(content))
	if err != nil || n != int64(len(content)) {
		t.Fatalf("put %s: %d bytes, %v, want %d", key, n, err, len(content))
	}
}

func get(t *testing.T, s blob.Store, id tenant.ID, key string) string {
	t.Helper()
	r, err := s.Open(t.Context(), id, key)
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(r)
	if err := errors.Join(err, r.Close()); err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func wantNone(t *testing.T, s blob.Store, id tenant.ID, key string) {
	t.Helper()
	if _, err := s.Open(t.Context(), id, key); fault.KindOf(err) != fault.NotFound {
		t.Errorf("%s: got %v, want not found", key, err)
	}
	keys, err := s.Old(t.Context(), id, time.Now().Add(time.Hour), "", 10)
	if err != nil || len(keys) != 0 {
		t.Errorf("left over: %v, %v", keys, err)
	}
}

func testRoundTrip(t *testing.T, s blob.Store) {
	big := strings.Repeat("0123456789\x00\xff", 300_000)
	for key, content := range map[string]string{"empty": "", "small": "1", "0198c0de-big": big} {
		put(t, s, city, key, content)
		if got := get(t, s, city, key); got != content {
			t.Errorf("%s: %d bytes came back changed as %d", key, len(content), len(got))
		}
	}
	r, err := s.Open(t.Context(), city, "0198c0de-big")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if at, err := r.Seek(-2, io.SeekEnd); err != nil || at != int64(len(big))-2 {
		t.Fatalf("seek: at %d, %v", at, err)
	}
	if end, err := io.ReadAll(r); err != nil || !bytes.Equal(end, []byte("\x00\xff")) {
		t.Errorf("end: got %q, %v", end, err)
	}
}

func testNotFound(t *testing.T, s blob.Store) {
	wantNone(t, s, city, "nothing")
	if err := s.Delete(t.Context(), city, "nothing"); err != nil {
		t.Errorf("delete what is not there: %v", err)
	}
	put(t, s, city, "a", "1")
	if err := s.Delete(t.Context(), city, "a"); err != nil {
		t.Fatal(err)
	}
	wantNone(t, s, city, "a")
}

func testWrittenOnce(t *testing.T, s blob.Store) {
	put(t, s, city, "a", "first")
	_, err := s.Put(t.Context(), city, "a", strings.NewReader("second"))
	if fault.KindOf(err) != fault.Conflict {
		t.Errorf("the same key again: got %v, want conflict", err)
	}
	if got := get(t, s, city, "a"); got != "first" {
		t.Errorf("got %q, want the first", got)
	}
}

func testOneWinner(t *testing.T, s blob.Store) {
	var wg sync.WaitGroup
	var mu sync.Mutex
	var winners []string
	for i := range 8 {
		wg.Go(func() {
			content := strings.Repeat(fmt.Sprint(i), 100_000)
			_, err := s.Put(t.Context(), city, "a", strings.NewReader(content))
			if err != nil && fault.KindOf(err) != fault.Conflict {
				t.Errorf("a loser got %v, want conflict", err)
			}
			if err == nil {
				mu.Lock()
				defer mu.Unlock()
				winners = append(winners, content)
			}
		})
	}
	wg.Wait()
	if len(winners) != 1 || get(t, s, city, "a") != winners[0] {
		t.Errorf("%d writers won; the blob is the winner's only if there is one", len(winners))
	}
}

var errBroken = errors.New("the upload broke off")

func testFailedReader(t *testing.T, s blob.Store) {
	r := io.MultiReader(strings.NewReader(strings.Repeat("x", 100_000)), iotest.ErrReader(errBroken))
	if _, err := s.Put(t.Context(), city, "a", r); !errors.Is(err, errBroken) {
		t.Errorf("got %v, want the reader's error", err)
	}
	wantNone(t, s, city, "a")
	put(t, s, city, "a", "again")
}

func testCanceled(t *testing.T, s blob.Store) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Put(ctx, city, "a", strings.NewReader("1")); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want canceled", err)
	}
	wantNone(t, s, city, "a")
}

func testTenantsAreApart(t *testing.T, s blob.Store) {
	put(t, s, city, "a", "city's")
	wantNone(t, s, town, "a")
	put(t, s, town, "a", "town's")
	if err := s.Delete(t.Context(), city, "a"); err != nil {
		t.Fatal(err)
	}
	if got := get(t, s, town, "a"); got != "town's" {
		t.Errorf("got %q, want the town's", got)
	}
}

// A key is a name and never a way to another place.
func testKeys(t *testing.T, s blob.Store) {
	for _, key := range []string{
		"", ".", "..", "../102/aaaaaa/a", "a/b", "/a", `a\b`, "a\x00b", "a.b", "-a", "窓口", " a", strings.Repeat("a", 129),
	} {
		_, putErr := s.Put(t.Context(), city, key, strings.NewReader("1"))
		_, openErr := s.Open(t.Context(), city, key)
		for what, err := range map[string]error{"put": putErr, "open": openErr, "delete": s.Delete(t.Context(), city, key)} {
			if fault.KindOf(err) != fault.Invalid {
				t.Errorf("%s of %q: got %v, want invalid", what, key, err)
			}
		}
	}
	put(t, s, city, strings.Repeat("a", 128), "1")
	put(t, s, city, "0198c0de-7000-7000-8000-AZaz_09", "1")
}

func testOld(t *testing.T, s blob.Store) {
	want := []string{"0198c0de-1", "0198c0de-2", "0198c1", "0198c1de-1", "0198d", "a"}
	for _, i := range []int{3, 0, 5, 2, 4, 1} {
		put(t, s, city, want[i], "1")
	}
	put(t, s, town, "0198c0de-3", "1")
	ahead := time.Now().Add(time.Hour)
	for limit := 1; limit <= len(want)+1; limit++ {
		var got []string
		after := ""
		for {
			keys, err := s.Old(t.Context(), city, ahead, after, limit)
			if err != nil {
				t.Fatal(err)
			}
			if len(keys) == 0 {
				break
			}
			if len(keys) > limit {
				t.Fatalf("%d keys, want at most %d", len(keys), limit)
			}
			got = append(got, keys...)
			after = keys[len(keys)-1]
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("by %d (-want +got):\n%s", limit, diff)
		}
	}
	keys, err := s.Old(t.Context(), city, time.Now().Add(-time.Hour), "", 10)
	if err != nil || len(keys) != 0 {
		t.Errorf("written before an hour ago: got %v, %v, want none", keys, err)
	}
}
