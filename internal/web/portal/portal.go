// Package portal is the face that residents see (住民の窓口): choosing a body,
// finding a procedure, applying, and looking up what was sent.
//
// It decodes requests, calls the acts of intake and shows pages; it decides
// nothing about applications itself. What is the same for everyone comes from
// the catalogue and is remembered as rendered; a person's data is shown only
// by acts that record the view first.
package portal

import (
	"embed"
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"madoguchi/internal/catalogue"
	"madoguchi/internal/fault"
	"madoguchi/internal/form/field"
	"madoguchi/internal/intake"
	"madoguchi/internal/sheet"
	"madoguchi/internal/signature"
	"madoguchi/internal/signature/report"
	"madoguchi/internal/tenant"
	"madoguchi/internal/web"
	"madoguchi/internal/web/asset"
	"madoguchi/internal/web/ui"
	"madoguchi/internal/web/verification"
	"madoguchi/internal/words"
)

//go:embed page/*.tmpl part/*.tmpl
var pages embed.FS

// parts are the templates that several pages use.
func parts() fs.FS {
	sub, err := fs.Sub(pages, "part")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return sub
}

// Portal serves the residents' pages. Its exported fields are set before
// Handler is called and not changed afterwards.
type Portal struct {
	Catalogue *catalogue.Catalogue
	Counter   *intake.Counter
	Assets    *asset.Set
	Cookies   web.Cookies
	Clock     func() time.Time // business time
	Address   string           // public address without a slash at the end: https://shinsei.example.jp
	Secret    []byte           // at least 32 bytes; seals what browsers keep
	Demo      *ui.Demo         // or nil
	Postal    field.PostalLookup
	Printer   *sheet.Printer // makes PDF copies; without it there is only the print view

	// Verify checks a document's official signature; nil: no such page.
	Verify func(signature.Input) report.File
	Log    *slog.Logger

	site    *web.Site
	lookups web.Limiter
}

// RootPages are the first segments of addresses at the entrance of the
// installation that name pages and no body.
var RootPages = []string{"help", "accessibility", "privacy", "terms", "forget"}

// Handler returns the routes of the portal.
func (p *Portal) Handler() (http.Handler, error) {
	// A person mistypes a few times; a program that guesses is slowed down.
	p.lookups.Every, p.lookups.Burst = 6*time.Second, 20
	var err error
	p.site, err = web.NewSite(web.Config{
		Log: p.Log, Pages: pages, Parts: []fs.FS{parts()}, Assets: p.Assets, Clock: p.Clock,
		Frame: func(r *http.Request) web.Frame { return p.failureFrame(r) },
	})
	if err != nil {
		return nil, err
	}
	root, body := p.site.Routes(p.rootRoutes()), p.site.Routes(p.routes())
	verify, err := p.verification()
	if err != nil {
		return nil, err
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		place := web.PlaceOf(r)
		switch {
		case place.Slug == "":
			root.ServeHTTP(w, r)
		case verify != nil && (place.Path == "/verify" || strings.HasPrefix(place.Path, "/verify/")) && p.isBody(place.Slug):
			verify.ServeHTTP(w, r)
		default:
			body.ServeHTTP(w, r)
		}
	}), nil
}

// Site returns the pages, for tests. It is nil before Handler.
func (p *Portal) Site() *web.Site { return p.site }

func (p *Portal) isBody(slug string) bool {
	_, ok := p.Catalogue.BySlug(slug)
	return ok
}

// verification returns the pages of 職責署名検証, or nil without Verify.
func (p *Portal) verification() (http.Handler, error) {
	if p.Verify == nil {
		return nil, nil
	}
	pages, err := verification.New(verification.Config{
		Verify: p.Verify, Assets: p.Assets, Clock: p.Clock, Log: p.Log,
		Frame: func(r *http.Request, title string) web.Frame {
			v, err := p.visit(nil, r)
			if err != nil {
				return p.rootFrame(web.PlaceOf(r), title)
			}
			return v.frame(title, "menu.verify")
		},
	})
	if err != nil {
		return nil, err
	}
	return pages.Handler(), nil
}

// rootRoutes is the map of the entrance, where no body is chosen yet.
func (p *Portal) rootRoutes() []web.Route {
	return []web.Route{
		{Pattern: "GET /{$}", Handler: p.bodies},
		{Pattern: "POST /forget", Handler: p.forgetBody},
		{Pattern: "GET /{page}", Handler: p.rootPage},
	}
}

// routes is the map of one body's portal.
func (p *Portal) routes() []web.Route {
	return []web.Route{
		{Pattern: "GET /{$}", Handler: p.in((*visit).home)},
		{Pattern: "GET /news", Handler: p.in((*visit).news)},
		{Pattern: "GET /news/{id}", Handler: p.in((*visit).newsItem)},
		{Pattern: "GET /news.atom", Handler: p.in((*visit).feed)},
		{Pattern: "GET /procedures", Handler: p.in((*visit).list)},
		{Pattern: "GET /procedures/categories", Handler: p.in((*visit).categories)},
		{Pattern: "GET /procedures/kana", Handler: p.in((*visit).kana)},
		{Pattern: "GET /procedures/{p}", Handler: p.in((*visit).start)},
		{Pattern: "POST /procedures/{p}/begin", Handler: p.in((*visit).begin)},
		{Pattern: "GET /procedures/{p}/email", Handler: p.in((*visit).email)},
		{Pattern: "POST /procedures/{p}/email", Handler: p.in((*visit).askEmail)},
		{Pattern: "GET /confirm/sent", Handler: p.in((*visit).sent)},
		{Pattern: "POST /confirm/resend", Handler: p.in((*visit).resend)},
		{Pattern: "POST /confirm/code", Handler: p.in((*visit).code)},
		{Pattern: "GET /confirm/{token}", Handler: p.in((*visit).linkPage)},
		{Pattern: "POST /confirm/{token}", Handler: p.in((*visit).useLink)},
		{Pattern: "GET /resume", Handler: p.in((*visit).resume)},
		{Pattern: "POST /resume", Handler: p.in((*visit).askResume)},
		{Pattern: "GET /apply/{a}", Handler: p.in((*visit).enter)},
		{Pattern: "GET /apply/{a}/{page}", Handler: p.in((*visit).fill)},
		{Pattern: "POST /apply/{a}/{page}", Handler: p.in((*visit).save), MaxBody: maxUpload},
		{Pattern: "GET /apply/{a}/files/{f}", Handler: p.in((*visit).draftFile)},
		{Pattern: "POST /apply/{a}/carry", Handler: p.in((*visit).carry)},
		{Pattern: "POST /apply/{a}/pause", Handler: p.in((*visit).pause)},
		{Pattern: "GET /apply/{a}/saved", Handler: p.in((*visit).saved)},
		{Pattern: "GET /apply/{a}/check", Handler: p.in((*visit).check)},
		{Pattern: "POST /apply/{a}/submit", Handler: p.in((*visit).submit)},
		{Pattern: "GET /apply/{a}/done", Handler: p.in((*visit).done)},
		{Pattern: "GET /status", Handler: p.in((*visit).lookup)},
		{Pattern: "POST /status", Handler: p.in((*visit).openCase)},
		{Pattern: "POST /status/close", Handler: p.in((*visit).closeCases)},
		{Pattern: "GET /status/recover", Handler: p.in((*visit).recoverPage)},
		{Pattern: "POST /status/recover", Handler: p.in((*visit).recover)},
		{Pattern: "GET /status/{n}", Handler: p.in((*visit).status)},
		{Pattern: "GET /status/{n}/code", Handler: p.in((*visit).newCode)},
		{Pattern: "POST /status/{n}/messages", Handler: p.in((*visit).ask)},
		{Pattern: "POST /status/{n}/edit", Handler: p.in((*visit).edit)},
		{Pattern: "POST /status/{n}/again", Handler: p.in((*visit).applyAgain)},
		{Pattern: "GET /status/{n}/withdraw", Handler: p.in((*visit).withdrawPage)},
		{Pattern: "POST /status/{n}/withdraw", Handler: p.in((*visit).withdraw)},
		{Pattern: "GET /status/{n}/files/{f}", Handler: p.in((*visit).caseFile)},
		{Pattern: "GET /status/{n}/receipt", Handler: p.in((*visit).printView)},
		{Pattern: "GET /status/{n}/receipt.pdf", Handler: p.in((*visit).pdf)},
		{Pattern: "GET /forms", Handler: p.in((*visit).papers)},
		{Pattern: "GET /forms/{f}/file", Handler: p.in((*visit).paperFile)},
		{Pattern: "GET /senders", Handler: p.in((*visit).senders)},
		{Pattern: "GET /contact", Handler: p.in((*visit).contact)},
		{Pattern: "GET /{page}", Handler: p.in((*visit).standing)},
	}
}

// visit is one request to one body's portal.
type visit struct {
	*Portal
	w      http.ResponseWriter
	r      *http.Request
	place  web.Place
	body   tenant.Tenant
	snap   *catalogue.Snapshot
	words  *words.Words
	times  web.Times
	now    time.Time // business time
	frames web.Frame // of this body, without a title
}

// in adapts a handler that needs a body. An unknown body is NotFound.
func (p *Portal) in(f func(*visit) error) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		v, err := p.visit(w, r)
		if err != nil {
			return err
		}
		return f(v)
	}
}

func (p *Portal) visit(w http.ResponseWriter, r *http.Request) (*visit, error) {
	place := web.PlaceOf(r)
	body, ok := p.Catalogue.BySlug(place.Slug)
	if !ok {
		return nil, fault.New(fault.NotFound, "portal.no_body")
	}
	snap, err := p.Catalogue.Snapshot(r.Context(), body.ID)
	if err != nil {
		return nil, err
	}
	words := words.Of(place.Lang)
	v := &visit{
		Portal: p, w: w, r: r, place: place, body: body, snap: snap,
		words: words, times: web.Times{Words: words}, now: p.Clock(),
	}
	return v, nil
}

// frame returns the frame of a page of this body. menu is the key of the
// menu entry that the page belongs to, or "".
func (v *visit) frame(title, menu string) web.Frame {
	f := v.common(v.place)
	f.Title = title
	f.Site = v.body.Name + " " + v.words.Text("common.service")
	f.Home, f.Body, f.Service = v.place.Base+"/", v.body.Name, v.words.Text("common.service")
	f.Official = v.words.Text("common.official", "name", v.body.Name)
	f.Address = v.Address + "/"
	if v.place.Own {
		f.Address = "https://" + v.body.Host + "/"
	}
	f.Feed = v.place.Base + "/news.atom"
	f.FootMenu = v.menu(menu)
	f.Menu = f.FootMenu
	f.SafeMenu = []ui.Link{
		{Label: v.words.Text("footer.senders"), Href: v.place.Base + "/senders"},
		{Label: v.words.Text("footer.privacy"), Href: v.place.Base + "/privacy"},
	}
	if b := v.snap.Banner; b.ShownAt(v.now) {
		f.Emergency = &ui.Emergency{Title: b.Title, Text: b.Text, Href: v.link(b.Link), Label: b.LinkText}
	}
	return f
}

// common is what frames with and without a body have.
func (p *Portal) common(place web.Place) web.Frame {
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

func (v *visit) menu(now string) []ui.Link {
	bodies := "/"
	if v.place.Own {
		bodies = v.Address + "/"
	}
	links := []ui.Link{{Label: v.words.Text("menu.bodies"), Href: bodies}}
	for _, m := range []struct{ key, path string }{
		{"menu.forms", "/forms"}, {"menu.procedures", "/procedures"}, {"menu.status", "/status"}, {"menu.verify", "/verify"},
	} {
		if m.key == "menu.verify" && v.Verify == nil {
			continue
		}
		links = append(links, ui.Link{Label: v.words.Text(m.key), Href: v.place.Base + m.path, Now: m.key == now})
	}
	return links
}

// link makes an address of a path of this portal, and leaves https addresses.
func (v *visit) link(target string) string {
	if strings.HasPrefix(target, "/") {
		return v.place.Base + target
	}
	return target
}

// failureFrame is the frame of a failure, for a body if there is one.
func (p *Portal) failureFrame(r *http.Request) web.Frame {
	if v, err := p.visit(nil, r); err == nil {
		return v.frame("", "")
	}
	return p.rootFrame(web.PlaceOf(r), "")
}

// rootFrame is the frame of the entrance of the installation.
func (p *Portal) rootFrame(place web.Place, title string) web.Frame {
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

// see answers a post: the browser gets the address that it shall show.
func (v *visit) see(path string) error {
	http.Redirect(v.w, v.r, v.place.Base+path, http.StatusSeeOther)
	return nil
}

func (v *visit) show(status int, name string, data any) error {
	return v.site.Show(v.w, v.r, status, name, data)
}

// public shows a page that is the same for everyone within one minute of
// business time. address is the canonical form of what was asked for.
func (v *visit) public(address, name string, build func() (any, error)) error {
	key := v.body.Slug + " " + v.now.In(web.Tokyo).Format("200601021504") + " " +
		itoa(v.snap.Version) + "." + itoa(int64(v.body.Version)) + " " + v.place.Base + address
	return v.site.ShowPublic(v.w, v.r, key, name, build)
}

// form returns what was posted. A body that cannot be read is a fault.
func (v *visit) form() (url.Values, error) {
	err := v.r.ParseForm()
	if tooLarge(err) {
		return nil, err
	}
	if err != nil {
		return nil, badForm(err)
	}
	return v.r.PostForm, decoded(v.r.PostForm)
}

func tooLarge(err error) bool {
	_, ok := errors.AsType[*http.MaxBytesError](err)
	return ok
}

// postal finds the places of a postal code.
func (p *Portal) postal() field.PostalLookup {
	if p.Postal != nil {
		return p.Postal
	}
	return func(string) []field.Place { return nil }
}
