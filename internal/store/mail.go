package store

import (
	"context"
	"time"

	"madoguchi/internal/mail"
)

// SentMails are the mails that left, each under the keyed digest of its code.
type SentMails interface {
	// RecordMail keeps that m is being sent. A mail that is sent again keeps
	// its row; only SentAt becomes the later one.
	RecordMail(ctx context.Context, m mail.Sent) error
	SentMail(ctx context.Context, code string) (mail.Sent, error)
	// AskMail adds one to how often the code was asked, at Now.
	AskMail(ctx context.Context, code string) error
	// MailsAbout returns the mails about one object, oldest first.
	MailsAbout(ctx context.Context, about string) ([]mail.Sent, error)
	// BounceMail notes that a mail came back; the first time counts.
	BounceMail(ctx context.Context, code, status string, at time.Time) error
	// RevokeMails revokes the codes of the mails sent from one moment until
	// before another, and returns how many were not revoked yet.
	RevokeMails(ctx context.Context, from, to, at time.Time) (int, error)
	// DeleteSentMails removes at most limit that were sent before then.
	DeleteSentMails(ctx context.Context, before time.Time, limit int) (int, error)
}

// Suppressions are the addresses that mail came back from.
type Suppressions interface {
	// Suppress keeps s in place of what was kept for the address.
	Suppress(ctx context.Context, s mail.Suppression) error
	// Suppression returns it whether it has ended or not.
	Suppression(ctx context.Context, address string) (mail.Suppression, error)
	// LiftSuppression removes it; one that is not there is no error.
	LiftSuppression(ctx context.Context, address string) error
}

// Arrivals are mails that arrived.
type Arrivals interface {
	// InsertArrival keeps a mail that waits. Conflict: the same bytes arrived
	// for the same address before.
	InsertArrival(ctx context.Context, a mail.Arrival) error
	Arrival(ctx context.Context, id string) (mail.Arrival, error)
	// WaitingArrivals returns at most limit that wait, oldest first.
	WaitingArrivals(ctx context.Context, limit int) ([]mail.Arrival, error)
	// CountWaiting counts those that wait.
	CountWaiting(ctx context.Context) (int, error)
	// TryArrival adds one to how often judging began.
	TryArrival(ctx context.Context, id string) error
	// JudgeArrival ends the waiting of a mail: its envelope is emptied, and
	// its blob unless state is Held. Conflict: it does not wait any more.
	JudgeArrival(ctx context.Context, id string, state mail.State, j mail.Judgement) error
	// DeleteArrivals removes at most limit that do not wait and arrived before then.
	DeleteArrivals(ctx context.Context, before time.Time, limit int) (int, error)

	// CountMail adds one to the count of c's day, kind and outcome. N is ignored.
	CountMail(ctx context.Context, c mail.Count) error
	// MailCounts returns the counts from one day to another, both included, by
	// day, kind and outcome.
	MailCounts(ctx context.Context, from, to string) ([]mail.Count, error)
}
