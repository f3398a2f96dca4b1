// Package office is the face that staff see (職員画面). It finds out who is
// signed in and hands each request to the pages: cases (applications), people
// (sign-in and staff) and editing (what the portal shows).
//
// Every page but those of the sign-in needs a session, which is looked up in
// the store at each request; a stranger is led to the sign-in.
package office

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"madoguchi/internal/casework"
	"madoguchi/internal/catalogue"
	"madoguchi/internal/fault"
	"madoguchi/internal/publishing"
	"madoguchi/internal/signin"
	"madoguchi/internal/staff"
	"madoguchi/internal/web"
	"madoguchi/internal/web/asset"
	"madoguchi/internal/web/editing"
	"madoguchi/internal/web/office/cases"
	"madoguchi/internal/web/office/people"
	"madoguchi/internal/web/office/visit"
	"madoguchi/internal/web/ui"
)

// Config is what an Office is made of.
type Config struct {
	Desk      *casework.Desk
	Door      *signin.Door
	Editors   *publishing.Editors
	Catalogue *catalogue.Catalogue
	Assets    *asset.Set
	Clock     func() time.Time // business time
	Now       func() time.Time // real time; nil = time.Now
	Log       *slog.Logger
	Address   string // public address of the portals without a slash at the end
	Secure    bool   // the public address is https
	Demo      *ui.Demo
}

// Office serves the pages. Many goroutines may use it.
type Office struct {
	house *visit.House
	site  *web.Site    // for what goes wrong before a page is found
	own   http.Handler // cases and people
	staff *people.People
	edit  http.Handler // the editors' pages
}

// New parses the pages.
func New(c Config) (*Office, error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	o := &Office{house: &visit.House{
		Door: c.Door, Catalogue: c.Catalogue, Clock: c.Clock, Now: c.Now, Cookies: web.Cookies{Secure: c.Secure}, Demo: c.Demo,
	}}
	about, err := cases.New(o.house, c.Desk, c.Assets, c.Log)
	if err != nil {
		return nil, fmt.Errorf("office: %w", err)
	}
	if o.staff, err = people.New(o.house, c.Assets, c.Log); err != nil {
		return nil, fmt.Errorf("office: %w", err)
	}
	o.site = about.Site()
	o.own = o.site.Routes(slices.Concat(about.Web(), o.staff.Web()))
	o.edit, err = (&editing.Editing{
		Editors: c.Editors, Catalogue: c.Catalogue, Assets: c.Assets, Clock: c.Clock, Log: c.Log, Address: c.Address,
		Who: func(r *http.Request) (staff.Who, error) {
			in, ok := visit.From(r)
			if !ok {
				return staff.Who{}, visit.ErrNone
			}
			return in.Who, nil
		},
		Frame: o.house.Frame,
	}).Handler()
	if err != nil {
		return nil, fmt.Errorf("office: %w", err)
	}
	return o, nil
}

// Routes lists every page of the office but the editors', for tests.
func Routes() []visit.Route { return slices.Concat(cases.Routes(), people.Routes()) }

// editorsPaths are the first segments that package editing answers.
var editorsPaths = []string{"news", "banner", "pages", "portal", "papers", "procedures"}

// ServeHTTP looks up the session and hands the request on.
func (o *Office) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	first, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if first == "login" {
		o.own.ServeHTTP(w, r)
		return
	}
	token := o.house.Cookies.Get(r, visit.SessionCookie)
	in, err := o.house.Door.Who(r.Context(), token, visit.Addr(r))
	if fault.KindOf(err) == fault.Denied {
		o.stranger(fault.Of(err)).ServeHTTP(w, r)
		return
	}
	if err != nil {
		o.site.Handle(func(http.ResponseWriter, *http.Request) error { return err }).ServeHTTP(w, r)
		return
	}
	r = visit.With(r, in)
	if slices.Contains(editorsPaths, first) {
		o.edit.ServeHTTP(w, r)
		return
	}
	o.own.ServeHTTP(w, r)
}

// stranger answers a request without a session. Whoever had one and has just
// sent a text gets it back; everyone else is led to the sign-in.
func (o *Office) stranger(why *fault.Error) http.Handler {
	return o.site.Handle(func(w http.ResponseWriter, r *http.Request) error {
		if r.Method == http.MethodPost && o.house.Cookies.Get(r, visit.SessionCookie) != "" {
			if form := people.Typed(r); people.Wrote(form) {
				return o.staff.Expired(w, r, why.Key(), form)
			}
		}
		o.toSignIn(w, r, why)
		return nil
	})
}

// toSignIn leads a stranger to the sign-in, and back afterwards.
func (o *Office) toSignIn(w http.ResponseWriter, r *http.Request, why *fault.Error) {
	q := url.Values{}
	if r.Method == http.MethodGet && r.URL.Path != "/" {
		q.Set("back", r.URL.RequestURI())
	}
	if o.house.Cookies.Get(r, visit.SessionCookie) != "" {
		o.house.Cookies.Drop(w, visit.SessionCookie)
		q.Set("why", strings.TrimPrefix(why.Key(), "signin."))
	}
	target := web.PlaceOf(r).Base + "/login"
	if len(q) > 0 {
		target += "?" + q.Encode()
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, target, http.StatusSeeOther)
}
