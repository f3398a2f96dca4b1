// Package intake is what residents do (申込): confirm a mail address, fill in a
// draft, submit it, look it up, correct it, withdraw it, ask about it.
//
// Each act is one transaction with its history, audit entry and mail. Reading
// a person's data is an act too: it commits the view record before it returns
// anything. A number or an ID opens nothing by itself: a draft is opened by
// the browser that it belongs to, an application by an Access, which only
// number and lookup code, a fresh mail confirmation or the browser that
// submitted give. What pages look like is left to the face.
package intake

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"

	"madoguchi/internal/application"
	"madoguchi/internal/audit"
	"madoguchi/internal/blob"
	"madoguchi/internal/fault"
	"madoguchi/internal/form"
	"madoguchi/internal/jptext"
	"madoguchi/internal/outbox"
	"madoguchi/internal/procedure"
	"madoguchi/internal/receipt"
	"madoguchi/internal/store"
	"madoguchi/internal/tenant"
)

// Counter runs the acts. Many goroutines may use it.
type Counter struct {
	db     store.DB
	blobs  blob.Store
	codes  receipt.Codes
	secret []byte
	forms  sync.Map // formKey → *form.Definition; versions never change

	mu      sync.Mutex
	numbers map[tenant.ID]*numbers // guarded by mu
}

// New returns a Counter. secret is the installation's, of at least 32 bytes;
// lookup codes are derived from it, so it is never changed.
func New(db store.DB, blobs blob.Store, secret []byte) (*Counter, error) {
	codes, err := receipt.NewCodes(secret)
	if err != nil {
		return nil, err
	}
	return &Counter{db: db, blobs: blobs, codes: codes, secret: secret, numbers: map[tenant.ID]*numbers{}}, nil
}

// Visitor is who asks: a browser at a body's portal.
type Visitor struct {
	Tenant  tenant.ID
	Browser string // hash of the browser's key; "" for a browser without one
	Network string // for limits; kept only as a keyed hash
	Addr    string // for the view ledger
	Lang    string // of mails: "ja"
}

// Drafts live this long after they were saved last.
const draftLife = 30 * 24 * time.Hour

// today is the day in Japan at the moment, as form limits understand it.
func today(at time.Time) time.Time {
	y, m, d := at.In(time.FixedZone("JST", 9*60*60)).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// newID returns a UUIDv7. Acts make IDs before their transaction, which may run twice.
func newID() string {
	id, err := uuid.NewV7()
	if err != nil {
		panic(err) // the system's random source is gone
	}
	return id.String()
}

// keyed returns a keyed hash of the parts under a purpose, in hex.
func (c *Counter) keyed(purpose string, parts ...string) string {
	mac := hmac.New(sha256.New, c.secret)
	mac.Write([]byte(purpose))
	for _, p := range parts {
		mac.Write([]byte{0})
		mac.Write([]byte(p))
	}
	return hex.EncodeToString(mac.Sum(nil))
}

func hash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

type formKey struct {
	tenant    tenant.ID
	procedure procedure.ID
	version   int
}

// definition returns a version of a procedure's form.
func (c *Counter) definition(ctx context.Context, tx store.Tx, p procedure.ID, version int) (*form.Definition, error) {
	key := formKey{tx.Tenant(), p, version}
	if d, ok := c.forms.Load(key); ok {
		return d.(*form.Definition), nil
	}
	f, err := tx.Form(ctx, p, version)
	if err != nil {
		return nil, err
	}
	d, err := form.Parse(f.Definition)
	if err != nil {
		return nil, fmt.Errorf("form of %s, version %d: %w", p, version, err)
	}
	c.forms.Store(key, d)
	return d, nil
}

// entry is the audit entry of an applicant's act.
func entry(id, act, object, detail string) audit.Entry {
	return audit.Entry{ID: id, Actor: "applicant", Act: act, Object: object, Detail: detail}
}

// letter is a mail to an applicant. Template is the key of its words.
func letter(id, to, template, lang, about string, at time.Time, args map[string]string) outbox.Message {
	return outbox.Message{
		ID: id, Channel: "mail", To: to, Template: template, Args: args, Lang: lang, About: about,
		State: outbox.Waiting, DueAt: at, CreatedAt: at,
	}
}

// numbers hands out the receipt numbers of one tenant from a block that this
// server has taken. What is left of it at a restart is a gap.
type numbers struct {
	mu   sync.Mutex
	perm receipt.Numbers // guarded by mu, as the rest
	made bool
	next int64
	end  int64
}

// block is how many places a server takes at once. One hot row per tenant
// would slow down every submission.
const block = 100

// number returns a receipt number that no other application has.
func (c *Counter) number(ctx context.Context, id tenant.ID) (string, error) {
	c.mu.Lock()
	n := c.numbers[id]
	if n == nil {
		n = &numbers{}
		c.numbers[id] = n
	}
	c.mu.Unlock()
	n.mu.Lock()
	defer n.mu.Unlock()
	for {
		if n.next == n.end {
			if err := c.take(ctx, id, n); err != nil {
				return "", err
			}
		}
		no, err := n.perm.Number(n.next)
		n.next++
		// One in eleven looks like a My Number (個人番号), which text fields refuse.
		if err != nil || !jptext.IsMyNumber(no) {
			return no, err
		}
	}
}

// take gets the next block, and the key at the first time.
func (c *Counter) take(ctx context.Context, id tenant.ID, n *numbers) error {
	fresh := make([]byte, receipt.KeyBytes)
	if _, err := rand.Read(fresh); err != nil {
		return err
	}
	var key []byte
	var first int64
	err := c.db.Write(ctx, id, func(tx store.Tx) (err error) {
		if key, err = tx.SecretOnce(ctx, "receipt", fresh); err != nil {
			return err
		}
		first, err = tx.TakeNumbers(ctx, "receipt", block)
		return err
	})
	if err != nil {
		return fmt.Errorf("take receipt numbers: %w", err)
	}
	if !n.made {
		if n.perm, err = receipt.NewNumbers(key); err != nil {
			return err
		}
		n.made = true
	}
	n.next, n.end = first, first+block
	return nil
}

// ByApplicant is who a line of the history was done by.
const ByApplicant = "applicant"

// history is a line of the history by the applicant.
func history(id string, a *application.Application, at time.Time, act application.Act, from application.Status, text string) application.HistoryEntry {
	return application.HistoryEntry{
		ID: id, Application: a.ID, At: at, Act: act, From: from, To: a.Status, By: ByApplicant, Text: text,
	}
}

// unless keeps the text of a fault from saying whether a thing exists.
func notFoundAs(err error, f *fault.Error) error {
	if fault.KindOf(err) == fault.NotFound {
		return f
	}
	return err
}
