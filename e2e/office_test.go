package e2e

import (
	"testing"

	"madoguchi/e2e/browsertest"
	"madoguchi/e2e/running"
)

// An official works in one window.
type official struct {
	*browsertest.Browser
	service *running.Service
}

// newOfficial opens a window and signs in.
func newOfficial(t *testing.T, s *running.Service, slug, login string, o browsertest.Options) *official {
	t.Helper()
	f := &official{chromium.Open(t, o), s}
	password, code := s.Person(t, slug, login)
	f.want(t, f.Go(s.URL+"/office/"), 200, "ログイン")
	f.Check()
	f.Fill("団体", slug)
	f.Fill("ログイン名", login)
	f.Fill("パスワード", "wrong-password-1")
	f.want(t, f.Press("ログイン"), 422)
	f.Check()
	f.Fill("団体", slug)
	f.Fill("ログイン名", login)
	f.Fill("パスワード", password)
	f.want(t, f.Press("ログイン"), 200, "認証コード")
	f.Check()
	f.Fill("認証コード", code())
	f.want(t, f.Press("次へ進む"), 200, "端末の名前")
	f.Check()
	f.Fill("端末の名前", "窓口3番のパソコン")
	f.want(t, f.Press("次へ進む"), 200, "きょうの仕事")
	f.Check()
	return f
}

func (f *official) want(t *testing.T, status, wanted int, words ...string) {
	t.Helper()
	want(t, f.Browser, status, wanted, words...)
}

// open finds the application in the work list and opens it.
func (f *official) open(t *testing.T, number string) {
	t.Helper()
	f.want(t, f.Go(f.service.URL+"/office/cases?view=all"), 200)
	f.Check()
	f.Fill("整理番号・氏名", number)
	f.want(t, f.Press("絞り込む"), 200, number)
	f.Check()
	f.want(t, f.Press(number), 200, number)
	f.Check()
}

// accept takes the case.
func (f *official) accept(t *testing.T) {
	t.Helper()
	f.want(t, f.Press("処理中にする"), 200, "処理中")
	f.Check()
}

// decide ends the case, or returns it, and confirms.
func (f *official) decide(t *testing.T, result, message, button, status string) {
	t.Helper()
	f.Fill("結果/"+result, "on")
	f.Fill("申込者への伝達事項", message)
	f.want(t, f.Press("確認のページへ"), 200, "この内容でよいですか")
	f.Check()
	f.want(t, f.Press(button), 200, status)
	f.Check()
}
