package main

import (
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"

	"madoguchi/internal/mailer"
	"madoguchi/internal/mailroom"
	"madoguchi/internal/outbox"
)

// senders lists the channels that messages leave through.
func senders(c Config, room *mailroom.Room) ([]outbox.Sender, error) {
	mail, err := mailSender(c.Mail, room, c.MailIn.Listen != "")
	if err != nil {
		return nil, err
	}
	return []outbox.Sender{mail}, nil
}

// mailSender sends by the configured server. With a room mails carry codes;
// bounces says that what comes back comes in here.
func mailSender(m MailConfig, room *mailroom.Room, bounces bool) (*mailer.Sender, error) {
	config := mailer.Config{
		Addr: m.Server, Security: mailer.Security(m.Security), User: m.User, Hello: m.Hello, From: m.From, Room: room, Bounces: bounces,
	}
	if m.User != "" {
		password, err := secretFrom(m.PasswordFile)
		if err != nil {
			return nil, fmt.Errorf("mail.password_file: %w", err)
		}
		config.Password = password
	}
	ring, err := keyring(m)
	if err != nil {
		return nil, err
	}
	config.DKIM = ring
	return mailer.New(config), nil
}

// signingKey reads a private key in PEM (PKCS #8, or PKCS #1 for RSA).
func signingKey(file string) (crypto.Signer, error) {
	text, err := secretFrom(file)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, errors.New("no PEM block in " + file)
	}
	if key, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return key, nil
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, errors.New("the key in " + file + " cannot sign")
	}
	return signer, nil
}
