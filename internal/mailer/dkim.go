package mailer

import (
	"bytes"
	"crypto"
	"fmt"
	"slices"

	"github.com/emersion/go-msgauth/dkim"
)

// DKIM is the key that mails are signed with (RFC 6376).
type DKIM struct {
	Selector string
	Key      crypto.Signer // RSA or Ed25519
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
