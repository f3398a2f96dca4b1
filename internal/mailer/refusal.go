package mailer

import (
	"errors"
	"fmt"

	"github.com/emersion/go-smtp"

	"madoguchi/internal/outbox"
)

// A refusal is a mail server's answer without its text: servers like to repeat
// the address in it.
type refusal struct {
	step string
	code int
	// enhanced is the code of RFC 3463, such as 5.1.1, or zeros.
	enhanced smtp.EnhancedCode
}

func (r refusal) Error() string {
	if r.enhanced[0] <= 0 {
		return fmt.Sprintf("mail server refused the %s: %d", r.step, r.code)
	}
	return fmt.Sprintf("mail server refused the %s: %d %d.%d.%d", r.step, r.code, r.enhanced[0], r.enhanced[1], r.enhanced[2])
}

// step names the step of the dialogue that err ended. It keeps the causes of a
// broken connection, and of a refusal only the code.
func step(name string, err error) error {
	if err == nil {
		return nil
	}
	if answer, ok := errors.AsType[*smtp.SMTPError](err); ok {
		return refusal{name, answer.Code, answer.EnhancedCode}
	}
	return fmt.Errorf("mail server, %s: %w", name, err)
}

// final marks a refusal that repeating does not change: 5xx, but for 5.7.x,
// which is about this service's rights and not about the mail (RFC 3463).
func final(err error) error {
	r, ok := errors.AsType[refusal](err)
	if !ok || r.code < 500 || r.enhanced[0] == 5 && r.enhanced[1] == 7 {
		return err
	}
	return outbox.Permanent(err)
}
