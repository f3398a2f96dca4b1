package field

import (
	"encoding/json"

	"madoguchi/internal/fault"
	"madoguchi/internal/jptext"
)

// Limits of text, in characters as people count them.
const (
	textDefault = 200
	textLimit   = 1000
)

// text is one line (1行テキスト). Without a format it is kept as typed; a format
// folds width first.
type text struct{}

type textSettings struct {
	Min    int    `json:"min,omitempty"`    // fewest characters
	Max    int    `json:"max,omitempty"`    // most characters; 0 is 200
	Format string `json:"format,omitempty"` // see formats
}

// A format folds what was typed and says whether the result is right.
type format struct {
	name string
	read func(string) (string, bool)
	show func(string) string
	mode string // inputmode
}

var formats = []format{
	{"katakana", func(s string) (string, bool) { s = jptext.Katakana(s); return s, jptext.IsKatakana(s) }, nil, ""},
	{"digits", jptext.Digits, nil, "numeric"},
	{"alnum", jptext.Alphanumeric, nil, ""},
	{"corporate_number", jptext.CorporateNumber, nil, "numeric"},
	{"my_number", readMyNumber, nil, "numeric"},
	{"receipt_number", jptext.ReadReceiptNo, jptext.FormatReceiptNo, "numeric"},
}

func readMyNumber(s string) (string, bool) {
	d, ok := jptext.Digits(s)
	return d, ok && jptext.IsMyNumber(d)
}

func (text) Name() string         { return "text" }
func (text) Settings() any        { return &textSettings{} }
func (text) Parts(Field) []string { return []string{""} }

func (text) Flaws(f Field) []Flaw {
	s := f.Settings.(*textSettings)
	flaws := append(between("max", s.Max, 1, textLimit), between("min", s.Min, 1, s.max())...)
	var names []string
	for _, known := range formats {
		names = append(names, known.name)
	}
	return append(flaws, oneOf("format", s.Format, names...)...)
}

func (s *textSettings) max() int {
	if s.Max == 0 {
		return textDefault
	}
	return s.Max
}

func (s *textSettings) format() (format, bool) {
	for _, f := range formats {
		if f.name == s.Format {
			return f, true
		}
	}
	return format{}, false
}

func (text) Read(r *Reading) any {
	s := r.Field.Settings.(*textSettings)
	answer := r.line("", max(s.max(), 20), nil)
	if r.failed() {
		return nil
	}
	if answer == "" {
		if r.Field.Required {
			r.missing("", r.Field.Control(""), "field.missing")
		}
		return nil
	}
	if f, ok := s.format(); ok {
		folded, right := f.read(answer)
		if !right {
			r.fail("", "field.format_"+f.name, nil)
			return nil
		}
		answer = folded
	}
	if s.Format != "my_number" && s.Format != "receipt_number" {
		r.noMyNumber("", answer)
	}
	if r.tooLong("", answer, s.max()) {
		return nil
	}
	if s.Min > 0 && jptext.Count(answer) < s.Min {
		r.fail("", "field.too_short", fault.Args{"min": s.Min})
	}
	return answer
}

func (text) Typed(_ Field, answer json.RawMessage) map[string][]string {
	return map[string][]string{"": {decode[string](answer)}}
}

func (text) Lines(f Field, answer json.RawMessage, _ Words) []Line {
	s := decode[string](answer)
	if known, ok := f.Settings.(*textSettings).format(); ok && known.show != nil {
		s = known.show(s)
	}
	return one(s)
}

func (text) fill(r *row) {
	s := r.Settings.(*textSettings)
	f, _ := s.format()
	r.single(control{Type: "text", Mode: f.mode, Size: sizeFor(s.max())})
}

// sizeFor gives a control a width that fits its longest answer.
func sizeFor(characters int) string {
	switch {
	case characters <= 5:
		return "--s"
	case characters <= 14:
		return "--m"
	case characters <= 30:
		return "--l"
	}
	return ""
}
