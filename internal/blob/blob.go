// Package blob is the port to uploaded files (添付ファイルの実体).
//
// A blob is written once, under a key that its writer makes, and never
// changed. It is not shared by content: two equal files are two blobs. Rows in
// the store name blobs; a sweeper removes those that no row names.
package blob

import (
	"context"
	"io"
	"time"

	"madoguchi/internal/tenant"
)

// Store keeps blobs, each under its tenant. Many goroutines may use it.
type Store interface {
	// Put keeps everything that r gives under key and returns the size in
	// bytes. It returns nil only after the blob is durable. Conflict: the key
	// exists. When r fails, nothing is kept.
	Put(ctx context.Context, id tenant.ID, key string, r io.Reader) (sizeBytes int64, err error)
	// Open returns the blob. NotFound: there is none.
	Open(ctx context.Context, id tenant.ID, key string) (io.ReadSeekCloser, error)
	// Delete removes the blob; one that is not there is no error.
	Delete(ctx context.Context, id tenant.ID, key string) error
	// Old returns at most limit keys of the tenant, in order after the key
	// after, of blobs written before the real time before.
	Old(ctx context.Context, id tenant.ID, before time.Time, after string, limit int) ([]string, error)
}
