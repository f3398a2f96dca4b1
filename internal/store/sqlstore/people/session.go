package people

import (
	"context"
	"fmt"
	"time"

	"madoguchi/internal/staff"
	"madoguchi/internal/store/sqlstore/sqltx"
	"madoguchi/internal/tenant"
)

const sessionColumns = `id, token_hash, member_id, device_id, acting, addr, created_at, last_seen_at, ends_at, ended_at, ended_by`

func sessionFields(s *staff.Session) []any {
	return []any{&s.ID, &s.TokenHash, &s.Member, &s.Device, &s.Acting, &s.Addr,
		&s.CreatedAt, &s.LastSeenAt, &s.EndsAt, &s.EndedAt, &s.EndedBy}
}

// InsertSession keeps a new session.
func (p People) InsertSession(ctx context.Context, s staff.Session) error {
	if err := p.tx.Insert(ctx, "sessions", sessionColumns, sessionFields(&s)); err != nil {
		return fmt.Errorf("insert session %s: %w", s.ID, err)
	}
	return nil
}

// SessionByToken returns the session, ended or not.
func (p People) SessionByToken(ctx context.Context, tokenHash string) (staff.Session, error) {
	s, err := sqltx.Get(ctx, p.tx, `SELECT `+sessionColumns+`
		FROM sessions WHERE tenant_id = $1 AND token_hash = $2`, []any{tokenHash}, sessionFields)
	if err != nil {
		return staff.Session{}, fmt.Errorf("session by token: %w", err)
	}
	return s, nil
}

// Sessions returns a member's sessions that no one has ended, newest first.
func (p People) Sessions(ctx context.Context, member staff.ID) ([]staff.Session, error) {
	list, err := sqltx.All(ctx, p.tx, `SELECT `+sessionColumns+`
		FROM sessions WHERE tenant_id = $1 AND member_id = $2 AND ended_at = 0
		ORDER BY created_at DESC, id DESC`, []any{member}, sessionFields)
	if err != nil {
		return nil, fmt.Errorf("sessions of %s: %w", member, err)
	}
	return list, nil
}

// TouchSession sets when the session was last seen.
func (p People) TouchSession(ctx context.Context, id staff.SessionID, at time.Time) error {
	err := p.tx.One(ctx, `
		UPDATE sessions SET last_seen_at = $3
		WHERE tenant_id = $1 AND id = $2`, id, at)
	if err != nil {
		return fmt.Errorf("touch session %s: %w", id, err)
	}
	return nil
}

// SetActing sets the tenant that the session works on.
func (p People) SetActing(ctx context.Context, id staff.SessionID, acting tenant.ID) error {
	err := p.tx.One(ctx, `
		UPDATE sessions SET acting = $3
		WHERE tenant_id = $1 AND id = $2`, id, acting)
	if err != nil {
		return fmt.Errorf("set acting of session %s: %w", id, err)
	}
	return nil
}

// EndSession ends one session; one that has ended, or is not there, stays so.
func (p People) EndSession(ctx context.Context, id staff.SessionID, by staff.ID, at time.Time) error {
	_, err := p.tx.Exec(ctx, `
		UPDATE sessions SET ended_by = $3, ended_at = $4
		WHERE tenant_id = $1 AND id = $2 AND ended_at = 0`, id, by, at)
	if err != nil {
		return fmt.Errorf("end session %s: %w", id, err)
	}
	return nil
}

// EndSessionsOf ends every session of a member.
func (p People) EndSessionsOf(ctx context.Context, member, by staff.ID, at time.Time) error {
	_, err := p.tx.Exec(ctx, `
		UPDATE sessions SET ended_by = $3, ended_at = $4
		WHERE tenant_id = $1 AND member_id = $2 AND ended_at = 0`, member, by, at)
	if err != nil {
		return fmt.Errorf("end sessions of %s: %w", member, err)
	}
	return nil
}

// EndSessionsOn ends every session on a device.
func (p People) EndSessionsOn(ctx context.Context, device staff.DeviceID, by staff.ID, at time.Time) error {
	_, err := p.tx.Exec(ctx, `
		UPDATE sessions SET ended_by = $3, ended_at = $4
		WHERE tenant_id = $1 AND device_id = $2 AND ended_at = 0`, device, by, at)
	if err != nil {
		return fmt.Errorf("end sessions on %s: %w", device, err)
	}
	return nil
}

const deviceColumns = `id, member_id, name, token_hash, created_at, seen_at, blocked_at`

func deviceFields(d *staff.Device) []any {
	return []any{&d.ID, &d.Member, &d.Name, &d.TokenHash, &d.CreatedAt, &d.SeenAt, &d.BlockedAt}
}

// InsertDevice keeps a new device.
func (p People) InsertDevice(ctx context.Context, d staff.Device) error {
	if err := p.tx.Insert(ctx, "devices", deviceColumns, deviceFields(&d)); err != nil {
		return fmt.Errorf("insert device %s: %w", d.ID, err)
	}
	return nil
}

// DeviceByToken returns the device that holds a token.
func (p People) DeviceByToken(ctx context.Context, tokenHash string) (staff.Device, error) {
	d, err := sqltx.Get(ctx, p.tx, `SELECT `+deviceColumns+`
		FROM devices WHERE tenant_id = $1 AND token_hash = $2`, []any{tokenHash}, deviceFields)
	if err != nil {
		return staff.Device{}, fmt.Errorf("device by token: %w", err)
	}
	return d, nil
}

// Devices returns a member's devices, the last seen first.
func (p People) Devices(ctx context.Context, member staff.ID) ([]staff.Device, error) {
	list, err := sqltx.All(ctx, p.tx, `SELECT `+deviceColumns+`
		FROM devices WHERE tenant_id = $1 AND member_id = $2 ORDER BY seen_at DESC, id DESC`, []any{member}, deviceFields)
	if err != nil {
		return nil, fmt.Errorf("devices of %s: %w", member, err)
	}
	return list, nil
}

// BlockDevice sets when the device was blocked; a zero time unblocks.
func (p People) BlockDevice(ctx context.Context, id staff.DeviceID, at time.Time) error {
	err := p.tx.One(ctx, `
		UPDATE devices SET blocked_at = $3
		WHERE tenant_id = $1 AND id = $2`, id, at)
	if err != nil {
		return fmt.Errorf("block device %s: %w", id, err)
	}
	return nil
}

// SeeDevice sets when the device was last seen.
func (p People) SeeDevice(ctx context.Context, id staff.DeviceID, at time.Time) error {
	err := p.tx.One(ctx, `
		UPDATE devices SET seen_at = $3
		WHERE tenant_id = $1 AND id = $2`, id, at)
	if err != nil {
		return fmt.Errorf("see device %s: %w", id, err)
	}
	return nil
}
