package mailread

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// An Address is one mailbox of an address field.
type Address struct {
	Name string // decoded, as a person reads it
	Addr string // "local@domain"; "" if there is none
	// Shown are the addresses that stand in the name, in comments and in
	// further angle brackets, where a person may take them for the sender's.
	Shown []string
	// Brackets is the number of addresses in angle brackets.
	Brackets int
	// Hidden tells that Addr was found only inside an encoded word.
	Hidden bool
}

// A Sender is what the From fields of a mail say.
type Sender struct {
	Fields int       // how many From fields there are
	Boxes  []Address // every mailbox of every From field
	Shown  []string  // the addresses that names and comments show, each once
	Real   []string  // the addresses that mail is really from, each once
}

// Domains returns the domains of the real addresses, lower case, each once.
func (s Sender) Domains() []string {
	var out []string
	for _, a := range s.Real {
		if d := Domain(a); d != "" && !slices.Contains(out, d) {
			out = append(out, d)
		}
	}
	return out
}

// Domain returns what follows the last @ of an address, lower case, without a
// final dot; "" if there is no @.
func Domain(addr string) string {
	i := strings.LastIndexByte(addr, '@')
	if i < 0 {
		return ""
	}
	return strings.ToLower(strings.TrimRight(addr[i+1:], "."))
}

func readSender(h Header) Sender {
	var s Sender
	for _, f := range h.All("From") {
		s.Fields++
		s.Boxes = append(s.Boxes, addresses(f.text())...)
	}
	for _, b := range s.Boxes {
		if b.Addr != "" && !slices.Contains(s.Real, b.Addr) {
			s.Real = append(s.Real, b.Addr)
		}
		for _, a := range b.Shown {
			if !slices.Contains(s.Shown, a) {
				s.Shown = append(s.Shown, a)
			}
		}
	}
	return s
}

// A mailbox gathers the pieces of one mailbox while a field is scanned.
type mailbox struct {
	text   strings.Builder // outside quotes, comments and brackets
	name   strings.Builder // the display name with its quotes removed
	shown  []string        // texts of comments
	angles []string
	at     bool // the text holds an @
}

// addresses reads an address field in UTF-8. It takes what real mailers write:
// dots anywhere in the local part, missing quotes, several angle brackets,
// commas in names, whole mailboxes in encoded words.
func addresses(s string) []Address {
	var list []Address
	var b mailbox
	end := func() {
		if a, ok := b.address(); ok {
			list = append(list, a)
		}
		b = mailbox{}
	}
	lastQuote, lastParen, lastAngle := strings.LastIndexByte(s, '"'), strings.LastIndexByte(s, ')'), strings.LastIndexByte(s, '>')
	lastGroup := strings.LastIndexByte(s, ';') // "undisclosed-recipients:;", not a colon in a name
	for i := 0; i < len(s) && len(list) < 1000; {
		switch c := s[i]; {
		case c == '"' && i < lastQuote:
			i += b.quoted(s[i:])
		case c == '(' && i < lastParen:
			text, n := comment(s[i:])
			b.shown = append(b.shown, text)
			i += n
		case c == '<' && i < lastAngle:
			in, rest, _ := strings.Cut(s[i+1:], ">")
			if k := strings.LastIndexByte(in, '<'); k >= 0 {
				b.add(in[:k])
				in = in[k+1:]
			}
			b.angles = append(b.angles, in)
			i = len(s) - len(rest)
		case c == '<':
			in, _, _ := strings.Cut(s[i+1:], ",")
			b.angles = append(b.angles, in)
			i += 1 + len(in)
		case c == ',' && (len(b.angles) > 0 || b.at) || c == ';':
			end()
			i++
		case c == ':' && len(b.angles) == 0 && !b.at && i < lastGroup && b.text.Len() > 0:
			b = mailbox{}
			i++
		default:
			n := strings.IndexAny(s[i+1:], "\"(<,;:")
			if n < 0 {
				n = len(s) - i - 1
			}
			b.add(s[i : i+1+n])
			i += 1 + n
		}
	}
	end()
	return list
}

func (b *mailbox) add(text string) {
	b.text.WriteString(text)
	b.name.WriteString(text)
	b.at = b.at || strings.Contains(text, "@")
}

// quoted reads a quoted string and returns its length. One that an @ follows
// is a local part.
func (b *mailbox) quoted(s string) int {
	var in strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s):
			i++
			in.WriteByte(s[i])
		case s[i] == '"':
			if i+1 < len(s) && s[i+1] == '@' {
				b.text.WriteString(s[:i+1])
				return i + 1
			}
			b.name.WriteString(in.String())
			b.name.WriteByte(' ')
			return i + 1
		default:
			in.WriteByte(s[i])
		}
	}
	b.name.WriteString(in.String())
	return len(s)
}

// comment reads a comment with the comments in it.
func comment(s string) (text string, n int) {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return s[1:i], i + 1
			}
		}
	}
	return s[1:], len(s)
}

func (b *mailbox) address() (Address, bool) {
	name := strings.TrimSpace(decodeWords(strings.TrimSpace(b.name.String())))
	a := Address{Name: strings.Join(strings.Fields(name), " "), Brackets: len(b.angles)}
	for _, c := range b.shown {
		a.Shown = append(a.Shown, findAddresses(decodeWords(c))...)
	}
	for i := len(b.angles) - 1; i >= 0; i-- {
		spec := addrSpec(b.angles[i])
		switch {
		case spec == "":
			a.Brackets--
		case a.Addr == "":
			a.Addr = spec
			if strings.Count(spec, "@") > 1 {
				a.Shown = append(a.Shown, findAddresses(spec)...)
			}
		default:
			a.Shown = append(a.Shown, spec)
		}
	}
	if len(b.angles) > 0 {
		a.Shown = append(a.Shown, findAddresses(a.Name)...)
	} else {
		b.bare(&a)
	}
	return a, a.Addr != "" || a.Name != "" || len(a.Shown) > 0
}

// bare finds the address of a mailbox without angle brackets.
func (b *mailbox) bare(a *Address) {
	text := strings.TrimSpace(b.text.String())
	a.Shown = append(a.Shown, findAddresses(strings.TrimSpace(strings.ReplaceAll(decodeWords(b.name.String()), text, "")))...)
	words := strings.Fields(text)
	for _, w := range words {
		if strings.Contains(w, "@") && !strings.HasPrefix(w, "=?") {
			if a.Addr != "" {
				a.Shown = append(a.Shown, a.Addr)
				a.Brackets++
			}
			a.Addr = addrSpec(w)
		}
	}
	if a.Addr != "" {
		if strings.Count(a.Addr, "@") > 1 && !strings.HasPrefix(a.Addr, `"`) {
			a.Shown = append(a.Shown, findAddresses(a.Addr)...)
		}
		if len(words) == 1 {
			a.Name = ""
		}
		return
	}
	if in := a.Name; strings.Contains(in, "@") {
		if _, spec, ok := strings.Cut(in, "<"); ok {
			a.Addr = addrSpec(strings.TrimRight(spec, "> "))
			a.Shown = findAddresses(in[:strings.IndexByte(in, '<')])
		} else if found := findAddresses(in); len(found) > 0 {
			a.Addr = found[len(found)-1]
			a.Shown = found[:len(found)-1]
		}
		a.Hidden = a.Addr != ""
	}
}

// addrSpec tidies what stands in angle brackets; "" if it is no address.
func addrSpec(s string) string {
	s = decodeWords(strings.TrimSpace(s))
	if strings.HasPrefix(s, "@") { // a route (RFC 822)
		if _, after, ok := strings.Cut(s, ":"); ok {
			s = after
		}
	}
	if len(s) > 7 && strings.EqualFold(s[:7], "mailto:") {
		s = s[7:]
	}
	if strings.HasPrefix(s, `"`) {
		if i := strings.LastIndexByte(s, '"'); i > 0 && strings.HasPrefix(strings.TrimSpace(s[i+1:]), "@") {
			return s[:i+1] + strings.Join(strings.Fields(s[i+1:]), "")
		}
	}
	s = strings.Join(strings.Fields(s), "")
	if i := strings.LastIndexByte(s, '@'); i < 0 || i == len(s)-1 || len(s) > 1000 {
		return ""
	}
	return strings.Trim(s, ",;")
}

// findAddresses returns the addresses that stand in a text, fullwidth ones and
// ones broken by invisible characters included.
func findAddresses(text string) []string {
	if !strings.ContainsAny(text, "@＠﹫") {
		return nil
	}
	plain := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) || r == 0x00ad {
			return -1
		}
		return r
	}, norm.NFKC.String(text))
	var found []string
	runes := []rune(plain)
	for i, r := range runes {
		if r != '@' {
			continue
		}
		from, to := i, i+1
		for from > 0 && i-from < 64 && isLocal(runes[from-1]) {
			from--
		}
		for to < len(runes) && to-i < 254 && isDomain(runes[to]) {
			to++
		}
		local := strings.Trim(string(runes[from:i]), "'`*")
		domain := strings.Trim(string(runes[i+1:to]), ".-")
		second := from > 0 && runes[from-1] == '@' && len(found) > 0 // of a@b@c
		if local == "" || second || !strings.Contains(domain, ".") {
			continue
		}
		if a := local + "@" + domain; !slices.Contains(found, a) {
			found = append(found, a)
		}
	}
	return found
}

func isLocal(r rune) bool {
	return isDomain(r) || strings.ContainsRune("!#$%&'*+/=?^_`{|}~", r)
}

// isDomain takes letters of every script that could be mistaken for Latin;
// Japanese text next to an address is no part of it.
func isDomain(r rune) bool {
	if r < 0x80 {
		return r >= '0' && isAlnum(byte(r)) || r == '.' || r == '-' || r == '_'
	}
	return unicode.IsLetter(r) && !unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) && r != 'ー' && r != '々'
}
