package mailauth

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func mustZone(t testing.TB, table string) *Zone {
	t.Helper()
	z, err := ReadZone([]byte(table))
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// dmarcZone is one small world with suffixes, mothers and daughters.
const dmarcZone = `{
 "_dmarc.example.jp.": {"TXT": ["v=DMARC1; p=reject; sp=quarantine; np=reject; rua=mailto:r@example.jp"]},
 "www.example.jp.": {"A": ["192.0.2.1"]},
 "_dmarc.own.example.jp.": {"TXT": ["v=DMARC1; p=none"]},
 "_dmarc.strict.example.": {"TXT": ["v=DMARC1; p=reject; adkim=s; aspf=s"]},
 "mail.strict.example.": {"A": ["192.0.2.1"]},
 "_dmarc.test.example.": {"TXT": ["v=DMARC1; p=reject; t=y"]},
 "_dmarc.test2.example.": {"TXT": ["v=DMARC1; p=quarantine; t=y"]},
 "_dmarc.lg.jp.": {"TXT": ["v=DMARC1; p=quarantine; np=reject; psd=y"]},
 "city.lg.jp.": {"A": ["192.0.2.1"]},
 "_dmarc.pref.lg.jp.": {"TXT": ["v=DMARC1; p=reject"]},
 "_dmarc.mother.example.": {"TXT": ["v=DMARC1; p=reject"]},
 "_dmarc.free.mother.example.": {"TXT": ["v=DMARC1; p=quarantine; psd=n"]},
 "x.free.mother.example.": {"A": ["192.0.2.1"]},
 "_dmarc.two.example.": {"TXT": ["v=DMARC1; p=reject", "v=DMARC1; p=none"]},
 "_dmarc.bad.example.": {"TXT": ["v=DMARC1; p=rejekt"]},
 "_dmarc.badrua.example.": {"TXT": ["v=DMARC1; p=rejekt; rua=mailto:r@badrua.example"]},
 "_dmarc.nop.example.": {"TXT": ["v=DMARC1; rua=mailto:r@nop.example"]},
 "_dmarc.order.example.": {"TXT": ["p=reject; v=DMARC1"]},
 "_dmarc.case.example.": {"TXT": ["v = DMARC1 ;P=Reject;; pct=0 ; nonsense"]},
 "_dmarc.other.example.": {"TXT": ["v=DMARC10; p=reject", "v=spf1 -all", "v=DMARC1; p=reject"]},
 "_dmarc.slow.example.": "TIMEOUT",
 "_dmarc.jumped.x.y.z.t.u.v.example.": {"TXT": ["v=DMARC1; p=reject"]},
 "_dmarc.far.example.": {"TXT": ["v=DMARC1; p=reject"]},
 "1.2.3.4.5.6.7.8.9.far.example.": {"A": ["192.0.2.1"]},
 "_dmarc.xn--wgv71a.example.": {"TXT": ["v=DMARC1; p=reject"]}
}`

func TestPolicyIsFoundByTheTreeWalk(t *testing.T) {
	z := mustZone(t, dmarcZone)
	for _, c := range []struct {
		name, author           string
		result                 Result
		policy, domain, orgDom string
	}{
		{"own record", "example.jp", Fail, "reject", "example.jp", "example.jp"},
		{"subdomain that exists", "www.example.jp", Fail, "quarantine", "example.jp", "example.jp"},
		{"subdomain that does not", "nothere.example.jp", Fail, "reject", "example.jp", "example.jp"},
		{"subdomain with its own record", "own.example.jp", Fail, "none", "own.example.jp", "example.jp"},
		{"below one with a record: the top one counts", "x.own.example.jp", Fail, "reject", "example.jp", "example.jp"},
		{"testing: reject becomes quarantine", "test.example", Fail, "quarantine", "test.example", "test.example"},
		{"testing: quarantine becomes none", "test2.example", Fail, "none", "test2.example", "test2.example"},
		{"public suffix, existing city", "city.lg.jp", Fail, "quarantine", "lg.jp", "city.lg.jp"},
		{"public suffix, city that is not", "nowhere.lg.jp", Fail, "reject", "lg.jp", "nowhere.lg.jp"},
		{"below a public suffix with its own record", "mail.pref.lg.jp", Fail, "reject", "pref.lg.jp", "pref.lg.jp"},
		{"the suffix itself", "lg.jp", Fail, "quarantine", "lg.jp", "lg.jp"},
		{"psd=n ends the walk", "x.free.mother.example", Fail, "quarantine", "free.mother.example", "free.mother.example"},
		{"two records are none", "two.example", None, "", "two.example", "two.example"},
		{"bad p without rua", "bad.example", None, "", "bad.example", "bad.example"},
		{"bad p with rua", "badrua.example", Fail, "none", "badrua.example", "badrua.example"},
		{"no p", "nop.example", Fail, "none", "nop.example", "nop.example"},
		{"version not first", "order.example", None, "", "order.example", "order.example"},
		{"case and empty tags", "case.example", Fail, "reject", "case.example", "case.example"},
		{"other texts beside it", "other.example", Fail, "reject", "other.example", "other.example"},
		{"DNS does not answer", "slow.example", TempError, "", "slow.example", "slow.example"},
		{"no record anywhere", "nothing.invalid", None, "", "nothing.invalid", "nothing.invalid"},
		{"the walk jumps to seven labels", "1.2.3.4.5.6.7.8.9.far.example", Fail, "reject", "far.example", "far.example"},
		{"a record that the walk jumps over", "1.2.3.4.5.6.jumped.x.y.z.t.u.v.example", None, "", "1.2.3.4.5.6.jumped.x.y.z.t.u.v.example", "1.2.3.4.5.6.jumped.x.y.z.t.u.v.example"},
		{"Japanese domain", "日本.example", Fail, "reject", "xn--wgv71a.example", "xn--wgv71a.example"},
		{"capital letters", "EXAMPLE.jp.", Fail, "reject", "example.jp", "example.jp"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := CheckDMARC(t.Context(), z, []string{c.author}, SPF{Result: Fail}, nil)
			if got.Result != c.result || got.Policy != c.policy || got.Domain != c.domain || got.Organizational != c.orgDom {
				t.Errorf("got %+v, want %+v", got, c)
			}
		})
	}
}

func TestAtMostEightQuestionsAreAsked(t *testing.T) {
	for _, c := range []struct {
		domain string
		want   []string
	}{
		{"a.b.c.d.e.f.g.h.i.j.mail.example.com", []string{
			"a.b.c.d.e.f.g.h.i.j.mail.example.com", "g.h.i.j.mail.example.com", "h.i.j.mail.example.com",
			"i.j.mail.example.com", "j.mail.example.com", "mail.example.com", "example.com", "com"}},
		{"mail.example.com", []string{"mail.example.com", "example.com", "com"}},
	} {
		w := walker{ctx: t.Context(), r: mustZone(t, `{}`), records: map[string]*dmarcRecord{}}
		if _, _, err := w.walk(c.domain); err != nil {
			t.Fatal(err)
		}
		var asked []string
		for d := range w.records {
			asked = append(asked, d)
		}
		if len(asked) != len(c.want) {
			t.Errorf("%s: asked %v, want %v", c.domain, asked, c.want)
		}
		for _, d := range c.want {
			if _, ok := w.records[d]; !ok {
				t.Errorf("%s: %s was not asked", c.domain, d)
			}
		}
	}
}

func TestAlignment(t *testing.T) {
	z := mustZone(t, dmarcZone)
	pass := func(domain string) []Signature { return []Signature{{Domain: domain, Result: Pass}} }
	for _, c := range []struct {
		name, author string
		spf          SPF
		dkim         []Signature
		want         Result
	}{
		{"DKIM of the same domain", "example.jp", SPF{Result: Fail}, pass("example.jp"), Pass},
		{"DKIM of a subdomain", "example.jp", SPF{Result: Fail}, pass("mail.example.jp"), Pass},
		{"DKIM of the mother", "www.example.jp", SPF{Result: Fail}, pass("example.jp"), Pass},
		{"DKIM of another", "example.jp", SPF{Result: Fail}, pass("evil.example"), Fail},
		{"a name that only ends alike", "example.jp", SPF{Result: Fail}, pass("notexample.jp"), Fail},
		{"SPF", "example.jp", SPF{Result: Pass, Domain: "bounce.example.jp"}, nil, Pass},
		{"SPF of another", "example.jp", SPF{Result: Pass, Domain: "evil.example"}, nil, Fail},
		{"softfail is no pass", "example.jp", SPF{Result: SoftFail, Domain: "example.jp"}, nil, Fail},
		{"strict refuses a subdomain", "strict.example", SPF{Result: Pass, Domain: "mail.strict.example"}, pass("mail.strict.example"), Fail},
		{"strict takes the same", "strict.example", SPF{Result: Fail}, pass("strict.example"), Pass},
		{"two cities of one suffix", "city.lg.jp", SPF{Result: Fail}, pass("nowhere.lg.jp"), Fail},
		{"the suffix does not sign for a city", "city.lg.jp", SPF{Result: Fail}, pass("lg.jp"), Fail},
		{"psd=n is a house of its own", "x.free.mother.example", SPF{Result: Fail}, pass("mother.example"), Fail},
		{"undecided SPF", "example.jp", SPF{Result: TempError, Domain: "example.jp"}, nil, TempError},
		{"undecided SPF of another", "example.jp", SPF{Result: TempError, Domain: "evil.example"}, nil, Fail},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := CheckDMARC(t.Context(), z, []string{c.author}, c.spf, c.dkim); got.Result != c.want {
				t.Errorf("got %+v, want %s", got, c.want)
			}
		})
	}
}

func TestMailOfSeveralDomainsHasTheWorstResult(t *testing.T) {
	z := mustZone(t, dmarcZone)
	got := CheckDMARC(t.Context(), z, []string{"evil.example", "example.jp"}, SPF{Result: Pass, Domain: "evil.example"}, nil)
	if got.Result != Fail || got.Author != "example.jp" {
		t.Errorf("got %+v, want the failure of example.jp", got)
	}
	if got := CheckDMARC(t.Context(), z, nil, SPF{}, nil); got.Result != None {
		t.Errorf("without an author: got %+v, want none", got)
	}
}

func TestZoneReadsEveryShape(t *testing.T) {
	z := mustZone(t, `{"A.example.": {"TXT": "one", "MX": ["10 mx.example."], "A": ["192.0.2.1"], "AAAA": "TIMEOUT"},
		"b.example": [{"TXT": ["v=spf1 -all"]}, {"TIMEOUT": true}], "c.example.": "SERVFAIL",
		"loop.example.": {"CNAME": ["loop.example."]}, "alias.example.": {"CNAME": ["a.example."]}}`)
	ctx := t.Context()
	texts, err := z.LookupTXT(ctx, "alias.EXAMPLE")
	if diff := cmp.Diff([]string{"one"}, texts); diff != "" || err != nil {
		t.Error(diff, err)
	}
	mxs, err := z.LookupMX(ctx, "a.example")
	if err != nil || len(mxs) != 1 || mxs[0].Host != "mx.example." || mxs[0].Pref != 10 {
		t.Errorf("got %v, %v", mxs, err)
	}
	for _, name := range []string{"c.example", "loop.example", "b.example"} {
		if _, err := z.LookupMX(ctx, name); err == nil || isNotFound(err) {
			t.Errorf("%s: got %v, want a failure", name, err)
		}
	}
	if _, err := z.LookupNetIP(ctx, "ip6", "a.example"); err == nil || !strings.Contains(err.Error(), "timeout") {
		t.Errorf("got %v, want a timeout", err)
	}
	if there, err := z.Exists(ctx, "example"); !there || err != nil {
		t.Error("a name with names below it exists")
	}
	for _, bad := range []string{"", "[]", `{"a.": 3}`, `{"a.": "MAYBE"}`, `{"a.": {"TXT": 3}}`} {
		if _, err := ReadZone([]byte(bad)); err == nil {
			t.Errorf("%q is no zone, but was read", bad)
		}
	}
}

func FuzzDMARC(f *testing.F) {
	f.Add("v=DMARC1; p=reject; sp=none; np=quarantine; psd=y; t=y; rua=mailto:a@b.example", "a.example.jp")
	f.Add("v=DMARC1;;;=", "..")
	f.Fuzz(func(t *testing.T, record, author string) {
		z := &Zone{names: map[string]zoneName{"_dmarc.example.jp": {records: map[string][]string{"TXT": {record}}}}}
		got := CheckDMARC(t.Context(), z, []string{author, "example.jp"}, SPF{Result: Fail}, nil)
		if got.Result == Pass {
			t.Errorf("nothing passes, but got %+v", got)
		}
	})
}
