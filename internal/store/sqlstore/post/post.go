// Package post keeps what is known of mail (電子メール) in an SQL database: mails
// that were sent, with their codes, addresses that mail came back from, and
// mails that arrived.
package post

import (
	"context"
	"fmt"
	"time"

	"madoguchi/internal/mail"
	"madoguchi/internal/store/sqlstore/sqltx"
)

// Post implements the parts of store.Tx that its methods name.
type Post struct{ tx *sqltx.Tx }

// On returns the Post of a transaction.
func On(tx *sqltx.Tx) Post { return Post{tx} }

const sentColumns = `code, message_id, template, subject, lang, about, sender, receiver, address,
	sent_at, asked, last_asked_at, revoked_at, bounced_at, status`

func sentFields(m *mail.Sent) []any {
	return []any{&m.Code, &m.Message, &m.Template, &m.Subject, &m.Lang, &m.About, &m.From, &m.Receiver, &m.Address,
		&m.SentAt, &m.Asked, &m.LastAskedAt, &m.RevokedAt, &m.BouncedAt, &m.Status}
}

// RecordMail keeps a mail, or the later moment of one that is sent again.
func (p Post) RecordMail(ctx context.Context, m mail.Sent) error {
	_, err := p.tx.Exec(ctx, `
		INSERT INTO sent_mails (tenant_id, code, message_id, template, subject, lang, about, sender, receiver, address,
			sent_at, asked, last_asked_at, revoked_at, bounced_at, status)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
		ON CONFLICT (tenant_id, code) DO UPDATE SET sent_at = excluded.sent_at`, sentFields(&m)...)
	if err != nil {
		return fmt.Errorf("record mail %s: %w", m.Message, err)
	}
	return nil
}

// SentMail returns the mail that was sent under a code.
func (p Post) SentMail(ctx context.Context, code string) (mail.Sent, error) {
	m, err := sqltx.Get(ctx, p.tx, `SELECT `+sentColumns+`
		FROM sent_mails WHERE tenant_id = $1 AND code = $2`, []any{code}, sentFields)
	if err != nil {
		return mail.Sent{}, fmt.Errorf("sent mail: %w", err)
	}
	return m, nil
}

// AskMail counts a question about a code.
func (p Post) AskMail(ctx context.Context, code string) error {
	err := p.tx.One(ctx, `
		UPDATE sent_mails SET asked = asked + 1, last_asked_at = $3
		WHERE tenant_id = $1 AND code = $2`, code, p.tx.Now())
	if err != nil {
		return fmt.Errorf("ask mail: %w", err)
	}
	return nil
}

// MailsAbout returns the mails about one object, oldest first.
func (p Post) MailsAbout(ctx context.Context, about string) ([]mail.Sent, error) {
	list, err := sqltx.All(ctx, p.tx, `SELECT `+sentColumns+`
		FROM sent_mails WHERE tenant_id = $1 AND about = $2 ORDER BY sent_at, code`, []any{about}, sentFields)
	if err != nil {
		return nil, fmt.Errorf("mails about %s: %w", about, err)
	}
	return list, nil
}

// BounceMail notes that a mail came back, and leaves the note that is there.
func (p Post) BounceMail(ctx context.Context, code, status string, at time.Time) error {
	err := p.tx.One(ctx, `
		UPDATE sent_mails
		SET bounced_at = CASE WHEN bounced_at = 0 THEN $4 ELSE bounced_at END, status = CASE WHEN bounced_at = 0 THEN $3 ELSE status END
		WHERE tenant_id = $1 AND code = $2`, code, status, at)
	if err != nil {
		return fmt.Errorf("bounce mail: %w", err)
	}
	return nil
}

// RevokeMails revokes the codes of the mails of a period.
func (p Post) RevokeMails(ctx context.Context, from, to, at time.Time) (int, error) {
	n, err := p.tx.Exec(ctx, `
		UPDATE sent_mails SET revoked_at = $4
		WHERE tenant_id = $1 AND sent_at >= $2 AND sent_at < $3 AND revoked_at = 0`, from, to, at)
	if err != nil {
		return 0, fmt.Errorf("revoke mails: %w", err)
	}
	return int(n), nil
}

// DeleteSentMails removes at most limit that were sent before then.
func (p Post) DeleteSentMails(ctx context.Context, before time.Time, limit int) (int, error) {
	codes, err := sqltx.All(ctx, p.tx, `
		SELECT code FROM sent_mails
		WHERE tenant_id = $1 AND sent_at < $2 ORDER BY sent_at, code LIMIT $3`,
		[]any{before, limit}, func(code *string) []any { return []any{code} })
	if err != nil {
		return 0, fmt.Errorf("old mails: %w", err)
	}
	for _, code := range codes {
		if _, err := p.tx.Exec(ctx, `DELETE FROM sent_mails WHERE tenant_id = $1 AND code = $2`, code); err != nil {
			return 0, fmt.Errorf("delete mail: %w", err)
		}
	}
	return len(codes), nil
}

// Suppress keeps s in place of what was kept for the address.
func (p Post) Suppress(ctx context.Context, s mail.Suppression) error {
	_, err := p.tx.Exec(ctx, `
		INSERT INTO suppressions (tenant_id, address, status, since, until_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (tenant_id, address)
		DO UPDATE SET status = excluded.status, since = excluded.since, until_at = excluded.until_at`,
		s.Address, s.Status, s.Since, s.Until)
	if err != nil {
		return fmt.Errorf("suppress: %w", err)
	}
	return nil
}

// Suppression returns what is kept for an address, ended or not.
func (p Post) Suppression(ctx context.Context, address string) (mail.Suppression, error) {
	s, err := sqltx.Get(ctx, p.tx, `
		SELECT address, status, since, until_at FROM suppressions WHERE tenant_id = $1 AND address = $2`,
		[]any{address}, func(s *mail.Suppression) []any { return []any{&s.Address, &s.Status, &s.Since, &s.Until} })
	if err != nil {
		return mail.Suppression{}, fmt.Errorf("suppression: %w", err)
	}
	return s, nil
}

// LiftSuppression removes what is kept for an address.
func (p Post) LiftSuppression(ctx context.Context, address string) error {
	if _, err := p.tx.Exec(ctx, `DELETE FROM suppressions WHERE tenant_id = $1 AND address = $2`, address); err != nil {
		return fmt.Errorf("lift suppression: %w", err)
	}
	return nil
}
