package impersonation

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"

	"madoguchi/internal/fault"
	"madoguchi/internal/mailread"
)

func canary(c Case) (int, fault.Args) {
	for _, a := range c.Message.To {
		for _, bird := range c.Canaries {
			if strings.EqualFold(a.Addr, bird) {
				return 100, nil
			}
		}
	}
	return 0, nil
}

// shownAddress compares the addresses that the display name shows with the
// real ones.
func shownAddress(c Case) (int, fault.Args) {
	weight := 0
	var args fault.Args
	for _, shown := range c.Message.From.Shown {
		if slices.ContainsFunc(c.Message.From.Real, func(real string) bool { return sameAddress(shown, real) }) {
			continue
		}
		w := 15 // a person's second address, a list, a calendar
		if len(c.Protected) == 0 || protects(c.Protected, mailread.Domain(shown)) {
			w = 100
		}
		if w > weight {
			weight, args = w, fault.Args{"shown": shown, "real": strings.Join(c.Message.From.Real, "、")}
		}
	}
	return weight, args
}

func sameAddress(a, b string) bool {
	fold := func(s string) string { return strings.ToLower(norm.NFKC.String(strings.ReplaceAll(s, `"`, ""))) }
	return fold(a) == fold(b)
}

// protects reports whether domain is one of ours or below it.
func protects(ours []string, domain string) bool {
	domain = strings.ToLower(strings.TrimSuffix(domain, "."))
	return domain != "" && slices.ContainsFunc(ours, func(our string) bool {
		our = strings.ToLower(strings.TrimSuffix(our, "."))
		return domain == our || strings.HasSuffix(domain, "."+our)
	})
}

// shownDomain looks for one of our domains in a name without an address.
func shownDomain(c Case) (int, fault.Args) {
	for _, b := range c.Message.From.Boxes {
		name := strings.ToLower(norm.NFKC.String(b.Name))
		for _, our := range c.Protected {
			our = strings.ToLower(our)
			if hasWord(name, our) && !strings.Contains(name, "@") && !protects(c.Protected, mailread.Domain(b.Addr)) {
				return 100, fault.Args{"domain": our, "real": b.Addr}
			}
		}
	}
	return 0, nil
}

// hasWord reports whether a domain stands in a text with no letter, digit or
// label around it.
func hasWord(text, domain string) bool {
	inName := func(r byte) bool {
		return r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-'
	}
	for at := 0; domain != ""; {
		i := strings.Index(text[at:], domain)
		if i < 0 {
			return false
		}
		from, to := at+i, at+i+len(domain)
		if (from == 0 || !inName(text[from-1])) && (to == len(text) || !inName(text[to]) && text[to] != '.') {
			return true
		}
		at = to
	}
	return false
}

func severalFrom(c Case) (int, fault.Args) {
	from := c.Message.From
	brackets := slices.ContainsFunc(from.Boxes, func(a mailread.Address) bool {
		return a.Brackets > 1 || strings.Count(a.Addr, "@") > 1 && !strings.HasPrefix(a.Addr, `"`)
	})
	if from.Fields > 1 || len(from.Real) > 1 || brackets {
		return 100, fault.Args{"real": strings.Join(from.Real, "、")}
	}
	return 0, nil
}

var daemon = regexp.MustCompile(`(?i)mailer-daemon|mail delivery|postmaster|delivery subsystem|配信|メールシステム`)

// unreadableFrom leaves bounces alone, which often name no address at all.
func unreadableFrom(c Case) (int, fault.Args) {
	if len(c.Message.From.Real) > 0 {
		return 0, nil
	}
	text := c.Message.Header.Text("From")
	contentType := strings.ToLower(c.Message.Header.Text("Content-Type"))
	if daemon.MatchString(text) || strings.Contains(contentType, "report-type=delivery-status") || text == "" && c.Message.Header.Text("X-Failed-Recipients") != "" {
		return 0, nil
	}
	return 100, nil
}

func hiddenFrom(c Case) (int, fault.Args) {
	if slices.ContainsFunc(c.Message.From.Boxes, func(a mailread.Address) bool { return a.Hidden }) {
		return 60, nil
	}
	return 0, nil
}

// oddCharacters finds NUL in the header, and characters that turn the
// direction of text in what a person reads first.
func oddCharacters(c Case) (int, fault.Args) {
	if c.Message.Has(mailread.NoteNUL) {
		return 100, nil
	}
	texts := []string{c.Message.Subject}
	for _, b := range c.Message.From.Boxes {
		texts = append(texts, b.Name, b.Addr)
	}
	for _, p := range c.Message.Parts {
		texts = append(texts, p.Names...)
	}
	for _, t := range texts {
		if strings.ContainsFunc(t, func(r rune) bool { return r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 }) {
			return 100, nil
		}
	}
	return 0, nil
}

// lookalike finds domains that a reader takes for one of ours.
func lookalike(c Case) (int, fault.Args) {
	for _, addr := range slices.Concat(c.Message.From.Real, c.Message.From.Shown) {
		domain := mailread.Domain(addr)
		if domain == "" || protects(c.Protected, domain) {
			continue
		}
		for _, our := range c.Protected {
			our = strings.ToLower(our)
			switch {
			case skeleton(domain) == skeleton(our), strings.HasPrefix(domain, our+"."), strings.HasSuffix(domain, "-"+our),
				strings.Contains("."+domain, "."+strings.ReplaceAll(our, ".", "-")+"."):
				return 100, fault.Args{"domain": domain, "ours": our}
			case !closedSuffix(domain) && oneOff(domain, our):
				return 100, fault.Args{"domain": domain, "ours": our}
			}
		}
	}
	return 0, nil
}

// closedSuffix tells domains that only public bodies can register: one city's
// name is often one letter away from another's.
func closedSuffix(domain string) bool {
	return strings.HasSuffix(domain, ".lg.jp") || strings.HasSuffix(domain, ".go.jp")
}

// oneOff reports whether two domains differ in one label, by one edit: a long
// label, or the last one. Short labels are one letter apart by nature.
func oneOff(a, b string) bool {
	as, bs := strings.Split(a, "."), strings.Split(b, ".")
	if len(as) != len(bs) {
		return false
	}
	differing := -1
	for i := range as {
		if as[i] != bs[i] {
			if differing >= 0 {
				return false
			}
			differing = i
		}
	}
	if differing < 0 {
		return false
	}
	last := differing == len(as)-1
	return (last || min(len(as[differing]), len(bs[differing])) >= 5) && nearly(as[differing], bs[differing])
}

// nearly reports whether one edit, or two swapped letters, lead from a to b.
func nearly(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > 1 {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(a) == len(b) {
		swapped := i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
		return i == len(a) || a[i+1:] == b[i+1:] || swapped
	}
	return a[i:] == b[i+1:]
}

// twins are letters that look like others.
var twins = map[rune]string{
	'0': "o", '1': "l", '3': "e", '5': "s", '8': "b", '|': "l", 'i': "l", 'ı': "l", 'ɩ': "l", 'ⅼ': "l",
	'а': "a", 'е': "e", 'о': "o", 'р': "p", 'с': "c", 'х': "x", 'у': "y", 'ѕ': "s", 'і': "l", 'ј': "j", 'һ': "h", 'ԁ': "d", 'ԛ': "q", 'ԝ': "w", 'к': "k", 'м': "m", 'т': "t", 'в': "b", 'н': "h", 'п': "n", 'г': "r",
	'α': "a", 'ο': "o", 'ν': "v", 'ρ': "p", 'τ': "t", 'κ': "k", 'ι': "l", 'η': "n", 'ω': "w", 'ε': "e",
	'ɑ': "a", 'ɡ': "g", 'ո': "n", 'ս': "u", 'օ': "o", '‐': "-", '‑': "-", '–': "-", '—': "-", 'ー': "-", '−': "-", '一': "-",
}

// skeleton maps a domain to how it looks.
func skeleton(domain string) string {
	if u, err := idna.ToUnicode(domain); err == nil {
		domain = u
	}
	var out strings.Builder
	for _, r := range norm.NFKD.String(strings.ToLower(domain)) {
		if unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Cf, r) {
			continue
		}
		if t, ok := twins[r]; ok {
			out.WriteString(t)
			continue
		}
		out.WriteRune(r)
	}
	return strings.NewReplacer("rn", "m", "vv", "w", "cl", "d").Replace(out.String())
}
