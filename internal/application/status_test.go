package application_test

import (
	"testing"

	"madoguchi/internal/application"
	"madoguchi/internal/fault"
)

var statuses = []application.Status{
	application.Received, application.InReview, application.Returned,
	application.Completed, application.Rejected, application.Withdrawn,
}

func TestTheStatusTableIsWhole(t *testing.T) {
	if got, want := len(application.Statuses), len(statuses); got != want {
		t.Fatalf("%d statuses in the table, want %d", got, want)
	}
	for _, row := range application.Statuses {
		for act, to := range row.Moves {
			if !to.Valid() {
				t.Errorf("%s from %s leads to %q, which is no status", act, row.Status, to)
			}
		}
	}
}

// The present portal's promise to residents.
func TestCorrectionAndWithdrawalOnlyWhileWaitingOrReturned(t *testing.T) {
	for _, s := range statuses {
		want := s == application.Received || s == application.Returned
		for _, act := range []application.Act{application.Correct, application.Withdraw} {
			if got := s.Allows(act); got != want {
				t.Errorf("%s in %s: %v, want %v", act, s, got, want)
			}
		}
	}
}

func TestWithdrawnApplicationsCannotBeReturned(t *testing.T) {
	a := application.Application{Status: application.Withdrawn}
	if err := a.Do(application.ReturnForCorrection); fault.KindOf(err) != fault.Conflict {
		t.Errorf("return of a withdrawn application: got %v, want conflict", err)
	}
}

func TestFinalStatusesStayFinal(t *testing.T) {
	for _, s := range []application.Status{application.Completed, application.Rejected, application.Withdrawn} {
		if !s.Final() {
			t.Errorf("%s is not final", s)
		}
	}
	for _, s := range []application.Status{application.Received, application.InReview, application.Returned} {
		if s.Final() {
			t.Errorf("%s is final", s)
		}
	}
}

func TestACorrectionEndsTheReturn(t *testing.T) {
	a := application.Application{Status: application.Returned, Return: &application.Return{Message: "写真を撮り直してください"}}
	if err := a.Do(application.Correct); err != nil {
		t.Fatal(err)
	}
	if a.Status != application.Received || a.Return != nil {
		t.Errorf("after the correction: %s, return %v; want received and none", a.Status, a.Return)
	}
}

func TestAReplyOrAnAssignmentKeepsWhatIsToBeCorrected(t *testing.T) {
	for _, act := range []application.Act{application.Assign, application.Reply, application.Ask} {
		a := application.Application{Status: application.Returned, Return: &application.Return{Message: "写真を添えてください"}}
		if err := a.Do(act); err != nil {
			t.Fatal(err)
		}
		if a.Return == nil {
			t.Errorf("%s: the applicant no longer sees what to correct", act)
		}
	}
}
