package portal_test

import (
	"bytes"
	"context"
	"html"
	"io"
	"io/fs"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"madoguchi/internal/blob/dirblob"
	"madoguchi/internal/catalogue"
	"madoguchi/internal/demo"
	"madoguchi/internal/demo/forms"
	"madoguchi/internal/form/postal"
	"madoguchi/internal/intake"
	"madoguchi/internal/notice"
	"madoguchi/internal/outbox"
	"madoguchi/internal/procedure"
	"madoguchi/internal/search"
	"madoguchi/internal/search/synonym"
	"madoguchi/internal/staff"
	"madoguchi/internal/store"
	"madoguchi/internal/store/storetest"
	"madoguchi/internal/tenant"
	"madoguchi/internal/web"
	"madoguchi/internal/web/asset"
	"madoguchi/internal/web/portal"
	"madoguchi/internal/web/ui"
)

// world is a portal with the sample procedures, on real engines.
type world struct {
	t       testing.TB
	db      store.DB
	server  *httptest.Server
	log     *safeBuffer
	portal  *portal.Portal
	counter *intake.Counter
	blobs   *dirblob.Store
	cat     *catalogue.Catalogue
	body    tenant.ID

	mu  sync.Mutex
	now time.Time
}

type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

// pass lets business time go by.
func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

// packed are the assets, compressed once for all tests.
var packed = sync.OnceValues(func() (*asset.Set, error) {
	files, err := ui.Assets()
	if err != nil {
		return nil, err
	}
	return asset.New(files)
})

func newWorld(t testing.TB) *world {
	t.Helper()
	return newWorldAt(t, demo.Moment())
}

func newWorldAt(t testing.TB, now time.Time, set ...func(*portal.Portal)) *world {
	t.Helper()
	w := &world{t: t, log: &safeBuffer{}, now: now}
	w.db = storetest.OpenSQLiteWith(t, store.Options{Now: w.clock})
	w.fill()
	var err error
	if w.cat, err = catalogue.Open(t.Context(), w.db); err != nil {
		t.Fatal(err)
	}
	blobs, err := dirblob.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	w.blobs = blobs
	t.Cleanup(func() {
		if err := blobs.Close(); err != nil {
			t.Error(err)
		}
	})
	secret := bytes.Repeat([]byte("s"), 32)
	if w.counter, err = intake.New(w.db, blobs, secret); err != nil {
		t.Fatal(err)
	}
	assets, err := packed()
	if err != nil {
		t.Fatal(err)
	}
	w.portal = &portal.Portal{
		Catalogue: w.cat, Counter: w.counter, Assets: assets, Clock: w.clock, Address: "https://shinsei.example.jp",
		Postal: postal.Sample().Lookup, Secret: secret, Dictionary: alike(), Log: slog.New(slog.NewTextHandler(w.log, nil)),
	}
	for _, f := range set {
		f(w.portal)
	}
	h, err := w.portal.Handler()
	if err != nil {
		t.Fatal(err)
	}
	e := &web.Entrance{Portal: h, Assets: assets, RootPages: portal.RootPages, Denied: w.portal.Site().CrossSite()}
	w.server = httptest.NewServer(e.Handler())
	t.Cleanup(w.server.Close)
	return w
}

func (w *world) fill() {
	w.t.Helper()
	ctx := context.Background()
	for i, x := range []tenant.Tenant{
		{Slug: demo.Slug, Code: "080004", Name: "茨城県", Kana: "イバラキケン", Kind: tenant.Prefecture, Prefecture: "茨城県"},
		{Slug: "city-mito", Code: "082015", Name: "水戸市", Kana: "ミトシ", Kind: tenant.City, Prefecture: "茨城県"},
		{Slug: "city-tsukuba", Code: "082201", Name: "つくば市", Kana: "ツクバシ", Kind: tenant.City, Prefecture: "茨城県"},
	} {
		x.Active, x.CreatedAt = true, w.now
		x.Settings = tenant.Settings{MailFrom: "noreply@pref-ibaraki.example.jp", Contacts: []tenant.Contact{{
			Kind: tenant.Operation, Name: "ヘルプデスク", Phones: []tenant.Phone{{Label: "固定電話から", Number: "000-000-0000", Note: "見本の番号"}},
			Hours: "平日 9時から17時（年末年始を除く）", Mail: "desk@pref-ibaraki.example.jp",
		}}}
		if err := w.db.Service().InsertTenant(ctx, &x); err != nil {
			w.t.Fatal(err)
		}
		if i == 0 {
			w.body = x.ID
		}
	}
	err := w.db.Write(ctx, w.body, func(tx store.Tx) error {
		sections := map[string]bool{}
		for _, p := range demo.Procedures() {
			if !sections[p.Section] {
				sections[p.Section] = true
				s := staff.Section{ID: staff.SectionID(p.Section), Name: p.Section, Mail: "ka@pref-ibaraki.example.jp", Hours: "平日8時30分から17時15分"}
				if err := tx.InsertSection(ctx, &s); err != nil {
					return err
				}
			}
			if err := w.insert(ctx, tx, p); err != nil {
				return err
			}
		}
		return w.notices(ctx, tx)
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) insert(ctx context.Context, tx store.Tx, p demo.Procedure) error {
	x := procedure.Procedure{
		ID: procedure.ID(p.ID), Title: p.Title, Section: staff.SectionID(p.Section), Published: true, OpensAt: p.OpensAt, ClosesAt: p.ClosesAt, FormVersion: 1,
		Detail: procedure.Detail{
			Reading: p.Reading, Summary: p.Summary, Keywords: p.Keywords, Categories: p.Categories, Eligibility: p.Who, Fee: p.Fee,
			Prepare: p.Files, Marked: p.Started, NoMail: p.NoMail,
		},
	}
	if p.For.Person {
		x.Detail.Audience = append(x.Detail.Audience, procedure.Person)
	}
	if p.For.Corporation {
		x.Detail.Audience = append(x.Detail.Audience, procedure.Corporation)
	}
	if err := tx.InsertProcedure(ctx, &x); err != nil {
		return err
	}
	names, err := fs.Glob(forms.FS, "*-"+p.ID+".json")
	if err != nil || len(names) != 1 {
		w.t.Fatalf("form of %s: %v %v", p.ID, names, err)
	}
	data, err := fs.ReadFile(forms.FS, names[0])
	if err != nil {
		return err
	}
	return tx.InsertForm(ctx, procedure.Form{Procedure: x.ID, Version: 1, Definition: data, CreatedAt: w.now})
}

func (w *world) notices(ctx context.Context, tx store.Tx) error {
	for _, n := range []notice.Notice{
		{ID: "n1", Title: "不審なメールにご注意ください", Body: "窓口を装うメールが送られています。\n\nhttps://example.jp/ をご覧ください。", ShownFrom: w.now.Add(-time.Hour), Added: []notice.Addition{{At: w.now.Add(-time.Minute), Body: "件数を書き加えました。"}}, Published: true},
		{ID: "n2", Title: "終わったお知らせ", Body: "終わりました。", ShownFrom: w.now.Add(-48 * time.Hour), ShownTo: w.now.Add(-24 * time.Hour), Published: true},
		{ID: "n3", Title: "下書きのお知らせ", Body: "まだ出しません。", ShownFrom: w.now.Add(-48 * time.Hour)},
	} {
		if err := tx.InsertNotice(ctx, &n); err != nil {
			return err
		}
	}
	return tx.SetBanner(ctx, notice.Banner{On: true, Title: "窓口をかたる不審なメールが届いています", Text: "ファイルを開かないでください。", Link: "/news/n1", LinkText: "くわしく見る", ShownFrom: w.now.Add(-time.Hour)})
}

// mails returns the messages that wait, oldest first.
func (w *world) mails() []outbox.Message {
	w.t.Helper()
	var list []outbox.Message
	err := w.db.Write(context.Background(), w.body, func(tx store.Tx) (err error) {
		list, err = tx.ClaimMessages(context.Background(), "test", w.clock().Add(time.Hour), w.clock().Add(time.Hour), 100)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	w.pass(2 * time.Hour / 100) // the lease of the next call begins later
	return list
}

// browser is one browser with its cookies. It stops at redirects.
type browser struct {
	*world
	client *http.Client
}

func (w *world) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		w.t.Fatal(err)
	}
	return &browser{w, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// page is an answer.
type page struct {
	status   int
	body     string
	location string
	header   http.Header
}

func (b *browser) do(method, path string, body io.Reader, contentType string) page {
	b.t.Helper()
	if !strings.HasPrefix(path, "/") {
		b.t.Fatalf("path %q", path)
	}
	r, err := http.NewRequestWithContext(b.t.Context(), method, b.server.URL+path, body)
	if err != nil {
		b.t.Fatal(err)
	}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	res, err := b.client.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return page{res.StatusCode, string(data), res.Header.Get("Location"), res.Header}
}

func (b *browser) get(path string) page { b.t.Helper(); return b.do("GET", path, nil, "") }

func (b *browser) post(path string, pairs ...string) page {
	b.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return b.do("POST", path, strings.NewReader(form.Encode()), "application/x-www-form-urlencoded")
}

// follow goes where an answer leads, as often as it takes.
func (b *browser) follow(p page) page {
	b.t.Helper()
	for p.status == http.StatusSeeOther {
		at, _, _ := strings.Cut(p.location, "#")
		p = b.get(at)
	}
	return p
}

// upload posts a multipart form with one file.
func (b *browser) upload(path, field, name string, data []byte, pairs ...string) page {
	b.t.Helper()
	var buf bytes.Buffer
	m := multipart.NewWriter(&buf)
	for i := 0; i+1 < len(pairs); i += 2 {
		if err := m.WriteField(pairs[i], pairs[i+1]); err != nil {
			b.t.Fatal(err)
		}
	}
	part, err := m.CreateFormFile(field, name)
	if err != nil {
		b.t.Fatal(err)
	}
	if _, err := part.Write(data); err != nil {
		b.t.Fatal(err)
	}
	if err := m.Close(); err != nil {
		b.t.Fatal(err)
	}
	return b.do("POST", path, &buf, m.FormDataContentType())
}

func (p page) want(t testing.TB, status int, texts ...string) {
	t.Helper()
	if p.status != status {
		t.Fatalf("status %d, want %d; to %q\n%s", p.status, status, p.location, p.text())
	}
	for _, text := range texts {
		if !strings.Contains(html.UnescapeString(p.body), text) {
			t.Errorf("the page lacks %q:\n%s", text, p.text())
		}
	}
}

func (p page) lacks(t testing.TB, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if strings.Contains(p.body, text) {
			t.Errorf("the page shows %q", text)
		}
	}
}

var (
	mainPart = regexp.MustCompile(`(?s)<main.*</main>`)
	tags     = regexp.MustCompile(`<[^>]*>`)
)

// text is what a person reads in main.
func (p page) text() string {
	return strings.Join(strings.Fields(tags.ReplaceAllString(mainPart.FindString(p.body), " ")), " ")
}

// find returns the first group of the pattern in the page.
func (p page) find(t testing.TB, pattern string) string {
	t.Helper()
	m := regexp.MustCompile(pattern).FindStringSubmatch(p.body)
	if m == nil {
		t.Fatalf("the page lacks %s:\n%s", pattern, p.text())
	}
	return html.UnescapeString(m[1])
}

func (b *browser) url() *url.URL {
	u, err := url.Parse(b.server.URL)
	if err != nil {
		b.t.Fatal(err)
	}
	return u
}

func (b *browser) cookies() []*http.Cookie { return b.client.Jar.Cookies(b.url()) }

// publish publishes a changed version of a form.
func (w *world) publish(id procedure.ID, change func([]byte) []byte) {
	w.t.Helper()
	ctx := w.t.Context()
	err := w.db.Write(ctx, w.body, func(tx store.Tx) error {
		f, err := tx.Form(ctx, id, 1)
		if err != nil {
			return err
		}
		f.Version = 2
		f.Definition = change(f.Definition)
		if err := tx.InsertForm(ctx, f); err != nil {
			return err
		}
		p, err := tx.Procedure(ctx, id)
		if err != nil {
			return err
		}
		p.FormVersion = 2
		return tx.SaveProcedure(ctx, p)
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// visitor is the browser as intake knows it.
func (b *browser) visitor() intake.Visitor {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	for _, k := range b.cookies() {
		r.AddCookie(k)
	}
	return intake.Visitor{Tenant: b.body, Browser: web.Cookies{}.Browser(r), Lang: "ja"}
}

// alike is made once: it takes a tenth of a second.
var alike = sync.OnceValue(func() *search.Dictionary { return synonym.Standard() })
