package portal_test

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"madoguchi/internal/application"
	"madoguchi/internal/audit"
	"madoguchi/internal/demo"
	"madoguchi/internal/sheet"
	"madoguchi/internal/store"
	"madoguchi/internal/web/portal"
)

const (
	base       = "/pref-ibaraki"
	instructor = base + "/procedures/instructor-exam-2022"
	address    = "aoi@example.jp"
)

var (
	pdf  = append([]byte("%PDF-1.4\n"), bytes.Repeat([]byte("x"), 2000)...)
	jpeg = append([]byte("\xff\xd8\xff\xe0\x00\x10JFIF\x00"), bytes.Repeat([]byte("x"), 2000)...)
)

// lastArg returns an argument of the newest mail.
func (w *world) lastArg(name string) string {
	w.t.Helper()
	mails := w.mails()
	if len(mails) == 0 {
		w.t.Fatal("no mail was sent")
	}
	return mails[len(mails)-1].Args[name]
}

// ask asks for a confirmation and returns the page that tells of the mail.
func (b *browser) ask(procedure, mail string) page {
	b.t.Helper()
	p := b.post(procedure+"/begin", "agree", "1")
	p.want(b.t, 303)
	b.follow(p).want(b.t, 200, "確認のメールを送る")
	p = b.post(procedure+"/email", "mail", mail)
	p.want(b.t, 303)
	sent := b.follow(p)
	sent.want(b.t, 200, "6けたの番号")
	return sent
}

// confirm begins an application by the code of the mail, and returns its address.
func (b *browser) confirm(procedure string) string {
	b.t.Helper()
	sent := b.ask(procedure, address)
	p := b.post(base+"/confirm/code", "c", sent.find(b.t, `name="c" value="([^"]+)"`), "code", b.lastArg("code"))
	p.want(b.t, 303)
	return p.location
}

var applicant = []string{
	"name-family", "髙橋", "name-given", "葵", "name-family_kana", "たかはし", "name-given_kana", "ｱｵｲ",
	"birthday-era", "平成", "birthday-year", "2", "birthday-month", "4", "birthday-day", "15",
	"address-postcode", "310-8555", "address-prefecture", "茨城県", "address-city", "水戸市", "address-street", "笠原町978−6", "address-building", "",
	"phone", "０００ー００００ー００００", "do", "next",
}

var qualification = []string{"basis", "skill", "years", "3.5", "career", "電気工事の会社で三年半", "do", "next"}

// fill answers every page of the instructor's examination.
func (b *browser) fill(draft string) page {
	b.t.Helper()
	b.follow(b.get(draft)).want(b.t, 200, "申請する方", "全4ステップ中、ステップ3")
	truth := b.truth(draft)
	for _, step := range []struct {
		page page
		want string
	}{
		{b.post(draft+"/applicant", applicant...), "試験の区分と職種"},
		{b.post(draft+"/exam", "kind", "written", "trade", "electric", "do", "next"), "受験資格"},
		{b.upload(draft+"/qualification", "proof", "技能検定合格証.pdf", pdf, qualification...), "写真と確認"},
		{b.upload(draft+"/photo", "photo", "写真.jpg", jpeg, "truth", truth, "support", "", "do", "next"), "入力内容を確かめてください"},
	} {
		step.page.want(b.t, 303)
		b.follow(step.page).want(b.t, 200, step.want)
	}
	return b.get(draft + "/check")
}

// truth is the value of the consent's check box, which names its wording.
func (b *browser) truth(draft string) string {
	b.t.Helper()
	return b.get(draft+"/photo").find(b.t, `name="truth" value="([^"]+)"`)
}

// submitted applies and returns number and code as the done page shows them.
func (b *browser) submitted() (draft, number, code string) {
	b.t.Helper()
	draft = b.confirm(instructor)
	b.fill(draft)
	p := b.post(draft + "/submit")
	p.want(b.t, 303)
	done := b.follow(p)
	done.want(b.t, 200, "申し込みを受け付けました")
	return draft, done.find(b.t, `mg-ticket__no">([0-9 -]+)<`), done.find(b.t, `mg-ticket__code mg-mono">([0-9A-Z-]+)<`)
}

func digits(s string) string { return strings.NewReplacer("-", "", " ", "").Replace(s) }

func TestAResidentApplies(t *testing.T) {
	b := newWorld(t).browser()
	draft := b.confirm(instructor)
	check := b.fill(draft)
	check.want(t, 200, "髙橋", "タカハシ", "アオイ", "1990年（平成2年）4月15日", "技能検定合格証.pdf", "写真.jpg", "入力なし",
		"aoi@example.jp（確認済み）", "この内容で申し込む", "変更")
	p := b.post(draft + "/submit")
	p.want(t, 303)
	done := b.follow(p)
	done.want(t, 200, "申し込みを受け付けました", "整理番号", "照会用パスワード", "2022年7月1日（金）14時")
	number, code := done.find(t, `mg-ticket__no">([0-9 -]+)<`), done.find(t, `mg-ticket__code mg-mono">([0-9A-Z-]+)<`)
	if len(digits(number)) != 12 || len(digits(code)) != 12 {
		t.Errorf("number %q, code %q", number, code)
	}
	mails := b.mails()
	last := mails[len(mails)-1]
	if last.Template != "mail.received" || last.To != address || last.Args["receipt_no"] != number {
		t.Errorf("mail %+v", last)
	}
	for name, value := range last.Args {
		if strings.Contains(value, code) || strings.Contains(value, "髙橋") {
			t.Errorf("the mail's %s holds %q", name, value)
		}
	}
	again := b.get(draft + "/done")
	again.want(t, 200, number, code)
	b.follow(b.get(draft+"/applicant")).want(t, 200, "申し込みを受け付けました")
}

func TestSubmittingTwiceGivesTheFirstReceipt(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	draft := b.confirm(instructor)
	b.fill(draft)
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			if p := b.post(draft + "/submit"); p.status != 303 {
				t.Errorf("status %d: %s", p.status, p.text())
			}
		})
	}
	wg.Wait()
	number := b.get(draft+"/done").find(t, `mg-ticket__no">([0-9 -]+)<`)
	if got := w.count(); got != 1 {
		t.Errorf("%d applications, want 1", got)
	}
	if p := b.follow(b.post(draft + "/submit")); !strings.Contains(p.body, number) {
		t.Error("a later post shows another receipt")
	}
}

func (w *world) count() int {
	w.t.Helper()
	n := 0
	err := w.db.Read(w.t.Context(), w.body, func(tx store.Tx) error {
		rows, err := tx.ListApplications(w.t.Context(), application.Filter{Page: application.Page{Size: 100}})
		n = len(rows)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

func TestADraftIsOpenedOnlyByItsBrowser(t *testing.T) {
	w := newWorld(t)
	b, other := w.browser(), w.browser()
	draft := b.confirm(instructor)
	b.post(draft+"/applicant", applicant...).want(t, 303)
	other.get(base + "/")
	for _, path := range []string{"", "/applicant", "/check", "/saved", "/done"} {
		p := other.get(draft + path)
		p.want(t, 404)
		p.lacks(t, "髙橋", "aoi@")
	}
	other.post(draft+"/applicant", applicant...).want(t, 404)
	other.post(draft+"/submit").want(t, 404)
	_, _, id := split(draft)
	p := other.get(base + "/resume?d=" + id)
	p.want(t, 200, "このブラウザーでは、まだ下書きを開けません")
	p.lacks(t, "aoi@", "職業訓練指導員試験")
}

func split(draft string) (string, string, string) {
	parts := strings.Split(draft, "/")
	return parts[1], parts[2], parts[3]
}

func TestADraftIsResumedInAnotherBrowserAfterAConfirmation(t *testing.T) {
	w := newWorld(t)
	b, other := w.browser(), w.browser()
	draft := b.confirm(instructor)
	b.post(draft+"/applicant", applicant...).want(t, 303)
	b.follow(b.post(draft+"/pause")).want(t, 200, "下書きは 2022年7月31日", "aoi@example.jp に、続きを始めるアドレスを送りました")
	_, _, id := split(draft)
	if got := w.lastArg("draft"); got != id {
		t.Errorf("the mail leads to draft %q, want %q", got, id)
	}
	b.follow(b.get(base+"/resume?d="+id)).want(t, 200, "試験の区分と職種") // the first page that is not done
	sent := other.follow(other.post(base+"/resume", "d", id))
	sent.want(t, 200, "a***@example.jp")
	sent.lacks(t, "aoi@")
	p := other.post(base+"/confirm/code", "c", sent.find(t, `name="c" value="([^"]+)"`), "code", w.lastArg("code"))
	p.want(t, 303)
	other.get(draft+"/applicant").want(t, 200, "髙橋", "葵")
	b.get(draft+"/applicant").want(t, 404)
}

func TestALinkIsUsedByAPostOnly(t *testing.T) {
	w := newWorld(t)
	b, phone := w.browser(), w.browser()
	b.ask(instructor, address)
	link := base + "/confirm/" + w.lastArg("token")
	for range 3 { // a mail scanner
		phone.get(link).want(t, 200, "確認する")
	}
	p := phone.post(link)
	p.want(t, 303)
	phone.follow(p).want(t, 200, "申請する方")
	b.get(p.location).want(t, 404) // the link confirms only the browser that opens it
	phone.get(link).want(t, 410, "もう使われています")
	phone.post(link).want(t, 410)
}

func TestLinksAndCodesEnd(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	sent := b.ask(instructor, address)
	id, token, code := sent.find(t, `name="c" value="([^"]+)"`), "", ""
	mails := w.mails()
	token, code = mails[len(mails)-1].Args["token"], mails[len(mails)-1].Args["code"]
	again := b.follow(b.post(base+"/confirm/resend", "c", id))
	again.want(t, 200, "新しいメールを送りました")
	b.get(base+"/confirm/"+token).want(t, 410, "新しいメールがあります")
	b.post(base+"/confirm/code", "c", id, "code", code).want(t, 410)
	token = w.lastArg("token")
	w.pass(25 * time.Hour)
	b.get(base+"/confirm/"+token).want(t, 410, "期限（24時間）が過ぎました")
}

func TestACodeWorksOnlyInTheBrowserThatAskedAndFiveTimes(t *testing.T) {
	w := newWorld(t)
	b, other := w.browser(), w.browser()
	sent := b.ask(instructor, address)
	id, code := sent.find(t, `name="c" value="([^"]+)"`), w.lastArg("code")
	other.post(base+"/confirm/code", "c", id, "code", code).want(t, 404, "このブラウザーでは")
	wrong := "000000"
	if digits(code) == wrong {
		wrong = "111111"
	}
	for left := 4; left >= 0; left-- {
		b.post(base+"/confirm/code", "c", id, "code", wrong).want(t, 422, "番号が違います", "あと"+string(rune('0'+left))+"回")
	}
	b.post(base+"/confirm/code", "c", id, "code", code).want(t, 429, "5回間違えた")
}

func TestConfirmationsAreLimitedPerAddress(t *testing.T) {
	b := newWorld(t).browser()
	for range 6 {
		b.post(instructor+"/email", "mail", address).want(t, 303)
	}
	b.post(instructor+"/email", "mail", address).want(t, 429, "1時間ほど待って")
	b.post(instructor+"/email", "mail", "other@example.jp").want(t, 303)
}

func TestBadMailAddressesAreAskedAgain(t *testing.T) {
	b := newWorld(t).browser()
	for _, mail := range []string{"", "x", "a@b", "山田@example.jp", "a b@example.jp", strings.Repeat("a", 300) + "@example.jp", "a@example.jp\r\nBcc: x@example.jp"} {
		b.post(instructor+"/email", "mail", mail).want(t, 422, "メールアドレスを「name@example.jp」の形で入力してください", "エラー：")
	}
	b.follow(b.post(instructor+"/email", "mail", "ａｏｉ．．ｂ＠ｄｏｃｏｍｏ．ｎｅ．ｊｐ")).want(t, 200, "aoi..b@docomo.ne.jp")
}

func TestErrorsKeepWhatWasTyped(t *testing.T) {
	b := newWorld(t).browser()
	draft := b.confirm(instructor)
	bad := append([]string{}, applicant...)
	bad[7], bad[15] = "", "45" // 名（カナ）, 日
	p := b.post(draft+"/applicant", bad...)
	p.want(t, 422, "<title>エラー：", "2か所を直してください", "入力された内容は、消えずに残っています", `value="髙橋"`, `value="45"`, `aria-invalid="true"`, "mg-summary")
	for _, part := range strings.Split(p.body, `<li><a href="#`)[1:] {
		id, _, _ := strings.Cut(part, `"`)
		if !strings.Contains(p.body, `id="`+id+`"`) {
			t.Errorf("the summary links to #%s, which is not there", id)
		}
	}
	b.follow(b.get(draft)).want(t, 200, `value="水戸市"`, `value="000-0000-0000"`) // what was right is saved
}

func TestSavingADraftNeedsNoWholePage(t *testing.T) {
	b := newWorld(t).browser()
	draft := b.confirm(instructor)
	p := b.post(draft+"/applicant", "name-family", "髙橋", "do", "save")
	p.want(t, 303)
	b.follow(p).want(t, 200, "下書きを保存しました", "aoi@example.jp に、続きを始めるアドレスを送りました")
	_, _, id := split(draft)
	if got := b.lastArg("draft"); got != id {
		t.Errorf("the mail leads to draft %q, want %q", got, id)
	}
	b.post(draft+"/submit").want(t, 422, "か所を直してください", "/applicant?mg-check=1#")
}

// Every form of the sample opens on every page, and no two elements of a page
// have the same ID.
func TestEveryFormOpensOnEveryPage(t *testing.T) {
	w := newWorld(t)
	for i, p := range demo.Procedures() {
		b := w.browser()
		draft := ""
		if p.NoMail {
			draft = b.post(base+"/procedures/"+p.ID+"/begin", "agree", "1").location
		} else {
			sent := b.ask(base+"/procedures/"+p.ID, fmt.Sprintf("a%d@example.jp", i))
			draft = b.post(base+"/confirm/code", "c", sent.find(t, `name="c" value="([^"]+)"`), "code", w.lastArg("code")).location
		}
		work, err := w.counter.Open(t.Context(), b.visitor(), application.DraftID(draft[strings.LastIndexByte(draft, '/')+1:]))
		if err != nil {
			t.Fatalf("%s: %v", p.ID, err)
		}
		paths := []string{draft + "/check"}
		for _, x := range work.Form.Pages {
			paths = append(paths, draft+"/"+x.ID)
		}
		for _, path := range paths {
			got := b.get(path)
			got.want(t, 200, "<h1>")
			seen := map[string]bool{}
			for _, m := range regexp.MustCompile(` id="([^"]+)"`).FindAllStringSubmatch(got.body, -1) {
				if seen[m[1]] {
					t.Errorf("%s: two elements have the ID %s", path, m[1])
				}
				seen[m[1]] = true
			}
		}
		b.post(draft+"/submit").want(t, 422, "か所を直してください")
	}
}

func TestTwoWindowsOfOneDraftKeepBothPages(t *testing.T) {
	b := newWorld(t).browser()
	draft := b.confirm(instructor)
	first, second := b.get(draft+"/applicant"), b.get(draft+"/exam") // both are open
	first.want(t, 200)
	second.want(t, 200)
	b.post(draft+"/exam", "kind", "written", "trade", "electric", "do", "next").want(t, 303)
	b.post(draft+"/applicant", applicant...).want(t, 303)
	b.get(draft+"/applicant").want(t, 200, `value="髙橋"`)                // back
	b.get(draft+"/check").want(t, 200, "髙橋", "学科試験だけ", "電気工事科", "入力なし") // and forward
	p := b.post(draft+"/exam", "kind", "practical", "trade", "electric", "mg-check", "1", "do", "next")
	if p.location != draft+"/check" {
		t.Errorf("a change from the check page leads to %q", p.location)
	}
}

func TestThePostalCodeFillsOnlyWhatIsEmpty(t *testing.T) {
	b := newWorld(t).browser()
	page := b.confirm(instructor) + "/applicant"
	b.post(page, "address-postcode", "３１０ー０８５２", "do", "address-address").want(t, 200, `value="水戸市"`, `value="笠原町"`)
	p := b.post(page, "address-postcode", "310-0852", "address-city", "つくば市", "do", "address-address")
	p.want(t, 200, `value="つくば市"`)
	p.lacks(t, `value="水戸市"`)
	b.post(page, "address-postcode", "999-9999", "do", "address-address").want(t, 200, `value="999-9999"`)
}

func TestFilesAreAddedRefusedAndRemoved(t *testing.T) {
	b := newWorld(t).browser()
	draft := b.confirm(instructor)
	page := draft + "/qualification"
	b.upload(page, "proof", "実務経験証明書.docm", pdf, "do", "upload-proof").want(t, 422, "mg-summary")
	b.upload(page, "proof", "偽物.pdf", []byte("MZ this is no pdf"), "do", "upload-proof").want(t, 422, "mg-summary")
	b.upload(page, "proof", "大きい.pdf", append(pdf, bytes.Repeat([]byte("x"), 5<<20)...), "do", "upload-proof").want(t, 422, "mg-summary")
	b.upload(page, "proof", "空.pdf", nil, "do", "upload-proof").want(t, 422, "mg-summary")
	for i := range 5 {
		p := b.upload(page, "proof", "証明"+string(rune('1'+i))+".pdf", pdf, "do", "upload-proof")
		p.want(t, 303)
	}
	b.upload(page, "proof", "多い.pdf", pdf, "do", "upload-proof").want(t, 422, "mg-summary")
	p := b.get(page)
	p.want(t, 200, "証明1.pdf", "証明5.pdf")
	p.lacks(t, "偽物", "大きい", "多い")
	remove := p.find(t, `name="remove" value="([^"]+)"`)
	p = b.follow(b.upload(page, "proof", "", nil, "remove", remove))
	p.want(t, 200, "証明2.pdf")
	p.lacks(t, "証明1.pdf")
}

func TestSomeonesFileIsOnlyTheirs(t *testing.T) {
	w := newWorld(t)
	b, other := w.browser(), w.browser()
	_, number, _ := b.submitted()
	p := b.get(base + "/status/" + digits(number))
	file := p.find(t, `href="([^"]+/files/[^"]+)"`)
	got := b.get(file)
	if got.status != 200 || !bytes.Equal([]byte(got.body), pdf) && !bytes.Equal([]byte(got.body), jpeg) {
		t.Fatalf("own file: %d", got.status)
	}
	if d := got.header.Get("Content-Disposition"); !strings.HasPrefix(d, "attachment") || got.header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("headers %v", got.header)
	}
	other.get(base + "/")
	other.get(file).want(t, 404)
}

func TestLookupByNumberAndCode(t *testing.T) {
	w := newWorld(t)
	_, number, code := w.browser().submitted()
	b := w.browser()
	b.follow(b.get(base+"/status/"+digits(number))).want(t, 200, "照会用パスワード") // asked first
	wide := strings.Map(func(r rune) rune {
		if r > ' ' && r <= '~' {
			return r + 0xFEE0
		}
		return r
	}, strings.ToLower(code))
	for _, try := range [][2]string{{number, code}, {digits(number), strings.ToLower(code)}, {number, wide}} {
		p := b.post(base+"/status", "number", try[0], "code", try[1])
		p.want(t, 303)
		b.follow(p).want(t, 200, "処理待ち", "髙橋 葵 様", "申し込みが届きました", "申込を取り下げる", "技能検定合格証.pdf", "産業人材育成課")
	}
	views := 0
	err := w.db.Read(t.Context(), w.body, func(tx store.Tx) error {
		a, err := tx.ApplicationByReceiptNo(t.Context(), digits(number))
		if err != nil {
			return err
		}
		list, err := tx.ViewsOf(t.Context(), a.ID)
		for _, v := range list {
			if v.What == audit.ViewLookup && v.Member == "applicant" {
				views++
			}
		}
		return err
	})
	if err != nil || views != 3 {
		t.Errorf("%d views are recorded, want 3 (%v)", views, err)
	}
}

func TestWrongNumberAndWrongCodeAnswerAlike(t *testing.T) {
	w := newWorld(t)
	_, number, code := w.browser().submitted()
	b := w.browser()
	var answers []string
	for _, try := range [][2]string{{number, "AAAA-BBBB-CCCC"}, {"1234 5678 9012", code}, {"x", "y"}, {"", ""}} {
		p := b.post(base+"/status", "number", try[0], "code", try[1])
		p.want(t, 422, "整理番号か照会用パスワードが違います")
		answers = append(answers, strings.ReplaceAll(p.text(), try[0], ""))
	}
	for _, a := range answers[1:] {
		if a != answers[0] {
			t.Errorf("answers differ:\n%s\n%s", answers[0], a)
		}
	}
	b.post(base+"/status", "number", number, "code", code).want(t, 303) // nothing was locked
}

func TestGuessingIsSlowedDown(t *testing.T) {
	b := newWorld(t).browser()
	var wg sync.WaitGroup
	limited := make(chan int, 40)
	for range 40 {
		wg.Go(func() { limited <- b.post(base+"/status", "number", "123456789012", "code", "x").status })
	}
	wg.Wait()
	close(limited)
	n := 0
	for status := range limited {
		if status == 429 {
			n++
		}
	}
	if n < 15 {
		t.Errorf("%d of 40 guesses were refused", n)
	}
}

func TestWithdrawalAsksAReasonAndSendsAMail(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	_, number, _ := b.submitted()
	status := base + "/status/" + digits(number)
	b.get(status+"/withdraw").want(t, 200, "取下げの理由", "元に戻せません")
	b.post(status+"/withdraw", "reason", " 　").want(t, 422, "取下げの理由を入力してください")
	b.post(status+"/withdraw", "reason", strings.Repeat("あ", 2001)).want(t, 422, "2000文字以内")
	p := b.post(status+"/withdraw", "reason", "都合がつかなくなりました")
	p.want(t, 303)
	b.follow(p).want(t, 200, "取下げ", "この申し込みは取り下げられました", "都合がつかなくなりました")
	mails := w.mails()
	if got := mails[len(mails)-1].Template; got != "mail.withdrawn" {
		t.Errorf("last mail %q", got)
	}
	b.post(status+"/withdraw", "reason", "もう一度").want(t, 409, "処理待ちと返却中のあいだだけ")
	b.post(status+"/edit").want(t, 409)
	b.post(status+"/messages", "question", "届きましたか").want(t, 409)
}

// process moves the application as staff would.
func (w *world) process(number string, act application.Act, ret *application.Return) {
	w.t.Helper()
	err := w.db.Write(w.t.Context(), w.body, func(tx store.Tx) error {
		a, err := tx.ApplicationByReceiptNo(w.t.Context(), digits(number))
		if err != nil {
			return err
		}
		if err := a.Do(act); err != nil {
			return err
		}
		a.Return = ret
		return tx.SaveApplication(w.t.Context(), a)
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func TestACorrectionAfterAReturn(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	_, number, _ := b.submitted()
	status := base + "/status/" + digits(number)
	w.process(number, application.ReturnForCorrection, &application.Return{Message: "合格証の裏面も添えてください", Fields: []string{"proof"}, DueAt: w.clock().Add(13 * 24 * time.Hour)})
	b.get(status).want(t, 200, "返却中", "合格証の裏面も添えてください", "2022年7月14日", "受験資格を示す書類")
	p := b.post(status + "/edit")
	p.want(t, 303)
	draft := p.location
	b.get(draft+"/qualification").want(t, 200, "合格証の裏面も添えてください", "技能検定合格証.pdf")
	for _, pg := range []page{
		b.post(draft+"/applicant", applicant...),
		b.post(draft+"/exam", "kind", "practical", "trade", "electric", "do", "next"),
		b.upload(draft+"/qualification", "proof", "裏面.pdf", pdf, qualification...),
		b.post(draft+"/photo", "truth", b.truth(draft), "support", "", "do", "next"),
	} {
		pg.want(t, 303)
	}
	b.get(draft+"/check").want(t, 200, "この内容で修正を送る", "裏面.pdf", "実技試験だけ")
	p = b.post(draft + "/submit")
	p.want(t, 303)
	b.follow(p).want(t, 200, "修正を受け付けました", number)
	b.get(status).want(t, 200, "処理待ち", "修正が届きました", "裏面.pdf", "技能検定合格証.pdf", "実技試験だけ")
	if n := w.count(); n != 1 {
		t.Errorf("%d applications, want 1", n)
	}
	p = b.post(draft + "/submit") // again: the first receipt
	p.want(t, 303)
	b.follow(p).want(t, 200, number)
}

func TestACorrectionIsRefusedWhenSomeoneWasFaster(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	_, number, _ := b.submitted()
	p := b.post(base + "/status/" + digits(number) + "/edit")
	p.want(t, 303)
	w.process(number, application.Accept, nil)
	b.post(p.location+"/submit").want(t, 409, "申込の状態が変わりました")
}

func TestApplyingAgainCopiesTheAnswers(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	_, number, _ := b.submitted()
	p := b.post(base + "/status/" + digits(number) + "/again")
	p.want(t, 303)
	draft := p.location
	b.get(draft+"/applicant").want(t, 200, `value="髙橋"`)
	photo := b.get(draft + "/photo")
	photo.want(t, 200)
	photo.lacks(t, "写真.jpg", "checked")
	b.fill(draft)
	p = b.post(draft + "/submit")
	p.want(t, 303)
	if n := w.count(); n != 2 {
		t.Errorf("%d applications, want 2", n)
	}
}

func TestQuestionsToTheSection(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	_, number, _ := b.submitted()
	status := base + "/status/" + digits(number)
	b.post(status+"/messages", "question", "").want(t, 422, "質問を入力してください")
	p := b.post(status+"/messages", "question", "届きましたか。\n<b>教えてください</b>")
	p.want(t, 303)
	got := b.follow(p)
	got.want(t, 200, "質問を送りました", "あなたの質問", "届きましたか。")
	got.lacks(t, "<b>教えて")
}

func TestALostCodeIsReplaced(t *testing.T) {
	w := newWorld(t)
	_, number, code := w.browser().submitted()
	b := w.browser()
	before := len(w.mails())
	for _, wrong := range [][]string{
		{"number", number, "mail", "other@example.jp", "name", "髙橋 葵"},
		{"number", number, "mail", address, "name", "別の人"},
	} {
		b.follow(b.post(base+"/status/recover", wrong...)).want(t, 200, "入力された内容に合う申込があれば")
	}
	if n := len(w.mails()); n > before {
		t.Errorf("%d mails were sent for wrong input", n-before)
	}
	sent := b.follow(b.post(base+"/status/recover", "number", number, "mail", address, "name", "高橋葵"))
	sent.want(t, 200, "入力された内容に合う申込があれば")
	p := b.post(base+"/confirm/code", "c", sent.find(t, `name="c" value="([^"]+)"`), "code", w.lastArg("code"))
	p.want(t, 303)
	fresh := b.follow(p)
	fresh.want(t, 200, "新しい照会用パスワード", number)
	next := fresh.find(t, `mg-ticket__code mg-mono">([0-9A-Z-]+)<`)
	c := w.browser()
	c.post(base+"/status", "number", number, "code", code).want(t, 422)
	c.post(base+"/status", "number", number, "code", next).want(t, 303)
}

func TestTheBrowserForgetsWhenAsked(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	draft, number, _ := b.submitted()
	status := base + "/status/" + digits(number)
	b.get(status).want(t, 200)
	b.post(base+"/status/close").want(t, 303)
	b.get(status).want(t, 303)
	b.get(draft+"/done").want(t, 404)
}

func TestACopiedCookieOpensNothingElsewhere(t *testing.T) {
	w := newWorld(t)
	_, number, code := w.browser().submitted()
	a, b := w.browser(), w.browser()
	a.post(base+"/status", "number", number, "code", code).want(t, 303)
	b.get(base + "/")
	for _, k := range a.cookies() {
		if k.Name == "mg-case" {
			b.client.Jar.SetCookies(b.url(), append(b.cookies(), k))
		}
	}
	b.get(base+"/status/"+digits(number)).want(t, 303)
}

func TestQuestionnairesNeedNoMailAndShowNoCode(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	const survey = base + "/procedures/job-fair-survey-2022-0630-koga"
	b.get(survey).want(t, 200, "あとからの照会や修正はできません")
	p := b.post(survey+"/begin", "agree", "1")
	p.want(t, 303)
	b.follow(b.get(p.location)).want(t, 200, "全3ステップ中、ステップ2 内容を入力する")
	if n := len(w.mails()); n != 0 {
		t.Errorf("%d mails", n)
	}
}

func TestThePrintViewHasEverythingButTheCode(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	_, number, code := b.submitted()
	p := b.get(base + "/status/" + digits(number) + "/receipt")
	p.want(t, 200, "申込の控え", "髙橋", number, "技能検定合格証.pdf", "この窓口ではPDFを作れません")
	p.lacks(t, code)
}

func TestTheCopyIsHadAsPDF(t *testing.T) {
	printer := sheet.NewPrinter("")
	if !printer.Available() {
		t.Fatal("chromium is not installed: make test installs it")
	}
	w := newWorldAt(t, demo.Moment(), func(p *portal.Portal) { p.Printer = printer })
	b, other := w.browser(), w.browser()
	_, number, _ := b.submitted()
	status := base + "/status/" + digits(number)
	b.get(status+"/receipt").want(t, 200, "PDFで保存する")
	p := b.get(status + "/receipt.pdf")
	p.want(t, 200)
	if p.header.Get("Content-Type") != "application/pdf" || !strings.HasPrefix(p.body, "%PDF-") || p.header.Get("Cache-Control") != "no-store" {
		t.Errorf("%v, %d bytes", p.header, len(p.body))
	}
	other.get(status+"/receipt.pdf").want(t, 303)
}

func TestForgedAndUnreadableInputIsRefused(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	draft := b.confirm(instructor)
	b.post(draft+"/applicant", append([]string{"admin", "1"}, applicant...)...).want(t, 422)
	b.post(draft+"/applicant", append([]string{}, "name-family", "a\xffb", "do", "next")...).want(t, 422, "入力し直してください")
	b.post(draft+"/exam", "kind", "no-such-option", "trade", "electric", "do", "next").want(t, 422)
	b.post(draft+"/applicant", "name-family", strings.Repeat("あ", 1<<20), "do", "next").want(t, 422)
	b.post(base+"/status", "number", strings.Repeat("1", 2<<20)).want(t, 413)
	b.do("POST", draft+"/qualification", strings.NewReader("broken"), "multipart/form-data; boundary=x").want(t, 422)
	b.post(draft+"/nosuchpage", "do", "next").want(t, 404)
}

func TestLogsHoldNothingPersonal(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	draft, number, code := b.submitted()
	b.get(base + "/procedures?q=himitsu")
	_, _, id := split(draft)
	log := w.log.String()
	for _, secret := range []string{"髙橋", address, digits(number), code, id, "himitsu", "タカハシ"} {
		if strings.Contains(log, secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
	if !strings.Contains(log, "POST /apply/{a}/submit") {
		t.Error("the log names no routes")
	}
}

func TestALongFormShowsItsPages(t *testing.T) {
	w := newWorld(t)
	w.publish("instructor-exam-2022", func(definition []byte) []byte {
		more := ""
		for i := range 6 {
			more += fmt.Sprintf(`{"id": "more%d", "title": "追加%d", "fields": [{"id": "m%d", "kind": "text", "label": "項目%d"}]},`, i, i, i, i)
		}
		return bytes.Replace(definition, []byte(`"pages": [`), []byte(`"pages": [`+more), 1)
	})
	b := w.browser()
	draft := b.confirm(instructor)
	b.get(draft).want(t, 200, "10ページのうち0ページが済んでいます", "追加0", "申請する方", "写真と確認")
	b.post(draft+"/applicant", applicant...).want(t, 303)
	b.get(draft).want(t, 200, "10ページのうち1ページが済んでいます", "済み")
}

func TestADraftIsCarriedOverToANewerForm(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	draft := b.confirm(instructor)
	b.post(draft+"/applicant", applicant...).want(t, 303)
	w.publish("instructor-exam-2022", func(definition []byte) []byte {
		return bytes.Replace(definition, []byte(`"fields": [`), []byte(`"fields": [{"id": "fresh", "kind": "text", "label": "新しい質問"},`), 1)
	})
	b.post(draft+"/submit").want(t, 303)
	b.get(draft+"/applicant").want(t, 200, "様式が新しくなりました", "新しい質問")
	b.post(draft+"/carry").want(t, 303)
	b.get(draft+"/applicant").want(t, 200, `value="髙橋"`, "新しい質問")
}
