// Package mailer sends messages (通知) as mail by SMTP. It is an outbox.Sender.
//
// A mail is plain text, carries no attachment and no answers, names no program,
// and always has the Message-ID that its message's ID gives, so that mail
// systems can recognise a repetition. Words come from the words files. What to
// send, and when to try again, is the worker's.
package mailer

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	record "madoguchi/internal/mail"
	"madoguchi/internal/mailroom"
	"madoguchi/internal/outbox"
	"madoguchi/internal/tenant"
)

// Channel is the name that messages for a Sender are addressed by.
const Channel = "mail"

// Security says how the connection to the mail server is protected.
type Security string

// The sorts of protection. With STARTTLS a server that does not offer it is
// refused: nothing is sent in the clear by surprise.
const (
	STARTTLS Security = "starttls"
	TLS      Security = "tls"  // from the first byte
	None     Security = "none" // for a server on the same machine
)

// Config is what a Sender needs to know.
type Config struct {
	Addr     string // host:port of the mail server
	Security Security
	User     string // empty: no sign-in
	Password string
	Hello    string         // the name said in EHLO; empty: localhost
	Roots    *x509.CertPool // nil: those of the system
	From     string         // the address for tenants that have none of their own
	DKIM     Keyring        // empty: not signed here
	Timeout  time.Duration  // for one mail as a whole; 0: 30 s

	// Room keeps which mails left, under the code that each carries; nil:
	// nothing is kept, and mails carry no code.
	Room *mailroom.Room
	// Bounces gives each mail a return path of its own, which the Room knows.
	Bounces bool
}

// Sender sends mail through one server. Many goroutines may use it.
type Sender struct {
	config Config
}

// New returns a Sender. It opens no connection.
func New(c Config) *Sender {
	c.Timeout = cmp.Or(c.Timeout, 30*time.Second)
	c.Hello = cmp.Or(c.Hello, "localhost")
	return &Sender{config: c}
}

var _ outbox.Sender = (*Sender)(nil)

// Channel is the name that messages are addressed by.
func (s *Sender) Channel() string { return Channel }

// Send delivers m to the mail server. An error's text holds the server's code
// and no address, since it is logged and shown to staff.
func (s *Sender) Send(ctx context.Context, origin outbox.Origin, m outbox.Message) error {
	origin.From = cmp.Or(origin.From, s.config.From)
	mail, err := s.render(origin, m)
	if err != nil {
		return outbox.Permanent(err)
	}
	now := time.Now()
	data, err := s.config.DKIM.For(mail.domain, now).sign(mail.domain, mail.bytes(now))
	if err != nil {
		return err
	}
	if s.config.Room != nil {
		if err := s.config.Room.Leave(ctx, tenant.ID(origin.Tenant), origin.From, m); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, s.config.Timeout)
	defer cancel()
	c, err := s.connect(ctx)
	if err != nil {
		return err
	}
	defer c.Close()
	return deliver(c, mail, data)
}

// render puts the mail together, with its code and its return path.
func (s *Sender) render(origin outbox.Origin, m outbox.Message) (mail, error) {
	code := ""
	if s.config.Room != nil {
		code = s.config.Room.Code(tenant.ID(origin.Tenant), m.ID)
	}
	rendered, err := render(origin, m, code)
	if err == nil && code != "" && s.config.Bounces {
		rendered.back = record.ReturnPath(origin.Tenant, code, rendered.domain)
	}
	return rendered, err
}

// Check says whether the mail server takes a connection with this
// configuration, sign-in included. It sends nothing.
func (s *Sender) Check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, s.config.Timeout)
	defer cancel()
	c, err := s.connect(ctx)
	if err != nil {
		return err
	}
	defer c.Close()
	return step("quit", c.Quit())
}

// connect opens a connection that ends with ctx, and signs in.
func (s *Sender) connect(ctx context.Context) (*smtp.Client, error) {
	host, _, err := net.SplitHostPort(s.config.Addr)
	if err != nil {
		return nil, fmt.Errorf("mail server %q: %w", s.config.Addr, err)
	}
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", s.config.Addr)
	if err != nil {
		return nil, fmt.Errorf("mail server: %w", err)
	}
	context.AfterFunc(ctx, func() { conn.Close() })
	c, err := s.greet(ctx, conn, &tls.Config{ServerName: host, RootCAs: s.config.Roots, MinVersion: tls.VersionTLS12})
	if err != nil {
		conn.Close()
		return nil, err
	}
	if s.config.User == "" {
		return c, nil
	}
	if err := c.Auth(sasl.NewPlainClient("", s.config.User, s.config.Password)); err != nil {
		c.Close()
		return nil, step("sign-in", err)
	}
	return c, nil
}

func (s *Sender) greet(ctx context.Context, conn net.Conn, secure *tls.Config) (*smtp.Client, error) {
	switch s.config.Security {
	case STARTTLS:
		c, err := smtp.NewClientStartTLS(conn, secure)
		if err != nil {
			return nil, step("starttls", err)
		}
		return c, step("hello", c.Hello(s.config.Hello))
	case TLS:
		t := tls.Client(conn, secure)
		if err := t.HandshakeContext(ctx); err != nil {
			return nil, fmt.Errorf("mail server, tls: %w", err)
		}
		c := smtp.NewClient(t)
		return c, step("hello", c.Hello(s.config.Hello))
	case None:
		c := smtp.NewClient(conn)
		return c, step("hello", c.Hello(s.config.Hello))
	default:
		return nil, fmt.Errorf("mail security %q is none of starttls, tls, none", s.config.Security)
	}
}

func deliver(c *smtp.Client, m mail, data []byte) error {
	if err := c.Mail(cmp.Or(m.back, m.from), nil); err != nil {
		return step("sender", err)
	}
	if err := c.Rcpt(m.to, nil); err != nil {
		return final(step("recipient", err))
	}
	w, err := c.Data()
	if err != nil {
		return final(step("data", err))
	}
	if _, err := w.Write(data); err != nil {
		return step("data", err)
	}
	if err := w.Close(); err != nil {
		return final(step("data", err))
	}
	// the mail is delivered, whatever the server says to QUIT
	_ = c.Quit()
	return nil
}
