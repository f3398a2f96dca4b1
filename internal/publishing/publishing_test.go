package publishing_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"madoguchi/internal/blob/dirblob"
	"madoguchi/internal/fault"
	"madoguchi/internal/notice"
	"madoguchi/internal/procedure"
	"madoguchi/internal/publishing"
	"madoguchi/internal/staff"
	"madoguchi/internal/store"
	"madoguchi/internal/store/storetest"
	"madoguchi/internal/tenant"
)

const city tenant.ID = 7

var moment = time.Date(2022, 7, 1, 5, 23, 0, 0, time.UTC)

// desk is a body with one section, and its editors.
type desk struct {
	*publishing.Editors
	db store.DB
}

func newDesk(t *testing.T) desk {
	t.Helper()
	db := storetest.OpenSQLiteWith(t, store.Options{Now: func() time.Time { return moment }})
	blobs, err := dirblob.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Service().InsertTenant(t.Context(), &tenant.Tenant{ID: city, Slug: "city-test", Name: "試験市", Kind: tenant.City, Active: true}); err != nil {
		t.Fatal(err)
	}
	var n atomic.Int64
	d := desk{&publishing.Editors{
		DB: db, Blobs: blobs, NewID: func() string { return fmt.Sprintf("id-%d", n.Add(1)) },
	}, db}
	d.write(t, func(tx store.Tx) error {
		return tx.InsertSection(t.Context(), &staff.Section{ID: "jinji", Name: "人事課"})
	})
	return d
}

func (d desk) write(t *testing.T, f func(store.Tx) error) {
	t.Helper()
	if err := d.db.Write(t.Context(), city, f); err != nil {
		t.Fatal(err)
	}
}

func as(roles ...staff.Role) staff.Who {
	return staff.Who{Tenant: city, Home: city, Member: staff.Member{ID: "m1", Roles: roles}, Session: "s1", Device: "d1"}
}

var editor = as(staff.Editor)

func sample() procedure.Procedure {
	return procedure.Procedure{ID: "hunting-exam", Title: "狩猟免許試験", Section: "jinji", OpensAt: moment}
}

const oneQuestion = `{"format":"madoguchi-form/1","title":"様式","pages":[{"id":"p1","title":"あなたについて","fields":[{"id":"memo","kind":"text","label":"連絡事項"}]}]}`

func TestWhoMayNotEditIsToldThatThereIsNothing(t *testing.T) {
	d := newDesk(t)
	ctx := t.Context()
	for _, role := range []staff.Role{staff.Clerk, staff.Examiner, staff.Operator} {
		who := as(role)
		_, err := d.SaveNotice(ctx, who, notice.Notice{Title: "x", Body: "x", ShownFrom: moment})
		_, paper := d.SavePaper(ctx, who, procedure.PaperForm{Title: "x", Category: "x"}, nil)
		_, list := d.Procedures(ctx, who)
		_, form := d.AddForm(ctx, who, "hunting-exam", []byte(oneQuestion))
		for what, err := range map[string]error{
			"notice": err, "paper": paper, "list": list, "form": form,
			"banner":    d.SetBanner(ctx, who, notice.Banner{}),
			"page":      d.SetPage(ctx, who, notice.Page{Name: "help", Title: "x", Body: "x"}),
			"portal":    d.SetPortal(ctx, who, tenant.Tenant{ID: city}),
			"procedure": d.AddProcedure(ctx, who, sample()),
			"publish":   d.Publish(ctx, who, "hunting-exam", 1, true),
		} {
			if fault.KindOf(err) != fault.NotFound {
				t.Errorf("%s by %s: got %v, want not found", what, role, err)
			}
		}
	}
}

func TestANoticeIsAddedToWithoutChangingWhatPeopleRead(t *testing.T) {
	d := newDesk(t)
	ctx := t.Context()
	id, err := d.SaveNotice(ctx, editor, notice.Notice{Title: " 不審なメール ", Body: "ご注意ください。\r\n\r\n詳しくは後日", ShownFrom: moment, Published: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.AddToNotice(ctx, editor, id, 1, "件数を加えました。"); err != nil {
		t.Fatal(err)
	}
	got, err := d.Notice(ctx, editor, id)
	if err != nil {
		t.Fatal(err)
	}
	if got.Title != "不審なメール" || got.Body != "ご注意ください。\n\n詳しくは後日" || len(got.Added) != 1 || got.Added[0].Body != "件数を加えました。" {
		t.Errorf("notice after an addition: %+v", got)
	}
	if err := d.DeleteNotice(ctx, editor, id); fault.KindOf(err) != fault.Conflict {
		t.Errorf("delete of a published notice: got %v, want conflict", err)
	}
}

func TestTheSecondOfTwoEditorsIsToldOfTheFirst(t *testing.T) {
	d := newDesk(t)
	ctx := t.Context()
	id, err := d.SaveNotice(ctx, editor, notice.Notice{Title: "題", Body: "文", ShownFrom: moment})
	if err != nil {
		t.Fatal(err)
	}
	first, second := notice.Notice{ID: id, Title: "一人目", Body: "文", ShownFrom: moment, Version: 1}, notice.Notice{ID: id, Title: "二人目", Body: "文", ShownFrom: moment, Version: 1}
	if _, err := d.SaveNotice(ctx, editor, first); err != nil {
		t.Fatal(err)
	}
	if _, err := d.SaveNotice(ctx, editor, second); fault.KindOf(err) != fault.Conflict {
		t.Errorf("second editor: got %v, want conflict", err)
	}
	got, err := d.Notice(ctx, editor, id)
	if err != nil || got.Title != "一人目" {
		t.Errorf("kept title %q (err %v), want that of the first", got.Title, err)
	}
}

// fields returns the names of the controls that an error blames.
func fields(err error) []string {
	problems, ok := errors.AsType[fault.Problems](err)
	if !ok {
		return nil
	}
	var names []string
	for _, p := range problems {
		names = append(names, p.Field)
	}
	return names
}

func TestBadInputIsToldFieldByField(t *testing.T) {
	d := newDesk(t)
	ctx := t.Context()
	_, err := d.SaveNotice(ctx, editor, notice.Notice{Title: strings.Repeat("あ", 101), Body: "外字\ue000", ShownFrom: moment, ShownTo: moment})
	if diff := cmp.Diff([]string{"title", "body", "to"}, fields(err)); diff != "" {
		t.Errorf("notice (-want +got):\n%s", diff)
	}
	err = d.SetBanner(ctx, editor, notice.Banner{On: true, Link: "javascript:alert(1)"})
	if diff := cmp.Diff([]string{"title", "text", "link", "link_text"}, fields(err)); diff != "" {
		t.Errorf("banner (-want +got):\n%s", diff)
	}
	for _, link := range []string{"//evil.example", `/\evil.example`, "http://example.jp/", "data:text/html,x", "https://"} {
		err := d.SetBanner(ctx, editor, notice.Banner{Link: link, LinkText: "x"})
		if diff := cmp.Diff([]string{"link"}, fields(err)); diff != "" {
			t.Errorf("link %s (-want +got):\n%s", link, diff)
		}
	}
	p := sample()
	p.ID, p.Title, p.ClosesAt, p.Detail.Reading = "../x", "", moment.Add(-time.Hour), "漢字"
	if diff := cmp.Diff([]string{"id", "title", "closes", "reading"}, fields(d.AddProcedure(ctx, editor, p))); diff != "" {
		t.Errorf("procedure (-want +got):\n%s", diff)
	}
}

func TestAProcedureIsPublishedOnlyWithAForm(t *testing.T) {
	d := newDesk(t)
	ctx := t.Context()
	if err := d.AddProcedure(ctx, editor, sample()); err != nil {
		t.Fatal(err)
	}
	if err := d.Publish(ctx, editor, "hunting-exam", 1, true); fault.KindOf(err) != fault.Conflict {
		t.Errorf("publish without a form: got %v, want conflict", err)
	}
	if _, err := d.AddForm(ctx, editor, "hunting-exam", []byte(`{"format":"madoguchi-form/1","pages":[]}`)); !slices.Equal(fields(err), []string{"definition"}) {
		t.Errorf("a form without pages: got %v, want a problem of the definition", err)
	}
	for want := 1; want <= 2; want++ {
		if got, err := d.AddForm(ctx, editor, "hunting-exam", []byte(oneQuestion)); got != want || err != nil {
			t.Fatalf("form version %d (err %v), want %d", got, err, want)
		}
	}
	o, err := d.Procedure(ctx, editor, "hunting-exam")
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Publish(ctx, editor, "hunting-exam", o.Procedure.Version, true); err != nil {
		t.Fatal(err)
	}
	o, err = d.Procedure(ctx, editor, "hunting-exam")
	if err != nil || !o.Procedure.Published || o.Procedure.FormVersion != 2 || len(o.Versions) != 2 {
		t.Errorf("after publishing: %+v (err %v)", o, err)
	}
}

func TestSavingSettingsLeavesPublicationAndFormAlone(t *testing.T) {
	d := newDesk(t)
	ctx := t.Context()
	if err := d.AddProcedure(ctx, editor, sample()); err != nil {
		t.Fatal(err)
	}
	if _, err := d.AddForm(ctx, editor, "hunting-exam", []byte(oneQuestion)); err != nil {
		t.Fatal(err)
	}
	p := sample()
	p.Version, p.Published, p.FormVersion, p.Title = 2, true, 99, "新しい題"
	if err := d.SaveProcedure(ctx, editor, p); err != nil {
		t.Fatal(err)
	}
	o, err := d.Procedure(ctx, editor, p.ID)
	if err != nil || o.Procedure.Published || o.Procedure.FormVersion != 1 || o.Procedure.Title != "新しい題" {
		t.Errorf("after saving settings: %+v (err %v)", o.Procedure, err)
	}
}

// plain is a PDF without pages; scripted is one that runs a script when opened.
const (
	plain    = "%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"
	scripted = "%PDF-1.7\n1 0 obj\n<< /Type /Catalog /OpenAction << /S /JavaScript /JS (app.alert(1)) >> >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"
)

func TestAPaperFormWithActiveContentIsRefused(t *testing.T) {
	d := newDesk(t)
	ctx := t.Context()
	f := procedure.PaperForm{Title: "様式第1号", Category: "狩猟", Published: true}
	for name, body := range map[string]string{
		"a.docm": "x", "a.exe": "x", "a.pdf": "", "b.pdf": scripted, "c.pdf": "no PDF at all", "d.docx": plain,
	} {
		if _, err := d.SavePaper(ctx, editor, f, &publishing.PaperFile{Name: name, Body: strings.NewReader(body)}); !slices.Equal(fields(err), []string{"file"}) {
			t.Errorf("%s: got %v, want a problem of the file", name, err)
		}
	}
	id, err := d.SavePaper(ctx, editor, f, &publishing.PaperFile{Name: `C:\書類\様式.pdf`, Body: strings.NewReader(plain)})
	if err != nil {
		t.Fatal(err)
	}
	all, err := d.Papers(ctx, editor)
	if err != nil || len(all) != 1 || all[0].ID != id || all[0].FileName != "様式.pdf" || all[0].SizeBytes != int64(len(plain)) {
		t.Errorf("papers %+v (err %v)", all, err)
	}
	all[0].Title = "様式第2号"
	if _, err := d.SavePaper(ctx, editor, all[0], nil); err != nil {
		t.Fatal(err)
	}
	again, err := d.Papers(ctx, editor)
	if err != nil || again[0].Blob != all[0].Blob || again[0].Title != "様式第2号" {
		t.Errorf("after a change without a file: %+v (err %v)", again, err)
	}
}

func TestEveryActLeavesAnEntry(t *testing.T) {
	d := newDesk(t)
	ctx := t.Context()
	if err := d.SetBanner(ctx, editor, notice.Banner{On: true, Title: "注意", Text: "不審なメール"}); err != nil {
		t.Fatal(err)
	}
	if err := d.SetPage(ctx, editor, notice.Page{Name: "help", Title: "ヘルプ", Body: "## 使い方"}); err != nil {
		t.Fatal(err)
	}
	portal := tenant.Tenant{ID: city, Version: 1, Settings: tenant.Settings{Contacts: []tenant.Contact{{
		Kind: tenant.Operation, Name: "ヘルプデスク", Phones: []tenant.Phone{{Label: "固定電話から", Number: "０２９－０００－００００"}},
	}}}}
	if err := d.SetPortal(ctx, editor, portal); err != nil {
		t.Fatal(err)
	}
	var acts []string
	d.write(t, func(tx store.Tx) error {
		acts = nil
		all, err := tx.Entries(ctx, moment.AddDate(1, 0, 0), "", 10)
		for _, e := range all {
			acts = append(acts, e.Act+" "+e.Actor)
		}
		return err
	})
	if diff := cmp.Diff([]string{"portal.edit m1", "page.edit m1", "banner.set m1"}, acts); diff != "" {
		t.Errorf("entries (-want +got):\n%s", diff)
	}
	all, err := d.db.Service().Tenants(ctx)
	if err != nil || all[0].Settings.Contacts[0].Phones[0].Number != "029-000-0000" || all[0].Name != "試験市" {
		t.Errorf("settings %+v (err %v)", all, err)
	}
}

func TestRefusedFilesLeaveNothingBehind(t *testing.T) {
	d := newDesk(t)
	f := procedure.PaperForm{Title: "様式", Category: "分類"}
	if _, err := d.SavePaper(t.Context(), editor, f, &publishing.PaperFile{Name: "x.pdf", Body: strings.NewReader(scripted)}); err == nil {
		t.Fatal("a file with a script was taken")
	}
	keys, err := d.Blobs.Old(t.Context(), city, time.Now().Add(time.Hour), "", 10)
	if err != nil || len(keys) != 0 {
		t.Errorf("blobs %v left (err %v), want none", keys, err)
	}
}
