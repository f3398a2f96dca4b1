package web

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jba/templatecheck"

	"madoguchi/internal/fault"
	"madoguchi/internal/web/asset"
	"madoguchi/internal/web/ui"
	"madoguchi/internal/words"
)

type testPage struct {
	Frame
	Name string
}

func newTestSite(t *testing.T, log *bytes.Buffer) *Site {
	t.Helper()
	files, err := ui.Assets()
	if err != nil {
		t.Fatal(err)
	}
	assets, err := asset.New(files)
	if err != nil {
		t.Fatal(err)
	}
	s, err := NewSite(Config{
		Log:    slog.New(slog.NewTextHandler(log, nil)),
		Pages:  fstest.MapFS{"page/hello.tmpl": {Data: []byte(`{{define "main"}}<h1>{{.Name}}</h1>{{end}}`)}},
		Assets: assets,
		Frame: func(r *http.Request) Frame {
			return Frame{Lang: "ja", LangTag: "ja", Home: "/", Site: "見本", Base: PlaceOf(r).Base}
		},
		MaxBody: 100,
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func get(h http.Handler, method, target string, body io.Reader, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, body)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestFaultsBecomeStatusesAndJapanesePages(t *testing.T) {
	var log bytes.Buffer
	s := newTestSite(t, &log)
	for _, c := range []struct {
		err    error
		status int
		text   string
	}{
		{fault.New(fault.Invalid, "fault.bad_text"), 422, "入力し直してください"},
		{fault.New(fault.NotFound, "x.y"), 404, "ページが見つかりません"},
		{fault.New(fault.Denied, "x.y"), 403, "権限"},
		{fault.New(fault.Conflict, "x.y"), 409, "最新の内容"},
		{fault.New(fault.Gone, "x.y"), 410, "終わりました"},
		{fault.New(fault.TooLarge, "x.y"), 413, "大きすぎます"},
		{fault.New(fault.TooMany, "x.y"), 429, "しばらく待って"},
		{fault.New(fault.Unavailable, "x.y"), 503, "数分待って"},
		{errors.New("秘密の原因"), 500, "お問い合わせ番号"},
	} {
		w := get(s.Handle(func(http.ResponseWriter, *http.Request) error { return c.err }), "GET", "/", nil)
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.text) {
			t.Errorf("%v: status %d, want %d with %q in\n%s", c.err, w.Code, c.status, c.text, w.Body)
		}
		if strings.Contains(w.Body.String(), "秘密") {
			t.Errorf("%v: the page shows the cause", c.err)
		}
	}
}

func TestAPanicIsA500AndIsLogged(t *testing.T) {
	var log bytes.Buffer
	s := newTestSite(t, &log)
	w := get(s.Handle(func(http.ResponseWriter, *http.Request) error { panic("山田さんの住所") }), "GET", "/", nil)
	if w.Code != 500 {
		t.Errorf("status %d, want 500", w.Code)
	}
	if !strings.Contains(log.String(), "panic string") || strings.Contains(log.String(), "山田") {
		t.Errorf("log: %s", log.String())
	}
}

func TestLogsHoldNoQueryNoPathAndNoBody(t *testing.T) {
	var log bytes.Buffer
	s := newTestSite(t, &log)
	h := s.Routes([]Route{{Pattern: "POST /confirm/{token}", Handler: func(_ http.ResponseWriter, r *http.Request) error {
		return errors.Join(r.ParseForm(), errors.New("disk full"))
	}}})
	get(h, "POST", "/confirm/tok3nvalue?q=himitsu", strings.NewReader("name=yamada"), "Content-Type", "application/x-www-form-urlencoded")
	for _, secret := range []string{"tok3nvalue", "himitsu", "yamada"} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("the log holds %q: %s", secret, log.String())
		}
	}
	if !strings.Contains(log.String(), "POST /confirm/{token}") {
		t.Errorf("the log does not name the route: %s", log.String())
	}
}

func TestBodiesThatAreTooLargeAnswer413(t *testing.T) {
	var log bytes.Buffer
	s := newTestSite(t, &log)
	h := s.Routes([]Route{{Pattern: "POST /x", Handler: func(_ http.ResponseWriter, r *http.Request) error { return r.ParseForm() }}})
	for _, c := range []struct{ size, status int }{{100, 200}, {101, 413}, {10 << 20, 413}} {
		w := get(h, "POST", "/x", strings.NewReader("a="+strings.Repeat("x", c.size-2)), "Content-Type", "application/x-www-form-urlencoded")
		if w.Code != c.status {
			t.Errorf("%d bytes: status %d, want %d", c.size, w.Code, c.status)
		}
	}
}

func TestUnknownAddressesAndMethodsHaveOurPages(t *testing.T) {
	var log bytes.Buffer
	s := newTestSite(t, &log)
	h := s.Routes([]Route{{Pattern: "GET /x", Handler: func(http.ResponseWriter, *http.Request) error { return nil }}})
	if w := get(h, "GET", "/none", nil); w.Code != 404 || !strings.Contains(w.Body.String(), "ページが見つかりません") {
		t.Errorf("unknown address: %d", w.Code)
	}
	if w := get(h, "POST", "/x", nil); w.Code != 405 || w.Header().Get("Allow") == "" || !strings.Contains(w.Body.String(), "<h1>") {
		t.Errorf("wrong method: %d, allow %q", w.Code, w.Header().Get("Allow"))
	}
}

func TestEntranceTakesLanguageAndBodyOffTheAddress(t *testing.T) {
	var at Place
	e := &Entrance{
		Portal: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			at = PlaceOf(r)
			if at.Path != r.URL.Path {
				t.Errorf("place %q, address %q", at.Path, r.URL.Path)
			}
		}),
		Office:     http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { at = PlaceOf(r) }),
		SlugOfHost: func(h string) string { return map[string]string{"shinsei.example.jp": "pref-ibaraki"}[h] },
	}
	h := e.Handler()
	for _, c := range []struct {
		url, base, slug, path string
		status                int
	}{
		{"http://x/", "", "", "/", 200},
		{"http://x/pref-ibaraki/", "/pref-ibaraki", "pref-ibaraki", "/", 200},
		{"http://x/pref-ibaraki/procedures?q=1", "/pref-ibaraki", "pref-ibaraki", "/procedures", 200},
		{"http://x/pref-ibaraki", "", "", "", 308},
		{"http://x/office/cases/1", "/office", "", "/cases/1", 200},
		{"http://shinsei.example.jp/procedures", "", "pref-ibaraki", "/procedures", 200},
		{"http://x/pref-ibaraki//procedures", "", "", "/no-such-page", 200},
		{"http://x/pref-ibaraki/../office/", "", "", "/no-such-page", 200},
	} {
		at = Place{}
		w := get(h, "GET", c.url, nil)
		if w.Code != c.status || at.Base != c.base || at.Slug != c.slug || at.Path != c.path {
			t.Errorf("%s: %d %+v, want %+v", c.url, w.Code, at, c)
		}
	}
}

func TestPostsFromOtherSitesAreRefused(t *testing.T) {
	ran := false
	e := &Entrance{Portal: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { ran = true })}
	h := e.Handler()
	for _, header := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example"}} {
		if w := get(h, "POST", "http://x/a/b", nil, header...); w.Code != 403 || ran {
			t.Errorf("%v: status %d, handler ran: %v", header, w.Code, ran)
		}
	}
	if w := get(h, "POST", "http://x/a/b", nil, "Sec-Fetch-Site", "same-origin"); w.Code != 200 || !ran {
		t.Errorf("our own post: status %d, handler ran: %v", w.Code, ran)
	}
}

func TestEveryAnswerForbidsInlineCode(t *testing.T) {
	e := &Entrance{Portal: http.NotFoundHandler(), Secure: true}
	w := get(e.Handler(), "GET", "http://x/", nil)
	p := w.Header().Get("Content-Security-Policy")
	if !strings.Contains(p, "default-src 'none'") || strings.Contains(p, "unsafe") {
		t.Errorf("policy %q", p)
	}
	for _, name := range []string{"X-Content-Type-Options", "Referrer-Policy", "Permissions-Policy", "Strict-Transport-Security"} {
		if w.Header().Get(name) == "" {
			t.Errorf("no %s", name)
		}
	}
}

func TestOnlyTrustedProxiesNameTheClient(t *testing.T) {
	e := &Entrance{Proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}
	for _, c := range []struct{ peer, forwarded, want string }{
		{"192.0.2.1:5", "203.0.113.9", "192.0.2.1"},
		{"10.0.0.1:5", "203.0.113.9", "203.0.113.9"},
		{"10.0.0.1:5", "198.51.100.1, 203.0.113.9, 10.2.3.4", "203.0.113.9"},
		{"10.0.0.1:5", "garbage", "10.0.0.1"},
		{"10.0.0.1:5", "", "10.0.0.1"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.peer
		if c.forwarded != "" {
			r.Header.Set("X-Forwarded-For", c.forwarded)
		}
		if got := e.client(r).String(); got != c.want {
			t.Errorf("%+v: got %s", c, got)
		}
	}
}

func TestCookiesAreHostBoundOverHTTPS(t *testing.T) {
	w := httptest.NewRecorder()
	hash := Cookies{Secure: true}.GiveBrowser(w, httptest.NewRequest("GET", "/", nil))
	k := w.Result().Cookies()[0]
	if k.Name != "__Host-mg-browser" || !k.Secure || !k.HttpOnly || k.Path != "/" || k.Domain != "" {
		t.Errorf("cookie %v", k)
	}
	r := httptest.NewRequest("GET", "/", nil)
	r.AddCookie(k)
	if got := (Cookies{Secure: true}).Browser(r); got != hash || strings.Contains(hash, k.Value) {
		t.Errorf("hash %q, want %q and not the key itself", got, hash)
	}
	w = httptest.NewRecorder()
	Cookies{}.GiveBrowser(w, httptest.NewRequest("GET", "/", nil))
	if k := w.Result().Cookies()[0]; k.Name != "mg-browser" || k.Secure {
		t.Errorf("demo cookie %v", k)
	}
}

func TestPublicPagesAreBuiltOnceAndRevalidated(t *testing.T) {
	var log bytes.Buffer
	s := newTestSite(t, &log)
	built := 0
	h := s.Handle(func(w http.ResponseWriter, r *http.Request) error {
		return s.ShowPublic(w, r, "k", "hello", func() (any, error) {
			built++
			return testPage{Name: "こんにちは"}, nil
		})
	})
	first := get(h, "GET", "/", nil)
	again := get(h, "GET", "/", nil, "If-None-Match", first.Header().Get("Etag"))
	if first.Code != 200 || again.Code != 304 || built != 1 {
		t.Errorf("%d, then %d, built %d times; want 200, 304, once", first.Code, again.Code, built)
	}
}

func TestACacheForgetsAndKeepsWhatIsAskedFor(t *testing.T) {
	var c cache
	c.put("hot", asset.PackFast("", []byte("x")))
	big := asset.PackFast("", bytes.Repeat([]byte("a"), 1<<20))
	for i := range 100 {
		c.put(strings.Repeat("k", i+1), big)
		if c.get("hot") == nil {
			t.Fatalf("the page that is asked for was forgotten after %d others", i)
		}
	}
	if n := len(c.young) + len(c.old); n > 60 {
		t.Errorf("%d pages of 1 MB are remembered", n)
	}
}

func TestTimesAreJapanese(t *testing.T) {
	ts := Times{words.Of("ja")}
	at := time.Date(2022, 7, 1, 5, 23, 0, 0, time.UTC)
	for _, c := range []struct{ got, want string }{
		{ts.DateTime(at), "2022年7月1日（金）14時23分"},
		{ts.Stamp(at), "2022年07月01日 14時23分"},
		{ts.Day(at), "2022年07月01日"},
		{ts.DateTime(time.Time{}), ""},
		{ts.Era(time.Date(2019, 4, 30, 15, 0, 0, 0, time.UTC)), "2019年（令和元年）5月1日"},
		{ts.Era(time.Date(2019, 4, 30, 14, 59, 0, 0, time.UTC)), "2019年（平成31年）4月30日"},
		{ts.Era(time.Date(1990, 4, 14, 15, 0, 0, 0, time.UTC)), "1990年（平成2年）4月15日"},
		{ts.Until(time.Date(2022, 7, 12, 15, 0, 0, 0, time.UTC)), "2022年7月12日（火）23時59分"},
		{ISO(at), "2022-07-01T14:23+09:00"},
		{Comma(2312), "2,312"}, {Comma(100), "100"}, {Comma(-1234567), "-1,234,567"},
		{Size(842 << 10), "842 KB"}, {Size(5 << 20), "5 MB"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

// The mock-up's list: 2022-07-01 14:23 to 2022-08-12 17:00 is 42 days.
func TestDaysLeftCountsDaysInJapan(t *testing.T) {
	now := time.Date(2022, 7, 1, 14, 23, 0, 0, Tokyo)
	for _, c := range []struct {
		end  time.Time
		want int
	}{
		{time.Date(2022, 8, 12, 17, 0, 0, 0, Tokyo), 42},
		{time.Date(2022, 7, 22, 17, 0, 0, 0, Tokyo), 21},
		{time.Date(2022, 7, 1, 23, 59, 0, 0, Tokyo), 0},
		{time.Date(2022, 7, 13, 0, 0, 0, 0, Tokyo), 11},
	} {
		if got := DaysLeft(now, c.end); got != c.want {
			t.Errorf("until %s: %d, want %d", c.end, got, c.want)
		}
	}
}

func TestALimiterHoldsOneKeyBackAndNoOther(t *testing.T) {
	l := Limiter{Every: time.Second, Burst: 2}
	now := time.Unix(0, 0)
	for range 2 {
		if err := l.Allow("a", now); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Allow("a", now); fault.KindOf(err) != fault.TooMany {
		t.Errorf("third act: %v, want too many", err)
	}
	if err := l.Allow("b", now); err != nil {
		t.Errorf("another key: %v", err)
	}
	if err := l.Allow("a", now.Add(time.Second)); err != nil {
		t.Errorf("a second later: %v", err)
	}
}

func TestTemplates(t *testing.T) {
	var log bytes.Buffer
	s := newTestSite(t, &log)
	for name, data := range map[string]any{"hello": testPage{}, "failure": Failure{}} {
		if err := templatecheck.CheckHTML(s.Page(name), data); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
