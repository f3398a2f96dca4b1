// Package sqlstore keeps everything in an SQL database (データベース).
//
// There is one SQL text for each statement, and it runs on every engine: $1 is
// the tenant, and no function is called that differs between engines. The
// texts are in the packages of their topics (cases, published, people,
// ledger, post) and, for what belongs to no tenant, here. Tests hold the rules.
//
// How a transaction begins, commits and is retried is the [Engine]'s.
package sqlstore

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync/atomic"
	"time"

	"madoguchi/internal/store"
	"madoguchi/internal/store/sqlstore/cases"
	"madoguchi/internal/store/sqlstore/ledger"
	"madoguchi/internal/store/sqlstore/people"
	"madoguchi/internal/store/sqlstore/post"
	"madoguchi/internal/store/sqlstore/published"
	"madoguchi/internal/store/sqlstore/sqltx"
	"madoguchi/internal/tenant"
)

// Engine is what differs between databases. The tenant is 0 for what belongs
// to none. The contracts of Read, Write and Close are those of store.DB.
type Engine interface {
	Read(ctx context.Context, id tenant.ID, f func(sqltx.Conn) error) error
	Write(ctx context.Context, id tenant.ID, f func(sqltx.Conn) error) error
	Close() error
}

// DB implements store.DB on an Engine.
type DB struct {
	engine Engine
	now    func() time.Time
	last   atomic.Int64 // microseconds, of the latest transaction
}

var (
	_ store.DB = (*DB)(nil)
	_ store.Tx = tx{}
)

// New returns a DB on the engine.
func New(e Engine, o store.Options) *DB {
	now := o.Now
	if now == nil {
		now = time.Now
	}
	return &DB{engine: e, now: now}
}

// Read implements store.DB.
func (db *DB) Read(ctx context.Context, id tenant.ID, f func(store.Tx) error) error {
	return db.engine.Read(ctx, id, func(c sqltx.Conn) error { return db.run(c, id, bound(f)) })
}

// Write implements store.DB.
func (db *DB) Write(ctx context.Context, id tenant.ID, f func(store.Tx) error) error {
	return db.engine.Write(ctx, id, func(c sqltx.Conn) error { return db.run(c, id, bound(f)) })
}

// Close implements store.DB.
func (db *DB) Close() error { return db.engine.Close() }

// tx implements store.Tx: every part of it is in the package of its topic.
type tx struct {
	*sqltx.Tx
	cases.Cases
	published.Published
	people.People
	ledger.Ledger
	post.Post
}

func bound(f func(store.Tx) error) func(*sqltx.Tx) error {
	return func(t *sqltx.Tx) error {
		return f(tx{t, cases.On(t), published.On(t), people.On(t), ledger.On(t), post.On(t)})
	}
}

// run runs f once. A failed statement fails the run, even when f hides it.
func (db *DB) run(c sqltx.Conn, id tenant.ID, f func(*sqltx.Tx) error) (err error) {
	t := sqltx.New(c, id, db.tick())
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in a transaction: %v\n%s", p, debug.Stack())
		}
	}()
	err = f(t)
	if failed := t.End(); err == nil {
		err = failed
	}
	return err
}

// tick returns a time later than any that it returned before, so that what
// happened first is also dated first. Other processes may return the same.
func (db *DB) tick() time.Time {
	for {
		last, us := db.last.Load(), db.now().UnixMicro()
		if us <= last {
			us = last + 1
		}
		if db.last.CompareAndSwap(last, us) {
			return time.UnixMicro(us).UTC()
		}
	}
}
