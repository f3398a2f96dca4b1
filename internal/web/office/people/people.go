// Package people are the office's pages about its own people (職員の管理): the
// sign-in, one's own account, members, sections, the bodies that one may work
// on, and the audit trail.
//
// Rules and rights are signin's; a page decodes, calls and shows.
package people

import (
	"embed"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"time"

	"madoguchi/internal/web"
	"madoguchi/internal/web/asset"
	"madoguchi/internal/web/office/visit"
)

//go:embed page/*.tmpl
var pages embed.FS

// People serves the pages. Many goroutines may use it.
type People struct {
	House *visit.House
	Tries *web.Limiter // of passwords and codes, by network

	site *web.Site
}

// New parses the pages.
func New(house *visit.House, assets *asset.Set, log *slog.Logger) (*People, error) {
	p := &People{House: house, Tries: &web.Limiter{Every: 2 * time.Second, Burst: 60}}
	var err error
	p.site, err = web.NewSite(web.Config{
		Log: log, Pages: pages, Parts: []fs.FS{visit.Parts()}, Assets: assets, Clock: house.Clock,
		Frame: func(r *http.Request) web.Frame { return house.Frame(r, "") },
	})
	if err != nil {
		return nil, fmt.Errorf("pages about staff: %w", err)
	}
	return p, nil
}

// Site returns the pages, for tests.
func (p *People) Site() *web.Site { return p.site }

// page is one request.
type page struct {
	*visit.Visit
	Tries *web.Limiter
}

type route struct {
	visit.Route
	page func(*page) error
}

// routes is the map of the package.
var routes = []route{
	{visit.Route{Pattern: "GET /login", Open: true}, (*page).signIn},
	{visit.Route{Pattern: "POST /login", Open: true}, (*page).password},
	{visit.Route{Pattern: "GET /login/code", Open: true}, (*page).codePage},
	{visit.Route{Pattern: "POST /login/code", Open: true}, (*page).code},
	{visit.Route{Pattern: "GET /login/enrol", Open: true}, (*page).enrolPage},
	{visit.Route{Pattern: "POST /login/enrol", Open: true}, (*page).enrol},
	{visit.Route{Pattern: "GET /login/enrol/qr.png", Open: true}, (*page).qr},
	{visit.Route{Pattern: "GET /login/codes", Open: true}, (*page).codesPage},
	{visit.Route{Pattern: "POST /login/codes", Open: true}, (*page).codesNoted},
	{visit.Route{Pattern: "GET /login/password", Open: true}, (*page).newPasswordPage},
	{visit.Route{Pattern: "POST /login/password", Open: true}, (*page).newPassword},
	{visit.Route{Pattern: "GET /login/device", Open: true}, (*page).devicePage},
	{visit.Route{Pattern: "POST /login/device", Open: true}, (*page).device},
	{visit.Route{Pattern: "POST /logout"}, (*page).signOut},

	{visit.Route{Pattern: "GET /account"}, (*page).account},
	{visit.Route{Pattern: "POST /account/password"}, (*page).changePassword},
	{visit.Route{Pattern: "POST /account/codes"}, (*page).newCodes},
	{visit.Route{Pattern: "GET /account/codes"}, (*page).newCodesPage},
	{visit.Route{Pattern: "POST /account/sessions/{s}/end"}, (*page).endOwn},
	{visit.Route{Pattern: "GET /tenants"}, (*page).tenants},
	{visit.Route{Pattern: "POST /tenants"}, (*page).switchTenant},

	{visit.Route{Pattern: "GET /staff"}, (*page).members},
	{visit.Route{Pattern: "GET /staff/new"}, (*page).newMember},
	{visit.Route{Pattern: "POST /staff/new"}, (*page).addMember},
	{visit.Route{Pattern: "GET /staff/{m}"}, (*page).member},
	{visit.Route{Pattern: "POST /staff/{m}"}, (*page).saveMember},
	{visit.Route{Pattern: "GET /staff/{m}/reset"}, (*page).resetPage},
	{visit.Route{Pattern: "POST /staff/{m}/reset"}, (*page).reset},
	{visit.Route{Pattern: "GET /staff/{m}/password"}, (*page).startPassword},
	{visit.Route{Pattern: "POST /staff/{m}/end"}, (*page).endAccount},
	{visit.Route{Pattern: "POST /staff/{m}/sessions/{s}/end"}, (*page).endSession},
	{visit.Route{Pattern: "POST /staff/{m}/devices/{d}"}, (*page).blockDevice},
	{visit.Route{Pattern: "GET /sections"}, (*page).sections},
	{visit.Route{Pattern: "GET /sections/new"}, (*page).section},
	{visit.Route{Pattern: "POST /sections/new"}, (*page).saveSection},
	{visit.Route{Pattern: "GET /sections/{s}"}, (*page).section},
	{visit.Route{Pattern: "POST /sections/{s}"}, (*page).saveSection},
	{visit.Route{Pattern: "GET /audit"}, (*page).trail},
}

// Routes lists every page, for the mux and for tests.
func Routes() []visit.Route {
	var list []visit.Route
	for _, x := range routes {
		list = append(list, x.Route)
	}
	return list
}

// Web returns the routes with their handlers.
func (p *People) Web() []web.Route {
	var list []web.Route
	for _, x := range routes {
		list = append(list, web.Route{Pattern: x.Pattern, MaxBody: x.MaxBody, Handler: func(w http.ResponseWriter, r *http.Request) error {
			v, err := p.House.Of(p.site, w, r, x.Open)
			if err != nil {
				return err
			}
			return x.page(&page{Visit: v, Tries: p.Tries})
		}})
	}
	return list
}
