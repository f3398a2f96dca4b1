package casework

import (
	"context"
	"slices"
	"time"

	"madoguchi/internal/application"
	"madoguchi/internal/fault"
	"madoguchi/internal/form"
	"madoguchi/internal/jptext"
	"madoguchi/internal/staff"
	"madoguchi/internal/store"
)

// Accept begins the review (処理中にする) and gives the application to who when
// nobody is in charge of it.
func (d *Desk) Accept(ctx context.Context, who staff.Who, no string, seen Seen) error {
	return d.do(ctx, who, no, move{
		permission: staff.AcceptCase, act: application.Accept, seen: seen,
		change: func(_ context.Context, _ store.Tx, a *application.Application) error {
			if a.Assignee == "" {
				a.Assignee = who.Member.ID
			}
			return nil
		},
	})
}

// ReturnInput is what the applicant is asked to correct.
type ReturnInput struct {
	Message string
	Fields  []string  // IDs of the form's fields; empty: anything
	DueAt   time.Time // zero: no date
}

// Return asks the applicant for a correction (返却). A message is needed; named
// fields are fields of the form that the application was made with.
func (d *Desk) Return(ctx context.Context, who staff.Who, no string, seen Seen, in ReturnInput) error {
	message, err := text(in.Message, true)
	if err != nil {
		return err
	}
	return d.do(ctx, who, no, move{
		permission: staff.ReturnCase, act: application.ReturnForCorrection, seen: seen,
		text: message, fields: in.Fields, mail: "mail.returned",
		change: func(ctx context.Context, tx store.Tx, a *application.Application) error {
			if !in.DueAt.IsZero() && !in.DueAt.After(tx.Now()) {
				return problem("due", "casework.due_past", nil)
			}
			if err := checkFields(ctx, tx, a, in.Fields); err != nil {
				return err
			}
			a.Return = &application.Return{Message: message, Fields: in.Fields, DueAt: in.DueAt}
			return nil
		},
	})
}

func checkFields(ctx context.Context, tx store.Tx, a *application.Application, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	f, err := tx.Form(ctx, a.Procedure, a.FormVersion)
	if err != nil {
		return err
	}
	def, err := form.Parse(f.Definition)
	if err != nil {
		return err
	}
	for _, page := range def.Pages {
		for _, field := range page.Fields {
			ids = slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return id == string(field.ID) })
		}
	}
	if len(ids) > 0 {
		return problem("fields", "casework.fields_unknown", nil)
	}
	return nil
}

// Complete closes the application as done (完了) with one of the procedure's
// outcome words; the message is optional. A procedure without outcome words
// takes none.
func (d *Desk) Complete(ctx context.Context, who staff.Who, no string, seen Seen, outcome, message string) error {
	message, err := text(message, false)
	if err != nil {
		return err
	}
	return d.do(ctx, who, no, move{
		permission: staff.CompleteCase, act: application.Complete, seen: seen, text: message, mail: "mail.completed",
		change: func(ctx context.Context, tx store.Tx, a *application.Application) error {
			p, err := tx.Procedure(ctx, a.Procedure)
			if err != nil {
				return err
			}
			if len(p.Detail.Outcomes) == 0 && outcome == "" {
				return nil
			}
			if !slices.Contains(p.Detail.Outcomes, outcome) {
				return problem("outcome", "casework.outcome_missing", nil)
			}
			a.Outcome = outcome
			return nil
		},
	})
}

// Reject closes the application as not accepted (不受理). A reason is needed;
// the applicant sees it.
func (d *Desk) Reject(ctx context.Context, who staff.Who, no string, seen Seen, reason string) error {
	reason, err := text(reason, true)
	if err != nil {
		return err
	}
	return d.do(ctx, who, no, move{
		permission: staff.RejectCase, act: application.Reject, seen: seen, text: reason, mail: "mail.rejected",
	})
}

// Assign puts a member of the section in charge, or nobody.
func (d *Desk) Assign(ctx context.Context, who staff.Who, no string, seen Seen, to staff.ID) error {
	return d.do(ctx, who, no, move{
		permission: staff.AssignCase, act: application.Assign, seen: seen, silent: true, detail: string(to),
		change: func(ctx context.Context, tx store.Tx, a *application.Application) error {
			if to != "" {
				m, err := tx.Member(ctx, to)
				if fault.KindOf(err) == fault.NotFound {
					return problem("to", "casework.assignee_unknown", nil)
				}
				if err != nil {
					return err
				}
				if !canWork(who, *m, a.Section) {
					return problem("to", "casework.assignee_unknown", nil)
				}
			}
			a.Assignee = to
			return nil
		},
	})
}

// canWork reports whether m may be in charge of applications of the section.
func canWork(who staff.Who, m staff.Member, section staff.SectionID) bool {
	w := staff.Who{Tenant: who.Tenant, Home: who.Tenant, Member: m}
	return w.May(staff.OpenCase) && w.InSection(section)
}

// Note keeps an internal note (メモ). The applicant never sees it.
func (d *Desk) Note(ctx context.Context, who staff.Who, no string, seen Seen, body string) error {
	body, err := limited("note", body, NoteMax, true)
	if err != nil {
		return err
	}
	if err := may(who, staff.NoteCase); err != nil {
		return err
	}
	key := d.keyOf(seen)
	return d.DB.Write(ctx, who.Tenant, func(tx store.Tx) error {
		a, err := load(ctx, tx, who, no)
		if err != nil {
			return err
		}
		if done, err := isDone(ctx, tx, a.ID, key); err != nil || done {
			return err
		}
		err = tx.InsertNote(ctx, application.Note{
			ID: key, Application: a.ID, Author: who.Member.ID, AuthorName: who.Member.Name, Body: body, At: tx.Now(),
		})
		if err != nil {
			return err
		}
		return record(ctx, tx, who, key, "case.note", a.ID, "")
	})
}

// text cleans and checks a message to the applicant.
func text(s string, required bool) (string, error) {
	return limited("message", s, MessageMax, required)
}

func limited(field, s string, most int, required bool) (string, error) {
	s = jptext.Lines(s)
	if s == "" && required {
		return "", problem(field, "casework."+field+"_missing", nil)
	}
	if jptext.Longer(s, most) {
		return "", problem(field, "casework.text_long", fault.Args{"max": most})
	}
	if found, bad := jptext.Check(s, true); bad {
		return "", problem(field, "casework.text_characters", fault.Args{"at": found.At})
	}
	return s, nil
}

func problem(field, key string, args fault.Args) error {
	return fault.Problems{{Field: field, Fault: fault.New(fault.Invalid, key).With(args)}}
}

// Check returns what is wrong with the words of a decision before anybody is
// asked to confirm it. The acts check everything again.
func Check(act application.Act, message string, due, now time.Time) error {
	if _, err := text(message, act != application.Complete); err != nil {
		return err
	}
	if !due.IsZero() && !due.After(now) {
		return problem("due", "casework.due_past", nil)
	}
	return nil
}
