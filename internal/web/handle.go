package web

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime/debug"
	"time"

	"madoguchi/internal/fault"
	"madoguchi/internal/words"
)

var (
	errNotFound  = fault.New(fault.NotFound, "fault.not_found_text")
	errMethod    = fault.New(fault.NotFound, "fault.method_not_allowed")
	errCrossSite = fault.New(fault.Denied, "fault.cross_site")
)

// statuses says what a fault's kind means to a browser. Kinds that are not
// listed, and plain errors, are 500.
var statuses = map[fault.Kind]int{
	fault.Invalid:     http.StatusUnprocessableEntity,
	fault.NotFound:    http.StatusNotFound,
	fault.Denied:      http.StatusForbidden,
	fault.Conflict:    http.StatusConflict,
	fault.Gone:        http.StatusGone,
	fault.TooLarge:    http.StatusRequestEntityTooLarge,
	fault.TooMany:     http.StatusTooManyRequests,
	fault.Unavailable: http.StatusServiceUnavailable,
}

// Failure is the page that is shown when a request cannot be answered.
type Failure struct {
	Frame
	Text     string // what happened
	Do       string // what to do now
	Incident string // to find the log line; of a 500 only
	List     bool   // lead to the list of procedures
}

// CrossSite answers posts from other sites; it is an Entrance's Denied.
func (s *Site) CrossSite() http.Handler {
	return s.Handle(func(http.ResponseWriter, *http.Request) error { return errCrossSite })
}

// Handle adapts h. It is the only place where a failure becomes a response.
func (s *Site) Handle(h Handler) http.Handler { return s.handle(h, 0) }

func (s *Site) handle(h Handler, maxBody int64) http.Handler {
	if maxBody == 0 {
		maxBody = s.config.MaxBody
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		rec := &recorder{ResponseWriter: w}
		body := &limited{body: r.Body, left: maxBody, limit: maxBody}
		r.Body = body
		err := s.call(h, rec, r)
		if err != nil && rec.status == 0 {
			s.fail(rec, r, body, err)
		} else if err != nil {
			s.config.Log.ErrorContext(r.Context(), "answer broke off", "route", r.Pattern, "err", err)
		}
		s.config.Log.InfoContext(r.Context(), "request", "method", r.Method, "route", r.Pattern,
			"body", PlaceOf(r).Slug, "status", rec.status, "ms", time.Since(start).Milliseconds())
	})
}

// call runs h and turns a panic into an error that names no values.
func (s *Site) call(h Handler, w http.ResponseWriter, r *http.Request) (err error) {
	defer func() {
		if p := recover(); p != nil {
			if e, ok := p.(error); ok && errors.Is(e, http.ErrAbortHandler) {
				panic(p)
			}
			err = fmt.Errorf("panic %T: %s", p, debug.Stack())
		}
	}()
	return h(w, r)
}

func (s *Site) fail(w http.ResponseWriter, r *http.Request, body *limited, err error) {
	if tooLong, ok := errors.AsType[*http.MaxBytesError](err); ok {
		body.drain()
		err = fault.New(fault.TooLarge, "fault.body_too_large").With(fault.Args{"max": Size(tooLong.Limit)}).Because(err)
	}
	status, page := s.explain(r, err)
	if status == http.StatusInternalServerError {
		if clientLeft(r, err) {
			return
		}
		page.Incident = rand.Text()[:8]
		s.config.Log.ErrorContext(r.Context(), "request failed", "method", r.Method, "route", r.Pattern, "incident", page.Incident, "err", err)
	}
	if status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "60")
	}
	if err := s.Show(w, r, status, "failure", page); err != nil {
		s.config.Log.ErrorContext(r.Context(), "failure page failed", "err", err)
		http.Error(w, page.Title, status)
	}
}

// explain says what a failure means to a person.
func (s *Site) explain(r *http.Request, err error) (int, Failure) {
	w := words.Of(PlaceOf(r).Lang)
	kind, status := fault.KindOf(err), http.StatusInternalServerError
	name := "broken"
	if st, ok := statuses[kind]; ok {
		status, name = st, string(kind)
	}
	if errors.Is(err, errMethod) {
		status = http.StatusMethodNotAllowed
	}
	page := Failure{List: kind == fault.Gone || kind == fault.NotFound}
	if s.config.Frame != nil {
		page.Frame = s.config.Frame(r)
	}
	page.Title = w.Text("fault." + name + "_title")
	page.Do = w.Text("fault." + name + "_do")
	page.Text, _ = w.Explain(err)
	if page.Text == "" && kind != fault.Invalid {
		page.Text = w.Text("fault." + name + "_text")
	}
	if name == "broken" {
		page.Text = w.Text("fault.broken_text")
	}
	return status, page
}

// recorder remembers the status, so that it is logged and nothing is sent twice.
type recorder struct {
	http.ResponseWriter
	status int
}

func (w *recorder) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *recorder) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController find the writer below.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// limited is a request's body that ends with *http.MaxBytesError after limit
// bytes. http.MaxBytesReader closes the connection at once, and the browser
// then shows a network error instead of our page.
type limited struct {
	body  io.ReadCloser
	left  int64
	limit int64
}

func (l *limited) Read(p []byte) (int, error) {
	if l.left < 0 {
		return 0, &http.MaxBytesError{Limit: l.limit}
	}
	if int64(len(p)) > l.left+1 {
		p = p[:l.left+1]
	}
	n, err := l.body.Read(p)
	l.left -= int64(n)
	if l.left < 0 {
		return n + int(l.left), &http.MaxBytesError{Limit: l.limit}
	}
	return n, err
}

func (l *limited) Close() error { return l.body.Close() }

// drain reads on for a while, so that the browser has sent everything and
// listens for the answer.
func (l *limited) drain() {
	const most = 64 << 20
	_, _ = io.CopyN(io.Discard, l.body, most) // what breaks off here is refused anyway
}

// Size says a number of bytes in words: 842 KB, 5 MB.
func Size(n int64) string {
	switch {
	case n >= 1<<20 && n%(1<<20) == 0:
		return fmt.Sprintf("%d MB", n>>20)
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%d KB", (n+1<<9)>>10)
	}
	return fmt.Sprintf("%d B", n)
}
