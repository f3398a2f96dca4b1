package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"madoguchi/internal/mailauth"
	"madoguchi/internal/words"
)

// examineDNS runs the examination of the DNS against a table of names.
func examineDNS(t *testing.T, c Config, zone string) (out string, warnings int) {
	t.Helper()
	resolver, err := mailauth.ReadZone([]byte(zone))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	d := &doctor{config: c, std: stdio{out: &b, err: &b}, words: words.Of(words.Base), resolver: resolver}
	d.dns(t.Context())
	if d.bad > 0 {
		t.Errorf("%d findings are bad:\n%s", d.bad, b.String())
	}
	return b.String(), d.warn
}

func dkimKey(t *testing.T) (file, public string) {
	t.Helper()
	pub, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	file = filepath.Join(t.TempDir(), "key.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return file, base64.StdEncoding.EncodeToString(pub)
}

func TestDoctorPrintsTheRecordsThatAreMissing(t *testing.T) {
	key, public := dkimKey(t)
	c := Config{PublicURL: "https://shinsei.example.jp", Database: "sqlite:" + filepath.Join(t.TempDir(), "none.db")}
	c.Mail = MailConfig{Server: "203.0.113.7:587", From: "noreply@pref.example.jp", DKIM: []DKIMConfig{
		{Selector: "old", KeyFile: key}, {Selector: "next", KeyFile: key, Domain: "PREF.example.jp"}, {Selector: "other", KeyFile: key, Domain: "city.example.jp"},
	}}
	c.MailIn = MailInConfig{Listen: "127.0.0.1:0", Name: "mx.example.jp"}
	out, warnings := examineDNS(t, c, `{}`)
	for _, want := range []string{
		`pref.example.jp. IN TXT "v=spf1 ip4:203.0.113.7 -all"`,
		`old._domainkey.pref.example.jp. IN TXT "v=DKIM1; k=ed25519; p=` + public + `"`,
		`next._domainkey.pref.example.jp. IN TXT "v=DKIM1; k=ed25519; p=` + public + `"`,
		`_dmarc.pref.example.jp. IN TXT "v=DMARC1; p=reject; rua=mailto:postmaster@pref.example.jp"`,
		`_mta-sts.pref.example.jp. IN TXT "v=STSv1; id=1"`, "mx: mx.example.jp",
		`_smtp._tls.pref.example.jp. IN TXT "v=TLSRPTv1; rua=mailto:postmaster@pref.example.jp"`,
		"pref.example.jp. IN MX 10 mx.example.jp.",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("lacks %s\n%s", want, out)
		}
	}
	if warnings != 7 || strings.Contains(out, "other._domainkey") {
		t.Errorf("%d warnings, want 7:\n%s", warnings, out)
	}
}

func TestDoctorComparesTheRecordsThatAreThere(t *testing.T) {
	key, public := dkimKey(t)
	c := Config{PublicURL: "https://shinsei.example.jp", Database: "sqlite:" + filepath.Join(t.TempDir(), "none.db")}
	c.Mail = MailConfig{Server: "127.0.0.1:25", From: "noreply@pref.example.jp", DKIMSelector: "s1", DKIMKeyFile: key}
	good := map[string]string{
		"pref.example.jp.":               `{"TXT": ["google-site=1", "v=spf1 mx -all"]}`,
		"s1._domainkey.pref.example.jp.": `{"TXT": ["v=DKIM1; k=ed25519; p=` + public[:20] + " " + public[20:] + `"]}`,
		"_dmarc.pref.example.jp.":        `{"TXT": ["v=DMARC1; p=reject"]}`,
		"_mta-sts.pref.example.jp.":      `{"TXT": ["v=STSv1; id=1"]}`,
		"_smtp._tls.pref.example.jp.":    `{"TXT": ["v=TLSRPTv1; rua=mailto:x@example.jp"]}`,
	}
	zone := func(name, value string) string {
		var rows []string
		for n, v := range good {
			if n == name {
				v = value
			}
			rows = append(rows, `"`+n+`": `+v)
		}
		return "{" + strings.Join(rows, ",") + "}"
	}
	if out, warnings := examineDNS(t, c, zone("", "")); warnings != 0 || strings.Count(out, "\n") != 5 {
		t.Errorf("all is there: %d warnings\n%s", warnings, out)
	}
	for what, test := range map[string]struct{ name, value, want string }{
		"SPF that allows everyone": {"pref.example.jp.", `{"TXT": ["v=spf1 mx ?all"]}`, "だれでも名乗れます"},
		"two SPF records":          {"pref.example.jp.", `{"TXT": ["v=spf1 mx -all", "v=spf1 a -all"]}`, "2つ以上"},
		"another key":              {"s1._domainkey.pref.example.jp.", `{"TXT": ["v=DKIM1; k=ed25519; p=AAAA"]}`, "秘密鍵と違います"},
		"a key that was revoked":   {"s1._domainkey.pref.example.jp.", `{"TXT": ["v=DKIM1; p="]}`, "秘密鍵と違います"},
		"a policy of none":         {"_dmarc.pref.example.jp.", `{"TXT": ["v=DMARC1; p=none; sp=reject"]}`, "p=reject ではありません"},
		"a server that fails":      {"_dmarc.pref.example.jp.", `"SERVFAIL"`, "調べられません"},
	} {
		if out, warnings := examineDNS(t, c, zone(test.name, test.value)); warnings != 1 || !strings.Contains(out, test.want) {
			t.Errorf("%s: %d warnings, want one with %q\n%s", what, warnings, test.want, out)
		}
	}
}

func TestLongKeysArePublishedInPieces(t *testing.T) {
	long := strings.Repeat("x", 300)
	if got, want := quotedTXT(long), `"`+long[:255]+`" "`+long[255:]+`"`; got != want {
		t.Errorf("got %s", got)
	}
}
