// Package store is the port to what is kept: applications, procedures, staff,
// the audit trail and the outbox of each tenant.
//
// A [Tx] is bound to one tenant, and no method of it takes a tenant: code that
// holds one cannot reach another tenant's rows. What belongs to no tenant is
// in [Service]. Engines are sqlite and postgres; storetest says what every
// engine must do.
//
// Errors: a thing that is not there is fault.NotFound; a version that was
// overtaken, or a key that exists already, is fault.Conflict; a store that
// cannot write now is fault.Unavailable. Everything else is a plain error.
package store

import (
	"context"
	"errors"
	"time"

	"madoguchi/internal/tenant"
)

// ErrOutcomeUnknown is in the chain of the error of a failed commit: the act
// may have been kept or not. Whoever repeats it does so under its key.
var ErrOutcomeUnknown = errors.New("outcome of the commit is unknown")

// Options are what an engine is opened with. The zero value works.
type Options struct {
	// Now is the business clock; nil means time.Now. Engines make it strictly
	// increasing.
	Now func() time.Time
}

// DB runs transactions. Many goroutines may use it.
type DB interface {
	// Read runs f in a transaction that sees one moment and cannot write.
	Read(ctx context.Context, id tenant.ID, f func(Tx) error) error

	// Write runs f in a transaction and returns nil only after its commit is
	// durable: it survives a power cut. If f or one of its statements fails,
	// nothing of it is kept, even when f hides the failure.
	//
	// f may run more than once, and on another goroutine: it makes no IDs,
	// codes or keys, sends nothing, and assigns its results from the start.
	// It uses nothing of the DB but its Tx: a Write inside would wait for itself.
	// A canceled ctx keeps f from starting, but does not interrupt it; the
	// statements of f have a deadline of the engine's own. A panic of f
	// becomes an error. An error of the commit itself is ErrOutcomeUnknown:
	// the caller repeats only what a key makes idempotent.
	Write(ctx context.Context, id tenant.ID, f func(Tx) error) error

	// Service is what belongs to no tenant.
	Service() Service

	// Close waits for running transactions.
	Close() error
}

// Tx is one transaction of one tenant. It is used by one goroutine.
type Tx interface {
	// Now is the moment of this transaction in business time: UTC,
	// microseconds, later than that of every earlier Write of this process.
	Now() time.Time
	// Tenant is the tenant that the transaction is bound to.
	Tenant() tenant.ID

	Applications
	Attachments
	Conversations
	Drafts
	Confirmations
	Procedures
	Notices
	Staff
	Sessions
	Trail
	Outbox
	Numbers
	SentMails
	Suppressions
	Arrivals
}

// Service is what belongs to no tenant. It holds no personal data.
type Service interface {
	// Tenants returns every tenant, by ID.
	Tenants(ctx context.Context) ([]tenant.Tenant, error)
	// InsertTenant keeps a new tenant under t.ID, or under the next free ID
	// when that is 0, and sets t.ID. Conflict: the slug, host or ID is taken.
	InsertTenant(ctx context.Context, t *tenant.Tenant) error
	// SaveTenant writes t if its version is still t.Version, then raises it.
	SaveTenant(ctx context.Context, t *tenant.Tenant) error

	// PublishedVersions returns each tenant's counter of published changes
	// (see Procedures.Published). Tenants without one are absent.
	PublishedVersions(ctx context.Context) (map[tenant.ID]int64, error)
	// DueTenants returns the tenants with messages to be sent at now.
	DueTenants(ctx context.Context, now time.Time) ([]tenant.ID, error)

	// Lease takes or prolongs the named lease for holder until the real time
	// until, and reports whether holder has it. now is real time.
	Lease(ctx context.Context, name, holder string, now, until time.Time) (bool, error)
	// Value returns a value of the installation, or "" when it is not set.
	Value(ctx context.Context, name string) (string, error)
	// SetValue sets it.
	SetValue(ctx context.Context, name, value string) error
	// SetValueOnce sets it unless it is set, and returns what holds then.
	SetValueOnce(ctx context.Context, name, value string) (string, error)
}
