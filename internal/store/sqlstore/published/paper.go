package published

import (
	"context"
	"fmt"

	"madoguchi/internal/procedure"
	"madoguchi/internal/store/sqlstore/sqltx"
)

const paperColumns = `id, title, procedure_id, category, revision, file_name, type, size_bytes, sha256, blob,
	published, downloads, updated_at, version`

func paperFields(f *procedure.PaperForm) []any {
	return []any{&f.ID, &f.Title, &f.Procedure, &f.Category, &f.Revision, &f.FileName, &f.Type, &f.SizeBytes, &f.SHA256, &f.Blob,
		&f.Published, &f.Downloads, &f.UpdatedAt, &f.Version}
}

// InsertPaperForm keeps a new paper form under version 1.
func (p Published) InsertPaperForm(ctx context.Context, f *procedure.PaperForm) error {
	row := *f
	row.Version = 1
	if row.UpdatedAt.IsZero() {
		row.UpdatedAt = p.tx.Now()
	}
	if err := p.tx.Insert(ctx, "paper_forms", paperColumns, paperFields(&row)); err != nil {
		return fmt.Errorf("insert paper form %s: %w", f.ID, err)
	}
	f.Version, f.UpdatedAt = row.Version, row.UpdatedAt
	return p.changed(ctx)
}

// SavePaperForm writes everything but the downloads.
func (p Published) SavePaperForm(ctx context.Context, f *procedure.PaperForm) error {
	err := p.tx.Swap(ctx, &f.Version, `
		UPDATE paper_forms
		SET title = $4, procedure_id = $5, category = $6, revision = $7, file_name = $8, type = $9,
			size_bytes = $10, sha256 = $11, blob = $12, published = $13, updated_at = $14, version = version + 1
		WHERE tenant_id = $1 AND id = $2 AND version = $3`,
		f.ID, f.Version, f.Title, f.Procedure, f.Category, f.Revision, f.FileName, f.Type,
		f.SizeBytes, f.SHA256, f.Blob, f.Published, p.tx.Now())
	if err != nil {
		return fmt.Errorf("save paper form %s: %w", f.ID, err)
	}
	f.UpdatedAt = p.tx.Now()
	return p.changed(ctx)
}

// PaperForm returns one paper form.
func (p Published) PaperForm(ctx context.Context, id string) (*procedure.PaperForm, error) {
	f, err := sqltx.Get(ctx, p.tx, `SELECT `+paperColumns+`
		FROM paper_forms WHERE tenant_id = $1 AND id = $2`, []any{id}, paperFields)
	if err != nil {
		return nil, fmt.Errorf("paper form %s: %w", id, err)
	}
	return &f, nil
}

// PaperForms returns all of them, by ID.
func (p Published) PaperForms(ctx context.Context) ([]procedure.PaperForm, error) {
	list, err := sqltx.All(ctx, p.tx, `SELECT `+paperColumns+`
		FROM paper_forms WHERE tenant_id = $1 ORDER BY id`, nil, paperFields)
	if err != nil {
		return nil, fmt.Errorf("paper forms: %w", err)
	}
	return list, nil
}

// DeletePaperForm removes a paper form.
func (p Published) DeletePaperForm(ctx context.Context, id string) error {
	err := p.tx.One(ctx, `DELETE FROM paper_forms WHERE tenant_id = $1 AND id = $2`, id)
	if err != nil {
		return fmt.Errorf("delete paper form %s: %w", id, err)
	}
	return p.changed(ctx)
}

// CountDownload adds one to the downloads; catalogues need not notice.
func (p Published) CountDownload(ctx context.Context, id string) error {
	err := p.tx.One(ctx, `
		UPDATE paper_forms SET downloads = downloads + 1
		WHERE tenant_id = $1 AND id = $2`, id)
	if err != nil {
		return fmt.Errorf("count download of %s: %w", id, err)
	}
	return nil
}
