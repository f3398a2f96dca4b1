package storetest

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"madoguchi/internal/application"
	"madoguchi/internal/fault"
	"madoguchi/internal/notice"
	"madoguchi/internal/procedure"
	"madoguchi/internal/staff"
	"madoguchi/internal/store"
)

func list(t *testing.T, db store.DB, f application.Filter) []application.Summary {
	t.Helper()
	var rows []application.Summary
	read(t, db, city, func(ctx context.Context, tx store.Tx) (err error) {
		rows, err = tx.ListApplications(ctx, f)
		return err
	})
	return rows
}

func ids(rows []application.Summary) []application.ID {
	var out []application.ID
	for _, r := range rows {
		out = append(out, r.ID)
	}
	return out
}

// testPaging walks through rows that share times, in both orders, forward to
// the end and back to the beginning.
func testPaging(t *testing.T, db store.DB) {
	write(t, db, city, func(ctx context.Context, tx store.Tx) error {
		for i := range 7 {
			if err := tx.InsertApplication(ctx, app(fmt.Sprint(i), i/3)); err != nil {
				return err
			}
		}
		return nil
	})
	newest := []application.ID{"6", "5", "4", "3", "2", "1", "0"}
	oldest := slices.Clone(newest)
	slices.Reverse(oldest)
	for order, want := range map[application.Order][]application.ID{application.NewestFirst: newest, application.OldestFirst: oldest} {
		var pages [][]application.ID
		page := application.Page{Size: 2, Ordered: order}
		for {
			rows := list(t, db, application.Filter{Page: page})
			if len(rows) == 0 {
				break
			}
			pages = append(pages, ids(rows))
			last := rows[len(rows)-1]
			page.At, page.ID = last.ArrivedAt, last.ID
		}
		if diff := cmp.Diff(want, slices.Concat(pages...)); diff != "" {
			t.Errorf("order %q forward (-want +got):\n%s", order, diff)
		}
		end := slices.Index(want, pages[len(pages)-1][0])
		for end > 0 {
			first := app(string(want[end]), int(want[end][0]-'0')/3)
			rows := list(t, db, application.Filter{Page: application.Page{Size: 2, Ordered: order, Newer: true, At: first.ArrivedAt, ID: first.ID}})
			if diff := cmp.Diff(want[max(0, end-2):end], ids(rows)); diff != "" {
				t.Fatalf("order %q backward (-want +got):\n%s", order, diff)
			}
			end -= len(rows)
		}
	}
}

func testFilter(t *testing.T, db store.DB) {
	apps := []application.Application{
		{ID: "a", Status: application.Received, Section: "s1", Procedure: "p1", Assignee: "m1", Facts: application.Facts{Name: "山田　太郎", Kana: "ヤマダ タロウ"}},
		{ID: "b", Status: application.InReview, Section: "s1", Procedure: "p2", Facts: application.Facts{Name: "髙橋 100%", Kana: "タカハシ"}},
		{ID: "c", Status: application.Completed, Section: "s2", Procedure: "p1", Facts: application.Facts{Name: "Smith_John", Kana: "スミス"}, Outcome: "承認"},
		{ID: "d", Status: application.Completed, Section: "s3", Procedure: "p3"},
	}
	write(t, db, city, func(ctx context.Context, tx store.Tx) error {
		for i, a := range apps {
			a.ReceiptNo, a.SubmissionKey, a.ArrivedAt = "R"+string(a.ID), "K"+string(a.ID), start.Add(time.Duration(i)*time.Hour)
			if err := tx.InsertApplication(ctx, &a); err != nil {
				return err
			}
		}
		return tx.InsertMessage(ctx, application.Message{ID: "q", Application: "b", Side: application.FromApplicant, At: start})
	})
	for _, c := range []struct {
		name   string
		filter application.Filter
		want   []application.ID
	}{
		{"everything", application.Filter{}, []application.ID{"d", "c", "b", "a"}},
		{"two statuses", application.Filter{Statuses: []application.Status{application.Received, application.InReview}}, []application.ID{"b", "a"}},
		{"three sections", application.Filter{Sections: []staff.SectionID{"s1", "s2", "s9"}}, []application.ID{"c", "b", "a"}},
		{"no section at all", application.Filter{Sections: []staff.SectionID{}}, nil},
		{"assignee", application.Filter{Assignee: "m1"}, []application.ID{"a"}},
		{"procedure", application.Filter{Procedure: "p1"}, []application.ID{"c", "a"}},
		{"receipt number", application.Filter{ReceiptNo: "Rc"}, []application.ID{"c"}},
		{"part of a name", application.Filter{Name: "山田太"}, []application.ID{"a"}},
		{"kana in another script", application.Filter{Name: "やまだ"}, []application.ID{"a"}},
		{"half-width kana", application.Filter{Name: "ﾀｶ"}, []application.ID{"b"}},
		{"another case and width", application.Filter{Name: "ｓＭＩＴＨ"}, []application.ID{"c"}},
		{"a percent sign is no pattern", application.Filter{Name: "1%"}, nil},
		{"a percent sign is found", application.Filter{Name: "0%"}, []application.ID{"b"}},
		{"an underscore is no pattern", application.Filter{Name: "S_ith"}, nil},
		{"an underscore is found", application.Filter{Name: "h_J"}, []application.ID{"c"}},
		{"an exclamation mark is no escape", application.Filter{Name: "!h"}, nil},
		{"from", application.Filter{From: start.Add(2 * time.Hour)}, []application.ID{"d", "c"}},
		{"to, exclusive", application.Filter{To: start.Add(2 * time.Hour)}, []application.ID{"b", "a"}},
		{"unread", application.Filter{Unread: true}, []application.ID{"b"}},
		{"all of it", application.Filter{
			Statuses: []application.Status{application.InReview}, Sections: []staff.SectionID{"s1"}, Procedure: "p2", ReceiptNo: "Rb",
			Name: "髙橋", From: start, To: farAhead, Unread: true, Page: application.Page{Size: 1, Ordered: application.OldestFirst},
		}, []application.ID{"b"}},
	} {
		if diff := cmp.Diff(c.want, ids(list(t, db, c.filter))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
	checkSummary(t, db)
}

func checkSummary(t *testing.T, db store.DB) {
	t.Helper()
	row := list(t, db, application.Filter{ReceiptNo: "Rc"})[0]
	want := application.Summary{ID: "c", ReceiptNo: "Rc", Procedure: "p1", Status: application.Completed, Section: "s2", Name: "Smith_John", Outcome: "承認",
		ArrivedAt: start.Add(2 * time.Hour), UpdatedAt: row.UpdatedAt}
	if diff := cmp.Diff(want, row); diff != "" {
		t.Errorf("summary (-want +got):\n%s", diff)
	}
	read(t, db, city, func(ctx context.Context, tx store.Tx) error {
		counts, err := tx.CountApplications(ctx, application.Filter{Statuses: []application.Status{application.Received}, Page: application.Page{Size: 1}})
		if diff := cmp.Diff(map[application.Status]int{application.Received: 1, application.InReview: 1, application.Completed: 2}, counts); diff != "" {
			t.Errorf("counts (-want +got):\n%s", diff)
		}
		return err
	})
}

func testConversation(t *testing.T, db store.DB) {
	write(t, db, city, insert(app("a", 0)))
	say := func(id string, side application.Side) {
		write(t, db, city, func(ctx context.Context, tx store.Tx) error {
			return tx.InsertMessage(ctx, application.Message{ID: id, Application: "a", Side: side, Body: id})
		})
	}
	unread := func() int { return list(t, db, application.Filter{})[0].Unread }
	say("m1", application.FromApplicant)
	say("m2", application.FromStaff)
	say("m3", application.FromApplicant)
	if unread() != 2 {
		t.Errorf("unread: got %d, want 2", unread())
	}
	var answered time.Time
	write(t, db, city, func(ctx context.Context, tx store.Tx) error {
		answered = tx.Now()
		return tx.AnswerMessages(ctx, "a")
	})
	say("m4", application.FromApplicant)
	if unread() != 1 {
		t.Errorf("unread after answer and a new question: got %d, want 1", unread())
	}
	read(t, db, city, func(ctx context.Context, tx store.Tx) error {
		messages, err := tx.Messages(ctx, "a")
		var got []string
		for _, m := range messages {
			state := "open"
			if m.AnsweredAt.Equal(answered) {
				state = "answered"
			}
			got = append(got, m.ID+" "+state)
		}
		if diff := cmp.Diff([]string{"m1 answered", "m2 open", "m3 answered", "m4 open"}, got); diff != "" {
			t.Errorf("messages (-want +got):\n%s", diff)
		}
		return err
	})
}

func testDrafts(t *testing.T, db store.DB) {
	write(t, db, city, func(ctx context.Context, tx store.Tx) error {
		if err := tx.InsertApplication(ctx, app("a", 0)); err != nil {
			return err
		}
		for i := range 4 {
			id := application.DraftID(fmt.Sprint("d", i))
			if err := tx.InsertDraft(ctx, &application.Draft{ID: id, ExpiresAt: start.Add(time.Duration(i) * time.Hour)}); err != nil {
				return err
			}
			if err := tx.InsertAttachment(ctx, application.Attachment{ID: string("f" + id), Draft: id}); err != nil {
				return err
			}
		}
		return nil
	})
	expired := func(at time.Time, limit int) (ids []application.DraftID) {
		read(t, db, city, func(ctx context.Context, tx store.Tx) (err error) {
			ids, err = tx.ExpiredDrafts(ctx, at, limit)
			return err
		})
		return ids
	}
	if diff := cmp.Diff([]application.DraftID{"d0", "d1"}, expired(start.Add(2*time.Hour), 10)); diff != "" {
		t.Errorf("ended before 2 h (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]application.DraftID{"d0"}, expired(farAhead, 1)); diff != "" {
		t.Errorf("limit 1 (-want +got):\n%s", diff)
	}
	write(t, db, city, func(ctx context.Context, tx store.Tx) error {
		if err := tx.GiveAttachment(ctx, "fd0", "a"); err != nil {
			return err
		}
		if err := tx.DeleteDraft(ctx, "d0"); err != nil {
			return err
		}
		return tx.DeleteDraft(ctx, "d1")
	})
	read(t, db, city, func(ctx context.Context, tx store.Tx) error {
		if f, err := tx.Attachment(ctx, "fd0"); err != nil || f.Application != "a" || f.Draft != "" {
			t.Errorf("a file that was given away: got %+v, %v", f, err)
		}
		if _, err := tx.Attachment(ctx, "fd1"); fault.KindOf(err) != fault.NotFound {
			t.Errorf("a file of a deleted draft: got %v, want none", err)
		}
		if _, err := tx.Attachment(ctx, "fd2"); err != nil {
			t.Errorf("a file of another draft: %v", err)
		}
		return nil
	})
}

func testConfirmations(t *testing.T, db store.DB) {
	write(t, db, city, func(ctx context.Context, tx store.Tx) error {
		for i, c := range []application.Confirmation{{Mail: "a@example.jp", Network: "n"}, {Mail: "a@example.jp", Network: "m"}, {Mail: "b@example.jp", Network: "n"}, {Mail: "a@example.jp", Network: "n"}} {
			c.ID, c.TokenHash = fmt.Sprint(i), fmt.Sprint(i)
			c.CreatedAt = start.Add(time.Duration(i) * time.Minute)
			c.ExpiresAt = c.CreatedAt.Add(time.Hour)
			if err := tx.InsertConfirmation(ctx, &c); err != nil {
				return err
			}
		}
		return nil
	})
	count := func(since time.Time) (n [3]int) {
		read(t, db, city, func(ctx context.Context, tx store.Tx) (err error) {
			n[0], n[1], n[2], err = tx.CountConfirmations(ctx, "a@example.jp", "n", since)
			return err
		})
		return n
	}
	if got := count(start.Add(time.Minute)); got != [3]int{2, 2, 3} {
		t.Errorf("counts since the second: got %v, want 2, 2, 3", got)
	}
	if got := count(farAhead); got != [3]int{} {
		t.Errorf("counts of nothing: got %v", got)
	}
	var deleted int
	write(t, db, city, func(ctx context.Context, tx store.Tx) (err error) {
		deleted, err = tx.DeleteConfirmations(ctx, start.Add(63*time.Minute), 2)
		return err
	})
	if got := count(longAgo); deleted != 2 || got[2] != 2 {
		t.Errorf("deleted %d, left %d, want 2 and 2", deleted, got[2])
	}
}

func testNamedBlobs(t *testing.T, db store.DB) {
	var keys []string
	want := map[string]bool{"k1": true, "k700": true, "paper": true}
	for i := range 701 {
		keys = append(keys, fmt.Sprint("k", i))
	}
	keys = append(keys, "paper")
	write(t, db, city, func(ctx context.Context, tx store.Tx) error {
		for _, blob := range []string{"k1", "k700", "other"} {
			if err := tx.InsertAttachment(ctx, application.Attachment{ID: blob, Blob: blob}); err != nil {
				return err
			}
		}
		return tx.InsertPaperForm(ctx, &procedure.PaperForm{ID: "p", Blob: "paper"})
	})
	read(t, db, city, func(ctx context.Context, tx store.Tx) error {
		got, err := tx.NamedBlobs(ctx, keys)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("named (-want +got):\n%s", diff)
		}
		if none, err := tx.NamedBlobs(ctx, nil); err != nil || len(none) != 0 {
			t.Errorf("none of no keys: got %v, %v", none, err)
		}
		return err
	})
}

func testForms(t *testing.T, db store.DB) {
	write(t, db, city, func(ctx context.Context, tx store.Tx) error {
		for _, id := range []procedure.ID{"q", "p"} {
			if err := tx.InsertProcedure(ctx, &procedure.Procedure{ID: id}); err != nil {
				return err
			}
			for version := range 11 {
				if err := tx.InsertForm(ctx, procedure.Form{Procedure: id, Version: version + 1, Definition: []byte(`{}`)}); err != nil {
					return err
				}
			}
		}
		return nil
	})
	read(t, db, city, func(ctx context.Context, tx store.Tx) error {
		forms, err := tx.FormVersions(ctx, "p")
		if len(forms) != 11 || forms[0].Version != 11 || forms[10].Version != 1 || forms[0].Definition != nil {
			t.Errorf("versions: got %+v, want 11 to 1 without definitions", forms)
		}
		all, err2 := tx.Procedures(ctx)
		if err2 != nil || len(all) != 2 || all[0].ID != "p" || all[1].ID != "q" {
			t.Errorf("procedures: got %+v, %v, want p, q", all, err2)
		}
		return err
	})
}

func testBannerAndPages(t *testing.T, db store.DB) {
	for i := range 3 {
		write(t, db, city, func(ctx context.Context, tx store.Tx) error {
			if err := tx.SetBanner(ctx, notice.Banner{Title: fmt.Sprint(i), Version: i}); err != nil {
				return err
			}
			return tx.SetPage(ctx, notice.Page{Name: "help", Title: fmt.Sprint(i), Version: i})
		})
	}
	write(t, db, city, func(ctx context.Context, tx store.Tx) error {
		if err := tx.SetPage(ctx, notice.Page{Name: "terms"}); err != nil {
			return err
		}
		for i, from := range []int{2, 3, 1} {
			if err := tx.InsertNotice(ctx, &notice.Notice{ID: notice.ID(fmt.Sprint(i)), ShownFrom: start.AddDate(0, 0, from)}); err != nil {
				return err
			}
		}
		return nil
	})
	read(t, db, city, func(ctx context.Context, tx store.Tx) error {
		banner, err := tx.Banner(ctx)
		if err != nil || banner != (notice.Banner{Title: "2", Version: 3}) {
			t.Errorf("banner: got %+v, %v", banner, err)
		}
		pages, err := tx.Pages(ctx)
		if err != nil || len(pages) != 2 || pages[0].Title != "2" || pages[1].Name != "terms" {
			t.Errorf("pages: got %+v, %v", pages, err)
		}
		notices, err := tx.Notices(ctx)
		if err != nil || len(notices) != 3 || notices[0].ID != "1" || notices[2].ID != "2" {
			t.Errorf("notices: got %+v, %v, want the latest first", notices, err)
		}
		return nil
	})
}
