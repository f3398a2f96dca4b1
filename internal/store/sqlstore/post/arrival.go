package post

import (
	"context"
	"fmt"
	"time"

	"madoguchi/internal/fault"
	"madoguchi/internal/mail"
	"madoguchi/internal/store/sqlstore/sqltx"
)

const arrivalColumns = `id, kind, code, blob, sha256, size_bytes, envelope, state, attempts, arrived_at, outcome, rules, judged_at`

func arrivalFields(a *mail.Arrival) []any {
	return []any{&a.ID, &a.Kind, &a.Code, &a.Blob, &a.SHA256, &a.SizeBytes, sqltx.JSON(&a.Envelope), &a.State, &a.Attempts,
		&a.ArrivedAt, &a.Outcome, sqltx.JSON(&a.Rules), &a.JudgedAt}
}

// InsertArrival keeps a mail that waits, from the moment of the transaction
// unless a names another.
func (p Post) InsertArrival(ctx context.Context, a mail.Arrival) error {
	a.State, a.Attempts, a.Judgement = mail.Waiting, 0, mail.Judgement{}
	if a.ArrivedAt.IsZero() {
		a.ArrivedAt = p.tx.Now()
	}
	if err := p.tx.Insert(ctx, "arrivals", arrivalColumns, arrivalFields(&a)); err != nil {
		return fmt.Errorf("insert arrival %s: %w", a.ID, err)
	}
	return nil
}

// Arrival returns one mail.
func (p Post) Arrival(ctx context.Context, id string) (mail.Arrival, error) {
	a, err := sqltx.Get(ctx, p.tx, `SELECT `+arrivalColumns+`
		FROM arrivals WHERE tenant_id = $1 AND id = $2`, []any{id}, arrivalFields)
	if err != nil {
		return mail.Arrival{}, fmt.Errorf("arrival %s: %w", id, err)
	}
	return a, nil
}

// WaitingArrivals returns at most limit that wait, oldest first.
func (p Post) WaitingArrivals(ctx context.Context, limit int) ([]mail.Arrival, error) {
	list, err := sqltx.All(ctx, p.tx, `SELECT `+arrivalColumns+`
		FROM arrivals WHERE tenant_id = $1 AND state = 'waiting' ORDER BY arrived_at, id LIMIT $2`, []any{limit}, arrivalFields)
	if err != nil {
		return nil, fmt.Errorf("waiting arrivals: %w", err)
	}
	return list, nil
}

// CountWaiting counts those that wait.
func (p Post) CountWaiting(ctx context.Context) (int, error) {
	var n int
	err := p.tx.Row(ctx, `SELECT count(id) FROM arrivals WHERE tenant_id = $1 AND state = 'waiting'`, nil, &n)
	if err != nil {
		return 0, fmt.Errorf("count waiting arrivals: %w", err)
	}
	return n, nil
}

// TryArrival counts that judging begins.
func (p Post) TryArrival(ctx context.Context, id string) error {
	err := p.tx.One(ctx, `UPDATE arrivals SET attempts = attempts + 1 WHERE tenant_id = $1 AND id = $2`, id)
	if err != nil {
		return fmt.Errorf("try arrival %s: %w", id, err)
	}
	return nil
}

// JudgeArrival ends the waiting of a mail and forgets who sent it; a mail
// that is held keeps its content.
func (p Post) JudgeArrival(ctx context.Context, id string, state mail.State, j mail.Judgement) error {
	n, err := p.tx.Exec(ctx, `
		UPDATE arrivals
		SET state = $3, outcome = $4, rules = $5, judged_at = $6, envelope = '{}', blob = CASE WHEN $3 = 'held' THEN blob ELSE '' END
		WHERE tenant_id = $1 AND id = $2 AND state = 'waiting'`,
		id, state, j.Outcome, sqltx.JSON(&j.Rules), j.JudgedAt)
	if err != nil {
		return fmt.Errorf("judge arrival %s: %w", id, err)
	}
	if n == 0 {
		return fmt.Errorf("judge arrival %s: %w", id, fault.New(fault.Conflict, "store.changed_meanwhile"))
	}
	return nil
}

// DeleteArrivals removes at most limit that are done with and arrived before then.
func (p Post) DeleteArrivals(ctx context.Context, before time.Time, limit int) (int, error) {
	ids, err := sqltx.All(ctx, p.tx, `
		SELECT id FROM arrivals
		WHERE tenant_id = $1 AND arrived_at < $2 AND state <> 'waiting' ORDER BY arrived_at, id LIMIT $3`,
		[]any{before, limit}, func(id *string) []any { return []any{id} })
	if err != nil {
		return 0, fmt.Errorf("old arrivals: %w", err)
	}
	for _, id := range ids {
		if _, err := p.tx.Exec(ctx, `DELETE FROM arrivals WHERE tenant_id = $1 AND id = $2`, id); err != nil {
			return 0, fmt.Errorf("delete arrival %s: %w", id, err)
		}
	}
	return len(ids), nil
}

// CountMail adds one to a count.
func (p Post) CountMail(ctx context.Context, c mail.Count) error {
	_, err := p.tx.Exec(ctx, `
		INSERT INTO mail_counts (tenant_id, day, kind, outcome, n) VALUES ($1, $2, $3, $4, 1)
		ON CONFLICT (tenant_id, day, kind, outcome) DO UPDATE SET n = mail_counts.n + 1`,
		c.Day, c.Kind, c.Outcome)
	if err != nil {
		return fmt.Errorf("count mail: %w", err)
	}
	return nil
}

// MailCounts returns the counts of some days.
func (p Post) MailCounts(ctx context.Context, from, to string) ([]mail.Count, error) {
	list, err := sqltx.All(ctx, p.tx, `
		SELECT day, kind, outcome, n FROM mail_counts
		WHERE tenant_id = $1 AND day >= $2 AND day <= $3 ORDER BY day, kind, outcome`,
		[]any{from, to}, func(c *mail.Count) []any { return []any{&c.Day, &c.Kind, &c.Outcome, &c.N} })
	if err != nil {
		return nil, fmt.Errorf("mail counts: %w", err)
	}
	return list, nil
}
