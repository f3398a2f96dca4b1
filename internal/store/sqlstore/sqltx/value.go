package sqltx

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"time"
	"unicode/utf8"

	"madoguchi/internal/fault"
)

// JSON marks the value that p points to as one that is kept as JSON text.
func JSON(p any) any { return &jsonText{p} }

// Maybe marks text that is NULL in the database when it is empty.
func Maybe[T ~string](p *T) any { return &maybe[T]{p} }

// Opaque marks bytes that are kept as text as they are; no bytes are nil.
func Opaque[T ~[]byte](p *T) any { return &opaque[T]{p} }

// Micros is how a time is kept: microseconds since 1970, and 0 for the zero
// time. The first microsecond of 1970 itself becomes the second.
func Micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	if us := t.UnixMicro(); us != 0 {
		return us
	}
	return 1
}

// FromMicros is the reverse of Micros, in UTC.
func FromMicros(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

// A marked value knows how it is kept.
type marked interface{ value() (any, error) }

// value turns a Go value, or a pointer to one, into text, an integer or nil.
func value(a any) (any, error) {
	switch v := a.(type) {
	case nil, int64:
		return v, nil
	case string:
		return text(v)
	case int:
		return int64(v), nil
	case bool:
		return flag(v), nil
	case time.Time:
		return Micros(v), nil
	case marked:
		return v.value()
	}
	switch v := reflect.ValueOf(a); v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return nil, fmt.Errorf("a nil %T as a value", a)
		}
		return value(v.Elem().Interface())
	case reflect.String:
		return text(v.String())
	case reflect.Int, reflect.Int64:
		return v.Int(), nil
	}
	return nil, fmt.Errorf("a %T as a value", a)
}

// text refuses what PostgreSQL cannot keep, on every engine.
func text(s string) (any, error) {
	if !utf8.ValidString(s) || strings.IndexByte(s, 0) >= 0 {
		return nil, fault.New(fault.Invalid, "store.bad_text")
	}
	return s, nil
}

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// places replaces pointers that no driver can fill by ones that convert.
func places(dst []any) []any {
	out := make([]any, len(dst))
	for i, d := range dst {
		switch p := d.(type) {
		case *time.Time:
			out[i] = (*moment)(p)
		case *bool:
			out[i] = (*truth)(p)
		default:
			out[i] = d
		}
	}
	return out
}

type moment time.Time

func (m *moment) Scan(src any) error {
	us, ok := src.(int64)
	if !ok {
		return fmt.Errorf("a %T as a time", src)
	}
	*m = moment(FromMicros(us))
	return nil
}

type truth bool

func (b *truth) Scan(src any) error {
	n, ok := src.(int64)
	if !ok {
		return fmt.Errorf("a %T as a truth value", src)
	}
	*b = n != 0
	return nil
}

type jsonText struct{ p any }

func (j *jsonText) value() (any, error) {
	b, err := json.Marshal(j.p)
	if err != nil {
		return nil, fmt.Errorf("a %T as JSON: %w", j.p, err)
	}
	return text(string(b))
}

func (j *jsonText) Scan(src any) error {
	s, ok := src.(string)
	if !ok {
		return fmt.Errorf("a %T as JSON", src)
	}
	return json.Unmarshal([]byte(s), j.p)
}

type maybe[T ~string] struct{ p *T }

func (m *maybe[T]) value() (any, error) {
	if *m.p == "" {
		return nil, nil
	}
	return text(string(*m.p))
}

func (m *maybe[T]) Scan(src any) error {
	switch s := src.(type) {
	case nil:
		*m.p = ""
	case string:
		*m.p = T(s)
	default:
		return fmt.Errorf("a %T as text", src)
	}
	return nil
}

type opaque[T ~[]byte] struct{ p *T }

func (o *opaque[T]) value() (any, error) { return text(string(*o.p)) }

func (o *opaque[T]) Scan(src any) error {
	s, ok := src.(string)
	if !ok {
		return fmt.Errorf("a %T as text", src)
	}
	*o.p = nil
	if s != "" {
		*o.p = T(s)
	}
	return nil
}
