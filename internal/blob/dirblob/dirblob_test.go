package dirblob

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"madoguchi/internal/blob"
	"madoguchi/internal/blob/blobtest"
)

func openDir(t testing.TB, dir string, sync func(*os.File) error) *Store {
	t.Helper()
	s, err := open(dir, sync)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestStore(t *testing.T) {
	blobtest.Run(t, func(t testing.TB) blob.Store { return openDir(t, t.TempDir(), (*os.File).Sync) })
}

// files returns the files below dir.
func files(t *testing.T, dir string) (list []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			list = append(list, strings.TrimPrefix(path, dir))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// The content is synchronized before the name, and the name before success.
func TestPutIsSynchronized(t *testing.T) {
	dir := t.TempDir()
	var seen []string
	s := openDir(t, dir, func(f *os.File) error {
		named := "unnamed"
		if slices.Contains(files(t, dir), "/tenant-101/0198c0/0198c0de") {
			named = "named"
		}
		info, err := f.Stat()
		if err != nil {
			return err
		}
		what := "file"
		if info.IsDir() {
			what = filepath.Base(f.Name())
		}
		seen = append(seen, what+" "+named)
		return f.Sync()
	})
	seen = nil
	if _, err := s.Put(t.Context(), 101, "0198c0de", strings.NewReader("1")); err != nil {
		t.Fatal(err)
	}
	root := filepath.Base(dir)
	want := []string{root + " unnamed", "tenant-101 unnamed", "file unnamed", "0198c0 named"}
	seen[0] = strings.Replace(seen[0], ". ", root+" ", 1)
	if !slices.Equal(seen, want) {
		t.Errorf("synchronized %v, want %v", seen, want)
	}
	if got := files(t, dir); !slices.Equal(got, []string{"/tenant-101/0198c0/0198c0de"}) {
		t.Errorf("files %v, want the blob alone", got)
	}
}

func TestPutFailsWhenTheDiskDoes(t *testing.T) {
	dir := t.TempDir()
	broken := errors.New("input/output error")
	fails := false
	s := openDir(t, dir, func(f *os.File) error {
		if fails {
			return broken
		}
		return f.Sync()
	})
	if _, err := s.Put(t.Context(), 101, "0198c0de", strings.NewReader("1")); err != nil {
		t.Fatal(err)
	}
	fails = true
	if _, err := s.Put(t.Context(), 101, "0198c0df", strings.NewReader("1")); !errors.Is(err, broken) {
		t.Errorf("got %v, want the disk's error", err)
	}
	if got := files(t, dir); len(got) != 1 {
		t.Errorf("files %v, want the first blob alone", got)
	}
}

// A server that died left a half-written file: it goes when it is old.
func TestUnfinishedFilesAreRemoved(t *testing.T) {
	dir := t.TempDir()
	openDir(t, dir, (*os.File).Sync)
	for name, age := range map[string]time.Duration{"old": 49 * time.Hour, "new": 47 * time.Hour} {
		file := filepath.Join(dir, unfinished, name)
		if err := os.WriteFile(file, []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(file, time.Time{}, time.Now().Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	openDir(t, dir, (*os.File).Sync)
	if got := files(t, dir); !slices.Equal(got, []string{"/" + unfinished + "/new"}) {
		t.Errorf("files %v, want the new one alone", got)
	}
}
