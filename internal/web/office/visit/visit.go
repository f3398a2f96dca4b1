// Package visit is what the pages of the office share (職員画面の枠): one
// request of a member, the frame around every page, the words for what is
// wrong with an input, and the names of the cookies.
//
// Who is signed in is found by package office and handed on with the request.
package visit

import (
	"context"
	"embed"
	"io/fs"
	"net/http"
	"net/url"
	"strings"
	"time"

	"madoguchi/internal/catalogue"
	"madoguchi/internal/fault"
	"madoguchi/internal/signin"
	"madoguchi/internal/staff"
	"madoguchi/internal/tenant"
	"madoguchi/internal/web"
	"madoguchi/internal/web/ui"
	"madoguchi/internal/words"
)

//go:embed part/*.tmpl
var parts embed.FS

// Parts returns templates that pages of several packages use.
func Parts() fs.FS { return parts }

// ErrNone is what someone gets who may not see a thing, or where there is none.
var ErrNone = fault.New(fault.NotFound, "fault.not_found_text")

// Names of the cookies.
const (
	SessionCookie = "mg-staff"  // the session's token
	DeviceCookie  = "mg-device" // the browser's secret, by which devices are known
	TicketCookie  = "mg-ticket" // how far a sign-in has come
	FlashCookie   = "mg-once"   // something to be shown once
	BodyCookie    = "mg-office" // the slug of the last body
)

// DeviceAge is how long a browser is known.
const DeviceAge = 400 * 24 * time.Hour

// House is what every page of the office needs.
type House struct {
	Door      *signin.Door
	Catalogue *catalogue.Catalogue
	Clock     func() time.Time // business time
	Now       func() time.Time // real time
	Cookies   web.Cookies
	Demo      *ui.Demo
}

// Route is one line of a map of pages. Open pages need no session. {n} is a
// receipt number, {f} a file, {m} a member, {s} a session or a section, {d} a
// device.
type Route struct {
	Pattern string
	Open    bool
	MaxBody int64 // bytes, where it differs from the site's
}

type key struct{}

// With returns r with the session that it belongs to.
func With(r *http.Request, in signin.Visit) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), key{}, in))
}

// From returns the session that the request belongs to.
func From(r *http.Request) (signin.Visit, bool) {
	in, ok := r.Context().Value(key{}).(signin.Visit)
	return in, ok
}

// Addr is the client's address as the records keep it, "" where it is not known.
func Addr(r *http.Request) string {
	if a := web.PlaceOf(r).Addr; a.IsValid() {
		return a.String()
	}
	return ""
}

// Visit is one request, of a member who is signed in unless the page is open.
type Visit struct {
	*House
	Site  *web.Site
	W     http.ResponseWriter
	R     *http.Request
	Who   staff.Who
	Words *words.Words
	Times web.Times
	Base  string // what the office's addresses begin with
}

// Of returns the visit that a request is. NotFound: the page is not open and
// nobody is signed in.
func (h *House) Of(site *web.Site, w http.ResponseWriter, r *http.Request, open bool) (*Visit, error) {
	in, ok := From(r)
	if !ok && !open {
		return nil, ErrNone
	}
	place := web.PlaceOf(r)
	ws := words.Of(place.Lang)
	return &Visit{House: h, Site: site, W: w, R: r, Who: in.Who, Words: ws, Times: web.Times{Words: ws}, Base: place.Base}, nil
}

// Context is the request's.
func (v *Visit) Context() context.Context { return v.R.Context() }

// Show writes a page.
func (v *Visit) Show(status int, name string, data any) error {
	return v.Site.Show(v.W, v.R, status, name, data)
}

// Frame returns the frame of a page whose title is the words of key.
func (v *Visit) Frame(key string, args ...any) web.Frame {
	return v.House.Frame(v.R, v.Words.Text(key, args...))
}

// Redirect leads to a page of the office; path may have a query.
func (v *Visit) Redirect(path string) error {
	http.Redirect(v.W, v.R, v.Base+path, http.StatusSeeOther)
	return nil
}

// Posted returns the fields of a form.
func (v *Visit) Posted() (url.Values, error) {
	if err := v.R.ParseForm(); err != nil {
		return nil, fault.New(fault.Invalid, "fault.bad_form").Because(err)
	}
	return v.R.PostForm, nil
}

// Body returns the tenant that the member works on.
func (v *Visit) Body() tenant.Tenant {
	t, _ := v.Catalogue.ByID(v.Who.Tenant) // a session's tenant exists
	return t
}

// Moment is 7月1日（金）14時23分, with the year where it is not this one.
func (v *Visit) Moment(at time.Time) string {
	if at.In(web.Tokyo).Year() != v.Clock().In(web.Tokyo).Year() {
		return v.Times.DateTime(at)
	}
	return v.Times.Short(at) + v.Times.Clock(at)
}

// Compact is 7月1日 14:23, for tables, with the year where it is not this one.
func (v *Visit) Compact(at time.Time) string {
	key := "office.compact"
	if at.In(web.Tokyo).Year() != v.Clock().In(web.Tokyo).Year() {
		key = "office.compact_year"
	}
	at = at.In(web.Tokyo)
	return v.Words.Text(key, "y", at.Year(), "m", int(at.Month()), "d", at.Day(), "time", at.Format("15:04"))
}

// RoleWords says roles: 受付・審査.
func (v *Visit) RoleWords(roles []staff.Role) string {
	var all []string
	for _, r := range roles {
		all = append(all, v.Words.Text("office.role_"+string(r)))
	}
	return strings.Join(all, "・")
}
