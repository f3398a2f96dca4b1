package mailroom

import (
	"context"
	"crypto/x509"
	"fmt"
	"io"
	"net/netip"
	"runtime/debug"
	"strings"
	"time"

	"madoguchi/internal/audit"
	"madoguchi/internal/bounce"
	"madoguchi/internal/fault"
	"madoguchi/internal/impersonation"
	"madoguchi/internal/mail"
	"madoguchi/internal/mailauth"
	"madoguchi/internal/mailread"
	"madoguchi/internal/store"
	"madoguchi/internal/tenant"
)

const (
	judgeTime   = 20 * time.Second // for one mail, with its DNS questions
	maxAttempts = 3                // after which a mail is held unjudged
	// suppressedFor is how long an address that is gone gets no mail. A
	// mailbox may be made after all, or be given to someone else.
	suppressedFor = 30 * 24 * time.Hour
)

// Judged says what Judge did.
type Judged struct {
	Done        int // mails that do not wait any more
	Quarantined int // of these, mails that pretend or that nobody could judge
}

// Judge judges at most limit of the mails that wait. Their content is gone
// afterwards, but for a mail that judging broke off at: that is held.
func (m *Room) Judge(ctx context.Context, id tenant.ID, limit int) (Judged, error) {
	var total Judged
	var waiting []mail.Arrival
	err := m.DB.Write(ctx, id, func(tx store.Tx) error {
		var err error
		if waiting, err = tx.WaitingArrivals(ctx, limit); err != nil {
			return err
		}
		for _, a := range waiting {
			if err := tx.TryArrival(ctx, a.ID); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || len(waiting) == 0 {
		return total, err
	}
	ours, err := m.protected(ctx)
	if err != nil {
		return total, err
	}
	for _, a := range waiting {
		if ctx.Err() != nil {
			return total, ctx.Err()
		}
		found, err := m.look(ctx, id, a, ours)
		if err == nil {
			err = m.conclude(ctx, id, a, found)
		}
		if err != nil {
			return total, err
		}
		total.Done++
		if found.Outcome == string(impersonation.Quarantine) {
			total.Quarantined++
		}
	}
	return total, nil
}

// A finding is what was found out about an arrived mail.
type finding struct {
	state mail.State
	mail.Judgement
	report bounce.Report // of a mail that came back; zero for others
}

// look reads and judges one mail. A panic, or a mail that ended the program
// several times, makes it held.
func (m *Room) look(ctx context.Context, id tenant.ID, a mail.Arrival, ours []string) (f finding, err error) {
	held := finding{state: mail.Held, Judgement: mail.Judgement{Outcome: string(impersonation.Quarantine), Rules: []string{"unjudged"}}}
	if a.Attempts >= maxAttempts {
		return held, nil
	}
	defer func() {
		if p := recover(); p != nil {
			f, err = held, nil
			f.Rules = append(f.Rules, brief(debug.Stack()))
		}
	}()
	file, err := m.Blobs.Open(ctx, id, a.Blob)
	if fault.KindOf(err) == fault.NotFound {
		return held, nil
	}
	if err != nil {
		return held, err
	}
	raw, err := io.ReadAll(io.LimitReader(file, mailread.MaxBytes+1))
	if closed := file.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return held, fmt.Errorf("read arrival %s: %w", a.ID, err)
	}
	message := mailread.Read(raw)
	if a.Kind == mail.Bounce {
		if r, ok := bounce.Read(message); ok {
			return finding{state: mail.Judged, Judgement: mail.Judgement{Outcome: string(r.Action)}, report: r}, nil
		}
	}
	ctx, cancel := context.WithTimeout(ctx, judgeTime)
	defer cancel()
	v, _ := m.judge(ctx, message, a.Envelope, ours)
	f = finding{state: mail.Judged, Judgement: mail.Judgement{Outcome: string(v.Decision)}}
	for _, hit := range v.Hits {
		f.Rules = append(f.Rules, hit.Rule)
	}
	return f, nil
}

// brief is the place of a panic: the first line of the stack that names a file
// of ours. It holds nothing of the mail.
func brief(stack []byte) string {
	_, rest, _ := strings.Cut(string(stack), "panic(")
	for line := range strings.SplitSeq(rest, "\n") {
		if strings.Contains(line, "madoguchi/internal/") && !strings.HasPrefix(line, "\t") {
			name, _, _ := strings.Cut(line, "(")
			return name
		}
	}
	return "panic"
}

// judge applies the rules of impersonation to a mail from envelope e.
func (m *Room) judge(ctx context.Context, message mailread.Message, e mail.Envelope, ours []string) (impersonation.Verdict, mailauth.Report) {
	envelope := mailauth.Envelope{HELO: e.HELO, MailFrom: e.From}
	envelope.IP, _ = netip.ParseAddr(e.IP) // none leaves SPF out
	trust := mailauth.Trust{At: time.Now()}
	if roots, err := x509.SystemCertPool(); err == nil {
		trust.Roots = roots
	}
	auth := mailauth.Check(ctx, m.Resolver, message, envelope, trust)
	return impersonation.Judge(impersonation.Case{
		Message: message, Auth: auth,
		Client: envelope.IP.IsValid() && !envelope.IP.IsLoopback(), Files: impersonation.Inspect(message), Protected: ours,
	}), auth
}

// conclude keeps what was found, counts it, and removes the mail.
func (m *Room) conclude(ctx context.Context, id tenant.ID, a mail.Arrival, f finding) error {
	entry := m.NewID()
	err := m.DB.Write(ctx, id, func(tx store.Tx) error {
		now := tx.Now()
		j := f.Judgement
		j.JudgedAt = now
		if err := tx.JudgeArrival(ctx, a.ID, f.state, j); err != nil {
			return err
		}
		if err := tx.CountMail(ctx, count(now, string(a.Kind), f.Outcome)); err != nil {
			return err
		}
		if f.report.Action == bounce.Failed {
			if err := m.bounced(ctx, tx, a.Code, f.report); err != nil {
				return err
			}
		}
		if f.Outcome != string(impersonation.Quarantine) {
			return nil
		}
		return tx.Record(ctx, audit.Entry{
			ID: entry, Actor: "system", Act: "mail.quarantine", Object: a.ID, Detail: strings.Join(f.Rules, " "),
		})
	})
	if fault.KindOf(err) == fault.Conflict {
		return nil // another server has judged it
	}
	if err != nil || f.state == mail.Held {
		return err
	}
	return m.Blobs.Delete(ctx, id, a.Blob)
}

// bounced notes that the mail with the code came back.
func (m *Room) bounced(ctx context.Context, tx store.Tx, code string, r bounce.Report) error {
	sent, err := tx.SentMail(ctx, code)
	if fault.KindOf(err) == fault.NotFound {
		return nil // nothing was sent under it
	}
	if err != nil {
		return err
	}
	now := tx.Now()
	if err := tx.BounceMail(ctx, code, r.Status, now); err != nil || !r.AddressGone() {
		return err
	}
	return tx.Suppress(ctx, mail.Suppression{Address: sent.Address, Status: r.Status, Since: now, Until: now.Add(suppressedFor)})
}
