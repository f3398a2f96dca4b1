package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"runtime"

	"madoguchi/internal/fault"
	"madoguchi/internal/store/sqlstore/sqltx"
	"madoguchi/internal/tenant"
)

// readers are connections that cannot write. Each is used by one transaction
// at a time.
type readers struct {
	pool *sql.DB
	idle chan *conn // nil stands for a connection that is not open yet
	over chan struct{}
}

func newReaders(pool *sql.DB) *readers {
	n := max(4, 2*runtime.GOMAXPROCS(0))
	pool.SetMaxOpenConns(n)
	pool.SetMaxIdleConns(n)
	r := &readers{pool, make(chan *conn, n), make(chan struct{})}
	for range n {
		r.idle <- nil
	}
	return r
}

// Read implements sqlstore.Engine.
func (r *readers) Read(ctx context.Context, _ tenant.ID, f func(sqltx.Conn) error) error {
	select {
	case <-r.over:
		return errClosed()
	default:
	}
	var c *conn
	select {
	case c = <-r.idle:
	case <-ctx.Done():
		return ctx.Err()
	case <-r.over:
		return errClosed()
	}
	defer func() { r.idle <- c }()
	if c == nil {
		opened, err := newConn(ctx, r.pool)
		if err != nil {
			return err
		}
		c = opened
	}
	if err := c.run(ctx, "BEGIN"); err != nil {
		return err
	}
	defer func() {
		if err := c.run(context.WithoutCancel(ctx), "ROLLBACK"); err != nil {
			//lint:ignore errcheck it is given up because it failed
			c.close()
			c = nil
		}
	}()
	return f(c)
}

func (r *readers) close() error {
	close(r.over)
	var errs []error
	for range cap(r.idle) {
		if c := <-r.idle; c != nil {
			c.forget()
			errs = append(errs, c.sql.Close())
		}
	}
	return errors.Join(append(errs, r.pool.Close())...)
}

func errClosed() error {
	return fault.New(fault.Unavailable, "store.unavailable").Because(errors.New("the store is closed"))
}
