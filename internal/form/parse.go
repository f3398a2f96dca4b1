package form

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"

	"madoguchi/internal/fault"
	"madoguchi/internal/form/field"
)

// Limits of a definition.
const (
	maxBytes  = 1 << 20
	maxPages  = 50
	maxFields = 500
	maxTitle  = 100
	maxIntro  = 1000
)

var validPage = regexp.MustCompile(`^[a-z][a-z0-9-]{0,39}$`)

// reservedPages are steps of the way that have addresses like pages.
var reservedPages = map[string]bool{"check": true, "done": true, "saved": true, "files": true, "address": true, "new": true}

// A DefinitionError lists all that is wrong with a definition.
type DefinitionError struct{ Flaws []Flaw }

// A Flaw is one thing that is wrong with a definition and where it is.
type Flaw struct {
	Path    string // pages[1].fields[3].options[0].value; "" for the whole
	PageID  string // of the page it is on, if any
	FieldID field.ID
	Line    int    // for text that is not JSON; else 0
	Key     string // in the words files
	Args    fault.Args
}

func (e *DefinitionError) Error() string {
	var b strings.Builder
	for i, f := range e.Flaws {
		if i > 0 {
			b.WriteString("; ")
		}
		if f.Line > 0 {
			fmt.Fprintf(&b, "line %d: ", f.Line)
		}
		fmt.Fprintf(&b, "%s: %s %v", f.Path, f.Key, f.Args)
	}
	return "definition: " + b.String()
}

// Parse reads and checks a whole definition. It refuses unknown keys, keys
// given twice, and whatever docs/form-format.md does not allow. The error is a
// *DefinitionError with every flaw found.
func Parse(b []byte) (*Definition, error) {
	if len(b) > maxBytes {
		return nil, flawed("form.too_large", fault.Args{"max": maxBytes})
	}
	if !utf8.Valid(b) {
		return nil, flawed("form.not_utf8", nil)
	}
	if err := keysOnce(b); err != nil {
		return nil, err
	}
	var raw struct {
		Format   string    `json:"format"`
		Title    string    `json:"title"`
		MyNumber bool      `json:"my_number"`
		Pages    []rawPage `json:"pages"`
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&raw); err != nil {
		return nil, notDecoded(err)
	}
	if raw.Format != Format {
		return nil, &DefinitionError{[]Flaw{{Path: "format", Key: "form.format", Args: fault.Args{"format": Format}}}}
	}
	p := parser{def: &Definition{Title: raw.Title, MyNumber: raw.MyNumber}}
	p.prose("title", raw.Title, maxTitle, true)
	p.pages(raw.Pages)
	if len(p.flaws) > 0 {
		return nil, &DefinitionError{p.flaws}
	}
	return p.def, nil
}

type rawPage struct {
	ID     string            `json:"id"`
	Title  string            `json:"title"`
	Intro  string            `json:"intro"`
	Fields []json.RawMessage `json:"fields"`
}

func flawed(key string, args fault.Args) error {
	return &DefinitionError{[]Flaw{{Key: key, Args: args}}}
}

func notDecoded(err error) error {
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return &DefinitionError{[]Flaw{{Path: wrong.Field, Key: "field.def_wrong_type", Args: fault.Args{"type": wrong.Type.String()}}}}
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return &DefinitionError{[]Flaw{{Path: strings.Trim(name, `"`), Key: "field.def_unknown_key"}}}
	}
	return flawed("form.not_json", nil)
}

// parser gathers the flaws of a definition.
type parser struct {
	def   *Definition
	flaws []Flaw
	where Flaw // page, field and path that the next flaw belongs to
}

func (p *parser) add(flaws ...field.Flaw) {
	for _, f := range flaws {
		at := p.where
		at.Key, at.Args = f.Key, f.Args
		at.Path = strings.Trim(at.Path+"."+f.Setting, ".")
		p.flaws = append(p.flaws, at)
	}
}

func (p *parser) prose(setting, s string, limit int, needed bool) {
	p.add(field.Prose(setting, s, limit, needed)...)
}

func (p *parser) pages(pages []rawPage) {
	if len(pages) == 0 || len(pages) > maxPages {
		p.add(field.Flaw{Setting: "pages", Key: "field.def_range", Args: fault.Args{"min": 1, "max": maxPages}})
	}
	seenPages, seenFields, roles := map[string]bool{}, map[field.ID]bool{}, map[string]bool{}
	for i, raw := range pages {
		p.where = Flaw{Path: fmt.Sprintf("pages[%d]", i), PageID: raw.ID}
		page := Page{ID: raw.ID, Title: raw.Title, Intro: raw.Intro}
		if !validPage.MatchString(raw.ID) || reservedPages[raw.ID] {
			p.add(field.Flaw{Setting: "id", Key: "form.page_id"})
		}
		if seenPages[raw.ID] {
			p.add(field.Flaw{Setting: "id", Key: "field.def_twice", Args: fault.Args{"id": raw.ID}})
		}
		seenPages[raw.ID] = true
		p.prose("title", raw.Title, maxTitle, true)
		p.prose("intro", raw.Intro, maxIntro, false)
		if len(raw.Fields) == 0 {
			p.add(field.Flaw{Setting: "fields", Key: "field.def_missing"})
		}
		for j, rawField := range raw.Fields {
			p.where = Flaw{Path: fmt.Sprintf("pages[%d].fields[%d]", i, j), PageID: raw.ID}
			page.Fields = append(page.Fields, p.field(rawField, seenFields, roles))
		}
		p.def.Pages = append(p.def.Pages, page)
	}
	p.where = Flaw{}
	if len(seenFields) > maxFields {
		p.add(field.Flaw{Setting: "pages", Key: "form.too_many_fields", Args: fault.Args{"max": maxFields}})
	}
}

func (p *parser) field(raw json.RawMessage, seen map[field.ID]bool, roles map[string]bool) field.Field {
	f, flaws := field.Decode(raw)
	p.where.FieldID = f.ID
	p.add(flaws...)
	if seen[f.ID] && f.ID != "" {
		p.add(field.Flaw{Setting: "id", Key: "field.def_twice", Args: fault.Args{"id": string(f.ID)}})
	}
	seen[f.ID] = true
	if f.Role != "" && roles[f.Role] {
		p.add(field.Flaw{Setting: "role", Key: "field.def_twice", Args: fault.Args{"id": f.Role}})
	}
	roles[f.Role] = true
	if p.def.MyNumber {
		return f.AllowMyNumber()
	}
	if f.CollectsMyNumber() {
		p.add(field.Flaw{Setting: "format", Key: "field.def_my_number"})
	}
	return f
}

// keysOnce refuses text that is not one JSON value, keys that are given twice
// or are not lower case (encoding/json would take "Label" for "label"), and
// deep nesting.
func keysOnce(b []byte) error {
	d := json.NewDecoder(bytes.NewReader(b))
	var open []level
	for values := 0; ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) && len(open) == 0 && values == 1 {
			return nil
		}
		if err != nil || values == 1 || len(open) > maxDepth {
			return &DefinitionError{[]Flaw{{Line: lineOf(b, d.InputOffset()), Key: "form.not_json"}}}
		}
		if key, ok := nextKey(open, token); ok {
			if !open[len(open)-1].take(key) {
				return &DefinitionError{[]Flaw{{Line: lineOf(b, d.InputOffset()), Path: key, Key: "form.key_twice"}}}
			}
			continue
		}
		open = enter(open, token)
		if len(open) == 0 {
			values++
		}
	}
}

// maxDepth is deeper than any definition is nested.
const maxDepth = 20

// A level is an object or list that is open.
type level struct {
	keys  map[string]bool // nil in a list
	named bool            // a key was read, its value comes next
}

// nextKey returns the token as a key, where one is due.
func nextKey(open []level, token json.Token) (string, bool) {
	if len(open) == 0 || open[len(open)-1].keys == nil || open[len(open)-1].named {
		return "", false
	}
	key, ok := token.(string)
	return key, ok
}

// take notes a key and reports whether it may stand there.
func (l *level) take(key string) bool {
	ok := !l.keys[key] && key == strings.ToLower(key)
	l.keys[key], l.named = true, true
	return ok
}

// enter returns what is open after a value or a bracket.
func enter(open []level, token json.Token) []level {
	if len(open) > 0 {
		open[len(open)-1].named = false
	}
	switch token {
	case json.Delim('{'):
		return append(open, level{keys: map[string]bool{}})
	case json.Delim('['):
		return append(open, level{})
	case json.Delim('}'), json.Delim(']'):
		return open[:len(open)-1]
	}
	return open
}

func lineOf(b []byte, offset int64) int {
	return 1 + bytes.Count(b[:min(int(offset), len(b))], []byte("\n"))
}
