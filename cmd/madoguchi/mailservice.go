package main

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"time"

	"madoguchi/internal/mailauth"
	"madoguchi/internal/mailer"
	"madoguchi/internal/mailin"
	"madoguchi/internal/mailroom"
)

// DKIMConfig is one key that mails are signed with. A domain changes its key
// by a second entry that begins later.
type DKIMConfig struct {
	Domain   string    `toml:"domain"`
	Selector string    `toml:"selector"`
	KeyFile  string    `toml:"key_file"`
	From     time.Time `toml:"from"`
}

// MailInConfig says how mail comes in: what is sent to the send-only addresses,
// and what comes back.
type MailInConfig struct {
	Listen          string `toml:"listen"`
	Protocol        string `toml:"protocol"`
	Name            string `toml:"name"`
	CertificateFile string `toml:"certificate_file"`
	KeyFile         string `toml:"key_file"`
}

func (m MailInConfig) check() error {
	switch m.Protocol {
	case "", "smtp", "lmtp":
	default:
		return errors.New(`mail_in.protocol is "smtp" or "lmtp"`)
	}
	if (m.CertificateFile == "") != (m.KeyFile == "") {
		return errors.New("mail_in.certificate_file and mail_in.key_file belong together")
	}
	return nil
}

// keyring reads the keys that mails are signed with.
func keyring(m MailConfig) (mailer.Keyring, error) {
	entries := m.DKIM
	if m.DKIMKeyFile != "" {
		entries = append([]DKIMConfig{{Selector: m.DKIMSelector, KeyFile: m.DKIMKeyFile}}, entries...)
	}
	var ring mailer.Keyring
	for _, e := range entries {
		key, err := signingKey(e.KeyFile)
		if err != nil {
			return nil, fmt.Errorf("the DKIM key of %s: %w", e.Selector, err)
		}
		ring = append(ring, mailer.DKIM{Domain: e.Domain, Selector: e.Selector, Key: key, From: e.From})
	}
	return ring, nil
}

// openMailroom puts together what the service does about mail. Without a
// resolver no DNS question is asked.
func openMailroom(in *installation, c Config, resolver mailauth.Resolver) (*mailroom.Room, error) {
	config := mailroom.Config{
		DB: in.db, Blobs: in.blobs, Secret: derived(in.secret, "mail"), NewID: newID, Clock: in.clock.Now,
		Resolver: resolver, From: c.Mail.From,
	}
	if u, err := url.Parse(c.PublicURL); err == nil && net.ParseIP(u.Hostname()) == nil && u.Hostname() != "localhost" {
		config.Domains = []string{u.Hostname()}
	}
	return mailroom.New(config)
}

// openMailIn opens the address that mail comes in at. The function that it
// returns takes mail until its context ends; it is nil when none is taken.
func openMailIn(ctx context.Context, c Config, room *mailroom.Room, log *slog.Logger) (func(context.Context), error) {
	m := c.MailIn
	if m.Listen == "" {
		return nil, nil
	}
	config := mailin.Config{Room: room, Log: log, Name: cmp.Or(m.Name, c.Mail.Hello), LMTP: m.Protocol == "lmtp"}
	if m.CertificateFile != "" {
		cert, err := tls.LoadX509KeyPair(m.CertificateFile, m.KeyFile)
		if err != nil {
			return nil, fmt.Errorf("mail_in: %w", err)
		}
		config.TLS = &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", m.Listen)
	if err != nil {
		return nil, fmt.Errorf("mail_in: %w", err)
	}
	log.InfoContext(ctx, "taking in mail", "listen", l.Addr().String())
	return func(ctx context.Context) {
		if err := mailin.New(config).Serve(ctx, l); err != nil {
			log.ErrorContext(ctx, "no more mail is taken in", "err", err)
		}
	}, nil
}
