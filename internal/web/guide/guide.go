// Package guide is the demonstration's own face (デモの案内): where to begin, who
// may sign in to the office, one-time codes for them, and the mail that was
// sent. It exists in demonstrations only.
package guide

import (
	"embed"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"time"

	"madoguchi/internal/mailer/capture"
	"madoguchi/internal/signin"
	"madoguchi/internal/web"
	"madoguchi/internal/web/asset"
	"madoguchi/internal/web/ui"
	"madoguchi/internal/words"
)

//go:embed page/*.tmpl
var pages embed.FS

// Path is what the guide's addresses begin with.
const Path = "/demo"

// MailPath is where the mail is listed.
const MailPath = Path + "/mail"

// shown is how many mails the list shows.
const shown = 100

// Person is a member of an office whom one may sign in as.
type Person struct {
	Body       string // 茨城県
	Slug       string // of the body, as the sign-in page asks for it
	Login      string
	Name       string
	Role       string // 審査
	TOTPSecret string // base32
}

// Guide serves the pages. Its fields are set before Handler is called.
type Guide struct {
	People []Person
	Start  string // address of the portal to begin with: "/pref-ibaraki/"
	Box    *capture.Box
	Assets *asset.Set
	Clock  func() time.Time // business time
	Offset time.Duration    // of business time from real time
	Log    *slog.Logger

	site *web.Site
}

// Handler returns the routes, which have the whole address.
func (g *Guide) Handler() (http.Handler, error) {
	var err error
	g.site, err = web.NewSite(web.Config{
		Log: g.Log, Pages: pages, Assets: g.Assets, Clock: g.Clock,
		Frame: func(*http.Request) web.Frame { return g.frame("") },
	})
	if err != nil {
		return nil, err
	}
	return g.site.Routes([]web.Route{
		{Pattern: "GET /demo", Handler: g.start},
		{Pattern: "GET /demo/{$}", Handler: g.start},
		{Pattern: "GET /demo/mail", Handler: g.mails},
		{Pattern: "GET /demo/mail/{id}", Handler: g.mail},
	}), nil
}

// Site returns the pages, for tests.
func (g *Guide) Site() *web.Site { return g.site }

func (g *Guide) frame(title string) web.Frame {
	w := words.Of(words.Base)
	return web.Frame{
		Lang: words.Base, LangTag: "ja", Title: title, Site: w.Text("guide.site"),
		Home: Path + "/", Body: w.Text("guide.body"), Service: w.Text("common.service"),
		Official: w.Text("guide.official"), Demo: &ui.Demo{MailHref: MailPath},
		FootMenu: []ui.Link{
			{Label: w.Text("guide.menu_portal"), Href: g.Start},
			{Label: w.Text("guide.menu_office"), Href: "/office/"},
			{Label: w.Text("guide.menu_mail"), Href: MailPath},
		},
	}
}

// StartPage is the data of page/start.tmpl.
type StartPage struct {
	web.Frame
	Begin  string
	Now    time.Time
	People []PersonRow
	Codes  bool // the codes are shown: the request came from this machine
}

// PersonRow is one line of the sign-ins.
type PersonRow struct {
	Person
	Code string
}

func (g *Guide) start(w http.ResponseWriter, r *http.Request) error {
	p := StartPage{Frame: g.frame(words.Of(words.Base).Text("guide.title")), Begin: g.Start, Now: g.Clock(), Codes: onLoopback(r)}
	for _, person := range g.People {
		row := PersonRow{Person: person}
		if p.Codes {
			code, err := signin.CodeAt(person.TOTPSecret, time.Now())
			if err != nil {
				return err
			}
			row.Code = code
		}
		p.People = append(p.People, row)
	}
	return g.site.Show(w, r, http.StatusOK, "start", p)
}

// onLoopback reports whether the request came from this machine without a
// proxy: only then are codes shown.
func onLoopback(r *http.Request) bool {
	if r.Header.Get("X-Forwarded-For") != "" || r.Header.Get("Forwarded") != "" {
		return false
	}
	return strings.HasPrefix(r.RemoteAddr, "127.") || strings.HasPrefix(r.RemoteAddr, "[::1]:")
}

// MailsPage is the data of page/mails.tmpl.
type MailsPage struct {
	web.Frame
	Mails []capture.Mail // At is business time
}

func (g *Guide) mails(w http.ResponseWriter, r *http.Request) error {
	list, err := g.Box.List(shown)
	if err != nil {
		return err
	}
	for i := range list {
		list[i].At = list[i].At.Add(g.Offset)
	}
	return g.site.Show(w, r, http.StatusOK, "mails", MailsPage{g.frame(words.Of(words.Base).Text("guide.mails_title")), list})
}

// MailPage is the data of page/mail.tmpl.
type MailPage struct {
	web.Frame
	Mail  capture.Mail
	Lines [][]Span
}

// Span is a run of text, which is a link if Href is not empty.
type Span struct{ Text, Href string }

func (g *Guide) mail(w http.ResponseWriter, r *http.Request) error {
	m, err := g.Box.Mail(r.PathValue("id"))
	if err != nil {
		return err
	}
	m.At = m.At.Add(g.Offset)
	p := MailPage{Frame: g.frame(m.Subject), Mail: m}
	for line := range strings.SplitSeq(strings.TrimRight(m.Text, "\n"), "\n") {
		p.Lines = append(p.Lines, spans(line))
	}
	return g.site.Show(w, r, http.StatusOK, "mail", p)
}

// address finds what a mail program makes a link of.
var address = regexp.MustCompile(`https?://[A-Za-z0-9.-]+(?::[0-9]+)?(?:/[!#-;=?-~]*)?`)

// spans parts a line into texts and links.
func spans(line string) []Span {
	var list []Span
	for {
		at := address.FindStringIndex(line)
		if at == nil {
			return append(list, Span{Text: line})
		}
		if at[0] > 0 {
			list = append(list, Span{Text: line[:at[0]]})
		}
		list = append(list, Span{Text: line[at[0]:at[1]], Href: line[at[0]:at[1]]})
		line = line[at[1]:]
	}
}
