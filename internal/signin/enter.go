package signin

import (
	"context"
	"fmt"
	"strings"
	"time"

	"madoguchi/internal/audit"
	"madoguchi/internal/fault"
	"madoguchi/internal/jptext"
	"madoguchi/internal/staff"
	"madoguchi/internal/store"
	"madoguchi/internal/tenant"
)

var (
	errRefused = fault.New(fault.Invalid, "signin.refused")
	errCode    = fault.New(fault.Invalid, "signin.code_wrong")
	errWait    = fault.New(fault.TooMany, "signin.wait")
	errBlocked = fault.New(fault.Denied, "signin.device_blocked")
)

// Attempt is what the sign-in page asks for.
type Attempt struct {
	Tenant   tenant.ID // 0: no such body
	Login    string
	Password string
	Browser  string // the secret of the browser's device cookie, or ""
}

// Password checks login and password and returns the ticket for the next
// stage. Every refusal is the same Invalid fault after the same work, whether
// the body or the login is unknown, the password wrong, the account disabled
// or its next attempt not yet due.
func (d *Door) Password(ctx context.Context, a Attempt) (sealed string, next Stage, err error) {
	at := a.Tenant
	if at == 0 {
		at = tenant.Installation
	}
	var m *staff.Member
	c, known := &staff.Credential{}, false
	err = d.db.Read(ctx, at, func(tx store.Tx) (err error) {
		m, c, known = nil, &staff.Credential{}, false
		if a.Tenant == 0 {
			return nil
		}
		m, c, err = account(ctx, tx, foldLogin(a.Login))
		if err != nil || m == nil {
			return err
		}
		known, err = d.knowsDevice(ctx, tx, m.ID, a.Browser)
		return err
	})
	if err != nil {
		return "", "", fmt.Errorf("sign in: %w", err)
	}
	fits, err := d.hasher.fits(ctx, c.PasswordHash, a.Password)
	if err != nil {
		return "", "", fmt.Errorf("sign in: %w", err)
	}
	waits := d.now().Before(c.RetryAt) && !known
	if m == nil || m.Disabled || waits || !fits {
		return "", "", d.refuse(ctx, at, m, waits)
	}
	if d.hasher.stale(c.PasswordHash) {
		if c, err = d.renew(ctx, at, c, a.Password); err != nil {
			return "", "", fmt.Errorf("sign in: %w", err)
		}
	}
	t := ticket{ID: newID(), Tenant: at, Member: m.ID, Tag: d.tag(c), EndsAt: d.now().Add(TicketLimit)}
	return d.advance(ctx, t, a.Browser)
}

// renew hashes a right password again at today's cost.
func (d *Door) renew(ctx context.Context, at tenant.ID, c *staff.Credential, password string) (*staff.Credential, error) {
	hash, err := d.hasher.hash(ctx, password)
	if err != nil {
		return nil, err
	}
	renewed := *c
	err = d.db.Write(ctx, at, func(tx store.Tx) error {
		renewed = *c
		renewed.PasswordHash = hash
		return tx.SaveCredential(ctx, &renewed)
	})
	if fault.KindOf(err) == fault.Conflict {
		return c, nil // someone changed it meanwhile: the next sign-in renews it
	}
	return &renewed, err
}

// account returns the member with the login and its credential, or nil and an
// empty credential when there is none.
func account(ctx context.Context, tx store.Tx, login string) (*staff.Member, *staff.Credential, error) {
	none := &staff.Credential{}
	m, err := tx.MemberByLogin(ctx, login)
	if fault.KindOf(err) == fault.NotFound {
		return nil, none, nil
	}
	if err != nil {
		return nil, none, err
	}
	c, err := tx.Credential(ctx, m.ID)
	if fault.KindOf(err) == fault.NotFound {
		return m, none, nil
	}
	if err != nil {
		return nil, none, err
	}
	return m, c, nil
}

// refuse records a failed attempt and returns errRefused. It writes for
// unknown logins too, so that both take as long.
func (d *Door) refuse(ctx context.Context, at tenant.ID, m *staff.Member, waits bool) error {
	id := newID()
	err := d.db.Write(ctx, at, func(tx store.Tx) error {
		e := audit.Entry{ID: id, Actor: "system", Act: "signin.refused"}
		if m != nil {
			e.Object = string(m.ID)
		}
		if m != nil && !waits {
			c, err := tx.Credential(ctx, m.ID)
			if err != nil && fault.KindOf(err) != fault.NotFound {
				return err
			}
			if err == nil {
				d.countFailure(c)
				if err := tx.SaveCredential(ctx, c); err != nil {
					return err
				}
			}
		}
		return tx.Record(ctx, e)
	})
	if err != nil && fault.KindOf(err) != fault.Conflict {
		return fmt.Errorf("sign in: %w", err)
	}
	return errRefused
}

// freeFailures is how many attempts may fail before the account has to wait:
// 30 seconds, doubling with each further failure, at most 15 minutes.
const freeFailures = 5

func (d *Door) countFailure(c *staff.Credential) {
	c.Failures++
	if over := c.Failures - freeFailures; over >= 0 {
		c.RetryAt = d.now().Add(min(30*time.Second<<min(over, 5), 15*time.Minute))
	}
}

// tag binds a ticket to the password that it began with.
func (d *Door) tag(c *staff.Credential) string { return d.mac("password", c.PasswordHash)[:22] }

// advance finds the next stage of t and seals it for the browser.
func (d *Door) advance(ctx context.Context, t ticket, browser string) (string, Stage, error) {
	var c *staff.Credential
	known := false
	err := d.db.Read(ctx, t.Tenant, func(tx store.Tx) (err error) {
		if c, err = d.holder(ctx, tx, t); err != nil {
			return err
		}
		known, err = d.knowsDevice(ctx, tx, t.Member, browser)
		return err
	})
	if err != nil {
		return "", "", err
	}
	next := StageEnter
	switch {
	case !t.Proven && c.TOTPSecret == "":
		next = StageEnrol
		if t.Secret == "" {
			if t.Secret, err = newSecret(); err != nil {
				return "", "", err
			}
		}
	case !t.Proven:
		next = StageCode
	case len(t.Codes) > 0:
		next = StageCodes
	case c.MustChange:
		next = StagePassword
	case !known:
		next = StageDevice
	}
	sealed, err := d.sealTicket(t)
	return sealed, next, err
}

// holder returns the credential of the ticket's member, or errTicket when the
// account or its password is no longer what the ticket began with.
func (d *Door) holder(ctx context.Context, tx store.Tx, t ticket) (*staff.Credential, error) {
	m, err := tx.Member(ctx, t.Member)
	if fault.KindOf(err) == fault.NotFound {
		return nil, errTicket
	}
	if err != nil {
		return nil, err
	}
	c, err := tx.Credential(ctx, t.Member)
	if err != nil {
		return nil, err
	}
	if m.Disabled || d.tag(c) != t.Tag {
		return nil, errTicket
	}
	return c, nil
}

// Stage returns what the holder of the ticket has to do next, for a page that
// is opened again.
func (d *Door) Stage(ctx context.Context, sealed, browser string) (Stage, error) {
	t, err := d.openTicket(sealed)
	if err != nil {
		return "", err
	}
	_, next, err := d.advance(ctx, t, browser)
	return next, err
}

// Code checks the one-time code, or one of the recovery codes. A wrong one is
// an Invalid fault and counts; too many are TooMany until the wait is over.
func (d *Door) Code(ctx context.Context, sealed, code, browser string) (string, Stage, error) {
	t, err := d.openTicket(sealed)
	if err != nil {
		return "", "", err
	}
	err = d.prove(ctx, t, func(c *staff.Credential) (string, bool) {
		if step, ok := stepOf(c.TOTPSecret, code, c.LastStep, d.now()); ok {
			c.LastStep = step
			return "signin.code", true
		}
		return "signin.recovery", d.useRecovery(c, code)
	})
	if err != nil {
		return "", "", err
	}
	t.Proven = true
	return d.advance(ctx, t, browser)
}

// prove lets try change the credential. When try succeeds, the failures are
// forgotten; when not, they are counted. Either is committed with its record.
// Two attempts at once: one of them fails.
func (d *Door) prove(ctx context.Context, t ticket, try func(*staff.Credential) (act string, ok bool)) error {
	id := newID()
	var refused error
	err := d.db.Write(ctx, t.Tenant, func(tx store.Tx) error {
		refused = nil
		c, err := d.holder(ctx, tx, t)
		if err != nil {
			return err
		}
		if wait := c.RetryAt.Sub(d.now()); wait > 0 {
			refused = errWait.With(fault.Args{"minutes": int(wait/time.Minute) + 1})
			return nil
		}
		act, ok := try(c)
		if ok {
			c.Failures, c.RetryAt = 0, time.Time{}
		} else {
			act, refused = "signin.code_refused", errCode
			d.countFailure(c)
		}
		if err := tx.SaveCredential(ctx, c); err != nil {
			return err
		}
		return tx.Record(ctx, audit.Entry{ID: id, Actor: string(t.Member), Act: act, Object: string(t.Member)})
	})
	if fault.KindOf(err) == fault.Conflict {
		return errCode
	}
	if err != nil {
		return err
	}
	return refused
}

// Enrolment returns what the authenticator app needs. A ticket keeps its
// secret, so that the page can be opened again.
func (d *Door) Enrolment(ctx context.Context, sealed string) (Enrolment, error) {
	t, err := d.openTicket(sealed)
	if err != nil {
		return Enrolment{}, err
	}
	if t.Secret == "" || t.Proven {
		return Enrolment{}, errTicket
	}
	var login string
	err = d.db.Read(ctx, t.Tenant, func(tx store.Tx) error {
		m, err := tx.Member(ctx, t.Member)
		if err == nil {
			login = m.Login
		}
		return err
	})
	if err != nil {
		return Enrolment{}, fmt.Errorf("enrolment: %w", err)
	}
	return enrolment(t.Secret, "Madoguchi", login)
}

// Enrol keeps the secret of the enrolment once the app has shown a right code
// of it, and gives recovery codes, which Codes returns.
func (d *Door) Enrol(ctx context.Context, sealed, code, browser string) (string, Stage, error) {
	t, err := d.openTicket(sealed)
	if err != nil {
		return "", "", err
	}
	codes, hashes := d.newRecovery(t.Member)
	err = d.prove(ctx, t, func(c *staff.Credential) (string, bool) {
		step, ok := stepOf(t.Secret, code, c.LastStep, d.now())
		if !ok || c.TOTPSecret != "" {
			return "", false
		}
		c.TOTPSecret, c.LastStep, c.Recovery = t.Secret, step, hashes
		return "signin.enrolled", true
	})
	if err != nil {
		return "", "", err
	}
	t.Secret, t.Codes, t.Proven = "", codes, true
	return d.advance(ctx, t, browser)
}

// Codes returns the recovery codes that a ticket still has to show.
func (d *Door) Codes(sealed string) ([]string, error) {
	t, err := d.openTicket(sealed)
	if err != nil {
		return nil, err
	}
	if len(t.Codes) == 0 {
		return nil, errTicket
	}
	return t.Codes, nil
}

// Noted ends the stage of the recovery codes.
func (d *Door) Noted(ctx context.Context, sealed, browser string) (string, Stage, error) {
	t, err := d.openTicket(sealed)
	if err != nil {
		return "", "", err
	}
	t.Codes = nil
	return d.advance(ctx, t, browser)
}

// foldLogin makes a login as it is kept: half width, lower case, no spaces around.
func foldLogin(s string) string { return strings.ToLower(strings.TrimSpace(jptext.Half(s))) }
