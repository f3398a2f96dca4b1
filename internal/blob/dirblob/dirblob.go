// Package dirblob keeps blobs as files in a folder of this machine (添付ファイルの保管).
//
// A blob that Put accepted survives a power cut: the file is synchronized,
// then given its name, then its folder is synchronized. A file without its
// final name is left over from a crash and is removed by Old's sweep.
package dirblob

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"madoguchi/internal/blob"
	"madoguchi/internal/fault"
	"madoguchi/internal/tenant"
)

// Dir implements blob.Store. A blob lies in DIR/<tenant>/<two hex digits>/<key>;
// the digits are of the key's hash, so that no folder grows too long.
type Dir struct{ root string }

var _ blob.Store = (*Dir)(nil)

// Open makes the folder if there is none.
func Open(dir string) (*Dir, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open the folder for files: %w", err)
	}
	return &Dir{dir}, nil
}

var validKey = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z_-]{0,99}$`)

// partial begins the name of a file that is being written.
const partial = ".part-"

func (d *Dir) folder(id tenant.ID, key string) string {
	sum := sha256.Sum256([]byte(key))
	return filepath.Join(d.root, strconv.FormatInt(int64(id), 10), hex.EncodeToString(sum[:1]))
}

func (d *Dir) file(id tenant.ID, key string) (string, error) {
	if !validKey.MatchString(key) {
		return "", fmt.Errorf("blob key of %d bytes has a wrong shape", len(key))
	}
	return filepath.Join(d.folder(id, key), key), nil
}

// Put implements blob.Store.
func (d *Dir) Put(ctx context.Context, id tenant.ID, key string, r io.Reader) (int64, error) {
	name, err := d.file(id, key)
	if err != nil {
		return 0, err
	}
	if err := d.makeFolders(filepath.Dir(name)); err != nil {
		return 0, fmt.Errorf("put a blob: %w", err)
	}
	temp := filepath.Join(filepath.Dir(name), partial+rand.Text())
	size, err := write(ctx, temp, r)
	if err == nil {
		// Link, unlike Rename, fails if the name is there already.
		err = os.Link(temp, name)
	}
	err = errors.Join(err, remove(temp))
	if errors.Is(err, fs.ErrExist) {
		return 0, fault.New(fault.Conflict, "store.duplicate").Because(err)
	}
	if err == nil {
		err = syncDir(filepath.Dir(name))
	}
	if err != nil {
		return 0, fmt.Errorf("put a blob: %w", err)
	}
	return size, nil
}

// makeFolders makes dir and those above it, and synchronizes what is new.
func (d *Dir) makeFolders(dir string) error {
	if _, err := os.Stat(dir); err == nil {
		return nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return errors.Join(syncDir(filepath.Dir(dir)), syncDir(d.root))
}

func write(ctx context.Context, name string, r io.Reader) (size int64, err error) {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if size, err = io.Copy(f, reader{ctx, r}); err != nil {
		return 0, err
	}
	return size, f.Sync()
}

// reader ends with the context's error, so that a slow upload does not outlive
// its request.
type reader struct {
	ctx context.Context
	r   io.Reader
}

func (r reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}

func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

func remove(name string) error {
	if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Open implements blob.Store.
func (d *Dir) Open(_ context.Context, id tenant.ID, key string) (io.ReadSeekCloser, error) {
	name, err := d.file(id, key)
	if err != nil {
		return nil, fault.New(fault.NotFound, "store.not_found").Because(err)
	}
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.New(fault.NotFound, "store.not_found").Because(err)
	}
	if err != nil {
		return nil, fmt.Errorf("open a blob: %w", err)
	}
	return f, nil
}

// Delete implements blob.Store.
func (d *Dir) Delete(_ context.Context, id tenant.ID, key string) error {
	name, err := d.file(id, key)
	if err != nil {
		return err
	}
	if err := remove(name); err != nil {
		return fmt.Errorf("delete a blob: %w", err)
	}
	return nil
}

// Old implements blob.Store. Keys come in the order of their folders, which
// is the order of key's hash; after is one of them. Files without a final name
// that are as old are removed on the way.
func (d *Dir) Old(ctx context.Context, id tenant.ID, before time.Time, after string, limit int) ([]string, error) {
	root := filepath.Join(d.root, strconv.FormatInt(int64(id), 10))
	folders, err := os.ReadDir(root)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list old blobs: %w", err)
	}
	from := ""
	if after != "" {
		from = filepath.Base(d.folder(id, after))
	}
	var keys []string
	for _, folder := range folders {
		if folder.Name() < from || !folder.IsDir() {
			continue
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		last := ""
		if folder.Name() == from {
			last = after
		}
		found, err := oldIn(filepath.Join(root, folder.Name()), before, last)
		if err != nil {
			return nil, fmt.Errorf("list old blobs: %w", err)
		}
		if keys = append(keys, found...); len(keys) >= limit {
			return keys[:limit], nil
		}
	}
	return keys, nil
}

// oldIn returns the keys of one folder that come after last.
func oldIn(dir string, before time.Time, last string) ([]string, error) {
	files, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var keys []string
	for _, f := range files {
		info, err := f.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue // deleted meanwhile
		}
		if err != nil {
			return nil, err
		}
		if !info.ModTime().Before(before) {
			continue
		}
		if strings.HasPrefix(f.Name(), partial) {
			if err := remove(filepath.Join(dir, f.Name())); err != nil {
				return nil, err
			}
			continue
		}
		if f.Name() > last {
			keys = append(keys, f.Name())
		}
	}
	slices.Sort(keys)
	return keys, nil
}
