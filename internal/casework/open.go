package casework

import (
	"context"
	"io"
	"time"

	"madoguchi/internal/application"
	"madoguchi/internal/audit"
	"madoguchi/internal/fault"
	"madoguchi/internal/outbox"
	"madoguchi/internal/procedure"
	"madoguchi/internal/staff"
	"madoguchi/internal/store"
)

// openFor is how long after someone's last look others are told of it.
const openFor = 15 * time.Minute

// Case is everything that the office knows of one application.
type Case struct {
	Application application.Application
	Procedure   procedure.Procedure // as it is now
	Form        procedure.Form      // as it was filled in
	Section     staff.Section
	Files       []application.Attachment
	Messages    []application.Message
	Notes       []application.Note
	History     []application.HistoryEntry
	Acts        []audit.Entry
	Views       []audit.View // of contents, files and prints
	Mails       []outbox.Message
	Others      []application.Presence // who else has it open
	Names       map[staff.ID]string
	Workers     []staff.Member // who may be put in charge
}

// Open shows one application as a case: what says which part is looked at
// (audit.ViewCase or audit.ViewPrint). The look is recorded before anything
// is read.
func (d *Desk) Open(ctx context.Context, who staff.Who, no string, what audit.What) (*Case, error) {
	if err := may(who, staff.OpenCase); err != nil {
		return nil, err
	}
	view := d.view(who, what, "", "")
	var id application.ID
	err := d.DB.Write(ctx, who.Tenant, func(tx store.Tx) error {
		a, err := load(ctx, tx, who, no)
		if err != nil {
			return err
		}
		id = a.ID
		v := view
		v.Application = id
		if err := tx.RecordView(ctx, v); err != nil {
			return err
		}
		return tx.SetPresence(ctx, id, application.Presence{Member: who.Member.ID, Name: who.Member.Name, At: tx.Now()})
	})
	if err != nil {
		return nil, err
	}
	var c *Case
	err = d.DB.Read(ctx, who.Tenant, func(tx store.Tx) error {
		a, err := load(ctx, tx, who, no)
		if err != nil {
			return err
		}
		c = &Case{Application: *a}
		if err := c.readAbout(ctx, tx, who); err != nil {
			return err
		}
		return c.readTrail(ctx, tx)
	})
	if err != nil {
		return nil, err
	}
	return c, nil
}

// readAbout reads what the application is about and who works on it.
func (c *Case) readAbout(ctx context.Context, tx store.Tx, who staff.Who) error {
	a := c.Application
	p, err := tx.Procedure(ctx, a.Procedure)
	if err != nil {
		return err
	}
	c.Procedure = *p
	if c.Form, err = tx.Form(ctx, a.Procedure, a.FormVersion); err != nil {
		return err
	}
	if c.Section, err = sectionOf(ctx, tx, a.Section); err != nil {
		return err
	}
	if c.Files, err = tx.ApplicationAttachments(ctx, a.ID); err != nil {
		return err
	}
	members, err := tx.Members(ctx)
	if err != nil {
		return err
	}
	c.Names = map[staff.ID]string{}
	for _, m := range members {
		c.Names[m.ID] = m.Name
		if canWork(who, m, a.Section) {
			c.Workers = append(c.Workers, m)
		}
	}
	present, err := tx.Presences(ctx, a.ID, tx.Now().Add(-openFor))
	for _, x := range present {
		if x.Member != who.Member.ID {
			c.Others = append(c.Others, x)
		}
	}
	return err
}

// readTrail reads what happened to the application.
func (c *Case) readTrail(ctx context.Context, tx store.Tx) (err error) {
	id := c.Application.ID
	if c.Messages, err = tx.Messages(ctx, id); err != nil {
		return err
	}
	if c.Notes, err = tx.Notes(ctx, id); err != nil {
		return err
	}
	if c.History, err = tx.History(ctx, id); err != nil {
		return err
	}
	if c.Acts, err = tx.EntriesAbout(ctx, string(id)); err != nil {
		return err
	}
	views, err := tx.ViewsOf(ctx, id)
	if err != nil {
		return err
	}
	for _, v := range views {
		if v.What != audit.ViewList && v.What != audit.ViewLookup {
			c.Views = append(c.Views, v)
		}
	}
	c.Mails, err = tx.MessagesAbout(ctx, string(id))
	return err
}

// File opens a file of an application: the applicant's or a reply. The look is
// recorded before it is opened.
func (d *Desk) File(ctx context.Context, who staff.Who, no, file string) (application.Attachment, io.ReadSeekCloser, error) {
	if err := may(who, staff.OpenCase); err != nil {
		return application.Attachment{}, nil, err
	}
	view := d.view(who, audit.ViewFile, "", file)
	var f application.Attachment
	err := d.DB.Write(ctx, who.Tenant, func(tx store.Tx) error {
		a, err := load(ctx, tx, who, no)
		if err != nil {
			return err
		}
		if f, err = tx.Attachment(ctx, file); err != nil {
			return err
		}
		if f.Application != a.ID {
			return errNone
		}
		v := view
		v.Application = a.ID
		return tx.RecordView(ctx, v)
	})
	if err != nil {
		return application.Attachment{}, nil, err
	}
	r, err := d.Blobs.Open(ctx, who.Tenant, f.Blob)
	if fault.KindOf(err) == fault.NotFound {
		return application.Attachment{}, nil, fault.New(fault.Unavailable, "casework.file_missing").Because(err)
	}
	if err != nil {
		return application.Attachment{}, nil, err
	}
	return f, r, nil
}
