package intake

import (
	"context"
	"crypto/rand"
	"io"
	"strings"

	"madoguchi/internal/application"
	"madoguchi/internal/fault"
	"madoguchi/internal/form"
	"madoguchi/internal/jptext"
	"madoguchi/internal/procedure"
	"madoguchi/internal/store"
	"madoguchi/internal/tenant"
)

// maxWords is how many characters a reason or a question may have.
const maxWords = 2000

// clean checks a text that the applicant wrote to the section.
func clean(text, missing string) (string, error) {
	text = strings.TrimSpace(jptext.Lines(text))
	if text == "" {
		return "", fault.New(fault.Invalid, missing)
	}
	if jptext.Longer(text, maxWords) {
		return "", fault.New(fault.Invalid, "intake.text_too_long").With(fault.Args{"max": maxWords})
	}
	if _, bad := jptext.Check(text, true); bad {
		return "", fault.New(fault.Invalid, "fault.bad_text")
	}
	return text, nil
}

// Withdraw ends the application by the applicant's wish (取下げ). Conflict:
// its status no longer allows it.
func (c *Counter) Withdraw(ctx context.Context, who Visitor, access Access, reason string) error {
	reason, err := clean(reason, "intake.reason_missing")
	if err != nil {
		return err
	}
	return c.act(ctx, who, access, application.Withdraw, reason, "application.withdraw", "mail.withdrawn")
}

// act moves an application by an act of its applicant, and tells so by mail.
func (c *Counter) act(ctx context.Context, who Visitor, access Access, act application.Act, text, name, template string) error {
	historyID, auditID, messageID := newID(), newID(), newID()
	return c.db.Write(ctx, who.Tenant, func(tx store.Tx) error {
		a, err := opened(ctx, tx, access)
		if err != nil {
			return err
		}
		from := a.Status
		if err := a.Do(act); err != nil {
			return err
		}
		if err := tx.SaveApplication(ctx, a); err != nil {
			return err
		}
		if err := tx.AddHistory(ctx, history(historyID, a, tx.Now(), act, from, text)); err != nil {
			return err
		}
		if err := tx.Record(ctx, entry(auditID, name, string(a.ID), "")); err != nil {
			return err
		}
		return tx.Enqueue(ctx, letter(messageID, a.Mail, template, a.Lang, string(a.ID), tx.Now(), map[string]string{
			"procedure": a.ProcedureTitle, "receipt_no": jptext.FormatReceiptNo(a.ReceiptNo),
		}))
	})
}

// Ask sends a question to the section in charge (質問). Conflict: a withdrawn
// application takes none.
func (c *Counter) Ask(ctx context.Context, who Visitor, access Access, question string) error {
	question, err := clean(question, "intake.question_missing")
	if err != nil {
		return err
	}
	messageID, auditID := newID(), newID()
	return c.db.Write(ctx, who.Tenant, func(tx store.Tx) error {
		a, err := opened(ctx, tx, access)
		if err != nil {
			return err
		}
		if err := a.Do(application.Ask); err != nil {
			return err
		}
		// Asking is not an answer to a return: that stays as it is.
		m := application.Message{ID: messageID, Application: a.ID, Side: application.FromApplicant, Body: question, At: tx.Now()}
		if err := tx.InsertMessage(ctx, m); err != nil {
			return err
		}
		return tx.Record(ctx, entry(auditID, "application.ask", string(a.ID), ""))
	})
}

// Correct begins a correction (修正): a draft with the answers and files as
// they are. Conflict: the status does not allow it.
func (c *Counter) Correct(ctx context.Context, who Visitor, access Access) (application.DraftID, error) {
	id, key := application.DraftID(newID()), rand.Text()
	err := c.db.Write(ctx, who.Tenant, func(tx store.Tx) error {
		a, err := opened(ctx, tx, access)
		if err != nil {
			return err
		}
		seen := a.Version
		if !a.Status.Allows(application.Correct) {
			return a.Do(application.Correct) // the fault that says why
		}
		now := tx.Now()
		return tx.InsertDraft(ctx, &application.Draft{
			ID: id, Procedure: a.Procedure, FormVersion: a.FormVersion, Mail: a.Mail, Lang: a.Lang, Browser: who.Browser,
			SubmissionKey: key, Answers: a.Answers, Corrects: a.ID, CorrectsSeen: seen,
			CreatedAt: now, UpdatedAt: now, ExpiresAt: now.Add(draftLife),
		})
	})
	return id, err
}

// ApplyAgain begins a new application with the answers of an old one (再申込),
// without its consents and files. Gone: the procedure is closed.
func (c *Counter) ApplyAgain(ctx context.Context, who Visitor, access Access) (application.DraftID, error) {
	id, key := application.DraftID(newID()), rand.Text()
	err := c.db.Write(ctx, who.Tenant, func(tx store.Tx) error {
		a, err := opened(ctx, tx, access)
		if err != nil {
			return err
		}
		x, err := tx.Procedure(ctx, a.Procedure)
		if err != nil {
			return err
		}
		if err := mayBegin(x, tx.Now()); err != nil {
			return err
		}
		from, err := c.definition(ctx, tx, a.Procedure, a.FormVersion)
		if err != nil {
			return err
		}
		to, err := c.definition(ctx, tx, a.Procedure, x.FormVersion)
		if err != nil {
			return err
		}
		answers, err := form.ParseAnswers(a.Answers)
		if err != nil {
			return err
		}
		_, err = c.beginDraft(ctx, tx, who, a.Procedure, application.Draft{
			ID: id, SubmissionKey: key, Mail: a.Mail, CopiedFrom: a.ID, TermsAgreedAt: tx.Now(),
			Answers: to.Copy(from, answers, today(tx.Now())).Encode(),
		})
		return err
	})
	return id, err
}

// PaperForm opens a published blank form and counts the download.
func (c *Counter) PaperForm(ctx context.Context, id tenant.ID, formID string) (*procedure.PaperForm, io.ReadSeekCloser, error) {
	var f *procedure.PaperForm
	err := c.db.Write(ctx, id, func(tx store.Tx) (err error) {
		if f, err = tx.PaperForm(ctx, formID); err != nil {
			return notFoundAs(err, errNoFile)
		}
		if !f.Published {
			return errNoFile
		}
		return tx.CountDownload(ctx, formID)
	})
	if err != nil {
		return nil, nil, err
	}
	body, err := c.blobs.Open(ctx, id, f.Blob)
	return f, body, err
}
