package signin

import (
	"crypto/rand"
	"encoding/base32"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"

	"madoguchi/internal/fault"
	"madoguchi/internal/staff"
	"madoguchi/internal/tenant"
)

// A Stage is what a member has to do next on the way in.
type Stage string

// The stages after the password.
const (
	StageEnrol    Stage = "enrol"    // set up the authenticator app
	StageCodes    Stage = "codes"    // note the recovery codes
	StageCode     Stage = "code"     // type the one-time code
	StagePassword Stage = "password" // replace the password that someone else set
	StageDevice   Stage = "device"   // name this device
	StageEnter    Stage = "enter"    // nothing more: come in
)

// ticket is how far a member has come. The browser holds it sealed; without
// our key it can be neither read nor made.
type ticket struct {
	ID     string    `json:"i"` // of the session that it becomes
	Tenant tenant.ID `json:"t"`
	Member staff.ID  `json:"m"`
	Tag    string    `json:"g"` // of the credential's password; a change ends the ticket
	Proven bool      `json:"p"` // the second factor was shown
	Secret string    `json:"s,omitempty"`
	Codes  []string  `json:"c,omitempty"` // recovery codes, until they were noted
	EndsAt time.Time `json:"e"`
}

var (
	errTicket = fault.New(fault.Gone, "signin.ticket_over")
	errSealed = fault.New(fault.Gone, "signin.sealed_over")
)

// Seal returns v encrypted and signed, for a browser to hold until the end.
// purpose keeps what was sealed for one thing from being used for another.
func (d *Door) Seal(purpose string, v any, age time.Duration) (string, error) {
	plain, err := json.Marshal(struct {
		EndsAt time.Time `json:"e"`
		V      any       `json:"v"`
	}{d.now().Add(age), v})
	if err != nil {
		return "", fmt.Errorf("seal %s: %w", purpose, err)
	}
	nonce := make([]byte, d.aead.NonceSize())
	if _, err := rand.Read(nonce); err != nil {
		return "", fmt.Errorf("seal %s: %w", purpose, err)
	}
	return base64.RawURLEncoding.EncodeToString(d.aead.Seal(nonce, nonce, plain, []byte(purpose))), nil
}

// Unseal reads into v what Seal made for the same purpose. It returns a Gone
// fault for everything else, and after the end.
func (d *Door) Unseal(purpose, sealed string, v any) error {
	data, err := base64.RawURLEncoding.DecodeString(sealed)
	if err != nil || len(data) < d.aead.NonceSize() {
		return errSealed
	}
	n := d.aead.NonceSize()
	plain, err := d.aead.Open(nil, data[:n], data[n:], []byte(purpose))
	if err != nil {
		return errSealed
	}
	box := struct {
		EndsAt time.Time `json:"e"`
		V      any       `json:"v"`
	}{V: v}
	if err := json.Unmarshal(plain, &box); err != nil {
		return errSealed
	}
	if !d.now().Before(box.EndsAt) {
		return errSealed
	}
	return nil
}

const ticketPurpose = "ticket"

func (d *Door) sealTicket(t ticket) (string, error) {
	return d.Seal(ticketPurpose, t, t.EndsAt.Sub(d.now()))
}

func (d *Door) openTicket(sealed string) (ticket, error) {
	var t ticket
	if err := d.Unseal(ticketPurpose, sealed, &t); err != nil {
		return t, errTicket
	}
	return t, nil
}

// newSecret makes a TOTP secret of 160 bits (RFC 4226, section 4), base32.
func newSecret() (string, error) {
	raw := make([]byte, 20)
	if _, err := rand.Read(raw); err != nil {
		return "", fmt.Errorf("one-time secret: %w", err)
	}
	return unpadded.EncodeToString(raw), nil
}

func decodeSecret(secret string) ([]byte, error) {
	raw, err := unpadded.DecodeString(secret)
	if err != nil {
		return nil, fmt.Errorf("one-time secret: %w", err)
	}
	return raw, nil
}

var unpadded = base32.StdEncoding.WithPadding(base32.NoPadding)
