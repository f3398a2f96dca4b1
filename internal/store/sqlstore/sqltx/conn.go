package sqltx

import "context"

// Conn is what an engine gives a transaction to run statements on. Its errors
// are already told apart: a violated unique key is fault.Conflict, a store
// that cannot work now is fault.Unavailable.
type Conn interface {
	// Exec runs a statement and returns the number of rows it touched.
	Exec(ctx context.Context, query string, args []any) (int64, error)
	Query(ctx context.Context, query string, args []any) (Rows, error)
}

// Rows are the rows of one query. They are closed before the next statement.
type Rows interface {
	Next() bool
	Scan(dst ...any) error
	Err() error
	Close()
}
