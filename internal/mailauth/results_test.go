package mailauth

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"madoguchi/internal/mailread"
)

func TestOnlyTheTopmostResultsOfTheOwnServerCount(t *testing.T) {
	m := mailread.Read([]byte(`Authentication-Results: other.example; spf=pass smtp.mailfrom=x@evil.example
Authentication-Results: mx.city.example.jp 1;
 spf=fail (sender IP is 192.0.2.1; "no") smtp.mailfrom=bounce@evil.example smtp.helo=h.example;
 dkim=pass (2048-bit key) header.d=Example.jp header.s=sel header.b=abc;
 dkim = fail header.i=@other.example;
 dmarc=fail (p=REJECT sp=none) header.from=example.jp;
 arc=none
Authentication-Results: mx.city.example.jp; dmarc=pass header.from=example.jp

`))
	got, ok := FromResults(m.Header, "MX.city.example.jp")
	want := Report{
		SPF:   SPF{Result: Fail, Domain: "evil.example"},
		DKIM:  []Signature{{Domain: "example.jp", Selector: "sel", Result: Pass}, {Domain: "other.example", Result: Fail}},
		DMARC: DMARC{Result: Fail, Policy: "reject", Domain: "example.jp", Author: "example.jp", Organizational: "example.jp"},
		ARC:   ARC{Result: None}, SMIME: SMIME{Result: None},
	}
	if diff := cmp.Diff(want, got); diff != "" || !ok {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, ok := FromResults(m.Header, "nobody.example"); ok {
		t.Error("results of a server that is not ours were believed")
	}
}
