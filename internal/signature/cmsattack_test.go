package signature

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"fmt"
	"image"
	"image/color"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"madoguchi/internal/signature/algorithm"
	"madoguchi/internal/signature/cms"
	"madoguchi/internal/signature/der"
	"madoguchi/internal/signature/pades"
	"madoguchi/internal/signature/report"
	"madoguchi/internal/signature/testca"
)

func redSquare() image.Image {
	m := image.NewNRGBA(image.Rect(0, 0, 40, 40))
	for i := range 40 * 40 {
		m.Set(i%40, i/40, color.NRGBA{200, 30, 30, 200})
	}
	return m
}

// message is a detached CMS signature over text by the mayor.
func message(t *testing.T, text []byte, change func(*cms.SignOptions)) []byte {
	t.Helper()
	o := shared(t)
	options := cms.SignOptions{Key: o.mayor.Key, Chain: o.mayor.Chain, Hash: crypto.SHA256, Digest: algorithm.Digest(crypto.SHA256, text), SigningTime: signedAt}
	if change != nil {
		change(&options)
	}
	m, err := cms.Sign(options)
	check(t, err)
	return m
}

// signedWith makes a PDF whose Contents is what sign gives.
func signedWith(t *testing.T, sign func(parts [][]byte) []byte) []byte {
	t.Helper()
	doc := appendUpdate(testca.Document("x", 0, false), map[int]string{
		1: "<</Type /Catalog /Pages 2 0 R /AcroForm <</Fields [7 0 R] /SigFlags 3>>>>",
		7: "<</Type /Annot /Subtype /Widget /FT /Sig /T (s) /Rect [0 0 0 0] /V 8 0 R>>",
		8: "<</Type /Sig /Filter /Adobe.PPKLite /SubFilter /adbe.pkcs7.detached /ByteRange [0 0000000000 0000000000 0000000000] /Contents <" + strings.Repeat("0", 40000) + ">>>",
	})
	return fill(t, doc, sign)
}

func joined(parts [][]byte) []byte { return bytes.Join(parts, nil) }

// signerInfo splits a message into what stands before its SignerInfos and the
// one SignerInfo.
func signerInfo(t *testing.T, m []byte) (fields []der.Value, signer der.Value) {
	t.Helper()
	outer, err := der.ParseAll(m)
	check(t, err)
	parts, err := outer.Children()
	check(t, err)
	inner, err := der.ParseAll(parts[1].Body)
	check(t, err)
	fields, err = inner.Children()
	check(t, err)
	signer, err = der.ParseAll(fields[len(fields)-1].Body)
	check(t, err)
	return fields, signer
}

// rebuild makes a message of fields with other SignerInfos.
func rebuild(fields []der.Value, signers ...[]byte) []byte {
	var head [][]byte
	for _, f := range fields[:len(fields)-1] {
		head = append(head, f.Raw)
	}
	head = append(head, der.Wrap(der.Set, signers...))
	return der.Wrap(der.Sequence, der.EncodeOID("1.2.840.113549.1.7.2"), der.Wrap(der.Context(0), der.Wrap(der.Sequence, head...)))
}

func TestMessageInPDFVerifies(t *testing.T) {
	r := verifyBytes(signedWith(t, func(p [][]byte) []byte { return message(t, joined(p), nil) }), Options{Now: verified})
	if len(r.Signatures) != 1 || !r.Signatures[0].Intact {
		t.Fatalf("got %+v", r)
	}
	ber := signedWith(t, func(p [][]byte) []byte { return indefinite(message(t, joined(p), nil)) })
	r = verifyBytes(ber, Options{Now: verified})
	if len(r.Signatures) != 1 || !r.Signatures[0].Intact {
		t.Errorf("BER of indefinite length: got %+v", r)
	}
}

// indefinite gives the outer elements indefinite lengths.
func indefinite(m []byte) []byte {
	v, _ := der.ParseAll(m)
	parts, _ := v.Children()
	inner, _ := der.ParseAll(parts[1].Body)
	end := []byte{0, 0}
	out := append([]byte{0x30, 0x80}, parts[0].Raw...)
	out = append(out, 0xa0, 0x80, 0x30, 0x80)
	out = append(out, inner.Body...)
	return append(append(append(out, end...), end...), end...)
}

func TestMessageAttacksInPDFAreRefused(t *testing.T) {
	refuse(t, "attached content", signedWith(t, func(p [][]byte) []byte {
		return message(t, []byte("other"), func(o *cms.SignOptions) { o.Content = []byte("other") })
	}))
	refuse(t, "attached copy of the content", signedWith(t, func(p [][]byte) []byte {
		return message(t, []byte("text"), func(o *cms.SignOptions) { o.Content, o.Digest = []byte("text"), algorithm.Digest(crypto.SHA256, p...) })
	}))
	refuse(t, "several signers", signedWith(t, func(p [][]byte) []byte {
		fields, signer := signerInfo(t, message(t, joined(p), nil))
		return rebuild(fields, signer.Raw, signer.Raw)
	}))
	refuse(t, "no signer", signedWith(t, func(p [][]byte) []byte {
		fields, _ := signerInfo(t, message(t, joined(p), nil))
		return rebuild(fields)
	}))
	refuse(t, "content type differs", signedWith(t, func(p [][]byte) []byte {
		return message(t, joined(p), func(o *cms.SignOptions) { o.ContentType = cms.OIDTSTInfo; o.Content = []byte{5, 0} })
	}))
	refuse(t, "signature of another file", signedWith(t, func([][]byte) []byte { return message(t, []byte("other"), nil) }))
}

func TestForeignCertificatesInTheBagAreRefused(t *testing.T) {
	o := shared(t)
	other, err := o.ca.Official(testca.Post{Body: "Other City", Name: "Mayor", BodyJapanese: "別市", NameJapanese: "別市長"}, testca.RSA, 3)
	check(t, err)
	swapped := signedWith(t, func(p [][]byte) []byte {
		m := message(t, joined(p), func(s *cms.SignOptions) { s.NoCertificates = true })
		fields, signer := signerInfo(t, m)
		fields = append(fields[:len(fields)-1:len(fields)-1], der.Value{Raw: der.Wrap(der.Context(0), other.Chain...)}, fields[len(fields)-1])
		parts, err := signer.Children()
		check(t, err)
		parts[1].Raw = der.Wrap(der.Sequence, other.Certificate.RawIssuer, der.EncodeInt(other.Certificate.SerialNumber))
		var raw [][]byte
		for _, v := range parts {
			raw = append(raw, v.Raw)
		}
		return rebuild(fields, der.Wrap(der.Sequence, raw...))
	})
	refuse(t, "identifier and bag name another", swapped)
	extra := signedWith(t, func(p [][]byte) []byte {
		return message(t, joined(p), func(s *cms.SignOptions) { s.Chain = append(s.Chain[:1:1], other.Chain...) })
	})
	r := verifyBytes(extra, Options{Now: verified})
	if s := r.Signatures[0]; s.Signer == nil || s.Signer.Organization != "みどりが丘市" {
		t.Errorf("with others in the bag: got signer %+v, want the named one", s.Signer)
	}
}

func TestDowngradeOfSignedAttributesIsRefused(t *testing.T) {
	text := []byte("a letter that was signed")
	fields, signer := signerInfo(t, message(t, text, nil))
	parts, err := signer.Children()
	check(t, err)
	var raw [][]byte
	var attributes []byte
	for _, p := range parts {
		if p.Tag == der.Context(0) {
			attributes = der.Wrap(der.Set, p.Body)
			continue
		}
		raw = append(raw, p.Raw)
	}
	down := rebuild(fields, der.Wrap(der.Sequence, raw...))
	r := Verify(Input{Name: "x.p7s", Data: down, Attachments: []Attachment{{"x", attributes}}}, Options{Now: verified})
	if r.Verdict != report.Failed || r.Signatures[0].Intact {
		t.Errorf("got %s, intact %t, want TOTAL_FAILED: %+v", r.Verdict, r.Signatures[0].Intact, r.Signatures[0].Reasons)
	}
}

func TestTimestampAttacks(t *testing.T) {
	o := shared(t)
	token, err := testca.Stamp(o.stamp, signedAt)([]byte("another signature"))
	check(t, err)
	options := o.signing(t, pades.BT)
	options.Stamp = func([]byte) ([]byte, error) { return token, nil }
	copied, err := pades.Sign(testca.Document("x", 0, false), options)
	check(t, err)
	refuse(t, "token of another signature", copied)

	bare := o.stamp
	bare.NoCertificates = true
	options.Stamp = testca.Stamp(bare, signedAt)
	without, err := pades.Sign(testca.Document("x", 0, false), options)
	check(t, err)
	r := verifyBytes(without, o.trust(t, o.lists(t, verified)...))
	if s := r.Signatures[0].Timestamp; s == nil || s.Verdict == report.Passed {
		t.Errorf("token without certificates: got %+v, want it not to pass", s)
	}
	wrong := o.stamp
	wrong.Key, wrong.Chain = o.mayor.Key, o.mayor.Chain
	options.Stamp = testca.Stamp(wrong, signedAt.AddDate(-1, 0, 0))
	byMayor, err := pades.Sign(testca.Document("x", 0, false), options)
	check(t, err)
	r = verifyBytes(byMayor, o.trust(t, o.lists(t, verified)...))
	if s := r.Signatures[0].Timestamp; s == nil || s.Verdict != report.Failed {
		t.Errorf("token by a certificate for signing: got %+v, want TOTAL_FAILED", s)
	}
}

func TestMessageFiles(t *testing.T) {
	o := shared(t)
	text := []byte("通知書\n")
	m := message(t, text, nil)
	trust := o.trust(t, o.lists(t, verified)...)
	for _, c := range []struct {
		name   string
		data   []byte
		with   []Attachment
		want   report.Verdict
		intact bool
	}{
		{"detached", m, []Attachment{{"letter.txt", text}}, report.Passed, true},
		{"among others", m, []Attachment{{"other.txt", []byte("?")}, {"letter.txt", text}}, report.Passed, true},
		{"other content", m, []Attachment{{"letter.txt", []byte("通知書")}}, report.Failed, false},
		{"no content", m, nil, report.Indeterminate, false},
		{"attached", message(t, text, func(s *cms.SignOptions) { s.Content = text }), nil, report.Passed, true},
		{"attached pdf", message(t, testca.Document("x", 0, false), func(s *cms.SignOptions) { s.Content = testca.Document("x", 0, false) }), nil, report.Passed, true},
		{"bytes behind", append(bytes.Clone(m), "more"...), []Attachment{{"letter.txt", text}}, report.Failed, true},
		{"cut short", m[:len(m)-9], []Attachment{{"letter.txt", text}}, report.Failed, false},
	} {
		r := Verify(Input{Name: "x.p7s", Data: c.data, Attachments: c.with}, trust)
		if r.Verdict != c.want || (len(r.Signatures) > 0 && r.Signatures[0].Intact != c.intact) {
			t.Errorf("%s: got %s %s %+v, want %s, intact %t", c.name, r.Verdict, r.Sub, r.Signatures, c.want, c.intact)
		}
	}
	dir := t.TempDir()
	check(t, os.WriteFile(filepath.Join(dir, "m"), m, 0o600))
	check(t, os.WriteFile(filepath.Join(dir, "text"), text, 0o600))
	check(t, os.WriteFile(filepath.Join(dir, "ca"), pemOf(o.ca.Root.Certificate.Raw), 0o600))
	tool(t, "openssl", "openssl", "cms", "-verify", "-inform", "DER", "-binary", "-in", filepath.Join(dir, "m"), "-content", filepath.Join(dir, "text"),
		"-CAfile", filepath.Join(dir, "ca"), "-purpose", "any", "-no_check_time", "-cades", "-out", filepath.Join(dir, "out"))
}

func TestTokensAgreeWithOpenSSL(t *testing.T) {
	o := shared(t)
	text := []byte("stamped")
	token, err := testca.Stamp(o.stamp, time.Now())(text)
	check(t, err)
	dir := t.TempDir()
	write := func(name string, b []byte) string {
		file := filepath.Join(dir, name)
		check(t, os.WriteFile(file, b, 0o600))
		return file
	}
	ca := write("ca.pem", append(pemOf(o.ca.Root.Certificate.Raw), pemOf(o.ca.Issuing.Certificate.Raw)...))
	out := tool(t, "openssl", "openssl", "ts", "-verify", "-token_in", "-in", write("token", token), "-data", write("data", text),
		"-CAfile", ca, "-partial_chain", "-no_check_time")
	if !strings.Contains(out, "OK") {
		t.Errorf("openssl ts: %s", out)
	}
}

func pemOf(b []byte) []byte {
	return fmt.Appendf(nil, "-----BEGIN CERTIFICATE-----\n%s-----END CERTIFICATE-----\n", wrapped(b))
}

func wrapped(b []byte) string {
	var out strings.Builder
	for s := base64.StdEncoding.EncodeToString(b); s != ""; {
		n := min(64, len(s))
		out.WriteString(s[:n] + "\n")
		s = s[n:]
	}
	return out.String()
}

func TestShortKeysAreDoubtful(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 1024)
	check(t, err)
	digest := algorithm.Digest(crypto.SHA256, []byte("x"))
	sig, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, digest)
	check(t, err)
	short := rsa.PublicKey{N: new(big.Int).Set(key.N), E: key.E}
	if !algorithm.WeakKey(&short) {
		t.Error("1024 bits: got strong, want weak")
	}
	a := algorithm.Signature{Scheme: algorithm.PKCS1, Hash: crypto.SHA256}
	if err := a.VerifyDigest(&short, sig, digest); err != nil {
		t.Errorf("1024 bits: got %v, want a match", err)
	}
}
