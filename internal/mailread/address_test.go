package mailread

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/japanese"
)

const desk = "help-shinsei-ibaraki@s-kantan.com"

func TestEveryAddressOfTheSenderIsReported(t *testing.T) {
	jis, err := japanese.ISO2022JP.NewEncoder().String("ヘルプデスク " + desk)
	if err != nil {
		t.Fatal(err)
	}
	sjis, err := japanese.ShiftJIS.NewEncoder().String("表示ソ " + desk)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, from  string
		shown, real []string
	}{
		{"the seed's forged header", "From: " + desk + "<xxx@xxx.xxx.xxx>", []string{desk}, []string{"xxx@xxx.xxx.xxx"}},
		{"the seed's genuine header", "From: " + desk + "<" + desk + ">", []string{desk}, []string{desk}},
		{"quoted", `From: "` + desk + `" <x@evil.example>`, []string{desk}, []string{"x@evil.example"}},
		{"encoded word", "From: =?utf-8?B?aGVscC1zaGluc2VpLWliYXJha2lAcy1rYW50YW4uY29t?= <x@evil.example>", []string{desk}, []string{"x@evil.example"}},
		{"encoded brackets", "From: =?utf-8?Q?=3C" + strings.Replace(desk, "@", "=40", 1) + "=3E?= <x@evil.example>", []string{desk}, []string{"x@evil.example"}},
		{"fullwidth", "From: ｈｅｌｐ－ｓｈｉｎｓｅｉ－ｉｂａｒａｋｉ＠ｓ－ｋａｎｔａｎ．ｃｏｍ <x@evil.example>", []string{desk}, []string{"x@evil.example"}},
		{"zero width", "From: help-shinsei-ibaraki\u200b@s-\u200bkantan.com <x@evil.example>", []string{desk}, []string{"x@evil.example"}},
		{"comment behind", "From: x@evil.example (" + desk + ")", []string{desk}, []string{"x@evil.example"}},
		{"comment before", "From: (" + desk + ") x@evil.example", []string{desk}, []string{"x@evil.example"}},
		{"several brackets", "From: <" + desk + "> <x@evil.example>", []string{desk}, []string{"x@evil.example"}},
		{"brackets in brackets", "From: <" + desk + "<x@evil.example>", []string{desk}, []string{"x@evil.example"}},
		{"no closing bracket", "From: " + desk + " <x@evil.example", []string{desk}, []string{"x@evil.example"}},
		{"two From fields", "From: " + desk + "\r\nFrom: x@evil.example", nil, []string{desk, "x@evil.example"}},
		{"two mailboxes", "From: " + desk + ", x@evil.example", nil, []string{desk, "x@evil.example"}},
		{"two without brackets", "From: " + desk + " x@evil.example", []string{desk}, []string{"x@evil.example"}},
		{"double at", "From: <" + desk + "@evil.example>", []string{desk}, []string{desk + "@evil.example"}},
		{"text next to it", "From: 担当" + desk + "より <x@evil.example>", []string{desk}, []string{"x@evil.example"}},
		{"raw JIS", "From: " + jis + " <x@evil.example>", []string{desk}, []string{"x@evil.example"}},
		{"raw Shift_JIS with backslash bytes", "From: " + sjis + " <x@evil.example>", []string{desk}, []string{"x@evil.example"}},
		{"folded", "From: " + desk + "\r\n <x@evil.example>", []string{desk}, []string{"x@evil.example"}},
		{"route", "From: <@relay.example:x@evil.example>", nil, []string{"x@evil.example"}},
		{"dots as docomo has them", "From: user..name.@docomo.ne.jp", nil, []string{"user..name.@docomo.ne.jp"}},
		{"dots in brackets", "From: 山田 <.user..name@docomo.ne.jp>", nil, []string{".user..name@docomo.ne.jp"}},
		{"quoted local part", `From: "user..name"@docomo.ne.jp`, nil, []string{`"user..name"@docomo.ne.jp`}},
		{"comma in a name", "From: Yamada, Taro <t@city.example.jp>", nil, []string{"t@city.example.jp"}},
		{"whole mailbox encoded", "From: =?utf-8?B?WWFtYWRhIDx0QGNpdHkuZXhhbXBsZS5qcD4=?=", nil, []string{"t@city.example.jp"}},
		{"a dotted name is no address", "From: foo.fo- private <x@foo.fo>", nil, []string{"x@foo.fo"}},
		{"a handle is no address", "From: @yamada <x@foo.fo>", nil, []string{"x@foo.fo"}},
		{"via a list", "From: \"Yamada via list\" <list@example.org>", nil, []string{"list@example.org"}},
		{"nobody", "From: nobody", nil, nil},
		{"empty brackets", "From: MAILER-DAEMON <>", nil, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := Read([]byte(c.from + "\r\nSubject: x\r\n\r\nbody"))
			if diff := cmp.Diff(c.shown, m.From.Shown); diff != "" {
				t.Errorf("shown (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.real, m.From.Real); diff != "" {
				t.Errorf("real (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRecipientsOfAGroupAreRead(t *testing.T) {
	m := Read([]byte("To: 担当: a@x.example, b@y.example;, undisclosed-recipients:;\nFrom: z@z.example\n\n"))
	var got []string
	for _, a := range m.To {
		got = append(got, a.Addr)
	}
	if diff := cmp.Diff([]string{"a@x.example", "b@y.example"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestLongAddressFieldsAreReadInLinearTime(t *testing.T) {
	for _, unit := range []string{"a,", "<", "(", "\"", ":", "a<b@c>", "@", "=?utf-8?B?", "\\\"("} {
		field := strings.Repeat(unit, 200_000/len(unit))
		m := Read(fmt.Appendf(nil, "From: %s x@y.example\n\n", field))
		if len(m.Raw) == 0 {
			t.Fatal("nothing read")
		}
	}
}
