// Package words holds every word (文言) that people read: one folder of TOML
// files per language, each file a few flat tables, "[topic]" then "key".
//
// Japanese is complete; another language is a folder to add, and what it lacks
// is shown in Japanese. A key that no file has is shown as the key itself:
// a missing word never takes a page away from a reader. A test finds such keys
// in the sources before that happens.
package words

import (
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/BurntSushi/toml"

	"madoguchi/internal/fault"
)

// Base is the language that is complete, and that stands in for the others.
const Base = "ja"

//go:embed */*.toml
var files embed.FS

// Words are the words of one language. They are immutable.
type Words struct {
	lang  string
	texts map[string]string
	base  *Words // nil for the base language
}

// A Language is one that the service can speak.
type Language struct {
	Code string // the folder and the path prefix: "ja", "en", "easy"
	Name string // in the language itself: 日本語
	Tag  string // BCP 47, for the lang attribute: "ja"
}

// A Key as an argument of a text is replaced by its own words.
type Key string

// loaded reads the embedded files once. They are part of the program, so a
// mistake in them is a bug that shows at the first start.
var loaded = sync.OnceValue(func() map[string]*Words {
	all, err := load(files)
	if err != nil {
		panic(err)
	}
	return all
})

// Of returns the words of the language, or those of Base if it has no folder.
func Of(lang string) *Words {
	if w, ok := loaded()[lang]; ok {
		return w
	}
	return loaded()[Base]
}

// Languages lists the languages that have a folder, Base first.
func Languages() []Language {
	var list []Language
	for _, code := range slices.Sorted(maps.Keys(loaded())) {
		w := loaded()[code]
		l := Language{Code: code, Name: w.Text("language.name"), Tag: w.Text("language.tag")}
		if code == Base {
			list = slices.Insert(list, 0, l)
			continue
		}
		list = append(list, l)
	}
	return list
}

// Lang returns the code of w's language.
func (w *Words) Lang() string { return w.lang }

// Has tells whether w itself, without the base language, has words for key.
func (w *Words) Has(key string) bool {
	_, ok := w.texts[key]
	return ok
}

// Text returns the words of key with each {name} replaced by its argument.
// args is one fault.Args or map[string]any, or names and values by turns.
// A key without words gives the key; a name without argument stays as it is.
func (w *Words) Text(key string, args ...any) string {
	text, ok := w.find(key)
	if !ok {
		return key
	}
	if len(args) == 0 || !strings.Contains(text, "{") {
		return text
	}
	return w.fill(text, named(args))
}

// Explain returns what a failure tells a person, and whether it tells anything.
func (w *Words) Explain(err error) (string, bool) {
	f := fault.Of(err)
	if f == nil {
		return "", false
	}
	if _, ok := w.find(f.Key()); !ok {
		return "", false
	}
	return w.Text(f.Key(), f.Args()), true
}

func (w *Words) find(key string) (string, bool) {
	text, ok := w.texts[key]
	if !ok && w.base != nil {
		text, ok = w.base.texts[key]
	}
	return text, ok
}

func (w *Words) fill(text string, args map[string]any) string {
	var b strings.Builder
	for {
		before, rest, open := strings.Cut(text, "{")
		b.WriteString(before)
		if !open {
			return b.String()
		}
		name, after, closed := strings.Cut(rest, "}")
		value, known := args[name]
		if !closed || !known {
			b.WriteString("{")
			text = rest
			continue
		}
		b.WriteString(w.show(value))
		text = after
	}
}

func (w *Words) show(value any) string {
	if k, ok := value.(Key); ok {
		return w.Text(string(k))
	}
	return fmt.Sprint(value)
}

// named reads the arguments of Text.
func named(args []any) map[string]any {
	switch first := args[0].(type) {
	case fault.Args:
		return first
	case map[string]any:
		return first
	}
	m := make(map[string]any, len(args)/2)
	for i := 0; i+1 < len(args); i += 2 {
		m[fmt.Sprint(args[i])] = args[i+1]
	}
	return m
}

// load reads the folders of fsys, one language each.
func load(fsys fs.FS) (map[string]*Words, error) {
	names, err := fs.Glob(fsys, "*/*.toml")
	if err != nil {
		return nil, err
	}
	all := map[string]*Words{}
	for _, name := range names {
		lang := path.Dir(name)
		if all[lang] == nil {
			all[lang] = &Words{lang: lang, texts: map[string]string{}}
		}
		if err := all[lang].read(fsys, name); err != nil {
			return nil, fmt.Errorf("words %s: %w", name, err)
		}
	}
	base := all[Base]
	if base == nil {
		return nil, fmt.Errorf("words: no folder %s", Base)
	}
	for lang, w := range all {
		if lang != Base {
			w.base = base
		}
	}
	return all, nil
}

func (w *Words) read(fsys fs.FS, name string) error {
	data, err := fs.ReadFile(fsys, name)
	if err != nil {
		return err
	}
	var topics map[string]map[string]string
	if err := toml.Unmarshal(data, &topics); err != nil {
		return err
	}
	for topic, texts := range topics {
		for key, text := range texts {
			full := topic + "." + key
			if _, twice := w.texts[full]; twice {
				return fmt.Errorf("%s is there twice", full)
			}
			w.texts[full] = text
		}
	}
	return nil
}
