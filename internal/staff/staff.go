// Package staff describes the people who work in an office (職員), their
// sections (担当課), sessions and devices, and what each role may do.
//
// It decides rights and nothing else: who is signed in is found by the office
// face, and each verb asks this package before it touches anything.
package staff

import (
	"slices"
	"time"

	"madoguchi/internal/tenant"
)

// ID identifies a member within a tenant.
type ID string

// SectionID identifies a section within a tenant.
type SectionID string

// SessionID identifies a session; it is not the secret that the cookie holds.
type SessionID string

// DeviceID identifies a device that a member named at the first sign-in.
type DeviceID string

// Section is a part of the office (担当課) that is in charge of procedures.
type Section struct {
	ID      SectionID
	Name    string // 人事課
	Phone   string
	Mail    string
	Hours   string // 平日8時30分から17時15分
	Version int
}

// Member is one person of the office (職員).
type Member struct {
	ID        ID
	Login     string // unique in the tenant, lower case
	Name      string
	Roles     []Role
	Sections  []SectionID // whose applications the member works on
	Disabled  bool
	CreatedAt time.Time
	Version   int
}

// Credential is what a member proves itself with.
type Credential struct {
	Member       ID
	PasswordHash string    // PHC string of argon2id
	TOTPSecret   string    // base32; empty until the first sign-in has set it up
	LastStep     int64     // last TOTP step that was accepted; only later ones are
	Recovery     []string  // hashes of unused recovery codes
	Failures     int       // since the last success
	RetryAt      time.Time // real time before which no attempt is looked at
	MustChange   bool      // the password was set by someone else
	Version      int
}

// Session is one sign-in. All its times are real time, not business time.
type Session struct {
	ID         SessionID
	TokenHash  string // SHA-256 of the cookie's secret, hex
	Member     ID
	Device     DeviceID
	Acting     tenant.ID // the tenant that a joint administrator works on, else its own
	Addr       string
	CreatedAt  time.Time
	LastSeenAt time.Time
	EndsAt     time.Time // a day after CreatedAt, whatever happens
	EndedAt    time.Time // zero while it lives
	EndedBy    ID
}

// Device is a browser that a member signs in from.
type Device struct {
	ID        DeviceID
	Member    ID
	Name      string // 窓口3番のパソコン
	TokenHash string
	CreatedAt time.Time
	SeenAt    time.Time
	BlockedAt time.Time // zero unless an administrator blocked it
}

// Who is the member that acts, with the session and device that it acts from.
// Every verb of the office takes one.
type Who struct {
	Tenant  tenant.ID // where the act happens
	Home    tenant.ID // where the member belongs
	Member  Member
	Session SessionID
	Device  DeviceID
	Addr    string
}

// May reports whether w has the permission by one of its roles.
func (w Who) May(p Permission) bool {
	if w.Member.Disabled {
		return false
	}
	for _, r := range w.Member.Roles {
		if w.Tenant != w.Home && !r.crossesTenants() {
			continue
		}
		if slices.Contains(Permissions[p], r) {
			return true
		}
	}
	return false
}

// InSection reports whether w works on the applications of section s.
// A body's examiners and clerks see their own sections only; someone who may
// see every section has SeeAllSections.
func (w Who) InSection(s SectionID) bool {
	return w.May(SeeAllSections) || (w.Tenant == w.Home && slices.Contains(w.Member.Sections, s))
}
