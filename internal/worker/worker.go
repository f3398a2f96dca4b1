// Package worker does what waits for its time (定期処理): it sends the outbox and
// runs the timed jobs.
//
// Several servers may run it at once: a message is claimed for a while by one
// of them, and each job is leased. A message that was sent just before its
// server died is sent again under the same message ID. Work is done in chunks,
// so that people's acts go in between.
package worker

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"madoguchi/internal/blob"
	"madoguchi/internal/mailroom"
	"madoguchi/internal/outbox"
	"madoguchi/internal/store"
	"madoguchi/internal/tenant"
)

// The measures of the work.
const (
	Poll  = time.Second // how often due messages are looked for
	Batch = 8           // messages claimed, and sent, at once
	Hold  = time.Minute // how long a claim lasts: twice what one mail may take
	Chunk = 500         // rows that a job changes in one transaction
)

// Worker does the work of one server. Its fields are set before Run is called
// and not changed afterwards.
type Worker struct {
	DB      store.DB
	Blobs   blob.Store
	Senders []outbox.Sender
	// Origin tells what a message of the tenant says of where it comes from.
	Origin func(tenant.Tenant) outbox.Origin
	Clock  func() time.Time // business time
	// Mailroom judges what arrived; nil: no mail arrives here.
	Mailroom *mailroom.Room
	Holder   string // names this server; no two have the same
	Log      *slog.Logger
}

// Run works until ctx ends, and returns when what was begun is finished.
func (w *Worker) Run(ctx context.Context) {
	var running sync.WaitGroup
	running.Go(func() { w.every(ctx, Poll, "messages are not sent", w.SendDue) })
	for _, j := range Jobs {
		running.Go(func() {
			w.every(ctx, j.Every, "job failed: "+j.Name, func(ctx context.Context) error { return w.RunLeased(ctx, j) })
		})
	}
	running.Wait()
}

// every calls f now and then after each pause, until ctx ends. A failure is
// logged once, until f succeeds again.
func (w *Worker) every(ctx context.Context, pause time.Duration, failed string, f func(context.Context) error) {
	failing := false
	for {
		err := f(ctx)
		if ctx.Err() != nil {
			return
		}
		if err != nil && !failing {
			w.Log.ErrorContext(ctx, failed, "err", err)
		}
		if err == nil && failing {
			w.Log.InfoContext(ctx, "works again; before: "+failed)
		}
		failing = err != nil
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
	}
}
