package worker_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"madoguchi/internal/blob/dirblob"
	"madoguchi/internal/mail"
	"madoguchi/internal/mailroom"
	"madoguchi/internal/store"
)

func TestArrivedMailIsJudgedAndAForgeryIsAnAlert(t *testing.T) {
	b := open(t)
	id := b.tenants(t)[0]
	blobs, err := dirblob.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { blobs.Close() }) //nolint:errcheck // nothing depends on it
	b.do(t, "arrived mail")             // an installation that takes in no mail
	b.worker.Mailroom, err = mailroom.New(mailroom.Config{
		DB: b.db, Blobs: blobs, Secret: bytes.Repeat([]byte{7}, 32), NewID: func() string { return uuid.Must(uuid.NewV7()).String() },
		Clock: b.clock, From: "noreply@example.jp",
	})
	if err != nil {
		t.Fatal(err)
	}
	const mails = 23 // more than are judged at once
	for i := range mails {
		text := fmt.Sprintf("From: hanako@example.com\nSubject: %d\n\nx\n", i)
		if i == 0 {
			text = "From: \"noreply@example.jp\" <thief@example.net>\nSubject: x\n\nx\n"
		}
		err := b.worker.Mailroom.Receive(t.Context(), mailroom.Addressee{Tenant: id, Kind: mail.SendOnly}, mail.Envelope{}, strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
	}
	b.do(t, "arrived mail")
	waiting := -1
	b.write(t, id, func(tx store.Tx) error {
		waiting, err = tx.CountWaiting(t.Context())
		return err
	})
	if waiting != 0 {
		t.Errorf("%d mails wait still", waiting)
	}
	log := b.log.String()
	if !strings.Contains(log, "mail was quarantined") || !strings.Contains(log, "mails=1") || strings.Contains(log, "thief") {
		t.Errorf("the log lacks the alert, or names a person:\n%s", log)
	}
	b.forward(91 * 24 * time.Hour)
	b.do(t, "old records of mail")
	b.write(t, id, func(tx store.Tx) error {
		left, err := tx.DeleteArrivals(t.Context(), b.clock(), 100)
		if left != 0 {
			t.Errorf("%d records are still there", left)
		}
		return err
	})
}
