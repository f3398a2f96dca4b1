package cases

import (
	"context"
	"fmt"

	"madoguchi/internal/application"
	"madoguchi/internal/store/sqlstore/sqltx"
)

const messageColumns = `id, application_id, side, author_id, body, at, answered_at`

func messageFields(m *application.Message) []any {
	return []any{&m.ID, &m.Application, &m.Side, &m.Author, &m.Body, &m.At, &m.AnsweredAt}
}

// InsertMessage keeps a message. One from the applicant counts as unanswered.
func (c Cases) InsertMessage(ctx context.Context, m application.Message) error {
	if m.At.IsZero() {
		m.At = c.tx.Now()
	}
	if err := c.tx.Insert(ctx, "messages", messageColumns, messageFields(&m)); err != nil {
		return fmt.Errorf("insert message about %s: %w", m.Application, err)
	}
	if m.Side != application.FromApplicant || !m.AnsweredAt.IsZero() {
		return nil
	}
	_, err := c.tx.Exec(ctx, `
		UPDATE applications SET unanswered = unanswered + 1
		WHERE tenant_id = $1 AND id = $2`, m.Application)
	if err != nil {
		return fmt.Errorf("count message about %s: %w", m.Application, err)
	}
	return nil
}

// Messages returns those of one application, oldest first.
func (c Cases) Messages(ctx context.Context, id application.ID) ([]application.Message, error) {
	list, err := sqltx.All(ctx, c.tx, `SELECT `+messageColumns+`
		FROM messages WHERE tenant_id = $1 AND application_id = $2 ORDER BY at, id`, []any{id}, messageFields)
	if err != nil {
		return nil, fmt.Errorf("messages about %s: %w", id, err)
	}
	return list, nil
}

// AnswerMessages marks the applicant's messages as answered.
func (c Cases) AnswerMessages(ctx context.Context, id application.ID) error {
	_, err := c.tx.Exec(ctx, `
		UPDATE messages SET answered_at = $4
		WHERE tenant_id = $1 AND application_id = $2 AND side = $3 AND answered_at = 0`,
		id, application.FromApplicant, c.tx.Now())
	if err != nil {
		return fmt.Errorf("answer messages about %s: %w", id, err)
	}
	_, err = c.tx.Exec(ctx, `
		UPDATE applications SET unanswered = 0
		WHERE tenant_id = $1 AND id = $2 AND unanswered > 0`, id)
	if err != nil {
		return fmt.Errorf("count messages about %s: %w", id, err)
	}
	return nil
}

const noteColumns = `id, application_id, author_id, author_name, body, at`

func noteFields(n *application.Note) []any {
	return []any{&n.ID, &n.Application, &n.Author, &n.AuthorName, &n.Body, &n.At}
}

// InsertNote keeps an internal note.
func (c Cases) InsertNote(ctx context.Context, n application.Note) error {
	if n.At.IsZero() {
		n.At = c.tx.Now()
	}
	if err := c.tx.Insert(ctx, "notes", noteColumns, noteFields(&n)); err != nil {
		return fmt.Errorf("insert note about %s: %w", n.Application, err)
	}
	return nil
}

// Notes returns those of one application, oldest first.
func (c Cases) Notes(ctx context.Context, id application.ID) ([]application.Note, error) {
	list, err := sqltx.All(ctx, c.tx, `SELECT `+noteColumns+`
		FROM notes WHERE tenant_id = $1 AND application_id = $2 ORDER BY at, id`, []any{id}, noteFields)
	if err != nil {
		return nil, fmt.Errorf("notes about %s: %w", id, err)
	}
	return list, nil
}
