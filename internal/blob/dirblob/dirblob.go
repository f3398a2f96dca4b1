// Package dirblob keeps uploaded files in a folder of this machine (添付ファイルの保管フォルダー).
//
// A blob is DIR/<tenant>/<start of its key>/<key>. A Put that returned nil
// survives a power cut: the file is written under another name and
// synchronized, gets its name, and the folders that name it are synchronized.
// Whatever fails before leaves no blob.
package dirblob

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"regexp"
	"strconv"
	"sync"
	"time"

	"madoguchi/internal/blob"
	"madoguchi/internal/fault"
	"madoguchi/internal/tenant"
)

// Store implements blob.Store.
type Store struct {
	root    *os.Root
	sync    func(*os.File) error // File.Sync; a test counts
	folders sync.Map             // names of those that survive a power cut
}

var _ blob.Store = (*Store)(nil)

const (
	unfinished    = "unfinished"   // the folder of files that are being written
	unfinishedFor = 48 * time.Hour // after which nobody writes any more
	folderMode    = 0o700
	fileMode      = 0o600
)

// Open opens the folder, and makes it if there is none. Files that were left
// half-written long ago are removed.
func Open(dir string) (*Store, error) {
	s, err := open(dir, (*os.File).Sync)
	if err != nil {
		return nil, fmt.Errorf("open blobs: %w", err)
	}
	return s, nil
}

func open(dir string, sync func(*os.File) error) (*Store, error) {
	if err := os.MkdirAll(dir, folderMode); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	s := &Store{root: root, sync: sync}
	if err := errors.Join(s.makeFolder(unfinished), s.clean(time.Now().Add(-unfinishedFor))); err != nil {
		return nil, errors.Join(err, root.Close())
	}
	return s, nil
}

// clean removes unfinished files that nobody has written to since then.
func (s *Store) clean(since time.Time) error {
	entries, err := s.list(unfinished)
	if err != nil {
		return err
	}
	for _, e := range entries {
		info, err := e.Info()
		if err == nil && info.ModTime().Before(since) {
			err = s.root.Remove(path.Join(unfinished, e.Name()))
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// Close gives up the folder; blobs that are open stay readable.
func (s *Store) Close() error { return s.root.Close() }

// Put implements blob.Store.
func (s *Store) Put(ctx context.Context, id tenant.ID, key string, r io.Reader) (int64, error) {
	folder, err := folderOf(id, key)
	if err != nil {
		return 0, err
	}
	size, err := s.put(ctx, folder, key, r)
	if errors.Is(err, fs.ErrExist) {
		return 0, fault.New(fault.Conflict, "store.duplicate").Because(err)
	}
	if err != nil {
		return 0, fmt.Errorf("put blob %s: %w", key, err)
	}
	return size, nil
}

func (s *Store) put(ctx context.Context, folder, key string, r io.Reader) (int64, error) {
	for _, f := range []string{path.Dir(folder), folder} {
		if err := s.makeFolder(f); err != nil {
			return 0, err
		}
	}
	// The name that Put gives up in the end is one that nobody else uses.
	temporary := path.Join(unfinished, rand.Text())
	size, err := s.write(ctx, temporary, r)
	if err == nil {
		err = s.root.Link(temporary, path.Join(folder, key)) // fails if there is one
	}
	if gone := s.root.Remove(temporary); err == nil {
		err = gone
	}
	if err == nil {
		err = s.syncFolder(folder)
	}
	return size, err
}

// write makes a synchronized file of what r gives.
func (s *Store) write(ctx context.Context, name string, r io.Reader) (int64, error) {
	f, err := s.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, fileMode)
	if err != nil {
		return 0, err
	}
	size, err := io.Copy(f, reader{ctx, r})
	if err == nil {
		err = s.sync(f)
	}
	return size, errors.Join(err, f.Close())
}

// reader ends with the context.
type reader struct {
	ctx context.Context
	r   io.Reader
}

func (r reader) Read(b []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(b)
}

// Open implements blob.Store.
func (s *Store) Open(_ context.Context, id tenant.ID, key string) (io.ReadSeekCloser, error) {
	folder, err := folderOf(id, key)
	if err != nil {
		return nil, err
	}
	f, err := s.root.Open(path.Join(folder, key))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.New(fault.NotFound, "store.not_found").Because(err)
	}
	if err != nil {
		return nil, fmt.Errorf("open blob %s: %w", key, err)
	}
	return f, nil
}

// Delete implements blob.Store.
func (s *Store) Delete(_ context.Context, id tenant.ID, key string) error {
	folder, err := folderOf(id, key)
	if err != nil {
		return err
	}
	err = s.root.Remove(path.Join(folder, key))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = s.syncFolder(folder)
	}
	if err != nil {
		return fmt.Errorf("delete blob %s: %w", key, err)
	}
	return nil
}

// Old implements blob.Store. A folder holds the keys that begin with its name,
// so keys are in order when folders are.
func (s *Store) Old(ctx context.Context, id tenant.ID, before time.Time, after string, limit int) ([]string, error) {
	var keys []string
	home := tenantFolder(id)
	folders, err := s.list(home)
	if err != nil {
		return nil, fmt.Errorf("old blobs: %w", err)
	}
	for _, f := range folders {
		if f.Name() < start(after) {
			continue
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		files, err := s.list(path.Join(home, f.Name()))
		if err != nil {
			return nil, fmt.Errorf("old blobs: %w", err)
		}
		for _, file := range files {
			if len(keys) == limit {
				return keys, nil
			}
			info, err := file.Info()
			if err == nil && file.Name() > after && info.ModTime().Before(before) {
				keys = append(keys, file.Name())
			}
		}
	}
	return keys, nil
}

// list returns what a folder holds, by name; a folder that is not there holds nothing.
func (s *Store) list(folder string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(s.root.FS(), folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return entries, err
}

// makeFolder makes a folder that survives a power cut. One that is there may
// have been made by a Put that has not come to synchronizing it.
func (s *Store) makeFolder(name string) error {
	if _, ok := s.folders.Load(name); ok {
		return nil
	}
	if err := s.root.Mkdir(name, folderMode); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	if err := s.syncFolder(path.Dir(name)); err != nil {
		return err
	}
	s.folders.Store(name, nil)
	return nil
}

func (s *Store) syncFolder(name string) error {
	f, err := s.root.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(s.sync(f), f.Close())
}

var keyShape = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$`)

func tenantFolder(id tenant.ID) string { return "tenant-" + strconv.FormatInt(int64(id), 10) }

// startLength parts a tenant's blobs by the first half of their keys' time:
// the keys are UUIDv7, whose first six digits change every five hours.
const startLength = 6

func start(key string) string { return key[:min(len(key), startLength)] }

// folderOf returns the folder of a key, and refuses keys that are no names.
func folderOf(id tenant.ID, key string) (string, error) {
	if !keyShape.MatchString(key) {
		return "", fault.New(fault.Invalid, "store.bad_key")
	}
	return path.Join(tenantFolder(id), start(key)), nil
}
