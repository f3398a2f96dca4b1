// Package people keeps the staff (職員) in an SQL database: members with their
// credentials and preferences, and the sessions and devices they sign in with.
package people

import (
	"context"
	"fmt"

	"madoguchi/internal/fault"
	"madoguchi/internal/staff"
	"madoguchi/internal/store/sqlstore/sqltx"
)

// People implements the parts of store.Tx that its methods name.
type People struct{ tx *sqltx.Tx }

// On returns the People of a transaction.
func On(tx *sqltx.Tx) People { return People{tx} }

const memberColumns = `id, login, name, roles, sections, disabled, created_at, version`

func memberFields(m *staff.Member) []any {
	return []any{&m.ID, &m.Login, &m.Name, sqltx.JSON(&m.Roles), sqltx.JSON(&m.Sections), &m.Disabled, &m.CreatedAt, &m.Version}
}

// InsertMember keeps a new member under version 1.
func (p People) InsertMember(ctx context.Context, m *staff.Member) error {
	row := *m
	row.Version = 1
	if row.CreatedAt.IsZero() {
		row.CreatedAt = p.tx.Now()
	}
	if err := p.tx.Insert(ctx, "members", memberColumns, memberFields(&row)); err != nil {
		return fmt.Errorf("insert member %s: %w", m.ID, err)
	}
	m.Version, m.CreatedAt = row.Version, row.CreatedAt
	return nil
}

// SaveMember writes everything but the moment of its making.
func (p People) SaveMember(ctx context.Context, m *staff.Member) error {
	err := p.tx.Swap(ctx, &m.Version, `
		UPDATE members SET login = $4, name = $5, roles = $6, sections = $7, disabled = $8, version = version + 1
		WHERE tenant_id = $1 AND id = $2 AND version = $3`,
		m.ID, m.Version, m.Login, m.Name, sqltx.JSON(&m.Roles), sqltx.JSON(&m.Sections), m.Disabled)
	if err != nil {
		return fmt.Errorf("save member %s: %w", m.ID, err)
	}
	return nil
}

// Member returns one member.
func (p People) Member(ctx context.Context, id staff.ID) (*staff.Member, error) {
	m, err := sqltx.Get(ctx, p.tx, `SELECT `+memberColumns+`
		FROM members WHERE tenant_id = $1 AND id = $2`, []any{id}, memberFields)
	if err != nil {
		return nil, fmt.Errorf("member %s: %w", id, err)
	}
	return &m, nil
}

// MemberByLogin returns the member that signs in under login.
func (p People) MemberByLogin(ctx context.Context, login string) (*staff.Member, error) {
	m, err := sqltx.Get(ctx, p.tx, `SELECT `+memberColumns+`
		FROM members WHERE tenant_id = $1 AND login = $2`, []any{login}, memberFields)
	if err != nil {
		return nil, fmt.Errorf("member by login: %w", err)
	}
	return &m, nil
}

// Members returns all of them, by login.
func (p People) Members(ctx context.Context) ([]staff.Member, error) {
	list, err := sqltx.All(ctx, p.tx, `SELECT `+memberColumns+`
		FROM members WHERE tenant_id = $1 ORDER BY login`, nil, memberFields)
	if err != nil {
		return nil, fmt.Errorf("members: %w", err)
	}
	return list, nil
}

const credentialColumns = `member_id, password_hash, totp_secret, last_step, recovery, failures, retry_at, must_change, version`

func credentialFields(c *staff.Credential) []any {
	return []any{&c.Member, &c.PasswordHash, &c.TOTPSecret, &c.LastStep, sqltx.JSON(&c.Recovery), &c.Failures, &c.RetryAt, &c.MustChange, &c.Version}
}

// InsertCredential keeps a member's first credential under version 1.
func (p People) InsertCredential(ctx context.Context, c *staff.Credential) error {
	row := *c
	row.Version = 1
	if err := p.tx.Insert(ctx, "credentials", credentialColumns, credentialFields(&row)); err != nil {
		return fmt.Errorf("insert credential of %s: %w", c.Member, err)
	}
	c.Version = row.Version
	return nil
}

// SaveCredential writes everything.
func (p People) SaveCredential(ctx context.Context, c *staff.Credential) error {
	err := p.tx.Swap(ctx, &c.Version, `
		UPDATE credentials
		SET password_hash = $4, totp_secret = $5, last_step = $6, recovery = $7, failures = $8,
			retry_at = $9, must_change = $10, version = version + 1
		WHERE tenant_id = $1 AND member_id = $2 AND version = $3`,
		c.Member, c.Version, c.PasswordHash, c.TOTPSecret, c.LastStep, sqltx.JSON(&c.Recovery), c.Failures,
		c.RetryAt, c.MustChange)
	if err != nil {
		return fmt.Errorf("save credential of %s: %w", c.Member, err)
	}
	return nil
}

// Credential returns a member's credential.
func (p People) Credential(ctx context.Context, member staff.ID) (*staff.Credential, error) {
	c, err := sqltx.Get(ctx, p.tx, `SELECT `+credentialColumns+`
		FROM credentials WHERE tenant_id = $1 AND member_id = $2`, []any{member}, credentialFields)
	if err != nil {
		return nil, fmt.Errorf("credential of %s: %w", member, err)
	}
	return &c, nil
}

// Preference returns what the member chose under name, or "".
func (p People) Preference(ctx context.Context, member staff.ID, name string) (string, error) {
	var value string
	err := p.tx.Row(ctx, `
		SELECT value FROM preferences
		WHERE tenant_id = $1 AND member_id = $2 AND name = $3`, []any{member, name}, &value)
	if fault.KindOf(err) == fault.NotFound {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("preference %s of %s: %w", name, member, err)
	}
	return value, nil
}

// SetPreference keeps what the member chose.
func (p People) SetPreference(ctx context.Context, member staff.ID, name, value string) error {
	_, err := p.tx.Exec(ctx, `
		INSERT INTO preferences (tenant_id, member_id, name, value) VALUES ($1, $2, $3, $4)
		ON CONFLICT (tenant_id, member_id, name) DO UPDATE SET value = excluded.value`,
		member, name, value)
	if err != nil {
		return fmt.Errorf("set preference %s of %s: %w", name, member, err)
	}
	return nil
}
