package catalogue

import (
	"cmp"
	"strings"
	"sync"

	"madoguchi/internal/procedure"
	"madoguchi/internal/search"
)

// finder is the search index of a snapshot, built when it is first asked for.
type finder struct {
	once  sync.Once
	index *search.Index
}

// Index finds procedures: hit.Doc is a place in s.Procedures.
func (s *Snapshot) Index() *search.Index {
	s.finder.once.Do(func() {
		docs := make([]search.Doc, len(s.Procedures))
		for i, p := range s.Procedures {
			docs[i] = Document(p, s.Section(p.Section).Name)
		}
		s.finder.index = search.Build(docs)
	})
	return s.finder.index
}

// Document is what a procedure, whose section has the name, is found by.
func Document(p procedure.Procedure, section string) search.Doc {
	d := p.Detail
	return search.Doc{
		ID: string(p.ID), Title: p.Title, Reading: d.Reading, Keywords: d.Keywords,
		Summary:    strings.Join([]string{d.Summary, d.Eligibility, cmp.Or(d.Fee, "無料")}, "\n"),
		Categories: d.Categories, Section: section, OpensAt: p.OpensAt, ClosesAt: p.ClosesAt, Used: d.UseCount,
	}
}
