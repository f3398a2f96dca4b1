package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"madoguchi/internal/store"
	"madoguchi/internal/store/sqlstore/sqltx"
	"madoguchi/internal/tenant"
)

// writer commits acts in groups. One goroutine owns the connection: it lends
// it to the acts that wait, one after the other, each inside a savepoint, then
// commits once and tells all of them. Each act runs on its caller's goroutine.
type writer struct {
	pool     *sql.DB
	deadline time.Duration
	queue    chan *act
	closing  chan struct{}
	closed   chan struct{}
	conn     *conn // nil when the next group has to open one
}

// A group ends when nobody waits, or at these bounds: readers and the log
// that grows with the transaction should not wait for an endless one.
const (
	groupMax  = 128
	groupTime = 50 * time.Millisecond
)

func newWriter(pool *sql.DB, deadline time.Duration) *writer {
	w := &writer{
		pool: pool, deadline: deadline,
		queue:   make(chan *act),
		closing: make(chan struct{}),
		closed:  make(chan struct{}),
	}
	go w.run()
	return w
}

// An act is one call of Write.
type act struct {
	f      func(sqltx.Conn) error
	turn   chan *conn    // unbuffered: lends the connection
	ran    chan struct{} // gives it back
	gone   chan struct{} // closed when the caller does not want to run any more
	err    error         // of the last run
	result chan error    // buffered
}

// Write implements sqlstore.Engine.
func (w *writer) Write(ctx context.Context, _ tenant.ID, f func(sqltx.Conn) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	a := &act{
		f: f, turn: make(chan *conn), ran: make(chan struct{}),
		gone: make(chan struct{}), result: make(chan error, 1),
	}
	canceled := ctx.Done()
	select {
	case w.queue <- a:
	case <-canceled:
		return ctx.Err()
	case <-w.closing:
		return errClosed()
	}
	for {
		select {
		case c := <-a.turn:
			canceled = nil // what has run once is not interrupted
			a.run(c, w.deadline)
		case err := <-a.result:
			return err
		case <-canceled:
			close(a.gone)
			return ctx.Err()
		}
	}
}

// run runs the act's function once and gives the connection back, even if the
// function ends its goroutine.
func (a *act) run(c *conn, deadline time.Duration) {
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	a.err = errEnded
	ended := true
	defer func() {
		cancel()
		if ended {
			close(a.gone)
		}
		a.ran <- struct{}{}
	}()
	a.err = a.f(lent{c, ctx})
	ended = false
}

var errEnded = errors.New("the goroutine of the act has ended")

// lent is a connection under the act's own context: when a context ends inside
// a statement that writes, SQLite rolls back the whole transaction, with the
// acts of others in it. So the caller's context does not count.
type lent struct {
	conn *conn
	ctx  context.Context
}

func (l lent) Exec(_ context.Context, query string, args []any) (int64, error) {
	return l.conn.Exec(l.ctx, query, args)
}

func (l lent) Query(_ context.Context, query string, args []any) (sqltx.Rows, error) {
	return l.conn.Query(l.ctx, query, args)
}

func (w *writer) run() {
	defer close(w.closed)
	for {
		select {
		case a := <-w.queue:
			w.group(a)
		case <-w.closing:
			return
		}
	}
}

// next returns an act that waits now, or nil.
func (w *writer) next() *act {
	select {
	case a := <-w.queue:
		return a
	default:
		return nil
	}
}

// group runs first and whoever waits in one transaction.
func (w *writer) group(first *act) {
	if err := w.begin(); err != nil {
		first.result <- err
		return
	}
	var ran []*act
	end := time.Now().Add(groupTime)
	for a := first; a != nil; a = w.next() {
		if !w.savepoint(a) {
			// The transaction is lost, and the acts before with it.
			w.abandon()
			w.alone(append(ran, a))
			return
		}
		ran = append(ran, a)
		if len(ran) == groupMax || time.Now().After(end) {
			break
		}
	}
	w.commit(ran)
}

// alone runs each act in a transaction of its own.
func (w *writer) alone(acts []*act) {
	for _, a := range acts {
		if err := w.begin(); err != nil {
			a.result <- err
			continue
		}
		if !w.savepoint(a) {
			w.abandon()
			if a.err == nil {
				a.err = errLost
			}
			a.result <- a.err
			continue
		}
		w.commit([]*act{a})
	}
}

var errLost = errors.New("the transaction was lost")

func (w *writer) begin() error {
	ctx := context.Background()
	if w.conn == nil {
		c, err := newConn(ctx, w.pool)
		if err != nil {
			return fmt.Errorf("open the writer: %w", err)
		}
		w.conn = c
	}
	if err := w.conn.run(ctx, "BEGIN IMMEDIATE"); err != nil {
		w.abandon()
		return fmt.Errorf("begin: %w", err)
	}
	return nil
}

// savepoint runs an act inside a savepoint, and undoes what it did if it
// failed. It reports false if the transaction did not survive.
func (w *writer) savepoint(a *act) bool {
	ctx := context.Background()
	if w.conn.run(ctx, "SAVEPOINT act") != nil {
		return false
	}
	select {
	case a.turn <- w.conn:
		<-a.ran
	case <-a.gone:
		a.err = errEnded
	}
	if a.err != nil && w.conn.run(ctx, "ROLLBACK TO act") != nil {
		return false
	}
	return w.conn.run(ctx, "RELEASE act") == nil
}

// commit makes the group durable, then tells everyone.
func (w *writer) commit(acts []*act) {
	err := w.conn.run(context.Background(), "COMMIT")
	if err != nil {
		w.abandon()
	}
	for _, a := range acts {
		if err != nil {
			a.result <- fmt.Errorf("%w: %w", store.ErrOutcomeUnknown, err)
			continue
		}
		a.result <- a.err
	}
}

// abandon gives up the connection and, with it, its transaction.
func (w *writer) abandon() {
	//lint:ignore errcheck it is given up because it failed
	w.conn.close()
	w.conn = nil
}

func (w *writer) close() error {
	close(w.closing)
	<-w.closed
	if w.conn == nil {
		return w.pool.Close()
	}
	w.conn.forget()
	return errors.Join(w.conn.sql.Close(), w.pool.Close())
}
