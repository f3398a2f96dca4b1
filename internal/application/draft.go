package application

import (
	"encoding/json"
	"time"

	"madoguchi/internal/procedure"
	"madoguchi/internal/staff"
)

// Draft is an application that is being filled in (下書き), or a correction of
// one that was submitted.
type Draft struct {
	ID            DraftID
	Procedure     procedure.ID
	FormVersion   int
	Mail          string // confirmed address, or empty
	Lang          string
	Browser       string // hash of the key of the browser that may open it
	SubmissionKey string // made with the draft, unique over the tenant's applications
	Answers       json.RawMessage
	Done          []string // IDs of the pages that were filled in
	Corrects      ID       // the application that this draft corrects, or empty
	CorrectsSeen  int      // the version of that application when the draft was made
	CopiedFrom    ID       // 再申込
	SubmittedAs   ID       // set when it was submitted
	TermsAgreedAt time.Time
	CreatedAt     time.Time
	UpdatedAt     time.Time
	ExpiresAt     time.Time
	Version       int
}

// A Purpose is what a confirmed mail address is for.
type Purpose string

// The purposes of a confirmation.
const (
	ToApply   Purpose = "apply"  // begin an application
	ToResume  Purpose = "resume" // open a draft in another browser
	ToRecover Purpose = "code"   // replace a lost lookup code
)

// Confirmation is a mail address that waits to be confirmed by link or code.
type Confirmation struct {
	ID         string
	Purpose    Purpose
	Procedure  procedure.ID
	Draft      DraftID // for ToResume
	About      ID      // for ToRecover
	Mail       string
	Lang       string
	TokenHash  string // SHA-256 of the link's token, hex; unique
	CodeHash   string // keyed hash of the short code
	Browser    string // hash of the key of the browser that asked
	Network    string // keyed hash of the network it was asked from, for limits
	Tries      int    // wrong codes so far
	CreatedAt  time.Time
	ExpiresAt  time.Time
	UsedAt     time.Time // zero until it was used
	ReplacedAt time.Time // zero unless a newer one took its place
	Version    int
}

// Attachment is a file of a draft or an application.
type Attachment struct {
	ID          string
	Draft       DraftID // while it belongs to a draft
	Application ID      // once it was submitted, or for a reply
	Field       string  // the field it answers; empty for a reply
	Reply       bool    // 返信添付ファイル: from the office to the applicant
	Name        string  // as the person named it
	Type        string  // media type, by content
	SizeBytes   int64
	SHA256      string // hex
	Blob        string // key in the blob store
	By          staff.ID
	CreatedAt   time.Time
}
