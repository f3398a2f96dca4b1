package impersonation

import (
	"hash/fnv"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"madoguchi/internal/fault"
	"madoguchi/internal/mailread"
)

// Past is what the stored threads say of a mail.
type Past struct {
	Subject bool // the subject is a stored thread's, and the sender was never in it
	ID      bool // the mail answers a stored message, and the sender was never in its thread
	Lines   int  // lines that equal lines of stored messages of threads without the sender
	// Second tells that the name shows the address of someone in the thread: a
	// person who writes from another address.
	Second bool
	// UsedToPass tells that mail of this domain passed DMARC until now.
	UsedToPass bool
}

// Threads is an index of stored mails in memory. The service keeps the same in
// its store: bare subjects, IDs and line hashes, each with who took part.
type Threads struct {
	subjects, ids map[string]people
	lines         map[uint64]people
}

type people map[string]bool

// Index makes an index of past messages.
func Index(messages []mailread.Message) *Threads {
	t := &Threads{subjects: map[string]people{}, ids: map[string]people{}, lines: map[uint64]people{}}
	for _, m := range messages {
		who := slices.Clone(m.From.Real)
		for _, a := range m.To {
			who = append(who, a.Addr)
		}
		if s := BareSubject(m.Subject); s != "" {
			join(t.subjects, s, who)
		}
		for _, id := range slices.Concat([]string{m.MessageID}, m.References, m.InReplyTo) {
			if id != "" {
				join(t.ids, id, who)
			}
		}
		for _, h := range LineHashes(m.Text) {
			join(t.lines, h, who)
		}
	}
	return t
}

func join[K comparable](index map[K]people, key K, who []string) {
	if index[key] == nil {
		index[key] = people{}
	}
	for _, a := range who {
		if a != "" {
			index[key][strings.ToLower(a)] = true
		}
	}
}

// Match compares a mail with the stored threads.
func (t *Threads) Match(m mailread.Message) Past {
	var p Past
	if t == nil {
		return p
	}
	look := func(in people) bool {
		if in == nil || slices.ContainsFunc(m.From.Real, func(a string) bool { return in[strings.ToLower(a)] }) {
			return false
		}
		p.Second = p.Second || slices.ContainsFunc(m.From.Shown, func(a string) bool { return in[strings.ToLower(a)] })
		return true
	}
	if bare := BareSubject(m.Subject); bare != "" && bare != Fold(m.Subject) || len([]rune(bare)) >= 6 {
		p.Subject = look(t.subjects[bare])
	}
	for _, id := range slices.Concat(m.InReplyTo, m.References, []string{m.MessageID}) {
		if id != "" && look(t.ids[id]) {
			p.ID = true
		}
	}
	for _, h := range LineHashes(m.Text) {
		if look(t.lines[h]) {
			p.Lines++
		}
	}
	return p
}

var replyMark = regexp.MustCompile(`(?i)^\s*(?:(?:re|fw|fwd|aw|wg|sv|回复|答复|返信|転送|引用返信)\s*(?:\[\d+\]|\(\d+\)|\^\d+|\d{0,2})?\s*:|\[[^\]]{1,40}[0-9]+\])\s*`)

// Fold makes texts comparable that differ in width, case and blanks.
func Fold(s string) string {
	return strings.Join(strings.Fields(strings.ToLower(norm.NFKC.String(s))), " ")
}

// BareSubject returns a subject without its marks of answers, for comparison.
func BareSubject(s string) string {
	s = Fold(s)
	for {
		m := replyMark.FindString(s)
		if m == "" {
			return strings.TrimSpace(s)
		}
		s = s[len(m):]
	}
}

// IsReply reports whether a subject says that it answers something.
func IsReply(subject string) bool {
	return BareSubject(subject) != Fold(subject)
}

// maxLines bounds how many lines of a mail are compared.
const maxLines = 2000

// greetings are lines that everybody writes.
var greetings = regexp.MustCompile(`お世話になって|よろしくお願い|宜しくお願い|ありがとうございま|失礼いたします|original message|wrote:|さんは書きました|^(?:from|to|cc|date|sent|subject|件名|差出人|宛先|送信日時|日時)\s*:|^[-=_*~─━]+`)

// LineHashes returns a hash of each line of a text that is long enough to be
// someone's own: quote marks are taken off, greetings and rules are left out.
func LineHashes(text string) []uint64 {
	var list []uint64
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(strings.TrimLeft(Fold(line), ">|】 　"))
		if len([]rune(line)) < 10 || greetings.MatchString(line) {
			continue
		}
		h := fnv.New64a()
		h.Write([]byte(line))
		if sum := h.Sum64(); !slices.Contains(list, sum) {
			list = append(list, sum)
		}
		if len(list) == maxLines {
			break
		}
	}
	return list
}

// known tells that an authenticated person writes from a second address.
func known(c Case) bool { return c.Past.Second && c.Auth.DMARC.Result == "pass" }

func stolenText(c Case) (int, fault.Args) {
	switch {
	case c.Past.Lines == 0:
		return 0, nil
	case known(c):
		return 5, fault.Args{"lines": c.Past.Lines}
	case c.Past.Lines >= 2:
		return 100, fault.Args{"lines": c.Past.Lines}
	}
	return 50, fault.Args{"lines": c.Past.Lines}
}

func stolenThread(c Case) (int, fault.Args) {
	switch {
	case !c.Past.Subject && !c.Past.ID:
		return 0, nil
	case known(c):
		return 15, nil
	}
	return 60, nil
}

// replyWithoutThread meets Apple Mail and phones as well: it weighs little.
func replyWithoutThread(c Case) (int, fault.Args) {
	m := c.Message
	if IsReply(m.Subject) && len(m.InReplyTo) == 0 && len(m.References) == 0 {
		return 20, nil
	}
	return 0, nil
}

func replyToElsewhere(c Case) (int, fault.Args) {
	for _, a := range c.Message.ReplyTo {
		to := mailread.Domain(a.Addr)
		if to == "" {
			continue
		}
		near := slices.ContainsFunc(c.Message.From.Domains(), func(d string) bool {
			return d == to || strings.HasSuffix(d, "."+to) || strings.HasSuffix(to, "."+d)
		})
		if !near {
			return 15, fault.Args{"to": a.Addr}
		}
	}
	return 0, nil
}
