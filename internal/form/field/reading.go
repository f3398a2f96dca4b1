package field

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"

	"madoguchi/internal/fault"
	"madoguchi/internal/jptext"
)

// Input is what a browser sent for a page, as it was typed.
type Input struct {
	Values url.Values // decoded, not trimmed
	Today  time.Time  // the day in Japan, for limits relative to it
	Had    Answers    // the answers so far: files stay attached without being sent again
}

// A Reading reads one field of an Input.
type Reading struct {
	Field    Field
	in       Input
	problems []Problem
}

// Read returns the canonical answer to f, nil for none, and what to correct.
// With a problem there is no answer.
func (f Field) Read(in Input) (json.RawMessage, []Problem) {
	r := &Reading{Field: f, in: in}
	answer := f.kind().Read(r)
	if len(r.problems) > 0 {
		return nil, r.problems
	}
	if answer == nil {
		return nil, nil
	}
	return encode(answer), nil
}

// Check tells what is wrong with a kept answer, nil for none: whether it is
// what Read makes of it today.
func (f Field) Check(answer json.RawMessage, today time.Time) []Problem {
	in := Input{Values: url.Values{}, Today: today}
	if answer != nil {
		for part, values := range f.kind().Typed(f, answer) {
			in.Values[f.Control(part)] = values
		}
		in.Had = Answers{f.ID: answer}
	}
	again, problems := f.Read(in)
	if len(problems) == 0 && !bytes.Equal(again, answer) {
		r := &Reading{Field: f}
		r.fail("", "field.unreadable", nil)
		return r.problems
	}
	return problems
}

// encode writes an answer as canonical JSON: keys in the order of the type, no
// spaces, no escapes that JSON does not ask for.
func encode(answer any) json.RawMessage {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(answer); err != nil {
		panic(fmt.Sprintf("answer of type %T cannot be written: %v", answer, err))
	}
	return json.RawMessage(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
}

// decode reads a kept answer; one that cannot be read is the zero answer,
// which Check reports.
func decode[A any](answer json.RawMessage) A {
	var a A
	if len(answer) == 0 {
		return a
	}
	if err := json.Unmarshal(answer, &a); err != nil {
		var zero A
		return zero
	}
	return a
}

// fail notes a problem with a part.
func (r *Reading) fail(part, key string, args fault.Args) {
	r.failAt(part, r.Field.Control(part), key, args)
}

// failAt notes a problem whose control is not named after its part.
func (r *Reading) failAt(part, control, key string, args fault.Args) {
	r.problems = append(r.problems, Problem{
		Field: r.Field.ID, Label: r.Field.Label, Part: part, Control: control, Key: key, Args: args,
	})
}

// missing notes that a part has no answer yet.
func (r *Reading) missing(part, control, key string) {
	r.failAt(part, control, key, nil)
	r.problems[len(r.problems)-1].Missing = true
}

func (r *Reading) failed() bool { return len(r.problems) > 0 }

// value returns what was sent for a part that can be sent once.
func (r *Reading) value(part string) string {
	values := r.in.Values[r.Field.Control(part)]
	if len(values) > 1 {
		r.fail(part, "field.unreadable", nil)
	}
	if len(values) == 0 {
		return ""
	}
	return values[0]
}

// line reads one line of at most limit characters and folds it with fold, if
// any. The text itself is never normalised.
func (r *Reading) line(part string, limit int, fold func(string) string) string {
	s := strings.TrimSpace(r.value(part))
	if r.tooLong(part, s, limit) {
		return ""
	}
	if fold != nil {
		s = fold(s)
	}
	return r.clean(part, s, false)
}

// tooLong notes a text of more than limit characters. It comes before all
// else, so that megabytes cost nothing.
func (r *Reading) tooLong(part, s string, limit int) bool {
	if !jptext.Longer(s, limit) {
		return false
	}
	args := fault.Args{"max": limit}
	if len(s) < 1<<16 {
		args["over"] = jptext.Count(s) - limit
		r.fail(part, "field.too_long_by", args)
		return true
	}
	r.fail(part, "field.too_long", args)
	return true
}

// clean returns s, or "" and a problem where s holds a character that is not
// accepted.
func (r *Reading) clean(part, s string, lines bool) string {
	found, bad := jptext.Check(s, lines)
	if !bad {
		return s
	}
	r.fail(part, "field."+string(found.Flaw), flawArgs(found))
	return ""
}

// noMyNumber refuses what looks like an individual number where the form may
// not collect it.
func (r *Reading) noMyNumber(part, s string) {
	if !r.Field.myNumber && jptext.HoldsMyNumber(s) {
		r.fail(part, "field.my_number", nil)
	}
}

func codePoint(r rune) string { return fmt.Sprintf("U+%04X", r) }
