package mailer

import (
	"bytes"
	"crypto"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-msgauth/dkim"
)

// DKIM is a key that mails are signed with (RFC 6376).
type DKIM struct {
	Domain   string // whose mails it signs; empty: of domains that have no key of their own
	Selector string
	Key      crypto.Signer // RSA or Ed25519
	From     time.Time     // real time from which it signs
}

// Keyring holds the keys of all domains. A domain changes its key by a second
// one under another selector: both are published, the later one signs from its
// moment on, and the earlier one is taken away when its last mails have arrived.
type Keyring []DKIM

// For returns the key that signs the mails of domain at the moment at: of
// those that have begun, the latest. nil: there is none.
func (k Keyring) For(domain string, at time.Time) *DKIM {
	var best *DKIM
	for i := range k {
		d := &k[i]
		if d.Domain != "" && !strings.EqualFold(d.Domain, domain) || at.Before(d.From) {
			continue
		}
		own, other := d.Domain != "", best != nil && best.Domain != ""
		if best == nil || own && !other || own == other && !d.From.Before(best.From) {
			best = d
		}
	}
	return best
}

// signedFields are signed once more than they occur, so that nobody can add a
// second one (oversigning).
var signedFields = []string{
	"From", "Subject", "Date", "Message-ID", "To", "Content-Type", "MIME-Version",
	"Reply-To", "In-Reply-To", "References",
}

// sign puts a signature of domain before data. A nil DKIM signs nothing.
func (d *DKIM) sign(domain string, data []byte) ([]byte, error) {
	if d == nil {
		return data, nil
	}
	var b bytes.Buffer
	err := dkim.Sign(&b, bytes.NewReader(data), &dkim.SignOptions{
		Domain: domain, Selector: d.Selector, Signer: d.Key, Hash: crypto.SHA256,
		HeaderCanonicalization: dkim.CanonicalizationRelaxed,
		BodyCanonicalization:   dkim.CanonicalizationRelaxed,
		HeaderKeys:             slices.Concat(signedFields, signedFields),
	})
	if err != nil {
		return nil, fmt.Errorf("sign mail: %w", err)
	}
	return b.Bytes(), nil
}
