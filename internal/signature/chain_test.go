package signature

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"testing"

	"madoguchi/internal/signature/algorithm"
	"madoguchi/internal/signature/certificate"
	"madoguchi/internal/signature/chain"
	"madoguchi/internal/signature/cms"
	"madoguchi/internal/signature/der"
	"madoguchi/internal/signature/report"
	"madoguchi/internal/signature/testca"
)

// issued makes a certificate below issuer, as an attacker with its key would.
func issued(t *testing.T, issuer *testca.Identity, name string, isCA bool) *testca.Identity {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: name}, NotBefore: began, NotAfter: began.AddDate(5, 0, 0),
		IsCA: isCA, BasicConstraintsValid: isCA,
	}
	if isCA {
		template.KeyUsage = x509.KeyUsageCertSign
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, issuer.Certificate, key.Public(), issuer.Key)
	check(t, err)
	cert, err := x509.ParseCertificate(raw)
	check(t, err)
	return &testca.Identity{Key: key, Certificate: cert, Chain: append([][]byte{raw}, issuer.Chain...)}
}

// judge validates the first certificate of a chain with the rest as its pool.
func judge(t *testing.T, o Options, raw [][]byte) chain.Result {
	t.Helper()
	var pool chain.Pool
	for _, b := range raw {
		c, err := certificate.Parse(b)
		check(t, err)
		pool.Certificates = append(pool.Certificates, c)
	}
	return chain.Validate(pool.Certificates[0], pool, o.Trust, chain.Moment{Now: verified})
}

func TestOnlyAuthoritiesIssue(t *testing.T) {
	o := shared(t)
	trust := o.trust(t, o.lists(t, verified)...)
	if r := judge(t, trust, o.mayor.Chain); !r.Trusted || len(r.Path) != 3 {
		t.Fatalf("the mayor: got %+v", r)
	}
	for name, id := range map[string]*testca.Identity{
		"issued by a signer":             issued(t, o.mayor, "fake mayor", false),
		"issued by a signer's authority": issued(t, issued(t, o.mayor, "fake ca", true), "fake mayor", false),
		"issued by one without uses":     issued(t, issued(t, o.ca.Root, "plain", false), "fake mayor", false),
		"below the allowed path length":  issued(t, issued(t, o.ca.Issuing, "sub ca", true), "fake mayor", false),
	} {
		if r := judge(t, trust, id.Chain); r.Trusted {
			t.Errorf("%s: trusted by %d certificates", name, len(r.Path))
		}
	}
	stranger, err := testca.New(began)
	check(t, err)
	fake, err := stranger.Official(testca.Mayor, testca.ECDSA, 3)
	check(t, err)
	if r := judge(t, trust, append(fake.Chain, o.ca.Root.Certificate.Raw)); r.Trusted {
		t.Error("a stranger with the real root in the bag is trusted")
	}
}

func TestAlteredCertificatesAreSeenWithoutRoots(t *testing.T) {
	o := shared(t)
	altered := append([]byte{}, o.mayor.Chain[0]...)
	at := bytes.LastIndex(altered, []byte("Mayor"))
	if at < 0 {
		t.Fatal("no name to alter")
	}
	copy(altered[at:], "Maior")
	r := judge(t, Options{}, append([][]byte{altered}, o.mayor.Chain[1:]...))
	if len(r.Findings) < 2 || r.Findings[1].Verdict != report.Failed {
		t.Errorf("got %+v, want a failure", r.Findings)
	}
}

func TestPoliciesAndPeriodsOfRoots(t *testing.T) {
	o := shared(t)
	trust := o.trust(t, o.lists(t, verified)...)
	trust.Trust.Policies = []string{testca.PolicyOfficial}
	if r := judge(t, trust, o.mayor.Chain); len(r.Findings) != 0 {
		t.Errorf("right policy: got %+v", r.Findings)
	}
	trust.Trust.Policies = []string{"1.2.3"}
	if r := judge(t, trust, o.mayor.Chain); len(r.Findings) != 1 || r.Findings[0].Reason.Key != "verify.policy" {
		t.Errorf("other policy: got %+v", r.Findings)
	}
	profile := "[[root]]\nfile = \"root.cer\"\nuntil = 2026-04-15T00:00:00Z\n"
	closed, err := chain.Load([]chain.File{{Name: "t/profile.toml", Data: []byte(profile)}, {Name: "t/root.cer", Data: o.ca.Root.Certificate.Raw}})
	check(t, err)
	if r := judge(t, Options{Trust: closed}, o.mayor.Chain); r.Trusted {
		t.Error("a root is believed after its period")
	}
	if _, err := chain.Load([]chain.File{{Name: "profile.toml", Data: []byte("rots = 1")}}); err == nil {
		t.Error("an unknown key of the profile was taken")
	}
}

func TestSignerIdentifierMustNameTheNamedCertificate(t *testing.T) {
	o := shared(t)
	refuse(t, "identifier names another", signedWith(t, func(p [][]byte) []byte {
		fields, signer := signerInfo(t, message(t, joined(p), nil))
		parts, err := signer.Children()
		check(t, err)
		parts[1].Raw = der.Wrap(der.Sequence, o.ca.Root.Certificate.RawIssuer, der.EncodeInt(big.NewInt(1)))
		var raw [][]byte
		for _, v := range parts {
			raw = append(raw, v.Raw)
		}
		return rebuild(fields, der.Wrap(der.Sequence, raw...))
	}))
}

func TestGapWiderThanContentsIsRefusedEvenIfSigned(t *testing.T) {
	for name, wider := range map[string][2]int{"before": {-10, 0}, "after": {0, 10}} {
		refuse(t, name, fillGap(t, wider, func(parts [][]byte) []byte {
			o := shared(t)
			m, err := cms.Sign(cms.SignOptions{Key: o.mayor.Key, Chain: o.mayor.Chain, Hash: crypto.SHA256, Digest: algorithm.Digest(crypto.SHA256, parts...)})
			check(t, err)
			return m
		}))
	}
}
