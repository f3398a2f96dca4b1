package signature

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"madoguchi/internal/signature/pades"
	"madoguchi/internal/signature/pdf"
	"madoguchi/internal/signature/report"
	"madoguchi/internal/signature/testca"
)

// TestFilesOfOtherProducersCanBeSignedAndVerified takes files as qpdf writes
// them, with object streams and linearized.
func TestFilesOfOtherProducersCanBeSignedAndVerified(t *testing.T) {
	o := shared(t)
	for _, args := range [][]string{{"--object-streams=generate"}, {"--linearize"}, {"--linearize", "--object-streams=generate"}, {"--qdf"}} {
		dir := t.TempDir()
		in, out := filepath.Join(dir, "in.pdf"), filepath.Join(dir, "out.pdf")
		check(t, os.WriteFile(in, testca.Document("x", 1000, false), 0o600))
		tool(t, "qpdf", "qpdf", append(args, in, out)...)
		data, err := os.ReadFile(out)
		check(t, err)
		signed := o.sign(t, data, pades.BLTA)
		name := strings.Join(args, " ")
		checkPassed(t, name, verifyBytes(signed, o.trust(t, o.lists(t, verified)...)), pades.BLTA)
		checkElsewhere(t, name, signed, o.ca, pades.BLTA)
	}
}

func TestJunkBeforeTheHeaderShiftsOffsets(t *testing.T) {
	o := shared(t)
	signed := o.sign(t, append([]byte("junk from a mail gateway\n"), testca.Document("x", 0, false)...), pades.BB)
	r := verifyBytes(signed, o.trust(t, o.lists(t, verified)...))
	if len(r.Signatures) != 1 || !r.Signatures[0].Intact || r.Signatures[0].ChangedAfter != report.ChangeNone {
		t.Errorf("got %s %s %+v", r.Verdict, r.Sub, r.Signatures)
	}
}

func TestEncryptedFilesAreIndeterminate(t *testing.T) {
	dir := t.TempDir()
	in, out := filepath.Join(dir, "in.pdf"), filepath.Join(dir, "out.pdf")
	form := appendUpdate(testca.Document("x", 0, false), map[int]string{
		1: "<</Type /Catalog /Pages 2 0 R /AcroForm 6 0 R>>", 6: "<</Fields [7 0 R]>>", 7: "<</FT /Tx /T (x)>>",
	})
	check(t, os.WriteFile(in, form, 0o600))
	tool(t, "qpdf", "qpdf", "--warning-exit-0", "--encrypt", "", "owner", "256", "--", "--object-streams=generate", in, out)
	data, err := os.ReadFile(out)
	check(t, err)
	if r := verifyBytes(data, Options{Now: verified}); r.Verdict != report.Indeterminate {
		t.Errorf("nothing can be read: got %s, want INDETERMINATE", r.Verdict)
	}
	if _, err := pades.Sign(data, shared(t).signing(t, pades.BB)); err == nil {
		t.Error("an encrypted file was signed")
	}
}

// TestHarmlessRewritingIsAllowed makes updates as real producers do.
func TestHarmlessRewritingIsAllowed(t *testing.T) {
	signed := base(t)
	for name, objects := range map[string]map[int]string{
		"font written anew":      {5: "<< /BaseFont /Helvetica /Subtype /Type1 /Type /Font >>"},
		"numbers written anew":   {3: page(t, signed, "[0.0 0 595.000 842]")},
		"object nobody uses":     {50: "<</Anything (x)>>"},
		"xmp and validation":     {1: catalog(t, signed, "/Metadata 51 0 R /DSS 52 0 R"), 51: "<</Type /Metadata /Subtype /XML /Length 1>>\nstream\nx\nendstream", 52: "<</Certs []>>"},
		"extensions and version": {1: catalog(t, signed, "/Version /2.0 /Extensions <</ADBE <<>>>>")},
	} {
		r := verifyBytes(appendUpdate(signed, objects), Options{Now: verified})
		if s := r.Signatures[0]; !s.Intact || s.ChangedAfter != report.ChangeAllowed || r.Verdict != report.Indeterminate {
			t.Errorf("%s: got %s, changed after %s: %v", name, r.Verdict, s.ChangedAfter, s.Reasons)
		}
	}
}

// page writes page 3 of a signed file anew, with another way to write its box.
func page(t *testing.T, signed []byte, box string) string {
	t.Helper()
	annots := viewOf(t, signed).Array(viewOf(t, signed).Dict(pdf.Ref{Num: 3}).Get("Annots"))
	ref, _ := annots[0].(pdf.Ref)
	return fmt.Sprintf("<</Type /Page /Parent 2 0 R /MediaBox %s /Contents 4 0 R /Resources <</Font <</F1 5 0 R>>>> /Annots [%d 0 R]>>", box, ref.Num)
}

// catalog writes the catalog of a signed file anew, with more in it.
func catalog(t *testing.T, signed []byte, more string) string {
	t.Helper()
	fields := viewOf(t, signed).Array(viewOf(t, signed).Dict(viewOf(t, signed).Root().Get("AcroForm")).Get("Fields"))
	ref, _ := fields[0].(pdf.Ref)
	return fmt.Sprintf("<</Type /Catalog /Pages 2 0 R /AcroForm <</Fields [%d 0 R] /SigFlags 3>> %s>>", ref.Num, more)
}

func viewOf(t *testing.T, data []byte) *pdf.View {
	t.Helper()
	f, err := pdf.Open(data)
	check(t, err)
	v, err := f.View(len(data))
	check(t, err)
	return v
}
