package mailroom

import (
	"bytes"
	"context"
	"regexp"
	"slices"
	"strings"
	"time"

	"madoguchi/internal/fault"
	"madoguchi/internal/impersonation"
	"madoguchi/internal/jptext"
	"madoguchi/internal/mail"
	"madoguchi/internal/mailauth"
	"madoguchi/internal/mailread"
	"madoguchi/internal/receipt"
	"madoguchi/internal/store"
	"madoguchi/internal/tenant"
	"madoguchi/internal/words"
)

// An Outcome is what is found out about a mail that someone brings.
type Outcome string

// The outcomes.
const (
	Recorded Outcome = "recorded" // it has a code that was sent, and nothing contradicts
	Copied   Outcome = "copied"   // it has such a code, and is another mail
	Forged   Outcome = "forged"   // it uses our name
	Foreign  Outcome = "foreign"  // it has nothing to do with us
	Unclear  Outcome = "unclear"  // a piece of text that shows neither
)

// A Reason is one sentence of why, as a key of the words files.
type Reason struct {
	Key  string
	Args fault.Args
}

// Found is the answer to someone who brings a mail.
type Found struct {
	Outcome Outcome
	Reasons []Reason
	Header  bool      // the mail's header was there
	Code    string    // in groups, or ""
	Sent    mail.Sent // of Recorded and Copied
	Signed  bool      // the signature of the address that sent it holds
}

// reportTime bounds the DNS questions about a mail that someone waits for.
const reportTime = 4 * time.Second

// maxCodes is how many codes in a mail are looked up.
const maxCodes = 5

// Report judges a mail, or a part of one, that someone brings to a body, and
// counts it. Nothing of it is kept.
func (m *Room) Report(ctx context.Context, body tenant.Tenant, raw []byte) (Found, error) {
	ours, err := m.protected(ctx)
	if err != nil {
		return Found{}, err
	}
	header := hasHeader(raw)
	if !header {
		raw = append([]byte("Content-Type: text/plain; charset=utf-8\n\n"), raw...)
	}
	brought := brought{body: body, header: header, message: mailread.Read(raw), sender: m.Sender(body)}
	judging, cancel := context.WithTimeout(ctx, reportTime)
	defer cancel()
	brought.verdict, brought.auth = m.judge(judging, brought.message, mail.Envelope{}, ours)
	brought.offset = time.Until(m.Clock())
	codes := codesIn(brought.message)
	var found Found
	err = m.DB.Write(ctx, body.ID, func(tx store.Tx) error {
		brought.code, brought.sent = "", nil
		for _, code := range codes {
			sent, err := tx.SentMail(ctx, m.codeDigest(body.ID, code))
			if err != nil && fault.KindOf(err) != fault.NotFound {
				return err
			}
			if err == nil {
				brought.code, brought.sent = code, &sent
				break
			}
			brought.code = code
		}
		found = brought.answer()
		return tx.CountMail(ctx, count(tx.Now(), "report", string(found.Outcome)))
	})
	return found, err
}

var fieldLine = regexp.MustCompile(`^[!-9;-~]{1,60}:`)

// hasHeader reports whether what someone pasted begins with a mail's header
// and not with its text.
func hasHeader(raw []byte) bool {
	raw = bytes.TrimLeft(bytes.TrimPrefix(raw, []byte("\ufeff")), "\r\n")
	if bytes.HasPrefix(raw, []byte("From ")) {
		return true
	}
	fields, known := 0, false
	for line := range bytes.Lines(raw[:min(len(raw), 64<<10)]) {
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			break
		}
		if line[0] == ' ' || line[0] == '\t' {
			continue
		}
		name := fieldLine.Find(line)
		if name == nil {
			return false
		}
		fields++
		switch strings.ToLower(string(name)) {
		case "from:", "received:", "return-path:", "message-id:", "date:", "subject:", "mime-version:":
			known = true
		}
	}
	return fields >= 2 && known
}

var (
	groupedCode = regexp.MustCompile(`(?i)\b[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}\b`)
	linkedCode  = regexp.MustCompile(`(?i)[?&]code=([2-9A-HJ-NP-Z]{12})\b`)
)

// codesIn returns what looks like codes in a mail's text and links.
func codesIn(m mailread.Message) []string {
	texts := []string{m.Text}
	for _, p := range m.Parts {
		texts = append(texts, p.Text)
	}
	var codes []string
	for _, text := range texts {
		text = jptext.Code(text)
		for _, found := range groupedCode.FindAllString(text, maxCodes) {
			codes = append(codes, receipt.ReadCode(found))
		}
		for _, found := range linkedCode.FindAllStringSubmatch(text, maxCodes) {
			codes = append(codes, strings.ToUpper(found[1]))
		}
	}
	slices.Sort(codes)
	codes = slices.Compact(codes)
	return codes[:min(len(codes), maxCodes)]
}

// brought is a mail that someone brings, with what is known of it.
type brought struct {
	body    tenant.Tenant
	header  bool
	message mailread.Message
	sender  string // of the body
	verdict impersonation.Verdict
	auth    mailauth.Report
	offset  time.Duration // of business time
	code    string
	sent    *mail.Sent // or nil
}

func (b brought) answer() Found {
	f := Found{Header: b.header, Code: receipt.FormatCode(b.code)}
	if b.sent != nil {
		f.Sent, f.Outcome, f.Signed = *b.sent, Recorded, b.signed()
		f.Reasons = append(b.contradictions(), b.hits(impersonation.SuspectWeight)...)
		if len(f.Reasons) > 0 {
			f.Outcome = Copied
		}
		return f
	}
	f.Reasons = append(b.strange(), b.hits(1)...)
	switch {
	case len(b.hits(impersonation.SuspectWeight)) > 0, b.namesUs():
		f.Outcome = Forged
	case b.header:
		f.Outcome = Foreign
	default:
		f.Outcome = Unclear
	}
	return f
}

// contradictions are how the mail differs from the one that was sent.
func (b brought) contradictions() []Reason {
	var why []Reason
	add := func(key string, args fault.Args) { why = append(why, Reason{"mailservice.why_" + key, args}) }
	if !b.sent.RevokedAt.IsZero() {
		add("revoked", nil)
	}
	if b.header && (len(b.message.From.Real) != 1 || !strings.EqualFold(b.message.From.Real[0], b.sent.From)) {
		add("other_sender", fault.Args{"real": b.real(), "ours": b.sent.From})
	}
	subject := words.Of(b.sent.Lang).Text(b.sent.Subject, "body", b.body.Name)
	if _, given := b.message.Header.First("Subject"); b.header && given && impersonation.Fold(b.message.Subject) != impersonation.Fold(subject) {
		add("other_subject", fault.Args{"subject": subject})
	}
	if date := b.message.Date; b.header && !date.IsZero() && date.Add(b.offset).Sub(b.sent.SentAt).Abs() > 24*time.Hour {
		add("other_time", nil)
	}
	if b.attached() {
		add("attachment", nil)
	}
	return why
}

// strange is what our mails do not have.
func (b brought) strange() []Reason {
	var why []Reason
	add := func(key string, args fault.Args) { why = append(why, Reason{"mailservice.why_" + key, args}) }
	if b.header && !slices.ContainsFunc(b.message.From.Real, func(real string) bool { return strings.EqualFold(real, b.sender) }) {
		add("other_sender", fault.Args{"real": b.real(), "ours": b.sender})
	}
	if b.code == "" {
		add("no_code", nil)
	} else {
		add("unknown_code", fault.Args{"code": receipt.FormatCode(b.code)})
	}
	if b.attached() {
		add("attachment", nil)
	}
	return why
}

// real names the real senders as a reason shows them.
func (b brought) real() string {
	if len(b.message.From.Real) == 0 {
		return "?"
	}
	return jptext.Cut(strings.Join(b.message.From.Real, "、"), 120)
}

// attached reports whether the mail has a file, which ours never have.
func (b brought) attached() bool {
	return slices.ContainsFunc(b.message.Parts, func(p mailread.Part) bool {
		return p.Attached || p.Disposition == "attachment" || p.Name != ""
	})
}

// signed reports whether a DKIM signature of the sender's domain holds. That it
// does not, or is not there, means nothing: a text that was pasted has lost it.
func (b brought) signed() bool {
	return slices.ContainsFunc(b.auth.DKIM, func(s mailauth.Signature) bool {
		return s.Result == mailauth.Pass && s.Domain == mailread.Domain(b.sent.From)
	})
}

// broughtRules are rules that a copy of a genuine mail meets as well, because
// its client is not known and its bytes have changed.
var broughtRules = []string{"dmarc_fail", "dkim_fail", "spf_fail", "smime_fail", "used_to_pass"}

// hits are the rules of at least that weight. Without a header, rules about
// the sender mean nothing.
func (b brought) hits(weight int) []Reason {
	var why []Reason
	for _, h := range b.verdict.Hits {
		aboutFiles := strings.HasSuffix(h.Rule, "_file") || strings.HasSuffix(h.Rule, "_archive") || h.Rule == "password_in_body"
		if h.Weight < weight || !b.header && !aboutFiles || slices.Contains(broughtRules, h.Rule) {
			continue
		}
		why = append(why, Reason{h.Key(), h.Args})
	}
	return why
}

// namesUs reports whether the mail uses the body's name, address or code.
func (b brought) namesUs() bool {
	if b.code != "" {
		return true
	}
	text := b.message.Subject + "\n" + b.message.Text
	for _, box := range b.message.From.Boxes {
		text += "\n" + box.Name + "\n" + box.Addr
	}
	for _, name := range []string{b.sender, "【" + b.body.Name + "】", b.body.Name + "の電子申請"} {
		if name != "" && strings.Contains(text, name) {
			return true
		}
	}
	return false
}
