package mailer

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"mime"
	"strings"
	"time"
	"unicode"

	"madoguchi/internal/jptext"
	"madoguchi/internal/outbox"
	"madoguchi/internal/receipt"
	"madoguchi/internal/words"
)

// A mail is one rendered message.
type mail struct {
	from, to string // addresses as the envelope has them
	back     string // the envelope's sender, where it is another than from
	domain   string // of from
	name     string // of the sender
	id       string
	lang     string
	subject  string
	text     string
}

// render puts the words of m's template together. The keys are
// "<template>_subject" and "<template>_body"; beside m's own arguments they may
// use {body}, the tenant's name, and {url}, its portal. What every mail ends
// with is mail.footer, and behind it the mail's code unless that is empty.
func render(origin outbox.Origin, m outbox.Message, code string) (mail, error) {
	from, fromOK := jptext.Mail(origin.From)
	to, toOK := jptext.Mail(m.To)
	if !fromOK || !toOK {
		return mail{}, errors.New("the sender's or the recipient's address is not one that mail can be sent to")
	}
	args := map[string]any{"body": origin.Name, "url": origin.URL}
	for name, value := range m.Args {
		args[name] = value
	}
	w := words.Of(m.Lang)
	subject, body := m.Template+"_subject", m.Template+"_body"
	texts := mail{
		from: quoted(from), to: quoted(to), domain: domain(from), name: oneLine(origin.Name),
		id: m.ID, lang: w.Lang(),
		subject: oneLine(w.Text(subject, args)),
		text:    w.Text(body, args) + "\n\n" + w.Text("mail.footer", args) + "\n",
	}
	if code != "" {
		texts.text += w.Text("mailservice.footer", "code", receipt.FormatCode(code), "url", origin.URL) + "\n"
	}
	if texts.subject == subject || strings.HasPrefix(texts.text, body+"\n") {
		return mail{}, fmt.Errorf("no words for the template %q", m.Template)
	}
	return texts, nil
}

// bytes is the message as it is sent (RFC 5322). date is real time.
func (m mail) bytes(date time.Time) []byte {
	var b bytes.Buffer
	field := func(name, value string) { fmt.Fprintf(&b, "%s: %s\r\n", name, value) }
	field("From", encode(m.name)+" <"+m.from+">")
	field("To", "<"+m.to+">")
	field("Subject", encode(m.subject))
	field("Date", date.Format(time.RFC1123Z))
	field("Message-ID", "<"+m.id+"@"+m.domain+">")
	field("Auto-Submitted", "auto-generated") // RFC 3834
	field("MIME-Version", "1.0")
	field("Content-Type", "text/plain; charset=utf-8")
	field("Content-Transfer-Encoding", "base64")
	field("Content-Language", m.lang)
	b.WriteString("\r\n")
	text := strings.ReplaceAll(strings.ReplaceAll(m.text, "\r\n", "\n"), "\n", "\r\n")
	rest := base64.StdEncoding.EncodeToString([]byte(text))
	for len(rest) > 76 {
		b.WriteString(rest[:76] + "\r\n")
		rest = rest[76:]
	}
	b.WriteString(rest + "\r\n")
	return b.Bytes()
}

// encode writes s as a header's words (RFC 2047), folded.
func encode(s string) string {
	return strings.ReplaceAll(mime.BEncoding.Encode("utf-8", s), "?= =?", "?=\r\n =?")
}

// oneLine replaces control characters, so that no value begins a header.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s)
}

// quoted quotes a local part with dots where RFC 5321 allows none: such
// addresses were given out by mobile carriers.
func quoted(address string) string {
	local, domain, _ := strings.Cut(address, "@")
	if strings.Contains(local, "..") || strings.HasPrefix(local, ".") || strings.HasSuffix(local, ".") {
		return `"` + local + `"@` + domain
	}
	return address
}

func domain(address string) string {
	_, domain, _ := strings.Cut(address, "@")
	return domain
}
