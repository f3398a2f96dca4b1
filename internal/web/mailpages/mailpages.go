// Package mailpages are the pages about the service's own mail: この確認コードの
// メールを送ったか (このメールは本物か), and 不審なメールの通報, where anyone brings a
// suspicious mail and is answered at once.
//
// The first tells what was sent under a code and never that a mail is genuine,
// since codes can be copied; it takes no address and tells none. The second
// keeps nothing but a count. Both are limited for each network.
package mailpages

import (
	"embed"
	"io/fs"
	"log/slog"
	"net/http"
	"time"

	"madoguchi/internal/mailroom"
	"madoguchi/internal/tenant"
	"madoguchi/internal/web"
	"madoguchi/internal/web/asset"
	"madoguchi/internal/web/ui"
	"madoguchi/internal/words"
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

// Config is what Pages are made of.
type Config struct {
	Room   *mailroom.Room
	Assets *asset.Set
	Clock  func() time.Time // business time
	Log    *slog.Logger
	Frame  func(r *http.Request, title string) web.Frame
	Body   func(*http.Request) (tenant.Tenant, error) // whose portal it is
}

// Pages serves the pages. Many goroutines may use it.
type Pages struct {
	Config
	site      *web.Site
	turns     chan struct{}
	asking    *web.Limiter // questions about codes, of one network
	all       *web.Limiter // questions about codes, of one body
	reporting *web.Limiter
}

// New parses the pages.
func New(c Config) (*Pages, error) {
	p := &Pages{
		Config: c, turns: make(chan struct{}, atOnce),
		asking:    &web.Limiter{Every: 5 * time.Second, Burst: 15},
		all:       &web.Limiter{Every: 50 * time.Millisecond, Burst: 200},
		reporting: &web.Limiter{Every: 10 * time.Second, Burst: 10},
	}
	var err error
	p.site, err = web.NewSite(web.Config{
		Log: c.Log, Pages: pages, Parts: []fs.FS{parts()}, Assets: c.Assets, Clock: c.Clock,
		Frame: func(r *http.Request) web.Frame { return c.Frame(r, "") },
	})
	return p, err
}

// Site returns the pages, for tests.
func (p *Pages) Site() *web.Site { return p.site }

// Paths are the addresses of the pages, below the address of a body.
var Paths = []string{"/mail-check", "/report-mail"}

// Handler returns the routes, below the address of a body.
func (p *Pages) Handler() http.Handler {
	return p.site.Routes([]web.Route{
		{Pattern: "GET /mail-check", Handler: p.check},
		{Pattern: "POST /mail-check", Handler: p.check},
		{Pattern: "GET /report-mail", Handler: p.ask},
		{Pattern: "POST /report-mail", Handler: p.report, MaxBody: maxFile + 2*maxText},
	})
}

// Links are where the pages lead, besides the frame's.
type Links struct {
	Check, Report, Senders, Contact string
}

func links(r *http.Request) Links {
	base := web.PlaceOf(r).Base
	return Links{Check: base + "/mail-check", Report: base + "/report-mail", Senders: base + "/senders", Contact: base + "/contact"}
}

// CheckPage is the data of page/check.tmpl, known.tmpl and unknown.tmpl.
type CheckPage struct {
	web.Frame
	ui.Summary
	Links
	Code    ui.Field
	Typed   string   // the code, in groups
	Says    string   // the answer in one sentence
	Facts   ui.Facts // what was sent
	Often   bool     // it was asked more than once
	Revoked bool
	Sender  string // the address that a forged mail shows
}

func (p *Pages) checkPage(r *http.Request, title, typed string) CheckPage {
	w := words.Of(web.PlaceOf(r).Lang)
	return CheckPage{
		Frame: p.Frame(r, w.Text(title)), Links: links(r),
		Code: ui.Field{
			ID: "code", Name: "code", Label: w.Text("mailservice.check_code"), Hint: w.Text("mailservice.check_code_hint"),
			Value: typed, Required: true, Size: "m", Mono: true,
		},
	}
}

// maxTyped is how much of what was typed as a code is shown again, in bytes.
const maxTyped = 60

// check shows the form, or what was sent under a code.
func (p *Pages) check(w http.ResponseWriter, r *http.Request) error {
	body, err := p.Body(r)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return errUnreadable.Because(err)
	}
	if !r.Form.Has("code") {
		return p.site.Show(w, r, http.StatusOK, "check", p.checkPage(r, "mailservice.check_title", ""))
	}
	typed := r.Form.Get("code")
	if len(typed) > maxTyped {
		typed = ""
	}
	if typed == "" {
		page := p.checkPage(r, "mailservice.check_title", "")
		page.Invalid = true
		page.Code.Error = words.Of(web.PlaceOf(r).Lang).Text("mailservice.check_code_missing")
		page.Problems = []ui.Problem{page.Code.Problem()}
		return p.site.Show(w, r, http.StatusUnprocessableEntity, "check", page)
	}
	if err := p.asking.Allow(web.PlaceOf(r).Network(), time.Now()); err != nil {
		return err
	}
	if err := p.all.Allow(body.Slug, time.Now()); err != nil {
		return err
	}
	answer, err := p.Room.Check(r.Context(), body.ID, typed)
	if err != nil {
		return err
	}
	if answer.Known {
		return p.site.Show(w, r, http.StatusOK, "known", p.knownPage(r, body, answer))
	}
	return p.site.Show(w, r, http.StatusOK, "unknown", p.unknownPage(r, body, answer))
}

func (p *Pages) unknownPage(r *http.Request, body tenant.Tenant, a mailroom.Answer) CheckPage {
	w := words.Of(web.PlaceOf(r).Lang)
	page := p.checkPage(r, "mailservice.unknown_title", a.Code)
	page.Typed, page.Says, page.Sender = a.Code, w.Text("mailservice.unknown_says", "body", body.Name), p.Room.Sender(body)
	return page
}

func (p *Pages) knownPage(r *http.Request, body tenant.Tenant, a mailroom.Answer) CheckPage {
	w := words.Of(web.PlaceOf(r).Lang)
	title := "mailservice.known_title"
	revoked := !a.Sent.RevokedAt.IsZero()
	if revoked {
		title = "mailservice.revoked_title"
	}
	page := p.checkPage(r, title, "")
	page.Typed, page.Revoked, page.Often = a.Code, revoked, a.Sent.Asked > 1
	page.Says, page.Sender = w.Text("mailservice.known_says", "body", body.Name), p.Room.Sender(body)
	page.Facts = ui.Facts{Plain: true, Rows: []ui.Fact{
		{Label: w.Text("mailservice.known_subject"), Lines: []string{words.Of(a.Sent.Lang).Text(a.Sent.Subject, "body", body.Name)}},
		{Label: w.Text("mailservice.known_sent_at"), Lines: []string{web.Times{Words: w}.DateTime(a.Sent.SentAt)}},
		{Label: w.Text("mailservice.known_sender"), Lines: []string{a.Sent.From}},
		{Label: w.Text("mailservice.known_receiver"), Lines: []string{a.Sent.Receiver}},
		{Label: w.Text("mailservice.known_attachment"), Lines: []string{w.Text("mailservice.known_no_attachment")}},
		{Label: w.Text("mailservice.known_asked"), Lines: []string{w.Text("mailservice.known_asked_n", "n", a.Sent.Asked)}},
	}}
	return page
}
