package publishing

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"

	"madoguchi/internal/fault"
	"madoguchi/internal/form"
	"madoguchi/internal/procedure"
	"madoguchi/internal/staff"
	"madoguchi/internal/store"
)

// maxTitle is the longest title of a procedure, in characters.
const maxTitle = 120

var idShape = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{1,58}[a-z0-9]$`)

// Procedures returns every procedure of the body, the latest change first.
func (e *Editors) Procedures(ctx context.Context, who staff.Who) ([]procedure.Procedure, error) {
	if err := may(who, staff.EditProcedures); err != nil {
		return nil, err
	}
	var all []procedure.Procedure
	err := e.DB.Read(ctx, who.Tenant, func(tx store.Tx) (err error) {
		all, err = tx.Procedures(ctx)
		return err
	})
	slices.SortStableFunc(all, func(a, b procedure.Procedure) int {
		return cmp.Or(b.UpdatedAt.Compare(a.UpdatedAt), cmp.Compare(a.ID, b.ID))
	})
	return all, err
}

// Sections returns the sections that a procedure can be given to.
func (e *Editors) Sections(ctx context.Context, who staff.Who) ([]staff.Section, error) {
	if err := may(who, staff.EditProcedures); err != nil {
		return nil, err
	}
	var all []staff.Section
	err := e.DB.Read(ctx, who.Tenant, func(tx store.Tx) (err error) {
		all, err = tx.Sections(ctx)
		return err
	})
	return all, err
}

// Opened is a procedure with what its editor needs beside it.
type Opened struct {
	Procedure procedure.Procedure
	Versions  []procedure.Form // without definitions, newest first
	Sections  []staff.Section
}

// Procedure returns one procedure to edit.
func (e *Editors) Procedure(ctx context.Context, who staff.Who, id procedure.ID) (Opened, error) {
	if err := may(who, staff.EditProcedures); err != nil {
		return Opened{}, err
	}
	var o Opened
	err := e.DB.Read(ctx, who.Tenant, func(tx store.Tx) error {
		p, err := tx.Procedure(ctx, id)
		if err != nil {
			return err
		}
		o = Opened{Procedure: *p}
		if o.Versions, err = tx.FormVersions(ctx, id); err != nil {
			return err
		}
		o.Sections, err = tx.Sections(ctx)
		return err
	})
	return o, err
}

// AddProcedure keeps a new, unpublished procedure. Its ID stands in addresses
// and never changes.
func (e *Editors) AddProcedure(ctx context.Context, who staff.Who, p procedure.Procedure) error {
	if err := may(who, staff.EditProcedures); err != nil {
		return err
	}
	var problems fault.Problems
	if !idShape.MatchString(string(p.ID)) {
		problems.Add("id", "publishing.id_shape", nil)
	}
	p = checkProcedure(&problems, p)
	if err := problems.Err(); err != nil {
		return err
	}
	err := e.write(ctx, who, e.entry(who, "procedure.add", string(p.ID), ""), func(tx store.Tx) error {
		if err := sectionIsThere(ctx, tx, p.Section); err != nil {
			return err
		}
		added := p
		added.Published, added.FormVersion = false, 0
		added.CreatedAt, added.UpdatedAt = tx.Now(), tx.Now()
		return tx.InsertProcedure(ctx, &added)
	})
	if fault.KindOf(err) == fault.Conflict {
		problems.Add("id", "publishing.id_taken", nil)
		return problems.Err()
	}
	return err
}

// SaveProcedure keeps the settings of a procedure that was read as p.Version.
// Whether it is published and which form it has stay as they are.
func (e *Editors) SaveProcedure(ctx context.Context, who staff.Who, p procedure.Procedure) error {
	if err := may(who, staff.EditProcedures); err != nil {
		return err
	}
	var problems fault.Problems
	p = checkProcedure(&problems, p)
	if err := problems.Err(); err != nil {
		return err
	}
	return e.write(ctx, who, e.entry(who, "procedure.edit", string(p.ID), ""), func(tx store.Tx) error {
		kept, err := tx.Procedure(ctx, p.ID)
		if err != nil {
			return err
		}
		if err := sectionIsThere(ctx, tx, p.Section); err != nil {
			return err
		}
		edited := p
		edited.Published, edited.FormVersion, edited.CreatedAt = kept.Published, kept.FormVersion, kept.CreatedAt
		return tx.SaveProcedure(ctx, &edited)
	})
}

// Publish puts a procedure that was read as version on the portal, or takes it
// off. Without a form there is nothing to publish.
func (e *Editors) Publish(ctx context.Context, who staff.Who, id procedure.ID, version int, on bool) error {
	if err := may(who, staff.PublishForms); err != nil {
		return err
	}
	act := "procedure.unpublish"
	if on {
		act = "procedure.publish"
	}
	return e.write(ctx, who, e.entry(who, act, string(id), ""), func(tx store.Tx) error {
		p, err := tx.Procedure(ctx, id)
		if err != nil {
			return err
		}
		if on && p.FormVersion == 0 {
			return fault.New(fault.Conflict, "publishing.no_form")
		}
		p.Version, p.Published = version, on
		return tx.SaveProcedure(ctx, p)
	})
}

// AddForm checks a form's definition, keeps it as the next version and makes
// it the one that new drafts are made with. Drafts and applications keep the
// version they were made with. It returns the version's number.
func (e *Editors) AddForm(ctx context.Context, who staff.Who, id procedure.ID, definition []byte) (int, error) {
	if err := may(who, staff.PublishForms); err != nil {
		return 0, err
	}
	if _, err := form.Parse(definition); err != nil {
		var problems fault.Problems
		problems.Add("definition", "publishing.bad_form", fault.Args{"why": err.Error()})
		return 0, problems.Err()
	}
	var version int
	entry := e.entry(who, "form.publish", string(id), "")
	err := e.DB.Write(ctx, who.Tenant, func(tx store.Tx) error {
		p, err := tx.Procedure(ctx, id)
		if err != nil {
			return err
		}
		versions, err := tx.FormVersions(ctx, id)
		if err != nil {
			return err
		}
		version = 1
		if len(versions) > 0 {
			version = versions[0].Version + 1
		}
		f := procedure.Form{Procedure: id, Version: version, Definition: definition, CreatedAt: tx.Now(), CreatedBy: who.Member.ID}
		if err := tx.InsertForm(ctx, f); err != nil {
			return err
		}
		p.FormVersion = version
		if err := tx.SaveProcedure(ctx, p); err != nil {
			return err
		}
		recorded := entry
		recorded.Detail = fmt.Sprintf("version %d", version)
		return tx.Record(ctx, recorded)
	})
	return version, err
}

// Form returns one version of a procedure's form.
func (e *Editors) Form(ctx context.Context, who staff.Who, id procedure.ID, version int) (procedure.Form, error) {
	if err := may(who, staff.EditProcedures); err != nil {
		return procedure.Form{}, err
	}
	var f procedure.Form
	err := e.DB.Read(ctx, who.Tenant, func(tx store.Tx) (err error) {
		f, err = tx.Form(ctx, id, version)
		return err
	})
	return f, err
}

func sectionIsThere(ctx context.Context, tx store.Tx, id staff.SectionID) error {
	all, err := tx.Sections(ctx)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(all, func(s staff.Section) bool { return s.ID == id }) {
		var p fault.Problems
		p.Add("section", "publishing.choose", nil)
		return p.Err()
	}
	return nil
}
