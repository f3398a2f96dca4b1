package e2e

import (
	"testing"

	"madoguchi/e2e/browsertest"
)

// The whole way of one application, with different browsers: applied for,
// returned, corrected, completed, looked up.
func TestAnApplicationGoesItsWholeWay(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name             string
		resident, office browsertest.Options
	}{
		{"with script", browsertest.Options{}, browsertest.Options{}},
		{"without script on a phone", browsertest.Options{NoScript: true, Width: 320}, browsertest.Options{NoScript: true}},
		{"forced colours", browsertest.Options{ForcedColors: true}, browsertest.Options{ForcedColors: true, Width: 320}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := kit.Demo(t)
			r := newResident(t, s, test.resident)
			got := r.apply(t)
			received := s.Mail(t, r.mail, "申し込みを受け付けました")
			mailIsHarmless(t, received.Text, got)

			f := newOfficial(t, s, "pref-ibaraki", "shinsa", test.office)
			f.open(t, got.number)
			f.accept(t)
			f.decide(t, "返却して修正を求める", "写真が暗いため、撮り直したものを送ってください。", "返却する", "返却中")
			mailIsHarmless(t, s.Mail(t, r.mail, "直していただくこと").Text, got)

			r.lookUp(t, got)
			r.want(t, 200, 200, "返却中", "写真が暗いため")
			r.want(t, r.Press("申込を修正する"), 200)
			r.Check()
			r.want(t, r.Go(checkPage(r.Address())), 200, "入力内容を確かめてください")
			r.want(t, r.Press("この内容で修正を送る"), 200, "修正を受け付けました")
			r.Check()

			f.open(t, got.number)
			f.accept(t)
			f.decide(t, "完了にする", "受験票をお送りします。", "完了にする", "完了")
			s.Mail(t, r.mail, "手続きが終わりました")

			other := newResident(t, s, test.resident)
			other.lookUp(t, got)
			other.want(t, 200, 200, "完了", "受験票をお送りします")
			for _, b := range []*browsertest.Browser{r.Browser, f.Browser, other.Browser} {
				b.Pages()
			}
		})
	}
}

// mailIsHarmless fails when a mail tells what would open the application, or
// what was answered.
func mailIsHarmless(t *testing.T, text string, got receipt) {
	t.Helper()
	for _, secret := range []string{got.code, "髙橋", "笠原町", "写真が暗い"} {
		if contains(text, secret) {
			t.Errorf("the mail holds %q:\n%s", secret, text)
		}
	}
}
