package postgres

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"madoguchi/internal/fault"
	"madoguchi/internal/store"
	"madoguchi/internal/store/sqlstore/sqltx"
	"madoguchi/internal/tenant"
)

// engine implements sqlstore.Engine.
type engine struct {
	pool     *pgxpool.Pool // connections that can write
	standby  *pgxpool.Pool // connections to any host, or nil if the address names only one
	deadline time.Duration
}

// Close waits for running transactions.
func (e *engine) Close() error {
	if e.pool != nil {
		e.pool.Close()
	}
	if e.standby != nil {
		e.standby.Close()
	}
	return nil
}

// Read implements sqlstore.Engine.
func (e *engine) Read(ctx context.Context, id tenant.ID, f func(sqltx.Conn) error) error {
	const mode = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
	c, err := begin(ctx, ctx, e.pool, mode, id)
	if err != nil && e.standby != nil && ctx.Err() == nil {
		c, err = begin(ctx, ctx, e.standby, mode, id)
	}
	if err != nil {
		return unavailable(ctx, err)
	}
	defer rollback(c)
	err = f(conn{c.Conn(), ctx})
	if err != nil && (c.Conn().IsClosed() || isOutage(err)) {
		return unavailable(ctx, err)
	}
	return err
}

// A Write is tried again when it collided, or lost its connection, before its
// commit was sent. Then nothing of it was kept.
const (
	collisionsMax = 30
	lossesMax     = 3
)

// Write implements sqlstore.Engine.
func (e *engine) Write(ctx context.Context, id tenant.ID, f func(sqltx.Conn) error) error {
	collisions, losses := 0, 0
	for {
		began := false
		err := e.write(ctx, id, func(c sqltx.Conn) error {
			began = true
			return f(c)
		})
		if began {
			ctx = context.WithoutCancel(ctx) // what has begun is not interrupted
		}
		switch {
		case err == nil:
			return nil
		case isCollision(err) && collisions < collisionsMax:
			collisions++
		case errors.Is(err, errLost) && losses < lossesMax:
			losses++
		case isCollision(err) || errors.Is(err, errLost):
			return unavailable(ctx, err)
		default:
			return err
		}
		if err := pause(ctx, collisions+losses); err != nil {
			return err
		}
	}
}

// pause waits for a random time that grows with the number of tries.
func pause(ctx context.Context, tries int) error {
	most := time.Millisecond << min(tries, 7)
	select {
	case <-time.After(rand.N(most)):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// errLost marks a connection that was lost before the commit was sent.
var errLost = errors.New("the connection was lost")

// write tries once.
func (e *engine) write(ctx context.Context, id tenant.ID, f func(sqltx.Conn) error) error {
	own, cancel := context.WithTimeout(context.WithoutCancel(ctx), e.deadline)
	defer cancel()
	c, err := begin(ctx, own, e.pool, "BEGIN ISOLATION LEVEL REPEATABLE READ", id)
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return fmt.Errorf("%w: begin: %w", errLost, err)
	}
	defer rollback(c)
	if err := f(conn{c.Conn(), own}); err != nil {
		return lost(own, c.Conn(), err)
	}
	return commit(ctx, c.Conn())
}

// lost tells whether err came from the connection: then f may be run again.
// The end of the act's own deadline closes the connection too, but is final.
func lost(ctx context.Context, c *pgx.Conn, err error) error {
	if code(err) == readOnlyTransaction {
		//lint:ignore errcheck this host is the primary no more; the pool finds the new one
		c.Close(ctx)
	}
	if !c.IsClosed() && !isOutage(err) {
		return err
	}
	if ctx.Err() != nil {
		return unavailable(ctx, err)
	}
	return fmt.Errorf("%w: %w", errLost, fault.New(fault.Unavailable, "store.unavailable").Because(err))
}

// begin takes a connection as long as ctx lasts, and begins a transaction
// under own.
func begin(ctx, own context.Context, pool *pgxpool.Pool, mode string, id tenant.ID) (*pgxpool.Conn, error) {
	c, err := pool.Acquire(ctx)
	if err != nil {
		return nil, err
	}
	// Both statements make one round trip. The number cannot be anything else.
	text := mode + "; SET LOCAL app.tenant_id = '" + strconv.FormatInt(int64(id), 10) + "'"
	if _, err := c.Conn().PgConn().Exec(own, text).ReadAll(); err != nil {
		//lint:ignore errcheck whatever is wrong with it, another one is made
		c.Conn().Close(own)
		c.Release()
		return nil, err
	}
	return c, nil
}

// rollback ends what is left of a transaction and gives the connection back;
// the pool throws away one that is not idle.
func rollback(c *pgxpool.Conn) {
	p := c.Conn().PgConn()
	if !p.IsClosed() && p.TxStatus() != 'I' {
		ctx, cancel := context.WithTimeout(context.Background(), connectTimeout)
		defer cancel()
		//lint:ignore errcheck seen by the pool
		p.Exec(ctx, "ROLLBACK").ReadAll()
	}
	c.Release()
}

// commit returns nil only when the server has said so.
func commit(ctx context.Context, c *pgx.Conn) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), commitTimeout)
	defer cancel()
	results, err := c.PgConn().Exec(ctx, "COMMIT").ReadAll()
	if isCollision(err) {
		return err
	}
	if err != nil {
		return fmt.Errorf("%w: %w", store.ErrOutcomeUnknown, err)
	}
	if tag := results[0].CommandTag.String(); tag != "COMMIT" {
		return fmt.Errorf("commit answered %s", tag)
	}
	return nil
}

// conn runs statements under ctx; the contexts that callers give do not count
// in a Write, so that both engines behave alike.
type conn struct {
	pgx *pgx.Conn
	ctx context.Context
}

// Exec implements sqltx.Conn.
func (c conn) Exec(_ context.Context, query string, args []any) (int64, error) {
	tag, err := c.pgx.Exec(c.ctx, query, args...)
	if err != nil {
		return 0, duplicate(err)
	}
	return tag.RowsAffected(), nil
}

// Query implements sqltx.Conn.
func (c conn) Query(_ context.Context, query string, args []any) (sqltx.Rows, error) {
	//lint:ignore sqlclosecheck sqltx closes them
	return c.pgx.Query(c.ctx, query, args...)
}

// SQLSTATE codes, from PostgreSQL's appendix A.
const (
	uniqueViolation      = "23505"
	serializationFailure = "40001"
	deadlockDetected     = "40P01"
	undefinedTable       = "42P01"
	readOnlyTransaction  = "25006"
)

func code(err error) string {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code
	}
	return ""
}

func duplicate(err error) error {
	if code(err) == uniqueViolation {
		return fault.New(fault.Conflict, "store.duplicate").Because(err)
	}
	return err
}

func isCollision(err error) bool {
	c := code(err)
	return c == serializationFailure || c == deadlockDetected
}

// isOutage reports whether the server said that it cannot work now: it is
// shutting down or starting, or out of memory, disk or connections.
func isOutage(err error) bool {
	c := code(err)
	return len(c) == 5 && (c[:2] == "53" || c[:2] == "08" || c[:3] == "57P")
}

// unavailable is what people are told when the database cannot be used.
func unavailable(ctx context.Context, err error) error {
	if errors.Is(err, context.Canceled) && ctx.Err() != nil {
		return err
	}
	return fault.New(fault.Unavailable, "store.unavailable").Because(err)
}
