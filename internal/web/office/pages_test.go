package office_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jba/templatecheck"

	"madoguchi/internal/application"
	"madoguchi/internal/jptext"
	"madoguchi/internal/officetest"
	"madoguchi/internal/staff"
	"madoguchi/internal/store"
	"madoguchi/internal/web"
	"madoguchi/internal/web/office"
	"madoguchi/internal/web/office/cases"
	"madoguchi/internal/web/office/people"
	"madoguchi/internal/web/office/visit"
)

// TestTemplates checks the names in each page against its data.
func TestTemplates(t *testing.T) {
	assets, err := assets()
	if err != nil {
		t.Fatal(err)
	}
	house := &visit.House{Clock: officetest.Business}
	about, err := cases.New(house, nil, assets, nil)
	if err != nil {
		t.Fatal(err)
	}
	staffPages, err := people.New(house, assets, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		site *web.Site
		data map[string]any
	}{
		{about.Site(), map[string]any{
			"home": cases.HomePage{}, "list": cases.ListPage{}, "form": visit.FormPage{}, "undelivered": cases.UndeliveredPage{}, "ledger": cases.LedgerPage{}, "saved": cases.SavedPage{}, "failure": web.Failure{},
			"case": cases.CasePage{}, "messages": cases.CasePage{}, "files": cases.CasePage{}, "history": cases.CasePage{}, "print": cases.CasePage{},
			"decide": cases.CasePage{}, "confirm": cases.CasePage{}, "assign": cases.CasePage{},
		}},
		{staffPages.Site(), map[string]any{
			"login": people.SignInPage{}, "enrol": people.EnrolPage{}, "codes": people.CodesPage{}, "account": people.AccountPage{},
			"tenants": people.TenantsPage{}, "audit": people.TrailPage{}, "staff": people.MembersPage{}, "member": people.MemberPage{},
			"password": people.PasswordPage{}, "expired": people.ExpiredPage{}, "sections": people.SectionsPage{}, "form": visit.FormPage{}, "failure": web.Failure{},
		}},
	} {
		for _, name := range x.site.Names() {
			data, ok := x.data[name]
			if !ok {
				t.Errorf("page %s is not checked", name)
				continue
			}
			if err := templatecheck.CheckHTML(x.site.Page(name), data); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// strayWord finds a key without words, or an argument that was not filled in.
var strayWord = regexp.MustCompile(`>[^<]*\b(office|casework|signin|trail|application|common)\.[a-z_]+|\{[a-z]+\}`)

// every opens each page that the role may see and returns what it showed.
func every(t *testing.T, h *house, r staff.Role, paths []string) map[string]answer {
	t.Helper()
	b := h.as(t, officetest.CityA, r)
	shown := map[string]answer{}
	for _, path := range paths {
		a := b.get(path)
		wantStatus(t, string(r)+" "+path, a, 200)
		if m := strayWord.FindString(a.body); m != "" {
			t.Errorf("%s: stray word %q", path, m)
		}
		shown[path] = a
	}
	return shown
}

func TestEveryPageShows(t *testing.T) {
	h := newHouse(t)
	a := h.Apply(t, officetest.CityA, officetest.Jinji, application.Received, "﨑山 一郎")
	back := h.Apply(t, officetest.CityA, officetest.Jinji, application.Returned, "山田 花子")
	for _, s := range []application.Status{application.InReview, application.Completed, application.Rejected, application.Withdrawn} {
		h.Apply(t, officetest.CityA, officetest.Jinji, s, "鈴木")
	}
	no := "/cases/" + a.ReceiptNo
	shown := every(t, h, staff.Examiner, []string{
		"/", "/cases", "/cases?view=review", "/cases?view=returned", "/cases?view=done", "/cases?view=mine", "/cases?view=unread", "/cases?view=all",
		"/cases?view=all&q=﨑山&p=p1&s=received&w=me&from=2022-06-01&to=令和4年7月1日&sort=oldest", "/cases?view=new&s=completed&q=" + a.ReceiptNo,
		"/cases?from=xyz&view=nonsense&s=nonsense&before=x&after=y", "/cases/columns", "/cases/saved", "/cases/saved?view=all&q=x",
		no, no + "?view=all", no + "/messages", no + "/files", no + "/history", no + "/print", no + "/decide", no + "/assign",
		"/cases/" + back.ReceiptNo, "/undelivered", "/account",
	})
	wantIn(t, "case", shown[no], jptext.FormatReceiptNo(a.ReceiptNo)+" 﨑山 一郎", "申し込む方", "写真.png", "applicant@example.jp（確認済み）", "処理待ち", "この申込を進める", "処理中にする", "申込が到達")
	wantIn(t, "returned case", shown["/cases/"+back.ReceiptNo], "申込者に求めている修正", "写真を替えてください", "期限：2022年7月8日（金）14時23分")
	wantIn(t, "list", shown["/cases"], "﨑山 一郎", "未処理 1", "処理中 1", "返却中 1", "完了 1", "すべて 6", "2022年07月01日 14時23分 現在")
	if strings.Contains(shown["/cases"].body, "鈴木") {
		t.Error("the list of new applications shows others")
	}
	wantIn(t, "bad day", shown["/cases?from=xyz&view=nonsense&s=nonsense&before=x&after=y"], "到達日を読み取れませんでした")
	id := string(h.Who(t, officetest.CityA, staff.Clerk).Member.ID)
	every(t, h, staff.Admin, []string{"/", "/staff", "/staff/new", "/staff/" + id, "/staff/" + id + "/reset", "/sections", "/sections/new", "/sections/" + string(officetest.Jinji), "/audit", "/account", "/undelivered"})
	audit := every(t, h, staff.Admin, []string{"/audit/application", "/audit/application?no=" + a.ReceiptNo})["/audit/application?no="+a.ReceiptNo]
	wantIn(t, "ledger", audit, "内容を閲覧", "一覧に表示", "印刷用のページを閲覧", "審査 太郎", "窓口3番のパソコン")
	if strings.Contains(audit.body, "﨑山") {
		t.Error("the ledger shows the applicant")
	}
	every(t, h, staff.Editor, []string{"/", "/account"})
}

func TestTheClerkDoesNotDecideButReturns(t *testing.T) {
	h := newHouse(t)
	a := h.Apply(t, officetest.CityA, officetest.Jinji, application.Received, "山田 花子")
	page := h.as(t, officetest.CityA, staff.Clerk).get("/cases/" + a.ReceiptNo)
	wantIn(t, "clerk", page, "返却して修正を求める")
	if strings.Contains(page.body, "不受理にする") || strings.Contains(page.body, "完了にする") {
		t.Error("the clerk is offered a decision")
	}
}

func TestAnApplicationGoesItsWay(t *testing.T) {
	h := newHouse(t)
	a := h.Apply(t, officetest.CityA, officetest.Jinji, application.Received, "山田 花子")
	b := h.as(t, officetest.CityA, staff.Examiner)
	no := "/cases/" + a.ReceiptNo
	x := b.post(no+"/accept?view=new", seenIn(t, b.get(no)))
	if x.location != "/office"+no+"?done=accept&view=new" {
		t.Fatalf("accepted: led to %q", x.location)
	}
	page := b.get(no + "?done=accept")
	wantIn(t, "accepted", page, "処理中にしました", "mg-status--work", "審査 太郎")

	form := seenIn(t, page)
	form.Set("result", "return")
	x = b.post(no+"/decide", form)
	wantStatus(t, "return without a message", x, 422)
	wantIn(t, "return without a message", x, "申込者への伝達事項を入力してください", `value="return" checked`)
	form.Set("message", "裏面の写真を<b>追加</b>してください")
	form.Set("fields", "photo")
	form.Set("due", "2022-07-08T17:00+09:00")
	x = b.post(no+"/decide", form)
	wantStatus(t, "asked", x, 200)
	wantIn(t, "asked", x, "この申込を返却して", "裏面の写真を&lt;b&gt;追加", "2022年7月8日（金）17時00分", "写真", `name="sure"`)
	wantIn(t, "not done yet", b.get(no), "mg-status--work")
	form.Set("edit", "1")
	wantIn(t, "edit", b.post(no+"/decide", form), `value="return" checked`, "裏面の写真を&lt;b&gt;追加")
	form.Del("edit")
	form.Set("sure", "1")
	x = b.post(no+"/decide", form)
	wantStatus(t, "returned", x, 303)
	wantStatus(t, "the same form again", b.post(no+"/decide", form), 303)
	wantIn(t, "returned", b.get(no), "mg-status--back", "裏面の写真を&lt;b&gt;追加", "返却のメール（送信待ち）")

	form = seenIn(t, b.get(no))
	form.Set("note", "電話した")
	wantStatus(t, "note", b.post(no+"/notes", form), 303)
	form.Set("key", officetest.NewID())
	form.Set("note", "")
	x = b.post(no+"/notes", form)
	wantStatus(t, "empty note", x, 422)
	wantIn(t, "empty note", x, "メモを入力してください", "電話した")

	form = seenIn(t, b.get(no+"/assign"))
	form.Set("to", string(h.Who(t, officetest.CityA, staff.Clerk).Member.ID))
	wantStatus(t, "assign", b.post(no+"/assign", form), 303)
	wantIn(t, "assigned", b.get(no+"/history"), "担当を受付 花子に割当て", "処理を開始", "内容を閲覧")
	form.Set("to", "stranger")
	form.Set("key", officetest.NewID())
	form.Set("version", "3")
	wantStatus(t, "assign to a stranger", b.post(no+"/assign", form), 409)
}

func TestWhoIsTooLateSeesWhatChangedAndKeepsTheText(t *testing.T) {
	h := newHouse(t)
	a := h.Apply(t, officetest.CityA, officetest.Jinji, application.Received, "山田 花子")
	one, two := h.as(t, officetest.CityA, staff.Examiner), h.as(t, officetest.CityA, staff.Clerk)
	no := "/cases/" + a.ReceiptNo
	first, second := seenIn(t, one.get(no)), seenIn(t, two.get(no))
	wantIn(t, "who else has it open", two.get(no), "審査 太郎さん")
	wantStatus(t, "first", one.post(no+"/accept", first), 303)
	second.Set("result", "return")
	second.Set("message", "書きかけの文章")
	second.Set("sure", "1")
	x := two.post(no+"/decide", second)
	wantStatus(t, "second", x, 409)
	wantIn(t, "second", x, "審査 太郎さんが「処理を開始」の操作をしました。いまの状態は「処理中」です。", "書きかけの文章")
	again := seenIn(t, x)
	again.Set("result", "return")
	again.Set("message", "書きかけの文章")
	again.Set("sure", "1")
	wantStatus(t, "after reading it", two.post(no+"/decide", again), 303)
}

// upload makes a multipart body.
func upload(t *testing.T, fields url.Values, files map[string]string) (string, *bytes.Buffer) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for name, values := range fields {
		if err := w.WriteField(name, values[0]); err != nil {
			t.Fatal(err)
		}
	}
	for name, content := range files {
		p, err := w.CreateFormFile("file", name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return w.FormDataContentType(), &b
}

func TestAReplyWithAFile(t *testing.T) {
	h := newHouse(t)
	a := h.Apply(t, officetest.CityA, officetest.Jinji, application.Completed, "山田 花子")
	b := h.as(t, officetest.CityA, staff.Clerk)
	path := "/cases/" + a.ReceiptNo + "/messages"
	form := seenIn(t, b.get(path))
	form.Set("message", "受験票を送ります")
	kind, body := upload(t, form, map[string]string{"受験票.exe": "MZ"})
	x := b.do("POST", path, kind, body)
	wantStatus(t, "program", x, 422)
	wantIn(t, "program", x, "送れない種類か", "受験票を送ります")
	kind, body = upload(t, form, map[string]string{"受験票.pdf": "%PDF-1.7\nx"})
	wantStatus(t, "reply", b.do("POST", path, kind, body), 303)
	wantIn(t, "reply", b.get(path), "受験票.pdf", "受験票を送ります")
	for _, f := range h.Files(t, officetest.CityA, a.ID) {
		x := b.get("/cases/" + a.ReceiptNo + "/files/" + f.ID)
		wantStatus(t, f.Name, x, 200)
		if !strings.HasPrefix(x.header.Get("Content-Disposition"), "attachment") || x.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s is sent as %v", f.Name, x.header)
		}
	}
	wantStatus(t, "no multipart", b.post(path, form), 422)
}

func TestColumnsAreKeptPerPerson(t *testing.T) {
	h := newHouse(t)
	h.Apply(t, officetest.CityA, officetest.Jinji, application.Received, "山田 花子")
	one, two := h.as(t, officetest.CityA, staff.Examiner), h.as(t, officetest.CityA, staff.Clerk)
	wantStatus(t, "choose", one.post("/cases/columns", url.Values{"column": {"procedure", "forged"}}), 303)
	if page := one.get("/cases").body; strings.Contains(page, "山田 花子") || !strings.Contains(page, "採用試験") {
		t.Error("the chosen columns are not those that are shown")
	}
	wantIn(t, "another member", two.get("/cases"), "山田 花子")
}

func TestSectionsAreKept(t *testing.T) {
	h := newHouse(t)
	b := h.as(t, officetest.CityA, staff.Admin)
	wantStatus(t, "empty", b.post("/sections/new", url.Values{"name": {" "}, "mail": {"x"}}), 422)
	wantStatus(t, "new", b.post("/sections/new", url.Values{"name": {"税務課"}, "mail": {"ｚｅｉｍｕ@example.jp"}}), 303)
	wantIn(t, "list", b.get("/sections"), "税務課", "zeimu@example.jp")
	wantStatus(t, "same name", b.post("/sections/new", url.Values{"name": {"税務課"}}), 422)
	path := "/sections/" + string(officetest.Jinji)
	wantStatus(t, "overtaken", b.post(path, url.Values{"name": {"総務課"}, "version": {"9"}}), 409)
	wantStatus(t, "change", b.post(path, url.Values{"name": {"総務課"}, "version": {"1"}}), 303)
	wantIn(t, "list", b.get("/sections"), "総務課")
}

func TestNoPersonalDataInTheLog(t *testing.T) {
	h := newHouse(t)
	a := h.Apply(t, officetest.CityA, officetest.Jinji, application.Received, "山田 花子")
	b := h.as(t, officetest.CityA, staff.Examiner)
	b.get("/cases?view=all&q=山田")
	b.get("/cases/" + a.ReceiptNo)
	form := seenIn(t, b.get("/cases/"+a.ReceiptNo))
	form.Set("note", "秘密のメモ")
	b.post("/cases/"+a.ReceiptNo+"/notes", form)
	h.browser().post("/login", login("mito", "clerk", "my secret password"))
	log := h.Log.String()
	for _, secret := range []string{"山田", "%E5%B1%B1", "applicant@example.jp", "秘密のメモ", "my secret password", a.ReceiptNo, b.cookies["__Host-mg-staff"]} {
		if strings.Contains(log, secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
	if !strings.Contains(log, "request") {
		t.Error("nothing was logged at all")
	}
}

func TestAMailThatFailedIsShown(t *testing.T) {
	h := newHouse(t)
	a := h.Apply(t, officetest.CityA, officetest.Jinji, application.Received, "山田 花子")
	b := h.as(t, officetest.CityA, staff.Examiner)
	form := seenIn(t, b.get("/cases/"+a.ReceiptNo))
	form.Set("result", "reject")
	form.Set("message", "対象ではありません")
	form.Set("sure", "1")
	wantStatus(t, "reject", b.post("/cases/"+a.ReceiptNo+"/decide", form), 303)
	err := h.DB.Write(t.Context(), officetest.CityA, func(tx store.Tx) error {
		late := officetest.Start.AddDate(1, 0, 0)
		claimed, err := tx.ClaimMessages(t.Context(), "h", late, late.AddDate(0, 0, 1), 10)
		for _, m := range claimed {
			if err := tx.MessageFailed(t.Context(), m.ID, "h", "550 no such user", application.Return{}.DueAt); err != nil {
				return err
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	wantIn(t, "home", b.get("/"), "届かなかった通知が1件あります")
	wantIn(t, "list", b.get("/undelivered"), jptext.FormatReceiptNo(a.ReceiptNo), "550 no such user", "不受理")
	wantIn(t, "case", b.get("/cases/"+a.ReceiptNo), "不受理のメールが届きませんでした")
}

func TestCrossSitePostsAreRefused(t *testing.T) {
	h := newHouse(t)
	for _, x := range office.Routes() {
		method, path, _ := strings.Cut(x.Pattern, " ")
		if method != "POST" {
			continue
		}
		r, err := http.NewRequestWithContext(t.Context(), "POST", "https://shinsei.example.jp/office"+fill(path, example{}), nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		w := httptest.NewRecorder()
		h.Handler.ServeHTTP(w, r)
		if w.Code != http.StatusForbidden {
			t.Errorf("%s: status %d, want 403", x.Pattern, w.Code)
		}
	}
	if !slices.ContainsFunc(office.Routes(), func(x visit.Route) bool { return strings.HasPrefix(x.Pattern, "POST ") }) {
		t.Error("no route was tried")
	}
}

func TestAWorkListIsKeptUnderAName(t *testing.T) {
	h := newHouse(t)
	b := h.as(t, officetest.CityA, staff.Clerk)
	query := "p=p1&q=山田&view=all"
	for name, want := range map[string]int{"": 422, strings.Repeat("長", 21): 422, "採用試験の山田さん": 303} {
		a := b.post("/cases/saved", url.Values{"name": {name}, "query": {query}})
		wantStatus(t, "name "+name, a, want)
	}
	wantIn(t, "list", b.get("/cases"), "採用試験の山田さん", "/office/cases?p=p1&amp;q=%E5%B1%B1%E7%94%B0&amp;view=all")
	if page := h.as(t, officetest.CityA, staff.Examiner).get("/cases"); strings.Contains(page.body, "採用試験の山田さん") {
		t.Error("another member sees it")
	}
	wantStatus(t, "remove", b.post("/cases/saved", url.Values{"name": {"採用試験の山田さん"}, "do": {"remove"}}), 303)
	if page := b.get("/cases"); strings.Contains(page.body, "採用試験の山田さん") {
		t.Error("it is still there")
	}
	for i := range 11 {
		a := b.post("/cases/saved", url.Values{"name": {strings.Repeat("x", i+1)}, "query": {query}})
		if want := map[bool]int{true: 303, false: 422}[i < 10]; a.status != want {
			t.Errorf("list %d: status %d, want %d", i+1, a.status, want)
		}
	}
}
