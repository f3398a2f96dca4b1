package office_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"madoguchi/internal/application"
	"madoguchi/internal/officetest"
	"madoguchi/internal/signin"
	"madoguchi/internal/staff"
)

func login(body, name, password string) url.Values {
	return url.Values{"body": {body}, "login": {name}, "password": {password}}
}

func (h *house) code(t *testing.T) url.Values {
	t.Helper()
	code, err := signin.CodeAt(officetest.Secret, h.Real.Now())
	if err != nil {
		t.Fatal(err)
	}
	return url.Values{"one": {code}}
}

func TestAMemberSignsInAndOut(t *testing.T) {
	h := newHouse(t)
	b := h.browser()
	a := b.get("/cases?view=mine")
	wantStatus(t, "stranger", a, 303)
	if a.location != "/office/login?back=%2Fcases%3Fview%3Dmine" {
		t.Errorf("stranger is led to %q", a.location)
	}
	wantStatus(t, "sign-in", b.get("/login"), 200)
	form := login("水戸市", "clerk", officetest.Password)
	form.Set("back", "/cases?view=mine")
	a = b.post("/login", form)
	wantStatus(t, "password", a, 303)
	wantStatus(t, "code page", b.get("/login/code"), 200)
	a = b.post("/login/code", url.Values{"one": {"000000"}})
	wantStatus(t, "wrong code", a, 422)
	wantIn(t, "wrong code", a, "認証コードを確かめて", `aria-invalid="true"`, "エラー：")
	form = h.code(t)
	form.Set("back", "/cases?view=mine")
	a = b.post("/login/code", form)
	if a.location != "/office/login/device?back=%2Fcases%3Fview%3Dmine" {
		t.Fatalf("after the code: led to %q", a.location)
	}
	wantStatus(t, "device without a name", b.post("/login/device", url.Values{"device": {" "}}), 422)
	a = b.post("/login/device", url.Values{"device": {"窓口3番"}, "back": {"/cases?view=mine"}})
	if a.location != "/office/cases?view=mine" {
		t.Fatalf("signed in: led to %q", a.location)
	}
	a = b.get("/cases?view=mine")
	wantStatus(t, "list", a, 200)
	wantIn(t, "list", a, "人事課 受付 花子", "職員画面", "水戸市")
	if _, ok := b.cookies["__Host-mg-ticket"]; ok {
		t.Error("the ticket is still in the browser")
	}
	wantStatus(t, "sign-out", b.post("/logout", nil), 303)
	wantStatus(t, "after sign-out", b.get("/cases"), 303)
}

func TestRefusalsTellNothing(t *testing.T) {
	h := newHouse(t)
	var first string
	for name, form := range map[string]url.Values{
		"wrong password": login("mito", "clerk", "wrong"),
		"unknown login":  login("mito", "nobody", "wrong"),
		"unknown body":   login("nowhere", "clerk", "wrong"),
	} {
		b := h.browser()
		a := b.post("/login", form)
		wantStatus(t, name, a, 422)
		wantIn(t, name, a, "ログインできませんでした", `value="`+form.Get("login")+`"`)
		if strings.Contains(a.body, "wrong") {
			t.Errorf("%s: the page holds the password", name)
		}
		page := a.body
		for _, typed := range []string{form.Get("login"), form.Get("body")} {
			page = strings.ReplaceAll(page, `value="`+typed+`"`, "")
		}
		if first == "" {
			first = page
		}
		if page != first {
			t.Errorf("%s: the page differs from that of another refusal", name)
		}
	}
}

func TestTheWayBackStaysInTheOffice(t *testing.T) {
	h := newHouse(t)
	h.token(t, officetest.CityA, "admin") // the device is known
	for back, want := range map[string]string{
		"//evil.example/x": "/office/", "https://evil.example": "/office/", "/\\evil.example": "/office/", "/login/code": "/office/", "/audit": "/office/audit", "": "/office/",
	} {
		b := h.browser()
		b.cookies["__Host-mg-device"] = "DEVICEDEVICEDEVICEDEVICEDEVICE"
		h.Real.Advance(time.Minute)
		b.post("/login", login("水戸市", "admin", officetest.Password))
		form := h.code(t)
		form.Set("back", back)
		if a := b.post("/login/code", form); a.location != want {
			t.Errorf("back %q leads to %q, want %q", back, a.location, want)
		}
	}
}

func TestANewMemberSetsUpEverything(t *testing.T) {
	h := newHouse(t)
	admin := h.as(t, officetest.CityA, staff.Admin)
	wantStatus(t, "form", admin.get("/staff/new"), 200)
	a := admin.post("/staff/new", url.Values{"login": {"新人"}, "name": {""}})
	wantStatus(t, "bad input", a, 422)
	wantIn(t, "bad input", a, "ログイン名は、半角", "氏名を入力してください", "役割を1つ以上", `value="新人"`)
	a = admin.post("/staff/new", url.Values{"login": {"newcomer"}, "name": {"新人 六郎"}, "roles": {"clerk"}, "sections": {string(officetest.Jinji)}})
	wantStatus(t, "added", a, 303)
	page := strings.TrimPrefix(a.location, "/office")
	a = admin.get(page)
	wantStatus(t, "start password", a, 200)
	start := between(t, a.body, `仮のパスワード</dt><dd class="mg-mono">`, "<")
	wantStatus(t, "start password again", admin.get(page), 303)

	b := h.browser()
	b.get("/login")
	if a = b.post("/login", login("mito", "newcomer", start)); a.location != "/office/login/enrol" {
		t.Fatalf("led to %q", a.location)
	}
	a = b.get("/login/enrol")
	wantStatus(t, "enrolment", a, 200)
	secret := strings.ReplaceAll(between(t, a.body, `<code class="mg-mono">`, "<"), "-", "")
	if a = b.get("/login/enrol/qr.png"); a.header.Get("Content-Type") != "image/png" || !strings.HasPrefix(a.body, "\x89PNG") {
		t.Errorf("the picture is %s", a.header.Get("Content-Type"))
	}
	code, err := signin.CodeAt(secret, h.Real.Now())
	if err != nil {
		t.Fatal(err)
	}
	wantStatus(t, "wrong code", b.post("/login/enrol", url.Values{"one": {"123456"}}), 422)
	if a = b.post("/login/enrol", url.Values{"one": {code}}); a.location != "/office/login/codes" {
		t.Fatalf("led to %q", a.location)
	}
	a = b.get("/login/codes")
	if n := strings.Count(a.body, "<li><code"); n != 10 {
		t.Errorf("%d recovery codes, want 10", n)
	}
	if a = b.get("/login/device"); a.location != "/office/login/codes" {
		t.Errorf("a stage was skipped: led to %q", a.location)
	}
	if a = b.post("/login/codes", nil); a.location != "/office/login/password" {
		t.Fatalf("led to %q", a.location)
	}
	a = b.post("/login/password", url.Values{"password": {"short"}, "password_again": {"other"}})
	wantStatus(t, "short password", a, 422)
	wantIn(t, "short password", a, "12文字以上", "同じパスワードを")
	if a = b.post("/login/password", url.Values{"password": {"my very own password"}, "password_again": {"my very own password"}}); a.location != "/office/login/device" {
		t.Fatalf("led to %q", a.location)
	}
	if a = b.post("/login/device", url.Values{"device": {"新人の机"}}); a.location != "/office/" {
		t.Fatalf("led to %q", a.location)
	}
	wantIn(t, "home", b.get("/"), "新人 六郎", "きょうの仕事")
}

func between(t *testing.T, s, before, after string) string {
	t.Helper()
	_, s, ok := strings.Cut(s, before)
	s, _, end := strings.Cut(s, after)
	if !ok || !end {
		t.Fatalf("no %q … %q in the page", before, after)
	}
	return s
}

func TestASessionThatEndedIsOutAtTheNextPage(t *testing.T) {
	h := newHouse(t)
	clerk, admin := h.as(t, officetest.CityA, staff.Clerk), h.as(t, officetest.CityA, staff.Admin)
	wantStatus(t, "before", clerk.get("/"), 200)
	id := string(h.Who(t, officetest.CityA, staff.Clerk).Member.ID)
	wantStatus(t, "end", admin.post("/staff/"+id+"/end", nil), 303)
	wantStatus(t, "after", clerk.get("/"), 303)
	if clerk = h.as(t, officetest.CityA, staff.Clerk); clerk.get("/").status != 200 {
		t.Fatal("cannot sign in again")
	}
	h.Real.Advance(signin.IdleLimit)
	a := clerk.get("/cases")
	if !strings.Contains(a.location, "why=idle") {
		t.Errorf("after half an hour: led to %q, want a word about it", a.location)
	}
	wantIn(t, "sign-in", clerk.get(strings.TrimPrefix(a.location, "/office")), "30分のあいだ操作がなかったため")
}

func TestResetNeedsAnotherPerson(t *testing.T) {
	h := newHouse(t)
	admin := h.as(t, officetest.CityA, staff.Admin)
	self, other := string(h.Who(t, officetest.CityA, staff.Admin).Member.ID), string(h.Who(t, officetest.CityA, staff.Clerk).Member.ID)
	wantStatus(t, "oneself", admin.post("/staff/"+self+"/reset", url.Values{"lost": {"device"}}), 403)
	wantStatus(t, "page", admin.get("/staff/"+other+"/reset"), 200)
	wantStatus(t, "nothing chosen", admin.post("/staff/"+other+"/reset", nil), 422)
	a := admin.post("/staff/"+other+"/reset", url.Values{"lost": {"device"}})
	wantStatus(t, "reset", a, 303)
	wantIn(t, "start password", admin.get(strings.TrimPrefix(a.location, "/office")), "認証アプリを登録し直します")
}

func TestOwnAccount(t *testing.T) {
	h := newHouse(t)
	b := h.as(t, officetest.CityA, staff.Clerk)
	wantIn(t, "account", b.get("/account"), "窓口3番のパソコン", "この端末")
	a := b.post("/account/password", url.Values{"present": {"x"}, "password": {"my very own password"}, "password_again": {"my very own password"}})
	wantStatus(t, "wrong present password", a, 422)
	wantIn(t, "wrong present password", a, "いまのパスワードを確かめて")
	h.Real.Advance(time.Minute)
	code := h.code(t).Get("one")
	if a = b.post("/account/codes", url.Values{"code": {code}}); a.location != "/office/account/codes" {
		t.Fatalf("led to %q", a.location)
	}
	if a = b.get("/account/codes"); strings.Count(a.body, "<li><code") != 10 {
		t.Error("the codes are not shown")
	}
	wantStatus(t, "codes again", b.get("/account/codes"), 303)
	wantStatus(t, "password", b.post("/account/password", url.Values{"present": {officetest.Password}, "password": {"my very own password"}, "password_again": {"my very own password"}}), 303)
}

func TestAJointAdministratorSwitches(t *testing.T) {
	h := newHouse(t)
	b := h.as(t, officetest.Prefecture, staff.JointAdmin)
	a := b.get("/tenants")
	wantIn(t, "bodies", a, "水戸市", "古河市")
	if strings.Contains(a.body, "運用センター") {
		t.Error("the installation is offered")
	}
	wantStatus(t, "to the installation", b.post("/tenants", url.Values{"to": {"1"}}), 404)
	wantStatus(t, "switch", b.post("/tenants", url.Values{"to": {"3"}}), 303)
	wantIn(t, "home", b.get("/"), "水戸市の管理をしています", "茨城県 共同 四郎")
	wantIn(t, "staff", b.get("/staff"), "受付 花子")
	wantStatus(t, "cases", b.get("/cases"), 404)
	wantStatus(t, "back", b.post("/tenants", url.Values{"to": {"2"}}), 303)
}

func TestATextThatWasSentTooLateComesBack(t *testing.T) {
	h := newHouse(t)
	a := h.Apply(t, officetest.CityA, officetest.Jinji, application.Received, "山田 花子")
	b := h.as(t, officetest.CityA, staff.Clerk)
	path := "/cases/" + a.ReceiptNo
	form := seenIn(t, b.get(path))
	form.Set("message", "長い<b>文章</b>")
	h.Real.Advance(signin.IdleLimit)
	x := b.post(path+"/decide", form)
	wantStatus(t, "too late", x, 403)
	wantIn(t, "too late", x, "長い&lt;b&gt;文章", "30分のあいだ操作がなかったため")
	kind, body := upload(t, url.Values{"message": {"返信の文章"}}, map[string]string{"a.pdf": "%PDF-1.7"})
	wantIn(t, "reply too late", b.do("POST", path+"/messages", kind, body), "返信の文章")
	if x := h.browser().post(path+"/decide", form); x.status != 303 {
		t.Errorf("someone who never had a session: status %d, want the sign-in", x.status)
	}
}
