// Package receipt makes receipt numbers (整理番号), lookup codes
// (照会用パスワード) and the codes of mails (確認コード) from a tenant's sequence
// and keys.
//
// A receipt number is a keyed permutation of the sequence: no two are equal,
// none tells how many there are, and a check digit finds mistypings. A lookup
// code is derived from an application's submission key and is kept nowhere, so
// the browser that submitted can be shown it again. Neither a number alone nor
// a code alone opens anything.
package receipt

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"fmt"
	"strings"

	"madoguchi/internal/jptext"
)

// KeyBytes is the length of a tenant's receipt key. The key is never changed.
const KeyBytes = 32

// digits is how many digits of a receipt number carry the sequence; the last
// one is the check digit.
const digits = 11

// Numbers makes the receipt numbers of one tenant.
type Numbers struct{ perm *ff1 }

// NewNumbers returns the numbers that the key gives.
func NewNumbers(key []byte) (Numbers, error) {
	if len(key) != KeyBytes {
		return Numbers{}, fmt.Errorf("receipt key has %d bytes, want %d", len(key), KeyBytes)
	}
	perm, err := newFF1(key, nil)
	return Numbers{perm}, err
}

// Number returns the twelve digits for the place n in the sequence.
func (s Numbers) Number(n int64) (string, error) {
	if n < 0 || uint64(n) >= pow10(digits) {
		return "", fmt.Errorf("place %d is outside of the sequence", n)
	}
	no, ok := jptext.ReceiptNo(s.perm.permute(uint64(n), digits))
	if !ok {
		return "", fmt.Errorf("place %d gives no receipt number", n)
	}
	return no, nil
}

// alphabet has no 0, 1, I and O, which are misread on paper. Its 32 letters
// carry five bits each.
const alphabet = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"

// codeLength letters carry 60 bits.
const codeLength = 12

// Codes derives the codes of an installation from its secret.
type Codes struct{ secret []byte }

// NewCodes takes the server's secret of at least 32 bytes.
func NewCodes(secret []byte) (Codes, error) {
	if len(secret) < 32 {
		return Codes{}, fmt.Errorf("the secret for lookup codes has %d bytes, want at least 32", len(secret))
	}
	return Codes{secret}, nil
}

// Code returns the lookup code of the application that was submitted with
// submissionKey in the tenant. generation counts replaced codes from 0.
func (c Codes) Code(tenant int64, submissionKey string, generation int) string {
	mac := hmac.New(sha256.New, c.secret)
	mac.Write([]byte("lookup code\x00"))
	mac.Write(binary.BigEndian.AppendUint64(nil, uint64(tenant)))
	mac.Write(binary.BigEndian.AppendUint64(nil, uint64(generation)))
	mac.Write([]byte(submissionKey))
	return letters(mac.Sum(nil))
}

// Mail returns the code of a mail (確認コード): what the mail says of itself, and
// what anyone who holds it may ask about. message is the ID of the outbox's
// message, so that a mail that is sent again has the same code.
func (c Codes) Mail(tenant int64, message string) string {
	mac := hmac.New(sha256.New, c.secret)
	mac.Write([]byte("mail code\x00"))
	mac.Write(binary.BigEndian.AppendUint64(nil, uint64(tenant)))
	mac.Write([]byte(message))
	return letters(mac.Sum(nil))
}

// letters writes the first 60 bits of sum as a code.
func letters(sum []byte) string {
	bits := binary.BigEndian.Uint64(sum)
	var b strings.Builder
	for range codeLength {
		b.WriteByte(alphabet[bits>>59])
		bits <<= 5
	}
	return b.String()
}

// IsCode reports whether s, folded by ReadCode, has the shape of a code.
func IsCode(s string) bool {
	return len(s) == codeLength && strings.Trim(s, alphabet) == ""
}

// Matches reports whether typed, in any width and case and with or without
// dashes, is that code. The time it takes does not depend on where they differ.
func (c Codes) Matches(typed string, tenant int64, submissionKey string, generation int) bool {
	want := c.Code(tenant, submissionKey, generation)
	return subtle.ConstantTimeCompare([]byte(ReadCode(typed)), []byte(want)) == 1
}

// ReadCode folds a code that a person typed.
func ReadCode(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '-' || jptext.IsSpace(r) {
			return -1
		}
		return r
	}, strings.ToUpper(jptext.Code(s)))
}

// FormatCode writes a code in groups of four: ABCD-EFGH-JKLM.
func FormatCode(code string) string {
	if len(code) != codeLength {
		return code
	}
	return code[:4] + "-" + code[4:8] + "-" + code[8:]
}
