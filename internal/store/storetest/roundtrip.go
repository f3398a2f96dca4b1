package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"madoguchi/internal/application"
	"madoguchi/internal/fault"
	"madoguchi/internal/mail"
	"madoguchi/internal/notice"
	"madoguchi/internal/outbox"
	"madoguchi/internal/procedure"
	"madoguchi/internal/staff"
	"madoguchi/internal/store"
)

// readWorld reads everything that world.insert kept under the key a.
func readWorld(ctx context.Context, tx store.Tx) (w world, err error) {
	keep := func(e error) {
		if err == nil {
			err = e
		}
	}
	one(keep, &w.Application, func() (*application.Application, error) { return tx.Application(ctx, "a") })
	first(keep, &w.History, func() ([]application.HistoryEntry, error) { return tx.History(ctx, "a") })
	first(keep, &w.Asked, func() ([]application.Message, error) { return tx.Messages(ctx, "a") })
	first(keep, &w.Note, func() ([]application.Note, error) { return tx.Notes(ctx, "a") })
	first(keep, &w.Presence, func() ([]application.Presence, error) { return tx.Presences(ctx, "a", time.Time{}) })
	one(keep, &w.Draft, func() (*application.Draft, error) { return tx.Draft(ctx, "a") })
	first(keep, &w.Upload, func() ([]application.Attachment, error) { return tx.DraftAttachments(ctx, "a") })
	first(keep, &w.Reply, func() ([]application.Attachment, error) { return tx.ApplicationAttachments(ctx, "a") })
	one(keep, &w.Confirmation, func() (*application.Confirmation, error) { return tx.Confirmation(ctx, "a") })
	one(keep, &w.Procedure, func() (*procedure.Procedure, error) { return tx.Procedure(ctx, "a") })
	value(keep, &w.Form, func() (procedure.Form, error) { return tx.Form(ctx, "a", 100) })
	one(keep, &w.Paper, func() (*procedure.PaperForm, error) { return tx.PaperForm(ctx, "a") })
	one(keep, &w.Notice, func() (*notice.Notice, error) { return tx.Notice(ctx, "a") })
	value(keep, &w.Banner, func() (notice.Banner, error) { return tx.Banner(ctx) })
	value(keep, &w.Page, func() (notice.Page, error) { return tx.Page(ctx, "a") })
	one(keep, &w.Member, func() (*staff.Member, error) { return tx.Member(ctx, "a") })
	one(keep, &w.Credential, func() (*staff.Credential, error) { return tx.Credential(ctx, "a") })
	first(keep, &w.Section, func() ([]staff.Section, error) { return tx.Sections(ctx) })
	value(keep, &w.Session, func() (staff.Session, error) { return tx.SessionByToken(ctx, "a") })
	value(keep, &w.Device, func() (staff.Device, error) { return tx.DeviceByToken(ctx, "a") })
	value(keep, &w.Sent, func() (mail.Sent, error) { return tx.SentMail(ctx, "a") })
	value(keep, &w.Suppression, func() (mail.Suppression, error) { return tx.Suppression(ctx, "a") })
	value(keep, &w.Arrival, func() (mail.Arrival, error) { return tx.Arrival(ctx, "a") })
	value(keep, &w.Held, func() (mail.Arrival, error) { return tx.Arrival(ctx, "a-held") })
	first(keep, &w.Count, func() ([]mail.Count, error) { return tx.MailCounts(ctx, "", "\U0010fffd") })
	entries, e := tx.EntriesAbout(ctx, "a")
	keep(e)
	views, e := tx.ViewsOf(ctx, "a")
	keep(e)
	messages, e := tx.MessagesAbout(ctx, "a")
	keep(e)
	if err != nil || len(entries) == 0 || len(views) == 0 {
		return w, err
	}
	w.Entry, w.View = entries[0], views[0]
	for _, m := range messages {
		switch {
		case m.State == outbox.Failed:
			w.GivenUp = m
		case m.Holder != "":
			w.Leased = m
		default:
			w.Waiting = m
		}
	}
	return w, nil
}

func one[T any](keep func(error), dst *T, get func() (*T, error)) {
	v, err := get()
	keep(err)
	if v != nil {
		*dst = *v
	}
}

func value[T any](keep func(error), dst *T, get func() (T, error)) {
	v, err := get()
	keep(err)
	*dst = v
}

func first[T any](keep func(error), dst *T, list func() ([]T, error)) {
	v, err := list()
	keep(err)
	if len(v) > 0 {
		*dst = v[0]
	}
}

// inserted is what w must be read as after it was inserted at the moment now.
func (w world) inserted(now time.Time) world {
	for _, version := range []*int{
		&w.Application.Version, &w.Draft.Version, &w.Confirmation.Version, &w.Procedure.Version, &w.Paper.Version,
		&w.Notice.Version, &w.Banner.Version, &w.Page.Version, &w.Member.Version, &w.Credential.Version, &w.Section.Version,
	} {
		*version = 1
	}
	w.Page.UpdatedAt, w.Entry.At, w.View.At = now, now, now
	for _, m := range []*outbox.Message{&w.Waiting, &w.Leased, &w.GivenUp} {
		m.CreatedAt, m.Args = now, nil // lists show no arguments
	}
	w.Leased.Holder, w.Leased.LeaseUntil = "a", start.Add(2*time.Hour)
	w.GivenUp.State, w.GivenUp.Attempts, w.GivenUp.LastError = outbox.Failed, 1, w.Member.Name
	return w
}

func testRoundTrip(t *testing.T, db store.DB) {
	w := newWorld("市", "a")
	var now time.Time
	write(t, db, city, func(ctx context.Context, tx store.Tx) error {
		now = tx.Now()
		return w.insert(ctx, tx)
	})
	var got world
	read(t, db, city, func(ctx context.Context, tx store.Tx) (err error) {
		got, err = readWorld(ctx, tx)
		return err
	})
	if diff := cmp.Diff(w.inserted(now), got); diff != "" {
		t.Errorf("changed on its way (-want +got):\n%s", diff)
	}
}

// What has no value is read back as having none.
func testRoundTripOfNothing(t *testing.T, db store.DB) {
	draft := application.Draft{ID: "a"}
	confirmation := application.Confirmation{ID: "a"}
	credential := staff.Credential{Member: "a"}
	attachment := application.Attachment{ID: "a"}
	app := application.Application{ID: "a"}
	var now time.Time
	write(t, db, city, func(ctx context.Context, tx store.Tx) error {
		now = tx.Now()
		draft.UpdatedAt, app.UpdatedAt = time.Time{}, time.Time{}
		for _, step := range []func() error{
			func() error { return tx.InsertDraft(ctx, &draft) },
			func() error { return tx.InsertConfirmation(ctx, &confirmation) },
			func() error { return tx.InsertMember(ctx, &staff.Member{ID: "a"}) },
			func() error { return tx.InsertCredential(ctx, &credential) },
			func() error { return tx.InsertAttachment(ctx, attachment) },
			func() error { return tx.InsertApplication(ctx, &app) },
			func() error { return tx.InsertSession(ctx, staff.Session{ID: "a", Member: "a"}) },
		} {
			if err := step(); err != nil {
				return err
			}
		}
		return nil
	})
	if draft.UpdatedAt != now || app.UpdatedAt != now {
		t.Errorf("updated at %v and %v, want %v", draft.UpdatedAt, app.UpdatedAt, now)
	}
	read(t, db, city, func(ctx context.Context, tx store.Tx) error {
		gotDraft, err := tx.Draft(ctx, "a")
		if err != nil {
			return err
		}
		gotConfirmation, err := tx.Confirmation(ctx, "a")
		if err != nil {
			return err
		}
		gotCredential, err := tx.Credential(ctx, "a")
		if err != nil {
			return err
		}
		gotApp, err := tx.Application(ctx, "a")
		if err != nil {
			return err
		}
		gotAttachment, err := tx.Attachment(ctx, "a")
		if err != nil {
			return err
		}
		want := []any{&draft, &confirmation, &credential, &app, attachment}
		if diff := cmp.Diff(want, []any{gotDraft, gotConfirmation, gotCredential, gotApp, gotAttachment}); diff != "" {
			t.Errorf("nothing became something (-want +got):\n%s", diff)
		}
		banner, err := tx.Banner(ctx)
		if err != nil || banner != (notice.Banner{}) {
			t.Errorf("no banner: got %+v, %v", banner, err)
		}
		return nil
	})
}

// testSave replaces every field that may change, and reads it back.
func testSave(t *testing.T, db store.DB) {
	old := newWorld("前", "a")
	write(t, db, city, old.insert)
	var now time.Time
	var w world
	write(t, db, city, func(ctx context.Context, tx store.Tx) error {
		now = tx.Now()
		w = newWorld("後", "a").inserted(now)
		for _, save := range []func() error{
			func() error { return tx.SaveApplication(ctx, &w.Application) },
			func() error { return tx.SaveDraft(ctx, &w.Draft) },
			func() error { return tx.SaveConfirmation(ctx, &w.Confirmation) },
			func() error { return tx.SaveProcedure(ctx, &w.Procedure) },
			func() error { return tx.SavePaperForm(ctx, &w.Paper) },
			func() error { return tx.SaveNotice(ctx, &w.Notice) },
			func() error { return tx.SetBanner(ctx, w.Banner) },
			func() error { return tx.SetPage(ctx, w.Page) },
			func() error { return tx.SaveMember(ctx, &w.Member) },
			func() error { return tx.SaveCredential(ctx, &w.Credential) },
			func() error { return tx.SaveSection(ctx, &w.Section) },
			func() error { return tx.SetPresence(ctx, "a", w.Presence) },
		} {
			if err := save(); err != nil {
				return err
			}
		}
		return nil
	})
	w.Banner.Version, w.Page.Version = 2, 2
	a, d, p := &w.Application, &w.Draft, &w.Procedure
	if a.Version != 2 || d.Version != 2 || p.Version != 2 {
		t.Errorf("versions after one save: got %d, %d, %d, want 2", a.Version, d.Version, p.Version)
	}
	a.Procedure, a.ArrivedAt = old.Application.Procedure, old.Application.ArrivedAt
	d.CreatedAt, p.CreatedAt = old.Draft.CreatedAt, old.Procedure.CreatedAt
	w.Confirmation.CreatedAt, w.Member.CreatedAt = old.Confirmation.CreatedAt, old.Member.CreatedAt
	w.Paper.Downloads = old.Paper.Downloads
	want := []any{w.Application, w.Draft, w.Confirmation, w.Procedure, w.Paper, w.Notice, w.Banner, w.Page, w.Member, w.Credential, w.Section, w.Presence}
	read(t, db, city, func(ctx context.Context, tx store.Tx) error {
		g, err := readWorld(ctx, tx)
		got := []any{g.Application, g.Draft, g.Confirmation, g.Procedure, g.Paper, g.Notice, g.Banner, g.Page, g.Member, g.Credential, g.Section, g.Presence}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("saved (-want +got):\n%s", diff)
		}
		for what, at := range map[string]time.Time{"application": g.Application.UpdatedAt, "draft": g.Draft.UpdatedAt, "notice": g.Notice.UpdatedAt} {
			if !at.Equal(now) {
				t.Errorf("%s updated at %v, want %v", what, at, now)
			}
		}
		return err
	})
}

func testDuplicate(t *testing.T, db store.DB) {
	w := newWorld("市", "a")
	write(t, db, city, w.insert)
	again := func(what string, f func(context.Context, store.Tx, world) error) {
		err := db.Write(t.Context(), city, func(tx store.Tx) error { return f(t.Context(), tx, newWorld("市", "b")) })
		wantKind(t, what, err, fault.Conflict)
	}
	again("application ID", func(ctx context.Context, tx store.Tx, w world) error {
		w.Application.ID = "a"
		return tx.InsertApplication(ctx, &w.Application)
	})
	again("receipt number", func(ctx context.Context, tx store.Tx, w world) error {
		w.Application.ReceiptNo = "a"
		return tx.InsertApplication(ctx, &w.Application)
	})
	again("submission key", func(ctx context.Context, tx store.Tx, w world) error {
		w.Application.SubmissionKey = "a"
		return tx.InsertApplication(ctx, &w.Application)
	})
	again("form version", func(ctx context.Context, tx store.Tx, w world) error {
		w.Form.Version = 100
		return tx.InsertForm(ctx, w.Form)
	})
	again("login", func(ctx context.Context, tx store.Tx, w world) error {
		w.Member.Login = "a"
		return tx.InsertMember(ctx, &w.Member)
	})
	again("session token", func(ctx context.Context, tx store.Tx, w world) error {
		w.Session.TokenHash = "a"
		return tx.InsertSession(ctx, w.Session)
	})
	again("confirmation token", func(ctx context.Context, tx store.Tx, w world) error {
		w.Confirmation.TokenHash = "a"
		return tx.InsertConfirmation(ctx, &w.Confirmation)
	})
	again("message", func(ctx context.Context, tx store.Tx, w world) error {
		w.Waiting.ID = "a"
		return tx.Enqueue(ctx, w.Waiting)
	})
	again("page", func(ctx context.Context, tx store.Tx, w world) error {
		w.Page.Name = "a"
		return tx.SetPage(ctx, w.Page)
	})
	again("banner", func(ctx context.Context, tx store.Tx, w world) error { return tx.SetBanner(ctx, w.Banner) })
}

// Text that one engine could not keep is refused by all.
func testBadText(t *testing.T, db store.DB) {
	for _, name := range []string{"a\x00b", "a\xffb"} {
		err := db.Write(t.Context(), city, func(tx store.Tx) error {
			return tx.InsertNote(t.Context(), application.Note{ID: "a", Body: name})
		})
		wantKind(t, "text that is no text", err, fault.Invalid)
		err = db.Read(t.Context(), city, func(tx store.Tx) error {
			_, err := tx.ApplicationByReceiptNo(t.Context(), name)
			return err
		})
		wantKind(t, "looking for text that is no text", err, fault.Invalid)
	}
}
