package editing_test

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"madoguchi/internal/blob/dirblob"
	"madoguchi/internal/catalogue"
	"madoguchi/internal/publishing"
	"madoguchi/internal/staff"
	"madoguchi/internal/store"
	"madoguchi/internal/store/storetest"
	"madoguchi/internal/tenant"
	"madoguchi/internal/web"
	"madoguchi/internal/web/editing"
)

const city tenant.ID = 7

var moment = time.Date(2022, 7, 1, 5, 23, 0, 0, time.UTC)

// desk is the editors' face of one body, behind no sign-in.
type desk struct {
	t       *testing.T
	handler http.Handler
	editing *editing.Editing
	who     staff.Who
	cat     *catalogue.Catalogue
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	db := storetest.OpenSQLiteWith(t, store.Options{Now: func() time.Time { return moment }})
	blobs, err := dirblob.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	body := tenant.Tenant{ID: city, Slug: "city-test", Name: "試験市", Kind: tenant.City, Active: true}
	if err := db.Service().InsertTenant(t.Context(), &body); err != nil {
		t.Fatal(err)
	}
	if err := db.Write(t.Context(), city, func(tx store.Tx) error {
		return tx.InsertSection(t.Context(), &staff.Section{ID: "jinji", Name: "人事課"})
	}); err != nil {
		t.Fatal(err)
	}
	cat, err := catalogue.Open(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	var n atomic.Int64
	d := &desk{t: t, cat: cat, who: as(staff.Editor)}
	d.editing = &editing.Editing{
		Editors:   &publishing.Editors{DB: db, Blobs: blobs, NewID: func() string { return fmt.Sprintf("id-%d", n.Add(1)) }},
		Catalogue: cat, Assets: assets(t), Clock: func() time.Time { return moment }, Address: "https://shinsei.example.jp",
		Log:   slog.New(slog.NewTextHandler(io.Discard, nil)),
		Who:   func(*http.Request) (staff.Who, error) { return d.who, nil },
		Frame: func(_ *http.Request, title string) web.Frame { return web.Frame{Title: title, LangTag: "ja"} },
	}
	if d.handler, err = d.editing.Handler(); err != nil {
		t.Fatal(err)
	}
	return d
}

func as(roles ...staff.Role) staff.Who {
	return staff.Who{Tenant: city, Home: city, Member: staff.Member{ID: "m1", Roles: roles}, Session: "s1", Device: "d1"}
}

func (d *desk) do(method, path string, body io.Reader, kind string) *httptest.ResponseRecorder {
	d.t.Helper()
	r := httptest.NewRequestWithContext(d.t.Context(), method, path, body)
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	r = web.At(r, web.Place{Lang: "ja", Base: "/office", Path: path})
	w := httptest.NewRecorder()
	d.handler.ServeHTTP(w, r)
	return w
}

func (d *desk) get(path string) *httptest.ResponseRecorder { return d.do("GET", path, nil, "") }

func (d *desk) post(path string, pairs ...string) *httptest.ResponseRecorder {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return d.do("POST", path, strings.NewReader(v.Encode()), "application/x-www-form-urlencoded")
}

// saved posts and returns where the answer leads, without the office's prefix.
func (d *desk) saved(path string, pairs ...string) string {
	d.t.Helper()
	w := d.post(path, pairs...)
	if w.Code != http.StatusSeeOther {
		d.t.Fatalf("POST %s: status %d, want 303\n%s", path, w.Code, w.Body)
	}
	target, _, _ := strings.Cut(strings.TrimPrefix(w.Header().Get("Location"), "/office"), "?")
	return target
}

var hidden = regexp.MustCompile(`name="version" value="(\d+)"`)

// version is the version that a page was made from.
func (d *desk) version(path string) string {
	d.t.Helper()
	found := hidden.FindStringSubmatch(d.get(path).Body.String())
	if found == nil {
		d.t.Fatalf("GET %s holds no version", path)
	}
	return found[1]
}

const oneQuestion = `{"format":"madoguchi-form/1","title":"様式","pages":[{"id":"p1","title":"あなたについて","fields":[{"id":"memo","kind":"text","label":"連絡事項"}]}]}`

func TestAnEditorBringsAProcedureToThePortal(t *testing.T) {
	d := newDesk(t)
	at := d.saved("/procedures/new", "id", "dog-registration", "title", "飼い犬の登録", "section", "jinji", "audience", "person",
		"opens", "2022-07-01", "opens_time", "09:00", "closes", "令和4年8月1日", "closes_time", "17:00", "keywords", "犬\nペット")
	d.saved(at+"/guide", "version", d.version(at+"/guide"), "summary", "飼い始めた犬を登録します。", "prepare", "鑑札の番号\n\n写真", "outcomes", "登録済")
	d.saved(at+"/mail", "version", d.version(at+"/mail"), "mail_received", "鑑札は郵送します。")
	if w := d.post(at+"/publish", "version", d.version(at+"/basics"), "on", "true"); w.Code != http.StatusConflict {
		t.Errorf("publish without a form: status %d, want 409", w.Code)
	}
	d.saved(at+"/form", "definition", oneQuestion)
	if w := d.get(at + "/form/1"); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "連絡事項") {
		t.Errorf("preview: status %d\n%s", w.Code, w.Body)
	}
	if w := d.get(at + "/form/1/definition"); w.Body.String() != oneQuestion {
		t.Errorf("the definition came back as %s", w.Body)
	}
	d.saved(at+"/publish", "version", d.version(at+"/basics"), "on", "true")

	snap, err := d.cat.Snapshot(t.Context(), city)
	if err != nil {
		t.Fatal(err)
	}
	p, ok := snap.Procedure("dog-registration")
	if !ok {
		t.Fatal("the procedure is not on the portal")
	}
	if want := time.Date(2022, 8, 1, 8, 0, 0, 0, time.UTC); !p.ClosesAt.Equal(want) {
		t.Errorf("closes at %v, want %v", p.ClosesAt, want)
	}
	if p.Detail.MailTexts["mail.received"] != "鑑札は郵送します。" || len(p.Detail.Prepare) != 2 || len(p.Detail.Keywords) != 2 {
		t.Errorf("settings %+v", p.Detail)
	}
}

func TestANoticeAndABannerAreOnThePortalAtOnce(t *testing.T) {
	d := newDesk(t)
	at := d.saved("/news/new", "title", "不審なメール", "body", "ご注意ください。", "from", "2022-07-01", "published", "1")
	d.saved(at+"/addition", "version", d.version(at), "addition", "件数を加えました。")
	d.saved("/banner", "version", "0", "on", "1", "title", "停電のお知らせ", "text", "窓口が使えません。")
	snap, err := d.cat.Snapshot(t.Context(), city)
	if err != nil {
		t.Fatal(err)
	}
	if got := snap.Current(moment); len(got) != 1 || len(got[0].Added) != 1 || !snap.Banner.ShownAt(moment) {
		t.Errorf("notices %+v, banner %+v", got, snap.Banner)
	}
	if body := d.get("/news").Body.String(); !strings.Contains(body, "不審なメール【追記】") || !strings.Contains(body, "掲載中") {
		t.Errorf("the list lacks the notice:\n%s", body)
	}
}

func TestWhatWasTypedIsKeptBesideTheProblem(t *testing.T) {
	d := newDesk(t)
	w := d.post("/news/new", "title", "", "body", "書きかけの文", "from", "2022-13-40")
	body := w.Body.String()
	if w.Code != http.StatusUnprocessableEntity {
		t.Errorf("status %d, want 422", w.Code)
	}
	for _, want := range []string{"書きかけの文", `value="2022-13-40"`, "の形で入力してください", `href="#from"`, `id="from-error"`} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
}

func TestTheSecondEditorIsToldAndLosesNoText(t *testing.T) {
	d := newDesk(t)
	at := d.saved("/news/new", "title", "題", "body", "文", "from", "2022-07-01")
	old := d.version(at)
	d.saved(at, "version", old, "title", "一人目", "body", "文", "from", "2022-07-01")
	w := d.post(at, "version", old, "title", "二人目の題", "body", "長い文", "from", "2022-07-01")
	if w.Code != http.StatusConflict || !strings.Contains(w.Body.String(), "二人目の題") || !strings.Contains(w.Body.String(), "ほかの職員が先に変更しています") {
		t.Errorf("status %d\n%s", w.Code, w.Body)
	}
}

func TestAPaperFormIsUploadedAndAScriptedOneRefused(t *testing.T) {
	d := newDesk(t)
	upload := func(content string) *httptest.ResponseRecorder {
		var body bytes.Buffer
		m := multipart.NewWriter(&body)
		for name, value := range map[string]string{"title": "様式第1号", "category": "くらし", "published": "1", "version": "0"} {
			if err := m.WriteField(name, value); err != nil {
				t.Fatal(err)
			}
		}
		part, err := m.CreateFormFile("file", "様式.pdf")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(part, content); err != nil {
			t.Fatal(err)
		}
		if err := m.Close(); err != nil {
			t.Fatal(err)
		}
		return d.do("POST", "/papers/new", &body, m.FormDataContentType())
	}
	const head, tail = "%PDF-1.7\n1 0 obj\n<< /Type /Catalog ", ">>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"
	if w := upload(head + "/OpenAction << /S /JavaScript /JS (x) >> " + tail); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "動くもの") {
		t.Errorf("a scripted PDF: status %d", w.Code)
	}
	if w := upload(head + tail); w.Code != http.StatusSeeOther {
		t.Errorf("a plain PDF: status %d\n%s", w.Code, w.Body)
	}
	snap, err := d.cat.Snapshot(t.Context(), city)
	if err != nil || len(snap.Papers) != 1 || snap.Papers[0].FileName != "様式.pdf" {
		t.Errorf("papers %+v (err %v)", snap.Papers, err)
	}
}

// Every address of the editors does not exist for those who edit nothing.
func TestClerksSeeNoEditorsPage(t *testing.T) {
	d := newDesk(t)
	at := d.saved("/news/new", "title", "題", "body", "文", "from", "2022-07-01")
	d.saved("/procedures/new", "id", "dog-registration", "title", "犬", "section", "jinji", "opens", "2022-07-01")
	d.who = as(staff.Clerk, staff.Examiner)
	concrete := strings.NewReplacer("{id}", strings.TrimPrefix(at, "/news/"), "{p}", "dog-registration", "{name}", "help", "{part}", "basics", "{v}", "1")
	for _, route := range d.editing.Routes() {
		method, path, _ := strings.Cut(concrete.Replace(route.Pattern), " ")
		w := d.do(method, path, strings.NewReader("version=1&title=x&body=x&from=2022-07-01&on=true"), "application/x-www-form-urlencoded")
		if strings.HasPrefix(path, "/papers/") && method == "POST" && w.Code == http.StatusUnprocessableEntity {
			continue // not multipart: refused before it is asked who sends it
		}
		if w.Code != http.StatusNotFound {
			t.Errorf("%s %s: status %d, want 404", method, path, w.Code)
		}
	}
}
