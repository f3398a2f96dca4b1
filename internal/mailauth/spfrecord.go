package mailauth

import (
	"errors"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
)

// An spfTerm is one mechanism or modifier of an SPF record (RFC 7208, 4.6.1).
type spfTerm struct {
	qualifier Result
	name      string // lower case
	domain    string // domain-spec; "" for none
	prefix    netip.Prefix
	bits4     int // the lengths of a and mx; 32 and 128 if not given
	bits6     int
}

// An spfRecord is a record whose syntax is right from its first to its last byte.
type spfRecord struct {
	mechanisms []spfTerm
	redirect   string // domain-spec; "" for none
}

var errSPFSyntax = errors.New("syntax error in the SPF record")

var spfQualifiers = map[byte]Result{'+': Pass, '-': Fail, '~': SoftFail, '?': Neutral}

var (
	spfModifier = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9_.-]*)=(.*)$`)
	spfMacro    = regexp.MustCompile(`^%\{([slodiphcrtvSLODIPHCRTV])([0-9]*)([rR]?)([-.+,/_=]*)\}`)
	spfTopLabel = regexp.MustCompile(`\.(?:[A-Za-z0-9]*[A-Za-z][A-Za-z0-9]*|[A-Za-z0-9]+-[A-Za-z0-9-]*[A-Za-z0-9])\.?$`)
	spfCIDR     = regexp.MustCompile(`^(.*?)(?:/(0|[1-9][0-9]?))?(?://(0|[1-9][0-9]{0,2}))?$`)
)

// parseSPF parses a record that begins with the version. An error anywhere is
// an error of the whole, as RFC 7208, 4.6 wants.
func parseSPF(record string) (spfRecord, error) {
	var r spfRecord
	seen := map[string]bool{}
	for _, text := range strings.Split(record[len("v=spf1"):], " ") {
		if text == "" {
			continue
		}
		if m := spfModifier.FindStringSubmatch(text); m != nil {
			name, value := strings.ToLower(m[1]), m[2]
			known := name == "redirect" || name == "exp"
			if known && (seen[name] || !validDomainSpec(value)) || !validMacroString(value, name != "redirect") {
				return r, errSPFSyntax
			}
			seen[name] = known
			if name == "redirect" {
				r.redirect = value
			}
			continue
		}
		t, err := parseSPFMechanism(text)
		if err != nil {
			return r, err
		}
		r.mechanisms = append(r.mechanisms, t)
	}
	return r, nil
}

func parseSPFMechanism(text string) (spfTerm, error) {
	t := spfTerm{qualifier: Pass, bits4: 32, bits6: 128}
	if q, ok := spfQualifiers[text[0]]; ok {
		t.qualifier, text = q, text[1:]
	}
	name, arg, colon := strings.Cut(text, ":")
	slash := ""
	if i := strings.IndexByte(name, '/'); i >= 0 {
		name, slash = name[:i], text[i:]
		arg, colon = "", false
	}
	t.name = strings.ToLower(name)
	switch t.name {
	case "all":
		return t, check(!colon && slash == "")
	case "include", "exists":
		t.domain = arg
		return t, check(slash == "" && validDomainSpec(arg))
	case "ptr":
		t.domain = arg
		return t, check(slash == "" && (!colon || validDomainSpec(arg)))
	case "a", "mx":
		m := spfCIDR.FindStringSubmatch(arg + slash)
		t.domain = m[1]
		if m[2] != "" {
			t.bits4, _ = strconv.Atoi(m[2])
		}
		if m[3] != "" {
			t.bits6, _ = strconv.Atoi(m[3])
		}
		good := !colon && t.domain == "" || colon && validDomainSpec(t.domain)
		return t, check(good && t.bits4 <= 32 && t.bits6 <= 128)
	case "ip4", "ip6":
		var ok bool
		t.prefix, ok = parseSPFPrefix(arg, t.name == "ip4")
		return t, check(ok)
	}
	return t, errSPFSyntax
}

func check(ok bool) error {
	if ok {
		return nil
	}
	return errSPFSyntax
}

func parseSPFPrefix(arg string, v4 bool) (netip.Prefix, bool) {
	text, length, slash := strings.Cut(arg, "/")
	a, err := netip.ParseAddr(text)
	if err != nil || a.Zone() != "" || a.Is4() != v4 {
		return netip.Prefix{}, false
	}
	bits := a.BitLen()
	if slash {
		n, err := strconv.Atoi(length)
		if err != nil || n < 0 || n > bits || strconv.Itoa(n) != length {
			return netip.Prefix{}, false
		}
		bits = n
	}
	return netip.PrefixFrom(a, bits), true
}

// validDomainSpec checks a domain-spec: a macro string that ends in a macro or
// in a dot and a top label.
func validDomainSpec(s string) bool {
	if s == "" || !validMacroString(s, false) {
		return false
	}
	if strings.HasSuffix(s, "}") || strings.HasSuffix(s, "%%") || strings.HasSuffix(s, "%_") || strings.HasSuffix(s, "%-") {
		return true
	}
	return spfTopLabel.MatchString(s)
}

// validMacroString checks a macro string (RFC 7208, 7.1). The letters c, r and
// t are for explanations only.
func validMacroString(s string, explanation bool) bool {
	for len(s) > 0 {
		c := s[0]
		if c != '%' {
			if c < 0x21 || c > 0x7e {
				return false
			}
			s = s[1:]
			continue
		}
		if len(s) > 1 && strings.IndexByte("%_-", s[1]) >= 0 {
			s = s[2:]
			continue
		}
		m := spfMacro.FindStringSubmatch(s)
		if m == nil || m[2] != "" && strings.Trim(m[2], "0") == "" || len(m[2]) > 3 {
			return false
		}
		if !explanation && strings.ContainsAny(m[1], "crtCRT") {
			return false
		}
		s = s[len(m[0]):]
	}
	return true
}
