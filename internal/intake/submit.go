package intake

import (
	"context"
	"slices"
	"time"

	"madoguchi/internal/application"
	"madoguchi/internal/fault"
	"madoguchi/internal/form"
	"madoguchi/internal/form/field"
	"madoguchi/internal/jptext"
	"madoguchi/internal/staff"
	"madoguchi/internal/store"
	"madoguchi/internal/tenant"
)

// Incomplete is a draft that cannot be submitted yet.
type Incomplete struct{ Problems form.Problems }

func (e *Incomplete) Error() string { return "draft is incomplete" }

// Unwrap makes it a fault of kind Invalid.
func (e *Incomplete) Unwrap() error { return e.Problems.Err() }

// Receipt is what the applicant is shown after submitting.
type Receipt struct {
	Access    Access
	Title     string
	ArrivedAt time.Time
	Number    string // twelve digits
	Code      string // lookup code, or "" for a procedure without mail
	Mail      string
	Correct   bool // a correction was sent
	Section   staff.SectionID
	NextSteps string
}

// Submit turns the draft into an application, or a correction into its
// application's new answers. Submitting again, from a second click, a second
// window or after a lost connection, returns the first receipt. Incomplete:
// see there; Gone: the period is over; Conflict: the form or the application
// has changed meanwhile.
func (c *Counter) Submit(ctx context.Context, who Visitor, id application.DraftID) (Receipt, error) {
	number, err := c.number(ctx, who.Tenant)
	if err != nil {
		return Receipt{}, err
	}
	s := submission{c: c, who: who, number: number, application: application.ID(newID()), historyID: newID(), auditID: newID(), messageID: newID()}
	var r Receipt
	err = c.db.Write(ctx, who.Tenant, func(tx store.Tx) (err error) {
		r, err = s.run(ctx, tx, id)
		return err
	})
	if fault.KindOf(err) == fault.Conflict {
		// Another window may have been first: then its receipt is the answer.
		if first, again := c.Receipt(ctx, who, id); again == nil {
			return first, nil
		}
	}
	return r, err
}

// submission is one try to submit; its IDs are made before the transaction.
type submission struct {
	c                             *Counter
	who                           Visitor
	number                        string
	application                   application.ID
	historyID, auditID, messageID string
}

func (s *submission) run(ctx context.Context, tx store.Tx, id application.DraftID) (Receipt, error) {
	w, err := s.c.work(ctx, tx, s.who, id)
	if err != nil {
		return Receipt{}, err
	}
	if w.Submitted {
		a, err := tx.Application(ctx, w.Draft.SubmittedAs)
		if err != nil {
			return Receipt{}, err
		}
		return s.c.receiptOf(s.who, w, a), nil
	}
	if w.Outdated {
		return Receipt{}, errOutdated
	}
	if w.Draft.Corrects == "" {
		if err := mayBegin(&w.Procedure, tx.Now()); err != nil {
			return Receipt{}, err
		}
	}
	if problems := w.Missing(tx.Now()); len(problems) > 0 {
		return Receipt{}, &Incomplete{problems}
	}
	var a *application.Application
	if w.Draft.Corrects != "" {
		a, err = s.correct(ctx, tx, w)
	} else {
		a, err = s.insert(ctx, tx, w)
	}
	if err != nil {
		return Receipt{}, err
	}
	if err := giveFiles(ctx, tx, w, a.ID); err != nil {
		return Receipt{}, err
	}
	w.Draft.SubmittedAs, w.Draft.Answers = a.ID, form.Answers{}.Encode()
	if err := tx.SaveDraft(ctx, &w.Draft); err != nil {
		return Receipt{}, err
	}
	w.Submitted = true
	return s.c.receiptOf(s.who, w, a), nil
}

func (s *submission) insert(ctx context.Context, tx store.Tx, w *Work) (*application.Application, error) {
	facts, now := w.Form.Facts(w.Answers), tx.Now()
	a := &application.Application{
		ID: s.application, ReceiptNo: s.number, Procedure: w.Procedure.ID, ProcedureTitle: w.Procedure.Title,
		FormVersion: w.Draft.FormVersion, Status: application.Received, Section: w.Procedure.Section,
		Answers: w.Answers.Encode(), Facts: application.Facts{Name: facts.ApplicantName, Kana: facts.ApplicantKana, Phone: facts.ContactPhone},
		Mail: w.Draft.Mail, Lang: w.Draft.Lang, SubmissionKey: w.Draft.SubmissionKey, Browser: w.Draft.Browser,
		CopiedFrom: w.Draft.CopiedFrom, ArrivedAt: now, UpdatedAt: now,
	}
	if err := tx.InsertApplication(ctx, a); err != nil {
		return nil, err
	}
	if err := tx.AddHistory(ctx, history(s.historyID, a, now, application.Submit, "", "")); err != nil {
		return nil, err
	}
	return a, s.tell(ctx, tx, a, "application.submit", "mail.received", w)
}

func (s *submission) correct(ctx context.Context, tx store.Tx, w *Work) (*application.Application, error) {
	a, err := tx.Application(ctx, w.Draft.Corrects)
	if err != nil {
		return nil, err
	}
	if a.Version != w.Draft.CorrectsSeen {
		return nil, fault.New(fault.Conflict, "intake.changed_meanwhile")
	}
	before, err := form.ParseAnswers(a.Answers)
	if err != nil {
		return nil, err
	}
	from, facts := a.Status, w.Form.Facts(w.Answers)
	if err := a.Do(application.Correct); err != nil {
		return nil, err
	}
	a.Answers = w.Answers.Encode()
	a.Facts = application.Facts{Name: facts.ApplicantName, Kana: facts.ApplicantKana, Phone: facts.ContactPhone}
	if err := tx.SaveApplication(ctx, a); err != nil {
		return nil, err
	}
	h := history(s.historyID, a, tx.Now(), application.Correct, from, "")
	for _, x := range w.Form.Diff(before, w.Answers) {
		h.Fields = append(h.Fields, string(x.FieldID))
	}
	if err := tx.AddHistory(ctx, h); err != nil {
		return nil, err
	}
	return a, s.tell(ctx, tx, a, "application.correct", "mail.corrected", w)
}

// tell records the act and sends the mail about it.
func (s *submission) tell(ctx context.Context, tx store.Tx, a *application.Application, act, template string, w *Work) error {
	if err := tx.Record(ctx, entry(s.auditID, act, string(a.ID), string(a.Procedure))); err != nil {
		return err
	}
	if a.Mail == "" {
		return nil
	}
	return tx.Enqueue(ctx, letter(s.messageID, a.Mail, template, a.Lang, string(a.ID), tx.Now(), map[string]string{
		"procedure": a.ProcedureTitle, "receipt_no": jptext.FormatReceiptNo(a.ReceiptNo),
		"extra": w.Procedure.Detail.MailTexts[template],
	}))
}

// giveFiles moves the files that the answers name to the application and
// drops the rows of those that they no longer name.
func giveFiles(ctx context.Context, tx store.Tx, w *Work, to application.ID) error {
	named := w.Form.Files(w.Answers)
	isNamed := func(id string) bool {
		return slices.ContainsFunc(named, func(f field.File) bool { return f.ID == id })
	}
	rows, err := tx.DraftAttachments(ctx, w.Draft.ID)
	if err != nil {
		return err
	}
	var old []application.Attachment // of the application that is corrected
	if w.Draft.Corrects != "" {
		if old, err = tx.ApplicationAttachments(ctx, to); err != nil {
			return err
		}
	}
	for _, row := range old {
		if !row.Reply && !isNamed(row.ID) {
			if err := tx.DeleteAttachment(ctx, row.ID); err != nil {
				return err
			}
		}
	}
	for _, row := range rows {
		if !isNamed(row.ID) {
			err = tx.DeleteAttachment(ctx, row.ID)
		} else {
			err = tx.GiveAttachment(ctx, row.ID, to)
		}
		if err != nil {
			return err
		}
	}
	for _, f := range named {
		has := func(row application.Attachment) bool { return row.ID == f.ID }
		if !slices.ContainsFunc(rows, has) && !slices.ContainsFunc(old, has) {
			return fault.New(fault.Conflict, "intake.file_gone")
		}
	}
	return nil
}

// Receipt shows the receipt again to the browser that submitted.
func (c *Counter) Receipt(ctx context.Context, who Visitor, id application.DraftID) (Receipt, error) {
	var r Receipt
	err := c.db.Read(ctx, who.Tenant, func(tx store.Tx) error {
		w, err := c.work(ctx, tx, who, id)
		if err != nil {
			return err
		}
		if !w.Submitted {
			return fault.New(fault.NotFound, "intake.not_submitted")
		}
		a, err := tx.Application(ctx, w.Draft.SubmittedAs)
		if err != nil {
			return err
		}
		r = c.receiptOf(who, w, a)
		return nil
	})
	return r, err
}

func (c *Counter) receiptOf(who Visitor, w *Work, a *application.Application) Receipt {
	r := Receipt{
		Access: accessTo(a), Title: a.ProcedureTitle, ArrivedAt: a.ArrivedAt, Number: a.ReceiptNo, Mail: a.Mail,
		Correct: w.Draft.Corrects != "", Section: a.Section, NextSteps: w.Procedure.Detail.NextSteps,
	}
	// The code is shown to the browser that submitted, until it was replaced
	// from another one.
	if a.Mail != "" && a.Browser == who.Browser {
		r.Code = c.code(who.Tenant, a)
	}
	return r
}

func (c *Counter) code(id tenant.ID, a *application.Application) string {
	return c.codes.Code(int64(id), a.SubmissionKey, a.CodeGeneration)
}
