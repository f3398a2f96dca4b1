// Package web holds what the faces for browsers share: how a page is written,
// how a failure is shown, the frame around both (画面の枠), and the way from an
// address to a body and a language.
//
// It promises that every page and every failure is rendered before a byte is
// sent, that no log line holds a query, a path with a token or anything that a
// person typed, and that a fault becomes a response in one place. What the
// pages say is the faces' (portal, office); components are in ui.
package web

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"madoguchi/internal/web/asset"
	"madoguchi/internal/web/ui"
	"madoguchi/internal/words"
)

//go:embed page/*.tmpl
var ownPages embed.FS

// Frame is what every page needs. A page's data embeds it.
type Frame = ui.Frame

// A Handler answers a request, or returns why it could not.
// It writes nothing when it returns an error.
type Handler func(w http.ResponseWriter, r *http.Request) error

// Config is what a Site is made of.
type Config struct {
	Log    *slog.Logger
	Pages  fs.FS   // page/*.tmpl, each defining "main"
	Parts  []fs.FS // more *.tmpl that pages may use, such as the kinds of field
	Funcs  func(*words.Words) template.FuncMap
	Assets *asset.Set
	Frame  func(*http.Request) Frame // of a failure page
	Clock  func() time.Time          // business time, for minutes of public pages

	MaxBody int64 // bytes of a request's body; 0 = 1 MiB
}

// Site is one face of the service, with its own pages in the shared frame.
type Site struct {
	config Config
	pages  map[string]map[string]*template.Template // by language, then name
	cache  cache
}

// defaultMaxBody is enough for the longest form page without files.
const defaultMaxBody = 1 << 20

// NewSite parses every page, each inside the frame, once per language.
func NewSite(c Config) (*Site, error) {
	if c.MaxBody == 0 {
		c.MaxBody = defaultMaxBody
	}
	if c.Clock == nil {
		c.Clock = time.Now
	}
	s := &Site{config: c, pages: map[string]map[string]*template.Template{}}
	for _, l := range words.Languages() {
		pages, err := s.parse(words.Of(l.Code))
		if err != nil {
			return nil, err
		}
		s.pages[l.Code] = pages
	}
	return s, nil
}

func (s *Site) parse(w *words.Words) (map[string]*template.Template, error) {
	base := template.New("base").Option("missingkey=error").Funcs(Funcs(w)).Funcs(template.FuncMap{"asset": s.config.Assets.URL})
	if s.config.Funcs != nil {
		base.Funcs(s.config.Funcs(w))
	}
	for _, fsys := range append([]fs.FS{ui.Templates()}, s.config.Parts...) {
		if err := parseAll(base, fsys); err != nil {
			return nil, err
		}
	}
	pages := map[string]*template.Template{}
	for _, fsys := range []fs.FS{ownPages, s.config.Pages} {
		if fsys == nil {
			continue
		}
		names, err := fs.Glob(fsys, "page/*.tmpl")
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			t, err := base.Clone()
			if err != nil {
				return nil, err
			}
			text, err := fs.ReadFile(fsys, name)
			if err != nil {
				return nil, err
			}
			if t, err = t.New(name).Parse(string(text)); err != nil {
				return nil, fmt.Errorf("page %s: %w", name, err)
			}
			pages[strings.TrimSuffix(strings.TrimPrefix(name, "page/"), ".tmpl")] = t.Lookup("frame")
		}
	}
	return pages, nil
}

// parseAll adds the templates of every *.tmpl in fsys, at most one folder deep.
func parseAll(t *template.Template, fsys fs.FS) error {
	for _, pattern := range []string{"*.tmpl", "*/*.tmpl"} {
		names, err := fs.Glob(fsys, pattern)
		if err != nil {
			return err
		}
		for _, name := range names {
			text, err := fs.ReadFile(fsys, name)
			if err != nil {
				return err
			}
			if _, err := t.New(name).Parse(string(text)); err != nil {
				return fmt.Errorf("part %s: %w", name, err)
			}
		}
	}
	return nil
}

// Page returns the Japanese template of the named page, for tests.
func (s *Site) Page(name string) *template.Template { return s.pages[words.Base][name] }

// Names lists the pages, for tests.
func (s *Site) Names() []string {
	var names []string
	for name := range s.pages[words.Base] {
		names = append(names, name)
	}
	return names
}

// Show writes the page in the request's language. It renders into memory
// first, so that a page that breaks half-way is never sent. No cache keeps it.
func (s *Site) Show(w http.ResponseWriter, r *http.Request, status int, name string, data any) error {
	body, err := s.render(PlaceOf(r).Lang, name, data)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "no-store")
	}
	w.WriteHeader(status)
	if _, err := w.Write(body); err != nil {
		s.config.Log.DebugContext(r.Context(), "client left", "err", err)
	}
	return nil
}

func (s *Site) render(lang, name string, data any) ([]byte, error) {
	pages, ok := s.pages[lang]
	if !ok {
		pages = s.pages[words.Base]
	}
	t, ok := pages[name]
	if !ok {
		return nil, fmt.Errorf("no page %q", name)
	}
	var buf bytes.Buffer
	if err := t.Execute(&buf, data); err != nil {
		return nil, fmt.Errorf("page %s: %w", name, err)
	}
	return buf.Bytes(), nil
}

// A Route is one line of a face's map: "GET /cases/{n}" and its handler.
type Route struct {
	Pattern string
	Handler Handler
	MaxBody int64 // bytes, where it differs from the site's
}

// Routes returns the handler of the face. The list is the map of the package.
func (s *Site) Routes(routes []Route) http.Handler {
	mux, bare := http.NewServeMux(), http.NewServeMux()
	for _, route := range routes {
		mux.Handle(route.Pattern, s.handle(route.Handler, route.MaxBody))
		bare.Handle(route.Pattern, http.NotFoundHandler())
	}
	mux.Handle("/", s.Handle(func(w http.ResponseWriter, r *http.Request) error {
		h, _ := bare.Handler(r) // knows an address with another method
		probe := probe{header: http.Header{}}
		h.ServeHTTP(&probe, r)
		if probe.status != http.StatusMethodNotAllowed {
			return errNotFound
		}
		w.Header().Set("Allow", probe.header.Get("Allow"))
		return errMethod
	}))
	return mux
}

// probe takes what the mux would answer to an address that has no route.
type probe struct {
	header http.Header
	status int
}

func (p *probe) Header() http.Header         { return p.header }
func (p *probe) Write(b []byte) (int, error) { return len(b), nil }
func (p *probe) WriteHeader(status int)      { p.status = status }

// clientLeft tells a client's leaving from our own failures.
func clientLeft(r *http.Request, err error) bool {
	return r.Context().Err() != nil && errors.Is(err, r.Context().Err())
}
