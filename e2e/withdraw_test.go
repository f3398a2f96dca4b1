package e2e

import (
	"testing"

	"madoguchi/e2e/browsertest"
)

// A resident applies without files, asks, and withdraws; the section answers
// before that. The second browser looks the application up.
func TestAnApplicationIsAskedAboutAndWithdrawn(t *testing.T) {
	t.Parallel()
	for _, options := range []browsertest.Options{{}, {NoScript: true, Width: 320}} {
		t.Run(map[bool]string{false: "with script", true: "without script on a phone"}[options.NoScript], func(t *testing.T) {
			t.Parallel()
			s := kit.Demo(t)
			r := newResident(t, s, options)
			r.begin(t, "農業簿記講座")
			r.applicant()
			r.Fill("受講の案内を送るメールアドレス/メールアドレス", r.mail)
			r.Fill("受講の案内を送るメールアドレス/もう一度", r.mail)
			r.want(t, r.Press("次へ進む"), 200, "農業の経営")
			r.Check()
			r.Fill("あなたの立場/経営主", "on")
			r.Fill("おもな作目/野菜", "on")
			r.Fill("農業の経験", "5")
			r.want(t, r.Press("次へ進む"), 200, "受講の内容")
			r.Check()
			r.Fill("受講する会場/つくば市", "on")
			r.Fill("いまの帳簿のつけ方/つけていない", "on")
			r.Fill("青色申告/始めるつもり", "on")
			r.Fill("講座で聞きたいこと", "減価償却の考え方")
			r.Fill("個人情報の使い方/同意する", "on")
			r.want(t, r.Press("次へ進む"), 200, "入力内容を確かめてください", "つくば市")
			r.Check()
			r.Back()
			r.Reload()
			r.want(t, r.Press("次へ進む"), 200, "入力内容を確かめてください", "つくば市")
			got := r.submit(t)

			r.want(t, r.Press("申込の状況を見る"), 200, "処理待ち")
			r.Check()
			r.Fill("質問", "会場に駐車場はありますか。")
			r.want(t, r.Press("質問を送る"), 200, "質問を送りました")
			r.Check()

			f := newOfficial(t, s, "pref-ibaraki", "uketsuke", browsertest.Options{})
			f.open(t, got.number)
			f.want(t, f.Press("やりとり"), 200, "駐車場")
			f.Check()
			f.Fill("返信", "20台分あります。")
			f.want(t, f.Press("返信を送る"), 200, "返信を送りました")
			f.Check()
			mailIsHarmless(t, s.Mail(t, r.mail, "質問への答え").Text, got)

			other := newResident(t, s, options)
			other.lookUp(t, got)
			other.want(t, 200, 200, "20台分あります")
			other.want(t, other.Press("申込を取り下げる"), 200, "取下げの理由")
			other.Check()
			other.want(t, other.Press("この申込を取り下げる"), 422)
			other.Check()
			other.Fill("取下げの理由", "日程が合わなくなりました。")
			other.want(t, other.Press("この申込を取り下げる"), 200, "取下げ")
			other.Check()
			s.Mail(t, r.mail, "取り下げました")
			for _, b := range []*browsertest.Browser{r.Browser, f.Browser, other.Browser} {
				b.Pages()
			}
		})
	}
}
