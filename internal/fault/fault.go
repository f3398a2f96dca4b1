// Package fault names the ways a request can fail that a person is told about.
//
// Everything else is a plain error: it is logged, and the person sees only
// that something went wrong. A fault holds a kind, the key of a sentence in
// the words files and the sentence's arguments; it holds no words itself and
// no personal data, so it may be logged.
package fault

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A Kind says what the person, or the page, can do about a failure.
type Kind string

// The kinds, and the status that a web page answers with.
const (
	Invalid     Kind = "invalid"     // 422: the input can be corrected
	NotFound    Kind = "not_found"   // 404: no such thing in this tenant, or none that this person may see
	Denied      Kind = "denied"      // 403: this person may not, and may know that it exists
	Conflict    Kind = "conflict"    // 409: someone else changed it first, or it is there already
	Gone        Kind = "gone"        // 410: it was here, and its time is over
	TooLarge    Kind = "too_large"   // 413: more bytes than allowed
	TooMany     Kind = "too_many"    // 429: too often; later it will work
	Unavailable Kind = "unavailable" // 503: the service cannot do it now; nothing was changed
)

// Args are the arguments of a message: {"max": 50} fills "{max}文字以内".
type Args map[string]any

// Error is a failure that a person is told about. It is immutable.
type Error struct {
	kind Kind
	key  string
	args Args
	err  error
}

// New returns an Error of the kind, shown with the message that key names.
func New(kind Kind, key string) *Error { return &Error{kind: kind, key: key} }

// With returns a copy of e whose message has the arguments args.
func (e *Error) With(args Args) *Error {
	c := *e
	c.args = maps.Clone(args)
	return &c
}

// Because returns a copy of e with the cause err, which only logs see.
func (e *Error) Because(err error) *Error {
	c := *e
	c.err = err
	return &c
}

// Kind returns what kind of failure e is.
func (e *Error) Kind() Kind { return e.kind }

// Key returns the key of e's message in the words files.
func (e *Error) Key() string { return e.key }

// Args returns the arguments of e's message.
func (e *Error) Args() Args { return maps.Clone(e.args) }

// Error is the text for logs. Arguments are named but not shown: they may
// come from what a person typed.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s", e.kind, e.key)
	if len(e.args) > 0 {
		fmt.Fprintf(&b, " (%s)", strings.Join(slices.Sorted(maps.Keys(e.args)), ", "))
	}
	if e.err != nil {
		fmt.Fprintf(&b, ": %v", e.err)
	}
	return b.String()
}

func (e *Error) Unwrap() error { return e.err }

// Of returns the Error in err's chain, or nil for an error no one planned for.
func Of(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return nil
}

// KindOf returns the kind of err, or "" for an error no one planned for.
func KindOf(err error) Kind {
	if e := Of(err); e != nil {
		return e.kind
	}
	return ""
}
