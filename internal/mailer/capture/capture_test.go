package capture_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"madoguchi/internal/fault"
	"madoguchi/internal/mailer"
	"madoguchi/internal/mailer/capture"
	"madoguchi/internal/outbox"
)

const kept = 50

func open(t *testing.T, dir string) *capture.Box {
	t.Helper()
	box, err := capture.OpenBox(dir, kept)
	if err != nil {
		t.Fatal(err)
	}
	return box
}

func TestSentMailIsShownAsItWasWritten(t *testing.T) {
	box := open(t, t.TempDir())
	s, err := capture.Listen(t.Context(), box)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	sender := mailer.New(mailer.Config{Addr: s.Addr(), Security: mailer.None})
	origin := outbox.Origin{Name: "茨城県", From: "send@pref.example.jp", URL: "http://127.0.0.1:8080/pref-ibaraki"}
	var sending sync.WaitGroup
	for i := range 8 {
		sending.Go(func() {
			m := outbox.Message{ID: fmt.Sprint("m", i), To: fmt.Sprintf("p%d@example.jp", i), Template: "mail.test"}
			if err := sender.Send(t.Context(), origin, m); err != nil {
				t.Error(err)
			}
		})
	}
	sending.Wait()
	list, err := box.List(100)
	if err != nil || len(list) != 8 {
		t.Fatalf("%d mails, %v; want 8", len(list), err)
	}
	m, err := box.Mail(list[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	if m.Subject != "【茨城県】送信の確認" || m.From != "茨城県 <send@pref.example.jp>" || !strings.HasSuffix(m.To, "@example.jp") {
		t.Errorf("got %+v", m)
	}
	if !strings.Contains(m.Text, "http://127.0.0.1:8080/pref-ibaraki/\n") || strings.Contains(m.Text, "\r") {
		t.Errorf("text %q", m.Text)
	}
}

func TestABoxKeepsTheNewestMailsOverRestarts(t *testing.T) {
	dir := t.TempDir()
	box := open(t, dir)
	for i := range kept + 5 {
		if i == kept-3 {
			box = open(t, dir)
		}
		if err := box.Put(fmt.Appendf(nil, "Subject: %d\r\n\r\ntext\r\n", i)); err != nil {
			t.Fatal(err)
		}
	}
	list, err := box.List(kept * 2)
	if err != nil || len(list) != kept {
		t.Fatalf("%d mails, %v; want %d", len(list), err, kept)
	}
	if first, last := list[0].Subject, list[len(list)-1].Subject; first != fmt.Sprint(kept+4) || last != "5" {
		t.Errorf("from %s to %s", first, last)
	}
	for _, id := range []string{"1", "0", "-1", "x", "01", "../box", "99999999999999999999"} {
		if _, err := box.Mail(id); fault.KindOf(err) != fault.NotFound {
			t.Errorf("mail %q: got %v, want not found", id, err)
		}
	}
}
