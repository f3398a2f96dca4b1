package worker

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"madoguchi/internal/fault"
	"madoguchi/internal/outbox"
	"madoguchi/internal/store"
	"madoguchi/internal/tenant"
)

// errNoSender says that nothing sends through the message's channel.
var errNoSender = errors.New("no sender for the channel")

// SendDue sends the messages that are due now, a batch of each tenant by
// turns, until none is left or something fails.
func (w *Worker) SendDue(ctx context.Context) error {
	for ctx.Err() == nil {
		sent, err := w.round(ctx)
		if err != nil || sent == 0 {
			return err
		}
	}
	return nil
}

// round sends one batch of each tenant and returns how many messages it tried.
func (w *Worker) round(ctx context.Context) (int, error) {
	due, err := w.DB.Service().DueTenants(ctx, w.Clock())
	if err != nil || len(due) == 0 {
		return 0, err
	}
	all, err := w.DB.Service().Tenants(ctx)
	if err != nil {
		return 0, err
	}
	origins := make(map[tenant.ID]outbox.Origin, len(all))
	for _, t := range all {
		origins[t.ID] = w.Origin(t)
	}
	tried := 0
	var failed error
	for _, id := range due {
		if ctx.Err() != nil {
			break
		}
		n, err := w.sendTenant(ctx, id, origins[id])
		tried += n
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("tenant %d: %w", id, err))
		}
	}
	return tried, failed
}

// sendTenant sends one batch of a tenant's due messages and returns its size.
func (w *Worker) sendTenant(ctx context.Context, id tenant.ID, from outbox.Origin) (int, error) {
	var claimed []outbox.Message
	err := w.DB.Write(ctx, id, func(tx store.Tx) error {
		now := w.Clock()
		var err error
		claimed, err = tx.ClaimMessages(ctx, w.Holder, now, now.Add(Hold), Batch)
		return err
	})
	if err != nil {
		return 0, err
	}
	var sending sync.WaitGroup
	results := make([]error, len(claimed))
	for i, m := range claimed {
		sending.Go(func() { results[i] = w.deliver(ctx, id, from, m) })
	}
	sending.Wait()
	return len(claimed), errors.Join(results...)
}

// deliver sends one message and notes the outcome. Both outlive a stop that
// comes in the meantime, so that a mail that left is noted as sent.
func (w *Worker) deliver(ctx context.Context, id tenant.ID, from outbox.Origin, m outbox.Message) error {
	ctx = context.WithoutCancel(ctx)
	sent := w.send(ctx, from, m)
	err := w.DB.Write(ctx, id, func(tx store.Tx) error {
		if sent == nil {
			return tx.MessageSent(ctx, m.ID, w.Holder, w.Clock())
		}
		return tx.MessageFailed(ctx, m.ID, w.Holder, sent.Error(), w.again(m, sent))
	})
	if fault.KindOf(err) == fault.Conflict {
		return nil // the claim ran out and another server has it
	}
	if sent != nil && err == nil {
		w.Log.WarnContext(ctx, "message not sent", "tenant", int64(id), "message", m.ID, "template", m.Template,
			"attempt", m.Attempts+1, "given_up", w.again(m, sent).IsZero(), "err", sent)
	}
	return err
}

func (w *Worker) send(ctx context.Context, from outbox.Origin, m outbox.Message) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic while sending: %v", p)
		}
	}()
	for _, s := range w.Senders {
		if s.Channel() == m.Channel {
			return s.Send(ctx, from, m)
		}
	}
	return outbox.Permanent(errNoSender)
}

// again returns when the message is tried again, or the zero time.
func (w *Worker) again(m outbox.Message, err error) time.Time {
	failures := m.Attempts + 1
	if outbox.IsPermanent(err) || failures >= outbox.MaxAttempts {
		return time.Time{}
	}
	return w.Clock().Add(outbox.Backoff(failures))
}
