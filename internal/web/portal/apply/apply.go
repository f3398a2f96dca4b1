// Package apply shows the pages on which a resident applies (手続き申込): the
// mail confirmation, the form, the check and the receipt.
//
// A draft is shown only to the browser that it belongs to; intake decides that.
package apply

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
		{Pattern: "GET /procedures/{p}/email", Handler: in(page.email)},
		{Pattern: "POST /procedures/{p}/email", Handler: in(page.askEmail)},
		{Pattern: "GET /confirm/sent", Handler: in(page.sent)},
		{Pattern: "POST /confirm/resend", Handler: in(page.resend)},
		{Pattern: "POST /confirm/code", Handler: in(page.code)},
		{Pattern: "GET /confirm/{token}", Handler: in(page.linkPage)},
		{Pattern: "POST /confirm/{token}", Handler: in(page.useLink)},
		{Pattern: "GET /resume", Handler: in(page.resume)},
		{Pattern: "POST /resume", Handler: in(page.askResume)},
		{Pattern: "GET /apply/{a}", Handler: in(page.enter)},
		{Pattern: "GET /apply/{a}/{page}", Handler: in(page.fill)},
		{Pattern: "POST /apply/{a}/{page}", Handler: in(page.save), MaxBody: maxUpload},
		{Pattern: "POST /apply/{a}/carry", Handler: in(page.carry)},
		{Pattern: "POST /apply/{a}/pause", Handler: in(page.pause)},
		{Pattern: "GET /apply/{a}/saved", Handler: in(page.saved)},
		{Pattern: "GET /apply/{a}/check", Handler: in(page.check)},
		{Pattern: "POST /apply/{a}/submit", Handler: in(page.submit)},
		{Pattern: "GET /apply/{a}/done", Handler: in(page.done)},
	}
}
