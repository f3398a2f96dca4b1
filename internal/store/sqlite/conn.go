package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"regexp"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"madoguchi/internal/fault"
	"madoguchi/internal/store/sqlstore/sqltx"
)

// conn is one connection with the statements that were prepared on it.
type conn struct {
	sql      *sql.Conn
	prepared map[string]*sql.Stmt
}

// preparedMax bounds the statements kept; the store has about 150 texts.
const preparedMax = 1000

func newConn(ctx context.Context, pool *sql.DB) (*conn, error) {
	c, err := pool.Conn(ctx)
	if err != nil {
		return nil, classify(err)
	}
	return &conn{c, map[string]*sql.Stmt{}}, nil
}

// close gives up the connection for good: its state may be unknown.
func (c *conn) close() error {
	c.forget()
	err := c.sql.Raw(func(any) error { return driver.ErrBadConn }) // removes it from the pool
	if errors.Is(err, driver.ErrBadConn) {
		return nil
	}
	return err
}

func (c *conn) forget() {
	for _, s := range c.prepared {
		//lint:ignore errcheck nothing depends on it
		s.Close()
	}
	clear(c.prepared)
}

func (c *conn) stmt(ctx context.Context, query string) (*sql.Stmt, error) {
	if s, ok := c.prepared[query]; ok {
		return s, nil
	}
	if len(c.prepared) >= preparedMax {
		c.forget()
	}
	s, err := c.sql.PrepareContext(ctx, bind(query))
	if err != nil {
		return nil, err
	}
	c.prepared[query] = s
	return s, nil
}

// run runs a statement without parameters or rows, such as BEGIN.
func (c *conn) run(ctx context.Context, query string) error {
	_, err := c.Exec(ctx, query, nil)
	return err
}

// Exec implements sqltx.Conn.
func (c *conn) Exec(ctx context.Context, query string, args []any) (int64, error) {
	//lint:ignore sqlclosecheck it is kept for the next time
	s, err := c.stmt(ctx, query)
	if err != nil {
		return 0, classify(err)
	}
	res, err := s.ExecContext(ctx, args...)
	if err != nil {
		return 0, classify(err)
	}
	return res.RowsAffected()
}

// Query implements sqltx.Conn.
func (c *conn) Query(ctx context.Context, query string, args []any) (sqltx.Rows, error) {
	//lint:ignore sqlclosecheck it is kept for the next time
	s, err := c.stmt(ctx, query)
	if err != nil {
		return nil, classify(err)
	}
	//lint:ignore rowserrcheck sqltx closes them
	r, err := s.QueryContext(ctx, args...)
	if err != nil {
		return nil, classify(err)
	}
	return rows{r}, nil
}

type rows struct{ *sql.Rows }

func (r rows) Err() error { return classify(r.Rows.Err()) }

//lint:ignore errcheck Err tells
func (r rows) Close() { r.Rows.Close() }

var placeholder = regexp.MustCompile(`\$(\d+)`)

// bind turns $1 into ?1. SQLite takes $1 for a name, and drivers differ on
// whether they number such names by their digits or by first appearance.
func bind(query string) string { return placeholder.ReplaceAllString(query, "?$1") }

// classify tells a person's failure from one for the log.
func classify(err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return fault.New(fault.Unavailable, "store.unavailable").Because(err)
	}
	e, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return err
	}
	switch e.Code() {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		return fault.New(fault.Conflict, "store.duplicate").Because(err)
	}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_NOMEM:
		return fault.New(fault.Unavailable, "store.unavailable").Because(err)
	}
	return err
}
