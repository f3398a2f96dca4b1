// Package application describes applications (申込): the status table, what a
// resident sent, its history, its messages and files, and the draft that came
// before it.
//
// It holds rules and values; reading and writing belong to the store, acts to
// intake (residents) and casework (staff).
package application

import (
	"encoding/json"
	"time"

	"madoguchi/internal/procedure"
	"madoguchi/internal/staff"
)

// ID identifies an application within a tenant (UUIDv7). It is never a permission.
type ID string

// DraftID identifies a draft within a tenant (UUIDv7).
type DraftID string

// Application is one submitted application.
type Application struct {
	ID             ID
	ReceiptNo      string // 整理番号: twelve digits, stored without spaces
	Procedure      procedure.ID
	ProcedureTitle string // as it was when the application arrived
	FormVersion    int
	Status         Status
	Section        staff.SectionID
	Assignee       staff.ID // or empty
	Answers        json.RawMessage
	Facts          Facts
	Mail           string  // the confirmed address; empty for procedures without mail confirmation
	Lang           string  // of its mails
	SubmissionKey  string  // unique; from the draft; the lookup code is derived from it
	CodeGeneration int     // counts replaced lookup codes
	Browser        string  // hash of the browser's key that submitted it
	Return         *Return // while it is returned
	Outcome        string  // 完了: one of the procedure's outcome words
	CopiedFrom     ID      // 再申込: the application whose answers were copied
	ArrivedAt      time.Time
	UpdatedAt      time.Time
	Version        int
}

// Facts are what work lists show and search, taken from the answers.
type Facts struct {
	Name  string `json:"name,omitempty"`
	Kana  string `json:"kana,omitempty"`
	Phone string `json:"phone,omitempty"`
}

// Return says what the applicant is asked to correct.
type Return struct {
	Message string    `json:"message"`
	Fields  []string  `json:"fields,omitempty"` // field IDs; empty: anything
	DueAt   time.Time `json:"due_at,omitzero"`
}

// Do moves the application by act, or returns the conflict that forbids it.
func (a *Application) Do(act Act) error {
	to, ok := a.Status.After(act)
	if !ok {
		return errNoMove(a.Status, act)
	}
	a.Status = to
	if to != Returned {
		a.Return = nil
	}
	return nil
}

// Summary is one row of a work list. It holds personal data.
type Summary struct {
	ID             ID
	ReceiptNo      string
	Procedure      procedure.ID
	ProcedureTitle string
	Status         Status
	Section        staff.SectionID
	Assignee       staff.ID
	Name           string
	Outcome        string
	ArrivedAt      time.Time
	UpdatedAt      time.Time
	Unread         int // applicant's messages that no one of staff has answered
}

// Filter chooses the rows of a work list. Zero fields do not restrict.
type Filter struct {
	Statuses  []Status
	Sections  []staff.SectionID // nil: every section; empty but not nil: none
	Assignee  staff.ID
	Procedure procedure.ID
	ReceiptNo string
	Name      string // part of name or kana, folded by jptext
	From, To  time.Time
	Unread    bool
	Page      Page
}

// Page is a place in a list ordered by arrival, newest first: the rows after
// (older than) or before (newer than) a key. A zero Page is the first one.
type Page struct {
	Size    int
	At      time.Time
	ID      ID
	Newer   bool // the rows just before the key, still newest first
	Ordered Order
}

// Order is the order of a work list.
type Order string

// NewestFirst is the default.
const (
	NewestFirst Order = ""
	OldestFirst Order = "oldest"
)

// HistoryEntry is one line of the history (処理履歴) that the applicant may see.
type HistoryEntry struct {
	ID          string
	Application ID
	At          time.Time
	Act         Act
	From, To    Status
	By          string   // "applicant" or the section's name; never a member's name
	Text        string   // the message to the applicant, or the reason that the applicant gave
	Fields      []string // field IDs that were named or changed
}

// A Side says who wrote a message.
type Side string

// The sides of a conversation about an application.
const (
	FromApplicant Side = "applicant"
	FromStaff     Side = "staff"
)

// Message is one question or answer about an application (伝達事項・質問).
type Message struct {
	ID          string
	Application ID
	Side        Side
	Author      staff.ID // of a message from staff
	Body        string
	At          time.Time
	AnsweredAt  time.Time // of a message from the applicant; zero: not yet
}

// Note is an internal note of the office; the applicant never sees it.
type Note struct {
	ID          string
	Application ID
	Author      staff.ID
	AuthorName  string
	Body        string
	At          time.Time
}

// Presence says that a member has the application open.
type Presence struct {
	Member staff.ID
	Name   string
	At     time.Time
}
