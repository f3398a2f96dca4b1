package main

import (
	"bytes"
	"encoding/json"
	"encoding/pem"
	"image"
	"image/png"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"crypto/x509"

	"software.sslmate.com/src/go-pkcs12"

	"madoguchi/internal/signature/der"
	"madoguchi/internal/signature/testca"
	"madoguchi/internal/signature/timestamp"
)

// A workbench is a folder with a signer's key, revocation lists and a
// time-stamping authority.
type workbench struct {
	dir string
	tsa string
}

func (b workbench) file(name string) string { return filepath.Join(b.dir, name) }

func newWorkbench(t *testing.T) workbench {
	t.Helper()
	b := workbench{dir: t.TempDir()}
	now := time.Now().UTC()
	ca, err := testca.New(now.AddDate(0, -1, 0))
	must(t, err)
	mayor, err := ca.Official(testca.Mayor, testca.ECDSA, 3)
	must(t, err)
	stamper, err := ca.Stamper()
	must(t, err)
	crl, err := ca.CRL(now.Add(-time.Hour))
	must(t, err)
	arl, err := ca.ARL(now.Add(-time.Hour))
	must(t, err)
	p12, err := pkcs12.Modern.Encode(mayor.Key, mayor.Certificate, []*x509.Certificate{ca.Issuing.Certificate}, "secret")
	must(t, err)
	must(t, os.Mkdir(b.file("trust"), 0o700))
	var picture bytes.Buffer
	must(t, png.Encode(&picture, image.NewNRGBA(image.Rect(0, 0, 9, 9))))
	for name, data := range map[string][]byte{
		"key.p12": p12, "password": []byte("secret\n"), "seal.png": picture.Bytes(),
		"letter.pdf":     testca.Document("letter", 0, false),
		"trust/root.pem": pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: ca.Root.Certificate.Raw}),
		"trust/a.crl":    crl, "trust/a.arl": arl,
	} {
		must(t, os.WriteFile(b.file(name), data, 0o600))
	}
	server := httptest.NewServer(stampServer(t, stamper))
	t.Cleanup(server.Close)
	b.tsa = server.URL
	return b
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// stampServer answers RFC 3161 requests.
func stampServer(t *testing.T, i timestamp.Issuer) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
			return
		}
		request, err := der.ParseAll(body)
		if err != nil {
			t.Error(err)
			return
		}
		fields, err := request.Sequence(4)
		if err != nil {
			t.Error(err)
			return
		}
		imprint, err := fields[1].Sequence(2)
		if err != nil {
			t.Error(err)
			return
		}
		token, err := i.Token(imprint[1].Body, big.NewInt(1), time.Now().UTC())
		if err != nil {
			t.Error(err)
			return
		}
		status := der.Wrap(der.Sequence, der.EncodeInt(big.NewInt(0)))
		w.Header().Set("Content-Type", "application/timestamp-reply")
		_, _ = w.Write(der.Wrap(der.Sequence, status, token))
	})
}

// subcommand runs a subcommand and gives its exit code and outputs.
func subcommand(t *testing.T, args ...string) (code int, out, errs string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code = run(t.Context(), args, stdio{strings.NewReader(""), &stdout, &stderr})
	return code, stdout.String(), stderr.String()
}

func TestSignedFilesVerifyFromTheCommandLine(t *testing.T) {
	b := newWorkbench(t)
	for _, level := range []string{"B-B", "B-T", "B-LT", "B-LTA"} {
		out := b.file(level + ".pdf")
		code, _, errs := subcommand(t, "sign", "--p12", b.file("key.p12"), "--password-file", b.file("password"), "--level", level, "--tsa", b.tsa,
			"--crl", b.file("trust/a.crl"), "--crl", b.file("trust/a.arl"), "--seal", b.file("seal.png"), "--reason", "交付", "--out", out, b.file("letter.pdf"))
		if code != 0 {
			t.Fatalf("sign %s: exit %d: %s", level, code, errs)
		}
		if code, text, _ := subcommand(t, "verify", "--trust", b.file("trust"), out); code != 0 {
			t.Errorf("verify %s: exit %d: %s", level, code, text)
		}
	}
	renewed := b.file("renewed.pdf")
	if code, _, errs := subcommand(t, "timestamp", "--tsa", b.tsa, "--crl", b.file("trust/a.crl"), "--out", renewed, b.file("B-LTA.pdf")); code != 0 {
		t.Fatalf("timestamp: exit %d: %s", code, errs)
	}
	if code, text, _ := subcommand(t, "verify", "--trust", b.file("trust"), renewed); code != 0 {
		t.Errorf("verify renewed: exit %d: %s", code, text)
	}
	if code, _, _ := subcommand(t, "sign", "--p12", b.file("key.p12"), "--password-file", b.file("password"), "--out", renewed, b.file("letter.pdf")); code != exitUsage {
		t.Errorf("sign over a file that exists: exit %d, want %d", code, exitUsage)
	}
}

func TestVerifyExitCodesAndJSON(t *testing.T) {
	b := newWorkbench(t)
	signed := b.file("signed.pdf")
	if code, _, errs := subcommand(t, "sign", "--p12", b.file("key.p12"), "--password-file", b.file("password"), "--out", signed, b.file("letter.pdf")); code != 0 {
		t.Fatal(errs)
	}
	data, err := os.ReadFile(signed)
	must(t, err)
	changed := b.file("changed.pdf")
	must(t, os.WriteFile(changed, bytes.Replace(data, []byte("(letter)"), []byte("(better)"), 1), 0o600))
	must(t, os.WriteFile(b.file("text.txt"), []byte("no signature"), 0o600))
	must(t, os.WriteFile(b.file("broken.pdf"), []byte("%PDF-1.7 /ByteRange [0 1 2 3]"), 0o600))
	for _, c := range []struct {
		args []string
		want int
	}{
		{[]string{"--trust", b.file("trust"), signed}, 0},
		{[]string{"--trust", b.file("trust"), signed, changed}, 1},
		{[]string{signed}, 2},
		{[]string{b.file("letter.pdf")}, 2},
		{[]string{b.file("text.txt")}, 2},
		{[]string{b.file("broken.pdf")}, 1},
		{[]string{"--trust", b.file("trust"), "--at", "2001-01-01", signed}, 2},
		{[]string{}, 3},
		{[]string{"--no-such-flag", signed}, 3},
		{[]string{b.file("missing.pdf")}, 3},
		{[]string{b.dir}, 3},
		{[]string{"--trust", b.file("text.txt"), signed}, 3},
		{[]string{"--at", "yesterday", signed}, 3},
		{[]string{"--attach", b.file("missing"), signed}, 3},
	} {
		if code, out, errs := subcommand(t, append([]string{"verify"}, c.args...)...); code != c.want {
			t.Errorf("verify %v: exit %d, want %d\n%s%s", c.args, code, c.want, out, errs)
		}
	}
	checkJSON(t, signed, changed)
}

// checkJSON reads the report as another program would.
func checkJSON(t *testing.T, signed, changed string) {
	t.Helper()
	_, out, _ := subcommand(t, "verify", "--json", signed, changed)
	var list []struct {
		File       string `json:"file"`
		Verdict    string `json:"verdict"`
		Sub        string `json:"sub"`
		Signatures []struct {
			Kind         string         `json:"kind"`
			Verdict      string         `json:"verdict"`
			Intact       *bool          `json:"intact"`
			Covers       string         `json:"covers"`
			ChangedAfter string         `json:"changed_after"`
			Signer       map[string]any `json:"signer"`
			SignedAt     *time.Time     `json:"signed_at"`
			Reasons      []any          `json:"reasons"`
		} `json:"signatures"`
	}
	must(t, json.Unmarshal([]byte(out), &list))
	if len(list) != 2 || list[0].File != signed || list[0].Verdict != "INDETERMINATE" || list[0].Sub != "NO_CERTIFICATE_CHAIN_FOUND" || list[1].Verdict != "TOTAL_FAILED" {
		t.Fatalf("got %s", out)
	}
	s := list[0].Signatures[0]
	if s.Kind != "signature" || s.Intact == nil || !*s.Intact || s.Covers != "whole_file" || s.ChangedAfter != "none" || s.SignedAt == nil || s.Signer["post"] != "みどりが丘市長" || len(s.Reasons) == 0 {
		t.Errorf("got %+v", s)
	}
	if *list[1].Signatures[0].Intact {
		t.Error("changed file is called intact")
	}
}
