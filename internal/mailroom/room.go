// Package mailroom is what the service does about mail (電子メール) itself: it
// keeps which mails left and under which codes, answers who asks about a code
// or brings a suspicious mail, takes in what arrives, judges it, and notes what
// came back.
//
// Nothing that a stranger sends is kept longer than it takes to judge it, and
// nobody is answered by mail: a From address says nothing about who wrote. That
// a mail was sent under a code is told, that a mail is genuine never, since a
// stolen code can be copied.
package mailroom

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"madoguchi/internal/blob"
	"madoguchi/internal/mail"
	"madoguchi/internal/mailauth"
	"madoguchi/internal/mailread"
	"madoguchi/internal/receipt"
	"madoguchi/internal/store"
	"madoguchi/internal/tenant"
)

// Config is what a Room is made of.
type Config struct {
	DB    store.DB
	Blobs blob.Store
	// Secret is the installation's, of at least 32 bytes. Codes are derived
	// from it, so it is never changed.
	Secret []byte
	NewID  func() string // UUIDv7
	Clock  func() time.Time
	// Resolver answers DNS questions about mails; nil: nothing is asked.
	Resolver mailauth.Resolver
	// From is the send-only address of tenants that have none of their own.
	From string
	// Domains are ours besides those of the tenants' addresses and hosts.
	Domains []string
}

// Room runs the acts. Many goroutines may use it.
type Room struct {
	Config
	codes receipt.Codes
}

// New returns a Room.
func New(c Config) (*Room, error) {
	codes, err := receipt.NewCodes(c.Secret)
	if err != nil {
		return nil, err
	}
	if c.Resolver == nil {
		c.Resolver = offline{}
	}
	return &Room{Config: c, codes: codes}, nil
}

// digest is what is kept in place of a code or an address.
func (m *Room) digest(what string, id tenant.ID, value string) string {
	mac := hmac.New(sha256.New, m.Secret)
	mac.Write([]byte("mail " + what + "\x00" + strconv.FormatInt(int64(id), 10) + "\x00" + value))
	return hex.EncodeToString(mac.Sum(nil))
}

func (m *Room) codeDigest(id tenant.ID, code string) string { return m.digest("code", id, code) }

func (m *Room) addressDigest(id tenant.ID, address string) string {
	return m.digest("address", id, strings.ToLower(address))
}

// Sender is the send-only address of a tenant.
func (m *Room) Sender(t tenant.Tenant) string {
	if t.ID == tenant.Installation {
		return m.From
	}
	return cmp.Or(t.Settings.MailFrom, m.From)
}

// protected are the domains that are ours or a tenant's.
func (m *Room) protected(ctx context.Context) ([]string, error) {
	all, err := m.DB.Service().Tenants(ctx)
	if err != nil {
		return nil, err
	}
	list := append([]string{mailread.Domain(m.From)}, m.Domains...)
	for _, t := range all {
		list = append(list, mailread.Domain(t.Settings.MailFrom), strings.ToLower(t.Host))
	}
	slices.Sort(list)
	return slices.DeleteFunc(slices.Compact(list), func(d string) bool { return d == "" }), nil
}

// count is a count of today in Japan.
func count(now time.Time, kind, outcome string) mail.Count {
	return mail.Count{Day: now.In(time.FixedZone("JST", 9*60*60)).Format(time.DateOnly), Kind: kind, Outcome: outcome}
}

// offline is a resolver that has no network: every answer is "try later", so
// that nothing counts against a mail.
type offline struct{}

func unanswered(name string) error {
	return &net.DNSError{Err: "no resolver", Name: name, IsTemporary: true}
}

func (offline) LookupTXT(_ context.Context, name string) ([]string, error) {
	return nil, unanswered(name)
}

func (offline) LookupMX(_ context.Context, name string) ([]*net.MX, error) {
	return nil, unanswered(name)
}

func (offline) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	return nil, unanswered(host)
}

func (offline) LookupAddr(_ context.Context, addr string) ([]string, error) {
	return nil, unanswered(addr)
}
