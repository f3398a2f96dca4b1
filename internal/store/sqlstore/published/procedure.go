// Package published keeps what a body publishes (公開するもの) in an SQL
// database: procedures with their forms, paper forms, notices, the emergency
// banner, standing pages and sections.
//
// Every write here raises the tenant's counter of published changes.
package published

import (
	"context"
	"fmt"

	"madoguchi/internal/procedure"
	"madoguchi/internal/store/sqlstore/sqltx"
)

// Published implements the parts of store.Tx that its methods name.
type Published struct{ tx *sqltx.Tx }

// On returns the Published of a transaction.
func On(tx *sqltx.Tx) Published { return Published{tx} }

// changed raises the counter that catalogues watch.
func (p Published) changed(ctx context.Context) error {
	_, err := p.tx.Exec(ctx, `
		INSERT INTO published_versions (tenant_id, version) VALUES ($1, 1)
		ON CONFLICT (tenant_id) DO UPDATE SET version = published_versions.version + 1`)
	if err != nil {
		return fmt.Errorf("raise the published version: %w", err)
	}
	return nil
}

const procedureColumns = `id, title, section_id, published, opens_at, closes_at, form_version, detail, created_at, updated_at, version`

func procedureFields(p *procedure.Procedure) []any {
	return []any{&p.ID, &p.Title, &p.Section, &p.Published, &p.OpensAt, &p.ClosesAt, &p.FormVersion,
		sqltx.JSON(&p.Detail), &p.CreatedAt, &p.UpdatedAt, &p.Version}
}

// InsertProcedure keeps a new procedure under version 1.
func (p Published) InsertProcedure(ctx context.Context, n *procedure.Procedure) error {
	row := *n
	row.Version = 1
	if row.CreatedAt.IsZero() {
		row.CreatedAt = p.tx.Now()
	}
	if row.UpdatedAt.IsZero() {
		row.UpdatedAt = p.tx.Now()
	}
	if err := p.tx.Insert(ctx, "procedures", procedureColumns, procedureFields(&row)); err != nil {
		return fmt.Errorf("insert procedure %s: %w", n.ID, err)
	}
	n.Version, n.CreatedAt, n.UpdatedAt = row.Version, row.CreatedAt, row.UpdatedAt
	return p.changed(ctx)
}

// SaveProcedure writes everything but the moment of its making.
func (p Published) SaveProcedure(ctx context.Context, n *procedure.Procedure) error {
	err := p.tx.Swap(ctx, &n.Version, `
		UPDATE procedures
		SET title = $4, section_id = $5, published = $6, opens_at = $7, closes_at = $8, form_version = $9,
			detail = $10, updated_at = $11, version = version + 1
		WHERE tenant_id = $1 AND id = $2 AND version = $3`,
		n.ID, n.Version, n.Title, n.Section, n.Published, n.OpensAt, n.ClosesAt, n.FormVersion,
		sqltx.JSON(&n.Detail), p.tx.Now())
	if err != nil {
		return fmt.Errorf("save procedure %s: %w", n.ID, err)
	}
	n.UpdatedAt = p.tx.Now()
	return p.changed(ctx)
}

// Procedure returns one procedure.
func (p Published) Procedure(ctx context.Context, id procedure.ID) (*procedure.Procedure, error) {
	n, err := sqltx.Get(ctx, p.tx, `SELECT `+procedureColumns+`
		FROM procedures WHERE tenant_id = $1 AND id = $2`, []any{id}, procedureFields)
	if err != nil {
		return nil, fmt.Errorf("procedure %s: %w", id, err)
	}
	return &n, nil
}

// Procedures returns all of them, by ID.
func (p Published) Procedures(ctx context.Context) ([]procedure.Procedure, error) {
	list, err := sqltx.All(ctx, p.tx, `SELECT `+procedureColumns+`
		FROM procedures WHERE tenant_id = $1 ORDER BY id`, nil, procedureFields)
	if err != nil {
		return nil, fmt.Errorf("procedures: %w", err)
	}
	return list, nil
}

const formColumns = `procedure_id, version, definition, created_at, created_by`

func formFields(f *procedure.Form) []any {
	return []any{&f.Procedure, &f.Version, sqltx.Opaque(&f.Definition), &f.CreatedAt, &f.CreatedBy}
}

// InsertForm keeps a new version of a procedure's form.
func (p Published) InsertForm(ctx context.Context, f procedure.Form) error {
	if f.CreatedAt.IsZero() {
		f.CreatedAt = p.tx.Now()
	}
	if err := p.tx.Insert(ctx, "forms", formColumns, formFields(&f)); err != nil {
		return fmt.Errorf("insert form %s version %d: %w", f.Procedure, f.Version, err)
	}
	return p.changed(ctx)
}

// Form returns one version.
func (p Published) Form(ctx context.Context, id procedure.ID, version int) (procedure.Form, error) {
	f, err := sqltx.Get(ctx, p.tx, `SELECT `+formColumns+`
		FROM forms WHERE tenant_id = $1 AND procedure_id = $2 AND version = $3`, []any{id, version}, formFields)
	if err != nil {
		return procedure.Form{}, fmt.Errorf("form %s version %d: %w", id, version, err)
	}
	return f, nil
}

// FormVersions returns every version without its definition, newest first.
func (p Published) FormVersions(ctx context.Context, id procedure.ID) ([]procedure.Form, error) {
	list, err := sqltx.All(ctx, p.tx, `
		SELECT procedure_id, version, created_at, created_by
		FROM forms WHERE tenant_id = $1 AND procedure_id = $2 ORDER BY version DESC`, []any{id},
		func(f *procedure.Form) []any { return []any{&f.Procedure, &f.Version, &f.CreatedAt, &f.CreatedBy} })
	if err != nil {
		return nil, fmt.Errorf("form versions of %s: %w", id, err)
	}
	return list, nil
}
