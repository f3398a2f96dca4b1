package worker

import (
	"context"
	"errors"
	"fmt"
	"time"

	"madoguchi/internal/tenant"
)

// A Job is done from time to time by one of the servers.
type Job struct {
	Name  string
	Every time.Duration
	// Do works on one tenant: a chunk at a time, and reports whether more is left.
	Do func(*Worker, context.Context, tenant.ID) (more bool, err error)
}

// Jobs lists every timed job.
var Jobs = []Job{
	{"expired drafts", time.Hour, (*Worker).expireDrafts},
	{"old confirmations", time.Hour, (*Worker).expireConfirmations},
	{"unnamed files", 6 * time.Hour, (*Worker).sweepBlobs},
	{"arrived mail", time.Minute, (*Worker).judgeMail},
	{"old records of mail", 6 * time.Hour, (*Worker).forgetMail},
}

// Lease is how long a server has a job to itself. It is renewed while it works.
const Lease = 5 * time.Minute

// RunLeased runs the job over all tenants, unless another server does so or
// has done so within the job's time.
func (w *Worker) RunLeased(ctx context.Context, j Job) error {
	all, err := w.DB.Service().Tenants(ctx)
	if err != nil {
		return err
	}
	var failed error
	var leased time.Time
	for _, t := range all {
		if time.Since(leased) > Lease/2 {
			mine, err := w.lease(ctx, j, Lease)
			if err != nil || !mine {
				return errors.Join(failed, err)
			}
			leased = time.Now()
		}
		if err := w.Do(ctx, j, t.ID); err != nil {
			failed = errors.Join(failed, fmt.Errorf("tenant %d: %w", t.ID, err))
		}
		if ctx.Err() != nil {
			return nil
		}
	}
	// keep it until just before the next time, so that others do not repeat it
	_, err = w.lease(ctx, j, j.Every-j.Every/10)
	return errors.Join(failed, err)
}

func (w *Worker) lease(ctx context.Context, j Job, length time.Duration) (bool, error) {
	now := time.Now()
	return w.DB.Service().Lease(ctx, "job: "+j.Name, w.Holder, now, now.Add(length))
}

// Do does the job for one tenant, chunk after chunk until nothing is left.
func (w *Worker) Do(ctx context.Context, j Job, id tenant.ID) error {
	for ctx.Err() == nil {
		more, err := j.Do(w, ctx, id)
		if err != nil || !more {
			return err
		}
	}
	return nil
}
