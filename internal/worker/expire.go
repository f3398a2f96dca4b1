package worker

import (
	"context"
	"time"

	"madoguchi/internal/application"
	"madoguchi/internal/store"
	"madoguchi/internal/tenant"
)

// kept is how long a confirmation stays after its end: the limits on how many
// may be asked for look back a day.
const kept = 24 * time.Hour

// expireDrafts removes drafts that ended. Their files lose their rows, and the
// sweeper takes them.
func (w *Worker) expireDrafts(ctx context.Context, id tenant.ID) (bool, error) {
	var found []application.DraftID
	err := w.DB.Read(ctx, id, func(tx store.Tx) error {
		var err error
		found, err = tx.ExpiredDrafts(ctx, w.Clock(), Chunk)
		return err
	})
	if err != nil || len(found) == 0 {
		return false, err
	}
	var removed int
	err = w.DB.Write(ctx, id, func(tx store.Tx) error {
		// a draft may have been saved meanwhile, and live longer
		ids, err := tx.ExpiredDrafts(ctx, w.Clock(), Chunk)
		if err != nil {
			return err
		}
		for _, draft := range ids {
			if err := tx.DeleteDraft(ctx, draft); err != nil {
				return err
			}
		}
		removed = len(ids)
		return nil
	})
	return removed == Chunk, err
}

// expireConfirmations removes mail confirmations that ended a day ago.
func (w *Worker) expireConfirmations(ctx context.Context, id tenant.ID) (bool, error) {
	var removed int
	err := w.DB.Write(ctx, id, func(tx store.Tx) error {
		var err error
		removed, err = tx.DeleteConfirmations(ctx, w.Clock().Add(-kept), Chunk)
		return err
	})
	return removed == Chunk, err
}
