package portal_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/jba/templatecheck"

	"madoguchi/internal/application"
	"madoguchi/internal/notice"
	"madoguchi/internal/procedure"
	"madoguchi/internal/store"
	"madoguchi/internal/tenant"
	"madoguchi/internal/web"
	"madoguchi/internal/web/portal/apply"
	"madoguchi/internal/web/portal/browse"
	"madoguchi/internal/web/portal/lookup"
	"madoguchi/internal/web/ui"
	"madoguchi/internal/words"
)

// pages are the data of every page.
var pages = map[string]any{
	"bodies": browse.BodiesPage{}, "home": browse.HomePage{}, "news": browse.NewsPage{}, "newsitem": browse.NewsItemPage{},
	"contact": browse.ContactPage{}, "standing": browse.StandingPage{}, "senders": browse.SendersPage{}, "papers": browse.PapersPage{},
	"list": browse.ListPage{}, "index": browse.IndexPage{}, "start": browse.StartPage{}, "email": apply.EmailPage{}, "sent": apply.SentPage{},
	"link": apply.LinkPage{}, "resume": apply.ResumePage{}, "form": apply.FormPage{}, "changed": apply.ChangedPage{}, "saved": apply.SavedPage{},
	"check": apply.CheckPage{}, "done": apply.DonePage{}, "tasks": apply.TasksPage{}, "lookup": lookup.LookupPage{}, "recover": lookup.RecoverPage{}, "code": lookup.CodePage{},
	"status": lookup.StatusPage{}, "withdraw": lookup.WithdrawPage{}, "failure": web.Failure{},
}

func TestTemplates(t *testing.T) {
	w := newWorld(t)
	site := w.portal.Site()
	for _, name := range site.Names() {
		data, ok := pages[name]
		if !ok {
			t.Errorf("page %s is not in the list of this test", name)
			continue
		}
		if err := templatecheck.CheckHTML(site.Page(name), data); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name := range pages {
		if site.Page(name) == nil {
			t.Errorf("page %s does not exist", name)
		}
	}
}

// A page's field with the name of one of the frame's would be shown in the
// frame in its place.
func TestNoPageHidesAFieldOfTheFrame(t *testing.T) {
	frame := reflect.TypeFor[ui.Frame]()
	for name, data := range pages {
		typ := reflect.TypeOf(data)
		for f := range frame.Fields() {
			got, ok := typ.FieldByName(f.Name)
			if !ok || len(got.Index) != 2 || got.Type != f.Type {
				t.Errorf("page %s: %s is not the frame's", name, f.Name)
			}
		}
	}
}

func TestBodiesAreFoundByNameAndKana(t *testing.T) {
	b := newWorld(t).browser()
	b.get("/").want(t, 200, "茨城県", "水戸市", "つくば市")
	for _, q := range []string{"つくば", "ツクバ", "ﾂｸﾊﾞ", "つくば市"} {
		p := b.get("/?q=" + q)
		p.want(t, 200, "つくば市")
		p.lacks(t, "水戸市")
	}
	b.get("/?q=札幌").want(t, 200, "見つかりませんでした")
}

func TestTheLastBodyIsRememberedUntilItIsForgotten(t *testing.T) {
	b := newWorld(t).browser()
	b.get("/").lacks(t, "前回は")
	b.get("/city-mito/").want(t, 200, "市の手続きを")
	b.get("/").want(t, 200, "前回は水戸市の窓口を開きました")
	if p := b.post("/forget"); p.status != 303 || p.location != "/" {
		t.Fatalf("forget: %d to %q", p.status, p.location)
	}
	b.get("/").lacks(t, "前回は")
}

func TestTheHomePageShowsWhatResidentsLookFor(t *testing.T) {
	b := newWorld(t).browser()
	p := b.get("/pref-ibaraki/")
	p.want(t, 200, "2022年07月01日 14時23分 現在", `<span class="mg-now__count mg-num">20</span>`, "窓口をかたる不審なメールが届いています",
		"不審なメールにご注意ください【追記】", "申請団体選択", "申請書ダウンロード", "手続き申込", "申込内容照会", "000-000-0000", "平日 9時から17時")
	p.lacks(t, "下書きのお知らせ", "終わったお知らせ", "/verify")
	b.get("/pref-ibaraki/news").want(t, 200, "終わったお知らせ")
	b.get("/pref-ibaraki/news/n1").want(t, 200, "件数を書き加えました", `<a href="https://example.jp/">`)
	b.get("/pref-ibaraki/news/n3").want(t, 404, "ページが見つかりません")
	b.get("/pref-ibaraki/news.atom").want(t, 200, "https://shinsei.example.jp/pref-ibaraki/news/n1")
}

func TestTheListHasTheProceduresOfTheSeedInItsOrder(t *testing.T) {
	b := newWorld(t).browser()
	p := b.get("/pref-ibaraki/procedures")
	p.want(t, 200, "2022年07月01日 14時23分 現在", "20件のうち 1件目から20件目", "開始しました", "随時", "まもなく締切")
	first := strings.Index(p.body, "茨城県警察官採用試験（第2回）")
	second := strings.Index(p.body, "職業訓練指導員試験受験申請 ver.004")
	last := strings.Index(p.body, "夏休み子ども県庁探検隊")
	if first < 0 || second < first || last < second {
		t.Errorf("order: %d, %d, %d", first, second, last)
	}
	if got := strings.Count(p.body, `<span class="mg-mark mg-mark--new">`); got != 4 {
		t.Errorf("%d marks 開始しました, want the four of the seed's list", got)
	}
}

func TestListQueries(t *testing.T) {
	b := newWorld(t).browser()
	for _, c := range []struct{ query, shows, lacks string }{
		{"?q=狩猟", "狩猟免許試験", "警察官採用試験（第2回）"},
		{"?q=しゅりょう", "狩猟免許試験", "警察官採用試験（第2回）"},
		{"?q=狩猟+県南", "県南県民センター", "鹿行県民センター"},
		{"?for=corp", "NPO活動支援事業", "警察官採用試験（第2回）"},
		{"?cat=農林水産", "農業簿記講座", "警察官採用試験（第2回）"},
		{"?kana=さ", "", "警察官採用試験（第2回）"},
		{"?state=closed", "見つかりませんでした", "警察官採用試験（第2回）"},
		{"?q=ありえない言葉", "見つかりませんでした", "警察官採用試験（第2回）"},
		{"?per=abc&page=-1&sort=drop&state=%F0", "20件のうち", ""},
		{"?page=999", "20件のうち 1件目から20件目", ""},
	} {
		p := b.get("/pref-ibaraki/procedures" + c.query)
		p.want(t, 200, c.shows)
		if c.lacks != "" && strings.Contains(p.text(), c.lacks) {
			t.Errorf("%s shows %s", c.query, c.lacks)
		}
	}
}

func TestPublicPagesAreTheSameForEveryoneAndCompressed(t *testing.T) {
	w := newWorld(t)
	a, b := w.browser(), w.browser()
	a.get("/pref-ibaraki/")
	for _, path := range []string{"/pref-ibaraki/", "/pref-ibaraki/procedures", "/pref-ibaraki/procedures/instructor-exam-2022"} {
		x, y := a.get(path), b.get(path)
		if x.body != y.body {
			t.Errorf("%s differs between two browsers", path)
		}
		if n := len(x.body); n > 60<<10 {
			t.Errorf("%s has %d bytes", path, n)
		}
	}
}

func TestTheStartPageKnowsThePeriod(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	const path = "/pref-ibaraki/procedures/instructor-exam-2022"
	b.get(path).want(t, 200, "あと21日", "2022年7月22日（金）17時00分", "3,100円から", "利用規約に同意する", "産業人材育成課", "申し込みを始める")
	b.post(path+"/begin").want(t, 422, "1か所を直してください", "利用規約に同意するときは、印を付けてください", "<title>エラー：")
	w.pass(30 * 24 * time.Hour)
	p := b.get(path)
	p.want(t, 200, "受付は終わりました", "受付終了")
	p.lacks(t, "申し込みを始める")
	b.post(path+"/email", "mail", "a@example.jp").want(t, 410, "受付は終了しました")
	b = newWorldAt(t, w.clock().Add(-60*24*time.Hour)).browser()
	p = b.get(path)
	p.want(t, 200, "受付はまだ始まっていません", "これから始まる")
	p.lacks(t, "申し込みを始める")
	b.post(path+"/email", "mail", "a@example.jp").want(t, 410, "まだ始まっていません")
}

func TestUnknownThingsAre404InJapanese(t *testing.T) {
	b := newWorld(t).browser()
	for _, path := range []string{
		"/no-such-body/", "/pref-ibaraki/no-such-page", "/pref-ibaraki/procedures/none", "/pref-ibaraki/apply/none", "/pref-ibaraki/apply/none/p1",
		"/pref-ibaraki/apply/none/done", "/pref-ibaraki/confirm/none", "/pref-ibaraki/confirm/sent?c=none", "/pref-ibaraki/forms/none/file", "/pref-ibaraki//procedures",
	} {
		b.get(path).want(t, 404, "<h1>")
	}
	b.get("/pref-ibaraki/status/123412341234").want(t, 303)
}

func TestStandingPagesExistEverywhere(t *testing.T) {
	b := newWorld(t).browser()
	for _, name := range notice.Pages {
		b.get("/pref-ibaraki/"+name).want(t, 200, "<h1>")
		b.get("/"+name).want(t, 200, "<h1>")
	}
	for _, path := range []string{"/pref-ibaraki/contact", "/pref-ibaraki/senders", "/pref-ibaraki/forms", "/pref-ibaraki/procedures/categories", "/pref-ibaraki/procedures/kana", "/pref-ibaraki/resume", "/pref-ibaraki/status", "/pref-ibaraki/status/recover"} {
		b.get(path).want(t, 200, "<h1>")
	}
}

func TestPaperFormsAreSentToBeSaved(t *testing.T) {
	w := newWorld(t)
	if _, err := w.blobs.Put(t.Context(), w.body, "k1", strings.NewReader("%PDF-1.4 様式")); err != nil {
		t.Fatal(err)
	}
	err := w.db.Write(t.Context(), w.body, func(tx store.Tx) error {
		for _, f := range []procedure.PaperForm{
			{ID: "f1", Title: "受験申請書", Procedure: "instructor-exam-2022", Category: "しごと", Revision: "令和4年4月版", FileName: "申請書 ver.4.pdf", Type: "application/pdf", SizeBytes: 15, SHA256: strings.Repeat("a", 64), Blob: "k1", Published: true},
			{ID: "f2", Title: "まだの様式", FileName: "x.pdf", Type: "application/pdf", Blob: "k1"},
		} {
			if err := tx.InsertPaperForm(t.Context(), &f); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.cat.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	b := w.browser()
	list := b.get("/pref-ibaraki/forms")
	list.want(t, 200, "受験申請書", "令和4年4月版", "しごと")
	list.lacks(t, "まだの様式")
	b.get("/pref-ibaraki/procedures/instructor-exam-2022").want(t, 200, "様式を印刷する")
	p := b.get("/pref-ibaraki/forms/f1/file")
	p.want(t, 200)
	for name, part := range map[string]string{
		"Content-Disposition": "filename*=UTF-8''%E7%94%B3%E8%AB%8B%E6%9B%B8%20ver.4.pdf", "X-Content-Type-Options": "nosniff",
		"Content-Security-Policy": "sandbox", "Content-Type": "application/pdf",
	} {
		if got := p.header.Get(name); !strings.Contains(got, part) {
			t.Errorf("%s: %q, want %q in it", name, got, part)
		}
	}
	b.get("/pref-ibaraki/forms/f2/file").want(t, 404)
	err = w.db.Read(t.Context(), w.body, func(tx store.Tx) error {
		f, err := tx.PaperForm(t.Context(), "f1")
		if err == nil && f.Downloads != 1 {
			t.Errorf("%d downloads, want 1", f.Downloads)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Keys that are put together from values must have words for each value.
func TestKeysOfEveryValueHaveWords(t *testing.T) {
	var keys []string
	for _, row := range application.Statuses {
		keys = append(keys, "application.status_"+string(row.Status), "portal.next_"+string(row.Status))
		for act := range row.Moves {
			keys = append(keys, "application.done_"+string(act), "application.no_"+string(act))
		}
	}
	for _, k := range []tenant.Kind{tenant.Prefecture, tenant.City, tenant.Town, tenant.Village, tenant.Union} {
		keys = append(keys, "portal.hero_"+string(k))
	}
	for _, name := range notice.Pages {
		keys = append(keys, "page."+name+"_title", "page."+name+"_body")
	}
	for _, a := range []procedure.Audience{procedure.Person, procedure.Corporation} {
		keys = append(keys, "portal.for_"+string(a), "portal.for_"+string(a)+"_long")
	}
	for _, key := range keys {
		if !words.Of("ja").Has(key) {
			t.Errorf("no words for %s", key)
		}
	}
}

// Every link of these pages leads to a page.
func TestLinksLeadSomewhere(t *testing.T) {
	b := newWorld(t).browser()
	seen := map[string]bool{}
	for _, start := range []string{"/", "/pref-ibaraki/", "/pref-ibaraki/procedures", "/pref-ibaraki/procedures/instructor-exam-2022", "/pref-ibaraki/status", "/pref-ibaraki/news/n1"} {
		for _, part := range strings.Split(b.get(start).body, `href="`)[1:] {
			href, _, _ := strings.Cut(part, `"`)
			href, _, _ = strings.Cut(strings.ReplaceAll(href, "&amp;", "&"), "#")
			if !strings.HasPrefix(href, "/") || seen[href] {
				continue
			}
			seen[href] = true
			if p := b.get(href); p.status != 200 {
				t.Errorf("%s links to %s: %d", start, href, p.status)
			}
		}
	}
}

func TestAnEditorsChangeIsShownAtOnce(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	b.get("/pref-ibaraki/news")
	err := w.db.Write(t.Context(), w.body, func(tx store.Tx) error {
		return tx.InsertNotice(t.Context(), &notice.Notice{ID: "n9", Title: "新しいお知らせ", ShownFrom: w.clock().Add(-time.Minute), Published: true})
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.cat.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.get("/pref-ibaraki/news").want(t, 200, "新しいお知らせ")
}
