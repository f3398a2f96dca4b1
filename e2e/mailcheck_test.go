package e2e

import (
	"regexp"
	"testing"

	"madoguchi/e2e/browsertest"
)

var mailCode = regexp.MustCompile(`このメールの確認コード：(\S{4}-\S{4}-\S{4})`)

// Someone asks what was sent under a mail's code, and brings mails: the one
// that came from here, and one as people received in 2022.
func TestAMailIsCheckedAndAForgeryReported(t *testing.T) {
	for _, options := range []browsertest.Options{{}, {NoScript: true, Width: 320}} {
		t.Run(map[bool]string{false: "with script", true: "without script on a phone"}[options.NoScript], func(t *testing.T) {
			s := kit.Demo(t)
			r := newResident(t, s, options)
			r.begin(t, "農業簿記講座")
			m := s.Mail(t, r.mail, "メールアドレスの確認")
			code := mailCode.FindStringSubmatch(m.Text)
			if code == nil {
				t.Fatalf("the mail has no code:\n%s", m.Text)
			}

			r.want(t, r.Press("このメールは本物か"), 200, "いちばん下にある確認コード")
			r.Check()
			r.want(t, r.Press("送った記録を調べる"), 422, "確認コードを入力してください")
			r.Check()
			r.Fill("確認コード", code[1])
			r.want(t, r.Press("送った記録を調べる"), 200, "送った記録があります", "【茨城県】メールアドレスの確認", "a***@example.jp", "1回")
			r.Check()
			r.want(t, r.Go(s.URL+"/pref-ibaraki/mail-check?code="+code[1]), 200, "2回", "ほかの人も持っています")
			picture(r.Browser, "mail-check")
			r.Check()
			r.Fill("確認コード", "A1B2-C3D4-E5F6")
			r.want(t, r.Press("送った記録を調べる"), 200, "このコードのメールを送っていません", "ファイルを開かない")
			picture(r.Browser, "mail-check-unknown")
			r.Check()

			r.want(t, r.Press("不審なメールを知らせる"), 200, "名前や連絡先は要りません")
			r.Check()
			r.want(t, r.Press("調べて知らせる"), 422, "メールのファイルを選ぶか")
			r.Check()
			r.Fill("メールの文字", "From: \""+m.From.Real[0]+"\" <x83k@unknown.example.net>\nSubject: RE: "+m.Subject+"\n\n????? "+code[1]+"\n")
			r.want(t, r.Press("調べて知らせる"), 200, "この窓口から送ったものではありません", "写し取っています", "x83k@unknown.example.net", "なぜなら")
			picture(r.Browser, "report-mail-forged")
			r.Check()
			r.want(t, r.Press("別のメールを調べる"), 200)
			r.Fill("メールのファイル", file(t, "mail.eml", m.Raw))
			r.want(t, r.Press("調べて知らせる"), 200, "この窓口が送った記録があります。ただし", "写し取ることができます")
			picture(r.Browser, "report-mail-recorded")
			r.Check()
			r.Pages()
		})
	}
}
