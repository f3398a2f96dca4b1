package field

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"madoguchi/internal/fault"
	"madoguchi/internal/jptext"
)

// A Place is what a postal code stands for.
type Place struct {
	Prefecture string // 茨城県
	City       string // 水戸市
	Town       string // 笠原町; "" where the code covers a whole municipality
}

// A PostalLookup gives the places of a postal code (310-8555), none where it
// is not known.
type PostalLookup func(postcode string) []Place

// FillAddress returns a copy of what was typed with the parts of the address
// that were left empty filled from its postal code. What was typed is never
// overwritten; where it differs, where the code is not known, or where it
// stands for several places, a note says so.
func (f Field) FillAddress(typed url.Values, lookup PostalLookup) (url.Values, []Problem) {
	typed = maps.Clone(typed)
	note := func(part, key string, args fault.Args) []Problem {
		return []Problem{{Field: f.ID, Label: f.Label, Part: part, Control: f.Control(part), Key: key, Args: args}}
	}
	code, ok := jptext.PostalCode(typed.Get(f.Control("postcode")))
	if !ok {
		return typed, note("postcode", "field.postcode", nil)
	}
	places := lookup(code)
	if len(places) == 0 {
		return typed, note("", "field.address_unknown", fault.Args{"postcode": code})
	}
	found := common(places)
	kept := false
	for part, value := range map[string]string{"prefecture": found.Prefecture, "city": found.City, "street": found.Town} {
		name := f.Control(part)
		had := strings.TrimSpace(typed.Get(name))
		switch {
		case value == "":
		case had == "":
			typed[name] = []string{value}
		case !strings.HasPrefix(had, value):
			kept = true
		}
	}
	text := found.Prefecture + found.City + found.Town
	switch {
	case kept:
		return typed, note("", "field.address_kept", fault.Args{"postcode": code, "address": text})
	case len(places) > 1:
		var names []string
		for _, p := range places {
			names = append(names, p.Prefecture+p.City+p.Town)
		}
		return typed, note("", "field.address_several", fault.Args{"postcode": code, "list": strings.Join(names, "、")})
	}
	return typed, note("", "field.address_filled", fault.Args{"address": text})
}

// common returns what all places share.
func common(places []Place) Place {
	all := places[0]
	for _, p := range places[1:] {
		if p.Prefecture != all.Prefecture {
			return Place{}
		}
		if p.City != all.City {
			all.City = ""
		}
		if all.City == "" || p.Town != all.Town {
			all.Town = ""
		}
	}
	return all
}

// AddressButton returns the address field whose button 郵便番号から住所を入れる
// sent the value of "do", or false.
func AddressButton(fields []Field, do string) (Field, bool) {
	id, ok := strings.CutPrefix(do, "address-")
	i := slices.IndexFunc(fields, func(f Field) bool { return f.Kind == "address" && string(f.ID) == id })
	if !ok || i < 0 {
		return Field{}, false
	}
	return fields[i], true
}
