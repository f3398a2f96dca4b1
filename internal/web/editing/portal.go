package editing

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"madoguchi/internal/fault"
	"madoguchi/internal/notice"
	"madoguchi/internal/staff"
	"madoguchi/internal/tenant"
	"madoguchi/internal/web/ui"
)

// Free places for contacts and phones that a page offers beyond those in use.
const (
	contactsShown = 3
	phonesShown   = 2
)

func (v *edit) portalPage(t tenant.Tenant) FormPage {
	page := FormPage{
		Frame: v.frame("editing.portal"), Intro: v.words.Text("editing.portal_intro"), Done: v.done(),
		Version: t.Version, Action: v.base + "/portal", Button: v.words.Text("editing.save"),
		Controls: []Control{
			v.line("hero", "hero", t.Settings.Hero),
			v.line("office_url", "office_url", t.Settings.OfficeURL),
			v.line("mail_from", "mail_from", t.Settings.MailFrom),
		},
	}
	contacts := slices.Clone(t.Settings.Contacts)
	for len(contacts) < contactsShown {
		contacts = append(contacts, tenant.Contact{Kind: tenant.Content})
	}
	for i, c := range contacts {
		page.Controls = append(page.Controls, v.contactControls(i, c)...)
	}
	return page
}

func (v *edit) contactControls(i int, c tenant.Contact) []Control {
	name := func(part string) string { return fmt.Sprintf("contact_%d_%s", i, part) }
	kind := v.field("choices", name("kind"), "contact_kind", "").options([]string{string(c.Kind)},
		ui.Option{Value: string(tenant.Operation), Label: v.words.Text("editing.contact_operation")},
		ui.Option{Value: string(tenant.Content), Label: v.words.Text("editing.contact_content")})
	all := []Control{
		v.heading("editing.contact", "n", i+1),
		v.line(name("name"), "contact_name", c.Name), kind,
		v.line(name("hours"), "contact_hours", c.Hours),
	}
	phones := slices.Clone(c.Phones)
	for len(phones) < phonesShown {
		phones = append(phones, tenant.Phone{})
	}
	for j, p := range phones {
		part := func(s string) string { return name(fmt.Sprintf("phone_%d_%s", j, s)) }
		label, number, note := v.line(part("label"), "phone_label", p.Label), v.line(part("number"), "phone_number", p.Number), v.line(part("note"), "phone_note", p.Note)
		label.Label, number.Label = v.words.Text("editing.phone_label_n", "n", j+1), v.words.Text("editing.phone_number_n", "n", j+1)
		number.Type, number.Size = "tel", "m"
		note.Label = v.words.Text("editing.phone_note_n", "n", j+1)
		all = append(all, label, number, note)
	}
	mail := v.line(name("mail"), "contact_mail", c.Mail)
	mail.InputMode = "email"
	return append(all, v.line(name("fax"), "contact_fax", c.Fax), mail, v.area(name("text"), "contact_text", c.Text, 3))
}

// readContacts reads the contacts that have a name or a way to be reached.
func readContacts(f url.Values) []tenant.Contact {
	var all []tenant.Contact
	for i := 0; f.Has(fmt.Sprintf("contact_%d_name", i)); i++ {
		get := func(part string) string { return f.Get(fmt.Sprintf("contact_%d_%s", i, part)) }
		c := tenant.Contact{
			Kind: tenant.ContactKind(get("kind")), Name: get("name"), Hours: get("hours"),
			Fax: get("fax"), Mail: get("mail"), Text: get("text"),
		}
		for j := 0; f.Has(fmt.Sprintf("contact_%d_phone_%d_number", i, j)); j++ {
			part := func(s string) string { return get(fmt.Sprintf("phone_%d_%s", j, s)) }
			p := tenant.Phone{Label: part("label"), Number: part("number"), Note: part("note")}
			if p != (tenant.Phone{}) {
				c.Phones = append(c.Phones, p)
			}
		}
		if c.Name != "" || c.Hours != "" || c.Fax != "" || c.Mail != "" || c.Text != "" || len(c.Phones) > 0 {
			all = append(all, c)
		}
	}
	return all
}

func (v *edit) portal() error {
	if !v.who.May(staff.EditPages) {
		return fault.New(fault.NotFound, "publishing.not_found")
	}
	return v.show(http.StatusOK, "edit", v.portalPage(v.body))
}

func (v *edit) savePortal() error {
	f, err := v.posted()
	if err != nil {
		return err
	}
	t := v.body
	t.Version = version(f)
	t.Settings = tenant.Settings{Hero: f.Get("hero"), OfficeURL: f.Get("office_url"), MailFrom: f.Get("mail_from"), Contacts: readContacts(f)}
	if err := v.Editors.SetPortal(v.r.Context(), v.who, t); err != nil {
		return v.again(v.portalPage(t), f, err)
	}
	return v.saved("/portal")
}

func (v *edit) pages() error {
	kept, err := v.Editors.Pages(v.r.Context(), v.who)
	if err != nil {
		return err
	}
	page := ListPage{
		Frame: v.frame("editing.pages"), Intro: v.words.Text("editing.pages_intro"), Done: v.done(),
		Heads: []string{v.words.Text("editing.title"), v.words.Text("editing.updated"), v.words.Text("editing.state")},
	}
	for _, name := range notice.Pages {
		row := Row{
			Link:   ui.Link{Label: v.words.Text("editing.page_" + name), Href: v.base + "/pages/" + name},
			Cells:  []string{v.words.Text("common.none")},
			Status: ui.Status{Tone: "wait", Word: v.words.Text("editing.page_default")},
		}
		if i := slices.IndexFunc(kept, func(p notice.Page) bool { return p.Name == name }); i >= 0 {
			row.Cells[0] = v.times.DateTime(kept[i].UpdatedAt)
			row.Status = ui.Status{Tone: "done", Word: v.words.Text("editing.page_own")}
		}
		page.Rows = append(page.Rows, row)
	}
	return v.show(http.StatusOK, "list", page)
}

func (v *edit) standingPage(p notice.Page) FormPage {
	return FormPage{
		Frame: v.frame("editing.page_" + p.Name), Intro: v.words.Text("editing.page_intro"), Done: v.done(),
		Back:    ui.Link{Label: v.words.Text("editing.pages_back"), Href: v.base + "/pages"},
		Version: p.Version, Action: v.base + "/pages/" + p.Name, Button: v.words.Text("editing.save"),
		Controls: []Control{v.line("title", "title", p.Title).need(), v.area("body", "page_body", p.Body, 20).need()},
	}
}

func (v *edit) page() error {
	name := v.r.PathValue("name")
	kept, err := v.Editors.Pages(v.r.Context(), v.who)
	if err != nil {
		return err
	}
	if !slices.Contains(notice.Pages, name) {
		return fault.New(fault.NotFound, "publishing.not_found")
	}
	p := notice.Page{Name: name, Title: v.words.Text("editing.page_" + name)}
	if i := slices.IndexFunc(kept, func(p notice.Page) bool { return p.Name == name }); i >= 0 {
		p = kept[i]
	}
	return v.show(http.StatusOK, "edit", v.standingPage(p))
}

func (v *edit) savePage() error {
	f, err := v.posted()
	if err != nil {
		return err
	}
	p := notice.Page{Name: v.r.PathValue("name"), Title: f.Get("title"), Body: f.Get("body"), Version: version(f)}
	if err := v.Editors.SetPage(v.r.Context(), v.who, p); err != nil {
		if fault.KindOf(err) == fault.NotFound {
			return err
		}
		return v.again(v.standingPage(p), f, err)
	}
	return v.saved("/pages/" + p.Name)
}
