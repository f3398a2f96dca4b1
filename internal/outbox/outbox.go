// Package outbox describes messages (通知) that wait to be sent.
//
// A message is written in the same transaction as the change it tells of, so
// it is sent if and only if the change was kept; it is sent at least once,
// always under the same message ID.
package outbox

import (
	"context"
	"time"
)

// A State is where a message stands.
type State string

// The states.
const (
	Waiting State = "waiting"
	Sent    State = "sent"
	Failed  State = "failed" // given up; shown to staff
)

// Message is addressed to one recipient through one channel. Its words are
// rendered when it is sent, by the template's name and the arguments.
type Message struct {
	ID         string // UUIDv7; also the left part of the Message-ID
	Channel    string // the Sender's name: "mail"
	To         string
	Template   string            // "mail.received" …
	Args       map[string]string // may hold live tokens: emptied after delivery
	Lang       string
	About      string // the ID of the application or confirmation, for staff and bounces
	State      State
	DueAt      time.Time
	Attempts   int
	Holder     string // who has leased it for sending
	LeaseUntil time.Time
	LastError  string // of the last attempt; no personal data
	CreatedAt  time.Time
	SentAt     time.Time
}

// A Sender delivers messages through one channel. Send may be called again
// for a message that was delivered already. Many goroutines may call it.
type Sender interface {
	// Channel is the name that messages are addressed by.
	Channel() string
	// Send delivers m. An error that IsPermanent says is final is not retried.
	Send(ctx context.Context, tenant Origin, m Message) error
}

// Origin is what a Sender needs to know of the tenant that sends.
type Origin struct {
	Tenant int64
	Name   string // 茨城県
	From   string // the send-only address
	URL    string // of its portal, without a slash at the end
}

// Backoff returns how long to wait before attempt n+1 after n failed ones:
// 30 s, doubling, at most an hour.
func Backoff(n int) time.Duration {
	d := 30 * time.Second << min(max(n-1, 0), 7)
	return min(d, time.Hour)
}

// MaxAttempts is after how many failures a message is given up: about a day.
const MaxAttempts = 30
