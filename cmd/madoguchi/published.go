package main

import (
	"context"
	"errors"
	"time"

	"madoguchi/internal/catalogue"
	"madoguchi/internal/clock"
	"madoguchi/internal/demo"
	"madoguchi/internal/fault"
	"madoguchi/internal/procedure"
	"madoguchi/internal/search"
	"madoguchi/internal/staff"
	"madoguchi/internal/store"
)

// published is what a search reads of one body: the index of its published
// procedures, its own synonyms, and the business time.
type published struct {
	index  *search.Index
	groups []search.Group
	at     time.Time
}

// catalogueFrom reads what the body f.tenant has published: from the
// installation that f names, or else from the sample data.
func catalogueFrom(ctx context.Context, f searchFlags) (published, error) {
	unknown := fault.New(fault.NotFound, "search.no_tenant").With(fault.Args{"tenant": f.tenant})
	if f.data != "" || f.config != "" {
		return storedCatalogue(ctx, f, unknown)
	}
	if f.tenant != demo.Slug {
		return published{}, unknown
	}
	var docs []search.Doc
	for _, p := range demo.Procedures() {
		docs = append(docs, catalogue.Document(procedure.Procedure{
			ID: procedure.ID(p.ID), Title: p.Title, Section: staff.SectionID(p.Section), OpensAt: p.OpensAt, ClosesAt: p.ClosesAt,
			Detail: procedure.Detail{
				Reading: p.Reading, Summary: p.Summary, Keywords: p.Keywords, Categories: p.Categories,
				Eligibility: p.Who, Fee: p.Fee, UseCount: p.Used,
			},
		}, p.Section))
	}
	return published{index: search.Build(docs), at: demo.Moment()}, nil
}

// storedCatalogue reads a body of an installation; unknown is the error for
// one that is not there.
func storedCatalogue(ctx context.Context, f searchFlags, unknown error) (p published, err error) {
	c := Config{Data: f.data}
	c.fill()
	if f.config != "" {
		if c, err = loadConfig(f.config); err != nil {
			return p, err
		}
	}
	at, err := c.database()
	if err != nil {
		return p, err
	}
	db, err := openStore(ctx, at, store.Options{Now: time.Now})
	if err != nil {
		return p, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	all, err := catalogue.Open(ctx, db)
	if err != nil {
		return p, err
	}
	body, ok := all.BySlug(f.tenant)
	if !ok {
		return p, unknown
	}
	snapshot, err := all.Snapshot(ctx, body.ID)
	if err != nil {
		return p, err
	}
	now, err := keptClock(ctx, db)
	return published{index: snapshot.Index(), at: now.Now()}, err
}

// keptClock is the business time that a demo's data goes by; real time for
// every other installation.
func keptClock(ctx context.Context, db store.DB) (clock.Clock, error) {
	kept, err := db.Service().Value(ctx, offsetValue)
	if fault.KindOf(err) == fault.NotFound || err == nil && kept == "" {
		return clock.Clock{}, nil
	}
	if err != nil {
		return clock.Clock{}, err
	}
	offset, err := time.ParseDuration(kept)
	return clock.Shifted(offset), err
}
