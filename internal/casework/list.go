package casework

import (
	"context"
	"slices"

	"madoguchi/internal/application"
	"madoguchi/internal/audit"
	"madoguchi/internal/fault"
	"madoguchi/internal/jptext"
	"madoguchi/internal/outbox"
	"madoguchi/internal/staff"
	"madoguchi/internal/store"
)

// PageMax is how many rows a page of a work list may have.
const PageMax = 100

// List is a page of a work list.
type List struct {
	Rows     []application.Summary
	Names    map[staff.ID]string // of the members in charge
	Sections map[staff.SectionID]string
	Workers  []staff.Member // who work in one of who's sections
	Before   bool           // there are rows before the first one
	After    bool           // there are rows after the last one
}

// List returns the rows that f chooses among the applications of who's
// sections. Each row is a look at a person's data and is recorded as one.
func (d *Desk) List(ctx context.Context, who staff.Who, f application.Filter) (List, error) {
	if err := may(who, staff.ListCases); err != nil {
		return List{}, err
	}
	size := min(max(f.Page.Size, 1), PageMax)
	f.Page.Size = size + 1
	f = own(who, f)
	views := make([]audit.View, size)
	for i := range views {
		views[i] = d.view(who, audit.ViewList, "", "")
	}
	var l List
	err := d.DB.Write(ctx, who.Tenant, func(tx store.Tx) error {
		rows, err := tx.ListApplications(ctx, f)
		if err != nil {
			return err
		}
		more := len(rows) > size
		if more && f.Page.Newer {
			rows = rows[1:]
		} else if more {
			rows = rows[:size]
		}
		first := f.Page.At.IsZero()
		l = List{Rows: rows, Before: !first && (more || !f.Page.Newer), After: more || f.Page.Newer}
		for i, row := range rows {
			v := views[i]
			v.Application = row.ID
			if err := tx.RecordView(ctx, v); err != nil {
				return err
			}
		}
		return l.label(ctx, tx, who)
	})
	if err != nil {
		return List{}, err
	}
	return l, nil
}

// own narrows f to the sections of who.
func own(who staff.Who, f application.Filter) application.Filter {
	f.Sections = nil
	if !who.May(staff.SeeAllSections) {
		f.Sections = append([]staff.SectionID{}, who.Member.Sections...)
	}
	return f
}

// label reads the names of members and sections.
func (l *List) label(ctx context.Context, tx store.Tx, who staff.Who) error {
	members, err := tx.Members(ctx)
	if err != nil {
		return err
	}
	sections, err := tx.Sections(ctx)
	if err != nil {
		return err
	}
	l.Names, l.Sections = map[staff.ID]string{}, map[staff.SectionID]string{}
	for _, m := range members {
		l.Names[m.ID] = m.Name
		shared := slices.ContainsFunc(sections, func(s staff.Section) bool { return who.InSection(s.ID) && canWork(who, m, s.ID) })
		if shared {
			l.Workers = append(l.Workers, m)
		}
	}
	for _, s := range sections {
		l.Sections[s.ID] = s.Name
	}
	return nil
}

// Counts are how many applications stand where, for the tabs.
type Counts struct {
	Own map[application.Status]int // in who's sections
	My  map[application.Status]int // of these, with who in charge

	Unread int // of these, with a question that nobody has answered
}

// Counts counts the applications of who's sections. Numbers are no personal
// data, so no look is recorded.
func (d *Desk) Counts(ctx context.Context, who staff.Who) (Counts, error) {
	if err := may(who, staff.ListCases); err != nil {
		return Counts{}, err
	}
	var c Counts
	err := d.DB.Read(ctx, who.Tenant, func(tx store.Tx) (err error) {
		if c.Own, err = tx.CountApplications(ctx, own(who, application.Filter{})); err != nil {
			return err
		}
		if c.My, err = tx.CountApplications(ctx, own(who, application.Filter{Assignee: who.Member.ID})); err != nil {
			return err
		}
		unread, err := tx.CountApplications(ctx, own(who, application.Filter{Unread: true}))
		c.Unread = 0
		for _, n := range unread {
			c.Unread += n
		}
		return err
	})
	return c, err
}

// Neighbours returns the receipt numbers of the rows before and after the
// application in the list that f chooses, or "".
func (d *Desk) Neighbours(ctx context.Context, who staff.Who, f application.Filter, a *application.Application) (before, after string, err error) {
	if err := may(who, staff.ListCases); err != nil {
		return "", "", err
	}
	f = own(who, f)
	f.Page.Size, f.Page.At, f.Page.ID = 1, a.ArrivedAt, a.ID
	err = d.DB.Read(ctx, who.Tenant, func(tx store.Tx) error {
		before, after = "", ""
		for _, x := range []struct {
			newer bool
			no    *string
		}{{true, &before}, {false, &after}} {
			f.Page.Newer = x.newer
			rows, err := tx.ListApplications(ctx, f)
			if err != nil {
				return err
			}
			if len(rows) > 0 {
				*x.no = rows[0].ReceiptNo
			}
		}
		return nil
	})
	return before, after, err
}

// Undelivered is a message that was given up, without its recipient.
type Undelivered struct {
	Message   outbox.Message // without recipient and arguments
	ReceiptNo string         // of the application it is about, when who works on it
}

// undeliveredMax is how many undelivered messages are shown.
const undeliveredMax = 100

// Undelivered returns the newest messages that were given up. Someone who
// works on applications sees those about applications of the own sections.
func (d *Desk) Undelivered(ctx context.Context, who staff.Who) ([]Undelivered, error) {
	if err := may(who, staff.SeeUndelivered); err != nil {
		return nil, err
	}
	var list []Undelivered
	err := d.DB.Read(ctx, who.Tenant, func(tx store.Tx) error {
		list = nil
		failed, err := tx.FailedMessages(ctx, undeliveredMax)
		if err != nil {
			return err
		}
		for _, m := range failed {
			m.To, m.Args = "", nil
			u := Undelivered{Message: m}
			a, err := tx.Application(ctx, application.ID(m.About))
			if err != nil && fault.KindOf(err) != fault.NotFound {
				return err
			}
			if err == nil && !who.InSection(a.Section) {
				continue
			}
			if err == nil && who.May(staff.OpenCase) {
				u.ReceiptNo = a.ReceiptNo
			}
			list = append(list, u)
		}
		return nil
	})
	return list, err
}

// Preference returns what who chose under name, or "".
func (d *Desk) Preference(ctx context.Context, who staff.Who, name string) (string, error) {
	var value string
	err := d.DB.Read(ctx, who.Home, func(tx store.Tx) (err error) {
		value, err = tx.Preference(ctx, who.Member.ID, name)
		return err
	})
	return value, err
}

// SetPreference keeps a choice of who, such as the columns of the work list.
func (d *Desk) SetPreference(ctx context.Context, who staff.Who, name, value string) error {
	return d.DB.Write(ctx, who.Home, func(tx store.Tx) error {
		return tx.SetPreference(ctx, who.Member.ID, name, value)
	})
}

// ReadSearch fills f from what was typed into the search field: a receipt
// number, or else a part of a name.
func ReadSearch(f *application.Filter, typed string) {
	f.ReceiptNo, f.Name = "", ""
	if no, ok := jptext.ReadReceiptNo(typed); ok {
		f.ReceiptNo = no
		return
	}
	f.Name = jptext.SearchKey(typed)
}

// Procedures returns the procedures of who's sections, for choosing in lists:
// their IDs and titles.
func (d *Desk) Procedures(ctx context.Context, who staff.Who) ([]Choice, error) {
	if err := may(who, staff.ListCases); err != nil {
		return nil, err
	}
	var list []Choice
	err := d.DB.Read(ctx, who.Tenant, func(tx store.Tx) error {
		list = nil
		all, err := tx.Procedures(ctx)
		for _, p := range all {
			if who.InSection(p.Section) {
				list = append(list, Choice{string(p.ID), p.Title})
			}
		}
		return err
	})
	slices.SortFunc(list, func(a, b Choice) int { return compareTitles(a.Title, b.Title) })
	return list, err
}

// Choice is something to choose in a list.
type Choice struct{ ID, Title string }

func compareTitles(a, b string) int {
	switch x, y := jptext.SearchKey(a), jptext.SearchKey(b); {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}
