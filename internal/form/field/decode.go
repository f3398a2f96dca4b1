package field

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"reflect"
	"slices"
	"strings"

	"madoguchi/internal/fault"
	"madoguchi/internal/jptext"
)

// Limits of a definition's own words, in characters.
const (
	maxLabel = 100
	maxHint  = 500
	maxProse = 10_000
)

// Decode reads one field of a definition. All flaws are returned, not only the
// first; the field may be used when there is none.
func Decode(raw json.RawMessage) (Field, []Flaw) {
	var f Field
	keys, err := members(raw)
	if err != nil {
		return f, []Flaw{{Key: "field.def_not_object"}}
	}
	common, own := split(keys)
	if flaws := decodeStrict(common, &f.Common); len(flaws) > 0 {
		return f, flaws
	}
	k, ok := KindNamed(f.Kind)
	if !ok {
		return f, []Flaw{{Setting: "kind", Key: "field.def_unknown_kind", Args: fault.Args{"kind": f.Kind}}}
	}
	f.Required = f.Required || f.Kind == "consent"
	f.Settings = k.Settings()
	if flaws := decodeStrict(own, f.Settings); len(flaws) > 0 {
		return f, flaws
	}
	return f, slices.Concat(f.commonFlaws(), k.Flaws(f))
}

// MarshalJSON writes f as Decode reads it.
func (f Field) MarshalJSON() ([]byte, error) {
	common, own := encode(f.Common), encode(f.Settings)
	if bytes.Equal(own, []byte("{}")) {
		return common, nil
	}
	return slices.Concat(common[:len(common)-1], []byte(","), own[1:]), nil
}

// CommonKeys lists the JSON keys that fields of every kind have.
func CommonKeys() []string { return jsonKeys(reflect.TypeFor[Common]()) }

// Keys lists the JSON keys that only fields of the kind have.
func Keys(k Kind) []string { return jsonKeys(reflect.TypeOf(k.Settings()).Elem()) }

func jsonKeys(t reflect.Type) []string {
	var keys []string
	for i := range t.NumField() {
		key, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		keys = append(keys, key)
	}
	return keys
}

func members(raw json.RawMessage) (map[string]json.RawMessage, error) {
	var m map[string]json.RawMessage
	err := json.Unmarshal(raw, &m)
	if err == nil && m == nil {
		err = errors.New("null")
	}
	return m, err
}

// split parts the members of a field into those that all kinds have and the
// kind's own.
func split(m map[string]json.RawMessage) (common, own json.RawMessage) {
	ownKeys := maps.Clone(m)
	commonKeys := map[string]json.RawMessage{}
	for _, key := range CommonKeys() {
		if v, ok := m[key]; ok {
			commonKeys[key] = v
			delete(ownKeys, key)
		}
	}
	return encode(commonKeys), encode(ownKeys)
}

// decodeStrict refuses keys that the type does not have.
func decodeStrict(raw json.RawMessage, into any) []Flaw {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	err := d.Decode(into)
	if err == nil {
		if _, err = d.Token(); errors.Is(err, io.EOF) {
			return nil
		}
	}
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return []Flaw{{Setting: wrong.Field, Key: "field.def_wrong_type", Args: fault.Args{"type": wrong.Type.String()}}}
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return []Flaw{{Setting: strings.Trim(name, `"`), Key: "field.def_unknown_key"}}
	}
	return []Flaw{{Key: "field.def_not_object"}}
}

func (f Field) commonFlaws() []Flaw {
	var flaws []Flaw
	if !f.ID.Valid() {
		flaws = append(flaws, Flaw{Setting: "id", Key: "field.def_bad_id"})
	}
	flaws = append(flaws, Prose("label", f.Label, maxLabel, f.Kind != "explanation")...)
	flaws = append(flaws, Prose("hint", f.Hint, maxHint, false)...)
	if f.Role != "" && !slices.Contains(Roles[f.Role], f.Kind) {
		flaws = append(flaws, Flaw{Setting: "role", Key: "field.def_bad_role", Args: fault.Args{"role": f.Role}})
	}
	if f.Autofill && !slices.Contains(autofilled, f.Kind) {
		flaws = append(flaws, Flaw{Setting: "autofill", Key: "field.def_no_autofill"})
	}
	if !f.Asks() && f.Required {
		flaws = append(flaws, Flaw{Setting: "required", Key: "field.def_asks_nothing"})
	}
	return flaws
}

// autofilled names the kinds for which a browser can fill in the person's own.
var autofilled = []string{"name", "address", "phone", "mail", "date"}

// Roles names what an answer is to the application beyond the form, and the
// kinds that can be it.
var Roles = map[string][]string{
	"applicant_name": {"name", "text"},
	"applicant_kana": {"text"},
	"contact_mail":   {"mail"},
	"contact_phone":  {"phone"},
}

// Prose checks text that an author wrote for people to read.
func Prose(setting, s string, limit int, needed bool) []Flaw {
	if needed && strings.TrimSpace(s) == "" {
		return []Flaw{{Setting: setting, Key: "field.def_missing"}}
	}
	if jptext.Longer(s, limit) {
		return []Flaw{{Setting: setting, Key: "field.def_too_long", Args: fault.Args{"max": limit}}}
	}
	if found, bad := jptext.Check(s, limit == maxProse); bad {
		return []Flaw{{Setting: setting, Key: "field.def_character", Args: fault.Args{"at": found.At, "char": codePoint(found.Rune)}}}
	}
	return nil
}

// between notes a number setting outside its range; 0 stands for the default.
func between(setting string, n, low, high int) []Flaw {
	if n == 0 || n >= low && n <= high {
		return nil
	}
	return []Flaw{{Setting: setting, Key: "field.def_range", Args: fault.Args{"min": low, "max": high}}}
}

// oneOf notes a setting that is not one of the words; "" stands for the default.
func oneOf(setting, s string, words ...string) []Flaw {
	if s == "" || slices.Contains(words, s) {
		return nil
	}
	return []Flaw{{Setting: setting, Key: "field.def_not_one_of", Args: fault.Args{"list": strings.Join(words, ", ")}}}
}
