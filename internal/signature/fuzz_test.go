package signature

import (
	"testing"
	"time"

	"madoguchi/internal/signature/algorithm"
	"madoguchi/internal/signature/certificate"
	"madoguchi/internal/signature/cms"
	"madoguchi/internal/signature/der"
	"madoguchi/internal/signature/pades"
	"madoguchi/internal/signature/report"
	"madoguchi/internal/signature/testca"
	"madoguchi/internal/signature/timestamp"
	"madoguchi/internal/signature/xmldsig"
)

// fuzzLimit is what one small input may take at most; the fuzzer itself stops
// at the first panic.
const fuzzLimit = 5 * time.Second

// within fails if a small input takes long.
func within(t *testing.T, work func()) {
	t.Helper()
	start := time.Now()
	work()
	if d := time.Since(start); d > fuzzLimit {
		t.Errorf("took %v, want at most %v", d, fuzzLimit)
	}
}

// FuzzVerify verifies whole files past the guard that hides panics.
func FuzzVerify(f *testing.F) {
	o, err := sharedOffice()
	check(f, err)
	signed := o.sign(f, testca.Document("x", 0, false), pades.BLTA)
	f.Add(signed)
	f.Add(o.sign(f, testca.Document("x", 0, true), pades.BB))
	f.Add([]byte(`<a xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:Signature><ds:SignedInfo/><ds:SignatureValue>AA==</ds:SignatureValue></ds:Signature></a>`))
	f.Add(o.mayor.Chain[0])
	f.Fuzz(func(t *testing.T, data []byte) {
		within(t, func() {
			r := report.File{}
			verifyAny(&r, Input{Name: "fuzz", Data: data}, Options{Now: verified})
			r.Close()
			for _, s := range r.Signatures {
				if s.Intact && s.ChangedAfter == report.ChangeNone && string(data) != string(signed) && s.Kind == report.KindTimestamp && s.Covers == report.CoversWholeFile && len(data) == len(signed) {
					t.Error("a changed file is called intact")
				}
			}
		})
	})
}

// FuzzMessage reads CMS messages and time-stamp tokens.
func FuzzMessage(f *testing.F) {
	o, err := sharedOffice()
	check(f, err)
	token, err := testca.Stamp(o.stamp, signedAt)([]byte("x"))
	check(f, err)
	f.Add(token)
	f.Add(indefinite(token))
	f.Fuzz(func(t *testing.T, data []byte) {
		within(t, func() {
			if m, err := cms.Parse(data); err == nil {
				for _, s := range m.Signers {
					m.Verify(s, nil, algorithm.Of([]byte("x")))
				}
			}
			if token, err := timestamp.Parse(data); err == nil {
				token.Verify(nil, algorithm.Of([]byte("x")))
			}
		})
	})
}

// FuzzCertificate reads certificates, lists, OCSP responses and bare ASN.1.
func FuzzCertificate(f *testing.F) {
	o, err := sharedOffice()
	check(f, err)
	answer, err := o.ca.OCSP(o.mayor, signedAt)
	check(f, err)
	for _, seed := range append(append(o.mayor.Chain, o.lists(f, signedAt)...), answer) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		within(t, func() {
			if c, err := certificate.Parse(data); err == nil {
				_ = c.CheckSignedBy(c)
				c.AllowsName(c.RawSubject)
			}
			if c, err := certificate.ParseCRL(data); err == nil {
				_, _, _, _ = c.Revoked([]byte{1})
			}
			_, _ = certificate.ParseOCSP(data)
			if out, rest, err := der.Normalize(data); err == nil && len(out)+len(rest) > 2*len(data)+16 {
				t.Errorf("normal form of %d bytes has %d", len(data), len(out))
			}
		})
	})
}

// FuzzXML verifies the signatures of XML documents.
func FuzzXML(f *testing.F) {
	f.Add([]byte(letter))
	f.Add([]byte("\xff\xfe<\x00a\x00/\x00>\x00"))
	f.Add([]byte(`<?xml version="1.0" encoding="Shift_JIS"?><a b="&#x41;"><![CDATA[x]]><!-- c --><?p i?></a>`))
	f.Fuzz(func(t *testing.T, data []byte) {
		within(t, func() {
			d, err := xmldsig.Parse(data)
			if err != nil {
				return
			}
			var all []xmldsig.Result
			for _, n := range d.Signatures() {
				all = append(all, d.Verify(n, func(string) ([]byte, bool) { return nil, false }))
			}
			for _, r := range all {
				d.Coverage(r, all)
			}
		})
	})
}
