// Package browse shows the pages of the portal that are the same for everyone
// (案内): the bodies, a body's home page and notices, the list of procedures,
// their start pages, blank forms and the standing pages.
//
// They come from the catalogue and hold no personal data.
package browse

import (
	"madoguchi/internal/web"
	"madoguchi/internal/web/portal/visit"
)

// page is a visit with the handlers of this package.
type page struct{ *visit.Visit }

// entrance has the pages where no body is chosen yet.
type entrance struct{ *visit.House }

// RootRoutes is the map of the entrance.
func RootRoutes(h *visit.House) []web.Route {
	p := entrance{h}
	return []web.Route{
		{Pattern: "GET /{$}", Handler: p.bodies},
		{Pattern: "POST /forget", Handler: p.forgetBody},
		{Pattern: "GET /{page}", Handler: p.rootPage},
	}
}

// Routes is the map of these pages in one body's portal.
func Routes(h *visit.House) []web.Route {
	in := func(f func(page) error) web.Handler {
		return h.In(func(v *visit.Visit) error { return f(page{v}) })
	}
	return []web.Route{
		{Pattern: "GET /{$}", Handler: in(page.home)},
		{Pattern: "GET /news", Handler: in(page.news)},
		{Pattern: "GET /news/{id}", Handler: in(page.newsItem)},
		{Pattern: "GET /news.atom", Handler: in(page.feed)},
		{Pattern: "GET /procedures", Handler: in(page.list)},
		{Pattern: "GET /procedures/categories", Handler: in(page.categories)},
		{Pattern: "GET /procedures/kana", Handler: in(page.kana)},
		{Pattern: "GET /procedures/suggest", Handler: in(page.suggest)},
		{Pattern: "GET /procedures/{p}", Handler: in(page.start)},
		{Pattern: "POST /procedures/{p}/begin", Handler: in(page.begin)},
		{Pattern: "GET /procedures.json", Handler: in(page.openJSON)},
		{Pattern: "GET /procedures.csv", Handler: in(page.openCSV)},
		{Pattern: "GET /procedures.ics", Handler: in(page.calendar)},
		{Pattern: "GET /sitemap.xml", Handler: in(page.sitemap)},
		{Pattern: "GET /opensearch.xml", Handler: in(page.opensearch)},
		{Pattern: "GET /forms", Handler: in(page.papers)},
		{Pattern: "GET /forms/{f}/file", Handler: in(page.paperFile)},
		{Pattern: "GET /senders", Handler: in(page.senders)},
		{Pattern: "GET /contact", Handler: in(page.contact)},
		{Pattern: "GET /{page}", Handler: in(page.standing)},
	}
}
