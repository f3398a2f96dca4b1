// Package mail describes what is kept of mail (電子メールの記録): that a mail was
// sent and under which code, that mail to an address came back, and what
// arrived.
//
// No content is kept here, and addresses only as keyed digests or masked. How
// a mail is read, judged and answered is left to others.
package mail

import (
	"strconv"
	"strings"
	"time"
)

// Sent is one mail that left (送信の記録). Its code stands in the mail itself, so
// that anyone who holds the mail can ask what was sent under it.
type Sent struct {
	Code        string // keyed digest of the code
	Message     string // the ID of the outbox's message
	Template    string // "mail.received"; its subject's words are under Subject
	Subject     string // key of the subject's words
	Lang        string
	About       string // the ID of the application or confirmation
	From        string // the address that it was sent from
	Receiver    string // masked: h***@example.jp
	Address     string // keyed digest of the receiver's address
	SentAt      time.Time
	Asked       int // how often the code was asked
	LastAskedAt time.Time
	RevokedAt   time.Time // since when the code proves nothing any more
	BouncedAt   time.Time // when the mail came back as undeliverable
	Status      string    // why: the code of RFC 3463, "5.1.1"
}

// Suppression is an address that mail came back from (配信停止).
type Suppression struct {
	Address string // keyed digest
	Status  string // why: the code of RFC 3463
	Since   time.Time
	Until   time.Time // mail is tried again from then on
}

// A Kind says what an address that receives mail is for.
type Kind string

// The kinds of addresses.
const (
	SendOnly Kind = "send_only" // 送信専用: judged and counted, kept for nobody
	Bounce   Kind = "bounce"    // the return path of one sent mail
)

// A State is where an arrived mail stands.
type State string

// The states.
const (
	Waiting State = "waiting" // stored, not judged yet
	Judged  State = "judged"  // its content is gone
	Held    State = "held"    // judging it broke off: quarantined with its content
)

// Envelope is what the sending server said of a mail besides its bytes.
type Envelope struct {
	IP   string `json:"ip"`
	HELO string `json:"helo"`
	From string `json:"from"` // the reverse path; "" for bounces
	TLS  bool   `json:"tls"`
}

// Arrival is one mail that arrived (受信の記録).
type Arrival struct {
	ID        string
	Kind      Kind
	Code      string // keyed digest of the code in a bounce's address
	Blob      string // key of the raw mail; "" once it is judged
	SHA256    string // of the raw mail, by which a repetition is recognised
	SizeBytes int64
	Envelope  Envelope // empty once it is judged
	State     State
	Attempts  int // how often judging began
	ArrivedAt time.Time
	Judgement
}

// Judgement is what was found out about an arrived mail.
type Judgement struct {
	Outcome  string   // "accept", "suspect", "quarantine"; of bounces "bounced", "delayed", "unknown"
	Rules    []string // names of the rules that met it
	JudgedAt time.Time
}

// Count is how often something happened on one day (件数).
type Count struct {
	Day     string // in Japan: 2022-07-01
	Kind    string // what was counted: "report", "check", "send_only", "bounce"
	Outcome string
	N       int
}

// Mask hides all of an address but the first letter and the domain, for
// someone who knows the address anyway.
func Mask(address string) string {
	at := strings.LastIndexByte(address, '@')
	for i := range address {
		if i > 0 && i <= at {
			return address[:i] + "***" + address[at:]
		}
	}
	return "***"
}

// ReturnPath is where a mail with the code comes back to when it cannot be
// delivered: an address of its own for each mail (VERP).
func ReturnPath(tenant int64, code, domain string) string {
	return bouncePrefix + strconv.FormatInt(tenant, 10) + "-" + strings.ToLower(code) + "@" + domain
}

const bouncePrefix = "bounce+"

// ReadReturnPath takes the local part of such an address apart. The code is in
// upper case; whether it is one is not looked at.
func ReadReturnPath(local string) (tenant int64, code string, ok bool) {
	rest, ok := strings.CutPrefix(strings.ToLower(local), bouncePrefix)
	if !ok {
		return 0, "", false
	}
	id, code, ok := strings.Cut(rest, "-")
	tenant, err := strconv.ParseInt(id, 10, 64)
	if !ok || err != nil || tenant <= 0 {
		return 0, "", false
	}
	return tenant, strings.ToUpper(code), true
}
