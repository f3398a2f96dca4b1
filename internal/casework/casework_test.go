package casework_test

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"madoguchi/internal/application"
	"madoguchi/internal/audit"
	"madoguchi/internal/casework"
	"madoguchi/internal/fault"
	"madoguchi/internal/officetest"
	"madoguchi/internal/outbox"
	"madoguchi/internal/staff"
	"madoguchi/internal/store"
	"madoguchi/internal/tenant"
)

const city = officetest.CityA

// seen is a form that was made with a's present state.
func seen(a *application.Application) casework.Seen {
	return casework.Seen{Version: a.Version, Key: officetest.NewID()}
}

// kept returns the application as it is kept now.
func kept(t *testing.T, w *officetest.World, a *application.Application) *application.Application {
	t.Helper()
	var now *application.Application
	read(t, w, func(tx store.Tx) (err error) {
		now, err = tx.Application(t.Context(), a.ID)
		return err
	})
	return now
}

func read(t *testing.T, w *officetest.World, f func(store.Tx) error) {
	t.Helper()
	if err := w.DB.Read(t.Context(), city, f); err != nil {
		t.Fatal(err)
	}
}

// acts are all acts on one application, each with the permission it asks for.
var acts = []struct {
	name       string
	permission staff.Permission
	do         func(t *testing.T, w *officetest.World, who staff.Who, a *application.Application, s casework.Seen) error
}{
	{"open", staff.OpenCase, func(t *testing.T, w *officetest.World, who staff.Who, a *application.Application, _ casework.Seen) error {
		_, err := w.Desk.Open(t.Context(), who, a.ReceiptNo, audit.ViewCase)
		return err
	}},
	{"print", staff.OpenCase, func(t *testing.T, w *officetest.World, who staff.Who, a *application.Application, _ casework.Seen) error {
		_, err := w.Desk.Open(t.Context(), who, a.ReceiptNo, audit.ViewPrint)
		return err
	}},
	{"file", staff.OpenCase, func(t *testing.T, w *officetest.World, who staff.Who, a *application.Application, _ casework.Seen) error {
		files := w.Files(t, city, a.ID)
		_, r, err := w.Desk.File(t.Context(), who, a.ReceiptNo, files[0].ID)
		if err == nil {
			err = r.Close()
		}
		return err
	}},
	{"accept", staff.AcceptCase, func(t *testing.T, w *officetest.World, who staff.Who, a *application.Application, s casework.Seen) error {
		return w.Desk.Accept(t.Context(), who, a.ReceiptNo, s)
	}},
	{"return", staff.ReturnCase, func(t *testing.T, w *officetest.World, who staff.Who, a *application.Application, s casework.Seen) error {
		return w.Desk.Return(t.Context(), who, a.ReceiptNo, s, casework.ReturnInput{Message: "写真を替えてください", Fields: []string{"photo"}, DueAt: officetest.Start.AddDate(0, 0, 7)})
	}},
	{"complete", staff.CompleteCase, func(t *testing.T, w *officetest.World, who staff.Who, a *application.Application, s casework.Seen) error {
		return w.Desk.Complete(t.Context(), who, a.ReceiptNo, s, "受理", "")
	}},
	{"reject", staff.RejectCase, func(t *testing.T, w *officetest.World, who staff.Who, a *application.Application, s casework.Seen) error {
		return w.Desk.Reject(t.Context(), who, a.ReceiptNo, s, "対象ではありません")
	}},
	{"assign", staff.AssignCase, func(t *testing.T, w *officetest.World, who staff.Who, a *application.Application, s casework.Seen) error {
		return w.Desk.Assign(t.Context(), who, a.ReceiptNo, s, w.Who(t, city, staff.Examiner).Member.ID)
	}},
	{"reply", staff.ReplyCase, func(t *testing.T, w *officetest.World, who staff.Who, a *application.Application, s casework.Seen) error {
		return w.Desk.Reply(t.Context(), who, a.ReceiptNo, s, casework.ReplyInput{Message: "郵送します"})
	}},
	{"stage a file", staff.ReplyCase, func(t *testing.T, w *officetest.World, who staff.Who, a *application.Application, _ casework.Seen) error {
		_, err := w.Desk.StageFile(t.Context(), who, a.ReceiptNo, "案内.pdf", strings.NewReader("%PDF-1.7\n"))
		return err
	}},
	{"note", staff.NoteCase, func(t *testing.T, w *officetest.World, who staff.Who, a *application.Application, s casework.Seen) error {
		return w.Desk.Note(t.Context(), who, a.ReceiptNo, s, "電話した")
	}},
}

func TestEveryActAsksForItsPermission(t *testing.T) {
	w := officetest.New(t)
	for _, r := range staff.Roles {
		who := staff.Who{Tenant: city, Home: city, Member: staff.Member{ID: "m", Name: "某", Roles: []staff.Role{r}, Sections: []staff.SectionID{officetest.Jinji}}}
		switch r {
		case staff.JointAdmin:
			who.Home = officetest.Prefecture
		case staff.Operator:
			who.Home = tenant.Installation
		}
		for _, x := range acts {
			a := w.Apply(t, city, officetest.Jinji, application.Received, "山田 花子")
			err := x.do(t, w, who, a, seen(a))
			if want := slices.Contains(staff.Permissions[x.permission], r); (err == nil) != want {
				t.Errorf("%s by %s: got %v, want allowed %v", x.name, r, err, want)
			}
			if err != nil && fault.KindOf(err) != fault.NotFound {
				t.Errorf("%s by %s: got %v, want not found", x.name, r, err)
			}
		}
	}
}

func TestAnotherSectionsOrBodysApplicationDoesNotExist(t *testing.T) {
	w := officetest.New(t)
	here := w.Who(t, city, staff.Examiner)
	foreign := w.Who(t, officetest.CityB, staff.Examiner)
	for _, x := range acts {
		a := w.Apply(t, city, officetest.Sangyo, application.Received, "山田 花子")
		if err := x.do(t, w, here, a, seen(a)); fault.KindOf(err) != fault.NotFound {
			t.Errorf("%s in another section: got %v, want not found", x.name, err)
		}
		b := w.Apply(t, city, officetest.Jinji, application.Received, "山田 花子")
		if err := x.do(t, w, foreign, b, seen(b)); fault.KindOf(err) != fault.NotFound {
			t.Errorf("%s from another body: got %v, want not found", x.name, err)
		}
		if n := len(views(t, w, a)) + len(views(t, w, b)); n != 0 {
			t.Errorf("%s: %d looks were recorded at what nobody saw", x.name, n)
		}
	}
}

func views(t *testing.T, w *officetest.World, a *application.Application) []audit.View {
	t.Helper()
	var list []audit.View
	read(t, w, func(tx store.Tx) (err error) {
		list, err = tx.ViewsOf(t.Context(), a.ID)
		return err
	})
	return list
}

func TestEveryLookIsRecorded(t *testing.T) {
	w := officetest.New(t)
	a := w.Apply(t, city, officetest.Jinji, application.Received, "山田 花子")
	who := w.Who(t, city, staff.Clerk)
	if _, err := w.Desk.List(t.Context(), who, application.Filter{Page: application.Page{Size: 10}}); err != nil {
		t.Fatal(err)
	}
	for _, x := range acts[:3] {
		if err := x.do(t, w, who, a, seen(a)); err != nil {
			t.Fatal(err)
		}
	}
	var got []audit.What
	for _, v := range views(t, w, a) {
		got = append(got, v.What)
		if v.Member != string(who.Member.ID) || v.Session != who.Session || v.Device != who.Device || v.Addr != who.Addr || v.At.IsZero() {
			t.Errorf("the look does not tell who, when and from where: %+v", v)
		}
	}
	if want := []audit.What{audit.ViewList, audit.ViewCase, audit.ViewPrint, audit.ViewFile}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestAnActIsWhollyKept(t *testing.T) {
	w := officetest.New(t)
	for _, c := range []struct {
		act    int // in acts
		status application.Status
		mail   string
	}{
		{4, application.Returned, "mail.returned"},
		{5, application.Completed, "mail.completed"},
		{6, application.Rejected, "mail.rejected"},
		{3, application.InReview, ""},
	} {
		x := acts[c.act]
		a := w.Apply(t, city, officetest.Jinji, application.Received, "山田 花子")
		who := w.Who(t, city, staff.Examiner)
		if err := x.do(t, w, who, a, seen(a)); err != nil {
			t.Fatal(err)
		}
		if got := kept(t, w, a); got.Status != c.status {
			t.Errorf("%s: status %s, want %s", x.name, got.Status, c.status)
		}
		read(t, w, func(tx store.Tx) error {
			h, err := tx.History(t.Context(), a.ID)
			if last := h[len(h)-1]; err != nil || last.From != application.Received || last.To != c.status || last.By != "人事課" {
				t.Errorf("%s: history %+v, %v; want the section's name and both statuses", x.name, last, err)
			}
			e, err := tx.EntriesAbout(t.Context(), string(a.ID))
			if err != nil || len(e) != 1 || e[0].Actor != string(who.Member.ID) || e[0].Session != who.Session {
				t.Errorf("%s: trail %+v, %v", x.name, e, err)
			}
			m, err := tx.MessagesAbout(t.Context(), string(a.ID))
			if c.mail == "" && len(m) == 0 {
				return err
			}
			if err != nil || len(m) != 1 || m[0].Template != c.mail || m[0].To != "applicant@example.jp" || m[0].State != outbox.Waiting {
				t.Errorf("%s: mail %+v, %v; want one %s", x.name, m, err, c.mail)
			}
			return nil
		})
	}
}

func TestAMailHoldsNoAnswerAndNoMessage(t *testing.T) {
	w := officetest.New(t)
	a := w.Apply(t, city, officetest.Jinji, application.Received, "山田 花子")
	if err := acts[4].do(t, w, w.Who(t, city, staff.Clerk), a, seen(a)); err != nil {
		t.Fatal(err)
	}
	err := w.DB.Write(t.Context(), city, func(tx store.Tx) error {
		m, err := tx.ClaimMessages(t.Context(), "test", officetest.Start.AddDate(1, 0, 0), officetest.Start.AddDate(2, 0, 0), 10)
		if text := fmt.Sprint(m); len(m) != 1 || strings.Contains(text, "山田") || strings.Contains(text, "写真を替えて") {
			t.Errorf("mail %v holds what it should not, or is missing", m)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestTheSameFormTwiceIsOneAct(t *testing.T) {
	w := officetest.New(t)
	who := w.Who(t, city, staff.Examiner)
	for _, x := range acts {
		if x.permission == staff.OpenCase || x.name == "stage a file" {
			continue
		}
		a := w.Apply(t, city, officetest.Jinji, application.Received, "山田 花子")
		s := seen(a)
		for range 2 {
			if err := x.do(t, w, who, a, s); err != nil {
				t.Errorf("%s: %v", x.name, err)
			}
		}
		read(t, w, func(tx store.Tx) error {
			e, err := tx.EntriesAbout(t.Context(), string(a.ID))
			h, _ := tx.History(t.Context(), a.ID)
			notes, _ := tx.Notes(t.Context(), a.ID)
			messages, _ := tx.Messages(t.Context(), a.ID)
			if len(e) != 1 || len(h) > 2 || len(notes) > 1 || len(messages) > 1 {
				t.Errorf("%s: done twice: %d entries, %d lines of history, %d notes, %d messages", x.name, len(e), len(h), len(notes), len(messages))
			}
			return err
		})
	}
}

func TestWhoIsTooLateIsToldWhatChanged(t *testing.T) {
	w := officetest.New(t)
	a := w.Apply(t, city, officetest.Jinji, application.Received, "山田 花子")
	one, two := w.Who(t, city, staff.Examiner), w.Who(t, city, staff.Clerk)
	if err := w.Desk.Complete(t.Context(), one, a.ReceiptNo, seen(a), "受理", ""); err != nil {
		t.Fatal(err)
	}
	err := w.Desk.Return(t.Context(), two, a.ReceiptNo, seen(a), casework.ReturnInput{Message: "写真を替えてください"})
	c, ok := errors.AsType[*casework.Changed](err)
	if fault.KindOf(err) != fault.Conflict || !ok {
		t.Fatalf("got %v, want a conflict that tells who was faster", err)
	}
	if c.By != "審査 太郎" || c.Act != "case.complete" || c.Status != application.Completed || c.At.IsZero() {
		t.Errorf("got %+v", c)
	}
}

func TestOneOfManyWins(t *testing.T) {
	w := officetest.New(t)
	a := w.Apply(t, city, officetest.Jinji, application.Received, "山田 花子")
	who := w.Who(t, city, staff.Examiner)
	results := make(chan error)
	for range 8 {
		s := seen(a)
		go func() { results <- w.Desk.Reject(t.Context(), who, a.ReceiptNo, s, "対象ではありません") }()
	}
	won := 0
	for range 8 {
		err := <-results
		if err == nil {
			won++
		} else if fault.KindOf(err) != fault.Conflict {
			t.Errorf("got %v, want conflict", err)
		}
	}
	if won != 1 {
		t.Errorf("%d of 8 rejections succeeded, want 1", won)
	}
}

func TestBadInputIsRefusedAndNothingIsKept(t *testing.T) {
	w := officetest.New(t)
	who := w.Who(t, city, staff.Examiner)
	long := strings.Repeat("あ", casework.MessageMax+1)
	for name, do := range map[string]func(a *application.Application) error{
		"return without a message": func(a *application.Application) error {
			return w.Desk.Return(t.Context(), who, a.ReceiptNo, seen(a), casework.ReturnInput{Message: " \n"})
		},
		"return with a long message": func(a *application.Application) error {
			return w.Desk.Return(t.Context(), who, a.ReceiptNo, seen(a), casework.ReturnInput{Message: long})
		},
		"return naming a field that is not there": func(a *application.Application) error {
			return w.Desk.Return(t.Context(), who, a.ReceiptNo, seen(a), casework.ReturnInput{Message: "x", Fields: []string{"forged"}})
		},
		"return until yesterday": func(a *application.Application) error {
			return w.Desk.Return(t.Context(), who, a.ReceiptNo, seen(a), casework.ReturnInput{Message: "x", DueAt: officetest.Start.AddDate(0, 0, -1)})
		},
		"complete without a word": func(a *application.Application) error {
			return w.Desk.Complete(t.Context(), who, a.ReceiptNo, seen(a), "", "")
		},
		"complete with another word": func(a *application.Application) error {
			return w.Desk.Complete(t.Context(), who, a.ReceiptNo, seen(a), "合格", "")
		},
		"reject without a reason": func(a *application.Application) error {
			return w.Desk.Reject(t.Context(), who, a.ReceiptNo, seen(a), "")
		},
		"control character": func(a *application.Application) error {
			return w.Desk.Reject(t.Context(), who, a.ReceiptNo, seen(a), "a\x00b")
		},
		"private-use character": func(a *application.Application) error {
			return w.Desk.Reject(t.Context(), who, a.ReceiptNo, seen(a), "\uE000")
		},
		"invalid UTF-8": func(a *application.Application) error {
			return w.Desk.Note(t.Context(), who, a.ReceiptNo, seen(a), "\xff")
		},
		"empty note": func(a *application.Application) error { return w.Desk.Note(t.Context(), who, a.ReceiptNo, seen(a), "") },
		"ten megabytes": func(a *application.Application) error {
			return w.Desk.Note(t.Context(), who, a.ReceiptNo, seen(a), strings.Repeat("x", 10<<20))
		},
		"empty reply": func(a *application.Application) error {
			return w.Desk.Reply(t.Context(), who, a.ReceiptNo, seen(a), casework.ReplyInput{})
		},
		"assigned to a stranger": func(a *application.Application) error {
			return w.Desk.Assign(t.Context(), who, a.ReceiptNo, seen(a), "x")
		},
		"assigned to an editor": func(a *application.Application) error {
			return w.Desk.Assign(t.Context(), who, a.ReceiptNo, seen(a), w.Who(t, city, staff.Editor).Member.ID)
		},
	} {
		a := w.Apply(t, city, officetest.Jinji, application.Received, "山田 花子")
		if err := do(a); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: got %v, want invalid", name, err)
		}
		if got := kept(t, w, a); got.Status != application.Received || got.Version != a.Version {
			t.Errorf("%s: the application changed", name)
		}
	}
}

func TestReplyFiles(t *testing.T) {
	w := officetest.New(t)
	who := w.Who(t, city, staff.Clerk)
	a := w.Apply(t, city, officetest.Jinji, application.Completed, "山田 花子")
	pdf := "%PDF-1.7\n" + strings.Repeat("x", 4000)
	f, err := w.Desk.StageFile(t.Context(), who, a.ReceiptNo, "受験票.pdf", strings.NewReader(pdf))
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Desk.Reply(t.Context(), who, a.ReceiptNo, seen(a), casework.ReplyInput{Files: []application.Attachment{f}}); err != nil {
		t.Fatal(err)
	}
	got, r, err := w.Desk.File(t.Context(), who, a.ReceiptNo, f.ID)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(r)
	if string(data) != pdf || err != nil || !got.Reply || got.Type != "application/pdf" || got.SizeBytes != int64(len(pdf)) || got.By != who.Member.ID {
		t.Errorf("read back %d bytes of %+v, %v", len(data), got, err)
	}
	_ = r.Close()
	for name, c := range map[string]struct{ name, content string }{
		"empty":            {"a.pdf", ""},
		"program":          {"a.exe", "MZ"},
		"program as PDF":   {"a.pdf", "MZ\x90\x00"},
		"no name":          {"", "%PDF-1.7"},
		"control in name":  {"a\x00.pdf", "%PDF-1.7"},
		"more than 10 MiB": {"a.pdf", "%PDF-1.7" + strings.Repeat("x", 10<<20)},
	} {
		if _, err := w.Desk.StageFile(t.Context(), who, a.ReceiptNo, c.name, strings.NewReader(c.content)); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: got %v, want invalid", name, err)
		}
	}
	other := w.Apply(t, city, officetest.Jinji, application.Received, "鈴木 一郎")
	if _, _, err := w.Desk.File(t.Context(), who, other.ReceiptNo, f.ID); fault.KindOf(err) != fault.NotFound {
		t.Errorf("the file under another application: got %v, want not found", err)
	}
}

func TestAReplyAnswersQuestionsAndKeepsTheStatus(t *testing.T) {
	w := officetest.New(t)
	who := w.Who(t, city, staff.Clerk)
	a := w.Apply(t, city, officetest.Jinji, application.Returned, "山田 花子")
	err := w.DB.Write(t.Context(), city, func(tx store.Tx) error {
		return tx.InsertMessage(t.Context(), application.Message{ID: officetest.NewID(), Application: a.ID, Side: application.FromApplicant, Body: "いつまでですか", At: tx.Now()})
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := acts[8].do(t, w, who, a, seen(a)); err != nil {
		t.Fatal(err)
	}
	c, err := w.Desk.Open(t.Context(), who, a.ReceiptNo, audit.ViewCase)
	if err != nil {
		t.Fatal(err)
	}
	if c.Application.Status != application.Returned || c.Application.Return == nil {
		t.Error("the reply ended the return")
	}
	if len(c.Messages) != 2 || c.Messages[0].AnsweredAt.IsZero() {
		t.Errorf("the question is still open: %+v", c.Messages)
	}
	if len(c.Mails) != 1 || c.Mails[0].Template != "mail.answered" {
		t.Errorf("mails %+v, want one mail.answered", c.Mails)
	}
}

func TestOthersWhoHaveItOpen(t *testing.T) {
	w := officetest.New(t)
	a := w.Apply(t, city, officetest.Jinji, application.Received, "山田 花子")
	if _, err := w.Desk.Open(t.Context(), w.Who(t, city, staff.Clerk), a.ReceiptNo, audit.ViewCase); err != nil {
		t.Fatal(err)
	}
	c, err := w.Desk.Open(t.Context(), w.Who(t, city, staff.Examiner), a.ReceiptNo, audit.ViewCase)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Others) != 1 || c.Others[0].Name != "受付 花子" {
		t.Errorf("got %+v, want the clerk only", c.Others)
	}
}

func TestWorkListsPageBothWaysAndStayInTheSection(t *testing.T) {
	w := officetest.New(t)
	who := w.Who(t, city, staff.Clerk)
	var want []string
	for i := range 7 {
		a := w.Apply(t, city, officetest.Jinji, application.Received, fmt.Sprint("山田 ", i))
		want = append(want, a.ReceiptNo)
		w.Apply(t, city, officetest.Sangyo, application.Received, "見えない")
	}
	slices.Reverse(want) // newest first
	for _, order := range []application.Order{application.NewestFirst, application.OldestFirst} {
		page := application.Page{Size: 3, Ordered: order}
		var got []string
		var pages []casework.List
		for {
			l, err := w.Desk.List(t.Context(), who, application.Filter{Page: page})
			if err != nil {
				t.Fatal(err)
			}
			pages = append(pages, l)
			for _, r := range l.Rows {
				got = append(got, r.ReceiptNo)
			}
			if !l.After {
				break
			}
			last := l.Rows[len(l.Rows)-1]
			page.At, page.ID = last.ArrivedAt, last.ID
		}
		if order == application.OldestFirst {
			slices.Reverse(want)
		}
		if !slices.Equal(got, want) {
			t.Errorf("order %q: got %v, want %v", order, got, want)
		}
		if pages[0].Before || !pages[1].Before || len(pages) != 3 {
			t.Errorf("order %q: %d pages; the first has something before it: %v", order, len(pages), pages[0].Before)
		}
		first := pages[1].Rows[0]
		back, err := w.Desk.List(t.Context(), who, application.Filter{Page: application.Page{Size: 3, Ordered: order, At: first.ArrivedAt, ID: first.ID, Newer: true}})
		if err != nil {
			t.Fatal(err)
		}
		if len(back.Rows) != 3 || back.Rows[0].ReceiptNo != pages[0].Rows[0].ReceiptNo || back.Before || !back.After {
			t.Errorf("order %q: back from page 2: %d rows, before %v, after %v", order, len(back.Rows), back.Before, back.After)
		}
	}
}

func TestNeighboursAreThoseOfTheList(t *testing.T) {
	w := officetest.New(t)
	who := w.Who(t, city, staff.Clerk)
	var list []*application.Application
	for range 3 {
		list = append(list, w.Apply(t, city, officetest.Jinji, application.Received, "山田"))
		w.Apply(t, city, officetest.Jinji, application.Completed, "別の一覧")
	}
	f := application.Filter{Statuses: []application.Status{application.Received}}
	before, after, err := w.Desk.Neighbours(t.Context(), who, f, list[1])
	if err != nil || before != list[2].ReceiptNo || after != list[0].ReceiptNo {
		t.Errorf("newest first: got %s, %s, %v; want %s, %s", before, after, err, list[2].ReceiptNo, list[0].ReceiptNo)
	}
	f.Page.Ordered = application.OldestFirst
	before, after, err = w.Desk.Neighbours(t.Context(), who, f, list[1])
	if err != nil || before != list[0].ReceiptNo || after != list[2].ReceiptNo {
		t.Errorf("oldest first: got %s, %s, %v; want %s, %s", before, after, err, list[0].ReceiptNo, list[2].ReceiptNo)
	}
}

func TestUndeliveredMailOfOtherSectionsIsNotShown(t *testing.T) {
	w := officetest.New(t)
	mine := w.Apply(t, city, officetest.Jinji, application.Received, "山田 花子")
	other := w.Apply(t, city, officetest.Sangyo, application.Received, "鈴木 一郎")
	err := w.DB.Write(t.Context(), city, func(tx store.Tx) error {
		for _, a := range []*application.Application{mine, other} {
			m := outbox.Message{ID: string(a.ID), Channel: "mail", To: a.Mail, Template: "mail.received", About: string(a.ID), State: outbox.Waiting, DueAt: tx.Now(), CreatedAt: tx.Now()}
			if err := tx.Enqueue(t.Context(), m); err != nil {
				return err
			}
		}
		late := officetest.Start.AddDate(1, 0, 0)
		claimed, err := tx.ClaimMessages(t.Context(), "h", late, late.AddDate(0, 0, 1), 10)
		for _, m := range claimed {
			if err := tx.MessageFailed(t.Context(), m.ID, "h", "550", time.Time{}); err != nil {
				return err
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for r, want := range map[staff.Role][]string{staff.Clerk: {mine.ReceiptNo}, staff.Admin: {"", ""}} {
		list, err := w.Desk.Undelivered(t.Context(), w.Who(t, city, r))
		var got []string
		for _, u := range list {
			got = append(got, u.ReceiptNo)
			if u.Message.To != "" {
				t.Errorf("%s sees the address", r)
			}
		}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: got %v, %v; want %v", r, got, err, want)
		}
	}
}

func TestTheLedgerIsForAuditorsOfTheBody(t *testing.T) {
	w := officetest.New(t)
	a := w.Apply(t, city, officetest.Jinji, application.Received, "山田 花子")
	if _, err := w.Desk.Open(t.Context(), w.Who(t, city, staff.Clerk), a.ReceiptNo, audit.ViewCase); err != nil {
		t.Fatal(err)
	}
	l, err := w.Desk.Ledger(t.Context(), w.Who(t, city, staff.Admin), a.ReceiptNo)
	if err != nil || len(l.Views) != 1 || l.Views[0].What != audit.ViewCase || len(l.Acts) != 1 || l.Acts[0].Act != "audit.look" {
		t.Errorf("got %+v, %v; want the clerk's look, and that the auditor asked", l, err)
	}
	for name, who := range map[string]staff.Who{
		"clerk": w.Who(t, city, staff.Clerk), "another body": w.Who(t, officetest.CityB, staff.Admin), "joint administrator": w.Who(t, officetest.Prefecture, staff.JointAdmin),
	} {
		if _, err := w.Desk.Ledger(t.Context(), who, a.ReceiptNo); fault.KindOf(err) != fault.NotFound {
			t.Errorf("%s: got %v, want not found", name, err)
		}
	}
}
