package signin

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"image/png"
	"slices"
	"strings"
	"time"

	"github.com/pquerna/otp/hotp"
	"github.com/pquerna/otp/totp"

	"madoguchi/internal/jptext"
	"madoguchi/internal/staff"
)

// period is the length of a TOTP step (RFC 6238, section 4).
const period = 30 * time.Second

// recoveryCodes is how many recovery codes a member gets.
const recoveryCodes = 10

// stepAt returns the TOTP step of a moment.
func stepAt(t time.Time) int64 { return t.Unix() / int64(period/time.Second) }

// CodeAt returns the one-time code of a base32 secret at a moment of real
// time, as the authenticator app shows it.
func CodeAt(secret string, t time.Time) (string, error) {
	code, err := totp.GenerateCode(secret, t)
	if err != nil {
		return "", fmt.Errorf("one-time code: %w", err)
	}
	return code, nil
}

// stepOf returns the step whose code was given: the present one or one beside
// it, but later than last, so that a code works once (RFC 6238, section 5.2).
func stepOf(secret, code string, last int64, now time.Time) (int64, bool) {
	code = oneTimeCode(code)
	if len(code) != 6 || secret == "" {
		return 0, false
	}
	found, step := 0, int64(0)
	for _, s := range []int64{stepAt(now) - 1, stepAt(now), stepAt(now) + 1} {
		want, err := hotp.GenerateCode(secret, uint64(s))
		if err != nil || s <= last {
			continue
		}
		if subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			found, step = 1, s
		}
	}
	return step, found == 1
}

// oneTimeCode folds what was typed: full width and spaces are fine.
func oneTimeCode(s string) string {
	return strings.Map(func(r rune) rune {
		if jptext.IsSpace(r) || r == '-' {
			return -1
		}
		return r
	}, jptext.Code(s))
}

// newRecovery makes recovery codes of 80 bits and their hashes.
func (d *Door) newRecovery(member staff.ID) (codes, hashes []string) {
	for range recoveryCodes {
		code := groups(rand.Text()[:16])
		codes = append(codes, code)
		hashes = append(hashes, d.recoveryHash(member, code))
	}
	return codes, hashes
}

func (d *Door) recoveryHash(member staff.ID, code string) string {
	m := hmac.New(sha256.New, d.macKey)
	fmt.Fprintf(m, "recovery\x00%s\x00%s", member, strings.ToUpper(oneTimeCode(code)))
	return hex.EncodeToString(m.Sum(nil))
}

// useRecovery takes code out of c's unused recovery codes.
func (d *Door) useRecovery(c *staff.Credential, code string) bool {
	hash := d.recoveryHash(c.Member, code)
	i := slices.IndexFunc(c.Recovery, func(h string) bool {
		return subtle.ConstantTimeCompare([]byte(h), []byte(hash)) == 1
	})
	if i < 0 {
		return false
	}
	c.Recovery = slices.Delete(slices.Clone(c.Recovery), i, i+1)
	return true
}

// Enrolment is what an authenticator app needs, once.
type Enrolment struct {
	Secret string // base32, in groups of four, to type by hand
	QR     []byte // PNG
}

// qrPixels is the side of the QR code.
const qrPixels = 264

// enrolment draws the secret for the app, which shows it under account.
func enrolment(secret, issuer, account string) (Enrolment, error) {
	raw, err := decodeSecret(secret)
	if err != nil {
		return Enrolment{}, err
	}
	key, err := totp.Generate(totp.GenerateOpts{Issuer: issuer, AccountName: account, Secret: raw})
	if err != nil {
		return Enrolment{}, fmt.Errorf("enrolment: %w", err)
	}
	img, err := key.Image(qrPixels, qrPixels)
	if err != nil {
		return Enrolment{}, fmt.Errorf("enrolment: %w", err)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return Enrolment{}, fmt.Errorf("enrolment: %w", err)
	}
	return Enrolment{Secret: groups(secret), QR: b.Bytes()}, nil
}
