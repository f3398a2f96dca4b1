package guide_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/jba/templatecheck"

	"madoguchi/internal/mailer/capture"
	"madoguchi/internal/signin"
	"madoguchi/internal/web/asset"
	"madoguchi/internal/web/guide"
	"madoguchi/internal/web/ui"
)

const secret = "JBSWY3DPEHPK3PXP"

func open(t *testing.T) (*guide.Guide, http.Handler) {
	t.Helper()
	files, err := ui.Assets()
	if err != nil {
		t.Fatal(err)
	}
	set, err := asset.New(files)
	if err != nil {
		t.Fatal(err)
	}
	box, err := capture.OpenBox(t.TempDir(), 10)
	if err != nil {
		t.Fatal(err)
	}
	g := &guide.Guide{
		People: []guide.Person{{Body: "茨城県", Login: "uketsuke", Name: "架空 花子", Role: "受付", TOTPSecret: secret}},
		Start:  "/pref-ibaraki/", Box: box, Assets: set, Clock: time.Now, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	}
	h, err := g.Handler()
	if err != nil {
		t.Fatal(err)
	}
	return g, h
}

func get(t *testing.T, h http.Handler, path, remote, forwarded string) (int, string) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
	r.RemoteAddr = remote
	if forwarded != "" {
		r.Header.Set("X-Forwarded-For", forwarded)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

func TestTemplates(t *testing.T) {
	g, _ := open(t)
	for name, data := range map[string]any{"start": guide.StartPage{}, "mails": guide.MailsPage{}, "mail": guide.MailPage{}} {
		if err := templatecheck.CheckHTML(g.Site().Page(name), data); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCodesAreShownOnThisMachineOnly(t *testing.T) {
	_, h := open(t)
	tests := []struct {
		remote, forwarded string
		shown             bool
	}{
		{"127.0.0.1:5000", "", true},
		{"[::1]:5000", "", true},
		{"192.0.2.7:5000", "", false},
		{"127.0.0.1:5000", "192.0.2.7", false},
	}
	for _, test := range tests {
		before, err := signin.CodeAt(secret, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		status, page := get(t, h, "/demo/", test.remote, test.forwarded)
		after, err := signin.CodeAt(secret, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		shown := strings.Contains(page, "<code>"+before+"</code>") || strings.Contains(page, "<code>"+after+"</code>")
		if status != http.StatusOK || shown != test.shown {
			t.Errorf("from %s for %q: %d, code shown: %v, want %v", test.remote, test.forwarded, status, shown, test.shown)
		}
		if !strings.Contains(page, "uketsuke") || strings.Contains(page, secret) {
			t.Errorf("from %s: the page lacks the login or shows the secret", test.remote)
		}
	}
}

func TestMailIsTextWithLinks(t *testing.T) {
	g, h := open(t)
	if _, page := get(t, h, "/demo/mail", "127.0.0.1:1", ""); !strings.Contains(page, "まだメールはありません") {
		t.Errorf("an empty box:\n%s", page)
	}
	err := g.Box.Put([]byte("From: a <a@example.jp>\r\nTo: <b@example.jp>\r\nSubject: <b>x</b>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" +
		"<script>alert(1)</script>\r\n開く http://127.0.0.1:8080/o/confirm/t_-1?x=1#y です\r\njavascript:alert(1)\r\n"))
	if err != nil {
		t.Fatal(err)
	}
	if _, page := get(t, h, "/demo/mail", "127.0.0.1:1", ""); !strings.Contains(page, `<a href="/demo/mail/1">&lt;b&gt;x&lt;/b&gt;</a>`) {
		t.Errorf("list:\n%s", page)
	}
	_, page := get(t, h, "/demo/mail/1", "127.0.0.1:1", "")
	if !strings.Contains(page, `<a href="http://127.0.0.1:8080/o/confirm/t_-1?x=1#y">`) {
		t.Errorf("no link in\n%s", page)
	}
	if strings.Contains(page, "<script>alert") || strings.Contains(page, `href="javascript`) {
		t.Errorf("the mail's text is markup in\n%s", page)
	}
	if status, _ := get(t, h, "/demo/mail/2", "127.0.0.1:1", ""); status != http.StatusNotFound {
		t.Errorf("a mail that is not there: %d", status)
	}
}
