package mailer_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"madoguchi/internal/mailer"
	"madoguchi/internal/outbox"
)

// certificate makes one for 127.0.0.1 and the pool that trusts it.
func certificate(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "post office"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(cert)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

func TestSTARTTLSWithSignIn(t *testing.T) {
	cert, pool := certificate(t)
	p := open(t, func(s *smtp.Server) {
		s.TLSConfig = &tls.Config{Certificates: []tls.Certificate{cert}}
		s.AllowInsecureAuth = false
	}, nil)
	config := mailer.Config{Addr: p.addr, Security: mailer.STARTTLS, Roots: pool, User: "u", Password: "right"}
	if err := mailer.New(config).Send(t.Context(), origin, message()); err != nil {
		t.Fatal(err)
	}
	if got := p.deliveries(); len(got) != 1 || got[0].user != "u" {
		t.Errorf("deliveries: %+v", got)
	}
	if err := mailer.New(config).Check(t.Context()); err != nil {
		t.Errorf("check: %v", err)
	}
}

func TestTLSFromTheFirstByte(t *testing.T) {
	cert, pool := certificate(t)
	p := open(t, nil, func(l net.Listener) net.Listener {
		return tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{cert}})
	})
	err := mailer.New(mailer.Config{Addr: p.addr, Security: mailer.TLS, Roots: pool}).Send(t.Context(), origin, message())
	if err != nil || len(p.deliveries()) != 1 {
		t.Errorf("got %v and %d deliveries", err, len(p.deliveries()))
	}
}

func TestNothingIsSentInTheClearBySurprise(t *testing.T) {
	cert, pool := certificate(t)
	withTLS := func(s *smtp.Server) { s.TLSConfig = &tls.Config{Certificates: []tls.Certificate{cert}} }
	tests := []struct {
		name   string
		server func(*smtp.Server)
		config mailer.Config
		want   string
	}{
		{"no STARTTLS offered", nil, mailer.Config{Security: mailer.STARTTLS, Roots: pool}, "starttls"},
		{"unknown certificate", withTLS, mailer.Config{Security: mailer.STARTTLS}, "certificate"},
		{"wrong password", withTLS, mailer.Config{Security: mailer.STARTTLS, Roots: pool, User: "u", Password: "wrong"}, "535"},
		{"misspelt security", withTLS, mailer.Config{Security: "stattls"}, "none of starttls, tls, none"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := open(t, test.server, nil)
			test.config.Addr = p.addr
			err := mailer.New(test.config).Send(t.Context(), origin, message())
			if err == nil || outbox.IsPermanent(err) || !strings.Contains(strings.ToLower(err.Error()), test.want) {
				t.Errorf("got %v, want a temporary error with %q", err, test.want)
			}
			if n := len(p.deliveries()); n != 0 {
				t.Errorf("%d deliveries", n)
			}
		})
	}
}
