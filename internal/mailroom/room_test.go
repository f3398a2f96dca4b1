package mailroom_test

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"madoguchi/internal/blob"
	"madoguchi/internal/blob/dirblob"
	"madoguchi/internal/fault"
	"madoguchi/internal/mail"
	"madoguchi/internal/mailauth"
	"madoguchi/internal/mailroom"
	"madoguchi/internal/outbox"
	"madoguchi/internal/receipt"
	"madoguchi/internal/store"
	"madoguchi/internal/store/storetest"
	"madoguchi/internal/tenant"
)

const sender = "noreply@pref-ibaraki.example.jp"

// A house is a mail room on a real store with two bodies.
type house struct {
	*mailroom.Room
	db    store.DB
	late  time.Duration // of the store's clock
	blobs blob.Store
	pref  tenant.Tenant
	city  tenant.Tenant // without an address of its own
}

// zone is what the rules ask of the DNS.
const zone = `{
	"pref-ibaraki.example.jp.": {"TXT": ["v=spf1 ip4:192.0.2.25 -all"]},
	"_dmarc.pref-ibaraki.example.jp.": {"TXT": ["v=DMARC1; p=reject"]},
	"unknown.example.net.": {"TXT": ["v=spf1 ip4:203.0.113.9 -all"]}
}`

func open(t *testing.T) *house {
	t.Helper()
	h := &house{}
	db := storetest.OpenSQLiteWith(t, store.Options{Now: func() time.Time { return time.Now().Add(h.late) }})
	blobs, err := dirblob.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { blobs.Close() }) //nolint:errcheck // nothing depends on it
	resolver, err := mailauth.ReadZone([]byte(zone))
	if err != nil {
		t.Fatal(err)
	}
	room, err := mailroom.New(mailroom.Config{
		DB: db, Blobs: blobs, Secret: bytes.Repeat([]byte{7}, 32), NewID: func() string { return uuid.Must(uuid.NewV7()).String() },
		Clock: time.Now, Resolver: resolver, From: "noreply@shinsei.example.jp", Domains: []string{"shinsei.example.jp"},
	})
	if err != nil {
		t.Fatal(err)
	}
	h.Room, h.db, h.blobs = room, db, blobs
	h.pref = tenant.Tenant{ID: 2, Slug: "pref-ibaraki", Name: "茨城県", Settings: tenant.Settings{MailFrom: sender}, Active: true}
	h.city = tenant.Tenant{ID: 3, Slug: "city-mito", Name: "水戸市", Active: true}
	for _, body := range []*tenant.Tenant{{ID: tenant.Installation, Slug: "operators"}, &h.pref, &h.city} {
		if err := db.Service().InsertTenant(t.Context(), body); err != nil {
			t.Fatal(err)
		}
	}
	return h
}

func message(id string) outbox.Message {
	return outbox.Message{ID: id, Channel: "mail", To: "Hanako@example.jp", Template: "mail.received", Lang: "ja", About: "about-" + id}
}

func (h *house) leave(t *testing.T, id string) (code string) {
	t.Helper()
	if err := h.Leave(t.Context(), h.pref.ID, sender, message(id)); err != nil {
		t.Fatal(err)
	}
	return h.Code(h.pref.ID, id)
}

func (h *house) counts(t *testing.T, id tenant.ID) string {
	t.Helper()
	var list []string
	err := h.db.Read(t.Context(), id, func(tx store.Tx) error {
		counts, err := tx.MailCounts(t.Context(), "", "9999")
		list = nil
		for _, c := range counts {
			list = append(list, c.Kind+" "+c.Outcome+strings.Repeat("+", c.N))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(list, ", ")
}

func (h *house) read(t *testing.T, f func(context.Context, store.Tx) error) {
	t.Helper()
	if err := h.db.Read(t.Context(), h.pref.ID, func(tx store.Tx) error { return f(t.Context(), tx) }); err != nil {
		t.Fatal(err)
	}
}

func TestACodeTellsWhatWasSentAndHowOftenItWasAsked(t *testing.T) {
	h := open(t)
	before := time.Now().Add(-time.Minute)
	code := h.leave(t, "m1")
	for n, typed := range []string{code, strings.ToLower(receipt.FormatCode(code)), " " + code[:4] + "－" + code[4:] + " "} {
		a, err := h.Check(t.Context(), h.pref.ID, typed)
		if err != nil {
			t.Fatal(err)
		}
		if !a.Known || a.Sent.Asked != n+1 || a.Code != receipt.FormatCode(code) || a.Sent.Receiver != "H***@example.jp" ||
			a.Sent.Subject != "mail.received_subject" || a.Sent.From != sender || a.Sent.SentAt.Before(before) {
			t.Errorf("%q: got %+v", typed, a)
		}
		for _, kept := range []string{a.Sent.Code, a.Sent.Address} {
			if strings.Contains(kept, code) || strings.Contains(strings.ToLower(kept), "hanako") {
				t.Errorf("kept in the clear: %s", kept)
			}
		}
	}
	for _, other := range []struct {
		id    tenant.ID
		typed string
	}{{h.city.ID, code}, {h.pref.ID, "ABCD-EFGH-JKLM"}, {h.pref.ID, "hanako@example.jp"}, {h.pref.ID, "H***@example.jp"}} {
		if a, err := h.Check(t.Context(), other.id, other.typed); err != nil || a.Known {
			t.Errorf("%d, %s: got %+v, %v, want nothing known", other.id, other.typed, a, err)
		}
	}
	if got, want := h.counts(t, h.pref.ID), "check known+++, check unknown+++"; got != want {
		t.Errorf("counts: %s, want %s", got, want)
	}
}

func TestARevokedCodeIsKnownAsRevoked(t *testing.T) {
	h := open(t)
	code := h.leave(t, "m1")
	n, err := h.Revoke(t.Context(), h.pref.ID, "member", time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
	if err != nil || n != 1 {
		t.Fatalf("revoked %d, %v", n, err)
	}
	later := h.leave(t, "m2")
	for c, revoked := range map[string]bool{code: true, later: false} {
		a, err := h.Check(t.Context(), h.pref.ID, c)
		if err != nil || !a.Known || a.Sent.RevokedAt.IsZero() == revoked {
			t.Errorf("%s: got %+v, %v, want revoked: %v", c, a, err, revoked)
		}
	}
	h.read(t, func(ctx context.Context, tx store.Tx) error {
		entries, err := tx.EntriesAbout(ctx, "mail")
		if len(entries) != 1 || entries[0].Act != "mail.revoke" || entries[0].Actor != "member" {
			t.Errorf("audit: %+v", entries)
		}
		return err
	})
}

func (h *house) deliver(t *testing.T, address string, e mail.Envelope, raw string) {
	t.Helper()
	to, err := h.Addressee(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Receive(t.Context(), to, e, strings.NewReader(raw)); err != nil {
		t.Fatal(err)
	}
}

func (h *house) judge(t *testing.T) mailroom.Judged {
	t.Helper()
	got, err := h.Judge(t.Context(), h.pref.ID, 10)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// blobKeys are the files that are kept for the prefecture.
func (h *house) blobKeys(t *testing.T) []string {
	t.Helper()
	keys, err := h.blobs.Old(t.Context(), h.pref.ID, time.Now().Add(time.Hour), "", 100)
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func TestAddressesOfOurs(t *testing.T) {
	h := open(t)
	code := strings.ToLower(h.Code(h.pref.ID, "m1"))
	for address, want := range map[string]mailroom.Addressee{
		sender:                       {Tenant: 2, Kind: mail.SendOnly},
		strings.ToUpper(sender):      {Tenant: 2, Kind: mail.SendOnly},
		"noreply@shinsei.example.jp": {Tenant: 1, Kind: mail.SendOnly},
		"bounce+2-" + code + "@pref-ibaraki.example.jp": {Tenant: 2, Kind: mail.Bounce},
		"bounce+3-" + code + "@shinsei.example.jp":      {Tenant: 3, Kind: mail.Bounce},
	} {
		got, err := h.Addressee(t.Context(), address)
		if err != nil || got.Tenant != want.Tenant || got.Kind != want.Kind || (got.Code != "") != (want.Kind == mail.Bounce) {
			t.Errorf("%s: got %+v, %v, want %+v", address, got, err, want)
		}
	}
	for _, address := range []string{
		"", "@", "hanako@example.jp", "desk@pref-ibaraki.example.jp", "bounce+2-" + code + "@example.com", "bounce+9-" + code + "@pref-ibaraki.example.jp",
		"bounce+2-short@pref-ibaraki.example.jp", "bounce@pref-ibaraki.example.jp", sender + ".example.com",
	} {
		if got, err := h.Addressee(t.Context(), address); fault.KindOf(err) != fault.NotFound {
			t.Errorf("%s: got %+v, %v, want none", address, got, err)
		}
	}
}

const dsn = "From: MAILER-DAEMON@mx.example.jp\nSubject: Undelivered Mail\nMIME-Version: 1.0\n" +
	"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nx\n--b\nContent-Type: message/delivery-status\n\n" +
	"Reporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; hanako@example.jp\nAction: {action}\nStatus: {status}\n--b--\n"

func returned(action, status string) string {
	return strings.NewReplacer("{action}", action, "{status}", status).Replace(dsn)
}

func (h *house) bounce(t *testing.T, id, raw string) {
	t.Helper()
	h.deliver(t, mail.ReturnPath(int64(h.pref.ID), h.Code(h.pref.ID, id), "pref-ibaraki.example.jp"), mail.Envelope{}, raw)
	if got := h.judge(t); got.Done != 1 {
		t.Fatalf("judged %+v, want one", got)
	}
}

func TestAMailThatComesBackIsNotedAndItsAddressSpared(t *testing.T) {
	h := open(t)
	h.leave(t, "m1")
	h.bounce(t, "m1", returned("delayed", "4.4.1"))
	h.leave(t, "m2")
	h.bounce(t, "m1", returned("failed", "5.1.1"))
	h.read(t, func(ctx context.Context, tx store.Tx) error {
		list, err := tx.MailsAbout(ctx, "about-m1")
		if len(list) != 1 || list[0].BouncedAt.IsZero() || list[0].Status != "5.1.1" {
			t.Errorf("got %+v", list)
		}
		return err
	})
	if err := h.Leave(t.Context(), h.pref.ID, sender, message("m3")); !outbox.IsPermanent(err) || strings.Contains(err.Error(), "anako") {
		t.Errorf("mail to an address that is gone: got %v, want a permanent error that names nobody", err)
	}
	if a, err := h.Check(t.Context(), h.pref.ID, h.Code(h.pref.ID, "m3")); err != nil || a.Known {
		t.Errorf("a mail that never left is known: %+v, %v", a, err)
	}
	other := message("m4")
	other.To = "taro@example.jp"
	if err := h.Leave(t.Context(), h.pref.ID, sender, other); err != nil {
		t.Errorf("another address: %v", err)
	}
	if len(h.blobKeys(t)) != 0 {
		t.Error("the reports were kept")
	}
	if got, want := h.counts(t, h.pref.ID), "bounce delayed+, bounce failed+, check unknown+"; got != want {
		t.Errorf("counts: %s, want %s", got, want)
	}
}

func TestAFullMailboxIsTriedAgain(t *testing.T) {
	h := open(t)
	h.leave(t, "m1")
	h.bounce(t, "m1", returned("failed", "5.2.2"))
	h.leave(t, "m2")
}

func TestAReportWithoutACodeOfOursChangesNothing(t *testing.T) {
	h := open(t)
	h.leave(t, "m1")
	h.bounce(t, "never sent", returned("failed", "5.1.1"))
	h.leave(t, "m2")
	h.deliver(t, sender, mail.Envelope{}, returned("failed", "5.1.1")) // not at a return path
	h.judge(t)
	h.leave(t, "m3")
}

// The mails of 2022: the desk's address in the name, another behind it, the
// subject of a past mail, a packed document with a macro.
const attack = "Return-Path: <x83k@unknown.example.net>\nFrom: \"" + sender + "\" <x83k@unknown.example.net>\nTo: hanako@example.jp\n" +
	"Subject: RE: =?utf-8?B?44CQ6Iyo5Z+O55yM44CR55Sz44GX6L6844G/44KS5Y+X44GR5LuY44GR44G+44GX44Gf?=\nMIME-Version: 1.0\n" +
	"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain; charset=utf-8\n\n????? {text}\n" +
	"--b\nContent-Type: application/zip; name=\"file.zip\"\nContent-Disposition: attachment; filename=\"file.zip\"\nContent-Transfer-Encoding: base64\n\nUEsDBAo=\n--b--\n"

func TestMailToTheSendOnlyAddressIsJudgedCountedAndGone(t *testing.T) {
	h := open(t)
	h.deliver(t, sender, mail.Envelope{IP: "203.0.113.9", HELO: "x", From: "x83k@unknown.example.net"}, attack)
	h.deliver(t, sender, mail.Envelope{IP: "203.0.113.9", HELO: "x", From: "x83k@unknown.example.net"}, attack) // the sending server's repetition
	h.deliver(t, sender, mail.Envelope{IP: "192.0.2.99", HELO: "mx.example.jp", From: "hanako@example.jp"}, "From: hanako@example.jp\nTo: "+sender+"\nSubject: ask\n\nありがとうございます\n")
	if len(h.blobKeys(t)) != 2 {
		t.Fatalf("%d mails are stored, want 2", len(h.blobKeys(t)))
	}
	if got := h.judge(t); got.Done != 2 || got.Quarantined != 1 {
		t.Errorf("judged %+v, want two, one of them quarantined", got)
	}
	if keys := h.blobKeys(t); len(keys) != 0 {
		t.Errorf("%d mails are still there", len(keys))
	}
	if got, want := h.counts(t, h.pref.ID), "send_only accept+, send_only quarantine+"; got != want {
		t.Errorf("counts: %s, want %s", got, want)
	}
	h.read(t, func(ctx context.Context, tx store.Tx) error {
		entries, err := tx.Entries(ctx, time.Time{}, "", 10)
		if len(entries) != 1 || entries[0].Act != "mail.quarantine" || !strings.Contains(entries[0].Detail, "shown_address") || strings.Contains(entries[0].Detail, "@") {
			t.Errorf("the trail: %+v", entries)
		}
		messages, outboxErr := tx.MessagesAbout(ctx, entries[0].Object)
		if len(messages) != 0 || outboxErr != nil {
			t.Errorf("it was answered: %+v", messages)
		}
		return err
	})
	if got := h.judge(t); got.Done != 0 {
		t.Errorf("judged again: %+v", got)
	}
}

// brokenBlobs cannot read one of its files: judging breaks off, again and again.
type brokenBlobs struct{ blob.Store }

func (brokenBlobs) Open(context.Context, tenant.ID, string) (io.ReadSeekCloser, error) {
	panic("broken")
}

func TestAMailThatNobodyCanJudgeIsHeldAndNotLost(t *testing.T) {
	h := open(t)
	h.deliver(t, sender, mail.Envelope{}, "From: a@example.jp\n\nx\n")
	h.Blobs = brokenBlobs{h.blobs}
	if got := h.judge(t); got.Done != 1 || got.Quarantined != 1 {
		t.Errorf("judged %+v, want it held as quarantined", got)
	}
	if len(h.blobKeys(t)) != 1 {
		t.Error("its content is gone")
	}
}

func TestAMailThatEndedTheProgramThreeTimesIsHeld(t *testing.T) {
	h := open(t)
	h.deliver(t, sender, mail.Envelope{}, "From: a@example.jp\n\nx\n")
	for range 3 { // as if the program had died in the middle
		err := h.db.Write(t.Context(), h.pref.ID, func(tx store.Tx) error {
			waiting, err := tx.WaitingArrivals(t.Context(), 1)
			if err != nil {
				return err
			}
			return tx.TryArrival(t.Context(), waiting[0].ID)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if got := h.judge(t); got.Quarantined != 1 || len(h.blobKeys(t)) != 1 {
		t.Errorf("judged %+v with %d files, want it held", got, len(h.blobKeys(t)))
	}
}

func TestRecordsGoAfterTheirTime(t *testing.T) {
	h := open(t)
	h.deliver(t, sender, mail.Envelope{}, "From: a@example.jp\n\nx\n")
	h.judge(t)
	code := h.leave(t, "m1")
	for range 2 {
		if more, err := h.Forget(t.Context(), h.pref.ID, 100); err != nil || more {
			t.Fatalf("more %v, %v", more, err)
		}
	}
	if a, err := h.Check(t.Context(), h.pref.ID, code); err != nil || !a.Known {
		t.Errorf("forgotten too early: %+v, %v", a, err)
	}
	h.late = 401 * 24 * time.Hour
	h.deliver(t, sender, mail.Envelope{}, "From: b@example.jp\n\nstill waits\n")
	if more, err := h.Forget(t.Context(), h.pref.ID, 100); err != nil || more {
		t.Fatalf("more %v, %v", more, err)
	}
	if a, err := h.Check(t.Context(), h.pref.ID, code); err != nil || a.Known {
		t.Errorf("a year later: %+v, %v, want it forgotten", a, err)
	}
	if got := h.judge(t); got.Done != 1 {
		t.Errorf("a mail that waited is gone: %+v", got)
	}
}
