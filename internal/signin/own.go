package signin

import (
	"context"

	"madoguchi/internal/fault"
	"madoguchi/internal/staff"
	"madoguchi/internal/store"
)

// Own is what a member sees of its own account.
type Own struct {
	Recovery int // unused recovery codes
	Sessions []staff.Session
	Devices  []staff.Device
}

// Own returns the member's own sessions, devices and number of recovery codes.
func (d *Door) Own(ctx context.Context, who staff.Who) (Own, error) {
	var o Own
	err := d.db.Read(ctx, who.Home, func(tx store.Tx) error {
		c, err := tx.Credential(ctx, who.Member.ID)
		if err != nil {
			return err
		}
		o = Own{Recovery: len(c.Recovery)}
		o.Sessions, o.Devices, err = d.signIns(ctx, tx, who.Member.ID)
		return err
	})
	return o, err
}

// signIns returns a member's sessions that are alive, and its devices.
func (d *Door) signIns(ctx context.Context, tx store.Tx, member staff.ID) ([]staff.Session, []staff.Device, error) {
	all, err := tx.Sessions(ctx, member)
	if err != nil {
		return nil, nil, err
	}
	var alive []staff.Session
	for _, s := range all {
		if now := d.now(); now.Before(s.EndsAt) && now.Sub(s.LastSeenAt) < IdleLimit {
			alive = append(alive, s)
		}
	}
	devices, err := tx.Devices(ctx, member)
	return alive, devices, err
}

// ChangePassword replaces the member's own password and ends its other
// sessions. A wrong present password counts as a failed attempt.
func (d *Door) ChangePassword(ctx context.Context, who staff.Who, present, password, again string) error {
	var c *staff.Credential
	err := d.db.Read(ctx, who.Home, func(tx store.Tx) (err error) {
		c, err = tx.Credential(ctx, who.Member.ID)
		return err
	})
	if err != nil {
		return err
	}
	if d.now().Before(c.RetryAt) {
		return errWait.With(fault.Args{"minutes": int(c.RetryAt.Sub(d.now()).Minutes()) + 1})
	}
	fits, err := d.hasher.fits(ctx, c.PasswordHash, present)
	if err != nil {
		return err
	}
	if !fits {
		if err := d.refuse(ctx, who.Home, &who.Member, false); fault.KindOf(err) != fault.Invalid {
			return err
		}
		return fault.Problems{{Field: "present", Fault: fault.New(fault.Invalid, "signin.present_wrong")}}
	}
	if err := checkPassword("password", who.Member.Login, password, again); err != nil {
		return err
	}
	hash, err := d.hasher.hash(ctx, password)
	if err != nil {
		return err
	}
	id, now := newID(), d.now()
	return d.db.Write(ctx, who.Home, func(tx store.Tx) error {
		fresh, err := tx.Credential(ctx, who.Member.ID)
		if err != nil {
			return err
		}
		if fresh.PasswordHash != c.PasswordHash {
			return fault.New(fault.Conflict, "fault.conflict_text")
		}
		fresh.PasswordHash, fresh.MustChange = hash, false
		if err := tx.SaveCredential(ctx, fresh); err != nil {
			return err
		}
		others, err := tx.Sessions(ctx, who.Member.ID)
		if err != nil {
			return err
		}
		for _, s := range others {
			if s.ID == who.Session {
				continue
			}
			if err := tx.EndSession(ctx, s.ID, who.Member.ID, now); err != nil {
				return err
			}
		}
		return tx.Record(ctx, by(who, id, "signin.password", string(who.Member.ID), ""))
	})
}

// NewRecovery replaces the member's recovery codes after a fresh one-time
// code and returns them; they cannot be had again.
func (d *Door) NewRecovery(ctx context.Context, who staff.Who, code string) ([]string, error) {
	codes, hashes := d.newRecovery(who.Member.ID)
	t := ticket{Tenant: who.Home, Member: who.Member.ID}
	err := d.db.Read(ctx, who.Home, func(tx store.Tx) error {
		c, err := tx.Credential(ctx, who.Member.ID)
		if err == nil {
			t.Tag = d.tag(c)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	err = d.prove(ctx, t, func(c *staff.Credential) (string, bool) {
		step, ok := stepOf(c.TOTPSecret, code, c.LastStep, d.now())
		if ok {
			c.LastStep, c.Recovery = step, hashes
		}
		return "signin.new_recovery", ok
	})
	if fault.KindOf(err) == fault.Invalid {
		return nil, fault.Problems{{Field: "code", Fault: errCode}}
	}
	return codes, err
}

// EndOwn ends one of the member's own sessions.
func (d *Door) EndOwn(ctx context.Context, who staff.Who, id staff.SessionID) error {
	who.Tenant = who.Home
	return d.endSession(ctx, who, who.Member.ID, id)
}
