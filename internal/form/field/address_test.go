package field_test

import (
	"net/url"
	"strings"
	"testing"

	"madoguchi/internal/form/field"
)

func lookup(postcode string) []field.Place {
	return map[string][]field.Place{
		"310-0852": {{Prefecture: "茨城県", City: "水戸市", Town: "笠原町"}},
		"498-0000": {{Prefecture: "愛知県", City: "弥富市"}, {Prefecture: "三重県", City: "桑名郡木曽岬町"}},
		"319-1301": {{Prefecture: "茨城県", City: "日立市", Town: "十王町伊師"}, {Prefecture: "茨城県", City: "日立市", Town: "十王町伊師本郷"}},
	}[postcode]
}

func TestAddressIsFilledButNeverOverwritten(t *testing.T) {
	f := sample{json: `{"kind":"address","label":"住所"}`}.build(t, "")
	for _, c := range []struct {
		typed url.Values
		want  string // prefecture, city, street
		key   string
	}{
		{url.Values{"q-postcode": {"３１００８５２"}}, "茨城県 水戸市 笠原町", "field.address_filled"},
		{url.Values{"q-postcode": {"310-0852"}, "q-street": {"笠原町978番6"}}, "茨城県 水戸市 笠原町978番6", "field.address_filled"},
		{url.Values{"q-postcode": {"310-0852"}, "q-city": {"那珂市"}, "q-street": {"1"}}, "茨城県 那珂市 1", "field.address_kept"},
		{url.Values{"q-postcode": {"319-1301"}}, "茨城県 日立市 ", "field.address_several"},
		{url.Values{"q-postcode": {"498-0000"}}, "  ", "field.address_several"},
		{url.Values{"q-postcode": {"999-9999"}, "q-city": {"水戸市"}}, " 水戸市 ", "field.address_unknown"},
		{url.Values{"q-postcode": {"310"}}, "  ", "field.postcode"},
		{url.Values{}, "  ", "field.postcode"},
	} {
		before := c.typed.Encode()
		got, notes := f.FillAddress(c.typed, lookup)
		if c.typed.Encode() != before {
			t.Errorf("%s: the caller's values were changed", before)
		}
		if text := got.Get("q-prefecture") + " " + got.Get("q-city") + " " + got.Get("q-street"); text != c.want {
			t.Errorf("%s: got %q, want %q", before, text, c.want)
		}
		if len(notes) != 1 || notes[0].Key != c.key {
			t.Errorf("%s: notes %v, want %s", before, notes, c.key)
			continue
		}
		p := show(t, f, field.View{Words: say, Typed: got, Notes: notes})
		p.checkWiring(t, before)
		if !strings.Contains(p.text(), notes[0].Text(say)) {
			t.Errorf("%s: %q is not told", before, notes[0].Text(say))
		}
	}
}

func TestAddressButtonNamesItsField(t *testing.T) {
	f := sample{json: `{"kind":"address","label":"住所"}`}.build(t, "")
	g := sample{json: `{"kind":"text","label":"x"}`}.build(t, "")
	if got, ok := field.AddressButton([]field.Field{g, f}, "address-q"); !ok || got.Kind != "address" {
		t.Errorf("got %v, %v", got.Kind, ok)
	}
	for _, do := range []string{"", "next", "address-", "address-x", "q"} {
		if _, ok := field.AddressButton([]field.Field{f}, do); ok {
			t.Errorf("%q is taken for the button", do)
		}
	}
	p := show(t, f, field.View{Words: say, AddressAction: "/x/address"})
	for _, n := range p.all {
		if n.Data == "button" && (attr(n, "name") != "do" || attr(n, "value") != "address-q" || attr(n, "formaction") != "/x/address") {
			t.Errorf("button %v", n.Attr)
		}
	}
}
