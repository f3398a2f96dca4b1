package words

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"madoguchi/internal/fault"
)

func TestTextFillsPlaceholders(t *testing.T) {
	w := words(t, map[string]string{
		"ja/a.toml": "[a]\nmax = \"{max}文字以内\"\ntwo = \"{x}と{y}と{z}\"\nnest = \"{k}です\"\nplain = \"そのまま\"",
	})["ja"]
	for _, c := range []struct {
		key  string
		args []any
		want string
	}{
		{"a.max", []any{fault.Args{"max": 50}}, "50文字以内"},
		{"a.max", []any{map[string]any{"max": "五"}}, "五文字以内"},
		{"a.two", []any{"x", 1, "y", "二"}, "1と二と{z}"},
		{"a.two", []any{"x", "{y}", "y", "二"}, "{y}と二と{z}"},
		{"a.nest", []any{"k", Key("a.plain")}, "そのままです"},
		{"a.plain", nil, "そのまま"},
		{"a.max", []any{"max"}, "{max}文字以内"},
		{"no.such", []any{"x", 1}, "no.such"},
	} {
		if got := w.Text(c.key, c.args...); got != c.want {
			t.Errorf("Text(%q, %v) = %q, want %q", c.key, c.args, got, c.want)
		}
	}
}

func TestOtherLanguagesFallBackToJapanese(t *testing.T) {
	all := words(t, map[string]string{
		"ja/a.toml": "[a]\none = \"一\"\ntwo = \"二\"",
		"en/a.toml": "[a]\none = \"one\"",
	})
	if got := all["en"].Text("a.one"); got != "one" {
		t.Errorf("en one = %q", got)
	}
	if got := all["en"].Text("a.two"); got != "二" {
		t.Errorf("en two = %q, want the Japanese word", got)
	}
	if all["en"].Has("a.two") {
		t.Error("en claims to have a.two")
	}
}

func TestSameKeyTwiceIsRefused(t *testing.T) {
	_, err := load(fstest.MapFS{
		"ja/a.toml": {Data: []byte("[a]\none = \"一\"")},
		"ja/b.toml": {Data: []byte("[a]\none = \"壱\"")},
	})
	if err == nil {
		t.Error("two files with the same key were accepted")
	}
}

func TestExplainNeedsAFaultWithWords(t *testing.T) {
	w := words(t, map[string]string{"ja/a.toml": "[a]\nmax = \"{max}文字以内\""})["ja"]
	got, ok := w.Explain(fault.New(fault.Invalid, "a.max").With(fault.Args{"max": 3}))
	if !ok || got != "3文字以内" {
		t.Errorf("explain = %q, %v", got, ok)
	}
	for _, err := range []error{errors.New("x"), fault.New(fault.Invalid, "a.none")} {
		if got, ok := w.Explain(err); ok {
			t.Errorf("explain %v = %q, want nothing", err, got)
		}
	}
}

// used finds keys in Go sources and templates: the second argument of
// fault.New, the first of Text and of the template function t, and words.Key.
var used = []*regexp.Regexp{
	regexp.MustCompile(`fault\.New\(\s*[\w.]+,\s*"([a-z0-9_]+\.[a-z0-9_]+)"`),
	regexp.MustCompile(`\.Text\("([a-z0-9_]+\.[a-z0-9_]+)"`),
	regexp.MustCompile(`words\.Key\("([a-z0-9_]+\.[a-z0-9_]+)"\)`),
	regexp.MustCompile(`[({ |]t "([a-z0-9_]+\.[a-z0-9_]+)"`),
}

func TestEveryKeyInUseHasJapaneseWords(t *testing.T) {
	ja, seen := Of(Base), 0
	err := filepath.WalkDir("../..", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") && d.Name() != ".." || d.Name() == "node_modules" || d.Name() == "var" || d.Name() == "testdata") {
			return filepath.SkipDir
		}
		if strings.HasSuffix(name, "_test.go") || !slices.Contains([]string{".go", ".tmpl"}, filepath.Ext(name)) {
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		for _, re := range used {
			for _, m := range re.FindAllStringSubmatch(string(text), -1) {
				seen++
				if !strings.HasSuffix(m[1], "_") && !ja.Has(m[1]) {
					t.Errorf("%s uses %q, which has no words in ja", name, m[1])
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen == 0 {
		t.Error("no key in use was found: the patterns no longer fit the sources")
	}
}

func TestEveryLanguageNamesItself(t *testing.T) {
	for _, l := range Languages() {
		if w := Of(l.Code); !w.Has("language.name") || !w.Has("language.tag") {
			t.Errorf("%s: no language.name or language.tag", l.Code)
		}
	}
	if first := Languages()[0].Code; first != Base {
		t.Errorf("first language %q, want %q", first, Base)
	}
}

func words(t *testing.T, files map[string]string) map[string]*Words {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	all, err := load(fsys)
	if err != nil {
		t.Fatal(err)
	}
	return all
}
