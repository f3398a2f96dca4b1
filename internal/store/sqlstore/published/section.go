package published

import (
	"context"
	"fmt"

	"madoguchi/internal/staff"
	"madoguchi/internal/store/sqlstore/sqltx"
)

const sectionColumns = `id, name, phone, mail, hours, version`

func sectionFields(s *staff.Section) []any {
	return []any{&s.ID, &s.Name, &s.Phone, &s.Mail, &s.Hours, &s.Version}
}

// InsertSection keeps a new section under version 1.
func (p Published) InsertSection(ctx context.Context, s *staff.Section) error {
	row := *s
	row.Version = 1
	if err := p.tx.Insert(ctx, "sections", sectionColumns, sectionFields(&row)); err != nil {
		return fmt.Errorf("insert section %s: %w", s.ID, err)
	}
	s.Version = row.Version
	return p.changed(ctx)
}

// SaveSection writes everything.
func (p Published) SaveSection(ctx context.Context, s *staff.Section) error {
	err := p.tx.Swap(ctx, &s.Version, `
		UPDATE sections SET name = $4, phone = $5, mail = $6, hours = $7, version = version + 1
		WHERE tenant_id = $1 AND id = $2 AND version = $3`,
		s.ID, s.Version, s.Name, s.Phone, s.Mail, s.Hours)
	if err != nil {
		return fmt.Errorf("save section %s: %w", s.ID, err)
	}
	return p.changed(ctx)
}

// Sections returns all of them, by ID.
func (p Published) Sections(ctx context.Context) ([]staff.Section, error) {
	list, err := sqltx.All(ctx, p.tx, `SELECT `+sectionColumns+`
		FROM sections WHERE tenant_id = $1 ORDER BY id`, nil, sectionFields)
	if err != nil {
		return nil, fmt.Errorf("sections: %w", err)
	}
	return list, nil
}
