package fault

import "strings"

// Problem is one thing to correct in an input that has several fields.
type Problem struct {
	Field string // the name of the control
	Fault *Error
}

// Problems are everything to correct in one input, in the order of its fields.
// It is an error of kind Invalid: pages show it beside the fields and in the
// error summary.
type Problems []Problem

// Add notes that the field has the problem that key names.
func (p *Problems) Add(field, key string, args Args) {
	*p = append(*p, Problem{field, New(Invalid, key).With(args)})
}

// Err returns p, or nil when there is nothing to correct.
func (p Problems) Err() error {
	if len(p) == 0 {
		return nil
	}
	return p
}

func (p Problems) Error() string {
	texts := make([]string, len(p))
	for i, x := range p {
		texts[i] = x.Field + ": " + x.Fault.Error()
	}
	return strings.Join(texts, "; ")
}

// Unwrap lets KindOf see the kind.
func (p Problems) Unwrap() []error {
	errs := make([]error, len(p))
	for i, x := range p {
		errs[i] = x.Fault
	}
	return errs
}
