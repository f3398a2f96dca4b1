package store

import (
	"context"
	"time"

	"madoguchi/internal/application"
	"madoguchi/internal/audit"
	"madoguchi/internal/notice"
	"madoguchi/internal/staff"
	"madoguchi/internal/tenant"
)

// Sessions are the sign-ins of the tenant's members. Their times are real time.
type Sessions interface {
	InsertSession(ctx context.Context, s staff.Session) error
	// SessionByToken returns the session, ended or not.
	SessionByToken(ctx context.Context, tokenHash string) (staff.Session, error)
	// Sessions returns a member's sessions that have not ended, newest first.
	Sessions(ctx context.Context, member staff.ID) ([]staff.Session, error)
	// TouchSession sets LastSeenAt.
	TouchSession(ctx context.Context, id staff.SessionID, at time.Time) error
	// SetActing sets the tenant that a joint administrator's session works on.
	SetActing(ctx context.Context, id staff.SessionID, acting tenant.ID) error
	// EndSession ends one session; one that has ended stays as it is.
	EndSession(ctx context.Context, id staff.SessionID, by staff.ID, at time.Time) error
	// EndSessionsOf ends every session of a member, EndSessionsOn those on a device.
	EndSessionsOf(ctx context.Context, member staff.ID, by staff.ID, at time.Time) error
	EndSessionsOn(ctx context.Context, device staff.DeviceID, by staff.ID, at time.Time) error

	InsertDevice(ctx context.Context, d staff.Device) error
	DeviceByToken(ctx context.Context, tokenHash string) (staff.Device, error)
	Devices(ctx context.Context, member staff.ID) ([]staff.Device, error)
	// BlockDevice sets BlockedAt; a zero time unblocks.
	BlockDevice(ctx context.Context, id staff.DeviceID, at time.Time) error
	// SeeDevice sets SeenAt.
	SeeDevice(ctx context.Context, id staff.DeviceID, at time.Time) error
}

// Trail is the audit trail and the view ledger. Entries are only added.
type Trail interface {
	// Record adds an act; At is set to Now.
	Record(ctx context.Context, e audit.Entry) error
	// EntriesAbout returns the acts on one object, oldest first.
	EntriesAbout(ctx context.Context, object string) ([]audit.Entry, error)
	// Entries returns at most limit acts before the key (At, ID), newest first.
	Entries(ctx context.Context, before time.Time, beforeID string, limit int) ([]audit.Entry, error)
	// RecordView adds a look at a person's data; At is set to Now.
	RecordView(ctx context.Context, v audit.View) error
	// ViewsOf returns who looked at one application, oldest first.
	ViewsOf(ctx context.Context, id application.ID) ([]audit.View, error)
}

// Notices are what the body announces.
type Notices interface {
	InsertNotice(ctx context.Context, n *notice.Notice) error
	SaveNotice(ctx context.Context, n *notice.Notice) error
	Notice(ctx context.Context, id notice.ID) (*notice.Notice, error)
	// Notices returns all of them, the latest ShownFrom first.
	Notices(ctx context.Context) ([]notice.Notice, error)
	DeleteNotice(ctx context.Context, id notice.ID) error

	// Banner returns the emergency banner; its zero value when none was set.
	Banner(ctx context.Context) (notice.Banner, error)
	// SetBanner writes b if the kept one's version is still b.Version.
	SetBanner(ctx context.Context, b notice.Banner) error

	Page(ctx context.Context, name string) (notice.Page, error)
	Pages(ctx context.Context) ([]notice.Page, error)
	// SetPage writes p if the kept one's version is still p.Version (0: none kept).
	SetPage(ctx context.Context, p notice.Page) error
}
