package application

import (
	"slices"

	"madoguchi/internal/fault"
)

// A Status is where an application stands. Residents know the words 処理待ち,
// 処理中, 返却中, 完了, 不受理 and 取下げ.
type Status string

// The statuses.
const (
	Received  Status = "received"  // 処理待ち
	InReview  Status = "in_review" // 処理中
	Returned  Status = "returned"  // 返却中
	Completed Status = "completed" // 完了
	Rejected  Status = "rejected"  // 不受理
	Withdrawn Status = "withdrawn" // 取下げ
)

// An Act moves an application from one status to another, or leaves it there.
type Act string

// The acts.
const (
	Submit              Act = "submit"   // by the applicant: a new application
	Correct             Act = "correct"  // by the applicant: 修正
	Withdraw            Act = "withdraw" // by the applicant: 取下げ
	Accept              Act = "accept"   // by staff: 処理中にする
	ReturnForCorrection Act = "return"   // by staff: 返却
	Complete            Act = "complete" // by staff: 完了
	Reject              Act = "reject"   // by staff: 不受理
	Assign              Act = "assign"   // by staff, in every status that is not final
	Reply               Act = "reply"    // by staff: a message or a file to the applicant
	Ask                 Act = "ask"      // by the applicant: a question
)

// Statuses says which act moves which status where. It is the only place that
// does. A status without an entry for an act does not allow it.
var Statuses = []struct {
	Status Status
	Moves  map[Act]Status
}{
	{Received, map[Act]Status{
		Accept: InReview, ReturnForCorrection: Returned, Complete: Completed, Reject: Rejected,
		Correct: Received, Withdraw: Withdrawn, Assign: Received, Reply: Received, Ask: Received,
	}},
	{InReview, map[Act]Status{
		ReturnForCorrection: Returned, Complete: Completed, Reject: Rejected,
		Assign: InReview, Reply: InReview, Ask: InReview,
	}},
	{Returned, map[Act]Status{
		Correct: Received, Withdraw: Withdrawn, Reject: Rejected,
		Assign: Returned, Reply: Returned, Ask: Returned,
	}},
	{Completed, map[Act]Status{Reply: Completed, Ask: Completed}},
	{Rejected, map[Act]Status{Reply: Rejected, Ask: Rejected}},
	{Withdrawn, map[Act]Status{}},
}

// After returns the status that act leads to from s, and whether s allows it.
func (s Status) After(act Act) (Status, bool) {
	for _, row := range Statuses {
		if row.Status == s {
			to, ok := row.Moves[act]
			return to, ok
		}
	}
	return "", false
}

// Allows reports whether act is possible in s.
func (s Status) Allows(act Act) bool {
	_, ok := s.After(act)
	return ok
}

// Final reports whether no act moves an application out of s.
func (s Status) Final() bool {
	for _, row := range Statuses {
		if row.Status == s {
			for _, to := range row.Moves {
				if to != s {
					return false
				}
			}
		}
	}
	return true
}

// Valid reports whether s is a known status.
func (s Status) Valid() bool {
	return slices.ContainsFunc(Statuses, func(row struct {
		Status Status
		Moves  map[Act]Status
	}) bool {
		return row.Status == s
	})
}

func errNoMove(s Status, act Act) error {
	return fault.New(fault.Conflict, "application.no_"+string(act)).With(fault.Args{"status": string(s)})
}
