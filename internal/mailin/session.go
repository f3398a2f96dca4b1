package mailin

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"strings"
	"time"

	"github.com/emersion/go-smtp"

	"madoguchi/internal/fault"
	"madoguchi/internal/mail"
	"madoguchi/internal/mailroom"
	"madoguchi/internal/web"
)

// session is one client's connection.
type session struct {
	server *Server
	conn   *smtp.Conn
	from   string
	to     mailroom.Addressee
}

func refusal(code int, enhanced smtp.EnhancedCode, text string) error {
	return &smtp.SMTPError{Code: code, EnhancedCode: enhanced, Message: text}
}

var (
	errBadAddress = refusal(553, smtp.EnhancedCode{5, 1, 3}, "that is not one address")
	errNobody     = refusal(550, smtp.EnhancedCode{5, 1, 1}, "no such address here")
	errFull       = refusal(452, smtp.EnhancedCode{4, 3, 1}, "mail cannot be stored now, try again later")
	errTooOften   = refusal(451, smtp.EnhancedCode{4, 7, 1}, "too many mails, try again later")
	errLineEnds   = refusal(550, smtp.EnhancedCode{5, 6, 0}, "line ends other than CR LF are refused")
	errCutOff     = refusal(451, smtp.EnhancedCode{4, 3, 0}, "the mail broke off")
)

// Reset forgets the mail that was begun.
func (s *session) Reset() { s.from, s.to = "", mailroom.Addressee{} }

// Logout ends the connection.
func (s *session) Logout() error { return nil }

// Mail takes the reverse path.
func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	if from != "" && !oneAddress(from) {
		return errBadAddress
	}
	if !s.server.config.LMTP && s.server.mails.Allow(networkOf(s.conn.Conn().RemoteAddr()), time.Now()) != nil {
		return errTooOften
	}
	s.from = from
	return nil
}

// Rcpt takes the address, if it is one of ours and there is room.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if !oneAddress(to) {
		return errBadAddress
	}
	ctx, cancel := context.WithTimeout(context.Background(), storing)
	defer cancel()
	found, err := s.server.config.Room.Addressee(ctx, to)
	if fault.KindOf(err) == fault.NotFound {
		return errNobody
	}
	if err == nil {
		err = s.server.config.Room.Accepts(ctx, found.Tenant)
	}
	if err != nil {
		return s.full(ctx, err)
	}
	s.to = found
	return nil
}

// Data stores the mail. It returns nil only when it is stored durably.
func (s *session) Data(r io.Reader) error {
	body := &checked{r: r}
	ctx, cancel := context.WithTimeout(context.Background(), timeout+storing)
	defer cancel()
	err := s.server.config.Room.Receive(ctx, s.to, s.envelope(), body)
	if body.err != nil { // the client's doing, whatever the store made of it
		return body.err
	}
	if err != nil {
		return s.full(ctx, err)
	}
	return nil
}

// full says that the store is full or away: the client keeps the mail.
func (s *session) full(ctx context.Context, err error) error {
	s.server.config.Log.WarnContext(ctx, "mail was not taken", "err", err)
	return errFull
}

func (s *session) envelope() mail.Envelope {
	e := mail.Envelope{HELO: s.conn.Hostname(), From: s.from}
	if a := addrOf(s.conn.Conn().RemoteAddr()); a.IsValid() && !s.server.config.LMTP {
		e.IP = a.String()
	}
	_, e.TLS = s.conn.TLSConnectionState()
	return e
}

// oneAddress reports whether an address has one reading only: a single @ and
// nothing that a header or another program would take apart.
func oneAddress(s string) bool {
	if len(s) > 320 || strings.Count(s, "@") != 1 {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f || strings.ContainsRune(`<>()[],;:\"`, r) })
}

// addrOf is the address of a client, or the zero value of one without.
func addrOf(a net.Addr) netip.Addr {
	port, err := netip.ParseAddrPort(a.String())
	if err != nil {
		return netip.Addr{}
	}
	return port.Addr().Unmap()
}

// networkOf names the network of a client, as limits count it.
func networkOf(a net.Addr) string { return web.Place{Addr: addrOf(a)}.Network() }

// checked passes a mail on and refuses one with bare CR or LF. It reads the
// mail to its end, as the protocol wants.
type checked struct {
	r   io.Reader
	cr  bool  // the last byte was CR
	bad bool  // a bare CR or LF was seen
	err error // why the mail is refused
}

func (c *checked) Read(p []byte) (int, error) {
	if c.err != nil {
		return 0, c.err
	}
	n, err := c.r.Read(p)
	c.bad = c.bad || c.bare(p[:n])
	if c.bad {
		return 0, c.refuse(err)
	}
	switch {
	case err == nil:
		return n, nil
	case !errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return 0, c.broken(err)
	case c.cr:
		return 0, c.refuse(err)
	}
	return n, err
}

// broken keeps why the mail broke off: it is too large, or the client is gone.
func (c *checked) broken(err error) error {
	c.err = errCutOff
	if errors.Is(err, smtp.ErrDataTooLarge) {
		c.err = smtp.ErrDataTooLarge
	}
	return c.err
}

// refuse reads what is left of the mail and refuses it.
func (c *checked) refuse(err error) error {
	if err == nil {
		_, err = io.Copy(io.Discard, c.r)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return c.broken(err)
	}
	c.err = errLineEnds
	return c.err
}

// bare reports whether p, after what came before, holds a CR or LF that is
// not part of CR LF.
func (c *checked) bare(p []byte) bool {
	for len(p) > 0 {
		if c.cr {
			c.cr = false
			if p[0] != '\n' {
				return true
			}
			p = p[1:]
			continue
		}
		i := bytes.IndexAny(p, "\r\n")
		if i < 0 {
			return false
		}
		if p[i] == '\n' {
			return true
		}
		c.cr = true
		p = p[i+1:]
	}
	return false
}
