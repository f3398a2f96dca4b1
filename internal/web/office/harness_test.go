package office_test

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"madoguchi/internal/catalogue"
	"madoguchi/internal/officetest"
	"madoguchi/internal/publishing"
	"madoguchi/internal/signin"
	"madoguchi/internal/staff"
	"madoguchi/internal/tenant"
	"madoguchi/internal/web"
	"madoguchi/internal/web/asset"
	"madoguchi/internal/web/office"
	"madoguchi/internal/web/ui"
)

// house is an office behind its entrance, with bodies and staff.
type house struct {
	*officetest.World
	Handler http.Handler
	Log     *bytes.Buffer
}

// assets compresses the style sheet once for all tests.
var assets = sync.OnceValues(func() (*asset.Set, error) {
	files, err := ui.Assets()
	if err != nil {
		return nil, err
	}
	return asset.New(files)
})

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{World: officetest.New(t), Log: &bytes.Buffer{}}
	assets, err := assets()
	if err != nil {
		t.Fatal(err)
	}
	c, err := catalogue.Open(t.Context(), h.DB)
	if err != nil {
		t.Fatal(err)
	}
	o, err := office.New(office.Config{
		Desk: h.Desk, Door: h.Door, Editors: &publishing.Editors{DB: h.DB, Blobs: h.Blobs, NewID: officetest.NewID},
		Catalogue: c, Assets: assets, Clock: officetest.Business, Now: h.Real.Now,
		Log: slog.New(slog.NewTextHandler(h.Log, nil)), Address: "https://shinsei.example.jp", Secure: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	h.Handler = (&web.Entrance{Office: o, Assets: assets, Secure: true, Portal: http.NotFoundHandler()}).Handler()
	return h
}

// browser keeps cookies and follows nothing.
type browser struct {
	h       *house
	cookies map[string]string
}

func (h *house) browser() *browser { return &browser{h: h, cookies: map[string]string{}} }

// answer is what came back.
type answer struct {
	status   int
	location string
	header   http.Header
	body     string
}

func (b *browser) do(method, path, contentType string, body io.Reader) answer {
	r := httptest.NewRequest(method, "https://shinsei.example.jp/office"+path, body)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	for name, value := range b.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	w := httptest.NewRecorder()
	b.h.Handler.ServeHTTP(w, r)
	res := w.Result()
	defer res.Body.Close()
	for _, c := range res.Cookies() {
		if c.MaxAge < 0 {
			delete(b.cookies, c.Name)
			continue
		}
		b.cookies[c.Name] = c.Value
	}
	return answer{res.StatusCode, res.Header.Get("Location"), res.Header, w.Body.String()}
}

func (b *browser) get(path string) answer { return b.do("GET", path, "", nil) }

func (b *browser) post(path string, form url.Values) answer {
	return b.do("POST", path, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
}

// as returns a browser in which the body's member with the role is signed in.
func (h *house) as(t *testing.T, id tenant.ID, r staff.Role) *browser {
	t.Helper()
	b := h.browser()
	b.cookies["__Host-mg-device"] = "DEVICEDEVICEDEVICEDEVICEDEVICE"
	b.cookies["__Host-mg-staff"] = h.token(t, id, string(r))
	return b
}

// token signs a member in by the verbs.
func (h *house) token(t *testing.T, id tenant.ID, login string) string {
	t.Helper()
	const device = "DEVICEDEVICEDEVICEDEVICEDEVICE"
	h.Real.Advance(31 * time.Second)
	sealed, _, err := h.Door.Password(t.Context(), signin.Attempt{Tenant: id, Login: login, Password: officetest.Password, Browser: device})
	if err != nil {
		t.Fatal(err)
	}
	code, err := signin.CodeAt(officetest.Secret, h.Real.Now())
	if err != nil {
		t.Fatal(err)
	}
	sealed, _, err = h.Door.Code(t.Context(), sealed, code, device)
	if err != nil {
		t.Fatal(err)
	}
	token, err := h.Door.Enter(t.Context(), sealed, device, "窓口3番のパソコン", "192.0.2.1")
	if err != nil {
		t.Fatal(err)
	}
	return token
}

var hiddenField = regexp.MustCompile(`<input type="hidden" name="(key|version)" value="([^"]*)">`)

// seenIn reads key and version from the first form of a page.
func seenIn(t *testing.T, a answer) url.Values {
	t.Helper()
	form := url.Values{}
	for _, m := range hiddenField.FindAllStringSubmatch(a.body, -1) {
		if !form.Has(m[1]) {
			form.Set(m[1], m[2])
		}
	}
	if len(form) != 2 {
		t.Fatalf("status %d: no form with key and version", a.status)
	}
	return form
}

func wantStatus(t *testing.T, what string, a answer, want int) {
	t.Helper()
	if a.status != want {
		t.Errorf("%s: status %d, want %d (to %q)", what, a.status, want, a.location)
	}
}

func wantIn(t *testing.T, what string, a answer, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(a.body, text) {
			t.Errorf("%s: page does not say %q", what, text)
		}
	}
}
