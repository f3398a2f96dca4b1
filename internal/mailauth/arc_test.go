package mailauth

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"os"
	"strings"
	"testing"
)

// The chain in testdata was sealed three times by dkimpy.
func readChain(t testing.TB) ([]byte, *Zone) {
	t.Helper()
	raw, err := os.ReadFile("testdata/arc3.eml")
	if err != nil {
		t.Fatal(err)
	}
	table, err := os.ReadFile("testdata/arc3.json")
	if err != nil {
		t.Fatal(err)
	}
	z, err := ReadZone(table)
	if err != nil {
		t.Fatal(err)
	}
	return raw, z
}

func TestChainSealedByAnotherProgramPasses(t *testing.T) {
	raw, z := readChain(t)
	got := CheckARC(t.Context(), z, normalize(raw))
	if got.Result != Pass || strings.Join(got.Domains, " ") != "list.example list.example list.example" {
		t.Errorf("got %+v, want pass of three seals", got)
	}
	lf := bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n"))
	if got := CheckARC(t.Context(), z, normalize(lf)); got.Result != Pass {
		t.Errorf("with LF: got %+v", got)
	}
	dkim := CheckDKIM(t.Context(), z, normalize(raw))
	if len(dkim) != 1 || dkim[0].Result != Pass || dkim[0].Domain != "list.example" || dkim[0].Selector != "sel" {
		t.Errorf("DKIM: got %+v, want one pass", dkim)
	}
}

func TestChainsThatWereTamperedWithFail(t *testing.T) {
	raw, z := readChain(t)
	replace := func(old, new string) []byte {
		if !bytes.Contains(raw, []byte(old)) {
			t.Fatalf("the chain has no %q", old)
		}
		return bytes.Replace(raw, []byte(old), []byte(new), 1)
	}
	field := func(name, instance string) string {
		fields, _ := splitRaw(raw)
		for _, f := range fields {
			if f.name == name && strings.Contains(f.value(), "i="+instance+";") {
				return string(f.raw)
			}
		}
		t.Fatalf("no %s of instance %s", name, instance)
		return ""
	}
	seal3 := field("ARC-Seal", "3")
	ams3 := field("ARC-Message-Signature", "3")
	ams1 := field("ARC-Message-Signature", "1")
	aar2 := field("ARC-Authentication-Results", "2")
	for _, c := range []struct {
		name string
		raw  []byte
		want Result
	}{
		{"body", replace("second line", "third line"), Fail},
		{"From", replace("yamada@city", "yamado@city"), Fail},
		{"blanks at line ends", replace("second line", "second line  \t"), Pass},
		{"an unsigned field", append([]byte("X-Added: y\r\n"), raw...), Pass},
		{"newest seal gone", replace(seal3, ""), Fail},
		{"newest signature gone", replace(ams3, ""), Fail},
		{"oldest signature gone", replace(ams1, ""), Fail},
		{"results gone", replace(aar2, ""), Fail},
		{"results twice", replace(aar2, aar2+aar2), Fail},
		{"results changed", replace(aar2, strings.Replace(aar2, "list.example", "evil.example", 1)), Fail},
		{"results without semicolon", replace(aar2, strings.Replace(aar2, "i=2;", "i=2", 1)), Fail},
		{"a whole set gone", bytes.Replace(replace(seal3, ""), []byte(ams3), nil, 1), Fail},
		{"seal of the wrong instance", replace(seal3, strings.Replace(seal3, "i=3", "i=4", 1)), Fail},
		{"cv says fail", replace(seal3, strings.Replace(seal3, "cv=pass", "cv=fail", 1)), Fail},
		{"seal with h", replace(seal3, strings.Replace(seal3, "cv=pass;", "cv=pass; h=from;", 1)), Fail},
		{"algorithm SHA-1", replace(seal3, strings.Replace(seal3, "rsa-sha256", "rsa-sha1", 1)), Fail},
		{"no instance", replace(seal3, strings.Replace(seal3, "i=3;", "", 1)), Fail},
		{"instance 0", replace(seal3, strings.Replace(seal3, "i=3;", "i=0;", 1)), Fail},
		{"instance 51", []byte("ARC-Seal: i=51; cv=pass\r\n" + string(raw)), Fail},
		{"tag twice", replace(seal3, strings.Replace(seal3, "cv=pass;", "cv=pass; cv=pass;", 1)), Fail},
		{"a tag without value", replace(seal3, strings.Replace(seal3, "cv=pass;", "cv=pass; zz;", 1)), Fail},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := CheckARC(t.Context(), z, normalize(c.raw)); got.Result != c.want {
				t.Errorf("got %+v, want %s", got, c.want)
			}
		})
	}
}

// seal makes a mail with one ARC set, signed with a key of its own; change edits
// the fields before they are signed.
func seal(t *testing.T, change func(field string) string) ([]byte, *Zone) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	sign := func(data string) string {
		sum := sha256.Sum256([]byte(data))
		b, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
		if err != nil {
			t.Fatal(err)
		}
		return base64.StdEncoding.EncodeToString(b)
	}
	body := sha256.Sum256([]byte("body\r\n"))
	results := change("arc-authentication-results:i=1; list.example; none")
	message := change("arc-message-signature:i=1; a=rsa-sha256; c=relaxed/relaxed; d=list.example; s=s; h=from; bh=" + base64.StdEncoding.EncodeToString(body[:]) + "; b=")
	message += sign("from:a@b.example\r\n" + message)
	sealed := change("arc-seal:i=1; a=rsa-sha256; cv=none; d=list.example; s=s; b=")
	sealed += sign(results + "\r\n" + message + "\r\n" + sealed)
	public, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	table := `{"s._domainkey.list.example": {"TXT": ["v=DKIM1; p=` + base64.StdEncoding.EncodeToString(public) + `"]}}`
	return []byte(strings.Join([]string{sealed, message, results, "From: a@b.example", "", "body", ""}, "\r\n")), mustZone(t, table)
}

func TestRulesOfTheSetHoldEvenIfItIsSigned(t *testing.T) {
	swap := func(old, new string) func(string) string {
		return func(field string) string { return strings.Replace(field, old, new, 1) }
	}
	for _, c := range []struct {
		name   string
		change func(string) string
		want   Result
	}{
		{"right", swap("", ""), Pass},
		{"unknown tag", swap("cv=none;", "cv=none; w=catparty;"), Pass},
		{"h in the seal", swap("cv=none;", "cv=none; h=from;"), Fail},
		{"first seal says pass", swap("cv=none", "cv=pass"), Fail},
		{"cv in capitals", swap("cv=none", "cv=NONE"), Fail},
		{"no cv", swap("cv=none; ", ""), Fail},
		{"seal covered by the message signature", swap("h=from", "h=from:arc-seal"), Fail},
		{"From not signed", swap("h=from", "h=subject"), Fail},
		{"time that is no number", swap("cv=none;", "cv=none; t=noon;"), Fail},
		{"algorithm in capitals", swap("a=rsa-sha256; cv", "a=RSA-SHA256; cv"), Fail},
		{"results of another instance", swap("results:i=1", "results:i=2"), Fail},
		{"unknown canonicalization", swap("c=relaxed/relaxed", "c=loose/relaxed"), Fail},
	} {
		t.Run(c.name, func(t *testing.T) {
			raw, z := seal(t, c.change)
			if got := CheckARC(t.Context(), z, normalize(raw)); got.Result != c.want {
				t.Errorf("got %+v, want %s", got, c.want)
			}
		})
	}
}

func TestMailWithoutSealsHasNoChain(t *testing.T) {
	z, err := ReadZone([]byte(`{}`))
	if err != nil {
		t.Fatal(err)
	}
	for _, raw := range []string{"", "\nHey gang,\nThis is a test.\n", "Subject: x\n\nbody", "Subject: x\n"} {
		if got := CheckARC(t.Context(), z, normalize([]byte(raw))); got.Result != None {
			t.Errorf("%q: got %+v, want none", raw, got)
		}
	}
}

func TestKeysThatCannotBeHadFailTheChain(t *testing.T) {
	raw, _ := readChain(t)
	for name, table := range map[string]string{
		"none":    `{}`,
		"broken":  `{"sel._domainkey.list.example": {"TXT": ["v=DKIM1; k=rsa; omgwhatsgoingon"]}}`,
		"revoked": `{"sel._domainkey.list.example": {"TXT": ["v=DKIM1; p="]}}`,
		"slow":    `{"sel._domainkey.list.example": "TIMEOUT"}`,
	} {
		z, err := ReadZone([]byte(table))
		if err != nil {
			t.Fatal(err)
		}
		if got := CheckARC(t.Context(), z, normalize(raw)); got.Result != Fail {
			t.Errorf("%s: got %+v, want fail", name, got)
		}
	}
}

func FuzzARC(f *testing.F) {
	raw, z := readChain(f)
	f.Add(raw)
	f.Add([]byte("ARC-Seal: i=1; cv=none; a=rsa-sha256; b=x; d=a.b; s=s\r\nARC-Message-Signature: i=1\r\nARC-Authentication-Results: i=1; x\r\n\r\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		got := CheckARC(t.Context(), z, normalize(raw))
		if got.Result == Pass && !bytes.Contains(raw, []byte("b=")) {
			t.Error("a chain without a signature passes")
		}
	})
}
