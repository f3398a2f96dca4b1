package form_test

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"madoguchi/internal/form"
	"madoguchi/internal/form/field"
)

var (
	rowKey  = regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\|")
	example = regexp.MustCompile("(?s)```json\n(.*?)```")
	quoted  = regexp.MustCompile("`([a-z_]+)`")
)

// TestTheFormatIsDocumented compares docs/form-format.md with the program:
// every key of every kind stands there, no other does, and the examples are
// read.
func TestTheFormatIsDocumented(t *testing.T) {
	b, err := os.ReadFile("../../docs/form-format.md")
	if err != nil {
		t.Fatal(err)
	}
	doc := string(b)
	checkKeys(t, "the file", part(doc, "\n## The file\n"), []string{"format", "title", "my_number", "pages"})
	checkKeys(t, "a page", part(doc, "\n## A page\n"), []string{"id", "title", "intro", "fields"})
	checkKeys(t, "a field", part(doc, "\n## A field\n"), field.CommonKeys())
	if _, err := form.Parse([]byte(example.FindStringSubmatch(doc)[1])); err != nil {
		t.Errorf("the example of a file: %v", err)
	}
	for role := range field.Roles {
		if !strings.Contains(part(doc, "\n## A field\n"), "`"+role+"`") {
			t.Errorf("the role %s is not documented", role)
		}
	}
	for _, k := range field.Kinds {
		text := part(doc, "\n### `"+k.Name()+"`\n")
		own, options, _ := strings.Cut(text, "| option |")
		checkKeys(t, k.Name(), own, field.Keys(k))
		if k.Name() == "choice" {
			checkKeys(t, "an option", options, []string{"value", "label", "hint"})
		}
		m := example.FindStringSubmatch(text)
		if m == nil {
			t.Errorf("%s has no example", k.Name())
			continue
		}
		if f, flaws := field.Decode(json.RawMessage(m[1])); len(flaws) > 0 || f.Kind != k.Name() {
			t.Errorf("the example of %s: %v", k.Name(), flaws)
		}
	}
	var types []string
	for _, m := range quoted.FindAllStringSubmatch(strings.Split(part(doc, "\n### `file`\n"), "`types`")[1], -1) {
		types = append(types, m[1])
	}
	for _, name := range field.FileTypes() {
		if !slices.Contains(types, name) {
			t.Errorf("the file type %s is not documented", name)
		}
	}
}

// part returns the text below a heading, up to the next heading of its depth
// or above.
func part(doc, heading string) string {
	_, after, _ := strings.Cut(doc, heading)
	for _, next := range []string{"\n## ", "\n### "} {
		after, _, _ = strings.Cut(after, next)
	}
	return after
}

func checkKeys(t *testing.T, what, text string, want []string) {
	t.Helper()
	var got []string
	for _, m := range rowKey.FindAllStringSubmatch(text, -1) {
		got = append(got, m[1])
	}
	slices.Sort(got)
	want = slices.Sorted(slices.Values(want))
	if !slices.Equal(got, want) {
		t.Errorf("%s: documented are %v, the program knows %v", what, got, want)
	}
}
