package catalogue

import (
	"cmp"
	"context"
	"slices"
	"time"

	"madoguchi/internal/notice"
	"madoguchi/internal/procedure"
	"madoguchi/internal/staff"
	"madoguchi/internal/store"
	"madoguchi/internal/tenant"
)

// Snapshot is everything that one body publishes, as of one moment. It is
// immutable and shared: do not change what it holds.
type Snapshot struct {
	Tenant     tenant.ID
	Version    int64                 // of the body's counter of published changes
	Procedures []procedure.Procedure // published ones with a form, latest OpensAt first
	Notices    []notice.Notice       // published ones, latest ShownFrom first
	Banner     notice.Banner
	Papers     []procedure.PaperForm // published ones, by category and title

	byID     map[procedure.ID]int
	sections map[staff.SectionID]staff.Section
	pages    map[string]notice.Page
	finder   finder
}

// load reads one tenant in one transaction. version is the counter as it was
// before: a change that comes in between only makes the snapshot load again.
func load(ctx context.Context, db store.DB, id tenant.ID, version int64) (*Snapshot, error) {
	var s *Snapshot
	err := db.Read(ctx, id, func(tx store.Tx) error {
		s = &Snapshot{Tenant: id, Version: version}
		return s.fill(ctx, tx)
	})
	if err != nil {
		return nil, err
	}
	return s, nil
}

func (s *Snapshot) fill(ctx context.Context, tx store.Tx) error {
	all, err := tx.Procedures(ctx)
	if err != nil {
		return err
	}
	s.procedures(all)
	sections, err := tx.Sections(ctx)
	if err != nil {
		return err
	}
	s.sections = make(map[staff.SectionID]staff.Section, len(sections))
	for _, x := range sections {
		s.sections[x.ID] = x
	}
	notices, err := tx.Notices(ctx)
	if err != nil {
		return err
	}
	s.Notices = slices.DeleteFunc(notices, func(n notice.Notice) bool { return !n.Published })
	if s.Banner, err = tx.Banner(ctx); err != nil {
		return err
	}
	pages, err := tx.Pages(ctx)
	if err != nil {
		return err
	}
	s.pages = make(map[string]notice.Page, len(pages))
	for _, p := range pages {
		s.pages[p.Name] = p
	}
	papers, err := tx.PaperForms(ctx)
	if err != nil {
		return err
	}
	s.Papers = slices.DeleteFunc(papers, func(f procedure.PaperForm) bool { return !f.Published })
	slices.SortStableFunc(s.Papers, func(a, b procedure.PaperForm) int {
		return cmp.Or(cmp.Compare(a.Category, b.Category), cmp.Compare(a.Title, b.Title))
	})
	return nil
}

func (s *Snapshot) procedures(all []procedure.Procedure) {
	s.Procedures = slices.DeleteFunc(all, func(p procedure.Procedure) bool {
		return !p.Published || p.FormVersion == 0
	})
	slices.SortStableFunc(s.Procedures, func(a, b procedure.Procedure) int {
		return cmp.Or(b.OpensAt.Compare(a.OpensAt), a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.ID, b.ID))
	})
	s.byID = make(map[procedure.ID]int, len(s.Procedures))
	for i, p := range s.Procedures {
		s.byID[p.ID] = i
	}
}

// Procedure returns a published procedure.
func (s *Snapshot) Procedure(id procedure.ID) (procedure.Procedure, bool) {
	i, ok := s.byID[id]
	if !ok {
		return procedure.Procedure{}, false
	}
	return s.Procedures[i], true
}

// Section returns the section id; its zero value when there is none.
func (s *Snapshot) Section(id staff.SectionID) staff.Section { return s.sections[id] }

// Page returns a standing page that the body has written.
func (s *Snapshot) Page(name string) (notice.Page, bool) {
	p, ok := s.pages[name]
	return p, ok
}

// Current returns the notices that are on the home page at the moment at.
func (s *Snapshot) Current(at time.Time) []notice.Notice {
	return s.noticesThat(func(n notice.Notice) bool { return n.ShownAt(at) })
}

// Past returns the notices that have ended at the moment at (過去のお知らせ).
func (s *Snapshot) Past(at time.Time) []notice.Notice {
	return s.noticesThat(func(n notice.Notice) bool { return n.PastAt(at) })
}

func (s *Snapshot) noticesThat(ok func(notice.Notice) bool) []notice.Notice {
	var found []notice.Notice
	for _, n := range s.Notices {
		if ok(n) {
			found = append(found, n)
		}
	}
	return found
}

// OpenCount returns how many procedures take applications at the moment at.
func (s *Snapshot) OpenCount(at time.Time) int {
	n := 0
	for _, p := range s.Procedures {
		if p.OpenAt(at) {
			n++
		}
	}
	return n
}
