// Package lookup shows the pages on which a resident looks after an
// application that was sent (申込内容照会): status, messages, files, correction,
// withdrawal and the copy.
//
// An application is opened by number and lookup code, or in the browser that
// submitted it; intake decides that and records each view.
package lookup

import (
	"madoguchi/internal/web"
	"madoguchi/internal/web/portal/visit"
)

// page is a visit with the handlers of this package.
type page struct{ *visit.Visit }

// Routes is the map of these pages in one body's portal.
func Routes(h *visit.House) []web.Route {
	in := func(f func(page) error) web.Handler {
		return h.In(func(v *visit.Visit) error { return f(page{v}) })
	}
	return []web.Route{
		{Pattern: "GET /status", Handler: in(page.lookup)},
		{Pattern: "POST /status", Handler: in(page.openCase)},
		{Pattern: "POST /status/close", Handler: in(page.closeCases)},
		{Pattern: "GET /status/recover", Handler: in(page.recoverPage)},
		{Pattern: "POST /status/recover", Handler: in(page.recover)},
		{Pattern: "GET /status/{n}", Handler: in(page.status)},
		{Pattern: "GET /status/{n}/code", Handler: in(page.newCode)},
		{Pattern: "POST /status/{n}/messages", Handler: in(page.ask)},
		{Pattern: "POST /status/{n}/edit", Handler: in(page.edit)},
		{Pattern: "POST /status/{n}/again", Handler: in(page.applyAgain)},
		{Pattern: "GET /status/{n}/withdraw", Handler: in(page.withdrawPage)},
		{Pattern: "POST /status/{n}/withdraw", Handler: in(page.withdraw)},
		{Pattern: "GET /status/{n}/files/{f}", Handler: in(page.caseFile)},
		{Pattern: "GET /status/{n}/receipt", Handler: in(page.printView)},
		{Pattern: "GET /status/{n}/receipt.pdf", Handler: in(page.pdf)},
	}
}
