package mailauth

import (
	"net/netip"
	"os"
	"strings"
	"testing"

	"madoguchi/internal/mailread"
)

func TestCheckRunsEveryMethod(t *testing.T) {
	raw, err := os.ReadFile("testdata/arc3.eml")
	if err != nil {
		t.Fatal(err)
	}
	table, err := os.ReadFile("testdata/arc3.json")
	if err != nil {
		t.Fatal(err)
	}
	z := mustZone(t, strings.Replace(string(table), "{", `{"_dmarc.city.example.jp.": {"TXT": ["v=DMARC1; p=reject"]}, "city.example.jp.": {"TXT": ["v=spf1 ip4:192.0.2.1 -all"]}, `, 1))
	got := Check(t.Context(), z, mailread.Read(raw),
		Envelope{IP: netip.MustParseAddr("192.0.2.1"), HELO: "mx.list.example", MailFrom: "yamada@city.example.jp"}, Trust{})
	if got.SPF.Result != Pass || got.ARC.Result != Pass || got.DMARC.Result != Pass || got.SMIME.Result != None || len(got.DKIM) != 1 {
		t.Errorf("got %+v", got)
	}
	got = Check(t.Context(), z, mailread.Read(raw), Envelope{}, Trust{})
	if got.SPF.Result != None || got.DMARC.Result != Fail || got.DMARC.Policy != "reject" {
		t.Errorf("without envelope: a passing chain must not turn DMARC into a pass, got %+v", got)
	}
}

func TestDKIMResults(t *testing.T) {
	raw, z := readChain(t)
	for _, c := range []struct {
		name string
		raw  string
		z    *Zone
		want Result
	}{
		{"right", string(raw), z, Pass},
		{"LF", strings.ReplaceAll(string(raw), "\r\n", "\n"), z, Pass},
		{"mbox line", "From x@y Mon Jun  6 09:00:00 2022\n" + string(raw), z, Pass},
		{"body changed", strings.Replace(string(raw), "second line", "third line", 1), z, Fail},
		{"subject changed", strings.Replace(string(raw), "44GK", "44GL", 1), z, Fail},
		{"no key", string(raw), mustZone(t, `{}`), PermError},
		{"DNS slow", string(raw), mustZone(t, `{"sel._domainkey.list.example": "TIMEOUT"}`), TempError},
		{"DNS fails", string(raw), mustZone(t, `{"sel._domainkey.list.example": "SERVFAIL"}`), TempError},
		{"length tag", strings.Replace(string(raw), "DKIM-Signature: v=1;", "DKIM-Signature: v=1; l=10;", 1), z, Fail},
		{"no tags", "DKIM-Signature: nonsense\r\nFrom: a@b.example\r\n\r\n", z, PermError},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := CheckDKIM(t.Context(), c.z, normalize(mailread.Read([]byte(c.raw)).Raw))
			if len(got) != 1 || got[0].Result != c.want {
				t.Errorf("got %+v, want %s", got, c.want)
			}
		})
	}
}
