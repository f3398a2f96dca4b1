package intake

import (
	"context"
	"io"
	"slices"
	"time"

	"madoguchi/internal/application"
	"madoguchi/internal/audit"
	"madoguchi/internal/fault"
	"madoguchi/internal/form"
	"madoguchi/internal/jptext"
	"madoguchi/internal/procedure"
	"madoguchi/internal/staff"
	"madoguchi/internal/store"
)

// Access opens one application until its lookup code is replaced. Only the
// acts of this package make one; the face keeps it sealed.
type Access struct {
	ID         application.ID
	Number     string
	Generation int
}

func accessTo(a *application.Application) Access {
	return Access{ID: a.ID, Number: a.ReceiptNo, Generation: a.CodeGeneration}
}

// ErrLookUp is the one answer to a wrong number, a wrong code, and both.
var ErrLookUp = fault.New(fault.Invalid, "intake.lookup_wrong")

// failureTime is how long a refused lookup takes at least, whatever was wrong.
const failureTime = 200 * time.Millisecond

// ownPeriod is how long the browser that submitted opens the application
// without its code.
const ownPeriod = 30 * 24 * time.Hour

// LookUp opens an application by its number and lookup code (申込内容照会). A
// wrong number and a wrong code give ErrLookUp after the same time. Nothing is
// locked: whoever guesses cannot keep the applicant out.
func (c *Counter) LookUp(ctx context.Context, who Visitor, number, code string) (Access, error) {
	start := time.Now()
	access, err := c.lookUp(ctx, who, number, code)
	if err == nil {
		return access, nil
	}
	select {
	case <-time.After(failureTime - time.Since(start)):
	case <-ctx.Done():
	}
	return Access{}, err
}

func (c *Counter) lookUp(ctx context.Context, who Visitor, number, code string) (Access, error) {
	no, _ := jptext.ReadReceiptNo(number)
	var access Access
	err := c.db.Read(ctx, who.Tenant, func(tx store.Tx) error {
		a, err := tx.ApplicationByReceiptNo(ctx, no)
		if fault.KindOf(err) == fault.NotFound {
			a, err = &application.Application{SubmissionKey: "none"}, nil
		}
		if err != nil {
			return err
		}
		if !c.codes.Matches(code, int64(who.Tenant), a.SubmissionKey, a.CodeGeneration) || a.ID == "" || a.Mail == "" {
			return ErrLookUp
		}
		access = accessTo(a)
		return nil
	})
	return access, err
}

// Own opens an application for the browser that submitted it, for a month.
func (c *Counter) Own(ctx context.Context, who Visitor, number string) (Access, error) {
	var access Access
	err := c.db.Read(ctx, who.Tenant, func(tx store.Tx) error {
		a, err := tx.ApplicationByReceiptNo(ctx, number)
		if err != nil {
			return notFoundAs(err, errNoApplication)
		}
		if who.Browser == "" || a.Browser != who.Browser || a.Mail == "" || tx.Now().After(a.ArrivedAt.Add(ownPeriod)) {
			return errNoApplication
		}
		access = accessTo(a)
		return nil
	})
	return access, err
}

// Code shows the lookup code to the browser that submitted the application, or
// in which the code was replaced last.
func (c *Counter) Code(ctx context.Context, who Visitor, access Access) (string, error) {
	var code string
	err := c.db.Read(ctx, who.Tenant, func(tx store.Tx) error {
		a, err := opened(ctx, tx, access)
		if err != nil {
			return err
		}
		if who.Browser == "" || a.Browser != who.Browser || a.Mail == "" {
			return errNoApplication
		}
		code = c.code(who.Tenant, a)
		return nil
	})
	return code, err
}

var errNoApplication = fault.New(fault.NotFound, "intake.no_application")

// Case is an application as its applicant sees it.
type Case struct {
	Application application.Application
	Procedure   procedure.Procedure
	Section     staff.Section
	Form        *form.Definition
	Answers     form.Answers
	History     []application.HistoryEntry // newest first
	Messages    []application.Message      // newest first
	Files       []application.Attachment   // the applicant's
	Replies     []application.Attachment   // 返信添付ファイル
	At          time.Time                  // the moment of this view
}

// Can reports whether the applicant may do act now.
func (c *Case) Can(act application.Act) bool { return c.Application.Status.Allows(act) }

// See returns the application. The view is recorded in the same transaction:
// without the record nothing is returned.
func (c *Counter) See(ctx context.Context, who Visitor, access Access, what audit.What) (*Case, error) {
	viewID := newID()
	var x *Case
	err := c.db.Write(ctx, who.Tenant, func(tx store.Tx) error {
		a, err := opened(ctx, tx, access)
		if err != nil {
			return err
		}
		if err := tx.RecordView(ctx, view(viewID, who, what, a.ID, "")); err != nil {
			return err
		}
		x, err = c.gather(ctx, tx, a)
		return err
	})
	if err != nil {
		return nil, err
	}
	return x, nil
}

func view(id string, who Visitor, what audit.What, a application.ID, file string) audit.View {
	return audit.View{ID: id, Member: ByApplicant, Addr: who.Addr, What: what, Application: a, File: file}
}

// opened returns the application if access still opens it.
func opened(ctx context.Context, tx store.Tx, access Access) (*application.Application, error) {
	a, err := tx.Application(ctx, access.ID)
	if err != nil {
		return nil, notFoundAs(err, errNoApplication)
	}
	if a.CodeGeneration != access.Generation {
		return nil, errNoApplication
	}
	return a, nil
}

func (c *Counter) gather(ctx context.Context, tx store.Tx, a *application.Application) (*Case, error) {
	x := &Case{Application: *a, At: tx.Now()}
	p, err := tx.Procedure(ctx, a.Procedure)
	if err != nil {
		return nil, err
	}
	x.Procedure = *p
	sections, err := tx.Sections(ctx)
	if err != nil {
		return nil, err
	}
	x.Section = sectionOf(sections, a.Section)
	if x.Form, err = c.definition(ctx, tx, a.Procedure, a.FormVersion); err != nil {
		return nil, err
	}
	if x.Answers, err = form.ParseAnswers(a.Answers); err != nil {
		return nil, err
	}
	if x.History, err = tx.History(ctx, a.ID); err != nil {
		return nil, err
	}
	slices.Reverse(x.History)
	if x.Messages, err = tx.Messages(ctx, a.ID); err != nil {
		return nil, err
	}
	slices.Reverse(x.Messages)
	files, err := tx.ApplicationAttachments(ctx, a.ID)
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		if f.Reply {
			x.Replies = append(x.Replies, f)
		} else {
			x.Files = append(x.Files, f)
		}
	}
	return x, nil
}

// File opens a file of the application, after the view was recorded.
func (c *Counter) File(ctx context.Context, who Visitor, access Access, fileID string) (application.Attachment, io.ReadSeekCloser, error) {
	viewID := newID()
	var row application.Attachment
	err := c.db.Write(ctx, who.Tenant, func(tx store.Tx) error {
		a, err := opened(ctx, tx, access)
		if err != nil {
			return err
		}
		if row, err = tx.Attachment(ctx, fileID); err != nil {
			return notFoundAs(err, errNoFile)
		}
		if row.Application != a.ID {
			return errNoFile
		}
		return tx.RecordView(ctx, view(viewID, who, audit.ViewFile, a.ID, fileID))
	})
	if err != nil {
		return row, nil, err
	}
	body, err := c.blobs.Open(ctx, who.Tenant, row.Blob)
	return row, body, err
}
