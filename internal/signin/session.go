package signin

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"madoguchi/internal/audit"
	"madoguchi/internal/fault"
	"madoguchi/internal/jptext"
	"madoguchi/internal/staff"
	"madoguchi/internal/store"
	"madoguchi/internal/tenant"
)

// DeviceNameMax is the length of a device's name in characters.
const DeviceNameMax = 40

var (
	errSignedOut = fault.New(fault.Denied, "signin.signed_out")
	errIdle      = fault.New(fault.Denied, "signin.idle")
)

// Enter makes the session of a ticket whose stages are done, names the device
// if it is new, and returns the session's token for the browser. Called again
// with the same ticket it returns the same token.
func (d *Door) Enter(ctx context.Context, sealed, browser, deviceName, addr string) (token string, err error) {
	t, err := d.openTicket(sealed)
	if err != nil {
		return "", err
	}
	_, next, err := d.advance(ctx, t, browser)
	if err != nil {
		return "", err
	}
	if (next != StageEnter && next != StageDevice) || browser == "" {
		return "", errTicket
	}
	deviceName = strings.TrimSpace(deviceName)
	if next == StageDevice {
		if err := checkDeviceName(deviceName); err != nil {
			return "", err
		}
	}
	token = sessionToken(t.Tenant, d.mac("session", t.ID))
	now := d.now()
	s := staff.Session{
		ID: staff.SessionID(t.ID), TokenHash: hash(token), Member: t.Member, Acting: t.Tenant, Addr: addr,
		CreatedAt: now, LastSeenAt: now, EndsAt: now.Add(SessionLimit),
	}
	fresh := staff.Device{ID: staff.DeviceID(newID()), Member: t.Member, Name: deviceName, TokenHash: deviceHash(t.Member, browser), CreatedAt: now, SeenAt: now}
	err = d.db.Write(ctx, t.Tenant, d.begin(ctx, t, s, fresh, newID()))
	if fault.KindOf(err) == fault.Conflict {
		return token, nil // the same ticket came in a moment ago
	}
	if err != nil {
		return "", err
	}
	return token, nil
}

// begin returns the transaction that keeps session s on its device.
func (d *Door) begin(ctx context.Context, t ticket, s staff.Session, fresh staff.Device, auditID string) func(store.Tx) error {
	return func(tx store.Tx) error {
		if _, err := d.holder(ctx, tx, t); err != nil {
			return err
		}
		if _, err := tx.SessionByToken(ctx, s.TokenHash); fault.KindOf(err) != fault.NotFound {
			return err // nil: it is there already, ended or not
		}
		device, err := tx.DeviceByToken(ctx, fresh.TokenHash)
		switch {
		case fault.KindOf(err) == fault.NotFound:
			device = fresh
			err = tx.InsertDevice(ctx, fresh)
		case err == nil && !device.BlockedAt.IsZero():
			return errBlocked
		case err == nil:
			err = tx.SeeDevice(ctx, device.ID, s.CreatedAt)
		}
		if err != nil {
			return err
		}
		s.Device = device.ID
		if err := tx.InsertSession(ctx, s); err != nil {
			return err
		}
		return tx.Record(ctx, audit.Entry{ID: auditID, Actor: string(s.Member), Session: s.ID, Device: s.Device, Act: "signin.in", Object: string(s.Member)})
	}
}

func checkDeviceName(name string) error {
	var p fault.Problems
	if name == "" {
		p.Add("device", "signin.device_missing", nil)
	}
	if jptext.Longer(name, DeviceNameMax) {
		p.Add("device", "signin.device_long", fault.Args{"max": DeviceNameMax})
	}
	return p.Err()
}

// Visit is a session that was found alive, and whose it is.
type Visit struct {
	Who     staff.Who
	Session staff.Session
}

// Who returns who holds the token. It is Denied when there is no such session,
// when it was ended or ran out, when the account was disabled or the device
// blocked.
func (d *Door) Who(ctx context.Context, token, addr string) (Visit, error) {
	home, ok := tenantOf(token)
	if !ok {
		return Visit{}, errSignedOut
	}
	var v Visit
	err := d.db.Read(ctx, home, func(tx store.Tx) (err error) {
		v, err = d.visit(ctx, tx, hash(token))
		return err
	})
	if fault.KindOf(err) == fault.NotFound {
		return Visit{}, errSignedOut
	}
	if err != nil {
		return Visit{}, err
	}
	v.Who.Addr = addr
	if now := d.now(); now.Sub(v.Session.LastSeenAt) >= touchEvery {
		v.Session.LastSeenAt = now
		err := d.db.Write(ctx, home, func(tx store.Tx) error { return tx.TouchSession(ctx, v.Session.ID, now) })
		if err != nil {
			return Visit{}, fmt.Errorf("touch session: %w", err)
		}
	}
	if v.Session.Acting != home {
		ok, err := d.mayActIn(ctx, v.Who, v.Session.Acting)
		if err != nil {
			return Visit{}, err
		}
		if ok {
			v.Who.Tenant = v.Session.Acting
		}
	}
	return v, nil
}

func (d *Door) visit(ctx context.Context, tx store.Tx, tokenHash string) (Visit, error) {
	s, err := tx.SessionByToken(ctx, tokenHash)
	if err != nil {
		return Visit{}, err
	}
	now := d.now()
	if !s.EndedAt.IsZero() || !now.Before(s.EndsAt) {
		return Visit{}, errSignedOut
	}
	if now.Sub(s.LastSeenAt) >= IdleLimit {
		return Visit{}, errIdle
	}
	m, err := tx.Member(ctx, s.Member)
	if err != nil {
		return Visit{}, err
	}
	devices, err := tx.Devices(ctx, s.Member)
	if err != nil {
		return Visit{}, err
	}
	blocked := slices.ContainsFunc(devices, func(x staff.Device) bool { return x.ID == s.Device && !x.BlockedAt.IsZero() })
	if m.Disabled || blocked {
		return Visit{}, errSignedOut
	}
	who := staff.Who{Tenant: tx.Tenant(), Home: tx.Tenant(), Member: *m, Session: s.ID, Device: s.Device}
	return Visit{Who: who, Session: s}, nil
}

// SignOut ends the session that who acts from.
func (d *Door) SignOut(ctx context.Context, who staff.Who) error {
	id, now := newID(), d.now()
	return d.db.Write(ctx, who.Home, func(tx store.Tx) error {
		if err := tx.EndSession(ctx, who.Session, who.Member.ID, now); err != nil {
			return err
		}
		return tx.Record(ctx, by(who, id, "signin.out", string(who.Member.ID), ""))
	})
}

// Reachable returns the tenants that who may work on besides its own, by name.
func (d *Door) Reachable(ctx context.Context, who staff.Who) ([]tenant.Tenant, error) {
	home := who
	home.Tenant = who.Home
	if !home.May(staff.SwitchTenant) {
		return nil, errNone
	}
	all, err := d.db.Service().Tenants(ctx)
	if err != nil {
		return nil, fmt.Errorf("tenants: %w", err)
	}
	return slices.DeleteFunc(all, func(t tenant.Tenant) bool { return !reaches(who, t) }), nil
}

// reaches reports whether who's roles carry over to t: a joint administrator's
// to the municipalities of its prefecture, an operator's to every tenant.
func reaches(who staff.Who, t tenant.Tenant) bool {
	if t.ID == who.Home {
		return false
	}
	if who.Home == tenant.Installation && slices.Contains(who.Member.Roles, staff.Operator) {
		return true
	}
	return t.Parent == who.Home && slices.Contains(who.Member.Roles, staff.JointAdmin)
}

func (d *Door) mayActIn(ctx context.Context, who staff.Who, id tenant.ID) (bool, error) {
	list, err := d.Reachable(ctx, who)
	if fault.KindOf(err) == fault.NotFound {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(list, func(t tenant.Tenant) bool { return t.ID == id }), nil
}

// SwitchTenant lets the session work on another tenant, or on its own again.
// Both tenants' trails tell it. NotFound: who may not work there.
func (d *Door) SwitchTenant(ctx context.Context, who staff.Who, to tenant.ID) error {
	if to != who.Home {
		ok, err := d.mayActIn(ctx, who, to)
		if err != nil {
			return err
		}
		if !ok {
			return errNone
		}
	}
	here, there := newID(), newID()
	detail := "to " + strconv.FormatInt(int64(to), 10)
	err := d.db.Write(ctx, who.Home, func(tx store.Tx) error {
		if err := tx.SetActing(ctx, who.Session, to); err != nil {
			return err
		}
		return tx.Record(ctx, by(who, here, "signin.switch", string(who.Member.ID), detail))
	})
	if err != nil || to == who.Home {
		return err
	}
	return d.db.Write(ctx, to, func(tx store.Tx) error {
		return tx.Record(ctx, by(who, there, "signin.arrive", string(who.Member.ID), "from "+strconv.FormatInt(int64(who.Home), 10)))
	})
}

// knowsDevice reports whether the member has signed in from this browser
// before and may still.
func (d *Door) knowsDevice(ctx context.Context, tx store.Tx, member staff.ID, browser string) (bool, error) {
	if browser == "" {
		return false, nil
	}
	device, err := tx.DeviceByToken(ctx, deviceHash(member, browser))
	if fault.KindOf(err) == fault.NotFound {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if !device.BlockedAt.IsZero() {
		return false, errBlocked
	}
	return true, nil
}

func hash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

// deviceHash differs per member, so that several members can use one browser.
func deviceHash(member staff.ID, browser string) string { return hash(string(member) + " " + browser) }

// sessionToken begins with the tenant, since sessions are kept in their tenant.
func sessionToken(id tenant.ID, secret string) string {
	return strconv.FormatInt(int64(id), 36) + "." + secret
}

func tenantOf(token string) (tenant.ID, bool) {
	first, secret, ok := strings.Cut(token, ".")
	n, err := strconv.ParseInt(first, 36, 64)
	return tenant.ID(n), ok && err == nil && n > 0 && len(secret) == 64
}
