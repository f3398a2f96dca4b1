package signature

import (
	"bytes"
	"crypto"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"encoding/pem"

	"madoguchi/internal/signature/chain"
	"madoguchi/internal/signature/pades"
	"madoguchi/internal/signature/report"
	"madoguchi/internal/signature/testca"
	"madoguchi/internal/signature/timestamp"
)

// The times of the tests: the authority begins, documents are signed, and they
// are verified.
var (
	began    = time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)
	signedAt = time.Date(2026, 5, 1, 3, 0, 0, 0, time.UTC)
	verified = time.Date(2026, 5, 2, 0, 0, 0, 0, time.UTC)
)

// An office is a post that can sign, with the authority around it.
type office struct {
	ca    *testca.Authority
	mayor *testca.Identity
	stamp timestamp.Issuer
}

// newOffice makes one; keys take long, so tests share those of a kind.
func newOffice(t testing.TB, kind testca.KeyKind) *office {
	t.Helper()
	ca, err := testca.New(began)
	check(t, err)
	mayor, err := ca.Official(testca.Mayor, kind, 3)
	check(t, err)
	stamp, err := ca.Stamper()
	check(t, err)
	return &office{ca, mayor, stamp}
}

var sharedOffice = sync.OnceValues(func() (*office, error) {
	ca, err := testca.New(began)
	if err != nil {
		return nil, err
	}
	mayor, err := ca.Official(testca.Mayor, testca.RSA, 3)
	if err != nil {
		return nil, err
	}
	stamp, err := ca.Stamper()
	return &office{ca, mayor, stamp}, err
})

func shared(t testing.TB) *office {
	t.Helper()
	o, err := sharedOffice()
	check(t, err)
	return o
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// lists gives the CRL and ARL of a day.
func (o *office) lists(t testing.TB, at time.Time) [][]byte {
	t.Helper()
	crl, err := o.ca.CRL(at)
	check(t, err)
	arl, err := o.ca.ARL(at)
	check(t, err)
	return [][]byte{crl, arl}
}

// trust believes the root and knows the lists of the day of signing.
func (o *office) trust(t testing.TB, lists ...[]byte) Options {
	t.Helper()
	files := []chain.File{{Name: "root.cer", Data: o.ca.Root.Certificate.Raw}}
	for _, l := range lists {
		files = append(files, chain.File{Name: "list.crl", Data: l})
	}
	trust, err := chain.Load(files)
	check(t, err)
	return Options{Trust: trust, Now: verified}
}

// signing gives the options to sign at a level.
func (o *office) signing(t testing.TB, level pades.Level) pades.Options {
	t.Helper()
	return pades.Options{
		Key: o.mayor.Key, Chain: o.mayor.Chain, Level: level, At: signedAt, Reason: "交付",
		Stamp:      testca.Stamp(o.stamp, signedAt.Add(time.Second)),
		Validation: pades.ValidationData{CRLs: o.lists(t, signedAt.Add(-time.Hour)), Certificates: o.stamp.Chain},
	}
}

func (o *office) sign(t testing.TB, data []byte, level pades.Level) []byte {
	t.Helper()
	out, err := pades.Sign(data, o.signing(t, level))
	check(t, err)
	return out
}

func verifyBytes(data []byte, o Options) report.File {
	return Verify(Input{Name: "test.pdf", Data: data}, o)
}

func TestSignedDocumentsPassAtEveryLevel(t *testing.T) {
	rsaOffice, ecOffice := shared(t), newOffice(t, testca.ECDSA)
	for _, c := range []struct {
		name string
		by   *office
		pss  bool
		hash crypto.Hash
	}{
		{"rsa", rsaOffice, false, crypto.SHA256},
		{"pss", rsaOffice, true, crypto.SHA384},
		{"ecdsa", ecOffice, false, crypto.SHA512},
	} {
		for _, level := range []pades.Level{pades.BB, pades.BT, pades.BLT, pades.BLTA} {
			for _, streams := range []bool{false, true} {
				options := c.by.signing(t, level)
				options.PSS, options.Hash = c.pss, c.hash
				signed, err := pades.Sign(testca.Document("certificate of residence", 0, streams), options)
				check(t, err)
				name := c.name + " " + string(level)
				checkPassed(t, name, verifyBytes(signed, c.by.trust(t, c.by.lists(t, verified.Add(-time.Hour))...)), level)
				checkElsewhere(t, name, signed, c.by.ca, level)
			}
		}
	}
}

func checkPassed(t *testing.T, name string, r report.File, level pades.Level) {
	t.Helper()
	want := 1
	if level == pades.BLTA {
		want = 2
	}
	if r.Verdict != report.Passed || len(r.Signatures) != want {
		t.Fatalf("%s: got %s %s with %d signatures, want TOTAL_PASSED with %d: %+v", name, r.Verdict, r.Sub, len(r.Signatures), want, r.Signatures)
	}
	s := r.Signatures[0]
	if !s.Intact || s.Revocation != report.RevocationGood || !s.Signer.Trusted {
		t.Errorf("%s: got intact %t, revocation %s, trusted %t", name, s.Intact, s.Revocation, s.Signer.Trusted)
	}
	if s.Signer.Organization != "みどりが丘市" || s.Signer.Post != "みどりが丘市長" {
		t.Errorf("%s: got signer %q %q, want the Japanese names", name, s.Signer.Organization, s.Signer.Post)
	}
	if (s.Timestamp != nil) != (level != pades.BB) {
		t.Errorf("%s: got time-stamp %v", name, s.Timestamp)
	}
	wantChange := report.ChangeNone
	if level == pades.BLT || level == pades.BLTA {
		wantChange = report.ChangeAllowed
	}
	if s.ChangedAfter != wantChange {
		t.Errorf("%s: got changed after %s, want %s: %v", name, s.ChangedAfter, wantChange, s.Reasons)
	}
}

// tool runs a program of Debian; one that is missing fails the test.
func tool(t *testing.T, install, name string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		t.Fatalf("%s is not installed: apt-get install %s", name, install)
	}
	out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
	return string(out)
}

// checkElsewhere asks poppler and qpdf about a file that this project signed.
// The last signature is over the whole file, but for B-LT, where validation
// data comes behind it.
func checkElsewhere(t *testing.T, name string, signed []byte, ca *testca.Authority, level pades.Level) {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "signed.pdf")
	check(t, os.WriteFile(file, signed, 0o600))
	if out := tool(t, "qpdf", "qpdf", "--check", file); strings.Contains(out, "WARNING") {
		t.Errorf("%s: qpdf: %s", name, out)
	}
	out := tool(t, "poppler-utils", "pdfsig", "-nssdir", nssDir(t, ca), file)
	if !strings.Contains(out, "Signature is Valid") || strings.Contains(out, "Digest Mismatch") || strings.Contains(out, "Total document signed") != (level != pades.BLT) {
		t.Errorf("%s: pdfsig:\n%s", name, out)
	}
	if strings.Count(out, "Certificate is Trusted") < 1 {
		t.Errorf("%s: pdfsig does not trust:\n%s", name, out)
	}
}

var (
	nssMutex sync.Mutex
	nssDirs  = map[*testca.Authority]string{} // guarded by nssMutex
)

// nssDir makes a certificate database that trusts the authority's root.
func nssDir(t *testing.T, ca *testca.Authority) string {
	t.Helper()
	nssMutex.Lock()
	defer nssMutex.Unlock()
	if dir, ok := nssDirs[ca]; ok {
		return dir
	}
	dir, err := os.MkdirTemp("", "nss")
	check(t, err)
	file := filepath.Join(dir, "root.pem")
	check(t, os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: ca.Root.Certificate.Raw}), 0o600))
	tool(t, "libnss3-tools", "certutil", "-N", "--empty-password", "-d", "sql:"+dir)
	tool(t, "libnss3-tools", "certutil", "-A", "-d", "sql:"+dir, "-n", "root", "-t", "CT,CT,CT", "-i", file)
	nssDirs[ca] = dir
	return dir
}

func TestMain(m *testing.M) {
	code := m.Run()
	for _, dir := range nssDirs {
		_ = os.RemoveAll(dir)
	}
	os.Exit(code)
}

func TestWithoutTrustOnlyTheChainIsUnknown(t *testing.T) {
	o := shared(t)
	r := verifyBytes(o.sign(t, testca.Document("x", 0, false), pades.BLTA), Options{Now: verified})
	if r.Verdict != report.Indeterminate || r.Sub != report.NoChain {
		t.Fatalf("got %s %s, want INDETERMINATE NO_CERTIFICATE_CHAIN_FOUND", r.Verdict, r.Sub)
	}
	if s := r.Signatures[0]; !s.Intact || s.ChangedAfter != report.ChangeAllowed || s.Covers != report.CoversRevision {
		t.Errorf("got intact %t, changed after %s, covers %s", s.Intact, s.ChangedAfter, s.Covers)
	}
	if s := r.Signatures[1]; s.Kind != report.KindTimestamp || !s.Intact || s.ChangedAfter != report.ChangeNone {
		t.Errorf("got %s, intact %t, changed after %s", s.Kind, s.Intact, s.ChangedAfter)
	}
}

func TestTwoOfficesMaySignOneAfterTheOther(t *testing.T) {
	o := shared(t)
	once := o.sign(t, testca.Document("x", 0, true), pades.BLT)
	twice := o.sign(t, once, pades.BT)
	r := verifyBytes(twice, o.trust(t, o.lists(t, verified.Add(-time.Hour))...))
	if r.Verdict != report.Passed || len(r.Signatures) != 2 {
		t.Fatalf("got %s %s with %d signatures: %+v", r.Verdict, r.Sub, len(r.Signatures), r.Signatures)
	}
	if r.Signatures[0].ChangedAfter != report.ChangeAllowed || r.Signatures[1].Covers != report.CoversWholeFile {
		t.Errorf("got %s, %s", r.Signatures[0].ChangedAfter, r.Signatures[1].Covers)
	}
	if first := twice[:r.Signatures[0].RevisionEnd]; !bytes.HasPrefix(once, first) {
		t.Error("the signed revision is not the beginning of the file")
	}
}

func TestRevocationIsNeverGuessed(t *testing.T) {
	o := newOffice(t, testca.ECDSA)
	signed := o.sign(t, testca.Document("x", 0, false), pades.BB)
	fresh := o.lists(t, verified.Add(-time.Hour))
	stale := o.lists(t, verified.AddDate(0, 0, -30))
	answer, err := o.ca.OCSP(o.mayor, verified.Add(-time.Minute))
	check(t, err)
	for _, c := range []struct {
		name  string
		file  []byte
		lists [][]byte
		want  report.Verdict
		sub   report.Sub
	}{
		{"fresh lists", signed, fresh, report.Passed, ""},
		{"no list", signed, nil, report.Indeterminate, report.TryLater},
		{"stale lists", signed, stale, report.Indeterminate, report.TryLater},
		{"list without arl", signed, fresh[:1], report.Indeterminate, report.TryLater},
		{"arl without list", signed, fresh[1:], report.Indeterminate, report.TryLater},
		{"ocsp and arl", signed, [][]byte{answer, fresh[1]}, report.Passed, ""},
	} {
		if r := verifyBytes(c.file, o.trust(t, c.lists...)); r.Verdict != c.want || r.Sub != c.sub {
			t.Errorf("%s: got %s %s, want %s %s", c.name, r.Verdict, r.Sub, c.want, c.sub)
		}
	}
	o.ca.Revoke(o.mayor, signedAt.AddDate(0, 0, -1))
	before := o.lists(t, verified.Add(-time.Hour))
	r := verifyBytes(signed, o.trust(t, before...))
	if r.Verdict != report.Failed || r.Sub != report.Revoked || r.Signatures[0].Revocation != report.RevocationRevoked {
		t.Errorf("revoked before it says it was signed: got %s %s", r.Verdict, r.Sub)
	}
	later := newOffice(t, testca.ECDSA)
	stamped := later.sign(t, testca.Document("x", 0, false), pades.BT)
	unstamped := later.sign(t, testca.Document("x", 0, false), pades.BB)
	later.ca.Revoke(later.mayor, signedAt.Add(time.Hour))
	after := later.lists(t, verified.Add(-time.Hour))
	if r := verifyBytes(stamped, later.trust(t, after...)); r.Verdict != report.Passed {
		t.Errorf("revoked after the time-stamp: got %s %s, want TOTAL_PASSED", r.Verdict, r.Sub)
	}
	if r := verifyBytes(unstamped, later.trust(t, after...)); r.Sub != report.RevokedNoPOE {
		t.Errorf("revoked later without proof of time: got %s %s, want REVOKED_NO_POE", r.Verdict, r.Sub)
	}
}

func TestExpiredCertificatesNeedProofOfTime(t *testing.T) {
	o := shared(t)
	late := o.trust(t, o.lists(t, signedAt.AddDate(4, 0, 0))...)
	late.Now = signedAt.AddDate(4, 0, 1)
	r := verifyBytes(o.sign(t, testca.Document("x", 0, false), pades.BB), late)
	if r.Verdict != report.Indeterminate || r.Sub != report.OutOfBoundsNoPOE {
		t.Errorf("without time-stamp: got %s %s, want OUT_OF_BOUNDS_NO_POE", r.Verdict, r.Sub)
	}
	r = verifyBytes(o.sign(t, testca.Document("x", 0, false), pades.BLTA), late)
	if r.Verdict != report.Passed {
		t.Errorf("with archive time-stamp: got %s %s, want TOTAL_PASSED: %+v", r.Verdict, r.Sub, r.Signatures)
	}
}

func TestPanicsBecomeFormatFailure(t *testing.T) {
	f := report.File{Signatures: []report.Signature{{Intact: true}}}
	guarded(&f, func() { panic("bug") })
	if f.Verdict != report.Failed || f.Sub != report.FormatFailure || len(f.Signatures) != 0 {
		t.Errorf("got %+v, want TOTAL_FAILED FORMAT_FAILURE without signatures", f)
	}
}
