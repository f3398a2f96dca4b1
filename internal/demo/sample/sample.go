// Package sample puts the sample data (見本データ) of a demonstration into an
// empty installation: 茨城県 with its twenty procedures, its 44 municipalities,
// staff to sign in as, and, where it is asked for, as many more bodies and
// procedures as a large installation has.
//
// All of it is the same each time, but for the passwords.
package sample

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"madoguchi/internal/demo"
	"madoguchi/internal/procedure"
	"madoguchi/internal/signin"
	"madoguchi/internal/staff"
	"madoguchi/internal/store"
	"madoguchi/internal/tenant"
)

// Options say how much is put in.
type Options struct {
	Tenants    int // bodies in all; at least 茨城県 and its municipalities
	Procedures int // of each body but 茨城県, which gets its twenty and is filled up from there
	Seed       uint64
	People     []Person
}

// Standard is what a demonstration has when nothing else is said.
var Standard = Options{Tenants: 45, Procedures: 12, Seed: 1}

// chunk is how many procedures one transaction keeps.
const chunk = 100

// marker is the value of the installation that says that everything is there.
const marker = "demo.sample"

// Loaded reports whether the installation holds the sample data.
func Loaded(ctx context.Context, db store.DB) (bool, error) {
	v, err := db.Service().Value(ctx, marker)
	return v != "", err
}

// Load puts the sample data into db, which must be new.
func Load(ctx context.Context, db store.DB, door *signin.Door, o Options) error {
	there, err := db.Service().Tenants(ctx)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(there, func(t tenant.Tenant) bool { return t.ID != tenant.Installation }) {
		return errors.New("there are bodies already: sample data goes into a new installation only")
	}
	list := bodies(max(o.Tenants, Standard.Tenants), o.Seed)
	extra := o.Procedures
	for n, composed := range demo.Compose(o.Seed, len(list), extra) {
		if err := loadBody(ctx, db, door, &list[n], list[0].ID, composed, o); err != nil {
			return fmt.Errorf("sample data of %s: %w", list[n].Name, err)
		}
	}
	operators := tenant.Tenant{ID: tenant.Installation, Slug: Operators}
	if err := enlist(ctx, door, operators, nil, o.People); err != nil {
		return err
	}
	return db.Service().SetValue(ctx, marker, "1")
}

// bodies lists 茨城県, its municipalities and as many others as are wanted.
func bodies(n int, seed uint64) []tenant.Tenant {
	list := []tenant.Tenant{prefecture()}
	for _, t := range Municipalities() {
		list = append(list, municipal(t))
	}
	return append(list, others(n-len(list), seed)...)
}

func loadBody(ctx context.Context, db store.DB, door *signin.Door, t *tenant.Tenant, pref tenant.ID, composed []demo.Procedure, o Options) error {
	if t.Kind != tenant.Prefecture && t.Prefecture == "茨城県" {
		t.Parent = pref
	}
	if err := db.Service().InsertTenant(ctx, t); err != nil {
		return err
	}
	var offers []offer
	var sections []staff.Section
	if t.Slug == demo.Slug {
		own := demo.Procedures()
		composed = composed[:max(0, min(len(composed), o.Procedures-len(own)))]
		if o.Procedures == Standard.Procedures {
			composed = nil
		}
		sections = sectionsOf(slices.Concat(own, composed))
		var err error
		if offers, err = prefectural(sections); err != nil {
			return err
		}
	} else {
		sections = sectionsOf(composed)
	}
	for _, p := range composed {
		offers = append(offers, offerOf(p, sections, general))
	}
	for i := range offers { // lists show what opened at the same time in this order
		offers[i].procedure.CreatedAt = demo.Moment().Add(time.Duration(i-len(offers)) * time.Second)
	}
	if err := loadSections(ctx, db, *t, sections); err != nil {
		return err
	}
	for part := range slices.Chunk(offers, chunk) {
		if err := loadOffers(ctx, db, t.ID, part); err != nil {
			return err
		}
	}
	return enlist(ctx, door, *t, sections, o.People)
}

// loadSections keeps the sections and, for 茨城県, the notices.
func loadSections(ctx context.Context, db store.DB, t tenant.Tenant, sections []staff.Section) error {
	return db.Write(ctx, t.ID, func(tx store.Tx) error {
		for _, s := range sections {
			if err := tx.InsertSection(ctx, &s); err != nil {
				return err
			}
		}
		if t.Slug != demo.Slug {
			return nil
		}
		for _, n := range notices() {
			if err := tx.InsertNotice(ctx, &n); err != nil {
				return err
			}
		}
		return nil
	})
}

func loadOffers(ctx context.Context, db store.DB, id tenant.ID, offers []offer) error {
	return db.Write(ctx, id, func(tx store.Tx) error {
		for _, o := range offers {
			p := o.procedure
			if err := tx.InsertProcedure(ctx, &p); err != nil {
				return err
			}
			f := procedure.Form{Procedure: p.ID, Version: 1, Definition: o.form, CreatedAt: tx.Now()}
			if err := tx.InsertForm(ctx, f); err != nil {
				return err
			}
		}
		return nil
	})
}
