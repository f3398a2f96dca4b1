// Package casework holds what staff do with applications (審査事務): list and
// open them, accept, return, complete, reject, assign, reply, and take notes.
//
// Each act is one transaction: the application moves, history and audit trail
// tell it, and the mail to the applicant waits in the outbox. Each look at a
// person's data is recorded, and the record is durable, before anything is
// returned. An application of another section or body does not exist here.
package casework

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"madoguchi/internal/application"
	"madoguchi/internal/audit"
	"madoguchi/internal/blob"
	"madoguchi/internal/fault"
	"madoguchi/internal/jptext"
	"madoguchi/internal/outbox"
	"madoguchi/internal/staff"
	"madoguchi/internal/store"
)

// Desk is where staff work. Many goroutines may use it.
type Desk struct {
	DB    store.DB
	Blobs blob.Store
	NewID func() string // UUIDv7
}

var errNone = fault.New(fault.NotFound, "fault.not_found_text")

// Limits of what staff write, in characters.
const (
	MessageMax = 2000
	NoteMax    = 1000
	OutcomeMax = 50
)

// Seen is what a page knew when its form was made.
type Seen struct {
	Version int    // of the application
	Key     string // made with the form: the same form sent twice is one act
}

// Changed says who was faster. It is the cause of the Conflict that an act
// returns for an application that changed since it was shown.
type Changed struct {
	By     string // the member's name; "" when it was the applicant
	Act    string // of the audit trail or the history: "case.return", "correct"
	At     time.Time
	Status application.Status // as it is now
}

func (c *Changed) Error() string { return "changed by " + c.Act }

// load returns an application that who may work on.
func load(ctx context.Context, tx store.Tx, who staff.Who, no string) (*application.Application, error) {
	digits, ok := jptext.ReadReceiptNo(no)
	if !ok {
		return nil, errNone
	}
	a, err := tx.ApplicationByReceiptNo(ctx, digits)
	if err != nil {
		return nil, err
	}
	if !who.InSection(a.Section) {
		return nil, errNone
	}
	return a, nil
}

// may returns nil when who has the permission.
func may(who staff.Who, p staff.Permission) error {
	if !who.May(p) {
		return errNone
	}
	return nil
}

func (d *Desk) view(who staff.Who, what audit.What, id application.ID, file string) audit.View {
	return audit.View{
		ID: d.NewID(), Member: string(who.Member.ID), Session: who.Session, Device: who.Device, Addr: who.Addr,
		What: what, Application: id, File: file,
	}
}

// move is one act on one application.
type move struct {
	permission staff.Permission
	act        application.Act
	seen       Seen
	text       string   // to the applicant
	fields     []string // that are to be corrected
	detail     string   // for the trail: constant words and IDs
	mail       string   // template, or "" for no mail
	silent     bool     // the history does not tell it
	change     func(context.Context, store.Tx, *application.Application) error
}

// name is what the audit trail calls an act.
func name(act application.Act) string { return "case." + string(act) }

// do runs a move in one transaction. The same move sent twice succeeds twice
// and is done once. It returns a Conflict with a *Changed as its cause when
// the application is no longer as it was seen.
func (d *Desk) do(ctx context.Context, who staff.Who, no string, m move) error {
	if err := may(who, m.permission); err != nil {
		return err
	}
	m.seen.Key = d.keyOf(m.seen)
	message := outbox.Message{ID: d.NewID(), Channel: "mail", Template: m.mail}
	err := d.DB.Write(ctx, who.Tenant, func(tx store.Tx) error {
		a, err := load(ctx, tx, who, no)
		if err != nil {
			return err
		}
		if done, err := isDone(ctx, tx, a.ID, m.seen.Key); err != nil || done {
			return err
		}
		if a.Version != m.seen.Version {
			return errChanged
		}
		return d.apply(ctx, tx, who, a, m, message)
	})
	if fault.KindOf(err) != fault.Conflict || fault.Of(err).Key() == "application.no_"+string(m.act) {
		return err
	}
	return d.whatChanged(ctx, who, no)
}

var errChanged = fault.New(fault.Conflict, "casework.changed")

// apply moves a and writes everything that goes with it.
func (d *Desk) apply(ctx context.Context, tx store.Tx, who staff.Who, a *application.Application, m move, message outbox.Message) error {
	from := a.Status
	if err := a.Do(m.act); err != nil {
		return err
	}
	if m.change != nil {
		if err := m.change(ctx, tx, a); err != nil {
			return err
		}
	}
	if err := tx.SaveApplication(ctx, a); err != nil {
		return err
	}
	if !m.silent {
		section, err := sectionOf(ctx, tx, a.Section)
		if err != nil {
			return err
		}
		err = tx.AddHistory(ctx, application.HistoryEntry{
			ID: m.seen.Key, Application: a.ID, At: tx.Now(), Act: m.act, From: from, To: a.Status,
			By: section.Name, Text: m.text, Fields: m.fields,
		})
		if err != nil {
			return err
		}
	}
	if err := record(ctx, tx, who, m.seen.Key, name(m.act), a.ID, m.detail); err != nil {
		return err
	}
	return mail(ctx, tx, a, message)
}

// record adds an act on an application to the trail.
func record(ctx context.Context, tx store.Tx, who staff.Who, id, act string, object application.ID, detail string) error {
	return tx.Record(ctx, audit.Entry{
		ID: id, Actor: string(who.Member.ID), Session: who.Session, Device: who.Device,
		Act: act, Object: string(object), Detail: detail,
	})
}

// mail lets a message to the applicant wait in the outbox, if it has a
// template and the applicant an address. It says where to look, never what.
func mail(ctx context.Context, tx store.Tx, a *application.Application, m outbox.Message) error {
	if m.Template == "" || a.Mail == "" {
		return nil
	}
	p, err := tx.Procedure(ctx, a.Procedure)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return err
	}
	m.Args = map[string]string{"receipt_no": jptext.FormatReceiptNo(a.ReceiptNo), "procedure": a.ProcedureTitle}
	if p != nil {
		m.Args["extra"] = p.Detail.MailTexts[m.Template]
	}
	m.To, m.Lang, m.About = a.Mail, a.Lang, string(a.ID)
	m.State, m.CreatedAt, m.DueAt = outbox.Waiting, tx.Now(), tx.Now()
	return tx.Enqueue(ctx, m)
}

// isDone reports whether the act with this key was done on the application.
func isDone(ctx context.Context, tx store.Tx, id application.ID, key string) (bool, error) {
	entries, err := tx.EntriesAbout(ctx, string(id))
	if err != nil {
		return false, err
	}
	for _, e := range entries {
		if e.ID == key {
			return true, nil
		}
	}
	return false, nil
}

// whatChanged finds out who was faster.
func (d *Desk) whatChanged(ctx context.Context, who staff.Who, no string) error {
	var c Changed
	err := d.DB.Read(ctx, who.Tenant, func(tx store.Tx) error {
		c = Changed{}
		a, err := load(ctx, tx, who, no)
		if err != nil {
			return err
		}
		c.Status, c.At = a.Status, a.UpdatedAt
		history, err := tx.History(ctx, a.ID)
		if err != nil {
			return err
		}
		if n := len(history); n > 0 {
			c.At, c.Act = history[n-1].At, string(history[n-1].Act)
		}
		entries, err := tx.EntriesAbout(ctx, string(a.ID))
		if err != nil {
			return err
		}
		for _, e := range entries {
			if !moves[e.Act] || e.At.Before(c.At) {
				continue
			}
			m, err := tx.Member(ctx, staff.ID(e.Actor))
			if err != nil && fault.KindOf(err) != fault.NotFound {
				return err
			}
			c.At, c.Act, c.By = e.At, e.Act, ""
			if m != nil {
				c.By = m.Name
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("after a conflict: %w", err)
	}
	return errChanged.Because(&c)
}

// moves are the acts of staff that raise an application's version.
var moves = map[string]bool{
	name(application.Accept): true, name(application.ReturnForCorrection): true, name(application.Complete): true,
	name(application.Reject): true, name(application.Assign): true,
}

func sectionOf(ctx context.Context, tx store.Tx, id staff.SectionID) (staff.Section, error) {
	all, err := tx.Sections(ctx)
	if err != nil {
		return staff.Section{}, err
	}
	for _, s := range all {
		if s.ID == id {
			return s, nil
		}
	}
	return staff.Section{}, nil
}

// keyOf returns the key of a form, or a new one when it holds none.
func (d *Desk) keyOf(seen Seen) string {
	if uuid.Validate(seen.Key) != nil {
		return d.NewID()
	}
	return seen.Key
}
