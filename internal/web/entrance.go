package web

import (
	"context"
	"net/http"
	"net/netip"
	"time"

	"madoguchi/internal/web/asset"
	"madoguchi/internal/words"
)

// Entrance is the way in: it takes the language and the body off the address,
// guards against posts from other sites, and sets the headers of every answer.
//
//	/assets/…            fixed files
//	/office/…            Office, with Place.Base "/office"
//	/healthz and others  Others, by first segment, with the address as it is
//	/, /{o}/…, /en/{o}/… Portal, with the address behind the body
type Entrance struct {
	Portal http.Handler
	Office http.Handler // nil: staff come in by another origin
	Assets *asset.Set
	Others map[string]http.Handler

	RootPages  []string                 // first segments that are pages of Portal and no body
	SlugOfHost func(host string) string // bodies with a host name of their own; may be nil
	Proxies    []netip.Prefix           // whose X-Forwarded-For is believed
	Secure     bool                     // the public address is https
	Denied     http.Handler             // answers posts from other sites; nil: plain 403

	languages []string
	guarded   http.Handler
}

// Handler returns the entrance as a handler.
func (e *Entrance) Handler() http.Handler {
	for _, l := range words.Languages() {
		e.languages = append(e.languages, l.Code)
	}
	guard := http.NewCrossOriginProtection()
	if e.Denied != nil {
		guard.SetDenyHandler(e.Denied)
	}
	e.guarded = guard.Handler(http.HandlerFunc(e.dispatch))
	return http.HandlerFunc(e.serve)
}

// Policy is the content security policy of every page: nothing inline,
// nothing from elsewhere, in no frame.
const Policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

func (e *Entrance) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h["Content-Security-Policy"] = headPolicy
	h["X-Content-Type-Options"] = headNosniff
	h["Referrer-Policy"] = headReferrer
	h["Cross-Origin-Opener-Policy"] = headSameOrigin
	h["Permissions-Policy"] = headPermissions
	if e.Secure {
		h["Strict-Transport-Security"] = headTransport
	}
	e.guarded.ServeHTTP(w, r)
}

// Header values that do not change, so that a request allocates less.
var (
	headPolicy      = []string{Policy}
	headNosniff     = []string{"nosniff"}
	headReferrer    = []string{"same-origin"} // no-referrer would make the Origin of our own forms "null"
	headSameOrigin  = []string{"same-origin"}
	headPermissions = []string{"camera=(), geolocation=(), microphone=(), payment=(), usb=()"}
	headTransport   = []string{"max-age=31536000"}
)

func (e *Entrance) dispatch(w http.ResponseWriter, r *http.Request) {
	first, rest := segment(r.URL.Path)
	switch {
	case first == "assets":
		e.Assets.ServeHTTP(w, r)
		return
	case first == "office" && e.Office != nil:
		e.staff(w, r, rest)
		return
	case e.Others[first] != nil:
		e.Others[first].ServeHTTP(w, r)
		return
	}
	p, clean := e.split(r)
	p.Addr = e.client(r)
	if clean && p.Path == "" {
		target := p.Base + "/"
		if r.URL.RawQuery != "" {
			target += "?" + r.URL.RawQuery
		}
		http.Redirect(w, r, target, http.StatusPermanentRedirect)
		return
	}
	if !clean {
		p.Path = "/no-such-page"
	}
	e.Portal.ServeHTTP(w, e.at(r, p))
}

func (e *Entrance) staff(w http.ResponseWriter, r *http.Request, rest string) {
	if rest == "" {
		http.Redirect(w, r, "/office/", http.StatusPermanentRedirect)
		return
	}
	e.Office.ServeHTTP(w, e.at(r, Place{Lang: words.Base, Base: "/office", Path: rest, Addr: e.client(r)}))
}

func (e *Entrance) at(r *http.Request, p Place) *http.Request {
	r2 := r.WithContext(context.WithValue(r.Context(), placeKey{}, p))
	u := *r.URL
	u.Path, u.RawPath = p.Path, ""
	r2.URL = &u
	return r2
}

// NewServer returns a server for h with limits on how long a client may take.
// Uploads have ten minutes.
func NewServer(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       10 * time.Minute,
		WriteTimeout:      10 * time.Minute,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
	}
}
