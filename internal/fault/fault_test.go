package fault_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"madoguchi/internal/fault"
)

func TestWithAndBecauseLeaveTheSharedValueAlone(t *testing.T) {
	shared := fault.New(fault.Invalid, "form.too_long")
	e := shared.With(fault.Args{"max": 50}).Because(errors.New("cause"))
	if len(shared.Args()) != 0 || shared.Unwrap() != nil {
		t.Errorf("shared error changed: %v", shared)
	}
	if got := e.Args()["max"]; got != 50 {
		t.Errorf("max = %v, want 50", got)
	}
	e.Args()["max"] = 1
	if got := e.Args()["max"]; got != 50 {
		t.Errorf("after writing into a copy: max = %v, want 50", got)
	}
}

func TestLogTextHoldsNoArgumentValues(t *testing.T) {
	e := fault.New(fault.Invalid, "form.bad_mail").With(fault.Args{"typed": "山田@example.jp"})
	if strings.Contains(e.Error(), "山田") {
		t.Errorf("log text %q shows what a person typed", e)
	}
}

func TestKindOfFindsWrappedFaults(t *testing.T) {
	err := fmt.Errorf("save: %w", fault.New(fault.Conflict, "x"))
	if got := fault.KindOf(err); got != fault.Conflict {
		t.Errorf("kind %q, want conflict", got)
	}
	if got := fault.KindOf(errors.New("x")); got != "" {
		t.Errorf("kind of a plain error %q, want none", got)
	}
}

func TestProblemsAreInvalidInput(t *testing.T) {
	var p fault.Problems
	if p.Err() != nil {
		t.Errorf("no problems: got %v, want nil", p.Err())
	}
	p.Add("title", "publishing.title_missing", nil)
	if got := fault.KindOf(p.Err()); got != fault.Invalid {
		t.Errorf("kind %q, want invalid", got)
	}
}
