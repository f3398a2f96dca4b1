// Package procedure describes the procedures (手続き) that a body offers: what
// the catalogue shows, the acceptance period, and which form is filled in.
//
// Nothing here reads the clock; the form itself is package form's.
package procedure

import (
	"time"

	"madoguchi/internal/staff"
)

// ID identifies a procedure within a tenant, and stands in its address.
type ID string

// An Audience is who may use a procedure.
type Audience string

// Person is for individuals (個人), Corporation for legal persons (法人).
const (
	Person      Audience = "person"
	Corporation Audience = "corp"
)

// Procedure is one procedure with everything the portal shows of it.
type Procedure struct {
	ID          ID
	Title       string
	Section     staff.SectionID // in charge of its applications
	Published   bool
	OpensAt     time.Time // 受付開始日時
	ClosesAt    time.Time // 受付終了日時; zero: 随時
	FormVersion int       // the published version; 0: no form yet
	Detail      Detail
	CreatedAt   time.Time
	UpdatedAt   time.Time
	Version     int
}

// Detail is what the start page tells and how the procedure behaves.
type Detail struct {
	Reading     string     `json:"reading,omitempty"` // of the title, in katakana
	Summary     string     `json:"summary,omitempty"`
	Keywords    []string   `json:"keywords,omitempty"`
	Categories  []string   `json:"categories,omitempty"`
	Audience    []Audience `json:"audience,omitempty"`
	Eligibility string     `json:"eligibility,omitempty"` // who may apply
	Fee         string     `json:"fee,omitempty"`         // empty: 無料
	Prepare     []string   `json:"prepare,omitempty"`     // files and papers to have at hand
	Terms       string     `json:"terms,omitempty"`       // empty: the body's common terms
	// Marked shows 開始しました until MarkedUntil (zero: until the period ends).
	Marked      bool      `json:"marked,omitempty"`
	MarkedUntil time.Time `json:"marked_until,omitzero"`
	// NoMail makes a questionnaire: no confirmed address, no later inquiry.
	NoMail bool `json:"no_mail,omitempty"`
	// Outcomes are the words that a completed case may end with; the first is the default.
	Outcomes []string `json:"outcomes,omitempty"` // 承認, 合格, 受付済 …
	Booking  bool     `json:"booking,omitempty"`  // the last step is called 予約をする
	// MailTexts are sentences added to the mails, by template name.
	MailTexts map[string]string `json:"mail_texts,omitempty"`
	// NextSteps tells on the done page what happens next and when.
	NextSteps string `json:"next_steps,omitempty"`
	// UseCount is how often it was used in the body's other channels; it ranks search results.
	UseCount int `json:"use_count,omitempty"`
}

// A State is where a procedure stands in its acceptance period.
type State string

// The states.
const (
	Before State = "before" // 受付前
	Open   State = "open"   // 受付中
	Closed State = "closed" // 受付終了
)

// StateAt returns the state at the moment at. The period includes its first
// moment and excludes its last.
func (p Procedure) StateAt(at time.Time) State {
	if at.Before(p.OpensAt) {
		return Before
	}
	if !p.ClosesAt.IsZero() && !at.Before(p.ClosesAt) {
		return Closed
	}
	return Open
}

// OpenAt reports whether applications are taken at the moment at.
func (p Procedure) OpenAt(at time.Time) bool { return p.StateAt(at) == Open }

// StartedAt reports whether the mark 開始しました is shown at the moment at.
func (p Procedure) StartedAt(at time.Time) bool {
	if !p.Detail.Marked || !p.OpenAt(at) {
		return false
	}
	return p.Detail.MarkedUntil.IsZero() || at.Before(p.Detail.MarkedUntil)
}

// A Form is one immutable version of a procedure's form as it is stored.
type Form struct {
	Procedure  ID
	Version    int    // 1, 2, 3 …
	Definition []byte // in the format of package form
	CreatedAt  time.Time
	CreatedBy  staff.ID
}

// PaperForm is a blank form to print (申請書様式).
type PaperForm struct {
	ID        string
	Title     string
	Procedure ID // or empty
	Category  string
	Revision  string // 令和4年4月版
	FileName  string
	Type      string // media type
	SizeBytes int64
	SHA256    string
	Blob      string
	Published bool
	Downloads int
	UpdatedAt time.Time
	Version   int
}
