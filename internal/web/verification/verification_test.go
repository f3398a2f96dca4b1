package verification_test

import (
	"bytes"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jba/templatecheck"

	"madoguchi/internal/signature"
	"madoguchi/internal/signature/report"
	"madoguchi/internal/web"
	"madoguchi/internal/web/asset"
	"madoguchi/internal/web/ui"
	"madoguchi/internal/web/verification"
)

func newPage(t *testing.T, verify func(signature.Input) report.File) *verification.Verification {
	t.Helper()
	files, err := ui.Assets()
	if err != nil {
		t.Fatal(err)
	}
	assets, err := asset.New(files)
	if err != nil {
		t.Fatal(err)
	}
	v, err := verification.New(verification.Config{
		Verify: verify, Assets: assets, Clock: func() time.Time { return time.Date(2022, 7, 1, 5, 23, 0, 0, time.UTC) },
		Log:   slog.New(slog.NewTextHandler(io.Discard, nil)),
		Frame: func(_ *http.Request, title string) web.Frame { return web.Frame{Title: title, LangTag: "ja"} },
	})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func real(in signature.Input) report.File {
	return signature.Verify(in, signature.Options{Now: time.Date(2022, 7, 1, 5, 23, 0, 0, time.UTC)})
}

// upload posts files, by control name, and returns the answer.
func upload(t *testing.T, v *verification.Verification, path string, files map[string]string, values map[string]string) *httptest.ResponseRecorder {
	t.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for name, content := range files {
		part, err := m.CreateFormFile(name, "通知書.pdf")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(part, content); err != nil {
			t.Fatal(err)
		}
	}
	for name, value := range values {
		if err := m.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequestWithContext(t.Context(), "POST", path, &body)
	r.Header.Set("Content-Type", m.FormDataContentType())
	r = web.At(r, web.Place{Lang: "ja", Base: "/pref-test", Slug: "pref-test", Path: path, Addr: netip.MustParseAddr("192.0.2.1")})
	w := httptest.NewRecorder()
	v.Handler().ServeHTTP(w, r)
	return w
}

func TestTemplates(t *testing.T) {
	v := newPage(t, real)
	for name, data := range map[string]any{"ask": verification.AskPage{}, "answer": verification.AnswerPage{}} {
		if err := templatecheck.CheckHTML(v.Site().Page(name), data); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAFileWithoutASignatureIsNotCalledGood(t *testing.T) {
	w := upload(t, newPage(t, real), "/verify", map[string]string{"file": "hello"}, nil)
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "電子署名がありません") || strings.Contains(w.Body.String(), "mg-verdict--good") {
		t.Errorf("status %d, page:\n%s", w.Code, w.Body)
	}
}

func TestAnUploadWithoutAFileIsToldSo(t *testing.T) {
	w := upload(t, newPage(t, real), "/verify", nil, map[string]string{"x": "1"})
	if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "確かめる文書を1つ選んでください") {
		t.Errorf("status %d, page:\n%s", w.Code, w.Body)
	}
}

func TestNothingOfAnUploadStays(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	upload(t, newPage(t, real), "/verify", map[string]string{"file": "%PDF-1.7\n" + strings.Repeat("x", 3<<20)}, nil)
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 0 {
		t.Errorf("%d files left (err %v), want none", len(left), err)
	}
}

func TestASignatureThatDoesNotFitIsBad(t *testing.T) {
	broken := func(signature.Input) report.File {
		f := report.File{Signatures: []report.Signature{{Kind: report.KindSignature, Verdict: report.Failed, Sub: report.HashFailure, Covers: report.CoversWholeFile, ChangedAfter: report.ChangeNone}}}
		f.Close()
		return f
	}
	w := upload(t, newPage(t, broken), "/verify", map[string]string{"file": "x"}, nil)
	if !strings.Contains(w.Body.String(), "書き換えられたか、壊れています") || strings.Contains(w.Body.String(), "変わっていません。</p>") {
		t.Errorf("page:\n%s", w.Body)
	}
}

func TestOnlyASignedRevisionIsGivenOut(t *testing.T) {
	signed := func(signature.Input) report.File {
		f := report.File{Signatures: []report.Signature{{Kind: report.KindSignature, Intact: true, Covers: report.CoversRevision, ChangedAfter: report.Changed, RevisionEnd: 4}}}
		f.Close()
		return f
	}
	v := newPage(t, signed)
	if w := upload(t, v, "/verify/revision", map[string]string{"file": "12345678"}, map[string]string{"end": "4"}); w.Body.String() != "1234" {
		t.Errorf("status %d, revision %q, want 1234", w.Code, w.Body)
	}
	for _, end := range []string{"", "5", "-1", "x", "400"} {
		if w := upload(t, v, "/verify/revision", map[string]string{"file": "12345678"}, map[string]string{"end": end}); w.Code != http.StatusNotFound {
			t.Errorf("end %q: status %d, want 404", end, w.Code)
		}
	}
}

func TestOneNetworkCannotAskWithoutEnd(t *testing.T) {
	v := newPage(t, func(signature.Input) report.File { return report.File{Verdict: report.NoSignature} })
	last := 0
	for range 20 {
		last = upload(t, v, "/verify", map[string]string{"file": "x"}, nil).Code
	}
	if last != http.StatusTooManyRequests {
		t.Errorf("twentieth question: status %d, want 429", last)
	}
}
