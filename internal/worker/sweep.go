package worker

import (
	"context"
	"time"

	"madoguchi/internal/store"
	"madoguchi/internal/tenant"
)

// unnamed is how old a file must be before the sweeper looks whether a row
// names it: longer than any upload and its transaction take.
const unnamed = 48 * time.Hour

// sweepBlobs removes the tenant's files that no row names. It goes through all
// of them, since those that stay would fill every first chunk.
func (w *Worker) sweepBlobs(ctx context.Context, id tenant.ID) (bool, error) {
	after := ""
	for ctx.Err() == nil {
		keys, err := w.Blobs.Old(ctx, id, time.Now().Add(-unnamed), after, Chunk)
		if err != nil || len(keys) == 0 {
			return false, err
		}
		if err := w.sweep(ctx, id, keys); err != nil {
			return false, err
		}
		after = keys[len(keys)-1]
	}
	return false, nil
}

func (w *Worker) sweep(ctx context.Context, id tenant.ID, keys []string) error {
	var named map[string]bool
	err := w.DB.Read(ctx, id, func(tx store.Tx) error {
		var err error
		named, err = tx.NamedBlobs(ctx, keys)
		return err
	})
	if err != nil {
		return err
	}
	removed := 0
	for _, key := range keys {
		if named[key] {
			continue
		}
		if err := w.Blobs.Delete(ctx, id, key); err != nil {
			return err
		}
		removed++
	}
	if removed > 0 {
		w.Log.InfoContext(ctx, "unnamed files removed", "tenant", int64(id), "files", removed)
	}
	return nil
}
