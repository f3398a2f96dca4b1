package field

import (
	"maps"

	"madoguchi/internal/fault"
	"madoguchi/internal/jptext"
)

// A Problem says what to correct in an answer.
type Problem struct {
	Field   ID     // "" where the trouble is not with one field
	Label   string // the field's label
	Part    string // suffix of the part in which it is
	Control string // element ID for the link in the error summary
	Key     string // in the words files
	Args    fault.Args
	Missing bool // nothing was answered yet: no obstacle to saving a draft
}

// Text returns the sentence for the person. Beside the problem's own
// arguments it may use {label}, which names the field and, where it has
// several controls, the one meant.
func (p Problem) Text(w Words) string {
	args := maps.Clone(p.Args)
	if args == nil {
		args = fault.Args{}
	}
	args["label"] = p.Label
	if p.Part != "" {
		args["label"] = w("field.of", fault.Args{"label": p.Label, "part": w("field.part_" + p.Part)})
	}
	return w(p.Key, args)
}

// Fault returns p as an error, for callers that can show only one.
func (p Problem) Fault() *fault.Error {
	args := maps.Clone(p.Args)
	if args == nil {
		args = fault.Args{}
	}
	args["label"] = p.Label
	return fault.New(fault.Invalid, p.Key).With(args)
}

// A Flaw says what is wrong with a definition.
type Flaw struct {
	Setting string // JSON key, with [n] where it is a list
	Key     string // in the words files
	Args    fault.Args
}

// flawArgs names the place and the character of a flaw in a text.
func flawArgs(found jptext.Found) fault.Args {
	args := fault.Args{"at": found.At}
	if found.Flaw == jptext.PrivateUse {
		args["char"] = codePoint(found.Rune)
	}
	return args
}
