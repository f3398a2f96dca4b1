package published

import (
	"context"
	"fmt"

	"madoguchi/internal/fault"
	"madoguchi/internal/notice"
	"madoguchi/internal/store/sqlstore/sqltx"
)

const noticeColumns = `id, title, body, shown_from, shown_to, added, published, updated_at, version`

func noticeFields(n *notice.Notice) []any {
	return []any{&n.ID, &n.Title, &n.Body, &n.ShownFrom, &n.ShownTo, sqltx.JSON(&n.Added), &n.Published, &n.UpdatedAt, &n.Version}
}

// InsertNotice keeps a new notice under version 1.
func (p Published) InsertNotice(ctx context.Context, n *notice.Notice) error {
	row := *n
	row.Version = 1
	if row.UpdatedAt.IsZero() {
		row.UpdatedAt = p.tx.Now()
	}
	if err := p.tx.Insert(ctx, "notices", noticeColumns, noticeFields(&row)); err != nil {
		return fmt.Errorf("insert notice %s: %w", n.ID, err)
	}
	n.Version, n.UpdatedAt = row.Version, row.UpdatedAt
	return p.changed(ctx)
}

// SaveNotice writes everything.
func (p Published) SaveNotice(ctx context.Context, n *notice.Notice) error {
	err := p.tx.Swap(ctx, &n.Version, `
		UPDATE notices
		SET title = $4, body = $5, shown_from = $6, shown_to = $7, added = $8, published = $9,
			updated_at = $10, version = version + 1
		WHERE tenant_id = $1 AND id = $2 AND version = $3`,
		n.ID, n.Version, n.Title, n.Body, n.ShownFrom, n.ShownTo, sqltx.JSON(&n.Added), n.Published, p.tx.Now())
	if err != nil {
		return fmt.Errorf("save notice %s: %w", n.ID, err)
	}
	n.UpdatedAt = p.tx.Now()
	return p.changed(ctx)
}

// Notice returns one notice.
func (p Published) Notice(ctx context.Context, id notice.ID) (*notice.Notice, error) {
	n, err := sqltx.Get(ctx, p.tx, `SELECT `+noticeColumns+`
		FROM notices WHERE tenant_id = $1 AND id = $2`, []any{id}, noticeFields)
	if err != nil {
		return nil, fmt.Errorf("notice %s: %w", id, err)
	}
	return &n, nil
}

// Notices returns all of them, the latest first.
func (p Published) Notices(ctx context.Context) ([]notice.Notice, error) {
	list, err := sqltx.All(ctx, p.tx, `SELECT `+noticeColumns+`
		FROM notices WHERE tenant_id = $1 ORDER BY shown_from DESC, id DESC`, nil, noticeFields)
	if err != nil {
		return nil, fmt.Errorf("notices: %w", err)
	}
	return list, nil
}

// DeleteNotice removes a notice.
func (p Published) DeleteNotice(ctx context.Context, id notice.ID) error {
	err := p.tx.One(ctx, `DELETE FROM notices WHERE tenant_id = $1 AND id = $2`, id)
	if err != nil {
		return fmt.Errorf("delete notice %s: %w", id, err)
	}
	return p.changed(ctx)
}

const bannerColumns = `title, text, link, link_text, shown_from, shown_to, is_on, version`

func bannerFields(b *notice.Banner) []any {
	return []any{&b.Title, &b.Text, &b.Link, &b.LinkText, &b.ShownFrom, &b.ShownTo, &b.On, &b.Version}
}

// Banner returns the emergency banner, or none.
func (p Published) Banner(ctx context.Context) (notice.Banner, error) {
	b, err := sqltx.Get(ctx, p.tx, `SELECT `+bannerColumns+` FROM banners WHERE tenant_id = $1`, nil, bannerFields)
	if fault.KindOf(err) == fault.NotFound {
		return notice.Banner{}, nil
	}
	if err != nil {
		return notice.Banner{}, fmt.Errorf("banner: %w", err)
	}
	return b, nil
}

// SetBanner writes the banner if its version is still the kept one's.
func (p Published) SetBanner(ctx context.Context, b notice.Banner) error {
	if b.Version == 0 {
		b.Version = 1
		if err := p.tx.Insert(ctx, "banners", bannerColumns, bannerFields(&b)); err != nil {
			return fmt.Errorf("set banner: %w", err)
		}
		return p.changed(ctx)
	}
	err := p.tx.Swap(ctx, &b.Version, `
		UPDATE banners
		SET title = $3, text = $4, link = $5, link_text = $6, shown_from = $7, shown_to = $8, is_on = $9,
			version = version + 1
		WHERE tenant_id = $1 AND version = $2`,
		b.Version, b.Title, b.Text, b.Link, b.LinkText, b.ShownFrom, b.ShownTo, b.On)
	if err != nil {
		return fmt.Errorf("set banner: %w", err)
	}
	return p.changed(ctx)
}

const pageColumns = `name, title, body, updated_at, version`

func pageFields(g *notice.Page) []any {
	return []any{&g.Name, &g.Title, &g.Body, &g.UpdatedAt, &g.Version}
}

// Page returns a standing page.
func (p Published) Page(ctx context.Context, name string) (notice.Page, error) {
	g, err := sqltx.Get(ctx, p.tx, `SELECT `+pageColumns+`
		FROM pages WHERE tenant_id = $1 AND name = $2`, []any{name}, pageFields)
	if err != nil {
		return notice.Page{}, fmt.Errorf("page %s: %w", name, err)
	}
	return g, nil
}

// Pages returns all of them, by name.
func (p Published) Pages(ctx context.Context) ([]notice.Page, error) {
	list, err := sqltx.All(ctx, p.tx, `SELECT `+pageColumns+`
		FROM pages WHERE tenant_id = $1 ORDER BY name`, nil, pageFields)
	if err != nil {
		return nil, fmt.Errorf("pages: %w", err)
	}
	return list, nil
}

// SetPage writes a page if its version is still the kept one's.
func (p Published) SetPage(ctx context.Context, g notice.Page) error {
	g.UpdatedAt = p.tx.Now()
	if g.Version == 0 {
		g.Version = 1
		if err := p.tx.Insert(ctx, "pages", pageColumns, pageFields(&g)); err != nil {
			return fmt.Errorf("set page %s: %w", g.Name, err)
		}
		return p.changed(ctx)
	}
	err := p.tx.Swap(ctx, &g.Version, `
		UPDATE pages SET title = $4, body = $5, updated_at = $6, version = version + 1
		WHERE tenant_id = $1 AND name = $2 AND version = $3`,
		g.Name, g.Version, g.Title, g.Body, g.UpdatedAt)
	if err != nil {
		return fmt.Errorf("set page %s: %w", g.Name, err)
	}
	return p.changed(ctx)
}
