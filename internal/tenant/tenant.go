// Package tenant describes the bodies (団体) that use the service: prefectures,
// municipalities, and the installation itself, whose staff are the operators.
//
// It leaves to others what a body publishes (procedure, notice) and who works
// there (staff).
package tenant

import (
	"regexp"
	"slices"
	"time"

	"madoguchi/internal/fault"
)

// ID identifies a tenant in storage. It never changes; addresses show the Slug.
type ID int64

// Installation is the tenant whose staff operate the installation as a whole.
// It publishes nothing and takes no applications.
const Installation ID = 1

// A Kind says what sort of body a tenant is.
type Kind string

// The kinds of bodies.
const (
	Operator   Kind = "operator" // the installation itself
	Prefecture Kind = "prefecture"
	City       Kind = "city"
	Town       Kind = "town"
	Village    Kind = "village"
	Union      Kind = "union" // 一部事務組合・広域連合
)

// Tenant is one body (団体).
type Tenant struct {
	ID         ID
	Slug       string // in addresses: "pref-ibaraki"
	Code       string // 全国地方公共団体コード, six digits with check digit; may be empty
	Name       string // 茨城県
	Kana       string // イバラキケン
	Kind       Kind
	Prefecture string // the name of its prefecture, by which lists are grouped
	Parent     ID     // the prefecture's tenant, or 0
	Host       string // its own host name, or empty
	Settings   Settings
	Active     bool // inactive: the portal answers 404, the office still works
	CreatedAt  time.Time
	Version    int
}

// Settings are what a body's administrator sets for the whole portal.
type Settings struct {
	Hero      string    `json:"hero,omitempty"`      // heading of the home page; empty = the default words
	MailFrom  string    `json:"mail_from,omitempty"` // the send-only address of its mails
	Contacts  []Contact `json:"contacts,omitempty"`
	OfficeURL string    `json:"office_url,omitempty"` // the body's own web site
}

// A ContactKind says which questions a contact answers.
type ContactKind string

// Operation answers how the service is used, Content what a procedure asks.
const (
	Operation ContactKind = "operation"
	Content   ContactKind = "content"
)

// Contact is one place to ask (お問い合わせ先).
type Contact struct {
	Kind   ContactKind `json:"kind"`
	Name   string      `json:"name"`
	Phones []Phone     `json:"phones,omitempty"`
	Fax    string      `json:"fax,omitempty"`
	Mail   string      `json:"mail,omitempty"`
	Hours  string      `json:"hours,omitempty"` // 平日9時から17時（年末年始を除く）
	Text   string      `json:"text,omitempty"`
}

// Phone is a telephone number with what a caller should know before calling.
type Phone struct {
	Label  string `json:"label"` // 固定電話から
	Number string `json:"number"`
	Note   string `json:"note,omitempty"` // 無料
}

var slugShape = regexp.MustCompile(`^[a-z][a-z0-9-]{1,38}[a-z0-9]$`)

// Reserved are the slugs that addresses use for something else.
var Reserved = []string{"office", "en", "easy", "api", "static", "healthz", "metrics", "demo", "verify", "www", "mail", "admin", "assets", "help", "accessibility", "privacy", "terms", "forget"}

// CheckSlug returns a fault if s cannot be a body's slug.
func CheckSlug(s string) error {
	if !slugShape.MatchString(s) {
		return fault.New(fault.Invalid, "tenant.slug_shape")
	}
	if slices.Contains(Reserved, s) {
		return fault.New(fault.Invalid, "tenant.slug_reserved")
	}
	return nil
}
