package ledger

import (
	"context"
	"fmt"
	"time"

	"madoguchi/internal/fault"
	"madoguchi/internal/outbox"
	"madoguchi/internal/store/sqlstore/sqltx"
)

// Columns of a message without its arguments, which may hold live tokens.
const messageColumns = `id, channel, recipient, template, lang, about, state, due_at, attempts,
	holder, lease_until, last_error, created_at, sent_at`

func messageFields(m *outbox.Message) []any {
	return []any{&m.ID, &m.Channel, &m.To, &m.Template, &m.Lang, &m.About, &m.State, &m.DueAt, &m.Attempts,
		&m.Holder, &m.LeaseUntil, &m.LastError, &m.CreatedAt, &m.SentAt}
}

func wholeMessageFields(m *outbox.Message) []any {
	return append(messageFields(m), sqltx.JSON(&m.Args))
}

// Enqueue keeps a message that waits: due at DueAt, or now.
func (l Ledger) Enqueue(ctx context.Context, m outbox.Message) error {
	m.State, m.CreatedAt = outbox.Waiting, l.tx.Now()
	m.Attempts, m.Holder, m.LeaseUntil, m.LastError, m.SentAt = 0, "", time.Time{}, "", time.Time{}
	if m.DueAt.IsZero() {
		m.DueAt = m.CreatedAt
	}
	if err := l.tx.Insert(ctx, "outbox", messageColumns+", args", wholeMessageFields(&m)); err != nil {
		return fmt.Errorf("enqueue %s: %w", m.ID, err)
	}
	return nil
}

// ClaimMessages leases messages that are due and that nobody holds.
func (l Ledger) ClaimMessages(ctx context.Context, holder string, now, until time.Time, limit int) ([]outbox.Message, error) {
	due, err := sqltx.All(ctx, l.tx, `SELECT `+messageColumns+`, args
		FROM outbox WHERE tenant_id = $1 AND state = 'waiting' AND due_at <= $2 AND lease_until <= $2
		ORDER BY due_at, id LIMIT $3`, []any{now, limit}, wholeMessageFields)
	if err != nil {
		return nil, fmt.Errorf("due messages: %w", err)
	}
	var claimed []outbox.Message
	for _, m := range due {
		n, err := l.tx.Exec(ctx, `
			UPDATE outbox SET holder = $3, lease_until = $4
			WHERE tenant_id = $1 AND id = $2 AND state = 'waiting' AND lease_until = $5`,
			m.ID, holder, until, m.LeaseUntil)
		if err != nil {
			return nil, fmt.Errorf("claim %s: %w", m.ID, err)
		}
		if n == 1 {
			m.Holder, m.LeaseUntil = holder, sqltx.FromMicros(sqltx.Micros(until))
			claimed = append(claimed, m)
		}
	}
	return claimed, nil
}

// MessageSent marks a leased message as sent and empties its arguments.
func (l Ledger) MessageSent(ctx context.Context, id, holder string, at time.Time) error {
	n, err := l.tx.Exec(ctx, `
		UPDATE outbox
		SET state = $4, sent_at = $5, attempts = attempts + 1, holder = '', lease_until = 0, args = 'null', last_error = ''
		WHERE tenant_id = $1 AND id = $2 AND holder = $3 AND state = 'waiting'`,
		id, holder, outbox.Sent, at)
	return leased(id, n, err)
}

// MessageFailed counts a failure of a leased message. One that is given up
// loses its arguments, since nothing will send it.
func (l Ledger) MessageFailed(ctx context.Context, id, holder, reason string, due time.Time) error {
	if due.IsZero() {
		n, err := l.tx.Exec(ctx, `
			UPDATE outbox
			SET state = $4, attempts = attempts + 1, last_error = $5, holder = '', lease_until = 0, args = 'null'
			WHERE tenant_id = $1 AND id = $2 AND holder = $3 AND state = 'waiting'`,
			id, holder, outbox.Failed, reason)
		return leased(id, n, err)
	}
	n, err := l.tx.Exec(ctx, `
		UPDATE outbox
		SET due_at = $4, attempts = attempts + 1, last_error = $5, holder = '', lease_until = 0
		WHERE tenant_id = $1 AND id = $2 AND holder = $3 AND state = 'waiting'`,
		id, holder, due, reason)
	return leased(id, n, err)
}

// leased tells that a lease was lost when the statement found no row.
func leased(id string, n int64, err error) error {
	if err != nil {
		return fmt.Errorf("message %s: %w", id, err)
	}
	if n == 0 {
		return fmt.Errorf("message %s: %w", id, fault.New(fault.Conflict, "store.lease_lost"))
	}
	return nil
}

// MessagesAbout returns the messages about one object, oldest first.
func (l Ledger) MessagesAbout(ctx context.Context, about string) ([]outbox.Message, error) {
	list, err := sqltx.All(ctx, l.tx, `SELECT `+messageColumns+`
		FROM outbox WHERE tenant_id = $1 AND about = $2 ORDER BY created_at, id`, []any{about}, messageFields)
	if err != nil {
		return nil, fmt.Errorf("messages about %s: %w", about, err)
	}
	return list, nil
}

// FailedMessages returns the newest messages that were given up.
func (l Ledger) FailedMessages(ctx context.Context, limit int) ([]outbox.Message, error) {
	list, err := sqltx.All(ctx, l.tx, `SELECT `+messageColumns+`
		FROM outbox WHERE tenant_id = $1 AND state = 'failed'
		ORDER BY created_at DESC, id DESC LIMIT $2`, []any{limit}, messageFields)
	if err != nil {
		return nil, fmt.Errorf("failed messages: %w", err)
	}
	return list, nil
}
