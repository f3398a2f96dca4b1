// Package portal is the face that residents see (住民の窓口): choosing a body,
// finding a procedure, applying, and looking up what was sent.
//
// It decodes requests, calls the acts of intake and shows pages; it decides
// nothing about applications itself. What is the same for everyone comes from
// the catalogue and is remembered as rendered; a person's data is shown only
// by acts that record the view first. The pages' handlers are in browse, apply
// and lookup, what they share in visit.
package portal

import (
	"embed"
	"io/fs"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"madoguchi/internal/catalogue"
	"madoguchi/internal/form/field"
	"madoguchi/internal/intake"
	"madoguchi/internal/mailroom"
	"madoguchi/internal/search"
	"madoguchi/internal/sheet"
	"madoguchi/internal/signature"
	"madoguchi/internal/signature/report"
	"madoguchi/internal/tenant"
	"madoguchi/internal/web"
	"madoguchi/internal/web/asset"
	"madoguchi/internal/web/mailpages"
	"madoguchi/internal/web/portal/apply"
	"madoguchi/internal/web/portal/browse"
	"madoguchi/internal/web/portal/lookup"
	"madoguchi/internal/web/portal/visit"
	"madoguchi/internal/web/ui"
	"madoguchi/internal/web/verification"
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
	Clock     func() time.Time   // business time
	Address   string             // public address without a slash at the end: https://shinsei.example.jp
	Secret    []byte             // at least 32 bytes; seals what browsers keep
	Demo      *ui.Demo           // or nil
	Postal    field.PostalLookup // finds addresses by postal code; nil: finds none
	Printer   *sheet.Printer     // makes PDF copies; without it there is only the print view

	// Dictionary has the words alike that searches use; nil: none.
	Dictionary *search.Dictionary

	// Verify checks a document's official signature; nil: no such page.
	Verify func(signature.Input) report.File
	// Mailroom knows which mails were sent; nil: no pages about mails.
	Mailroom *mailroom.Room
	Log      *slog.Logger

	house *visit.House
}

// RootPages are the first segments of addresses at the entrance of the
// installation that name pages and no body.
var RootPages = []string{"help", "accessibility", "privacy", "terms", "forget"}

// Handler returns the routes of the portal.
func (p *Portal) Handler() (http.Handler, error) {
	h := &visit.House{
		Catalogue: p.Catalogue, Counter: p.Counter, Assets: p.Assets, Cookies: p.Cookies, Clock: p.Clock, Address: p.Address,
		Secret: p.Secret, Demo: p.Demo, Postal: p.Postal, Printer: p.Printer, Verifies: p.Verify != nil, ChecksMail: p.Mailroom != nil, Log: p.Log, Dictionary: p.Dictionary,
		// A person mistypes a few times; a program that guesses is slowed down.
		Lookups: &web.Limiter{Every: 6 * time.Second, Burst: 20},
	}
	var err error
	h.Pages, err = web.NewSite(web.Config{
		Log: p.Log, Pages: pages, Parts: []fs.FS{parts()}, Assets: p.Assets, Clock: p.Clock, Frame: h.FailureFrame,
	})
	if err != nil {
		return nil, err
	}
	p.house = h
	root := h.Pages.Routes(browse.RootRoutes(h))
	body := h.Pages.Routes(slices.Concat(browse.Routes(h), apply.Routes(h), lookup.Routes(h)))
	verify, err := p.verification()
	if err != nil {
		return nil, err
	}
	mails, err := p.mailPages()
	if err != nil {
		return nil, err
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		place := web.PlaceOf(r)
		switch {
		case place.Slug == "":
			root.ServeHTTP(w, r)
		case p.Verify != nil && (place.Path == "/verify" || strings.HasPrefix(place.Path, "/verify/")) && p.isBody(place.Slug):
			verify.ServeHTTP(w, r)
		case p.Mailroom != nil && slices.Contains(mailpages.Paths, place.Path):
			mails.ServeHTTP(w, r)
		default:
			body.ServeHTTP(w, r)
		}
	}), nil
}

// Site returns the pages. It panics before Handler.
func (p *Portal) Site() *web.Site { return p.house.Pages }

func (p *Portal) isBody(slug string) bool {
	_, ok := p.Catalogue.BySlug(slug)
	return ok
}

// verification returns the pages of 職責署名検証.
func (p *Portal) verification() (http.Handler, error) {
	if p.Verify == nil {
		return http.NotFoundHandler(), nil
	}
	pages, err := verification.New(verification.Config{
		Verify: p.Verify, Assets: p.Assets, Clock: p.Clock, Log: p.Log,
		Frame: func(r *http.Request, title string) web.Frame {
			v, err := p.house.Visit(nil, r)
			if err != nil {
				return p.house.RootFrame(web.PlaceOf(r), title)
			}
			return v.Frame(title, "menu.verify")
		},
	})
	if err != nil {
		return nil, err
	}
	return pages.Handler(), nil
}

// mailPages returns the pages このメールは本物か and 不審なメールの通報.
func (p *Portal) mailPages() (http.Handler, error) {
	if p.Mailroom == nil {
		return http.NotFoundHandler(), nil
	}
	pages, err := mailpages.New(mailpages.Config{
		Room: p.Mailroom, Assets: p.Assets, Clock: p.Clock, Log: p.Log, Frame: p.frame,
		Body: func(r *http.Request) (tenant.Tenant, error) {
			v, err := p.house.Visit(nil, r)
			if err != nil {
				return tenant.Tenant{}, err
			}
			return v.Body, nil
		},
	})
	if err != nil {
		return nil, err
	}
	return pages.Handler(), nil
}

// frame is the frame of a page outside of the five menus.
func (p *Portal) frame(r *http.Request, title string) web.Frame {
	v, err := p.house.Visit(nil, r)
	if err != nil {
		return p.house.RootFrame(web.PlaceOf(r), title)
	}
	return v.Frame(title, "")
}
