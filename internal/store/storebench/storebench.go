// Package storebench measures durable submissions (申込の保存) per second.
//
// It runs the store and, in turns within the same run, the bare database: the
// same statements with the same values, without anything of this program
// around them. What counts is the ratio.
package storebench

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"madoguchi/internal/application"
	"madoguchi/internal/audit"
	"madoguchi/internal/outbox"
	"madoguchi/internal/store"
	"madoguchi/internal/store/sqlstore"
	"madoguchi/internal/store/sqlstore/sqltx"
	"madoguchi/internal/tenant"
)

// Tenant is the one tenant that everyone submits to.
const Tenant tenant.ID = 101

// Submit is what one submission writes: an application of usual size with its
// history, an audit entry and a mail. n makes its keys.
func Submit(ctx context.Context, tx store.Tx, n int64) error {
	id := fmt.Sprintf("0198c0de-0000-7000-8000-%012d", n)
	now := tx.Now()
	a := application.Application{
		ID: application.ID(id), ReceiptNo: fmt.Sprintf("%012d", n), Procedure: "police-exam", ProcedureTitle: "警察官採用試験の受験申込み",
		FormVersion: 1, Status: application.Received, Section: "jinji", Answers: answers, Mail: "taro@example.jp", Lang: "ja",
		Facts:         application.Facts{Name: "山田 太郎", Kana: "ヤマダ タロウ", Phone: "029-000-0000"},
		SubmissionKey: id, Browser: id, ArrivedAt: now,
	}
	if err := tx.InsertApplication(ctx, &a); err != nil {
		return err
	}
	err := tx.AddHistory(ctx, application.HistoryEntry{ID: id, Application: a.ID, At: now, Act: application.Submit, To: application.Received, By: "applicant"})
	if err != nil {
		return err
	}
	if err := tx.Record(ctx, audit.Entry{ID: id, Actor: "applicant", Act: "application.submit", Object: id}); err != nil {
		return err
	}
	return tx.Enqueue(ctx, outbox.Message{
		ID: id, Channel: "mail", To: a.Mail, Template: "mail.received", About: id, Lang: "ja",
		Args: map[string]string{"receipt_no": a.ReceiptNo, "title": a.ProcedureTitle},
	})
}

var answers = json.RawMessage(`{"name":{"family":"山田","given":"太郎"},"kana":{"family":"ヤマダ","given":"タロウ"},` +
	`"birth":"1998-04-01","address":{"postal":"310-8555","prefecture":"茨城県","city":"水戸市","street":"笠原町978番6","building":""},` +
	`"phone":"029-000-0000","school":"茨城大学","reason":"地域の安全を守る仕事をしたいと考えたためです。学生の間は防犯ボランティアとして活動しました。"}`)

// A Statement is one SQL text with its values.
type Statement struct {
	Text string
	Args []any
}

// Statements are those of submission n.
func Statements(n int64) []Statement {
	r := &recorder{}
	ctx := context.Background()
	err := sqlstore.New(r, store.Options{}).Write(ctx, Tenant, func(tx store.Tx) error { return Submit(ctx, tx, n) })
	if err != nil {
		panic(err) // the recorder never fails
	}
	return r.ran
}

// recorder is an engine that only notes what it was to run.
type recorder struct{ ran []Statement }

func (r *recorder) Read(context.Context, tenant.ID, func(sqltx.Conn) error) error { return nil }
func (r *recorder) Close() error                                                  { return nil }

func (r *recorder) Write(_ context.Context, _ tenant.ID, f func(sqltx.Conn) error) error {
	return f(r)
}

func (r *recorder) Exec(_ context.Context, text string, args []any) (int64, error) {
	r.ran = append(r.ran, Statement{text, args})
	return 1, nil
}

func (r *recorder) Query(context.Context, string, []any) (sqltx.Rows, error) {
	return nil, fmt.Errorf("a submission asks nothing")
}

// A Side is one way to keep submission n durably. Many goroutines call it.
type Side func(ctx context.Context, n int64) error

// Store is the side of this program.
func Store(db store.DB) Side {
	return func(ctx context.Context, n int64) error {
		return db.Write(ctx, Tenant, func(tx store.Tx) error { return Submit(ctx, tx, n) })
	}
}

// Run measures the store against each bare side with 1, 8 and 64 clients.
// Both sides get the same number of submissions, in turns.
func Run(b *testing.B, db store.DB, bare map[string]Side) {
	var n atomic.Int64
	for _, clients := range []int{1, 8, 64} {
		for name, other := range bare {
			b.Run(fmt.Sprintf("clients=%d/bare=%s", clients, name), func(b *testing.B) {
				var took [2]time.Duration
				const turns = 6
				total := 0
				for turn := range turns {
					count := max(b.N/turns, clients)
					for i := range 2 {
						side := []Side{Store(db), other}[(turn+i)%2]
						took[(turn+i)%2] += round(b, side, &n, clients, count)
					}
					total += count
				}
				b.ReportMetric(float64(total)/took[0].Seconds(), "store/s")
				b.ReportMetric(float64(total)/took[1].Seconds(), "bare/s")
				b.ReportMetric(took[1].Seconds()/took[0].Seconds(), "ratio")
			})
		}
	}
}

// round lets clients make count submissions, and returns how long it took.
func round(b *testing.B, side Side, n *atomic.Int64, clients, count int) time.Duration {
	b.Helper()
	ctx := b.Context()
	left := make(chan struct{}, count)
	for range count {
		left <- struct{}{}
	}
	close(left)
	start := time.Now()
	var wg sync.WaitGroup
	for range clients {
		wg.Go(func() {
			for range left {
				if err := side(ctx, n.Add(1)); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	return time.Since(start)
}
