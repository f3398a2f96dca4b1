package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"madoguchi/internal/fault"
	"madoguchi/internal/mail"
	"madoguchi/internal/store"
)

//lint:ignore sizes one story: a mail is kept, asked about, bounced and revoked
func testSentMails(t *testing.T, db store.DB) {
	sent := func(code string, at time.Time) mail.Sent {
		return mail.Sent{Code: code, Message: "m-" + code, About: "a", Status: "", SentAt: at}
	}
	write(t, db, city, func(ctx context.Context, tx store.Tx) error {
		for i, code := range []string{"one", "two", "three"} {
			if err := tx.RecordMail(ctx, sent(code, start.Add(time.Duration(i)*time.Hour))); err != nil {
				return err
			}
		}
		if err := tx.AskMail(ctx, "one"); err != nil {
			return err
		}
		return tx.AskMail(ctx, "one")
	})
	write(t, db, city, func(ctx context.Context, tx store.Tx) error {
		if err := tx.BounceMail(ctx, "two", "5.1.1", start.Add(time.Minute)); err != nil {
			return err
		}
		if err := tx.BounceMail(ctx, "two", "4.4.1", farAhead); err != nil {
			return err
		}
		again := sent("one", start.Add(5*time.Hour))
		again.Message = "another"
		return tx.RecordMail(ctx, again)
	})
	get := func(code string) (m mail.Sent) {
		read(t, db, city, func(ctx context.Context, tx store.Tx) (err error) {
			m, err = tx.SentMail(ctx, code)
			return err
		})
		return m
	}
	if m := get("one"); m.Asked != 2 || m.LastAskedAt.IsZero() || m.Message != "m-one" || !m.SentAt.Equal(start.Add(5*time.Hour)) {
		t.Errorf("asked twice and sent again: got %+v", m)
	}
	if m := get("two"); m.Status != "5.1.1" || !m.BouncedAt.Equal(start.Add(time.Minute)) {
		t.Errorf("came back twice: got %q at %v, want the first", m.Status, m.BouncedAt)
	}
	var revoked int
	write(t, db, city, func(ctx context.Context, tx store.Tx) (err error) {
		revoked, err = tx.RevokeMails(ctx, start.Add(time.Hour), start.Add(5*time.Hour), farAhead)
		return err
	})
	if revoked != 2 || !get("one").RevokedAt.IsZero() || !get("three").RevokedAt.Equal(farAhead) {
		t.Errorf("revoked %d, want two and three: the period ends before the mail at its end", revoked)
	}
	write(t, db, city, func(ctx context.Context, tx store.Tx) (err error) {
		revoked, err = tx.RevokeMails(ctx, start, start.Add(5*time.Hour), farAhead)
		return err
	})
	if revoked != 0 {
		t.Errorf("revoked %d again, want none", revoked)
	}
	read(t, db, city, func(ctx context.Context, tx store.Tx) error {
		list, err := tx.MailsAbout(ctx, "a")
		var codes string
		for _, m := range list {
			codes += m.Code + " "
		}
		if codes != "two three one " {
			t.Errorf("about a: got %s, want them by the time of sending", codes)
		}
		return err
	})
	for _, f := range []func(context.Context, store.Tx) error{
		func(ctx context.Context, tx store.Tx) error { return tx.AskMail(ctx, "none") },
		func(ctx context.Context, tx store.Tx) error { return tx.BounceMail(ctx, "none", "", start) },
	} {
		err := db.Write(t.Context(), city, func(tx store.Tx) error { return f(t.Context(), tx) })
		wantKind(t, "an unknown code", err, fault.NotFound)
	}
	for _, want := range []int{2, 0} {
		var n int
		write(t, db, city, func(ctx context.Context, tx store.Tx) (err error) {
			n, err = tx.DeleteSentMails(ctx, start.Add(5*time.Hour), 2)
			return err
		})
		if n != want {
			t.Errorf("deleted %d, want %d", n, want)
		}
	}
	if get("one").Message == "" {
		t.Error("the newest was deleted as well")
	}
}

func testSuppressions(t *testing.T, db store.DB) {
	second := mail.Suppression{Address: "a", Status: "5.1.2", Since: start.Add(time.Hour), Until: start.Add(2 * time.Hour)}
	write(t, db, city, func(ctx context.Context, tx store.Tx) error {
		if err := tx.Suppress(ctx, mail.Suppression{Address: "a", Status: "5.1.1", Since: start, Until: start.Add(time.Hour)}); err != nil {
			return err
		}
		return tx.Suppress(ctx, second)
	})
	read(t, db, city, func(ctx context.Context, tx store.Tx) error {
		got, err := tx.Suppression(ctx, "a")
		if diff := cmp.Diff(second, got); diff != "" {
			t.Errorf("suppressed twice (-want +got):\n%s", diff)
		}
		return err
	})
	for range 2 { // the second time there is none
		write(t, db, city, func(ctx context.Context, tx store.Tx) error { return tx.LiftSuppression(ctx, "a") })
	}
	err := db.Read(t.Context(), city, func(tx store.Tx) error {
		_, err := tx.Suppression(t.Context(), "a")
		return err
	})
	wantKind(t, "lifted", err, fault.NotFound)
}

//lint:ignore sizes one story: a mail arrives, is claimed, judged and forgotten
func testArrivals(t *testing.T, db store.DB) {
	arrival := func(id, sum string, at time.Time) mail.Arrival {
		return mail.Arrival{ID: id, Kind: mail.SendOnly, Blob: "blob-" + id, SHA256: sum, Envelope: mail.Envelope{From: "x@example.jp"}, ArrivedAt: at}
	}
	write(t, db, city, func(ctx context.Context, tx store.Tx) error {
		for i, id := range []string{"3", "2", "1"} {
			if err := tx.InsertArrival(ctx, arrival(id, "sum"+id, start.Add(time.Duration(i)*time.Second))); err != nil {
				return err
			}
		}
		return nil
	})
	err := db.Write(t.Context(), city, func(tx store.Tx) error { return tx.InsertArrival(t.Context(), arrival("4", "sum1", start)) })
	wantKind(t, "the same mail for the same address", err, fault.Conflict)
	other := arrival("4", "sum1", start.Add(9*time.Second))
	other.Kind, other.Code = mail.Bounce, "code"
	write(t, db, city, func(ctx context.Context, tx store.Tx) error { return tx.InsertArrival(ctx, other) })
	waiting := func() (ids string) {
		read(t, db, city, func(ctx context.Context, tx store.Tx) error {
			list, err := tx.WaitingArrivals(ctx, 9)
			for _, a := range list {
				ids += a.ID
			}
			if n, countErr := tx.CountWaiting(ctx); n != len(list) || countErr != nil {
				t.Errorf("count of %d waiting: %d, %v", len(list), n, countErr)
			}
			return err
		})
		return ids
	}
	if got := waiting(); got != "3214" {
		t.Errorf("waiting: got %s, want 3214 (the oldest first)", got)
	}
	judged := mail.Judgement{Outcome: "quarantine", Rules: []string{"shown_address"}, JudgedAt: start.Add(time.Minute)}
	write(t, db, city, func(ctx context.Context, tx store.Tx) error {
		if err := tx.TryArrival(ctx, "3"); err != nil {
			return err
		}
		if err := tx.JudgeArrival(ctx, "3", mail.Judged, judged); err != nil {
			return err
		}
		return tx.JudgeArrival(ctx, "2", mail.Held, judged)
	})
	err = db.Write(t.Context(), city, func(tx store.Tx) error { return tx.JudgeArrival(t.Context(), "3", mail.Judged, judged) })
	wantKind(t, "judged twice", err, fault.Conflict)
	want := arrival("3", "sum3", start)
	want.State, want.Attempts, want.Judgement, want.Blob, want.Envelope = mail.Judged, 1, judged, "", mail.Envelope{}
	held := arrival("2", "sum2", start.Add(time.Second))
	held.State, held.Judgement, held.Envelope = mail.Held, judged, mail.Envelope{}
	read(t, db, city, func(ctx context.Context, tx store.Tx) error {
		first, err := tx.Arrival(ctx, "3")
		if err != nil {
			return err
		}
		second, err := tx.Arrival(ctx, "2")
		if diff := cmp.Diff([]mail.Arrival{want, held}, []mail.Arrival{first, second}); diff != "" {
			t.Errorf("judged (-want +got):\n%s", diff)
		}
		named, blobErr := tx.NamedBlobs(ctx, []string{"blob-3", "blob-2", "blob-1"})
		if diff := cmp.Diff(map[string]bool{"blob-2": true, "blob-1": true}, named); diff != "" || blobErr != nil {
			t.Errorf("named blobs (-want +got):\n%s%v", diff, blobErr)
		}
		return err
	})
	var n int
	write(t, db, city, func(ctx context.Context, tx store.Tx) (err error) {
		n, err = tx.DeleteArrivals(ctx, farAhead, 9)
		return err
	})
	if n != 2 || waiting() != "14" {
		t.Errorf("deleted %d, %s wait; want the two that were judged deleted", n, waiting())
	}
}

func testMailCounts(t *testing.T, db store.DB) {
	write(t, db, city, func(ctx context.Context, tx store.Tx) error {
		for _, c := range []mail.Count{
			{Day: "2022-07-02", Kind: "report", Outcome: "forged"}, {Day: "2022-07-01", Kind: "report", Outcome: "forged"},
			{Day: "2022-07-01", Kind: "report", Outcome: "forged"}, {Day: "2022-07-01", Kind: "check", Outcome: "forged"},
			{Day: "2022-07-03", Kind: "report", Outcome: "forged", N: 7}, {Day: "2022-06-30", Kind: "report", Outcome: "forged"},
		} {
			if err := tx.CountMail(ctx, c); err != nil {
				return err
			}
		}
		return nil
	})
	read(t, db, city, func(ctx context.Context, tx store.Tx) error {
		got, err := tx.MailCounts(ctx, "2022-07-01", "2022-07-02")
		want := []mail.Count{
			{Day: "2022-07-01", Kind: "check", Outcome: "forged", N: 1}, {Day: "2022-07-01", Kind: "report", Outcome: "forged", N: 2},
			{Day: "2022-07-02", Kind: "report", Outcome: "forged", N: 1},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("counts (-want +got):\n%s", diff)
		}
		return err
	})
}
