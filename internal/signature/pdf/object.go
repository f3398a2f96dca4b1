// Package pdf reads PDF files (ISO 32000-2) with all their revisions (版), for
// the verification of signatures.
//
// A View is the file as it stood when it ended at some byte, and is read only
// through its own cross-reference chain; nothing is guessed. Small quirks of
// real producers are accepted and remembered (View.Inexact). A file whose
// chain is broken can be opened by Rebuild, which says so. Every read is
// limited in depth, objects and inflated bytes. It judges no signature.
package pdf

import (
	"errors"
	"slices"
)

// The limits. MaxFile is checked by Open; the others while reading.
const (
	MaxFile     = 64 << 20
	maxObjects  = 1_000_000
	maxInflated = 256 << 20 // of all streams together
	maxStream   = 64 << 20  // of one stream
	maxValues   = 2_000_000 // in one object
	maxCached   = 8 << 20   // source bytes of objects that a view remembers
	maxDepth    = 100
	maxSections = 4096
	maxEffort   = 1 << 30
)

// The errors of this package, to be compared with errors.Is.
var (
	ErrSyntax = errors.New("malformed pdf")
	ErrLimit  = errors.New("pdf exceeds a limit")
)

// The values of a PDF: nil, bool, int64, Real, Name, String, Array, *Dict,
// Ref and *Stream.
type (
	// Real is a number that is no int64, as it is written.
	Real string
	// Name is a name without its slash, # escapes resolved.
	Name string
	// Array is an array.
	Array []any
)

// Ref is a reference to an indirect object.
type Ref struct{ Num, Gen int }

// String is a string and where its token, delimiters included, stands in the
// file; Start is -1 inside an object stream.
type String struct {
	Value      []byte
	Hex        bool
	Start, End int
}

// Entry is one key of a dictionary.
type Entry struct {
	Key   Name
	Value any
}

// Dict is a dictionary in the order written. Of a repeated key the last one
// counts for Get; Repeated tells that there was one.
type Dict struct {
	Entries  []Entry
	Repeated bool
}

// Get returns the value of key, not resolved, or nil. A nil Dict is empty.
func (d *Dict) Get(key Name) any {
	if d == nil {
		return nil
	}
	for _, e := range slices.Backward(d.Entries) {
		if e.Key == key {
			return e.Value
		}
	}
	return nil
}

// Has tells whether the key is there.
func (d *Dict) Has(key Name) bool {
	return d != nil && slices.ContainsFunc(d.Entries, func(e Entry) bool { return e.Key == key })
}

// Stream is a stream: its dictionary and its bytes as they are in the file.
// BadLength tells that Length does not lead to endstream.
type Stream struct {
	Dict      *Dict
	Raw       []byte
	BadLength bool
}

// Object is an indirect object and where it stands.
type Object struct {
	Num, Gen   int
	Value      any
	Start, End int  // of the file's bytes "n g obj … endobj"; 0, 0 in an object stream
	Loose      bool // no endobj follows
	size       int  // source bytes of the value, without a stream's
}

// DictOf gives the dictionary of a dictionary or stream, or nil.
func DictOf(v any) *Dict {
	switch v := v.(type) {
	case *Dict:
		return v
	case *Stream:
		return v.Dict
	}
	return nil
}
