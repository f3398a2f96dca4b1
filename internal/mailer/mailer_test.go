package mailer_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"net"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-msgauth/dkim"
	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"madoguchi/internal/mailer"
	"madoguchi/internal/outbox"
)

var origin = outbox.Origin{Tenant: 2, Name: "茨城県", From: "send@pref.example.jp", URL: "https://apply.example.jp/pref-ibaraki"}

func message() outbox.Message {
	return outbox.Message{ID: "0190-a", Channel: "mail", To: "hanako@example.jp", Template: "mail.test", Lang: "ja"}
}

// A postOffice is a real SMTP server that refuses as it is told.
type postOffice struct {
	addr string

	mu       sync.Mutex // guards the rest
	rcpt     error
	data     error
	cutData  bool
	received []delivery
}

type delivery struct {
	from, to string
	user     string
	data     []byte
}

type visit struct {
	office *postOffice
	conn   *smtp.Conn
	got    delivery
}

func (v *visit) Reset()        {}
func (v *visit) Logout() error { return nil }
func (v *visit) Mail(from string, _ *smtp.MailOptions) error {
	v.got.from = from
	return nil
}

func (v *visit) Rcpt(to string, _ *smtp.RcptOptions) error {
	v.got.to = to
	v.office.mu.Lock()
	defer v.office.mu.Unlock()
	return v.office.rcpt
}

func (v *visit) Data(r io.Reader) error {
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	v.office.mu.Lock()
	defer v.office.mu.Unlock()
	if v.office.data != nil {
		return v.office.data
	}
	v.got.data = data
	v.office.received = append(v.office.received, v.got)
	if v.office.cutData {
		return v.conn.Conn().Close()
	}
	return nil
}

func (v *visit) AuthMechanisms() []string { return []string{sasl.Plain} }
func (v *visit) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if password != "right" {
			return smtp.ErrAuthFailed
		}
		v.got.user = user
		return nil
	}), nil
}

// open starts a post office; change sets up its server.
func open(t *testing.T, change func(*smtp.Server), wrap func(net.Listener) net.Listener) *postOffice {
	t.Helper()
	p := &postOffice{}
	srv := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		return &visit{office: p, conn: c}, nil
	}))
	srv.ErrorLog = quiet{}
	srv.AllowInsecureAuth = true
	if change != nil {
		change(srv)
	}
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p.addr = l.Addr().String()
	if wrap != nil {
		l = wrap(l)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := srv.Serve(l); err != nil && !errors.Is(err, smtp.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
			t.Errorf("serve: %v", err)
		}
	})
	t.Cleanup(func() {
		srv.Close()
		l.Close()
		wg.Wait()
	})
	return p
}

type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}

func (p *postOffice) deliveries() []delivery {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.received
}

func TestAMailIsPlainTextUnderItsMessagesID(t *testing.T) {
	p := open(t, nil, nil)
	s := mailer.New(mailer.Config{Addr: p.addr, Security: mailer.None})
	if err := s.Send(t.Context(), origin, message()); err != nil {
		t.Fatal(err)
	}
	got := p.deliveries()
	if len(got) != 1 || got[0].from != "send@pref.example.jp" || got[0].to != "hanako@example.jp" {
		t.Fatalf("got %d deliveries: %+v", len(got), got)
	}
	m, err := mail.ReadMessage(bytes.NewReader(got[0].data))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"Message-Id": "<0190-a@pref.example.jp>", "To": "<hanako@example.jp>", "Auto-Submitted": "auto-generated",
		"User-Agent": "", "X-Mailer": "", "Content-Type": "text/plain; charset=utf-8",
	}
	for name, value := range want {
		if m.Header.Get(name) != value {
			t.Errorf("%s: got %q, want %q", name, m.Header.Get(name), value)
		}
	}
	if from, err := m.Header.AddressList("From"); err != nil || from[0].Name != "茨城県" {
		t.Errorf("From: %v, %v", from, err)
	}
	if date, err := m.Header.Date(); err != nil || time.Since(date).Abs() > time.Hour {
		t.Errorf("Date: %v, %v", date, err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil || subject != "【茨城県】送信の確認" {
		t.Errorf("Subject: %q, %v", subject, err)
	}
	text := bodyOf(t, m)
	for _, part := range []string{"確認のためのメールです", "https://apply.example.jp/pref-ibaraki/", "送信専用"} {
		if !strings.Contains(text, part) {
			t.Errorf("the text lacks %q:\n%s", part, text)
		}
	}
}

func bodyOf(t *testing.T, m *mail.Message) string {
	t.Helper()
	data, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, m.Body))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestNoLineOfAMailIsTooLong(t *testing.T) {
	p := open(t, nil, nil)
	o := origin
	o.Name = strings.Repeat("とても長い名前の団体", 12)
	if err := mailer.New(mailer.Config{Addr: p.addr, Security: mailer.None}).Send(t.Context(), o, message()); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(p.deliveries()[0].data)) {
		if len(line) > 100 { // RFC 5322 allows 998, and wants 78 and no encoded word of more than 75
			t.Errorf("%d bytes: %s", len(line), line)
		}
	}
}

func TestNoValueBeginsAHeader(t *testing.T) {
	p := open(t, nil, nil)
	s := mailer.New(mailer.Config{Addr: p.addr, Security: mailer.None})
	o := origin
	o.Name = "body\r\nBcc: thief@example.com\r\n\r\nhello"
	if err := s.Send(t.Context(), o, message()); err != nil {
		t.Fatal(err)
	}
	m, err := mail.ReadMessage(bytes.NewReader(p.deliveries()[0].data))
	if err != nil {
		t.Fatal(err)
	}
	if m.Header.Get("Bcc") != "" || m.Header.Get("Date") == "" {
		t.Errorf("headers: %v", m.Header)
	}
	bad := message()
	bad.To = "a@example.jp>\r\nRCPT TO:<thief@example.com"
	if err := s.Send(t.Context(), origin, bad); !outbox.IsPermanent(err) {
		t.Errorf("an address with a line break: got %v, want a permanent error", err)
	}
	if n := len(p.deliveries()); n != 1 {
		t.Errorf("%d deliveries, want 1", n)
	}
}

func TestCarriersOldAddressesAreQuoted(t *testing.T) {
	p := open(t, nil, nil)
	m := message()
	m.To = "a..b.@docomo.example.jp"
	if err := mailer.New(mailer.Config{Addr: p.addr, Security: mailer.None}).Send(t.Context(), origin, m); err != nil {
		t.Fatal(err)
	}
	// the server takes the quotes off
	if got := p.deliveries()[0].to; got != "a..b.@docomo.example.jp" && got != `"a..b."@docomo.example.jp` {
		t.Errorf("recipient %q", got)
	}
}

func TestATemplateWithoutWordsIsGivenUp(t *testing.T) {
	p := open(t, nil, nil)
	m := message()
	m.Template = "mail.nobody_wrote_this"
	err := mailer.New(mailer.Config{Addr: p.addr, Security: mailer.None}).Send(t.Context(), origin, m)
	if !outbox.IsPermanent(err) || len(p.deliveries()) != 0 {
		t.Errorf("got %v and %d deliveries", err, len(p.deliveries()))
	}
}

func TestMailsAreSigned(t *testing.T) {
	p := open(t, nil, nil)
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	s := mailer.New(mailer.Config{Addr: p.addr, Security: mailer.None, DKIM: mailer.Keyring{{Selector: "s1", Key: private}}})
	if err := s.Send(t.Context(), origin, message()); err != nil {
		t.Fatal(err)
	}
	verify := func(data []byte) error {
		found, err := dkim.VerifyWithOptions(bytes.NewReader(data), &dkim.VerifyOptions{
			LookupTXT: func(name string) ([]string, error) {
				if name != "s1._domainkey.pref.example.jp" {
					return nil, errors.New("no such name")
				}
				return []string{"v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(public)}, nil
			},
		})
		if err != nil {
			return err
		}
		if len(found) != 1 {
			return errors.New("not one signature")
		}
		return found[0].Err
	}
	data := p.deliveries()[0].data
	if err := verify(data); err != nil {
		t.Errorf("verify: %v", err)
	}
	for _, added := range []string{"Reply-To: <thief@example.com>\r\n", "Subject: another\r\n"} {
		if err := verify(append([]byte(added), data...)); err == nil {
			t.Errorf("the signature holds after %q was added", added)
		}
	}
}

func TestRefusals(t *testing.T) {
	refuse := func(code int, enhanced smtp.EnhancedCode) error {
		return &smtp.SMTPError{Code: code, EnhancedCode: enhanced, Message: "no: hanako@example.jp"}
	}
	tests := []struct {
		name       string
		rcpt, data error
		permanent  bool
		want       string
	}{
		{"unknown address", refuse(550, smtp.EnhancedCode{5, 1, 1}), nil, true, "550 5.1.1"},
		{"full mailbox", refuse(452, smtp.EnhancedCode{4, 2, 2}), nil, false, "452 4.2.2"},
		{"we may not relay", refuse(550, smtp.EnhancedCode{5, 7, 1}), nil, false, "550 5.7.1"},
		{"greylisted", nil, refuse(451, smtp.EnhancedCode{4, 7, 1}), false, "451 4.7.1"},
		{"content refused", nil, refuse(554, smtp.EnhancedCode{5, 6, 0}), true, "554 5.6.0"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := open(t, nil, nil)
			p.rcpt, p.data = test.rcpt, test.data
			err := mailer.New(mailer.Config{Addr: p.addr, Security: mailer.None}).Send(t.Context(), origin, message())
			if err == nil || outbox.IsPermanent(err) != test.permanent || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v (permanent: %v), want %s (permanent: %v)", err, outbox.IsPermanent(err), test.want, test.permanent)
			}
			if err != nil && strings.Contains(err.Error(), "hanako") {
				t.Errorf("the error names the recipient: %v", err)
			}
			p.mu.Lock()
			p.rcpt, p.data = nil, nil
			p.mu.Unlock()
			if err := mailer.New(mailer.Config{Addr: p.addr, Security: mailer.None}).Send(context.Background(), origin, message()); err != nil {
				t.Errorf("afterwards: %v", err)
			}
		})
	}
}

func TestACutConnectionIsTriedAgain(t *testing.T) {
	p := open(t, nil, nil)
	p.cutData = true
	s := mailer.New(mailer.Config{Addr: p.addr, Security: mailer.None})
	if err := s.Send(t.Context(), origin, message()); err == nil || outbox.IsPermanent(err) {
		t.Fatalf("cut after the data: got %v, want an error to be tried again", err)
	}
	p.mu.Lock()
	p.cutData = false
	p.mu.Unlock()
	if err := s.Send(t.Context(), origin, message()); err != nil {
		t.Fatal(err)
	}
	got := p.deliveries()
	if len(got) != 2 {
		t.Fatalf("%d deliveries, want 2", len(got))
	}
	for _, d := range got {
		if !bytes.Contains(d.data, []byte("Message-ID: <0190-a@pref.example.jp>\r\n")) {
			t.Errorf("another Message-ID:\n%s", d.data)
		}
	}
}

func TestNoServerIsATemporaryFailure(t *testing.T) {
	s := mailer.New(mailer.Config{Addr: "127.0.0.1:1", Security: mailer.None})
	if err := s.Send(t.Context(), origin, message()); err == nil || outbox.IsPermanent(err) {
		t.Errorf("got %v, want an error to be tried again", err)
	}
}
