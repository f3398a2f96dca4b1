package mailer_test

import (
	"bytes"
	"crypto/ed25519"
	"net/mail"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	record "madoguchi/internal/mail"
	"madoguchi/internal/mailer"
	"madoguchi/internal/mailroom"
	"madoguchi/internal/outbox"
	"madoguchi/internal/receipt"
	"madoguchi/internal/store"
	"madoguchi/internal/store/storetest"
)

func newRoom(t *testing.T) (*mailroom.Room, store.DB) {
	t.Helper()
	db := storetest.OpenSQLite(t)
	room, err := mailroom.New(mailroom.Config{
		DB: db, Secret: bytes.Repeat([]byte{7}, 32), NewID: func() string { return uuid.Must(uuid.NewV7()).String() }, Clock: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	return room, db
}

func TestAMailCarriesItsCodeAndComesBackUnderIt(t *testing.T) {
	p := open(t, nil, nil)
	room, _ := newRoom(t)
	s := mailer.New(mailer.Config{Addr: p.addr, Security: mailer.None, Room: room, Bounces: true})
	if err := s.Send(t.Context(), origin, message()); err != nil {
		t.Fatal(err)
	}
	code := room.Code(2, "0190-a")
	got := p.deliveries()[0]
	if want := "bounce+2-" + strings.ToLower(code) + "@pref.example.jp"; got.from != want {
		t.Errorf("comes back to %s, want %s", got.from, want)
	}
	m, err := mail.ReadMessage(bytes.NewReader(got.data))
	if err != nil {
		t.Fatal(err)
	}
	if from, err := m.Header.AddressList("From"); err != nil || from[0].Address != "send@pref.example.jp" {
		t.Errorf("From: %v, %v", from, err)
	}
	text := bodyOf(t, m)
	for _, part := range []string{receipt.FormatCode(code), "https://apply.example.jp/pref-ibaraki/mail-check?code=" + receipt.FormatCode(code)} {
		if !strings.Contains(text, part) {
			t.Errorf("the text lacks %q:\n%s", part, text)
		}
	}
	answer, err := room.Check(t.Context(), 2, code)
	if err != nil || !answer.Known || answer.Sent.From != "send@pref.example.jp" || answer.Sent.Receiver != "h***@example.jp" || answer.Sent.Subject != "mail.test_subject" {
		t.Errorf("asked: %+v, %v", answer, err)
	}
}

// The record is there before anyone can hold the mail.
func TestAMailIsOnRecordBeforeItLeaves(t *testing.T) {
	room, db := newRoom(t)
	s := mailer.New(mailer.Config{Addr: "127.0.0.1:1", Security: mailer.None, Room: room})
	if err := s.Send(t.Context(), origin, message()); err == nil || outbox.IsPermanent(err) {
		t.Fatalf("no server: %v", err)
	}
	if answer, err := room.Check(t.Context(), 2, room.Code(2, "0190-a")); err != nil || !answer.Known {
		t.Errorf("got %+v, %v", answer, err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	p := open(t, nil, nil)
	s = mailer.New(mailer.Config{Addr: p.addr, Security: mailer.None, Room: room})
	if err := s.Send(t.Context(), origin, message()); err == nil || outbox.IsPermanent(err) || len(p.deliveries()) != 0 {
		t.Errorf("a mail left without a record: %v", err)
	}
}

func TestAnAddressThatIsGoneGetsNoMail(t *testing.T) {
	p := open(t, nil, nil)
	room, db := newRoom(t)
	s := mailer.New(mailer.Config{Addr: p.addr, Security: mailer.None, Room: room})
	if err := s.Send(t.Context(), origin, message()); err != nil {
		t.Fatal(err)
	}
	answer, err := room.Check(t.Context(), 2, room.Code(2, "0190-a"))
	if err != nil {
		t.Fatal(err)
	}
	err = db.Write(t.Context(), 2, func(tx store.Tx) error {
		return tx.Suppress(t.Context(), record.Suppression{Address: answer.Sent.Address, Status: "5.1.1", Until: tx.Now().Add(time.Hour)})
	})
	if err != nil {
		t.Fatal(err)
	}
	again := message()
	again.ID = "0190-b"
	if err := s.Send(t.Context(), origin, again); !outbox.IsPermanent(err) || len(p.deliveries()) != 1 {
		t.Errorf("got %v and %d deliveries, want a permanent error and one", err, len(p.deliveries()))
	}
}

func TestKeysTakeTurns(t *testing.T) {
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	start := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	ring := mailer.Keyring{
		{Selector: "all", Key: key},
		{Domain: "pref.example.jp", Selector: "a", Key: key},
		{Domain: "pref.example.jp", Selector: "b", Key: key, From: start},
		{Domain: "late.example.jp", Selector: "late", Key: key, From: start},
	}
	for _, test := range []struct {
		domain string
		at     time.Time
		want   string
	}{
		{"pref.example.jp", start.Add(-time.Second), "a"}, {"pref.example.jp", start, "b"}, {"PREF.example.jp", start.Add(time.Hour), "b"},
		{"city.example.jp", start, "all"}, {"late.example.jp", start.Add(-time.Second), "all"}, {"late.example.jp", start, "late"},
	} {
		if got := ring.For(test.domain, test.at); got == nil || got.Selector != test.want {
			t.Errorf("%s at %v: got %+v, want %s", test.domain, test.at, got, test.want)
		}
	}
	if got := ring[1:].For("city.example.jp", start); got != nil {
		t.Errorf("a domain without a key: got %+v", got)
	}
	var none mailer.Keyring
	if got := none.For("pref.example.jp", start); got != nil {
		t.Errorf("no keys: got %+v", got)
	}
}
