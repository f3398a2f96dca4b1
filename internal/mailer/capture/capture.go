// Package capture is a mail server that keeps what it is sent (送信メールの受け皿),
// so that a demonstration can show its mail. It delivers nothing to anyone.
//
// It is a real SMTP server on this machine: what is shown has gone through the
// same program as a mail in production. The newest mails are kept, in a folder.
package capture

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"github.com/emersion/go-smtp"
)

// MaxBytes is how large a mail may be.
const MaxBytes = 1 << 20

// Server receives mail into a Box.
type Server struct {
	smtp     *smtp.Server
	listener net.Listener
	done     sync.WaitGroup
}

// Listen starts a server on a free port of the loopback interface.
func Listen(ctx context.Context, box *Box) (*Server, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for mail: %w", err)
	}
	s := &Server{listener: l}
	s.smtp = smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) {
		return &session{box: box}, nil
	}))
	s.smtp.MaxMessageBytes = MaxBytes
	s.smtp.MaxRecipients = 10
	s.smtp.ReadTimeout, s.smtp.WriteTimeout = time.Minute, time.Minute
	s.smtp.ErrorLog = silent{}
	s.done.Go(func() {
		// it ends with Close, after which nobody can be told of an error
		_ = s.smtp.Serve(l)
	})
	return s, nil
}

// Addr is the host:port that mail is sent to.
func (s *Server) Addr() string { return s.listener.Addr().String() }

// Close stops the server and waits for it.
func (s *Server) Close() error {
	err := errors.Join(s.smtp.Close(), s.listener.Close())
	s.done.Wait()
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// session is one connection.
type session struct{ box *Box }

func (s *session) Reset()                               {}
func (s *session) Logout() error                        { return nil }
func (s *session) Mail(string, *smtp.MailOptions) error { return nil }
func (s *session) Rcpt(string, *smtp.RcptOptions) error { return nil }

// Data keeps the mail; its success is told only after it is in the folder.
func (s *session) Data(r io.Reader) error {
	data, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err != nil {
		return err
	}
	return s.box.Put(data)
}

// silent drops what the server would log: broken connections of clients.
type silent struct{}

func (silent) Printf(string, ...any) {}
func (silent) Println(...any)        {}
