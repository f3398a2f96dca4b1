package mailroom

import (
	"context"
	"errors"
	"time"

	"madoguchi/internal/audit"
	"madoguchi/internal/fault"
	"madoguchi/internal/mail"
	"madoguchi/internal/outbox"
	"madoguchi/internal/receipt"
	"madoguchi/internal/store"
	"madoguchi/internal/tenant"
)

// errSuppressed is why a mail is given up whose address sent others back.
var errSuppressed = errors.New("mail to the address came back before")

// Code returns the code of a message: twelve letters.
func (m *Room) Code(id tenant.ID, message string) string { return m.codes.Mail(int64(id), message) }

// Leave keeps that the message x is being sent from the address from, before
// it leaves: whoever gets it can ask about its code at once. The error of an
// address that mail came back from is permanent.
func (m *Room) Leave(ctx context.Context, id tenant.ID, from string, x outbox.Message) error {
	row := mail.Sent{
		Code: m.codeDigest(id, m.Code(id, x.ID)), Message: x.ID, Template: x.Template, Subject: x.Template + "_subject",
		Lang: x.Lang, About: x.About, From: from, Receiver: mail.Mask(x.To), Address: m.addressDigest(id, x.To),
	}
	return m.DB.Write(ctx, id, func(tx store.Tx) error {
		s, err := tx.Suppression(ctx, row.Address)
		if err == nil && tx.Now().Before(s.Until) {
			return outbox.Permanent(errSuppressed)
		}
		if err != nil && fault.KindOf(err) != fault.NotFound {
			return err
		}
		sent := row
		sent.SentAt = tx.Now()
		return tx.RecordMail(ctx, sent)
	})
}

// Answer is what is told about a code.
type Answer struct {
	Code  string // as it was typed, in groups where it has the shape of a code
	Known bool
	Sent  mail.Sent // Asked counts this question
}

// Check tells what was sent under a code that someone typed, and counts the
// question. A code that is not known takes the same way.
func (m *Room) Check(ctx context.Context, id tenant.ID, typed string) (Answer, error) {
	code := receipt.ReadCode(typed)
	answer := Answer{Code: receipt.FormatCode(code)}
	key := m.codeDigest(id, code)
	err := m.DB.Write(ctx, id, func(tx store.Tx) error {
		answer.Known, answer.Sent = false, mail.Sent{}
		outcome := "unknown"
		err := tx.AskMail(ctx, key)
		if err != nil && fault.KindOf(err) != fault.NotFound {
			return err
		}
		sent, err := tx.SentMail(ctx, key)
		switch {
		case err == nil:
			answer.Known, answer.Sent, outcome = true, sent, "known"
			if !sent.RevokedAt.IsZero() {
				outcome = "revoked"
			}
		case fault.KindOf(err) != fault.NotFound:
			return err
		}
		return tx.CountMail(ctx, count(tx.Now(), "check", outcome))
	})
	return answer, err
}

// Revoke revokes the codes of the mails that were sent from one moment until
// before another, when they may be in the wrong hands. It returns how many
// were not revoked yet.
func (m *Room) Revoke(ctx context.Context, id tenant.ID, actor string, from, to time.Time) (int, error) {
	entry := audit.Entry{ID: m.NewID(), Actor: actor, Act: "mail.revoke", Object: "mail", Detail: from.UTC().Format(time.RFC3339) + "/" + to.UTC().Format(time.RFC3339)}
	var n int
	err := m.DB.Write(ctx, id, func(tx store.Tx) error {
		var err error
		if n, err = tx.RevokeMails(ctx, from, to, tx.Now()); err != nil {
			return err
		}
		return tx.Record(ctx, entry)
	})
	return n, err
}

// Records are kept this long: forged mails come with codes of the year before.
const (
	sentFor    = 400 * 24 * time.Hour
	arrivedFor = 90 * 24 * time.Hour
)

// Forget removes records whose time is over, at most limit of each sort, and
// reports whether more is left.
func (m *Room) Forget(ctx context.Context, id tenant.ID, limit int) (more bool, err error) {
	var sent, arrived int
	err = m.DB.Write(ctx, id, func(tx store.Tx) error {
		now := tx.Now()
		var err error
		if sent, err = tx.DeleteSentMails(ctx, now.Add(-sentFor), limit); err != nil {
			return err
		}
		arrived, err = tx.DeleteArrivals(ctx, now.Add(-arrivedFor), limit)
		return err
	})
	return sent == limit || arrived == limit, err
}
