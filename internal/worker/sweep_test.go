package worker_test

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"madoguchi/internal/application"
	"madoguchi/internal/blob/dirblob"
	"madoguchi/internal/fault"
	"madoguchi/internal/outbox"
	"madoguchi/internal/procedure"
	"madoguchi/internal/store"
	"madoguchi/internal/tenant"
	"madoguchi/internal/worker"
)

// blobs gives the bench a place for files in dir.
func (b *bench) blobs(t *testing.T, dir string) {
	t.Helper()
	s, err := dirblob.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	b.worker.Blobs = s
}

// age makes every file in dir so old.
func age(t *testing.T, dir string, d time.Duration) {
	t.Helper()
	at := time.Now().Add(-d)
	err := filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		return os.Chtimes(name, at, at)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestOnlyOldFilesThatNoRowNamesAreSwept(t *testing.T) {
	b := open(t)
	dir := t.TempDir()
	b.blobs(t, dir)
	id := b.tenants(t)[0]
	for _, key := range []string{"named", "unnamed"} {
		if _, err := b.worker.Blobs.Put(t.Context(), id, key, strings.NewReader("x")); err != nil {
			t.Fatal(err)
		}
	}
	b.write(t, id, func(tx store.Tx) error {
		if err := tx.InsertProcedure(t.Context(), &procedure.Procedure{ID: "p", Title: "試験"}); err != nil {
			return err
		}
		if err := tx.InsertDraft(t.Context(), &application.Draft{ID: "d", Procedure: "p", FormVersion: 1, SubmissionKey: "k", ExpiresAt: start.Add(time.Hour)}); err != nil {
			return err
		}
		return tx.InsertAttachment(t.Context(), application.Attachment{ID: "f", Draft: "d", Field: "photo", Name: "a.jpg", Blob: "named"})
	})
	there := func(key string) bool {
		f, err := b.worker.Blobs.Open(t.Context(), id, key)
		if err == nil {
			f.Close()
		} else if fault.KindOf(err) != fault.NotFound {
			t.Fatal(err)
		}
		return err == nil
	}
	age(t, dir, 47*time.Hour)
	b.do(t, "unnamed files")
	if !there("unnamed") {
		t.Fatal("swept within 48 hours: a transaction may still be about to name it")
	}
	age(t, dir, 49*time.Hour)
	b.do(t, "unnamed files")
	if there("unnamed") || !there("named") {
		t.Errorf("unnamed is there: %v, named is there: %v; want only the named one", there("unnamed"), there("named"))
	}
}

func TestAJobIsDoneByOneServerAtATime(t *testing.T) {
	b := open(t)
	other := *b.worker
	other.Holder = "two"
	done := map[string]int{}
	count := func(w *worker.Worker) worker.Job {
		return worker.Job{Name: "counted", Every: time.Hour, Do: func(*worker.Worker, context.Context, tenant.ID) (bool, error) {
			done[w.Holder]++
			return false, nil
		}}
	}
	if err := b.worker.RunLeased(t.Context(), count(b.worker)); err != nil {
		t.Fatal(err)
	}
	if err := other.RunLeased(t.Context(), count(&other)); err != nil {
		t.Fatal(err)
	}
	if done["one"] == 0 || done["two"] != 0 {
		t.Errorf("done %v; the first server has the job for an hour", done)
	}
}

func TestRunStopsWhenToldAndNotesWhatItSent(t *testing.T) {
	b := open(t)
	b.blobs(t, t.TempDir())
	id := b.tenants(t)[0]
	b.enqueue(t, id, "m1")
	b.forward(time.Millisecond)
	ctx, stop := context.WithCancel(t.Context())
	b.fail = func(outbox.Message) error {
		stop()
		return nil
	}
	b.worker.Run(ctx)
	if m := b.message(t, id, "m1"); m.State != outbox.Sent {
		t.Errorf("got %+v, want sent", m)
	}
}
