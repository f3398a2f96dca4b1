package portal_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/uuid"

	"madoguchi/internal/mail"
	"madoguchi/internal/mailroom"
	"madoguchi/internal/web"
	"madoguchi/internal/web/portal"
)

const sender = "noreply@pref-ibaraki.example.jp"

// withMail gives a world the pages about mails.
func withMail(t *testing.T) (*world, *mailroom.Room) {
	t.Helper()
	w := newWorld(t)
	room, err := mailroom.New(mailroom.Config{
		DB: w.db, Blobs: w.blobs, Secret: w.portal.Secret, NewID: func() string { return uuid.Must(uuid.NewV7()).String() }, Clock: w.clock,
	})
	if err != nil {
		t.Fatal(err)
	}
	p := &portal.Portal{
		Catalogue: w.cat, Counter: w.counter, Assets: w.portal.Assets, Clock: w.clock, Address: w.portal.Address,
		Secret: w.portal.Secret, Log: w.portal.Log, Mailroom: room,
	}
	h, err := p.Handler()
	if err != nil {
		t.Fatal(err)
	}
	w.server = httptest.NewServer((&web.Entrance{Portal: h, Assets: p.Assets, RootPages: portal.RootPages, Denied: p.Site().CrossSite()}).Handler())
	t.Cleanup(w.server.Close)
	return w, room
}

func TestPagesAboutMailsAreLinkedWhereTheyAre(t *testing.T) {
	w, _ := withMail(t)
	b := w.browser()
	home := b.get("/pref-ibaraki/").body
	for _, path := range []string{"/pref-ibaraki/mail-check", "/pref-ibaraki/report-mail"} {
		if !strings.Contains(home, `href="`+path+`"`) {
			t.Errorf("the footer does not lead to %s", path)
		}
		p := b.get(path)
		if p.status != http.StatusOK || !strings.Contains(p.body, "茨城県") || !strings.Contains(p.body, `href="`+path+`"`) {
			t.Errorf("%s: status %d", path, p.status)
		}
	}
	if p := b.get("/no-body/mail-check?code=ABCDEFGHJKLM"); p.status != http.StatusNotFound {
		t.Errorf("an unknown body: status %d", p.status)
	}
	without := newWorld(t).browser()
	if p := without.get("/pref-ibaraki/mail-check"); p.status != http.StatusNotFound {
		t.Errorf("without a mail room: status %d", p.status)
	}
	if strings.Contains(without.get("/pref-ibaraki/").body, "mail-check") {
		t.Error("the footer leads to a page that is not there")
	}
}

const cameBack = "From: MAILER-DAEMON@mx.example.jp\r\nSubject: Undelivered Mail\r\nMIME-Version: 1.0\r\n" +
	"Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nAction: failed\r\nStatus: 5.1.1\r\n--b--\r\n"

func TestAMailThatCameBackIsToldToTheBrowserThatAskedForIt(t *testing.T) {
	w, room := withMail(t)
	b, other := w.browser(), w.browser()
	asked := b.post(instructor+"/email", "mail", "hanako@example.jp")
	if asked.status != http.StatusSeeOther {
		t.Fatalf("status %d", asked.status)
	}
	messages := w.mails()
	if len(messages) != 1 {
		t.Fatalf("%d mails", len(messages))
	}
	if err := room.Leave(t.Context(), w.body, sender, messages[0]); err != nil {
		t.Fatal(err)
	}
	const notice = "メールが届きませんでした"
	if p := b.get(asked.location); p.status != http.StatusOK || strings.Contains(p.body, notice) {
		t.Fatalf("before: status %d", p.status)
	}
	to, err := room.Addressee(t.Context(), mail.ReturnPath(int64(w.body), room.Code(w.body, messages[0].ID), "pref-ibaraki.example.jp"))
	if err == nil {
		err = room.Receive(t.Context(), to, mail.Envelope{}, strings.NewReader(cameBack))
	}
	if err == nil {
		_, err = room.Judge(t.Context(), w.body, 10)
	}
	if err != nil {
		t.Fatal(err)
	}
	if p := b.get(asked.location); p.status != http.StatusOK || !strings.Contains(p.body, notice) {
		t.Errorf("the browser that asked: status %d, not told", p.status)
	}
	if p := other.get(asked.location); p.status != http.StatusNotFound || strings.Contains(p.body, notice) {
		t.Errorf("another browser: status %d", p.status)
	}
}
