package worker

import (
	"context"

	"madoguchi/internal/tenant"
)

// judgedAtOnce is how many arrived mails are read before others get their turn.
const judgedAtOnce = 20

// judgeMail judges mails that arrived. One that pretends to be another's is an
// alert: the log says so, and the audit trail says which rules it met.
func (w *Worker) judgeMail(ctx context.Context, id tenant.ID) (bool, error) {
	if w.Mailroom == nil {
		return false, nil
	}
	judged, err := w.Mailroom.Judge(ctx, id, judgedAtOnce)
	if judged.Quarantined > 0 {
		w.Log.WarnContext(ctx, "mail was quarantined", "tenant", int64(id), "mails", judged.Quarantined)
	}
	if ctx.Err() != nil {
		return false, nil
	}
	return judged.Done == judgedAtOnce, err
}

// forgetMail removes records of mail whose time is over.
func (w *Worker) forgetMail(ctx context.Context, id tenant.ID) (bool, error) {
	if w.Mailroom == nil {
		return false, nil
	}
	return w.Mailroom.Forget(ctx, id, Chunk)
}
