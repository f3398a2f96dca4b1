package field

import (
	"encoding/json"
	"slices"

	"madoguchi/internal/fault"
	"madoguchi/internal/jptext"
)

// addressMax is the most characters of each part of an address.
const addressMax = 200

// address is an address in Japan with its postal code (住所). Its text is kept
// as typed; only a dash between two digits of the house number is folded.
type address struct{}

type addressSettings struct{}

type addressAnswer struct {
	Postcode   string `json:"postcode"`
	Prefecture string `json:"prefecture"`
	City       string `json:"city"`
	Street     string `json:"street"`
	Building   string `json:"building,omitempty"`
}

func (address) Name() string  { return "address" }
func (address) Settings() any { return &addressSettings{} }
func (address) Parts(Field) []string {
	return []string{"postcode", "prefecture", "city", "street", "building"}
}
func (address) Flaws(Field) []Flaw { return nil }

func (address) Read(r *Reading) any {
	a := addressAnswer{
		Postcode:   r.line("postcode", 20, nil),
		Prefecture: r.line("prefecture", 10, nil),
		City:       r.line("city", addressMax, nil),
		Street:     r.line("street", addressMax, jptext.HouseNumber),
		Building:   r.line("building", addressMax, nil),
	}
	if r.failed() {
		return nil
	}
	if a == (addressAnswer{}) && !r.Field.Required {
		return nil
	}
	if code, ok := jptext.PostalCode(a.Postcode); ok {
		a.Postcode = code
	} else if a.Postcode != "" {
		r.fail("postcode", "field.postcode", nil)
	}
	if a.Prefecture != "" && !slices.Contains(prefectures, a.Prefecture) {
		r.fail("prefecture", "field.not_listed", nil)
	}
	for _, p := range []struct{ part, value, key string }{
		{"postcode", a.Postcode, "field.missing"},
		{"prefecture", a.Prefecture, "field.choose"},
		{"city", a.City, "field.missing"},
		{"street", a.Street, "field.missing"},
	} {
		if p.value == "" {
			r.missing(p.part, r.Field.Control(p.part), p.key)
		}
	}
	return a
}

func (k address) Typed(_ Field, answer json.RawMessage) map[string][]string {
	a := decode[addressAnswer](answer)
	return map[string][]string{
		"postcode": {a.Postcode}, "prefecture": {a.Prefecture}, "city": {a.City},
		"street": {a.Street}, "building": {a.Building},
	}
}

func (address) Lines(f Field, answer json.RawMessage, w Words) []Line {
	a := decode[addressAnswer](answer)
	part := func(suffix, value string) Line {
		label := w("field.part_label", fault.Args{"label": f.Label, "part": w("field.part_" + suffix)})
		return Line{Part: suffix, Label: label, Values: []string{value}}
	}
	return []Line{
		part("postcode", a.Postcode),
		{Values: []string{a.Prefecture + a.City + a.Street}, Control: f.Control("prefecture")},
		part("building", a.Building),
	}
}

func (address) fill(r *row) {
	r.Action = r.view.AddressAction
	r.part("postcode", control{Type: "text", Mode: "numeric", Size: "--m", Required: true, Autocomplete: r.auto("postal-code")})
	r.part("prefecture", control{Options: r.prefectureOptions(), Required: true, Autocomplete: r.auto("address-level1")})
	r.part("city", control{Type: "text", Size: "--l", Required: true, Autocomplete: r.auto("address-level2")})
	r.part("street", control{Type: "text", Required: true, Autocomplete: r.auto("address-line1")})
	r.part("building", control{Type: "text", Autocomplete: r.auto("address-line2")})
	r.notes()
}

func (r *row) prefectureOptions() []option {
	chosen := r.value("prefecture")
	options := []option{{Label: r.W("choose_blank")}}
	for _, p := range prefectures {
		options = append(options, option{Value: p, Label: p, On: p == chosen})
	}
	return options
}

// prefectures in the order of their codes (JIS X 0401).
var prefectures = []string{
	"北海道", "青森県", "岩手県", "宮城県", "秋田県", "山形県", "福島県", "茨城県", "栃木県", "群馬県",
	"埼玉県", "千葉県", "東京都", "神奈川県", "新潟県", "富山県", "石川県", "福井県", "山梨県", "長野県",
	"岐阜県", "静岡県", "愛知県", "三重県", "滋賀県", "京都府", "大阪府", "兵庫県", "奈良県", "和歌山県",
	"鳥取県", "島根県", "岡山県", "広島県", "山口県", "徳島県", "香川県", "愛媛県", "高知県", "福岡県",
	"佐賀県", "長崎県", "熊本県", "大分県", "宮崎県", "鹿児島県", "沖縄県",
}
