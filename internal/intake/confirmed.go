package intake

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"strings"

	"madoguchi/internal/application"
	"madoguchi/internal/fault"
	"madoguchi/internal/jptext"
	"madoguchi/internal/store"
)

// Link tells whether the link's token can be used, without using it: mail
// scanners open links.
func (c *Counter) Link(ctx context.Context, who Visitor, token string) (application.Purpose, error) {
	var purpose application.Purpose
	err := c.db.Read(ctx, who.Tenant, func(tx store.Tx) error {
		x, err := tx.ConfirmationByToken(ctx, hash(token))
		if err != nil {
			return notFoundAs(err, errLinkUnknown)
		}
		purpose = x.Purpose
		return usable(x, tx.Now())
	})
	return purpose, err
}

// ConfirmLink uses the link. What it opens is opened for this browser only.
func (c *Counter) ConfirmLink(ctx context.Context, who Visitor, token string) (Confirmed, error) {
	return c.confirm(ctx, who, func(tx store.Tx) (*application.Confirmation, error) {
		x, err := tx.ConfirmationByToken(ctx, hash(token))
		if err != nil {
			return nil, notFoundAs(err, errLinkUnknown)
		}
		return x, usable(x, tx.Now())
	})
}

// ConfirmCode uses the code of the mail in the browser that asked for it. A
// wrong code gives ErrCode with the tries that are left; with none left the
// mail has to be sent again.
func (c *Counter) ConfirmCode(ctx context.Context, who Visitor, id, typed string) (Confirmed, error) {
	left, err := c.tryCode(ctx, who, id, typed)
	if err != nil {
		return Confirmed{}, err
	}
	if left >= 0 {
		return Confirmed{}, ErrCode.With(fault.Args{"left": left})
	}
	return c.confirm(ctx, who, func(tx store.Tx) (*application.Confirmation, error) {
		x, err := c.mine(ctx, tx, who, id)
		if err != nil {
			return nil, err
		}
		return x, usable(x, tx.Now())
	})
}

// tryCode counts a try, whatever comes of it, and returns -1 for the right
// code, else how many tries are left.
func (c *Counter) tryCode(ctx context.Context, who Visitor, id, typed string) (int, error) {
	digits, _ := jptext.Digits(strings.ReplaceAll(jptext.Code(typed), " ", ""))
	left := 0
	err := c.db.Write(ctx, who.Tenant, func(tx store.Tx) error {
		x, err := c.mine(ctx, tx, who, id)
		if err != nil {
			return err
		}
		if err := usable(x, tx.Now()); err != nil {
			return err
		}
		if x.Tries >= codeTries {
			return fault.New(fault.TooMany, "intake.code_tries_over")
		}
		x.Tries++
		left = codeTries - x.Tries
		if subtle.ConstantTimeCompare([]byte(x.CodeHash), []byte(c.keyed("code", x.ID, digits))) == 1 {
			left = -1
		}
		return tx.SaveConfirmation(ctx, x)
	})
	return left, err
}

// confirm uses a confirmation and opens what it is for.
func (c *Counter) confirm(ctx context.Context, who Visitor, find func(store.Tx) (*application.Confirmation, error)) (Confirmed, error) {
	draftID, key := application.DraftID(newID()), rand.Text()
	auditID, messageID := newID(), newID()
	var done Confirmed
	err := c.db.Write(ctx, who.Tenant, func(tx store.Tx) error {
		x, err := find(tx)
		if err != nil {
			return err
		}
		x.UsedAt = tx.Now()
		if err := tx.SaveConfirmation(ctx, x); err != nil {
			return err
		}
		switch x.Purpose {
		case application.ToApply:
			done, err = c.beginDraft(ctx, tx, who, x.Procedure, application.Draft{ID: draftID, SubmissionKey: key, Mail: x.Mail, TermsAgreedAt: x.CreatedAt})
		case application.ToResume:
			done, err = adopt(ctx, tx, who, x.Draft)
		default:
			done, err = c.replaceCode(ctx, tx, who, x.About, auditID, messageID)
		}
		done.Purpose = x.Purpose
		return err
	})
	return done, err
}

// adopt gives a draft to the browser that confirmed its address.
func adopt(ctx context.Context, tx store.Tx, who Visitor, id application.DraftID) (Confirmed, error) {
	d, err := tx.Draft(ctx, id)
	if err != nil {
		return Confirmed{}, notFoundAs(err, errNoDraft)
	}
	d.Browser = who.Browser
	return Confirmed{Draft: id}, tx.SaveDraft(ctx, d)
}

// replaceCode gives an application a new lookup code and tells its address.
func (c *Counter) replaceCode(ctx context.Context, tx store.Tx, who Visitor, id application.ID, auditID, messageID string) (Confirmed, error) {
	if id == "" {
		return Confirmed{}, errLinkUnknown
	}
	a, err := tx.Application(ctx, id)
	if err != nil {
		return Confirmed{}, err
	}
	a.CodeGeneration++
	a.Browser = who.Browser
	if err := tx.SaveApplication(ctx, a); err != nil {
		return Confirmed{}, err
	}
	if err := tx.Record(ctx, entry(auditID, "application.replace_code", string(a.ID), "")); err != nil {
		return Confirmed{}, err
	}
	m := letter(messageID, a.Mail, "mail.code_replaced", a.Lang, string(a.ID), tx.Now(), map[string]string{"procedure": a.ProcedureTitle})
	return Confirmed{
		Access: Access{ID: a.ID, Number: a.ReceiptNo, Generation: a.CodeGeneration},
		Code:   c.codes.Code(int64(who.Tenant), a.SubmissionKey, a.CodeGeneration),
	}, tx.Enqueue(ctx, m)
}
