// Package visit is what the pages of the portal share (窓口の来訪): one request
// to one body's portal, with its frame, its browser and what that browser may
// open.
//
// It shows nothing itself; the pages are in browse, apply and lookup.
package visit

import (
	"log/slog"
	"net/http"
	"time"

	"madoguchi/internal/catalogue"
	"madoguchi/internal/fault"
	"madoguchi/internal/form/field"
	"madoguchi/internal/intake"
	"madoguchi/internal/search"
	"madoguchi/internal/sheet"
	"madoguchi/internal/tenant"
	"madoguchi/internal/web"
	"madoguchi/internal/web/asset"
	"madoguchi/internal/web/ui"
	"madoguchi/internal/words"
)

// House is what the pages of every body share. It is set up once and not
// changed afterwards.
type House struct {
	Catalogue *catalogue.Catalogue
	Counter   *intake.Counter
	Assets    *asset.Set
	Cookies   web.Cookies
	Clock     func() time.Time // business time
	Address   string           // public address without a slash at the end
	Secret    []byte           // seals what browsers keep
	Demo      *ui.Demo         // or nil
	Postal    field.PostalLookup
	Printer   *sheet.Printer
	Verifies  bool // there is a page 職責署名検証
	// ChecksMail says that there are pages about mails.
	ChecksMail bool

	Dictionary *search.Dictionary // of words alike; nil: there are none
	Log        *slog.Logger
	Pages      *web.Site
	Lookups    *web.Limiter // of guesses at codes, by network
}

// Visit is one request to one body's portal.
type Visit struct {
	*House
	W     http.ResponseWriter
	R     *http.Request
	Place web.Place
	Body  tenant.Tenant
	Snap  *catalogue.Snapshot
	Words *words.Words
	Times web.Times
	Now   time.Time // business time
}

// In adapts a handler that needs a body. An unknown body is NotFound.
func (p *House) In(f func(*Visit) error) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		v, err := p.Visit(w, r)
		if err != nil {
			return err
		}
		return f(v)
	}
}

// Visit returns the visit that the request is.
func (p *House) Visit(w http.ResponseWriter, r *http.Request) (*Visit, error) {
	place := web.PlaceOf(r)
	body, ok := p.Catalogue.BySlug(place.Slug)
	if !ok {
		return nil, fault.New(fault.NotFound, "portal.no_body")
	}
	snap, err := p.Catalogue.Snapshot(r.Context(), body.ID)
	if err != nil {
		return nil, err
	}
	ws := words.Of(place.Lang)
	return &Visit{
		House: p, W: w, R: r, Place: place, Body: body, Snap: snap,
		Words: ws, Times: web.Times{Words: ws}, Now: p.Clock(),
	}, nil
}
