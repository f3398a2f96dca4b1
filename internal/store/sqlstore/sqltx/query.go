package sqltx

import (
	"strconv"
	"strings"
)

// A Query is a text that is put together from constant fragments. In each
// fragment "$?" stands for the next parameter and "$(?)" for a list of them.
type Query struct {
	text strings.Builder
	args []any
}

// NewQuery begins a query with the fragment text; $1 is the tenant.
func NewQuery(text string, args ...any) *Query {
	q := &Query{}
	q.Add(text, args...)
	return q
}

// Add appends a fragment with the values of its "$?", in order.
func (q *Query) Add(text string, args ...any) {
	for before, after, found := strings.Cut(text, "$?"); ; before, after, found = strings.Cut(after, "$?") {
		q.text.WriteString(before)
		if !found {
			break
		}
		q.text.WriteString("$" + strconv.Itoa(len(q.args)+2))
		q.args = append(q.args, args[0])
		args = args[1:]
	}
	q.text.WriteByte('\n')
}

// AddIn appends a fragment whose "$(?)" stands for the values of list. The
// list is filled up to a power of two by its last value, so that there are
// few different texts. An empty list chooses nothing.
func AddIn[T any](q *Query, text string, list []T) {
	before, after, _ := strings.Cut(text, "$(?)")
	if len(list) == 0 {
		q.text.WriteString(before + "(NULL)" + after + "\n")
		return
	}
	n := 1
	for n < len(list) {
		n *= 2
	}
	q.text.WriteString(before + "(" + Placeholders(len(q.args)+2, n) + ")" + after + "\n")
	for i := range n {
		q.args = append(q.args, list[min(i, len(list)-1)])
	}
}

// Text is the statement so far.
func (q *Query) Text() string { return q.text.String() }

// Args are its parameters from $2.
func (q *Query) Args() []any { return q.args }

// Placeholders returns n of them, from $first on.
func Placeholders(first, n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString("$" + strconv.Itoa(first+i))
	}
	return b.String()
}
