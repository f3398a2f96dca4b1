package signin

import (
	"context"

	"madoguchi/internal/audit"
	"madoguchi/internal/fault"
	"madoguchi/internal/staff"
	"madoguchi/internal/store"
)

// NewPassword replaces the password that someone else set.
func (d *Door) NewPassword(ctx context.Context, sealed, password, again, browser string) (string, Stage, error) {
	t, err := d.openTicket(sealed)
	if err != nil {
		return "", "", err
	}
	if !t.Proven {
		return "", "", errTicket
	}
	tag, err := d.replacePassword(ctx, t, password, again)
	if err != nil {
		return "", "", err
	}
	t.Tag = tag
	return d.advance(ctx, t, browser)
}

func (d *Door) replacePassword(ctx context.Context, t ticket, password, again string) (tag string, err error) {
	var m *staff.Member
	var c *staff.Credential
	err = d.db.Read(ctx, t.Tenant, func(tx store.Tx) (err error) {
		if c, err = d.holder(ctx, tx, t); err != nil {
			return err
		}
		m, err = tx.Member(ctx, t.Member)
		return err
	})
	if err != nil {
		return "", err
	}
	if err := checkPassword("password", m.Login, password, again); err != nil {
		return "", err
	}
	same, err := d.hasher.fits(ctx, c.PasswordHash, password)
	if err != nil {
		return "", err
	}
	if same {
		return "", fault.Problems{{Field: "password", Fault: fault.New(fault.Invalid, "signin.password_same")}}
	}
	hash, err := d.hasher.hash(ctx, password)
	if err != nil {
		return "", err
	}
	id := newID()
	err = d.db.Write(ctx, t.Tenant, func(tx store.Tx) error {
		c, err := d.holder(ctx, tx, t)
		if err != nil {
			return err
		}
		c.PasswordHash, c.MustChange = hash, false
		tag = d.tag(c)
		if err := tx.SaveCredential(ctx, c); err != nil {
			return err
		}
		return tx.Record(ctx, audit.Entry{ID: id, Actor: string(t.Member), Act: "signin.password", Object: string(t.Member)})
	})
	return tag, err
}
