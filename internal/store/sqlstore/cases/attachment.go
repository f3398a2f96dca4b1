package cases

import (
	"context"
	"fmt"
	"slices"

	"madoguchi/internal/application"
	"madoguchi/internal/store/sqlstore/sqltx"
)

const attachmentColumns = `id, draft_id, application_id, field, reply, name, type, size_bytes, sha256, blob, member_id, created_at`

func attachmentFields(f *application.Attachment) []any {
	return []any{&f.ID, sqltx.Maybe(&f.Draft), sqltx.Maybe(&f.Application), &f.Field, &f.Reply,
		&f.Name, &f.Type, &f.SizeBytes, &f.SHA256, &f.Blob, &f.By, &f.CreatedAt}
}

// InsertAttachment keeps the row that names an uploaded file.
func (c Cases) InsertAttachment(ctx context.Context, f application.Attachment) error {
	if err := c.tx.Insert(ctx, "attachments", attachmentColumns, attachmentFields(&f)); err != nil {
		return fmt.Errorf("insert attachment %s: %w", f.ID, err)
	}
	return nil
}

// Attachment returns one row.
func (c Cases) Attachment(ctx context.Context, id string) (application.Attachment, error) {
	f, err := sqltx.Get(ctx, c.tx, `SELECT `+attachmentColumns+`
		FROM attachments WHERE tenant_id = $1 AND id = $2`, []any{id}, attachmentFields)
	if err != nil {
		return application.Attachment{}, fmt.Errorf("attachment %s: %w", id, err)
	}
	return f, nil
}

// DraftAttachments returns the files of a draft, oldest first.
func (c Cases) DraftAttachments(ctx context.Context, id application.DraftID) ([]application.Attachment, error) {
	list, err := sqltx.All(ctx, c.tx, `SELECT `+attachmentColumns+`
		FROM attachments WHERE tenant_id = $1 AND draft_id = $2 ORDER BY created_at, id`, []any{id}, attachmentFields)
	if err != nil {
		return nil, fmt.Errorf("attachments of draft %s: %w", id, err)
	}
	return list, nil
}

// ApplicationAttachments returns the files and replies of an application, oldest first.
func (c Cases) ApplicationAttachments(ctx context.Context, id application.ID) ([]application.Attachment, error) {
	list, err := sqltx.All(ctx, c.tx, `SELECT `+attachmentColumns+`
		FROM attachments WHERE tenant_id = $1 AND application_id = $2 ORDER BY created_at, id`, []any{id}, attachmentFields)
	if err != nil {
		return nil, fmt.Errorf("attachments of application %s: %w", id, err)
	}
	return list, nil
}

// GiveAttachment moves a draft's file to an application.
func (c Cases) GiveAttachment(ctx context.Context, id string, to application.ID) error {
	err := c.tx.One(ctx, `
		UPDATE attachments SET draft_id = NULL, application_id = $3
		WHERE tenant_id = $1 AND id = $2`, id, to)
	if err != nil {
		return fmt.Errorf("give attachment %s: %w", id, err)
	}
	return nil
}

// DeleteAttachment removes a row.
func (c Cases) DeleteAttachment(ctx context.Context, id string) error {
	err := c.tx.One(ctx, `DELETE FROM attachments WHERE tenant_id = $1 AND id = $2`, id)
	if err != nil {
		return fmt.Errorf("delete attachment %s: %w", id, err)
	}
	return nil
}

// namedAtOnce bounds the parameters of one statement.
const namedAtOnce = 256

// NamedBlobs returns those of keys that an attachment, a paper form or an arrived mail names.
func (c Cases) NamedBlobs(ctx context.Context, keys []string) (map[string]bool, error) {
	named := map[string]bool{}
	for some := range slices.Chunk(keys, namedAtOnce) {
		for _, from := range []string{
			`SELECT blob FROM attachments WHERE tenant_id = $1`,
			`SELECT blob FROM paper_forms WHERE tenant_id = $1`,
			`SELECT blob FROM arrivals WHERE tenant_id = $1`,
		} {
			q := sqltx.NewQuery(from)
			sqltx.AddIn(q, `AND blob IN $(?)`, some)
			err := c.tx.Each(ctx, q.Text(), q.Args(), func(scan func(...any) error) error {
				var key string
				if err := scan(&key); err != nil {
					return err
				}
				named[key] = true
				return nil
			})
			if err != nil {
				return nil, fmt.Errorf("named blobs: %w", err)
			}
		}
	}
	return named, nil
}
