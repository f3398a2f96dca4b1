//lint:ignore sizes the package holds nothing but tests, which are not counted where they are called so
package storetest

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"time"

	"madoguchi/internal/application"
	"madoguchi/internal/audit"
	"madoguchi/internal/mail"
	"madoguchi/internal/notice"
	"madoguchi/internal/outbox"
	"madoguchi/internal/procedure"
	"madoguchi/internal/staff"
	"madoguchi/internal/store"
)

// A world is one of everything that a tenant keeps. Every field has a value
// of its own, so that two columns that were swapped are seen.
type world struct {
	Application  application.Application
	History      application.HistoryEntry
	Asked        application.Message // unanswered
	Note         application.Note
	Presence     application.Presence
	Draft        application.Draft
	Upload       application.Attachment // of the draft
	Reply        application.Attachment // of the application
	Confirmation application.Confirmation
	Procedure    procedure.Procedure
	Form         procedure.Form
	Paper        procedure.PaperForm
	Notice       notice.Notice
	Banner       notice.Banner
	Page         notice.Page
	Member       staff.Member
	Credential   staff.Credential
	Section      staff.Section
	Session      staff.Session
	Device       staff.Device
	Entry        audit.Entry
	View         audit.View
	Waiting      outbox.Message
	Leased       outbox.Message // by the holder "a"
	GivenUp      outbox.Message
	Sent         mail.Sent
	Suppression  mail.Suppression
	Arrival      mail.Arrival // waits
	Held         mail.Arrival
	Count        mail.Count
}

// newWorld fills a world: texts hold mark, keys are key, and what belongs to
// an application, draft, procedure or member belongs to the one called a.
func newWorld(mark, key string) world {
	const parent = "a"
	var w world
	f := filler{mark: mark}
	f.fill(reflect.ValueOf(&w).Elem(), "")
	w.Application.ID, w.Application.ReceiptNo, w.Application.SubmissionKey = application.ID(key), key, key
	w.History.ID, w.History.Application = key, application.ID(parent)
	w.Asked.ID, w.Asked.Application, w.Asked.Side, w.Asked.AnsweredAt = key, application.ID(parent), application.FromApplicant, time.Time{}
	w.Note.ID, w.Note.Application = key, application.ID(parent)
	w.Presence.Member = staff.ID(key)
	w.Draft.ID, w.Draft.SubmissionKey = application.DraftID(key), key
	w.Upload.ID, w.Upload.Draft, w.Upload.Application, w.Upload.Blob = key, application.DraftID(parent), "", key
	w.Reply.ID, w.Reply.Draft, w.Reply.Application = key+"-reply", "", application.ID(parent)
	w.Confirmation.ID, w.Confirmation.TokenHash, w.Confirmation.Mail, w.Confirmation.Network = key, key, key, key
	w.Procedure.ID = procedure.ID(key)
	w.Form.Procedure, w.Form.Version = procedure.ID(parent), 100
	if key != parent {
		w.Form.Version = 101
	}
	w.Paper.ID, w.Notice.ID, w.Page.Name = key, notice.ID(key), key
	w.Member.ID, w.Member.Login = staff.ID(key), key
	w.Credential.Member = staff.ID(key)
	w.Section.ID = staff.SectionID(key)
	w.Session.ID, w.Session.TokenHash, w.Session.Member, w.Session.Device = staff.SessionID(key), key, staff.ID(parent), staff.DeviceID(parent)
	w.Session.EndedAt, w.Session.EndedBy = time.Time{}, ""
	w.Device.ID, w.Device.TokenHash, w.Device.Member = staff.DeviceID(key), key, staff.ID(parent)
	w.Entry.ID, w.Entry.Object = key, parent
	w.View.ID, w.View.Application = key, application.ID(parent)
	for m, id := range map[*outbox.Message]string{&w.Waiting: key + "-waiting", &w.Leased: key, &w.GivenUp: key + "-given-up"} {
		m.ID, m.About, m.State = id, parent, outbox.Waiting
		m.Attempts, m.Holder, m.LeaseUntil, m.LastError, m.SentAt = 0, "", time.Time{}, "", time.Time{}
	}
	w.Leased.DueAt, w.GivenUp.DueAt, w.Waiting.DueAt = start, start.Add(1*time.Second), start.Add(2*time.Second)
	w.Banner.Version, w.Page.Version = 0, 0
	w.Sent.Code, w.Sent.About, w.Sent.RevokedAt, w.Sent.BouncedAt = key, parent, time.Time{}, time.Time{}
	w.Suppression.Address, w.Count.N = key, 1
	w.Arrival.ID, w.Arrival.Blob, w.Arrival.State, w.Arrival.Attempts, w.Arrival.Judgement = key, key+"-mail", mail.Waiting, 0, mail.Judgement{}
	w.Held.ID, w.Held.Blob, w.Held.State, w.Held.Attempts, w.Held.Envelope = key+"-held", key+"-held", mail.Held, 0, mail.Envelope{}
	return w
}

// insert keeps all of w, for a tenant that has nothing yet.
func (w world) insert(ctx context.Context, tx store.Tx) error {
	for _, step := range []func() error{
		func() error { return tx.InsertSection(ctx, &w.Section) },
		func() error { return tx.InsertProcedure(ctx, &w.Procedure) },
		func() error { return tx.InsertForm(ctx, w.Form) },
		func() error { return tx.InsertPaperForm(ctx, &w.Paper) },
		func() error { return tx.InsertNotice(ctx, &w.Notice) },
		func() error { return tx.SetBanner(ctx, w.Banner) },
		func() error { return tx.SetPage(ctx, w.Page) },
		func() error { return tx.InsertApplication(ctx, &w.Application) },
		func() error { return tx.AddHistory(ctx, w.History) },
		func() error { return tx.InsertMessage(ctx, w.Asked) },
		func() error { return tx.InsertNote(ctx, w.Note) },
		func() error { return tx.SetPresence(ctx, w.Application.ID, w.Presence) },
		func() error { return tx.InsertDraft(ctx, &w.Draft) },
		func() error { return tx.InsertAttachment(ctx, w.Upload) },
		func() error { return tx.InsertAttachment(ctx, w.Reply) },
		func() error { return tx.InsertConfirmation(ctx, &w.Confirmation) },
		func() error { return tx.InsertMember(ctx, &w.Member) },
		func() error { return tx.InsertCredential(ctx, &w.Credential) },
		func() error { return tx.SetPreference(ctx, w.Member.ID, "a", w.Member.Name) },
		func() error { return tx.InsertDevice(ctx, w.Device) },
		func() error { return tx.InsertSession(ctx, w.Session) },
		func() error { return tx.Record(ctx, w.Entry) },
		func() error { return tx.RecordView(ctx, w.View) },
		func() error { return tx.Enqueue(ctx, w.Leased) },
		func() error { return tx.Enqueue(ctx, w.GivenUp) },
		func() error { return tx.Enqueue(ctx, w.Waiting) },
		func() error {
			_, err := tx.ClaimMessages(ctx, "a", start.Add(time.Hour), start.Add(2*time.Hour), 2)
			return err
		},
		func() error { return tx.MessageFailed(ctx, w.GivenUp.ID, "a", w.Member.Name, time.Time{}) },
		func() error { return tx.RecordMail(ctx, w.Sent) },
		func() error { return tx.Suppress(ctx, w.Suppression) },
		func() error { return tx.InsertArrival(ctx, w.Arrival) },
		func() error { return tx.InsertArrival(ctx, w.Held) },
		func() error { return tx.JudgeArrival(ctx, w.Held.ID, mail.Held, w.Held.Judgement) },
		func() error { return tx.CountMail(ctx, w.Count) },
		func() error { _, err := tx.TakeNumbers(ctx, "a", 100); return err },
		func() error { _, err := tx.SecretOnce(ctx, "a", []byte(w.Member.Name)); return err },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// filler gives every field below a value a value of its own.
type filler struct {
	mark string
	n    int
}

// Characters that are lost where text is not kept as it is: an ideograph with
// a variation selector, two outside the basic plane, one that NFC changes.
const hard = "葛\U000E0100𠮷髙﨑\u200d'\"%_!\\"

func (f *filler) fill(v reflect.Value, path string) {
	f.n++
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(start.Add(time.Duration(f.n) * time.Microsecond)))
		return
	case json.RawMessage:
		v.SetBytes(fmt.Appendf(nil, `{"%s": "%s%s", "n":%d}`, path, f.mark, "𠮷", f.n))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(path + f.mark + hard)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(f.n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		f.fill(v.Elem(), path)
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			v.SetBytes([]byte(path + f.mark + hard))
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		f.fill(v.Index(0), path)
		f.fill(v.Index(1), path)
	case reflect.Map:
		value := reflect.New(v.Type().Elem()).Elem()
		f.fill(value, path)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(reflect.ValueOf(path).Convert(v.Type().Key()), value)
	case reflect.Struct:
		for i := range v.NumField() {
			f.fill(v.Field(i), path+v.Type().Field(i).Name)
		}
	default:
		panic(fmt.Sprintf("storetest cannot fill a %s", v.Type()))
	}
}
