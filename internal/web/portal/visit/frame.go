package visit

import (
	"net/http"
	"strings"

	"madoguchi/internal/web"
	"madoguchi/internal/web/ui"
	"madoguchi/internal/words"
)

// Frame returns the frame of a page of this body. menu is the key of the
// menu entry that the page belongs to, or "".
func (v *Visit) Frame(title, menu string) web.Frame {
	f := v.common(v.Place)
	f.Title = title
	f.Site = v.Body.Name + " " + v.Words.Text("common.service")
	f.Home, f.Body, f.Service = v.Place.Base+"/", v.Body.Name, v.Words.Text("common.service")
	f.Official = v.Words.Text("common.official", "name", v.Body.Name)
	f.Address = v.Address + "/"
	if v.Place.Own {
		f.Address = "https://" + v.Body.Host + "/"
	}
	f.Feed = v.Place.Base + "/news.atom"
	f.FootMenu = v.menu(menu)
	f.Menu = f.FootMenu
	f.SafeMenu = []ui.Link{
		{Label: v.Words.Text("footer.senders"), Href: v.Place.Base + "/senders"},
		{Label: v.Words.Text("footer.privacy"), Href: v.Place.Base + "/privacy"},
	}
	if v.ChecksMail {
		f.SafeMenu = append([]ui.Link{
			{Label: v.Words.Text("footer.mail_check"), Href: v.Place.Base + "/mail-check"},
			{Label: v.Words.Text("footer.report_mail"), Href: v.Place.Base + "/report-mail"},
		}, f.SafeMenu...)
	}
	if b := v.Snap.Banner; b.ShownAt(v.Now) {
		f.Emergency = &ui.Emergency{Title: b.Title, Text: b.Text, Href: v.link(b.Link), Label: b.LinkText}
	}
	return f
}

// common is what frames with and without a body have.
func (p *House) common(place web.Place) web.Frame {
	w := words.Of(place.Lang)
	f := web.Frame{Lang: place.Lang, LangTag: w.Text("language.tag"), Base: place.Base, Demo: p.Demo}
	languages := words.Languages()
	if len(languages) < 2 {
		return f
	}
	for _, l := range languages {
		f.Languages = append(f.Languages, ui.Link{Label: l.Name, Tag: l.Tag, Href: place.In(l.Code), Now: l.Code == place.Lang})
	}
	return f
}

func (v *Visit) menu(now string) []ui.Link {
	bodies := "/"
	if v.Place.Own {
		bodies = v.Address + "/"
	}
	links := []ui.Link{{Label: v.Words.Text("menu.bodies"), Href: bodies}}
	for _, m := range []struct{ key, path string }{
		{"menu.forms", "/forms"}, {"menu.procedures", "/procedures"}, {"menu.status", "/status"}, {"menu.verify", "/verify"},
	} {
		if m.key == "menu.verify" && !v.Verifies {
			continue
		}
		links = append(links, ui.Link{Label: v.Words.Text(m.key), Href: v.Place.Base + m.path, Now: m.key == now})
	}
	return links
}

// link makes an address of a path of this portal, and leaves https addresses.
func (v *Visit) link(target string) string {
	if strings.HasPrefix(target, "/") {
		return v.Place.Base + target
	}
	return target
}

// FailureFrame is the frame of a failure, for a body if there is one.
func (p *House) FailureFrame(r *http.Request) web.Frame {
	if v, err := p.Visit(nil, r); err == nil {
		return v.Frame("", "")
	}
	return p.RootFrame(web.PlaceOf(r), "")
}

// RootFrame is the frame of the entrance of the installation.
func (p *House) RootFrame(place web.Place, title string) web.Frame {
	w := words.Of(place.Lang)
	if place.Slug != "" { // an address whose first part names no body
		place.Base, place.Slug, place.Path = strings.TrimSuffix(place.Base, "/"+place.Slug), "", "/"
	}
	f := p.common(place)
	f.Title, f.Home, f.Body = title, place.Base+"/", w.Text("common.brand")
	f.Service, f.Site = w.Text("common.service"), w.Text("common.service")
	f.Official, f.Address = w.Text("common.official_shared"), p.Address+"/"
	f.FootMenu = []ui.Link{{Label: w.Text("menu.bodies"), Href: f.Home}}
	f.SafeMenu = []ui.Link{{Label: w.Text("footer.privacy"), Href: place.Base + "/privacy"}}
	return f
}
