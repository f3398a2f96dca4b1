// Package sqltx runs the SQL texts of one tenant's transaction (トランザクション).
//
// It passes the tenant as $1 to every statement, turns Go values into what
// both engines keep (text and integers) and back, and remembers the first
// statement that failed: PostgreSQL refuses every later one, and so does this
// package, so that both engines behave alike. It knows no table.
package sqltx

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"madoguchi/internal/fault"
	"madoguchi/internal/tenant"
)

// Tx runs statements of one transaction. It is used by one goroutine.
type Tx struct {
	conn   Conn
	tenant tenant.ID
	now    time.Time
	seq    int64
	failed error
}

var errOver = errors.New("the transaction is over")

// New returns a Tx for the tenant on conn, at the moment now.
func New(conn Conn, id tenant.ID, now time.Time) *Tx {
	return &Tx{conn: conn, tenant: id, now: now}
}

// Now is the moment of the transaction.
func (tx *Tx) Now() time.Time { return tx.now }

// Tenant is the tenant that the transaction is bound to.
func (tx *Tx) Tenant() tenant.ID { return tx.tenant }

// Seq counts what one transaction adds under one moment: 1, 2, 3 …
func (tx *Tx) Seq() int64 {
	tx.seq++
	return tx.seq
}

// End returns the first failure of a statement, and refuses all later ones.
func (tx *Tx) End() error {
	err := tx.failed
	if err == nil {
		tx.failed = errOver
	}
	return err
}

// Exec runs a statement and returns the number of rows it touched. The tenant
// is passed as $1, before args.
func (tx *Tx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	values, err := tx.begin(args)
	if err != nil {
		return 0, err
	}
	n, err := tx.conn.Exec(ctx, query, values)
	return n, tx.note(err)
}

// One runs a statement that must touch a row, else it is fault.NotFound.
func (tx *Tx) One(ctx context.Context, query string, args ...any) error {
	n, err := tx.Exec(ctx, query, args...)
	if err == nil && n == 0 {
		return errNotFound()
	}
	return err
}

// Swap runs an UPDATE that compares a version. No row means that someone was
// faster, which is fault.Conflict; else version is raised.
func (tx *Tx) Swap(ctx context.Context, version *int, query string, args ...any) error {
	n, err := tx.Exec(ctx, query, args...)
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.New(fault.Conflict, "store.changed_meanwhile")
	}
	*version++
	return nil
}

// Insert adds one row: the values that fields point to, in the order of
// columns, after the tenant.
func (tx *Tx) Insert(ctx context.Context, table, columns string, fields []any) error {
	n := strings.Count(columns, ",") + 1
	if n != len(fields) {
		return tx.note(fmt.Errorf("insert into %s: %d columns, %d values", table, n, len(fields)))
	}
	_, err := tx.Exec(ctx, "INSERT INTO "+table+" (tenant_id, "+columns+") VALUES ($1, "+Placeholders(2, n)+")", fields...)
	return err
}

// Row reads one row into dst. It returns fault.NotFound if there is none.
func (tx *Tx) Row(ctx context.Context, query string, args []any, dst ...any) error {
	found := false
	err := tx.Each(ctx, query, args, func(scan func(...any) error) error {
		if found {
			return nil
		}
		found = true
		return scan(dst...)
	})
	if err == nil && !found {
		return errNotFound()
	}
	return err
}

// Each runs a query and calls row for every row, with the function that reads
// its columns.
func (tx *Tx) Each(ctx context.Context, query string, args []any, row func(scan func(...any) error) error) error {
	values, err := tx.begin(args)
	if err != nil {
		return err
	}
	rows, err := tx.conn.Query(ctx, query, values)
	if err != nil {
		return tx.note(err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := row(func(dst ...any) error { return rows.Scan(places(dst)...) }); err != nil {
			return tx.note(err)
		}
	}
	return tx.note(rows.Err())
}

// Get reads one row into a T; fields tells where its columns go.
func Get[T any](ctx context.Context, tx *Tx, query string, args []any, fields func(*T) []any) (T, error) {
	var v T
	err := tx.Row(ctx, query, args, fields(&v)...)
	return v, err
}

// All reads every row into a T.
func All[T any](ctx context.Context, tx *Tx, query string, args []any, fields func(*T) []any) ([]T, error) {
	var list []T
	err := tx.Each(ctx, query, args, func(scan func(...any) error) error {
		var v T
		if err := scan(fields(&v)...); err != nil {
			return err
		}
		list = append(list, v)
		return nil
	})
	return list, err
}

func (tx *Tx) begin(args []any) ([]any, error) {
	if tx.failed != nil {
		return nil, fmt.Errorf("after a failure: %w", tx.failed)
	}
	values := make([]any, 0, len(args)+1)
	if tx.tenant != 0 {
		values = append(values, int64(tx.tenant))
	}
	for _, a := range args {
		v, err := value(a)
		if err != nil {
			return nil, tx.note(err)
		}
		values = append(values, v)
	}
	return values, nil
}

func (tx *Tx) note(err error) error {
	if err != nil && tx.failed == nil {
		tx.failed = err
	}
	return err
}

func errNotFound() error { return fault.New(fault.NotFound, "store.not_found") }
