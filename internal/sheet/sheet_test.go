package sheet_test

import (
	"bytes"
	"context"
	"os/exec"
	"strings"
	"testing"

	"madoguchi/internal/fault"
	"madoguchi/internal/sheet"
	"madoguchi/internal/words"
)

func sample() sheet.Document {
	return sheet.Document{
		Title: "令和4年度 茨城県警察官採用試験（第2回）受験申込み", Kind: "申込の控え", Body: "茨城県",
		Facts: []sheet.Line{{Label: "整理番号", Values: []string{"4815-2074-9136"}}},
		Sections: []sheet.Section{{Title: "あなたについて", Lines: []sheet.Line{
			{Label: "氏名", Values: []string{"𠮷田 髙志"}},
			{Label: "勤め先", Values: []string{"﨑山商店 葛󠄀城支店"}},
			{Label: "備考", Values: []string{"<script>alert(1)</script>"}},
			{Label: "電話番号"},
			{Label: "顔写真", Files: []string{"写真.jpg"}},
		}}},
	}
}

func TestAnswersAreEscapedAndEmptyOnesSaidSo(t *testing.T) {
	page, err := sheet.Page(sample(), sheet.Screen{StyleHref: "/a.css", Back: "/back"}, words.Of("ja"))
	if err != nil {
		t.Fatal(err)
	}
	text := string(page)
	for _, want := range []string{"𠮷田 髙志", "葛󠄀城", "&lt;script&gt;", "添付：写真.jpg", "入力なし", `href="/a.css"`, `href="/back"`, "この窓口ではPDFを作れません"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(text, "<script>") || strings.Contains(text, "<style") {
		t.Error("the page holds a script or style of its own, which its policy forbids")
	}
}

// The names that libraries for PDF drop or change come out as they were typed.
func TestThePDFKeepsRareCharacters(t *testing.T) {
	printer := sheet.NewPrinter("")
	if !printer.Available() {
		t.Fatal("chromium is not installed: make test installs it")
	}
	document, err := sheet.Whole(sample(), words.Of("ja"))
	if err != nil {
		t.Fatal(err)
	}
	pdf, err := printer.PDF(t.Context(), document)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "pdftotext", "-layout", "-", "-")
	cmd.Stdin = bytes.NewReader(pdf)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("pdftotext (Debian's poppler-utils): %v", err)
	}
	for _, want := range []string{"𠮷田 髙志", "﨑山商店", "4815-2074-9136", "写真.jpg"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("the PDF's text lacks %q:\n%s", want, out)
		}
	}
}

func TestWithoutChromiumThePersonIsToldSo(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	printer := sheet.NewPrinter("")
	if printer.Available() {
		t.Fatal("a printer without a program says that it is available")
	}
	if _, err := printer.PDF(t.Context(), nil); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("got %v, want unavailable", err)
	}
}

func TestACanceledRequestLeavesNoChromium(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := sheet.NewPrinter("").PDF(ctx, []byte("<p>x</p>")); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("got %v, want unavailable", err)
	}
}
