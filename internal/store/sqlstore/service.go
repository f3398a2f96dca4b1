package sqlstore

import (
	"context"
	"fmt"
	"time"

	"madoguchi/internal/fault"
	"madoguchi/internal/store"
	"madoguchi/internal/store/sqlstore/sqltx"
	"madoguchi/internal/tenant"
)

// nobody is the tenant of transactions on what belongs to no tenant.
const nobody tenant.ID = 0

type service struct{ db *DB }

// Service implements store.DB.
func (db *DB) Service() store.Service { return service{db} }

func (s service) read(ctx context.Context, f func(*sqltx.Tx) error) error {
	return s.db.engine.Read(ctx, nobody, func(c sqltx.Conn) error { return s.db.run(c, nobody, f) })
}

func (s service) write(ctx context.Context, f func(*sqltx.Tx) error) error {
	return s.db.engine.Write(ctx, nobody, func(c sqltx.Conn) error { return s.db.run(c, nobody, f) })
}

func tenantFields(t *tenant.Tenant) []any {
	return []any{&t.ID, &t.Slug, &t.Code, &t.Name, &t.Kana, &t.Kind, &t.Prefecture, &t.Parent,
		sqltx.Maybe(&t.Host), sqltx.JSON(&t.Settings), &t.Active, &t.CreatedAt, &t.Version}
}

// Tenants returns every tenant, by ID.
func (s service) Tenants(ctx context.Context) ([]tenant.Tenant, error) {
	var list []tenant.Tenant
	err := s.read(ctx, func(tx *sqltx.Tx) (err error) {
		list, err = sqltx.All(ctx, tx, `
			SELECT id, slug, code, name, kana, kind, prefecture, parent_id, host, settings, active, created_at, version
			FROM tenants ORDER BY id`, nil, tenantFields)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("tenants: %w", err)
	}
	return list, nil
}

// InsertTenant keeps a new tenant under version 1. When two servers choose the
// same next ID at once, the one that lost chooses again.
func (s service) InsertTenant(ctx context.Context, t *tenant.Tenant) error {
	const tries = 8
	var row tenant.Tenant
	var err error
	for range tries {
		err = s.write(ctx, func(tx *sqltx.Tx) error {
			row = *t
			return insertTenant(ctx, tx, &row)
		})
		if t.ID != 0 || fault.KindOf(err) != fault.Conflict {
			break
		}
	}
	if err != nil {
		return fmt.Errorf("insert tenant %s: %w", t.Slug, err)
	}
	*t = row
	return nil
}

func insertTenant(ctx context.Context, tx *sqltx.Tx, t *tenant.Tenant) error {
	if t.ID == 0 {
		var last int64
		if err := tx.Row(ctx, `SELECT coalesce(max(id), 0) FROM tenants`, nil, &last); err != nil {
			return err
		}
		t.ID = max(tenant.ID(last), tenant.Installation) + 1
	}
	t.Version = 1
	if t.CreatedAt.IsZero() {
		t.CreatedAt = tx.Now()
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO tenants (id, slug, code, name, kana, kind, prefecture, parent_id, host, settings, active, created_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`, tenantFields(t)...)
	return err
}

// SaveTenant writes everything but the moment of its making.
func (s service) SaveTenant(ctx context.Context, t *tenant.Tenant) error {
	var version int
	err := s.write(ctx, func(tx *sqltx.Tx) error {
		version = t.Version
		return tx.Swap(ctx, &version, `
			UPDATE tenants
			SET slug = $3, code = $4, name = $5, kana = $6, kind = $7, prefecture = $8, parent_id = $9,
				host = $10, settings = $11, active = $12, version = version + 1
			WHERE id = $1 AND version = $2`,
			t.ID, t.Version, t.Slug, t.Code, t.Name, t.Kana, t.Kind, t.Prefecture, t.Parent,
			sqltx.Maybe(&t.Host), sqltx.JSON(&t.Settings), t.Active)
	})
	if err != nil {
		return fmt.Errorf("save tenant %s: %w", t.Slug, err)
	}
	t.Version = version
	return nil
}

// PublishedVersions returns each tenant's counter of published changes.
func (s service) PublishedVersions(ctx context.Context) (map[tenant.ID]int64, error) {
	versions := map[tenant.ID]int64{}
	err := s.read(ctx, func(tx *sqltx.Tx) error {
		clear(versions)
		return tx.Each(ctx, `SELECT tenant_id, version FROM published_versions`, nil, func(scan func(...any) error) error {
			var id tenant.ID
			var version int64
			if err := scan(&id, &version); err != nil {
				return err
			}
			versions[id] = version
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("published versions: %w", err)
	}
	return versions, nil
}

// DueTenants returns the tenants with messages to be sent, by ID.
func (s service) DueTenants(ctx context.Context, now time.Time) ([]tenant.ID, error) {
	var list []tenant.ID
	err := s.read(ctx, func(tx *sqltx.Tx) (err error) {
		list, err = sqltx.All(ctx, tx, `
			SELECT tenant_id FROM outbox
			WHERE state = 'waiting' AND due_at <= $1 AND lease_until <= $1
			GROUP BY tenant_id ORDER BY tenant_id`, []any{now},
			func(id *tenant.ID) []any { return []any{id} })
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("due tenants: %w", err)
	}
	return list, nil
}

// Lease takes or prolongs the named lease.
func (s service) Lease(ctx context.Context, name, holder string, now, until time.Time) (bool, error) {
	var n int64
	err := s.write(ctx, func(tx *sqltx.Tx) (err error) {
		n, err = tx.Exec(ctx, `
			INSERT INTO leases (name, holder, lease_until) VALUES ($1, $2, $3)
			ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, lease_until = excluded.lease_until
			WHERE leases.holder = excluded.holder OR leases.lease_until <= $4`,
			name, holder, until, now)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("lease %s: %w", name, err)
	}
	return n == 1, nil
}

// Value returns a value of the installation, or "".
func (s service) Value(ctx context.Context, name string) (string, error) {
	var value string
	err := s.read(ctx, func(tx *sqltx.Tx) error { return readValue(ctx, tx, name, &value) })
	if fault.KindOf(err) == fault.NotFound {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("value %s: %w", name, err)
	}
	return value, nil
}

func readValue(ctx context.Context, tx *sqltx.Tx, name string, value *string) error {
	return tx.Row(ctx, `SELECT value FROM installation_values WHERE name = $1`, []any{name}, value)
}

// SetValue sets a value of the installation.
func (s service) SetValue(ctx context.Context, name, value string) error {
	err := s.write(ctx, func(tx *sqltx.Tx) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO installation_values (name, value) VALUES ($1, $2)
			ON CONFLICT (name) DO UPDATE SET value = excluded.value`, name, value)
		return err
	})
	if err != nil {
		return fmt.Errorf("set value %s: %w", name, err)
	}
	return nil
}

// SetValueOnce sets a value unless it is set, and returns what holds.
func (s service) SetValueOnce(ctx context.Context, name, value string) (string, error) {
	var kept string
	err := s.write(ctx, func(tx *sqltx.Tx) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO installation_values (name, value) VALUES ($1, $2)
			ON CONFLICT (name) DO NOTHING`, name, value)
		if err != nil {
			return err
		}
		return readValue(ctx, tx, name, &kept)
	})
	if err != nil {
		return "", fmt.Errorf("set value %s once: %w", name, err)
	}
	return kept, nil
}
