// Package mailin takes in mail (受信) by SMTP (RFC 5321) or LMTP (RFC 2033), for the
// addresses that the service sends from and those that its mails come back to.
//
// A mail is acknowledged only when it is stored durably; judging it is the
// worker's. Everybody else's addresses are refused before a mail is
// transferred, so that nothing has to be sent back. Line ends that are not CR LF
// and addresses that can be read in two ways are refused, since systems
// disagree about them.
package mailin

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/emersion/go-smtp"

	"madoguchi/internal/mailread"
	"madoguchi/internal/mailroom"
	"madoguchi/internal/web"
)

// The limits of a server.
const (
	maxBytes   = mailread.MaxBytes // of a mail
	maxLine    = 64 << 10          // bytes of a line; mailers exceed the standard's 998
	maxConns   = 100               // at once
	maxConnsIP = 10                // at once, from one network
	timeout    = 5 * time.Minute   // for one command, or one mail
	storing    = 2 * time.Minute   // for storing one mail after its last byte
)

// Config is what a Server is made of.
type Config struct {
	Room *mailroom.Room
	Log  *slog.Logger
	Name string      // the name said in the greeting
	LMTP bool        // behind a mail server of one's own
	TLS  *tls.Config // offered by STARTTLS; nil: not offered
	// MailEvery is after how long a network may send one mail more, beyond
	// the first 60. 0: a second.
	MailEvery time.Duration
}

// Server takes in mail.
type Server struct {
	config Config
	smtp   *smtp.Server
	mails  web.Limiter

	mu    sync.Mutex
	conns map[string]int // open connections by network; guarded by mu
	all   int            // guarded by mu
}

// New returns a Server. It opens nothing.
func New(c Config) *Server {
	s := &Server{config: c, conns: map[string]int{}}
	s.mails.Every, s.mails.Burst = cmp.Or(c.MailEvery, time.Second), 60
	s.smtp = smtp.NewServer(smtp.BackendFunc(func(conn *smtp.Conn) (smtp.Session, error) {
		return &session{server: s, conn: conn}, nil
	}))
	s.smtp.Domain, s.smtp.LMTP, s.smtp.TLSConfig = c.Name, c.LMTP, c.TLS
	s.smtp.MaxMessageBytes, s.smtp.MaxLineLength = maxBytes, maxLine
	s.smtp.MaxRecipients = 1 // each mail is stored, and acknowledged, for one
	s.smtp.ReadTimeout, s.smtp.WriteTimeout = timeout, timeout
	s.smtp.ErrorLog = quiet{c.Log}
	return s
}

// quiet keeps what clients make the library say out of the log: it names
// addresses.
type quiet struct{ log *slog.Logger }

func (q quiet) Printf(format string, _ ...any) { q.log.Debug("mail server", "what", format) }
func (q quiet) Println(...any)                 {}

// grace is how long mails that are being transferred may take after the stop.
const grace = 20 * time.Second

// Serve takes in mail on l until ctx ends, then finishes what was begun.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	served := make(chan error, 1)
	go func() { served <- s.smtp.Serve(&gate{Listener: l, server: s}) }()
	select {
	case err := <-served:
		return errors.Join(err, s.smtp.Close())
	case <-ctx.Done():
	}
	late, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	err := s.smtp.Shutdown(late)
	if errors.Is(err, context.DeadlineExceeded) {
		return s.cut()
	}
	if failed := <-served; err == nil && !errors.Is(failed, net.ErrClosed) {
		err = failed
	}
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// cut ends the connections that are left. A mail that was not acknowledged is
// sent again.
func (s *Server) cut() error {
	s.config.Log.Warn("connections were cut off", "after", grace.String())
	err := s.smtp.Close()
	if errors.Is(err, smtp.ErrServerClosed) {
		return nil
	}
	return err
}

// gate limits how many connections are open.
type gate struct {
	net.Listener
	server *Server
}

// busy is what a client is told that may not connect now (RFC 5321, 3.8).
const busy = "421 4.7.0 too many connections, try again later\r\n"

// Accept returns the next connection that is within the limits.
func (g *gate) Accept() (net.Conn, error) {
	for {
		conn, err := g.Listener.Accept()
		if err != nil {
			return nil, err
		}
		network := networkOf(conn.RemoteAddr())
		if g.server.enter(network) {
			return &counted{Conn: conn, leave: sync.OnceFunc(func() { g.server.leave(network) })}, nil
		}
		// a client that does not read is not waited for
		_ = conn.SetWriteDeadline(time.Now().Add(time.Second))
		_, _ = conn.Write([]byte(busy))
		_ = conn.Close()
	}
}

func (s *Server) enter(network string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all >= maxConns || s.conns[network] >= maxConnsIP && !s.config.LMTP {
		return false
	}
	s.all++
	s.conns[network]++
	return true
}

func (s *Server) leave(network string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all--
	if s.conns[network]--; s.conns[network] == 0 {
		delete(s.conns, network)
	}
}

// counted is a connection that makes room when it is closed.
type counted struct {
	net.Conn
	leave func()
}

func (c *counted) Close() error {
	c.leave()
	return c.Conn.Close()
}
