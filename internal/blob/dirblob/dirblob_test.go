package dirblob_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"madoguchi/internal/blob"
	"madoguchi/internal/blob/blobtest"
	"madoguchi/internal/blob/dirblob"
)

func TestStore(t *testing.T) {
	blobtest.Run(t, func(t testing.TB) blob.Store {
		d, err := dirblob.Open(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		return d
	})
}

func TestLeftOversOfACrashAreSwept(t *testing.T) {
	dir := t.TempDir()
	d, err := dirblob.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(dir, "2", "ab")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	left := filepath.Join(folder, ".part-crashed")
	if err := os.WriteFile(left, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	keys, err := d.Old(t.Context(), 2, time.Now().Add(time.Hour), "", 10)
	if err != nil || len(keys) != 0 {
		t.Errorf("keys %v (err %v), want none", keys, err)
	}
	if _, err := os.Stat(left); !os.IsNotExist(err) {
		t.Errorf("the left-over is still there (err %v)", err)
	}
}

func TestOthersOnTheMachineCannotReadFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "files")
	if _, err := dirblob.Open(dir); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(dir)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("mode %v (err %v), want 0700", info.Mode(), err)
	}
}
