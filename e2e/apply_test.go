package e2e

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"madoguchi/e2e/browsertest"
	"madoguchi/e2e/running"
)

// A resident applies in one window for one procedure.
type resident struct {
	*browsertest.Browser
	service *running.Service
	mail    string
}

// receipt is what the done page shows.
type receipt struct{ number, code string }

func newResident(t *testing.T, s *running.Service, o browsertest.Options) *resident {
	t.Helper()
	return &resident{Browser: chromium.Open(t, o), service: s, mail: "aoi@example.jp"}
}

// begin finds the procedure by its words, agrees to the terms, and confirms
// the mail address by the code of the mail.
func (r *resident) begin(t *testing.T, title string) {
	t.Helper()
	r.want(t, r.Go(r.service.URL+"/"), 200, "どこへ申し込みますか")
	r.Check()
	r.want(t, r.Press("茨城県"), 200, "お知らせ")
	r.Check()
	r.want(t, r.Press("手続き申込"), 200, title)
	r.Check()
	r.want(t, r.Press(title), 200, "受付")
	r.Check()
	r.Fill("利用規約に同意する", "on")
	r.want(t, r.Press("申し込みを始める"), 200, "メールアドレス")
	r.Check()
	r.Fill("メールアドレス", r.mail)
	r.want(t, r.Press("確認のメールを送る"), 200, "6けたの番号")
	r.Check()
	r.Fill("確認の番号", r.code(t))
	r.want(t, r.Press("次へ進む"), 200, "全4ステップ中、ステップ3")
	r.Check()
}

var sixDigits = regexp.MustCompile(`確認の番号：(\d{3} ?\d{3})`)

func (r *resident) code(t *testing.T) string {
	t.Helper()
	m := r.service.Mail(t, r.mail, "メールアドレスの確認")
	found := sixDigits.FindStringSubmatch(m.Text)
	if found == nil {
		t.Fatalf("no code in the mail:\n%s", m.Text)
	}
	return found[1]
}

// want fails unless the page has the status and shows the words.
func (r *resident) want(t *testing.T, status, wanted int, words ...string) {
	t.Helper()
	want(t, r.Browser, status, wanted, words...)
}

func want(t *testing.T, b *browsertest.Browser, status, wanted int, words ...string) {
	t.Helper()
	text := b.Text("main")
	if status != wanted {
		t.Fatalf("%s: status %d, want %d\n%s", b.Address(), status, wanted, text)
	}
	for _, w := range words {
		if !regexp.MustCompile(regexp.QuoteMeta(w)).MatchString(text) {
			t.Fatalf("%s does not show %q:\n%s", b.Address(), w, text)
		}
	}
}

// photo makes a picture file.
func photo(t *testing.T) string {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 300, 400))
	for y := range 400 {
		for x := range 300 {
			img.Set(x, y, color.RGBA{uint8(x), uint8(y), 160, 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return file(t, "顔写真.jpg", b.Bytes())
}

func file(t *testing.T, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// applicant answers the first page of most forms.
func (r *resident) applicant() {
	r.Fill("氏名/姓", "髙橋")
	r.Fill("氏名/名", "葵")
	r.Fill("氏名/姓（カナ）", "たかはし")
	r.Fill("氏名/名（カナ）", "ｱｵｲ")
	r.Fill("生年月日/年号", "平成")
	r.Fill("生年月日/年", "2")
	r.Fill("生年月日/月", "4")
	r.Fill("生年月日/日", "15")
	r.Fill("住所/郵便番号", "３１０－８５５５")
	r.Fill("住所/都道府県", "茨城県")
	r.Fill("住所/市区町村", "水戸市")
	r.Fill("住所/町名・番地", "笠原町978−6")
	r.Fill("電話番号", "０００ー００００ー００００")
}

// apply fills in the instructor's examination and submits it.
func (r *resident) apply(t *testing.T) receipt {
	t.Helper()
	r.begin(t, "職業訓練指導員試験受験申請")
	// a page that is not complete says what to do, and keeps what was typed
	r.Fill("氏名/姓", "髙橋")
	r.want(t, r.Press("次へ進む"), 422, "入力してください")
	r.Check()
	r.applicant()
	r.want(t, r.Press("次へ進む"), 200, "試験の区分と職種")
	r.Check()
	r.Fill("試験の区分/学科試験だけ", "on")
	r.Fill("受ける職種", "電気工事科")
	r.want(t, r.Press("次へ進む"), 200, "受験資格")
	r.Check()
	r.Fill("受験資格の種類/技能検定に合格した", "on")
	r.Fill("実務の経験の年数", "３．５")
	r.Fill("実務の経験の内容", "電気工事の会社で三年半、屋内の配線を担当しました。")
	r.Fill("受験資格を示す書類", file(t, "技能検定合格証.pdf", append([]byte("%PDF-1.4\n"), bytes.Repeat([]byte("x"), 3000)...)))
	r.want(t, r.Press("次へ進む"), 200, "写真と確認")
	r.Check()
	r.Fill("顔写真", photo(t))
	r.Fill("同意する", "on")
	r.want(t, r.Press("次へ進む"), 200, "入力内容を確かめてください", "髙橋", "タカハシ", "技能検定合格証.pdf")
	r.Check()
	return r.submit(t)
}

// submit sends what the check page shows, and reads the receipt.
func (r *resident) submit(t *testing.T) receipt {
	t.Helper()
	r.want(t, r.Press("この内容で申し込む"), 200, "申し込みを受け付けました", "整理番号")
	r.Check()
	got := receipt{r.Text(".mg-ticket__no"), r.Text(".mg-ticket__code")}
	if !regexp.MustCompile(`^\d{4}[ -]\d{4}[ -]\d{4}$`).MatchString(got.number) || len(got.code) < 12 {
		t.Fatalf("receipt %+v", got)
	}
	r.Reload()
	if again := (receipt{r.Text(".mg-ticket__no"), r.Text(".mg-ticket__code")}); again != got {
		t.Errorf("after a reload: %+v, before: %+v", again, got)
	}
	return got
}

// lookUp opens the application in another browser, with number and code.
func (r *resident) lookUp(t *testing.T, got receipt) {
	t.Helper()
	r.Go(r.service.URL + "/pref-ibaraki/status")
	r.Check()
	r.Fill("整理番号", got.number)
	r.Fill("照会用パスワード", "AAAA-AAAA-AAAA")
	r.want(t, r.Press("照会する"), 422)
	r.Check()
	r.Fill("整理番号", got.number)
	r.Fill("照会用パスワード", got.code)
	r.want(t, r.Press("照会する"), 200, "申込の状況")
	r.Check()
}

func contains(text, part string) bool {
	return regexp.MustCompile(regexp.QuoteMeta(part)).MatchString(text)
}

var draftPage = regexp.MustCompile(`^(.*/apply/[^/]+)/[^/]+$`)

// checkPage is the address of the check page of the draft at address.
func checkPage(address string) string { return draftPage.ReplaceAllString(address, "$1/check") }
