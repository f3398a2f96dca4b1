package signin

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"

	"madoguchi/internal/fault"
	"madoguchi/internal/jptext"
)

// Cost is what one argon2id hash takes (RFC 9106).
type Cost struct {
	MemoryKiB uint32
	Passes    uint32
	Threads   uint8
}

// DefaultCost is the second recommended option of RFC 9106, section 4: 64 MiB,
// three passes, four lanes; 0.1 to 0.2 s on a small server.
var DefaultCost = Cost{MemoryKiB: 64 << 10, Passes: 3, Threads: 4}

const (
	saltBytes = 16
	keyBytes  = 32

	// atOnce bounds the memory that hashing takes to atOnce × MemoryKiB.
	atOnce = 2
	// waiting is how many more may queue for a hash.
	waiting = 64
)

// hasher makes and checks password hashes, few at a time.
type hasher struct {
	cost    Cost
	running chan struct{}
	queue   chan struct{}
	nobody  string // a hash that no password fits, for unknown logins
}

func newHasher(c Cost) (*hasher, error) {
	if c == (Cost{}) {
		c = DefaultCost
	}
	h := &hasher{cost: c, running: make(chan struct{}, atOnce), queue: make(chan struct{}, atOnce+waiting)}
	nobody, err := h.hash(context.Background(), rand.Text())
	if err != nil {
		return nil, err
	}
	h.nobody = nobody
	return h, nil
}

// hash returns the PHC string of password.
func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltBytes)
	if _, err := rand.Read(salt); err != nil {
		return "", fmt.Errorf("salt: %w", err)
	}
	key, err := h.derive(ctx, password, salt, h.cost)
	if err != nil {
		return "", err
	}
	enc := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version,
		h.cost.MemoryKiB, h.cost.Passes, h.cost.Threads, enc.EncodeToString(salt), enc.EncodeToString(key)), nil
}

// fits reports whether password is the one of the PHC string. An empty string
// fits nothing and takes as long as any other.
func (h *hasher) fits(ctx context.Context, phc, password string) (bool, error) {
	known := phc != ""
	if !known {
		phc = h.nobody
	}
	cost, salt, want, err := parsePHC(phc)
	if err != nil {
		return false, err
	}
	got, err := h.derive(ctx, password, salt, cost)
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(got, want) == 1 && known, nil
}

// stale reports whether phc was made with another cost than today's.
func (h *hasher) stale(phc string) bool {
	cost, _, _, err := parsePHC(phc)
	return err != nil || cost != h.cost
}

func (h *hasher) derive(ctx context.Context, password string, salt []byte, c Cost) ([]byte, error) {
	select {
	case h.queue <- struct{}{}:
	default:
		return nil, fault.New(fault.Unavailable, "fault.unavailable_text")
	}
	defer func() { <-h.queue }()
	select {
	case h.running <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-h.running }()
	return argon2.IDKey([]byte(password), salt, c.Passes, c.MemoryKiB, c.Threads, keyBytes), nil
}

// parsePHC reads $argon2id$v=19$m=…,t=…,p=…$salt$key.
func parsePHC(s string) (c Cost, salt, key []byte, err error) {
	parts := strings.Split(s, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" {
		return c, nil, nil, fmt.Errorf("password hash is not argon2id")
	}
	var version int
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return c, nil, nil, fmt.Errorf("password hash has version %q", parts[2])
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &c.MemoryKiB, &c.Passes, &c.Threads); err != nil {
		return c, nil, nil, fmt.Errorf("password hash: cost: %w", err)
	}
	if c.MemoryKiB > 1<<20 || c.Passes == 0 || c.Passes > 20 || c.Threads == 0 {
		return c, nil, nil, fmt.Errorf("password hash: cost out of range")
	}
	enc := base64.RawStdEncoding
	if salt, err = enc.DecodeString(parts[4]); err != nil {
		return c, nil, nil, fmt.Errorf("password hash: salt: %w", err)
	}
	if key, err = enc.DecodeString(parts[5]); err != nil || len(key) != keyBytes {
		return c, nil, nil, fmt.Errorf("password hash: key has %d bytes", len(key))
	}
	return c, salt, key, nil
}

// Limits of a password, in characters.
const (
	PasswordMin = 12
	PasswordMax = 128
)

// checkPassword returns what is wrong with a new password, as typed for the
// member with this login.
func checkPassword(field, login, password, again string) error {
	var p fault.Problems
	n := jptext.Count(password)
	switch {
	case n < PasswordMin:
		p.Add(field, "signin.password_short", fault.Args{"min": PasswordMin})
	case n > PasswordMax:
		p.Add(field, "signin.password_long", fault.Args{"max": PasswordMax})
	case simple(password) || strings.Contains(strings.ToLower(password), login) && len(login) > 3:
		p.Add(field, "signin.password_simple", nil)
	}
	if password != again {
		p.Add(field+"_again", "signin.password_differs", nil)
	}
	return p.Err()
}

// simple reports whether a password has fewer than five different characters
// or only counts up or down.
func simple(password string) bool {
	kinds := map[rune]bool{}
	up, down := true, true
	var last rune
	for i, r := range password {
		kinds[r] = true
		if i > 0 {
			up = up && r == last+1
			down = down && r == last-1
		}
		last = r
	}
	return len(kinds) < 5 || up || down
}

// startPassword makes a password of 80 bits that is read out and typed once:
// four groups of four characters without 0, 1, 8 and 9.
func startPassword() string { return groups(rand.Text()[:16]) }

// groups writes s in groups of four.
func groups(s string) string {
	var b strings.Builder
	for i, r := range s {
		if i > 0 && i%4 == 0 {
			b.WriteByte('-')
		}
		b.WriteRune(r)
	}
	return b.String()
}
