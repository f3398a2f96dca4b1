// Package ledger keeps in an SQL database what a transaction leaves behind:
// the audit trail (監査証跡) and the view ledger, the outbox, and the tenant's
// counters and secrets.
package ledger

import (
	"context"
	"fmt"
	"math"
	"time"

	"madoguchi/internal/application"
	"madoguchi/internal/audit"
	"madoguchi/internal/store/sqlstore/sqltx"
)

// Ledger implements the parts of store.Tx that its methods name.
type Ledger struct{ tx *sqltx.Tx }

// On returns the Ledger of a transaction.
func On(tx *sqltx.Tx) Ledger { return Ledger{tx} }

const entryColumns = `id, at, actor, session_id, device_id, act, object, detail`

func entryFields(e *audit.Entry) []any {
	return []any{&e.ID, &e.At, &e.Actor, &e.Session, &e.Device, &e.Act, &e.Object, &e.Detail}
}

// Record adds an act at the moment of the transaction.
func (l Ledger) Record(ctx context.Context, e audit.Entry) error {
	e.At = l.tx.Now()
	err := l.tx.Insert(ctx, "audit_entries", entryColumns+", seq", append(entryFields(&e), l.tx.Seq()))
	if err != nil {
		return fmt.Errorf("record %s of %s: %w", e.Act, e.Object, err)
	}
	return nil
}

// EntriesAbout returns the acts on one object, oldest first.
func (l Ledger) EntriesAbout(ctx context.Context, object string) ([]audit.Entry, error) {
	list, err := sqltx.All(ctx, l.tx, `SELECT `+entryColumns+`
		FROM audit_entries WHERE tenant_id = $1 AND object = $2 ORDER BY at, seq, id`, []any{object}, entryFields)
	if err != nil {
		return nil, fmt.Errorf("entries about %s: %w", object, err)
	}
	return list, nil
}

// Entries returns the acts before a key, newest first; a zero time is no key.
func (l Ledger) Entries(ctx context.Context, before time.Time, beforeID string, limit int) ([]audit.Entry, error) {
	at := int64(math.MaxInt64)
	if !before.IsZero() {
		at = sqltx.Micros(before)
	}
	list, err := sqltx.All(ctx, l.tx, `SELECT `+entryColumns+`
		FROM audit_entries WHERE tenant_id = $1 AND (at, id) < ($2, $3)
		ORDER BY at DESC, id DESC LIMIT $4`, []any{at, beforeID, limit}, entryFields)
	if err != nil {
		return nil, fmt.Errorf("entries: %w", err)
	}
	return list, nil
}

const viewColumns = `id, at, member, session_id, device_id, addr, what, application_id, file_id`

func viewFields(v *audit.View) []any {
	return []any{&v.ID, &v.At, &v.Member, &v.Session, &v.Device, &v.Addr, &v.What, &v.Application, &v.File}
}

// RecordView adds a look at the moment of the transaction.
func (l Ledger) RecordView(ctx context.Context, v audit.View) error {
	v.At = l.tx.Now()
	err := l.tx.Insert(ctx, "audit_views", viewColumns+", seq", append(viewFields(&v), l.tx.Seq()))
	if err != nil {
		return fmt.Errorf("record view of %s: %w", v.Application, err)
	}
	return nil
}

// ViewsOf returns who looked at one application, oldest first.
func (l Ledger) ViewsOf(ctx context.Context, id application.ID) ([]audit.View, error) {
	list, err := sqltx.All(ctx, l.tx, `SELECT `+viewColumns+`
		FROM audit_views WHERE tenant_id = $1 AND application_id = $2 ORDER BY at, seq, id`, []any{id}, viewFields)
	if err != nil {
		return nil, fmt.Errorf("views of %s: %w", id, err)
	}
	return list, nil
}
