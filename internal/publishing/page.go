package publishing

import (
	"context"
	"fmt"
	"slices"

	"madoguchi/internal/fault"
	"madoguchi/internal/jptext"
	"madoguchi/internal/notice"
	"madoguchi/internal/staff"
	"madoguchi/internal/store"
	"madoguchi/internal/tenant"
)

const (
	maxPageTitle = 60
	maxPageBody  = 20000
	maxContacts  = 6
	maxPhones    = 6
)

// Pages returns the standing pages that the body has written.
func (e *Editors) Pages(ctx context.Context, who staff.Who) ([]notice.Page, error) {
	if err := may(who, staff.EditPages); err != nil {
		return nil, err
	}
	var all []notice.Page
	err := e.DB.Read(ctx, who.Tenant, func(tx store.Tx) (err error) {
		all, err = tx.Pages(ctx)
		return err
	})
	return all, err
}

// SetPage keeps the standing page that was read as p.Version (0: not written yet).
func (e *Editors) SetPage(ctx context.Context, who staff.Who, page notice.Page) error {
	if err := may(who, staff.EditPages); err != nil {
		return err
	}
	if !slices.Contains(notice.Pages, page.Name) {
		return fault.New(fault.NotFound, "publishing.not_found")
	}
	var p fault.Problems
	page.Title = line(&p, "title", page.Title, maxPageTitle, true)
	page.Body = lines(&p, "body", page.Body, maxPageBody, true)
	if err := p.Err(); err != nil {
		return err
	}
	return e.write(ctx, who, e.entry(who, "page.edit", page.Name, ""), func(tx store.Tx) error {
		set := page
		set.UpdatedAt = tx.Now()
		return tx.SetPage(ctx, set)
	})
}

// SetPortal keeps what the whole portal shows of the body: heading, contacts
// with opening hours, and the body's own site. t is the tenant as it was read;
// only its settings are taken. The audit entry is committed first, since the
// tenant's row belongs to no tenant's transaction.
func (e *Editors) SetPortal(ctx context.Context, who staff.Who, t tenant.Tenant) error {
	if err := may(who, staff.EditPages); err != nil {
		return err
	}
	if t.ID != who.Tenant {
		return fault.New(fault.NotFound, "publishing.not_found")
	}
	var p fault.Problems
	t.Settings = checkPortal(&p, t.Settings)
	if err := p.Err(); err != nil {
		return err
	}
	nothing := func(store.Tx) error { return nil }
	if err := e.write(ctx, who, e.entry(who, "portal.edit", "settings", ""), nothing); err != nil {
		return err
	}
	kept, err := e.tenant(ctx, t.ID)
	if err != nil {
		return err
	}
	kept.Settings, kept.Version = t.Settings, t.Version
	return e.DB.Service().SaveTenant(ctx, &kept)
}

func (e *Editors) tenant(ctx context.Context, id tenant.ID) (tenant.Tenant, error) {
	all, err := e.DB.Service().Tenants(ctx)
	if err != nil {
		return tenant.Tenant{}, fmt.Errorf("read the bodies: %w", err)
	}
	i := slices.IndexFunc(all, func(t tenant.Tenant) bool { return t.ID == id })
	if i < 0 {
		return tenant.Tenant{}, fault.New(fault.NotFound, "publishing.not_found")
	}
	return all[i], nil
}

func checkPortal(p *fault.Problems, s tenant.Settings) tenant.Settings {
	s.Hero = line(p, "hero", s.Hero, 40, false)
	s.OfficeURL = link(p, "office_url", s.OfficeURL)
	if s.MailFrom != "" {
		address, ok := jptext.Mail(s.MailFrom)
		if !ok {
			p.Add("mail_from", "publishing.bad_mail", nil)
		}
		s.MailFrom = address
	}
	if len(s.Contacts) > maxContacts {
		p.Add("contact_0_name", "publishing.too_many", fault.Args{"max": maxContacts})
	}
	for i := range s.Contacts {
		checkContact(p, fmt.Sprintf("contact_%d_", i), &s.Contacts[i])
	}
	return s
}

func checkContact(p *fault.Problems, prefix string, c *tenant.Contact) {
	if c.Kind != tenant.Operation && c.Kind != tenant.Content {
		p.Add(prefix+"kind", "publishing.choose", nil)
	}
	c.Name = line(p, prefix+"name", c.Name, 60, true)
	c.Hours = line(p, prefix+"hours", c.Hours, 100, false)
	c.Text = lines(p, prefix+"text", c.Text, 300, false)
	c.Fax = phone(p, prefix+"fax", c.Fax)
	if c.Mail != "" {
		address, ok := jptext.Mail(c.Mail)
		if !ok {
			p.Add(prefix+"mail", "publishing.bad_mail", nil)
		}
		c.Mail = address
	}
	if len(c.Phones) > maxPhones {
		p.Add(prefix+"phone_0_number", "publishing.too_many", fault.Args{"max": maxPhones})
	}
	for i := range c.Phones {
		field := fmt.Sprintf("%sphone_%d_", prefix, i)
		c.Phones[i].Label = line(p, field+"label", c.Phones[i].Label, 40, false)
		c.Phones[i].Note = line(p, field+"note", c.Phones[i].Note, 40, false)
		c.Phones[i].Number = phone(p, field+"number", c.Phones[i].Number)
		if c.Phones[i].Number == "" {
			p.Add(field+"number", "publishing.missing", nil)
		}
	}
}

// phone folds a telephone number. What it cannot read is kept and told.
func phone(p *fault.Problems, field, s string) string {
	if s == "" {
		return ""
	}
	number, ok := jptext.Phone(s)
	if !ok {
		p.Add(field, "publishing.bad_phone", nil)
		return s
	}
	return number
}
