package mailpages_test

import (
	"bytes"
	"fmt"
	"html"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jba/templatecheck"

	"madoguchi/internal/blob/dirblob"
	"madoguchi/internal/fault"
	"madoguchi/internal/mailroom"
	"madoguchi/internal/outbox"
	"madoguchi/internal/receipt"
	"madoguchi/internal/store"
	"madoguchi/internal/store/storetest"
	"madoguchi/internal/tenant"
	"madoguchi/internal/web"
	"madoguchi/internal/web/asset"
	"madoguchi/internal/web/mailpages"
	"madoguchi/internal/web/ui"
)

const sender = "noreply@pref-ibaraki.example.jp"

var now = time.Date(2022, 7, 1, 5, 23, 0, 0, time.UTC)

// packed are the assets, compressed once for all tests.
var packed = sync.OnceValues(func() (*asset.Set, error) {
	files, err := ui.Assets()
	if err != nil {
		return nil, err
	}
	return asset.New(files)
})

// A site are the pages on a real store, behind a real entrance.
type site struct {
	pages  *mailpages.Pages
	room   *mailroom.Room
	db     store.DB
	body   tenant.Tenant
	log    *bytes.Buffer
	server *httptest.Server
}

func open(t *testing.T) *site {
	t.Helper()
	s := &site{log: &bytes.Buffer{}}
	s.db = storetest.OpenSQLiteWith(t, store.Options{Now: func() time.Time { return now }})
	s.body = tenant.Tenant{ID: 2, Slug: "pref-ibaraki", Name: "茨城県", Settings: tenant.Settings{MailFrom: sender}, Active: true}
	if err := s.db.Service().InsertTenant(t.Context(), &s.body); err != nil {
		t.Fatal(err)
	}
	blobs, err := dirblob.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { blobs.Close() }) //nolint:errcheck // nothing depends on it
	s.room, err = mailroom.New(mailroom.Config{
		DB: s.db, Blobs: blobs, Secret: bytes.Repeat([]byte{7}, 32), NewID: func() string { return uuid.Must(uuid.NewV7()).String() },
		Clock: func() time.Time { return now }, From: "noreply@shinsei.example.jp",
	})
	if err != nil {
		t.Fatal(err)
	}
	assets, err := packed()
	if err != nil {
		t.Fatal(err)
	}
	s.pages, err = mailpages.New(mailpages.Config{
		Room: s.room, Assets: assets, Clock: func() time.Time { return now }, Log: slog.New(slog.NewTextHandler(s.log, nil)),
		Frame: frame,
		Body: func(r *http.Request) (tenant.Tenant, error) {
			if web.PlaceOf(r).Slug != s.body.Slug {
				return tenant.Tenant{}, fault.New(fault.NotFound, "portal.no_body")
			}
			return s.body, nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	s.server = httptest.NewServer((&web.Entrance{Portal: s.pages.Handler(), Assets: assets}).Handler())
	t.Cleanup(s.server.Close)
	return s
}

func frame(r *http.Request, title string) web.Frame {
	base := web.PlaceOf(r).Base
	menu := []ui.Link{{Label: "申請団体選択", Href: "/"}, {Label: "手続き申込", Href: base + "/procedures"}}
	return web.Frame{
		Lang: "ja", LangTag: "ja", Title: title, Site: "茨城県 電子申請・届出の窓口", Base: base, Home: base + "/", Body: "茨城県", Service: "電子申請・届出の窓口",
		Official: "茨城県の公式の窓口です。アドレスの始まりは", Address: "https://shinsei.example.jp/", Menu: menu, FootMenu: menu,
	}
}

func (s *site) leave(t *testing.T, id string) (code string) {
	t.Helper()
	m := outbox.Message{ID: id, Channel: "mail", To: "hanako@example.jp", Template: "mail.received", Lang: "ja"}
	if err := s.room.Leave(t.Context(), s.body.ID, sender, m); err != nil {
		t.Fatal(err)
	}
	return s.room.Code(s.body.ID, id)
}

func (s *site) do(t *testing.T, method, path string, body io.Reader, contentType string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.server.URL+"/pref-ibaraki"+path, body)
	if err != nil {
		t.Fatal(err)
	}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	answer, err := s.server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close() //nolint:errcheck // it was only read
	page, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, html.UnescapeString(string(page))
}

func (s *site) get(t *testing.T, path string) (int, string) {
	t.Helper()
	return s.do(t, http.MethodGet, path, nil, "")
}

// report uploads a file and pastes a text; an empty one is left out.
func (s *site) report(t *testing.T, file, text string) (int, string) {
	t.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	if file != "" {
		part, err := m.CreateFormFile("file", "mail.eml")
		if err == nil {
			_, err = io.WriteString(part, file)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := m.WriteField("text", text); err != nil {
		t.Fatal(err)
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	return s.do(t, http.MethodPost, "/report-mail", &body, m.FormDataContentType())
}

func TestTemplates(t *testing.T) {
	s := open(t)
	all := map[string]any{
		"check": mailpages.CheckPage{}, "known": mailpages.CheckPage{}, "unknown": mailpages.CheckPage{},
		"report": mailpages.ReportPage{}, "found": mailpages.FoundPage{}, "failure": web.Failure{},
	}
	for _, name := range s.pages.Site().Names() {
		if all[name] == nil {
			t.Errorf("page %s is not checked", name)
			continue
		}
		if err := templatecheck.CheckHTML(s.pages.Site().Page(name), all[name]); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func wants(t *testing.T, what, page string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(page, part) {
			t.Errorf("%s: the page lacks %q", what, part)
		}
	}
}

// claims are sentences that would say that a mail in someone's hands is genuine.
var claims = regexp.MustCompile(`本物です|本物のメール|窓口からのメールです|窓口が送ったメールです`)

func TestAKnownCodeTellsWhatWasSent(t *testing.T) {
	s := open(t)
	code := s.leave(t, "m1")
	for n, path := range []string{"/mail-check?code=" + code, "/mail-check?code=" + url.QueryEscape(strings.ToLower(receipt.FormatCode(code)))} {
		status, page := s.get(t, path)
		if status != http.StatusOK {
			t.Fatalf("status %d", status)
		}
		wants(t, path, page, "送った記録があります", receipt.FormatCode(code), "【茨城県】申し込みを受け付けました", "2022年7月1日（金）14時23分", sender,
			"h***@example.jp", "なし（窓口のメールに付くことはありません）", fmt.Sprintf("%d回", n+1), "1つでも違えば", "x83k@unknown.example.net")
		if found := claims.FindString(page); found != "" {
			t.Errorf("the page says %q; a stolen code can be copied", found)
		}
		if strings.Contains(page, "hanako") {
			t.Error("the page shows the receiver")
		}
		if often := strings.Contains(page, "写し取られたおそれ"); often != (n > 0) {
			t.Errorf("asked %d times: warned %v", n+1, often)
		}
	}
	status, page := s.do(t, http.MethodPost, "/mail-check", strings.NewReader("code="+code), "application/x-www-form-urlencoded")
	if status != http.StatusOK {
		t.Errorf("posted: status %d", status)
	}
	wants(t, "posted", page, "送った記録があります", "3回")
	if strings.Contains(s.log.String(), code) {
		t.Errorf("the log holds the code:\n%s", s.log)
	}
}

func TestAnUnknownCodeLeadsToWhatToDo(t *testing.T) {
	s := open(t)
	for _, typed := range []string{"A1B2-C3D4-E5F6", "ABCDEFGHJKLM", "x", "hanako@example.jp", "<b>"} {
		status, page := s.get(t, "/mail-check?code="+url.QueryEscape(typed))
		if status != http.StatusOK || strings.Contains(page, "mg-verdict--good") {
			t.Errorf("%q: status %d", typed, status)
		}
		wants(t, typed, page, "茨城県の窓口は、このコードのメールを送っていません", "/pref-ibaraki/report-mail", "/pref-ibaraki/contact", "zipなどのファイル")
	}
}

func TestNoCodeIsToldWhatToDo(t *testing.T) {
	s := open(t)
	if status, page := s.get(t, "/mail-check"); status != http.StatusOK || strings.Contains(page, "mg-verdict") {
		t.Errorf("the form: status %d", status)
	}
	for _, typed := range []string{"", strings.Repeat("A", 61)} {
		status, page := s.get(t, "/mail-check?code="+typed)
		if status != http.StatusUnprocessableEntity {
			t.Errorf("%q: status %d, want 422", typed, status)
		}
		wants(t, typed, page, "確認コードを入力してください。", "<title>エラー：")
	}
}

func TestARevokedCodeTellsNothingOfTheMail(t *testing.T) {
	s := open(t)
	code := s.leave(t, "m1")
	if _, err := s.room.Revoke(t.Context(), s.body.ID, "x", now.Add(-time.Hour), now.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	_, page := s.get(t, "/mail-check?code="+code)
	wants(t, "revoked", page, "このコードでは、メールを確かめられません", "mg-verdict--warn")
	for _, part := range []string{"申し込みを受け付けました", "h***@", "送った記録があります"} {
		if strings.Contains(page, part) {
			t.Errorf("the page shows %q", part)
		}
	}
}

func TestOneNetworkCannotGuess(t *testing.T) {
	s := open(t)
	last := 0
	for range 20 {
		last, _ = s.get(t, "/mail-check?code=ABCDEFGHJKLM")
	}
	if last != http.StatusTooManyRequests {
		t.Errorf("the twentieth guess: status %d, want 429", last)
	}
	if status, _ := s.get(t, "/mail-check"); status != http.StatusOK {
		t.Errorf("the form itself: status %d", status)
	}
}

func mailWith(code string) string {
	return "From: =?utf-8?B?6Iyo5Z+O55yM?= <" + sender + ">\r\nDate: " + time.Now().Format(time.RFC1123Z) + "\r\n" + // mails are dated by real time
		"Subject: =?utf-8?B?44CQ6Iyo5Z+O55yM44CR55Sz44GX6L6844G/44KS5Y+X44GR5LuY44GR44G+44GX44Gf?=\r\n" +
		"Content-Type: text/plain; charset=utf-8\r\n\r\n確認コード：" + receipt.FormatCode(code) + "\r\n"
}

func TestAReportIsAnsweredAtOnce(t *testing.T) {
	s := open(t)
	code := s.leave(t, "m1")
	for what, test := range map[string]struct {
		file, text string
		want       []string
	}{
		"our own": {mailWith(code), "", []string{"この窓口が送った記録があります。ただし", "写し取ることができます", "【茨城県】申し込みを受け付けました", "mg-verdict--good"}},
		"our own, pasted without a header": {"", "確認コード：" + receipt.FormatCode(code),
			[]string{"この窓口が送った記録があります。ただし", "差出人は調べていません"}},
		"our code from elsewhere": {strings.Replace(mailWith(code), sender, "x83k@unknown.example.net", 1), "",
			[]string{"この窓口から送ったものではありません。送ったことのある確認コードを写し取っています", "なぜなら", "差出人のアドレスは x83k@unknown.example.net です"}},
		"the attack of 2022": {"", "From: \"" + sender + "\" <x83k@unknown.example.net>\nSubject: RE: x\n\n?????\n",
			[]string{"この窓口から送ったものではありません", "なぜなら", "差出人の名前には " + sender + " と表示されますが、実際の送信元は x83k@unknown.example.net です。", "確認コードがありません", "mg-verdict--bad"}},
		"a made-up code":  {"", "茨城県です。 ABCD-EFGH-JKLM", []string{"確認コード ABCD-EFGH-JKLM のメールを送った記録がありません。"}},
		"a piece of text": {"", "こんにちは", []string{"だれが送ったか確かめられません", "mg-verdict--warn"}},
	} {
		t.Run(what, func(t *testing.T) {
			status, page := s.report(t, test.file, test.text)
			if status != http.StatusOK {
				t.Fatalf("status %d", status)
			}
			wants(t, what, page, test.want...)
			if found := claims.FindString(page); found != "" {
				t.Errorf("the page says %q", found)
			}
		})
	}
	if log := s.log.String(); strings.Contains(log, "x83k") || strings.Contains(log, code) {
		t.Errorf("the log holds what was reported:\n%s", log)
	}
}

func TestReportsThatCannotBeReadAreToldSo(t *testing.T) {
	s := open(t)
	for what, test := range map[string]struct {
		file, text string
		status     int
		want       string
	}{
		"nothing":           {"", " \n", http.StatusUnprocessableEntity, "メールのファイルを選ぶか、メールの文字を貼り付けてください。"},
		"an empty file":     {" ", "", http.StatusUnprocessableEntity, "メールのファイルを選ぶか"},
		"a file of Outlook": {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1xxxx", "", http.StatusUnprocessableEntity, ".eml 形式で保存するか"},
		"too long a text":   {"", strings.Repeat("x", 256<<10+1), http.StatusUnprocessableEntity, "256 KBまで"},
		"too large a file":  {strings.Repeat("x", 12<<20), "", http.StatusRequestEntityTooLarge, "MB"},
	} {
		status, page := s.report(t, test.file, test.text)
		if status != test.status {
			t.Errorf("%s: status %d, want %d", what, status, test.status)
		}
		wants(t, what, page, test.want)
	}
}

func TestReportsOfOneNetworkAreLimited(t *testing.T) {
	s := open(t)
	var got []int
	for range 12 {
		status, _ := s.report(t, "", "x")
		got = append(got, status)
	}
	if !slices.Contains(got, http.StatusTooManyRequests) {
		t.Errorf("got %v, want a 429", got)
	}
}

func TestAnUnknownBodyHasNoPages(t *testing.T) {
	s := open(t)
	s.body.Slug = "another"
	for _, path := range []string{"/mail-check", "/mail-check?code=ABCDEFGHJKLM", "/report-mail"} {
		if status, _ := s.get(t, path); status != http.StatusNotFound {
			t.Errorf("%s: status %d, want 404", path, status)
		}
	}
	if status, _ := s.report(t, "", "x"); status != http.StatusNotFound {
		t.Errorf("a report: status %d, want 404", status)
	}
}

// What is kept of a mail's subject is the key of its words: they may name the
// body, and nobody and nothing else.
func TestSubjectsOfMailsNameOnlyTheBody(t *testing.T) {
	text, err := os.ReadFile("../../words/ja/mail.toml")
	if err != nil {
		t.Fatal(err)
	}
	subjects := 0
	for line := range strings.Lines(string(text)) {
		name, value, ok := strings.Cut(line, " = ")
		if !ok || !strings.HasSuffix(name, "_subject") {
			continue
		}
		subjects++
		if rest := strings.ReplaceAll(value, "{body}", ""); strings.Contains(rest, "{") {
			t.Errorf("%s has arguments besides {body}: %s", name, value)
		}
	}
	if subjects < 10 {
		t.Errorf("only %d subjects were found", subjects)
	}
}
