package cases

import (
	"context"
	"fmt"
	"time"

	"madoguchi/internal/application"
	"madoguchi/internal/store/sqlstore/sqltx"
)

const confirmationColumns = `id, purpose, procedure_id, draft_id, about, mail, lang, token_hash, code_hash,
	browser, network, tries, created_at, expires_at, used_at, replaced_at, version`

func confirmationFields(c *application.Confirmation) []any {
	return []any{&c.ID, &c.Purpose, &c.Procedure, &c.Draft, &c.About, &c.Mail, &c.Lang, &c.TokenHash, &c.CodeHash,
		&c.Browser, &c.Network, &c.Tries, &c.CreatedAt, &c.ExpiresAt, &c.UsedAt, &c.ReplacedAt, &c.Version}
}

// InsertConfirmation keeps a new confirmation under version 1.
func (c Cases) InsertConfirmation(ctx context.Context, n *application.Confirmation) error {
	row := *n
	row.Version = 1
	if err := c.tx.Insert(ctx, "confirmations", confirmationColumns, confirmationFields(&row)); err != nil {
		return fmt.Errorf("insert confirmation %s: %w", n.ID, err)
	}
	n.Version = row.Version
	return nil
}

// SaveConfirmation writes everything but the moment of its making.
func (c Cases) SaveConfirmation(ctx context.Context, n *application.Confirmation) error {
	err := c.tx.Swap(ctx, &n.Version, `
		UPDATE confirmations
		SET purpose = $4, procedure_id = $5, draft_id = $6, about = $7, mail = $8, lang = $9, token_hash = $10, code_hash = $11,
			browser = $12, network = $13, tries = $14, expires_at = $15, used_at = $16, replaced_at = $17, version = version + 1
		WHERE tenant_id = $1 AND id = $2 AND version = $3`,
		n.ID, n.Version, n.Purpose, n.Procedure, n.Draft, n.About, n.Mail, n.Lang, n.TokenHash, n.CodeHash,
		n.Browser, n.Network, n.Tries, n.ExpiresAt, n.UsedAt, n.ReplacedAt)
	if err != nil {
		return fmt.Errorf("save confirmation %s: %w", n.ID, err)
	}
	return nil
}

// Confirmation returns one confirmation.
func (c Cases) Confirmation(ctx context.Context, id string) (*application.Confirmation, error) {
	n, err := sqltx.Get(ctx, c.tx, `SELECT `+confirmationColumns+`
		FROM confirmations WHERE tenant_id = $1 AND id = $2`, []any{id}, confirmationFields)
	if err != nil {
		return nil, fmt.Errorf("confirmation %s: %w", id, err)
	}
	return &n, nil
}

// ConfirmationByToken returns the confirmation that a link was made for.
func (c Cases) ConfirmationByToken(ctx context.Context, tokenHash string) (*application.Confirmation, error) {
	n, err := sqltx.Get(ctx, c.tx, `SELECT `+confirmationColumns+`
		FROM confirmations WHERE tenant_id = $1 AND token_hash = $2`, []any{tokenHash}, confirmationFields)
	if err != nil {
		return nil, fmt.Errorf("confirmation by token: %w", err)
	}
	return &n, nil
}

// CountConfirmations counts those asked since then.
func (c Cases) CountConfirmations(ctx context.Context, mail, network string, since time.Time) (byMail, byNetwork, all int, err error) {
	err = c.tx.Row(ctx, `
		SELECT coalesce(sum(CASE WHEN mail = $2 THEN 1 ELSE 0 END), 0),
			coalesce(sum(CASE WHEN network = $3 THEN 1 ELSE 0 END), 0),
			count(id)
		FROM confirmations WHERE tenant_id = $1 AND created_at >= $4`,
		[]any{mail, network, since}, &byMail, &byNetwork, &all)
	if err != nil {
		return 0, 0, 0, fmt.Errorf("count confirmations: %w", err)
	}
	return byMail, byNetwork, all, nil
}

// DeleteConfirmations removes at most limit that ended before at.
func (c Cases) DeleteConfirmations(ctx context.Context, at time.Time, limit int) (int, error) {
	ids, err := sqltx.All(ctx, c.tx, `
		SELECT id FROM confirmations
		WHERE tenant_id = $1 AND expires_at < $2 ORDER BY expires_at, id LIMIT $3`,
		[]any{at, limit}, func(id *string) []any { return []any{id} })
	if err != nil {
		return 0, fmt.Errorf("ended confirmations: %w", err)
	}
	for _, id := range ids {
		_, err := c.tx.Exec(ctx, `DELETE FROM confirmations WHERE tenant_id = $1 AND id = $2`, id)
		if err != nil {
			return 0, fmt.Errorf("delete confirmation %s: %w", id, err)
		}
	}
	return len(ids), nil
}
