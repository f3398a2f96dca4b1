package ledger

import (
	"context"
	"encoding/base64"
	"fmt"
)

// TakeNumbers takes size numbers of a counter and returns the first.
func (l Ledger) TakeNumbers(ctx context.Context, counter string, size int64) (int64, error) {
	if size < 1 {
		return 0, fmt.Errorf("take %d numbers of %s", size, counter)
	}
	_, err := l.tx.Exec(ctx, `
		INSERT INTO counters (tenant_id, name, taken) VALUES ($1, $2, $3)
		ON CONFLICT (tenant_id, name) DO UPDATE SET taken = counters.taken + excluded.taken`,
		counter, size)
	if err != nil {
		return 0, fmt.Errorf("take numbers of %s: %w", counter, err)
	}
	var taken int64
	err = l.tx.Row(ctx, `SELECT taken FROM counters WHERE tenant_id = $1 AND name = $2`, []any{counter}, &taken)
	if err != nil {
		return 0, fmt.Errorf("numbers taken of %s: %w", counter, err)
	}
	return taken - size + 1, nil
}

// SecretOnce keeps secret under name unless one is there, and returns what holds.
func (l Ledger) SecretOnce(ctx context.Context, name string, secret []byte) ([]byte, error) {
	_, err := l.tx.Exec(ctx, `
		INSERT INTO secrets (tenant_id, name, value) VALUES ($1, $2, $3)
		ON CONFLICT (tenant_id, name) DO NOTHING`, name, base64.StdEncoding.EncodeToString(secret))
	if err != nil {
		return nil, fmt.Errorf("keep secret %s: %w", name, err)
	}
	var kept string
	err = l.tx.Row(ctx, `SELECT value FROM secrets WHERE tenant_id = $1 AND name = $2`, []any{name}, &kept)
	if err != nil {
		return nil, fmt.Errorf("secret %s: %w", name, err)
	}
	value, err := base64.StdEncoding.DecodeString(kept)
	if err != nil {
		return nil, fmt.Errorf("secret %s: %w", name, err)
	}
	return value, nil
}
