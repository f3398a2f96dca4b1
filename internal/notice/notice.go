// Package notice describes what a body announces: notices (お知らせ) with their
// additions (追記), the emergency banner, and the standing pages (help,
// accessibility, privacy, terms).
//
// A notice is shown from its start to its end; nothing here reads the clock.
package notice

import "time"

// ID identifies a notice within a tenant.
type ID string

// Notice is one announcement.
type Notice struct {
	ID        ID
	Title     string
	Body      string // plain text; empty lines part paragraphs, addresses become links
	ShownFrom time.Time
	ShownTo   time.Time // zero: without end; afterwards it is under 過去のお知らせ
	Added     []Addition
	Published bool
	UpdatedAt time.Time
	Version   int
}

// Addition is text that was added to a notice later (追記). The title then
// shows 【追記】.
type Addition struct {
	At   time.Time `json:"at"`
	Body string    `json:"body"`
}

// ShownAt reports whether the notice is on the home page at the moment at.
func (n Notice) ShownAt(at time.Time) bool {
	return n.Published && !at.Before(n.ShownFrom) && (n.ShownTo.IsZero() || at.Before(n.ShownTo))
}

// PastAt reports whether the notice belongs under 過去のお知らせ at the moment at.
func (n Notice) PastAt(at time.Time) bool {
	return n.Published && !n.ShownTo.IsZero() && !at.Before(n.ShownTo)
}

// Banner is the emergency banner (緊急時バナー); it cannot be dismissed.
type Banner struct {
	Title     string // at most 30 characters
	Text      string // about 100 characters
	Link      string // a path of this portal or an https address; may be empty
	LinkText  string
	ShownFrom time.Time
	ShownTo   time.Time // zero: until it is taken off
	On        bool
	Version   int
}

// ShownAt reports whether the banner is on every page at the moment at.
func (b Banner) ShownAt(at time.Time) bool {
	return b.On && !at.Before(b.ShownFrom) && (b.ShownTo.IsZero() || at.Before(b.ShownTo))
}

// Page is a standing page, or a common text such as the terms of use.
type Page struct {
	Name      string // help, accessibility, privacy, terms
	Title     string
	Body      string // plain text with headings (lines that begin with "## ") and lists ("- ")
	UpdatedAt time.Time
	Version   int
}

// Pages are the names of the standing pages that every portal has.
var Pages = []string{"help", "accessibility", "privacy", "terms"}
