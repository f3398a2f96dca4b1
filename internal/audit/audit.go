// Package audit describes the audit trail (監査証跡) and the view ledger
// (閲覧記録): who did what, and who saw whose data.
//
// Entries hold no content: no names, answers or messages of residents. From
// the views the exposure of an incident is computed.
package audit

import (
	"time"

	"madoguchi/internal/application"
	"madoguchi/internal/staff"
)

// Entry is one act. It is written in the transaction of the act.
type Entry struct {
	ID      string
	At      time.Time // set by the store
	Actor   string    // a member's ID, "applicant" or "system"
	Session staff.SessionID
	Device  staff.DeviceID
	Act     string // "case.return", "staff.disable" …
	Object  string // the ID of what was acted on
	Detail  string // constant words and IDs only
}

// A What is which part of a person's data was shown.
type What string

// The parts that can be viewed.
const (
	ViewList   What = "list"   // a row of a work list
	ViewCase   What = "case"   // contents of an application
	ViewFile   What = "file"   // an attachment
	ViewPrint  What = "print"  // the print view or the PDF
	ViewLookup What = "lookup" // by the applicant, with number and code
)

// View is one look at one application's data. It is committed before anything
// is shown.
type View struct {
	ID          string
	At          time.Time // set by the store
	Member      string    // a member's ID, or "applicant"
	Session     staff.SessionID
	Device      staff.DeviceID
	Addr        string
	What        What
	Application application.ID
	File        string // the attachment's ID for ViewFile
}
