package field_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"madoguchi/internal/form/field"
	"madoguchi/internal/words"
)

func TestBadSettingsAreRefused(t *testing.T) {
	for _, c := range []struct{ json, setting, key string }{
		{`[]`, "", "def_not_object"},
		{`null`, "", "def_not_object"},
		{`{"id":"a","kind":"magic","label":"x"}`, "kind", "def_unknown_kind"},
		{`{"id":"a","label":"x"}`, "kind", "def_unknown_kind"},
		{`{"id":"a","kind":"text","label":"x","maximum":3}`, "maximum", "def_unknown_key"},
		{`{"id":"a","kind":"text","label":"x","unit":"円"}`, "unit", "def_unknown_key"},
		{`{"id":"a","kind":"text","label":"x","max":"3"}`, "max", "def_wrong_type"},
		{`{"id":"a","kind":"text","label":3}`, "label", "def_wrong_type"},
		{`{"id":"","kind":"text","label":"x"}`, "id", "def_bad_id"},
		{`{"id":"A","kind":"text","label":"x"}`, "id", "def_bad_id"},
		{`{"id":"a-b","kind":"text","label":"x"}`, "id", "def_bad_id"},
		{`{"id":"do","kind":"text","label":"x"}`, "id", "def_bad_id"},
		{`{"id":"a2345678901234567890123456789012345678901","kind":"text","label":"x"}`, "id", "def_bad_id"},
		{`{"id":"a","kind":"text","label":" "}`, "label", "def_missing"},
		{`{"id":"a","kind":"text","label":"` + strings.Repeat("長", 101) + `"}`, "label", "def_too_long"},
		{`{"id":"a","kind":"text","label":"外\ue000"}`, "label", "def_character"},
		{`{"id":"a","kind":"text","label":"x","role":"contact_mail"}`, "role", "def_bad_role"},
		{`{"id":"a","kind":"number","label":"x","autofill":true}`, "autofill", "def_no_autofill"},
		{`{"id":"a","kind":"section","label":"x","required":true}`, "required", "def_asks_nothing"},
		{`{"id":"a","kind":"text","label":"x","max":-1}`, "max", "def_range"},
		{`{"id":"a","kind":"text","label":"x","max":1001}`, "max", "def_range"},
		{`{"id":"a","kind":"text","label":"x","min":21,"max":20}`, "min", "def_range"},
		{`{"id":"a","kind":"text","label":"x","format":"x"}`, "format", "def_not_one_of"},
		{`{"id":"a","kind":"long_text","label":"x","rows":99}`, "rows", "def_range"},
		{`{"id":"a","kind":"number","label":"x","decimals":7}`, "decimals", "def_range"},
		{`{"id":"a","kind":"number","label":"x","min":2,"max":1}`, "max", "def_max_below_min"},
		{`{"id":"a","kind":"number","label":"x","min":1e99}`, "min", "def_number"},
		{`{"id":"a","kind":"date","label":"x","min":"2022-02-30"}`, "min", "def_date"},
		{`{"id":"a","kind":"date","label":"x","max":"today-"}`, "max", "def_date"},
		{`{"id":"a","kind":"date","label":"x","max":"today5y"}`, "max", "def_date"},
		{`{"id":"a","kind":"date","label":"x","max":"tomorrow"}`, "max", "def_date"},
		{`{"id":"a","kind":"date","label":"x","min":"2022-02-03","max":"2022-02-02"}`, "max", "def_max_below_min"},
		{`{"id":"a","kind":"choice","label":"x"}`, "options", "def_range"},
		{`{"id":"a","kind":"choice","label":"x","options":[{"value":"A","label":"甲"}]}`, "options[0].value", "def_bad_value"},
		{`{"id":"a","kind":"choice","label":"x","options":[{"value":"a","label":"甲"},{"value":"a","label":"乙"}]}`, "options[1].value", "def_twice"},
		{`{"id":"a","kind":"choice","label":"x","other":true,"options":[{"value":"other","label":"甲"}]}`, "options[0].value", "def_twice"},
		{`{"id":"a","kind":"choice","label":"x","options":[{"value":"a","label":""}]}`, "options[0].label", "def_missing"},
		{`{"id":"a","kind":"choice","label":"x","options":[{"value":"a","label":"甲","note":"x"}]}`, "note", "def_unknown_key"},
		{`{"id":"a","kind":"choice","label":"x","other":true,"style":"select","options":[{"value":"a","label":"甲"}]}`, "style", "def_other_needs_radio"},
		{`{"id":"a","kind":"choices","label":"x","min":3,"options":[{"value":"a","label":"甲"}]}`, "min", "def_range"},
		{`{"id":"a","kind":"choices","label":"x","min":2,"max":1,"options":[{"value":"a","label":"甲"},{"value":"b","label":"乙"}]}`, "max", "def_max_below_min"},
		{`{"id":"a","kind":"file","label":"x"}`, "types", "def_missing"},
		{`{"id":"a","kind":"file","label":"x","types":["exe"]}`, "types", "def_not_one_of"},
		{`{"id":"a","kind":"file","label":"x","types":["pdf"],"max_files":21}`, "max_files", "def_range"},
		{`{"id":"a","kind":"consent","label":"x","text":"本文"}`, "version", "def_missing"},
		{`{"id":"a","kind":"consent","label":"x","version":"1"}`, "text", "def_missing"},
		{`{"id":"a","kind":"explanation","label":"","text":""}`, "text", "def_missing"},
	} {
		_, flaws := field.Decode(json.RawMessage(c.json))
		if !slices.ContainsFunc(flaws, func(f field.Flaw) bool { return f.Setting == c.setting && f.Key == "field."+c.key }) {
			t.Errorf("%s: got %v, want %s at %q", c.json, flaws, c.key, c.setting)
		}
		for _, f := range flaws {
			if text := say(f.Key, f.Args); strings.ContainsAny(text, "{}") || strings.HasPrefix(text, "field.") {
				t.Errorf("%s: %q", c.json, text)
			}
		}
	}
}

func TestDefinitionsOfFieldsAreWrittenBack(t *testing.T) {
	for _, s := range samples {
		f := s.build(t, "")
		b, err := f.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		again, flaws := field.Decode(b)
		if len(flaws) > 0 {
			t.Errorf("%s is written as %s: %v", s.json, b, flaws)
			continue
		}
		if c, _ := again.MarshalJSON(); !bytes.Equal(b, c) {
			t.Errorf("%s becomes %s", b, c)
		}
	}
}

// TestEveryWordIsThere finds the keys in the sources and templates, and the
// words that nothing uses.
func TestEveryWordIsThere(t *testing.T) {
	ja := words.Of("ja")
	patterns := []*regexp.Regexp{
		regexp.MustCompile(`"((?:field|form)\.[a-z0-9_]+)"`),
		regexp.MustCompile(`\.W "([a-z_]+)"`),
		regexp.MustCompile(`\.W\("([a-z_]+)"\)`),
	}
	var sources []string
	for _, glob := range []string{"*.go", "*.tmpl", "../*.go"} {
		found, err := filepath.Glob(glob)
		if err != nil {
			t.Fatal(err)
		}
		sources = append(sources, found...)
	}
	used := map[string]bool{}
	for _, name := range sources {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for i, re := range patterns {
			for _, m := range re.FindAllStringSubmatch(string(b), -1) {
				key := m[1]
				if i > 0 {
					key = "field." + key
				}
				used[key] = true
				if !strings.HasSuffix(key, "_") && !ja.Has(key) {
					t.Errorf("%s uses %s, which has no words", name, key)
				}
			}
		}
	}
	for _, k := range field.Kinds {
		for _, s := range samples {
			if strings.Contains(s.json, `"kind":"`+k.Name()+`"`) {
				for _, part := range k.Parts(s.build(t, "")) {
					if part != "" && !ja.Has("field.part_"+part) {
						t.Errorf("part %s of %s has no words", part, k.Name())
					}
				}
			}
		}
	}
	if len(used) < 60 {
		t.Errorf("only %d keys found: the patterns no longer fit the sources", len(used))
	}
	b, err := os.ReadFile("../../words/ja/field.toml")
	if err != nil {
		t.Fatal(err)
	}
	built := []string{"field.part_", "field.era_", "field.format_", "field.broken", "field.control", "field.line_break", "field.private_use", "form.change_"}
	topic := ""
	for line := range strings.Lines(string(b)) {
		if name, ok := strings.CutPrefix(strings.TrimSpace(line), "["); ok {
			topic = strings.TrimSuffix(name, "]") + "."
			continue
		}
		key, _, ok := strings.Cut(line, " = ")
		if !ok || used[topic+key] || slices.ContainsFunc(built, func(p string) bool { return strings.HasPrefix(topic+key, p) }) {
			continue
		}
		t.Errorf("nothing uses the words %s%s", topic, key)
	}
}
