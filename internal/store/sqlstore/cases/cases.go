// Package cases keeps what residents send (申込) in an SQL database:
// applications with their history, messages, notes and files, the drafts
// before them, and the mail addresses that wait to be confirmed.
package cases

import (
	"context"
	"fmt"
	"time"

	"madoguchi/internal/application"
	"madoguchi/internal/jptext"
	"madoguchi/internal/store/sqlstore/sqltx"
)

// Cases implements the parts of store.Tx that its methods name.
type Cases struct{ tx *sqltx.Tx }

// On returns the Cases of a transaction.
func On(tx *sqltx.Tx) Cases { return Cases{tx} }

const applicationColumns = `id, receipt_no, procedure_id, procedure_title, form_version, status,
	section_id, assignee_id, answers, facts, mail, lang, submission_key, code_generation, browser,
	return_request, outcome, copied_from, arrived_at, updated_at, version`

func applicationFields(a *application.Application) []any {
	return []any{
		&a.ID, &a.ReceiptNo, &a.Procedure, &a.ProcedureTitle, &a.FormVersion, &a.Status,
		&a.Section, &a.Assignee, sqltx.Opaque(&a.Answers), sqltx.JSON(&a.Facts), &a.Mail, &a.Lang, &a.SubmissionKey, &a.CodeGeneration, &a.Browser,
		sqltx.JSON(&a.Return), &a.Outcome, &a.CopiedFrom, &a.ArrivedAt, &a.UpdatedAt, &a.Version,
	}
}

// searchText is what a part of a name is looked for in.
func searchText(f application.Facts) string {
	return jptext.SearchKey(f.Name) + "\n" + jptext.SearchKey(f.Kana)
}

// InsertApplication keeps a new application under version 1.
func (c Cases) InsertApplication(ctx context.Context, a *application.Application) error {
	row := *a
	row.Version = 1
	if row.UpdatedAt.IsZero() {
		row.UpdatedAt = c.tx.Now()
	}
	err := c.tx.Insert(ctx, "applications", applicationColumns+", search_text, name, unanswered",
		append(applicationFields(&row), searchText(a.Facts), a.Facts.Name, 0))
	if err != nil {
		return fmt.Errorf("insert application %s: %w", a.ID, err)
	}
	a.Version, a.UpdatedAt = row.Version, row.UpdatedAt
	return nil
}

// SaveApplication writes everything that may change; the receipt number, the
// submission key and the arrival stay.
func (c Cases) SaveApplication(ctx context.Context, a *application.Application) error {
	err := c.tx.Swap(ctx, &a.Version, `
		UPDATE applications
		SET procedure_title = $4, form_version = $5, status = $6, section_id = $7, assignee_id = $8,
			answers = $9, facts = $10, mail = $11, lang = $12, code_generation = $13, browser = $14,
			return_request = $15, outcome = $16, copied_from = $17, updated_at = $18,
			search_text = $19, name = $20, version = version + 1
		WHERE tenant_id = $1 AND id = $2 AND version = $3`,
		a.ID, a.Version, a.ProcedureTitle, a.FormVersion, a.Status, a.Section, a.Assignee,
		sqltx.Opaque(&a.Answers), sqltx.JSON(&a.Facts), a.Mail, a.Lang, a.CodeGeneration, a.Browser,
		sqltx.JSON(&a.Return), a.Outcome, a.CopiedFrom, c.tx.Now(),
		searchText(a.Facts), a.Facts.Name)
	if err != nil {
		return fmt.Errorf("save application %s: %w", a.ID, err)
	}
	a.UpdatedAt = c.tx.Now()
	return nil
}

// Application returns one application.
func (c Cases) Application(ctx context.Context, id application.ID) (*application.Application, error) {
	a, err := sqltx.Get(ctx, c.tx, `SELECT `+applicationColumns+`
		FROM applications WHERE tenant_id = $1 AND id = $2`, []any{id}, applicationFields)
	if err != nil {
		return nil, fmt.Errorf("application %s: %w", id, err)
	}
	return &a, nil
}

// ApplicationByReceiptNo returns the application that a number was given to.
func (c Cases) ApplicationByReceiptNo(ctx context.Context, no string) (*application.Application, error) {
	a, err := sqltx.Get(ctx, c.tx, `SELECT `+applicationColumns+`
		FROM applications WHERE tenant_id = $1 AND receipt_no = $2`, []any{no}, applicationFields)
	if err != nil {
		return nil, fmt.Errorf("application by receipt number: %w", err)
	}
	return &a, nil
}

// ApplicationBySubmissionKey returns what a draft was submitted as.
func (c Cases) ApplicationBySubmissionKey(ctx context.Context, key string) (*application.Application, error) {
	a, err := sqltx.Get(ctx, c.tx, `SELECT `+applicationColumns+`
		FROM applications WHERE tenant_id = $1 AND submission_key = $2`, []any{key}, applicationFields)
	if err != nil {
		return nil, fmt.Errorf("application by submission key: %w", err)
	}
	return &a, nil
}

const historyColumns = `id, application_id, at, act, from_status, to_status, by_whom, text, fields`

func historyFields(h *application.HistoryEntry) []any {
	return []any{&h.ID, &h.Application, &h.At, &h.Act, &h.From, &h.To, &h.By, &h.Text, sqltx.JSON(&h.Fields)}
}

// AddHistory adds a line; without a time it gets the transaction's.
func (c Cases) AddHistory(ctx context.Context, h application.HistoryEntry) error {
	if h.At.IsZero() {
		h.At = c.tx.Now()
	}
	err := c.tx.Insert(ctx, "history", historyColumns+", seq", append(historyFields(&h), c.tx.Seq()))
	if err != nil {
		return fmt.Errorf("add history of %s: %w", h.Application, err)
	}
	return nil
}

// History returns the lines of one application, oldest first.
func (c Cases) History(ctx context.Context, id application.ID) ([]application.HistoryEntry, error) {
	list, err := sqltx.All(ctx, c.tx, `SELECT `+historyColumns+`
		FROM history WHERE tenant_id = $1 AND application_id = $2 ORDER BY at, seq, id`, []any{id}, historyFields)
	if err != nil {
		return nil, fmt.Errorf("history of %s: %w", id, err)
	}
	return list, nil
}

// SetPresence notes that a member has the application open.
func (c Cases) SetPresence(ctx context.Context, id application.ID, p application.Presence) error {
	_, err := c.tx.Exec(ctx, `
		INSERT INTO presences (tenant_id, application_id, member_id, name, at)
		VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (tenant_id, application_id, member_id)
		DO UPDATE SET name = excluded.name, at = excluded.at`,
		id, p.Member, p.Name, p.At)
	if err != nil {
		return fmt.Errorf("presence at %s: %w", id, err)
	}
	return nil
}

// Presences returns who has had it open since then, the latest first.
func (c Cases) Presences(ctx context.Context, id application.ID, since time.Time) ([]application.Presence, error) {
	list, err := sqltx.All(ctx, c.tx, `
		SELECT member_id, name, at FROM presences
		WHERE tenant_id = $1 AND application_id = $2 AND at >= $3 ORDER BY at DESC, member_id`,
		[]any{id, since},
		func(p *application.Presence) []any { return []any{&p.Member, &p.Name, &p.At} })
	if err != nil {
		return nil, fmt.Errorf("presences at %s: %w", id, err)
	}
	return list, nil
}
