package visit

import (
	"context"
	"net/http"
	"strings"

	"madoguchi/internal/staff"
	"madoguchi/internal/web"
	"madoguchi/internal/web/ui"
	"madoguchi/internal/words"
)

// menu lists the parts of the office and who sees them.
var menu = []struct {
	key, path  string
	permission staff.Permission
}{
	{"office.menu_cases", "/cases", staff.ListCases},
	{"office.menu_procedures", "/procedures", staff.EditProcedures},
	{"office.menu_news", "/news", staff.EditNotices},
	{"office.menu_banner", "/banner", staff.EditNotices},
	{"office.menu_papers", "/papers", staff.EditPages},
	{"office.menu_pages", "/pages", staff.EditPages},
	{"office.menu_portal", "/portal", staff.EditPages},
	{"office.menu_undelivered", "/undelivered", staff.SeeUndelivered},
	{"office.menu_staff", "/staff", staff.ManageStaff},
	{"office.menu_sections", "/sections", staff.ManageSections},
	{"office.menu_audit", "/audit", staff.ReadAudit},
	{"office.menu_tenants", "/tenants", staff.SwitchTenant},
}

// Frame is the office's frame around every page. A stranger sees no menu.
func (h *House) Frame(r *http.Request, title string) web.Frame {
	place := web.PlaceOf(r)
	w := words.Of(place.Lang)
	f := web.Frame{
		Lang: place.Lang, LangTag: w.Text("language.tag"), Title: title, Base: place.Base, Home: place.Base + "/",
		Service: w.Text("common.service"), Site: w.Text("office.role"), Demo: h.Demo,
		Office: &ui.Office{Word: w.Text("office.role"), Now: h.Clock()},
	}
	in, ok := From(r)
	if !ok {
		return f
	}
	if body, ok := h.Catalogue.ByID(in.Who.Tenant); ok {
		f.Body, f.Site = body.Name, w.Text("office.role")+"|"+body.Name
	}
	f.Office.Who = h.whoWords(r.Context(), in.Who)
	f.Office.Tools = []ui.Link{
		{Label: w.Text("office.account"), Href: place.Base + "/account", Now: place.Path == "/account"},
		{Label: w.Text("office.logout"), Href: place.Base + "/logout", Post: true},
	}
	f.Menu = menuOf(in.Who, place, w)
	return f
}

func menuOf(who staff.Who, place web.Place, w *words.Words) []ui.Link {
	var links []ui.Link
	for _, m := range menu {
		if m.permission == staff.SwitchTenant {
			who.Tenant = who.Home // the way back is always there
		}
		if who.May(m.permission) {
			now := place.Path == m.path || strings.HasPrefix(place.Path, m.path+"/")
			links = append(links, ui.Link{Label: w.Text(m.key), Href: place.Base + m.path, Now: now})
		}
	}
	return links
}

// Menu lists the parts of the office that the member may use.
func (v *Visit) Menu() []ui.Link { return menuOf(v.Who, web.PlaceOf(v.R), v.Words) }

// whoWords names the member as the head of the page shows it: the first
// section and the name, or the own body when another is worked on.
func (h *House) whoWords(ctx context.Context, who staff.Who) string {
	name := who.Member.Name
	if who.Tenant != who.Home {
		if home, ok := h.Catalogue.ByID(who.Home); ok {
			return home.Name + " " + name
		}
		return name
	}
	s, err := h.Catalogue.Snapshot(ctx, who.Tenant)
	if err == nil && len(who.Member.Sections) > 0 {
		return strings.TrimSpace(s.Section(who.Member.Sections[0]).Name + " " + name)
	}
	return name
}
