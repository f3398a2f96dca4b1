package intake

import (
	"context"
	"crypto/rand"
	"fmt"
	"math/big"
	"strings"
	"time"

	"madoguchi/internal/application"
	"madoguchi/internal/fault"
	"madoguchi/internal/jptext"
	"madoguchi/internal/outbox"
	"madoguchi/internal/procedure"
	"madoguchi/internal/search/fold"
	"madoguchi/internal/store"
)

// The limits of mail confirmations (メールアドレスの確認).
const (
	confirmationLife = 24 * time.Hour
	codeTries        = 5
	limitPeriod      = time.Hour
	limitMail        = 6    // confirmations asked for one address in limitPeriod
	limitNetwork     = 60   // from one network: a school's room of computers shares one
	limitTenant      = 6000 // of the whole body
)

var (
	errLinkEnded    = fault.New(fault.Gone, "intake.link_ended")
	errLinkUsed     = fault.New(fault.Gone, "intake.link_used")
	errLinkReplaced = fault.New(fault.Gone, "intake.link_replaced")
	errLinkUnknown  = fault.New(fault.NotFound, "intake.link_unknown")
	errNoPending    = fault.New(fault.NotFound, "intake.no_confirmation")
)

// ErrCode is what a wrong code gives; its argument left tells how many tries remain.
var ErrCode = fault.New(fault.Invalid, "intake.wrong_code")

// Pending is a confirmation that the browser that asked for it may see.
type Pending struct {
	ID        string
	Purpose   application.Purpose
	Procedure procedure.ID
	Mail      string
	ExpiresAt time.Time
	TriesLeft int
	// Undelivered tells that its mail came back or could not be sent.
	Undelivered bool
}

// Confirmed is what a confirmation opened.
type Confirmed struct {
	Purpose application.Purpose
	Draft   application.DraftID // of ToApply and ToResume
	Access  Access              // of ToRecover
	Code    string              // of ToRecover: the new lookup code
}

// AskToApply sends a mail by which the address is confirmed, and returns the
// confirmation's ID. Nothing is opened yet. The applicant has agreed to the
// terms. Invalid: the address cannot be one, or the limits; Gone: the
// procedure is closed.
func (c *Counter) AskToApply(ctx context.Context, who Visitor, p procedure.ID, mail string) (string, error) {
	address, ok := jptext.Mail(strings.TrimSpace(mail))
	if !ok {
		return "", fault.New(fault.Invalid, "intake.bad_mail")
	}
	w := c.wait(who, application.Confirmation{Purpose: application.ToApply, Procedure: p, Mail: address})
	err := c.db.Write(ctx, who.Tenant, func(tx store.Tx) error {
		x, err := tx.Procedure(ctx, p)
		if err != nil {
			return err
		}
		if err := mayBegin(x, tx.Now()); err != nil {
			return err
		}
		return w.send(ctx, tx, "mail.confirm", map[string]string{"procedure": x.Title})
	})
	return w.c.ID, err
}

// AskToResume sends a mail by which another browser may open the draft. It
// goes to the draft's own address, whoever asks.
func (c *Counter) AskToResume(ctx context.Context, who Visitor, id application.DraftID) (string, error) {
	w := c.wait(who, application.Confirmation{Purpose: application.ToResume, Draft: id})
	err := c.db.Write(ctx, who.Tenant, func(tx store.Tx) error {
		d, err := tx.Draft(ctx, id)
		if err != nil {
			return notFoundAs(err, errNoDraft)
		}
		if d.Mail == "" || d.SubmittedAs != "" || !tx.Now().Before(d.ExpiresAt) {
			return errNoDraft
		}
		x, err := tx.Procedure(ctx, d.Procedure)
		if err != nil {
			return err
		}
		w.c.Mail, w.c.Procedure = d.Mail, d.Procedure
		return w.send(ctx, tx, "mail.resume_code", map[string]string{"procedure": x.Title})
	})
	return w.c.ID, err
}

// AskToRecover begins the replacement of a lost lookup code. Number, address
// and name must be those of one application, since a stolen mailbox shows the
// first two; whether they are is not told. The ID that is returned leads to a
// page that looks the same.
func (c *Counter) AskToRecover(ctx context.Context, who Visitor, number, mail, name string) (string, error) {
	address, ok := jptext.Mail(strings.TrimSpace(mail))
	no, okNo := jptext.ReadReceiptNo(number)
	if !ok || !okNo {
		return "", fault.New(fault.Invalid, "intake.recover_input")
	}
	w := c.wait(who, application.Confirmation{Purpose: application.ToRecover, Mail: address})
	err := c.db.Write(ctx, who.Tenant, func(tx store.Tx) error {
		a, err := tx.ApplicationByReceiptNo(ctx, no)
		if err != nil && fault.KindOf(err) != fault.NotFound {
			return err
		}
		w.c.About = ""
		if err == nil && strings.EqualFold(a.Mail, address) && namesMatch(a.Facts, name) {
			w.c.About, w.c.Procedure = a.ID, a.Procedure
		}
		if w.c.About == "" {
			return w.keep(ctx, tx) // a confirmation that no mail tells of
		}
		return w.send(ctx, tx, "mail.recover", map[string]string{"procedure": a.ProcedureTitle})
	})
	return w.c.ID, err
}

// namesMatch compares a typed name with the applicant's name or its kana. An
// application without a name is not asked for one.
func namesMatch(f application.Facts, typed string) bool {
	if f.Name == "" && f.Kana == "" {
		return true
	}
	key := nameKey(typed)
	return key != "" && (key == nameKey(f.Name) || key == nameKey(f.Kana))
}

// nameKey folds a name for comparing: 髙橋　葵 and 高橋葵 are the same.
func nameKey(name string) string { return jptext.SearchKey(fold.Text(name)) }

// mayBegin refuses a procedure that takes no applications now.
func mayBegin(x *procedure.Procedure, now time.Time) error {
	if !x.Published || x.FormVersion == 0 {
		return fault.New(fault.NotFound, "portal.no_procedure")
	}
	switch x.StateAt(now) {
	case procedure.Before:
		return fault.New(fault.Gone, "intake.not_yet_open")
	case procedure.Closed:
		return fault.New(fault.Gone, "intake.closed")
	}
	return nil
}

// waiting is a confirmation that is being made, with its secrets.
type waiting struct {
	c           application.Confirmation
	token, code string
	messageID   string
}

// wait makes the secrets of a confirmation, outside of its transaction.
func (c *Counter) wait(who Visitor, x application.Confirmation) *waiting {
	w := &waiting{token: rand.Text(), code: sixDigits(), messageID: newID()}
	x.ID, x.Lang, x.Browser = newID(), who.Lang, who.Browser
	x.Network = c.keyed("network", who.Network)
	x.TokenHash, x.CodeHash = hash(w.token), c.keyed("code", x.ID, w.code)
	w.c = x
	return w
}

func sixDigits() string {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		panic(err) // the system's random source is gone
	}
	return fmt.Sprintf("%06d", n)
}

// keep checks the limits and writes the confirmation.
func (w *waiting) keep(ctx context.Context, tx store.Tx) error {
	now := tx.Now()
	byMail, byNetwork, all, err := tx.CountConfirmations(ctx, w.c.Mail, w.c.Network, now.Add(-limitPeriod))
	if err != nil {
		return err
	}
	if byMail >= limitMail || byNetwork >= limitNetwork || all >= limitTenant {
		return fault.New(fault.TooMany, "intake.too_many_mails")
	}
	x := w.c
	x.CreatedAt, x.ExpiresAt = now, now.Add(confirmationLife)
	return tx.InsertConfirmation(ctx, &x)
}

func (w *waiting) send(ctx context.Context, tx store.Tx, template string, args map[string]string) error {
	if err := w.keep(ctx, tx); err != nil {
		return err
	}
	args["token"], args["code"] = w.token, w.code[:3]+" "+w.code[3:]
	return tx.Enqueue(ctx, letter(w.messageID, w.c.Mail, template, w.c.Lang, w.c.ID, tx.Now(), args))
}

// Pending returns the confirmation for the browser that asked for it.
func (c *Counter) Pending(ctx context.Context, who Visitor, id string) (Pending, error) {
	var p Pending
	err := c.db.Read(ctx, who.Tenant, func(tx store.Tx) error {
		x, err := c.mine(ctx, tx, who, id)
		if err != nil {
			return err
		}
		if err := usable(x, tx.Now()); err != nil {
			return err
		}
		p = pending(x)
		if x.Purpose == application.ToApply { // of other purposes the address is someone's, and a secret
			p.Undelivered, err = undelivered(ctx, tx, x.ID)
		}
		return err
	})
	return p, err
}

// undelivered reports whether mail about the confirmation was given up, or
// came back. Only the browser that asked for it is told.
func undelivered(ctx context.Context, tx store.Tx, id string) (bool, error) {
	messages, err := tx.MessagesAbout(ctx, id)
	if err != nil {
		return false, err
	}
	for _, m := range messages {
		if m.State == outbox.Failed {
			return true, nil
		}
	}
	mails, err := tx.MailsAbout(ctx, id)
	if err != nil {
		return false, err
	}
	for _, m := range mails {
		if !m.BouncedAt.IsZero() {
			return true, nil
		}
	}
	return false, nil
}

func pending(x *application.Confirmation) Pending {
	return Pending{ID: x.ID, Purpose: x.Purpose, Procedure: x.Procedure, Mail: x.Mail, ExpiresAt: x.ExpiresAt, TriesLeft: max(0, codeTries-x.Tries)}
}

// mine returns the confirmation if this browser asked for it.
func (c *Counter) mine(ctx context.Context, tx store.Tx, who Visitor, id string) (*application.Confirmation, error) {
	x, err := tx.Confirmation(ctx, id)
	if err != nil {
		return nil, notFoundAs(err, errNoPending)
	}
	if who.Browser == "" || x.Browser != who.Browser {
		return nil, errNoPending
	}
	return x, nil
}

func usable(x *application.Confirmation, now time.Time) error {
	switch {
	case !x.UsedAt.IsZero():
		return errLinkUsed
	case !x.ReplacedAt.IsZero():
		return errLinkReplaced
	case !now.Before(x.ExpiresAt):
		return errLinkEnded
	}
	return nil
}

// Resend sends a new mail in place of the last one, whose link and code end.
func (c *Counter) Resend(ctx context.Context, who Visitor, id string) (string, error) {
	w := c.wait(who, application.Confirmation{})
	err := c.db.Write(ctx, who.Tenant, func(tx store.Tx) error {
		old, err := c.mine(ctx, tx, who, id)
		if err != nil {
			return err
		}
		if !old.UsedAt.IsZero() {
			return errLinkUsed
		}
		w.c.Purpose, w.c.Procedure, w.c.Draft, w.c.About, w.c.Mail = old.Purpose, old.Procedure, old.Draft, old.About, old.Mail
		if old.ReplacedAt.IsZero() {
			old.ReplacedAt = tx.Now()
			if err := tx.SaveConfirmation(ctx, old); err != nil {
				return err
			}
		}
		if old.Purpose == application.ToRecover && old.About == "" {
			return w.keep(ctx, tx)
		}
		x, err := tx.Procedure(ctx, old.Procedure)
		if err != nil {
			return err
		}
		return w.send(ctx, tx, templates[old.Purpose], map[string]string{"procedure": x.Title})
	})
	return w.c.ID, err
}

// templates are the mails of confirmations.
var templates = map[application.Purpose]string{
	application.ToApply: "mail.confirm", application.ToResume: "mail.resume_code", application.ToRecover: "mail.recover",
}
