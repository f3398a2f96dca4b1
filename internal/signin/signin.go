// Package signin holds how staff come in and who they are (職員のログイン):
// password, one-time code, recovery codes, sessions and devices, and the
// administration of members and sections.
//
// It promises that a wrong password and an unknown login look alike, that a
// one-time code works once, that an ended session is out at the next request,
// and that nobody resets the sign-in of his own account. What each role may do
// is said by package staff; cookies and pages belong to the office face.
package signin

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/google/uuid"

	"madoguchi/internal/audit"
	"madoguchi/internal/fault"
	"madoguchi/internal/staff"
	"madoguchi/internal/store"
)

// Lifetimes in real time.
const (
	IdleLimit    = 30 * time.Minute // a session without a request
	SessionLimit = 24 * time.Hour   // a session, whatever happens
	TicketLimit  = 15 * time.Minute // from the password to the session
	touchEvery   = time.Minute      // how exactly LastSeenAt is kept
)

// Config is what a Door is made of.
type Config struct {
	DB     store.DB
	Secret []byte           // of the installation, at least 32 bytes
	Now    func() time.Time // real time; nil = time.Now
	Cost   Cost             // of password hashes; zero = DefaultCost
}

// Door is where staff come in. Many goroutines may use it.
type Door struct {
	db     store.DB
	now    func() time.Time
	hasher *hasher
	aead   cipher.AEAD
	macKey []byte
}

// New returns a Door. It is an error when the secret is too short.
func New(c Config) (*Door, error) {
	if len(c.Secret) < 32 {
		return nil, fmt.Errorf("sign-in secret has %d bytes, want at least 32", len(c.Secret))
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	sealKey, err := hkdf.Key(sha256.New, c.Secret, nil, "madoguchi signin seal", 32)
	if err != nil {
		return nil, fmt.Errorf("sign-in key: %w", err)
	}
	macKey, err := hkdf.Key(sha256.New, c.Secret, nil, "madoguchi signin token", 32)
	if err != nil {
		return nil, fmt.Errorf("sign-in key: %w", err)
	}
	block, err := aes.NewCipher(sealKey)
	if err != nil {
		return nil, fmt.Errorf("sign-in key: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("sign-in key: %w", err)
	}
	h, err := newHasher(c.Cost)
	if err != nil {
		return nil, err
	}
	return &Door{db: c.DB, now: func() time.Time { return c.Now().UTC().Truncate(time.Microsecond) }, hasher: h, aead: aead, macKey: macKey}, nil
}

// mac returns a keyed hash of parts, hex.
func (d *Door) mac(parts ...string) string {
	m := hmac.New(sha256.New, d.macKey)
	for _, p := range parts {
		fmt.Fprintf(m, "%d:%s", len(p), p)
	}
	return hex.EncodeToString(m.Sum(nil))
}

// newID makes an ID; it is called outside of transactions.
func newID() string { return uuid.Must(uuid.NewV7()).String() }

// by returns the audit entry of an act of who.
func by(who staff.Who, id, act, object, detail string) audit.Entry {
	return audit.Entry{ID: id, Actor: string(who.Member.ID), Session: who.Session, Device: who.Device, Act: act, Object: object, Detail: detail}
}

// may returns nil when who has the permission. Without it the thing does not
// exist for who.
func may(who staff.Who, p staff.Permission) error {
	if !who.May(p) {
		return errNone
	}
	return nil
}

var errNone = fault.New(fault.NotFound, "fault.not_found_text")
