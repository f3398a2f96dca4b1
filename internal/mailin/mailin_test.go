package mailin_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/google/uuid"

	"madoguchi/internal/blob"
	"madoguchi/internal/blob/dirblob"
	"madoguchi/internal/mail"
	"madoguchi/internal/mailin"
	"madoguchi/internal/mailroom"
	"madoguchi/internal/store"
	"madoguchi/internal/store/storetest"
	"madoguchi/internal/tenant"
)

const (
	sender           = "noreply@pref.example.jp"
	body   tenant.ID = 2
)

// A post is a server on a real store.
type post struct {
	addr  string
	room  *mailroom.Room
	db    store.DB
	blobs blob.Store
	log   *bytes.Buffer
}

func newRoom(t testing.TB, db store.DB, blobs blob.Store) *mailroom.Room {
	t.Helper()
	room, err := mailroom.New(mailroom.Config{
		DB: db, Blobs: blobs, Secret: bytes.Repeat([]byte{7}, 32), NewID: func() string { return uuid.Must(uuid.NewV7()).String() },
		Clock: time.Now, From: "noreply@shinsei.example.jp",
	})
	if err != nil {
		t.Fatal(err)
	}
	return room
}

func open(t *testing.T, change func(*mailin.Config)) *post {
	t.Helper()
	db := storetest.OpenSQLite(t)
	blobs, err := dirblob.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { blobs.Close() }) //nolint:errcheck // nothing depends on it
	err = db.Service().InsertTenant(t.Context(), &tenant.Tenant{ID: body, Slug: "pref", Settings: tenant.Settings{MailFrom: sender}})
	if err != nil {
		t.Fatal(err)
	}
	p := &post{db: db, blobs: blobs, room: newRoom(t, db, blobs), log: &bytes.Buffer{}}
	c := mailin.Config{Room: p.room, Log: slog.New(slog.NewTextHandler(&locked{w: p.log}, nil)), Name: "mx.pref.example.jp"}
	if change != nil {
		change(&c)
	}
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p.addr = l.Addr().String()
	ctx, stop := context.WithCancel(context.Background())
	var serving sync.WaitGroup
	serving.Go(func() {
		if err := mailin.New(c).Serve(ctx, l); err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	t.Cleanup(func() {
		stop()
		serving.Wait()
	})
	return p
}

// locked is a writer that several goroutines use.
type locked struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

func (p *post) waiting(t *testing.T) []mail.Arrival {
	t.Helper()
	var list []mail.Arrival
	err := p.db.Read(t.Context(), body, func(tx store.Tx) error {
		var err error
		list, err = tx.WaitingArrivals(t.Context(), 1000)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// send sends one mail and returns the first refusal.
func send(addr, from, to, text string) error {
	c, err := smtp.Dial(addr)
	if err != nil {
		return err
	}
	defer c.Close() //nolint:errcheck // QUIT was the end
	if err := c.SendMail(from, []string{to}, strings.NewReader(text)); err != nil {
		return err
	}
	return c.Quit()
}

func wantCode(t *testing.T, what string, err error, code int) {
	t.Helper()
	refusal, ok := errors.AsType[*smtp.SMTPError](err)
	if !ok || refusal.Code != code {
		t.Errorf("%s: got %v, want %d", what, err, code)
	}
}

const text = "From: hanako@example.jp\r\nTo: " + sender + "\r\nSubject: x\r\n\r\nline\r\n..dot\r\n"

func TestAMailIsStoredAsItCameBeforeItIsAcknowledged(t *testing.T) {
	p := open(t, nil)
	if err := send(p.addr, "hanako@example.jp", sender, text); err != nil {
		t.Fatal(err)
	}
	list := p.waiting(t)
	if len(list) != 1 {
		t.Fatalf("%d mails wait, want 1", len(list))
	}
	a := list[0]
	if a.Kind != mail.SendOnly || a.Envelope.From != "hanako@example.jp" || a.Envelope.IP != "127.0.0.1" || a.Envelope.HELO != "localhost" {
		t.Errorf("got %+v", a)
	}
	f, err := p.blobs.Open(t.Context(), body, a.Blob)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // it was only read
	if data, err := io.ReadAll(f); err != nil || string(data) != text {
		t.Errorf("stored %q, %v, want what was sent", data, err)
	}
	if done, err := p.room.Judge(t.Context(), body, 10); err != nil || done.Done != 1 {
		t.Errorf("judged %+v, %v", done, err)
	}
}

func TestWhoIsNotServedIsToldBeforeTheMailIsSent(t *testing.T) {
	p := open(t, nil)
	for what, test := range map[string]struct {
		from, to string
		code     int
	}{
		"an address of nobody":           {"a@example.jp", "desk@pref.example.jp", 550},
		"relaying":                       {"a@example.jp", "b@example.com", 550},
		"two at signs":                   {"a@example.jp", sender + "@example.com", 553},
		"two at signs in the sender":     {"a@b@example.jp", sender, 553},
		"a quoted address":               {"a@example.jp", `"noreply@pref.example.jp"@example.com`, 553},
		"a comma":                        {"a@example.jp", "a@example.com,noreply@pref.example.jp", 553},
		"another tenant's return path":   {"", "bounce+9-abcdefghjklm@pref.example.jp", 550},
		"a return path elsewhere":        {"", "bounce+2-abcdefghjklm@example.com", 550},
		"the installation's own address": {"a@example.jp", "noreply@shinsei.example.jp", 0},
		"a return path":                  {"", "bounce+2-abcdefghjklm@pref.example.jp", 0},
	} {
		err := send(p.addr, test.from, test.to, text)
		if test.code == 0 {
			if err != nil {
				t.Errorf("%s: %v", what, err)
			}
			continue
		}
		wantCode(t, what, err, test.code)
	}
	if n := len(p.waiting(t)); n != 1 {
		t.Errorf("%d mails wait, want the one at the return path", n)
	}
}

// raw says lines as they stand and returns the last answer.
func raw(t *testing.T, addr string, lines ...string) string {
	t.Helper()
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close() //nolint:errcheck // the answer was read
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	r := bufio.NewReader(conn)
	answer := func() string {
		for {
			line, err := r.ReadString('\n')
			if err != nil {
				t.Fatalf("answer: %v", err)
			}
			if len(line) < 4 || line[3] == ' ' {
				return line
			}
		}
	}
	last := answer()
	for _, line := range lines {
		if _, err := io.WriteString(conn, line); err != nil {
			t.Fatal(err)
		}
		last = answer()
	}
	return last
}

func TestBareLineEndsAreRefused(t *testing.T) {
	p := open(t, nil)
	head := []string{"EHLO x\r\n", "MAIL FROM:<a@example.jp>\r\n", "RCPT TO:<" + sender + ">\r\n", "DATA\r\n"}
	for what, test := range map[string]struct{ data, want string }{
		"bare LF":                       {"Subject: x\n\r\nx\r\n.\r\n", "550"},
		"bare CR":                       {"Subject: x\r\n\r\na\rb\r\n.\r\n", "550"},
		"LF before a dot and a command": {"Subject: x\r\n\r\nx\n.\r\nMAIL FROM:<b@example.jp>\r\n.\r\n", "550"},
		"all as it should be":           {"Subject: x\r\n\r\nx\r\n.\r\n", "250"},
	} {
		if got := raw(t, p.addr, append(head, test.data)...); !strings.HasPrefix(got, test.want) {
			t.Errorf("%s: got %q, want %s", what, got, test.want)
		}
	}
	if got := raw(t, p.addr, append(head[:3:3], "BDAT 8 LAST\r\na\nb\r\nc\r\n")...); !strings.HasPrefix(got, "550") {
		t.Errorf("bare LF in a chunk: got %q", got)
	}
	if n := len(p.waiting(t)); n != 1 {
		t.Errorf("%d mails are stored, want 1", n)
	}
	if keys, err := p.blobs.Old(t.Context(), body, time.Now().Add(time.Hour), "", 10); err != nil || len(keys) != 1 {
		t.Errorf("%d files are left, %v, want 1", len(keys), err)
	}
}

func TestTooLargeAMailIsRefused(t *testing.T) {
	p := open(t, nil)
	line := strings.Repeat("x", 998) + "\r\n"
	wantCode(t, "26 MB", send(p.addr, "a@example.jp", sender, "Subject: x\r\n\r\n"+strings.Repeat(line, 26<<10)), 552)
	if got := raw(t, p.addr, "EHLO x\r\n", "MAIL FROM:<a@example.jp> SIZE=99999999\r\n"); !strings.HasPrefix(got, "552") {
		t.Errorf("announced: got %q", got)
	}
	if n := len(p.waiting(t)); n != 0 {
		t.Errorf("%d mails are stored", n)
	}
}

// fullDisk has no room for another file.
type fullDisk struct{ blob.Store }

func (fullDisk) Put(_ context.Context, _ tenant.ID, _ string, r io.Reader) (int64, error) {
	_, err := io.Copy(io.Discard, io.LimitReader(r, 100))
	return 0, errors.Join(errors.New("no space left on device"), err)
}

func TestWhatCannotBeStoredStaysWithTheSender(t *testing.T) {
	p := open(t, nil)
	p.room.Blobs = fullDisk{p.blobs}
	wantCode(t, "a full disk", send(p.addr, "a@example.jp", sender, text), 452)
	if strings.Contains(p.log.String(), "a@example.jp") {
		t.Errorf("the log names a person:\n%s", p.log)
	}
	p.room.Blobs = p.blobs
	if err := send(p.addr, "a@example.jp", sender, text); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

func TestAStoreThatIsAwayMeansTryAgain(t *testing.T) {
	p := open(t, nil)
	c, err := smtp.Dial(p.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close() //nolint:errcheck // the server ends it
	if err := c.Mail("a@example.jp", nil); err != nil {
		t.Fatal(err)
	}
	if err := c.Rcpt(sender, nil); err != nil {
		t.Fatal(err)
	}
	if err := p.db.Close(); err != nil {
		t.Fatal(err)
	}
	w, err := c.Data()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	wantCode(t, "a store that was closed", w.Close(), 452)
	if err := c.Mail("a@example.jp", nil); err != nil {
		t.Fatal(err)
	}
	wantCode(t, "its address", c.Rcpt(sender, nil), 452)
}

func TestMoreThanCanBeJudgedIsNotTaken(t *testing.T) {
	p := open(t, nil)
	const chunk = 500
	for from := 0; from < mailroom.MaxWaiting; from += chunk {
		err := p.db.Write(t.Context(), body, func(tx store.Tx) error {
			for i := from; i < from+chunk; i++ {
				if err := tx.InsertArrival(t.Context(), mail.Arrival{ID: fmt.Sprint(i), SHA256: fmt.Sprint(i)}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	wantCode(t, "a full queue", send(p.addr, "a@example.jp", sender, text), 452)
}

func TestOneNetworkCannotSendWithoutEnd(t *testing.T) {
	p := open(t, func(c *mailin.Config) { c.MailEvery = time.Hour })
	c, err := smtp.Dial(p.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close() //nolint:errcheck // the test ends
	refused := 0
	for range 70 {
		if c.Mail("a@example.jp", nil) != nil {
			refused++
		}
		if err := c.Reset(); err != nil {
			t.Fatal(err)
		}
	}
	if refused != 10 {
		t.Errorf("%d of 70 mails were refused, want 10", refused)
	}
	var open []*smtp.Client
	for range 12 {
		extra, err := smtp.Dial(p.addr)
		if err == nil {
			err = extra.Hello("x")
		}
		if err == nil {
			open = append(open, extra)
		}
	}
	if len(open) != 9 { // and the one above
		t.Errorf("%d further connections, want 9", len(open))
	}
	for _, extra := range open {
		extra.Close() //nolint:errcheck // the test ends
	}
}

func certificate(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mx"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
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

func TestTLSIsOffered(t *testing.T) {
	cert, pool := certificate(t)
	p := open(t, func(c *mailin.Config) { c.TLS = &tls.Config{Certificates: []tls.Certificate{cert}} })
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", p.addr)
	if err != nil {
		t.Fatal(err)
	}
	c, err := smtp.NewClientStartTLS(conn, &tls.Config{RootCAs: pool, ServerName: "127.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.SendMail("a@example.jp", []string{sender}, strings.NewReader(text)); err != nil {
		t.Fatal(err)
	}
	if err := c.Quit(); err != nil {
		t.Fatal(err)
	}
	if list := p.waiting(t); len(list) != 1 || !list[0].Envelope.TLS {
		t.Errorf("got %+v", list)
	}
}

func TestLMTP(t *testing.T) {
	p := open(t, func(c *mailin.Config) { c.LMTP = true })
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", p.addr)
	if err != nil {
		t.Fatal(err)
	}
	c := smtp.NewClientLMTP(conn)
	if err := c.SendMail("a@example.jp", []string{sender}, strings.NewReader(text)); err != nil {
		t.Fatal(err)
	}
	if err := c.Quit(); err != nil {
		t.Fatal(err)
	}
	// the peer is our own mail server: its address says nothing about the sender
	if list := p.waiting(t); len(list) != 1 || list[0].Envelope.IP != "" {
		t.Errorf("got %+v", list)
	}
}
