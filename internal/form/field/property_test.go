package field_test

import (
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"madoguchi/internal/form/field"
)

// pieces are what people and attackers put together; whole strings of them
// reach the odd corners sooner than random runes do.
var pieces = []string{
	"髙", "神", "㍻", "葛\U000E0100", "か\u3099", "ｱ", "ｶﾞ", "あ", "ア", "ー", "－", "-", " ", "　", "\n", "\r\n", "\t",
	"1", "２", "0", "31", "2022", "平成", "元", ".", ",", "@", "example.jp", "a", "Ｂ", "<b>", "&", "\"", "{", "other",
	"reiwa", "ce", "茨城県", "310-8555", "090-0000-0000", "123456789018", "7000012050002", "yes-2022-07", "b",
	"\x00", "\ue000", "\xff", "\u202e", "👨‍👩‍👧",
}

func typedText() *rapid.Generator[string] {
	return rapid.Custom(func(rt *rapid.T) string {
		return strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 6).Draw(rt, "pieces"), "")
	})
}

// TestAnAnswerThatWasKeptIsReadBackUnchanged: whatever is typed, either there
// is a problem and no answer, or the answer passes Check, is shown in the
// controls, and sending these again gives the same bytes.
func TestAnAnswerThatWasKeptIsReadBackUnchanged(t *testing.T) {
	for _, s := range samples {
		f := s.build(t, "")
		if !f.Asks() || f.Kind == "file" {
			continue
		}
		rapid.Check(t, func(rt *rapid.T) {
			values := maps.Clone(s.typed)
			for _, name := range f.Controls() {
				if rapid.Bool().Draw(rt, "change "+name) {
					values[name] = []string{typedText().Draw(rt, name)}
				}
			}
			checkReading(rt, f, values)
		})
	}
}

func checkReading(t interface{ Fatalf(string, ...any) }, f field.Field, values url.Values) {
	answer, problems := f.Read(field.Input{Values: values, Today: today})
	if len(problems) > 0 {
		if answer != nil {
			t.Fatalf("%s: %q gives both %s and %v", f.Kind, values, answer, problems)
		}
		for _, p := range problems {
			if text := p.Text(say); strings.Contains(text, "field.") || p.Control == "" {
				t.Fatalf("%s: %q: problem %+v says %q", f.Kind, values, p, text)
			}
		}
		return
	}
	if answer == nil {
		return
	}
	if again := f.Check(answer, today); len(again) > 0 {
		t.Fatalf("%s: %q is kept as %s, which is refused: %v", f.Kind, values, answer, again)
	}
	again, problems := f.Read(field.Input{Values: typed(f, answer), Today: today})
	if string(again) != string(answer) {
		t.Fatalf("%s: %q is kept as %s, then as %s with %v", f.Kind, values, answer, again, problems)
	}
	if lines := f.Lines(answer, say); slices.ContainsFunc(lines, func(l field.Line) bool { return strings.Contains(l.Label, "field.") }) || lines[0].Empty && len(lines) == 1 {
		t.Fatalf("%s: %s in words: %+v", f.Kind, answer, lines)
	}
}

func FuzzRead(f *testing.F) {
	for _, p := range pieces {
		f.Add(p, p)
	}
	f.Add("2022", "2")
	var fields []field.Field
	for _, s := range samples {
		fields = append(fields, s.build(f, ""))
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		for _, fd := range fields {
			values := url.Values{}
			for i, name := range fd.Controls() {
				values[name] = []string{[]string{a, b}[i%2]}
			}
			checkReading(t, fd, values)
			if _, err := field.HTML([]field.Field{fd}, field.View{Words: say, Typed: values}); err != nil {
				t.Fatal(err)
			}
		}
	})
}
