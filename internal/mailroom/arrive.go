package mailroom

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"strings"

	"madoguchi/internal/fault"
	"madoguchi/internal/mail"
	"madoguchi/internal/mailread"
	"madoguchi/internal/receipt"
	"madoguchi/internal/store"
	"madoguchi/internal/tenant"
)

// MaxWaiting is how many mails of a tenant may wait to be judged before no
// more are taken.
const MaxWaiting = 10_000

// errFull says that too many mails wait; the sending server tries again.
var errFull = fault.New(fault.Unavailable, "mailservice.full")

// Addressee is whom an address of ours stands for.
type Addressee struct {
	Tenant tenant.ID
	Kind   mail.Kind
	Code   string // digest, of mail.Bounce
}

// Addressee finds out whom an address stands for. NotFound: it is none of ours.
func (m *Room) Addressee(ctx context.Context, address string) (Addressee, error) {
	unknown := fault.New(fault.NotFound, "mailservice.no_address")
	all, err := m.DB.Service().Tenants(ctx)
	if err != nil {
		return Addressee{}, err
	}
	local := address[:max(0, strings.LastIndexByte(address, '@'))]
	id, code, returned := mail.ReadReturnPath(local)
	for _, t := range all {
		sender := m.Sender(t)
		switch {
		case returned && t.ID == tenant.ID(id) && receipt.IsCode(code) && mailread.Domain(sender) == mailread.Domain(address):
			return Addressee{t.ID, mail.Bounce, m.codeDigest(t.ID, code)}, nil
		case t.Settings.MailFrom != "" && strings.EqualFold(t.Settings.MailFrom, address):
			return Addressee{Tenant: t.ID, Kind: mail.SendOnly}, nil
		}
	}
	if m.From != "" && strings.EqualFold(m.From, address) {
		return Addressee{Tenant: tenant.Installation, Kind: mail.SendOnly}, nil
	}
	return Addressee{}, unknown
}

// Accepts returns a fault while so much waits that nothing more is taken.
func (m *Room) Accepts(ctx context.Context, id tenant.ID) error {
	var n int
	err := m.DB.Read(ctx, id, func(tx store.Tx) error {
		var err error
		n, err = tx.CountWaiting(ctx)
		return err
	})
	if err == nil && n >= MaxWaiting {
		return errFull
	}
	return err
}

// Receive stores a mail as it is. It returns nil only when the mail survives a
// power cut; it is judged later. The same mail for the same addressee is
// stored once. An error of r is returned as it is, in the chain.
func (m *Room) Receive(ctx context.Context, to Addressee, from mail.Envelope, r io.Reader) error {
	id := m.NewID()
	key := "mail-" + id
	sum := sha256.New()
	size, err := m.Blobs.Put(ctx, to.Tenant, key, io.TeeReader(r, sum))
	if err != nil {
		return err
	}
	err = m.DB.Write(ctx, to.Tenant, func(tx store.Tx) error {
		return tx.InsertArrival(ctx, mail.Arrival{
			ID: id, Kind: to.Kind, Code: to.Code, Blob: key, SHA256: hex.EncodeToString(sum.Sum(nil)), SizeBytes: size, Envelope: from,
		})
	})
	if fault.KindOf(err) == fault.Conflict {
		return m.Blobs.Delete(ctx, to.Tenant, key)
	}
	// after any other error the row may be there or not: the sweeper removes
	// the file if no row names it
	return err
}
