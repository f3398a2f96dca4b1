package postgres_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"madoguchi/internal/pgtest"
	"madoguchi/internal/store/storebench"
)

// BenchmarkSubmissions compares the store with the bare database: the same
// statements on the same number of connections, one after the other, and all
// in one batch.
func BenchmarkSubmissions(b *testing.B) {
	ctx := b.Context()
	cfg, err := pgxpool.ParseConfig(pgtest.Database(b))
	if err != nil {
		b.Fatal(err)
	}
	cfg.MaxConns = 25
	cfg.ConnConfig.RuntimeParams["app.tenant_id"] = "101"
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(pool.Close)
	storebench.Run(b, pgtest.Open(b), map[string]storebench.Side{
		"each": func(ctx context.Context, n int64) error {
			return pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
				for _, s := range storebench.Statements(n) {
					if _, err := tx.Exec(ctx, s.Text, s.Args...); err != nil {
						return err
					}
				}
				return nil
			})
		},
		"batch": func(ctx context.Context, n int64) error {
			var batch pgx.Batch
			for _, s := range storebench.Statements(n) {
				batch.Queue(s.Text, s.Args...)
			}
			return pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error { return tx.SendBatch(ctx, &batch).Close() })
		},
	})
}
