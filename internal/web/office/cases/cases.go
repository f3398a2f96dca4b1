// Package cases are the office's pages about applications (申込の審査): the
// first page, work lists, one application with its acts, and messages that
// did not arrive.
//
// A page decodes, calls casework and shows; casework records each look.
package cases

import (
	"embed"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"

	"madoguchi/internal/casework"
	"madoguchi/internal/web"
	"madoguchi/internal/web/asset"
	"madoguchi/internal/web/office/visit"
)

//go:embed page/*.tmpl
var pages embed.FS

//go:embed part/*.tmpl
var parts embed.FS

// Cases serves the pages. Many goroutines may use it.
type Cases struct {
	House *visit.House
	Desk  *casework.Desk

	site *web.Site
}

// New parses the pages.
func New(house *visit.House, desk *casework.Desk, assets *asset.Set, log *slog.Logger) (*Cases, error) {
	c := &Cases{House: house, Desk: desk}
	var err error
	c.site, err = web.NewSite(web.Config{
		Log: log, Pages: pages, Parts: []fs.FS{visit.Parts(), parts}, Assets: assets, Clock: house.Clock,
		Frame: func(r *http.Request) web.Frame { return house.Frame(r, "") },
	})
	if err != nil {
		return nil, fmt.Errorf("pages about applications: %w", err)
	}
	return c, nil
}

// Site returns the pages, for tests.
func (c *Cases) Site() *web.Site { return c.site }

// page is one request.
type page struct {
	*visit.Visit
	Desk *casework.Desk
}

// replyBody is the body of a request with reply files.
var replyBody = casework.ReplyLimits.MaxTotalBytes + 1<<20

type route struct {
	visit.Route
	page func(*page) error
}

// routes is the map of the package.
var routes = []route{
	{visit.Route{Pattern: "GET /{$}"}, (*page).home},
	{visit.Route{Pattern: "GET /cases"}, (*page).list},
	{visit.Route{Pattern: "GET /cases/columns"}, (*page).columnsPage},
	{visit.Route{Pattern: "POST /cases/columns"}, (*page).columns},
	{visit.Route{Pattern: "GET /cases/saved"}, (*page).savedPage},
	{visit.Route{Pattern: "POST /cases/saved"}, (*page).saveList},
	{visit.Route{Pattern: "GET /cases/{n}"}, (*page).contents},
	{visit.Route{Pattern: "GET /cases/{n}/messages"}, (*page).messages},
	{visit.Route{Pattern: "POST /cases/{n}/messages", MaxBody: replyBody}, (*page).reply},
	{visit.Route{Pattern: "GET /cases/{n}/files"}, (*page).files},
	{visit.Route{Pattern: "GET /cases/{n}/files/{f}"}, (*page).file},
	{visit.Route{Pattern: "GET /cases/{n}/history"}, (*page).history},
	{visit.Route{Pattern: "GET /cases/{n}/print"}, (*page).print},
	{visit.Route{Pattern: "POST /cases/{n}/accept"}, (*page).accept},
	{visit.Route{Pattern: "GET /cases/{n}/decide"}, (*page).decidePage},
	{visit.Route{Pattern: "POST /cases/{n}/decide"}, (*page).decide},
	{visit.Route{Pattern: "GET /cases/{n}/assign"}, (*page).assignPage},
	{visit.Route{Pattern: "POST /cases/{n}/assign"}, (*page).assign},
	{visit.Route{Pattern: "POST /cases/{n}/notes"}, (*page).note},
	{visit.Route{Pattern: "GET /undelivered"}, (*page).undelivered},
	{visit.Route{Pattern: "GET /audit/application"}, (*page).ledger},
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
func (c *Cases) Web() []web.Route {
	var list []web.Route
	for _, x := range routes {
		list = append(list, web.Route{Pattern: x.Pattern, MaxBody: x.MaxBody, Handler: func(w http.ResponseWriter, r *http.Request) error {
			v, err := c.House.Of(c.site, w, r, x.Open)
			if err != nil {
				return err
			}
			return x.page(&page{Visit: v, Desk: c.Desk})
		}})
	}
	return list
}
