//lint:ignore sizes one file per kind of field stands here, and there are fourteen kinds
package field

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"

	"madoguchi/internal/fault"
	"madoguchi/internal/jptext"
)

// number is a quantity (数値), typed in any width, kept as a JSON number
// without superfluous zeros.
type number struct{}

type numberSettings struct {
	Min      *json.Number `json:"min,omitempty"`      // smallest
	Max      *json.Number `json:"max,omitempty"`      // largest
	Decimals int          `json:"decimals,omitempty"` // places after the point, at most 6
	Unit     string       `json:"unit,omitempty"`     // shown after the control: 円, 人
}

// A quantity counts millionths, so that limits compare without rounding.
type quantity int64

const (
	maxDecimals = 6
	million     = 1_000_000
)

var numeral = regexp.MustCompile(`^([-+]?)0*(\d{1,12})(?:\.(\d{1,6}?)0*)?$`)

// quantityOf reads a numeral of at most twelve places before the point.
func quantityOf(s string) (quantity, bool) {
	m := numeral.FindStringSubmatch(s)
	if m == nil {
		return 0, false
	}
	whole, err := strconv.ParseInt(m[2], 10, 64)
	if err != nil {
		return 0, false
	}
	part, err := strconv.ParseInt((m[3] + "000000")[:maxDecimals], 10, 64)
	if err != nil {
		return 0, false
	}
	q := quantity(whole*million + part)
	if m[1] == "-" {
		q = -q
	}
	return q, true
}

// String writes q as a JSON number: no zeros at either end.
func (q quantity) String() string {
	sign := ""
	if q < 0 {
		sign, q = "-", -q
	}
	s := sign + strconv.FormatInt(int64(q/million), 10)
	part := strconv.FormatInt(int64(q%million)+million, 10)[1:]
	if part = strings.TrimRight(part, "0"); part != "" {
		s += "." + part
	}
	return s
}

// grouped writes a JSON number with commas between groups of three digits.
func grouped(s string) string {
	whole, part, found := strings.Cut(s, ".")
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = "-", whole[1:]
	}
	var groups []string
	for len(whole) > 3 {
		groups = append([]string{whole[len(whole)-3:]}, groups...)
		whole = whole[:len(whole)-3]
	}
	s = sign + strings.Join(append([]string{whole}, groups...), ",")
	if found {
		s += "." + part
	}
	return s
}

func (number) Name() string         { return "number" }
func (number) Settings() any        { return &numberSettings{} }
func (number) Parts(Field) []string { return []string{""} }

func (number) Flaws(f Field) []Flaw {
	s := f.Settings.(*numberSettings)
	flaws := append(between("decimals", s.Decimals, 1, maxDecimals), Prose("unit", s.Unit, 10, false)...)
	low, lowOK := limit(s.Min)
	high, highOK := limit(s.Max)
	if !lowOK {
		flaws = append(flaws, Flaw{Setting: "min", Key: "field.def_number"})
	}
	if !highOK {
		flaws = append(flaws, Flaw{Setting: "max", Key: "field.def_number"})
	}
	if s.Min != nil && s.Max != nil && low > high {
		flaws = append(flaws, Flaw{Setting: "max", Key: "field.def_max_below_min"})
	}
	return flaws
}

// limit reads a limit; where there is none it is 0 and right.
func limit(n *json.Number) (quantity, bool) {
	if n == nil {
		return 0, true
	}
	return quantityOf(n.String())
}

func (number) Read(r *Reading) any {
	s := r.Field.Settings.(*numberSettings)
	typed := r.line("", 40, nil)
	if r.failed() {
		return nil
	}
	if typed == "" {
		if r.Field.Required {
			r.missing("", r.Field.Control(""), "field.missing")
		}
		return nil
	}
	r.noMyNumber("", typed)
	q, ok := quantityOf(strings.NewReplacer(",", "", "、", "", " ", "").Replace(jptext.Code(withoutUnit(typed, s.Unit))))
	if !ok {
		r.fail("", "field.number", nil)
		return nil
	}
	r.limits(s, q)
	return json.Number(q.String())
}

func withoutUnit(s, unit string) string {
	return strings.TrimSpace(strings.TrimSuffix(s, unit))
}

// limits notes a quantity that the settings do not allow.
func (r *Reading) limits(s *numberSettings, q quantity) {
	_, part, _ := strings.Cut(q.String(), ".")
	low, _ := limit(s.Min)
	high, _ := limit(s.Max)
	switch {
	case part != "" && s.Decimals == 0:
		r.fail("", "field.number_whole", nil)
	case len(part) > s.Decimals:
		r.fail("", "field.number_decimals", fault.Args{"max": s.Decimals})
	case s.Min != nil && q < low:
		r.fail("", "field.number_low", fault.Args{"min": grouped(low.String()), "unit": s.Unit})
	case s.Max != nil && q > high:
		r.fail("", "field.number_high", fault.Args{"max": grouped(high.String()), "unit": s.Unit})
	}
}

func (number) Typed(_ Field, answer json.RawMessage) map[string][]string {
	return map[string][]string{"": {decode[json.Number](answer).String()}}
}

func (number) Lines(f Field, answer json.RawMessage, _ Words) []Line {
	n := decode[json.Number](answer).String()
	if n == "" {
		return one()
	}
	return one(grouped(n) + f.Settings.(*numberSettings).Unit)
}

func (number) fill(r *row) {
	s := r.Settings.(*numberSettings)
	mode := "numeric"
	if s.Decimals > 0 {
		mode = "decimal"
	}
	if low, _ := limit(s.Min); low < 0 {
		mode = "text"
	}
	r.single(control{Type: "text", Mode: mode, Size: "--m", Autocomplete: "off", Unit: s.Unit})
}
