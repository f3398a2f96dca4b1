package browse

import (
	"cmp"
	"fmt"
	"net/http"
	"strings"
	"time"

	"madoguchi/internal/jptext"
	"madoguchi/internal/tenant"
	"madoguchi/internal/web"
	"madoguchi/internal/web/portal/visit"
	"madoguchi/internal/web/ui"
	"madoguchi/internal/words"
)

// BodiesPage is the data of page/bodies.tmpl (申請団体選択).
type BodiesPage struct {
	web.Frame
	Query string
	Last  *ui.Link // the body that this browser opened last, or nil
	Found bool     // Query was given, and Areas hold what was found
	Areas []Area
}

// Area is a prefecture with its own portal and those of its municipalities.
type Area struct {
	Name   string
	Bodies []ui.Link
}

// lastCookie remembers the body that was opened last on this device.
const lastCookie = "mg-last"

func (p entrance) bodies(w http.ResponseWriter, r *http.Request) error {
	place := web.PlaceOf(r)
	query := visit.Limit(strings.TrimSpace(r.URL.Query().Get("q")), maxQuery)
	last := p.Cookies.Get(r, lastCookie)
	if _, ok := p.Catalogue.BySlug(last); !ok {
		last = ""
	}
	key := fmt.Sprintf("/ %d %s %q %q", len(p.Catalogue.Bodies()), p.Clock().Format("200601021504"), last, query)
	return p.Pages.ShowPublic(w, r, key, "bodies", func() (any, error) {
		page := BodiesPage{Frame: p.RootFrame(place, words.Of(place.Lang).Text("portal.bodies_title")), Query: query, Found: query != ""}
		page.Indexed = true
		if b, ok := p.Catalogue.BySlug(last); ok {
			page.Last = &ui.Link{Label: b.Name, Href: place.Base + "/" + b.Slug + "/"}
		}
		page.Areas = areas(p.Catalogue.Bodies(), query, place.Base)
		return page, nil
	})
}

// areas groups by prefecture, in the order of bodies, which is that of codes.
func areas(all []tenant.Tenant, query, base string) []Area {
	key := jptext.SearchKey(query)
	var list []Area
	at := map[string]int{}
	for _, b := range all {
		if key != "" && !strings.Contains(jptext.SearchKey(b.Name), key) && !strings.HasPrefix(jptext.SearchKey(b.Kana), key) {
			continue
		}
		name := cmp.Or(b.Prefecture, b.Name)
		i, ok := at[name]
		if !ok {
			i = len(list)
			at[name] = i
			list = append(list, Area{Name: name})
		}
		list[i].Bodies = append(list[i].Bodies, ui.Link{Label: b.Name, Href: base + "/" + b.Slug + "/"})
	}
	return list
}

func (p entrance) forgetBody(w http.ResponseWriter, r *http.Request) error {
	p.Cookies.Drop(w, lastCookie)
	http.Redirect(w, r, web.PlaceOf(r).Base+"/", http.StatusSeeOther)
	return nil
}

// remember notes the body on this device, if it is not noted yet.
func (v page) remember() {
	if v.Cookies.Get(v.R, lastCookie) != v.Body.Slug {
		v.Cookies.Set(v.W, lastCookie, v.Body.Slug, 365*24*time.Hour)
	}
}

func (p entrance) rootPage(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("page")
	if !isStanding(name) {
		return visit.ErrNoPage
	}
	place := web.PlaceOf(r)
	ws := words.Of(place.Lang)
	page := StandingPage{Frame: p.RootFrame(place, ws.Text("page."+name+"_title")), Text: ui.Prose(ws.Text("page." + name + "_body"))}
	return p.Pages.Show(w, r, http.StatusOK, "standing", page)
}
