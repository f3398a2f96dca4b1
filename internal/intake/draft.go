package intake

import (
	"context"
	"crypto/rand"
	"net/url"
	"slices"
	"time"

	"madoguchi/internal/application"
	"madoguchi/internal/fault"
	"madoguchi/internal/form"
	"madoguchi/internal/form/field"
	"madoguchi/internal/procedure"
	"madoguchi/internal/staff"
	"madoguchi/internal/store"
)

var (
	errNoDraft    = fault.New(fault.NotFound, "intake.no_draft")
	errDraftEnded = fault.New(fault.Gone, "intake.draft_ended")
	// errOutdated: the draft was made on an older version of the form and must
	// be carried over first.
	errOutdated = fault.New(fault.Conflict, "intake.form_changed")
	errAlready  = fault.New(fault.Conflict, "intake.already_submitted")
)

// Work is a draft with all that its pages show.
type Work struct {
	Draft     application.Draft
	Procedure procedure.Procedure
	Form      *form.Definition
	Answers   form.Answers
	Returned  *application.Return // of a correction: what was asked for
	Submitted bool                // nothing can be changed any more
	// Changes, where not nil, is what a newer version of the form means for
	// the draft, which has to be carried over before it goes on.
	Changes  []form.Change
	Outdated bool
}

// Missing lists what is to be corrected before the draft may be submitted.
func (w *Work) Missing(now time.Time) form.Problems { return w.Form.Check(w.Answers, today(now)) }

// beginDraft writes a new draft of the procedure's present form.
func (c *Counter) beginDraft(ctx context.Context, tx store.Tx, who Visitor, p procedure.ID, d application.Draft) (Confirmed, error) {
	x, err := tx.Procedure(ctx, p)
	if err != nil {
		return Confirmed{}, err
	}
	now := tx.Now()
	if err := mayBegin(x, now); err != nil {
		return Confirmed{}, err
	}
	d.Procedure, d.FormVersion, d.Lang, d.Browser = p, x.FormVersion, who.Lang, who.Browser
	d.CreatedAt, d.UpdatedAt, d.ExpiresAt = now, now, now.Add(draftLife)
	if d.Answers == nil {
		d.Answers = form.Answers{}.Encode()
	}
	return Confirmed{Draft: d.ID}, tx.InsertDraft(ctx, &d)
}

// Begin makes a draft of a procedure without mail confirmation. The applicant
// has agreed to the terms. Conflict: the procedure needs a confirmed address.
func (c *Counter) Begin(ctx context.Context, who Visitor, p procedure.ID) (application.DraftID, error) {
	id, key := application.DraftID(newID()), rand.Text()
	err := c.db.Write(ctx, who.Tenant, func(tx store.Tx) error {
		x, err := tx.Procedure(ctx, p)
		if err != nil {
			return err
		}
		if !x.Detail.NoMail {
			return fault.New(fault.Conflict, "intake.needs_mail")
		}
		_, err = c.beginDraft(ctx, tx, who, p, application.Draft{ID: id, SubmissionKey: key, TermsAgreedAt: tx.Now()})
		return err
	})
	return id, err
}

// Open returns the draft for the browser that it belongs to; for any other,
// NotFound. Gone: its time is over.
func (c *Counter) Open(ctx context.Context, who Visitor, id application.DraftID) (*Work, error) {
	var w *Work
	err := c.db.Read(ctx, who.Tenant, func(tx store.Tx) (err error) {
		w, err = c.work(ctx, tx, who, id)
		return err
	})
	return w, err
}

func (c *Counter) work(ctx context.Context, tx store.Tx, who Visitor, id application.DraftID) (*Work, error) {
	d, err := tx.Draft(ctx, id)
	if err != nil {
		return nil, notFoundAs(err, errNoDraft)
	}
	if who.Browser == "" || d.Browser != who.Browser {
		return nil, errNoDraft
	}
	if d.SubmittedAs == "" && !tx.Now().Before(d.ExpiresAt) {
		return nil, errDraftEnded
	}
	x, err := tx.Procedure(ctx, d.Procedure)
	if err != nil {
		return nil, err
	}
	w := &Work{Draft: *d, Procedure: *x, Submitted: d.SubmittedAs != ""}
	if w.Form, err = c.definition(ctx, tx, d.Procedure, d.FormVersion); err != nil {
		return nil, err
	}
	if w.Answers, err = form.ParseAnswers(d.Answers); err != nil {
		return nil, err
	}
	if d.Corrects != "" && !w.Submitted {
		a, err := tx.Application(ctx, d.Corrects)
		if err != nil {
			return nil, err
		}
		w.Returned = a.Return
	}
	if d.Corrects == "" && !w.Submitted && d.FormVersion != x.FormVersion && x.FormVersion > 0 {
		next, err := c.definition(ctx, tx, d.Procedure, x.FormVersion)
		if err != nil {
			return nil, err
		}
		_, w.Changes = form.Carry(w.Form, next, w.Answers, today(tx.Now()))
		w.Outdated = true
	}
	return w, nil
}

// change opens the draft for writing, lets f change its answers, and saves it.
func (c *Counter) change(ctx context.Context, who Visitor, id application.DraftID, f func(store.Tx, *Work) error) (*Work, error) {
	var w *Work
	err := c.db.Write(ctx, who.Tenant, func(tx store.Tx) (err error) {
		if w, err = c.work(ctx, tx, who, id); err != nil {
			return err
		}
		if w.Submitted {
			return errAlready
		}
		if w.Outdated {
			return errOutdated
		}
		if err := f(tx, w); err != nil {
			return err
		}
		return saveWork(ctx, tx, w)
	})
	return w, err
}

func saveWork(ctx context.Context, tx store.Tx, w *Work) error {
	w.Draft.Answers = w.Answers.Encode()
	w.Draft.ExpiresAt = tx.Now().Add(draftLife)
	return tx.SaveDraft(ctx, &w.Draft)
}

// CarryOver brings the draft to the procedure's present form.
func (c *Counter) CarryOver(ctx context.Context, who Visitor, id application.DraftID) error {
	return c.db.Write(ctx, who.Tenant, func(tx store.Tx) error {
		w, err := c.work(ctx, tx, who, id)
		if err != nil || !w.Outdated {
			return err
		}
		next, err := c.definition(ctx, tx, w.Draft.Procedure, w.Procedure.FormVersion)
		if err != nil {
			return err
		}
		w.Answers, _ = form.Carry(w.Form, next, w.Answers, today(tx.Now()))
		w.Draft.FormVersion, w.Draft.Done = w.Procedure.FormVersion, nil
		return saveWork(ctx, tx, w)
	})
}

// SavePage keeps the answers of one page. What has no problem is kept even
// when other fields have one; a field with a problem keeps its last right
// answer. The page counts as done when it has no problem at all.
func (c *Counter) SavePage(ctx context.Context, who Visitor, id application.DraftID, pageID string, typed url.Values) (*Work, form.Problems, error) {
	var problems form.Problems
	w, err := c.change(ctx, who, id, func(tx store.Tx, w *Work) error {
		page, _, ok := w.Form.Page(pageID)
		if !ok {
			return fault.New(fault.NotFound, "intake.no_page")
		}
		var answers form.Answers
		answers, problems = w.Form.Read(page, field.Input{Values: typed, Today: today(tx.Now()), Had: w.Answers})
		bad := map[field.ID]bool{}
		for _, p := range problems {
			bad[p.Field] = true
		}
		for _, f := range page.Fields {
			if bad[f.ID] && answers[f.ID] == nil {
				if old, had := w.Answers[f.ID]; had {
					answers[f.ID] = old
				}
			}
		}
		w.Answers = w.Answers.With(page, answers)
		w.Draft.Done = slices.DeleteFunc(w.Draft.Done, func(s string) bool { return s == pageID })
		if len(problems) == 0 {
			w.Draft.Done = append(w.Draft.Done, pageID)
		}
		return nil
	})
	return w, problems, err
}

// Remind sends the way back to the draft to its address: a link that opens
// nothing by itself. A draft without address gets none.
func (c *Counter) Remind(ctx context.Context, who Visitor, id application.DraftID) (*Work, error) {
	messageID := newID()
	var w *Work
	err := c.db.Write(ctx, who.Tenant, func(tx store.Tx) (err error) {
		if w, err = c.work(ctx, tx, who, id); err != nil {
			return err
		}
		if w.Draft.Mail == "" || w.Submitted {
			return nil
		}
		sent, err := tx.MessagesAbout(ctx, string(id))
		if err != nil {
			return err
		}
		for _, m := range sent {
			if m.CreatedAt.After(tx.Now().Add(-10 * time.Minute)) {
				return nil // the same words are in the mailbox already
			}
		}
		return tx.Enqueue(ctx, letter(messageID, w.Draft.Mail, "mail.resume", w.Draft.Lang, string(id), tx.Now(), map[string]string{
			"procedure": w.Procedure.Title, "draft": string(id),
		}))
	})
	return w, err
}

// sectionOf returns the section in charge of a procedure.
func sectionOf(sections []staff.Section, id staff.SectionID) staff.Section {
	for _, s := range sections {
		if s.ID == id {
			return s
		}
	}
	return staff.Section{}
}
