package cases

import (
	"context"
	"fmt"
	"time"

	"madoguchi/internal/application"
	"madoguchi/internal/store/sqlstore/sqltx"
)

const draftColumns = `id, procedure_id, form_version, mail, lang, browser, submission_key, answers, done,
	corrects, corrects_seen, copied_from, submitted_as, terms_agreed_at, created_at, updated_at, expires_at, version`

func draftFields(d *application.Draft) []any {
	return []any{&d.ID, &d.Procedure, &d.FormVersion, &d.Mail, &d.Lang, &d.Browser, &d.SubmissionKey, sqltx.Opaque(&d.Answers), sqltx.JSON(&d.Done),
		&d.Corrects, &d.CorrectsSeen, &d.CopiedFrom, &d.SubmittedAs, &d.TermsAgreedAt, &d.CreatedAt, &d.UpdatedAt, &d.ExpiresAt, &d.Version}
}

// InsertDraft keeps a new draft under version 1.
func (c Cases) InsertDraft(ctx context.Context, d *application.Draft) error {
	row := *d
	row.Version = 1
	if row.UpdatedAt.IsZero() {
		row.UpdatedAt = c.tx.Now()
	}
	if err := c.tx.Insert(ctx, "drafts", draftColumns, draftFields(&row)); err != nil {
		return fmt.Errorf("insert draft %s: %w", d.ID, err)
	}
	d.Version, d.UpdatedAt = row.Version, row.UpdatedAt
	return nil
}

// SaveDraft writes everything that may change; the submission key and the
// moment of its making stay.
func (c Cases) SaveDraft(ctx context.Context, d *application.Draft) error {
	err := c.tx.Swap(ctx, &d.Version, `
		UPDATE drafts
		SET procedure_id = $4, form_version = $5, mail = $6, lang = $7, browser = $8, answers = $9, done = $10,
			corrects = $11, corrects_seen = $12, copied_from = $13, submitted_as = $14,
			terms_agreed_at = $15, updated_at = $16, expires_at = $17, version = version + 1
		WHERE tenant_id = $1 AND id = $2 AND version = $3`,
		d.ID, d.Version, d.Procedure, d.FormVersion, d.Mail, d.Lang, d.Browser, sqltx.Opaque(&d.Answers), sqltx.JSON(&d.Done),
		d.Corrects, d.CorrectsSeen, d.CopiedFrom, d.SubmittedAs, d.TermsAgreedAt, c.tx.Now(), d.ExpiresAt)
	if err != nil {
		return fmt.Errorf("save draft %s: %w", d.ID, err)
	}
	d.UpdatedAt = c.tx.Now()
	return nil
}

// Draft returns one draft.
func (c Cases) Draft(ctx context.Context, id application.DraftID) (*application.Draft, error) {
	d, err := sqltx.Get(ctx, c.tx, `SELECT `+draftColumns+`
		FROM drafts WHERE tenant_id = $1 AND id = $2`, []any{id}, draftFields)
	if err != nil {
		return nil, fmt.Errorf("draft %s: %w", id, err)
	}
	return &d, nil
}

// ExpiredDrafts returns the drafts that end before at, the first to end first.
func (c Cases) ExpiredDrafts(ctx context.Context, at time.Time, limit int) ([]application.DraftID, error) {
	list, err := sqltx.All(ctx, c.tx, `
		SELECT id FROM drafts
		WHERE tenant_id = $1 AND expires_at < $2 ORDER BY expires_at, id LIMIT $3`,
		[]any{at, limit}, func(id *application.DraftID) []any { return []any{id} })
	if err != nil {
		return nil, fmt.Errorf("expired drafts: %w", err)
	}
	return list, nil
}

// DeleteDraft removes a draft and the rows of its files.
func (c Cases) DeleteDraft(ctx context.Context, id application.DraftID) error {
	if _, err := c.tx.Exec(ctx, `DELETE FROM attachments WHERE tenant_id = $1 AND draft_id = $2`, id); err != nil {
		return fmt.Errorf("delete attachments of draft %s: %w", id, err)
	}
	if err := c.tx.One(ctx, `DELETE FROM drafts WHERE tenant_id = $1 AND id = $2`, id); err != nil {
		return fmt.Errorf("delete draft %s: %w", id, err)
	}
	return nil
}
