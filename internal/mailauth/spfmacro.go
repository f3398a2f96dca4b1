package mailauth

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// expand expands the macros of a domain-spec whose syntax is known to be right
// (RFC 7208, 7). A name that is too long loses labels on its left.
func (c *spfCheck) expand(spec, domain string) string {
	var out strings.Builder
	for len(spec) > 0 {
		if spec[0] != '%' {
			out.WriteByte(spec[0])
			spec = spec[1:]
			continue
		}
		switch spec[1] {
		case '%':
			out.WriteByte('%')
		case '_':
			out.WriteByte(' ')
		case '-':
			out.WriteString("%20")
		default:
			m := spfMacro.FindStringSubmatch(spec)
			out.WriteString(c.macro(m[1], m[2], m[3] != "", m[4], domain))
			spec = spec[len(m[0]):]
			continue
		}
		spec = spec[2:]
	}
	name := strings.TrimSuffix(out.String(), ".")
	for len(name) > 253 {
		_, rest, ok := strings.Cut(name, ".")
		if !ok {
			break
		}
		name = rest
	}
	return name
}

func (c *spfCheck) macro(letter, digits string, reverse bool, delimiters, domain string) string {
	value := c.macroValue(strings.ToLower(letter), domain)
	if delimiters == "" {
		delimiters = "."
	}
	for _, d := range delimiters {
		value = strings.ReplaceAll(value, string(d), "\x00")
	}
	parts := strings.Split(value, "\x00")
	if reverse {
		slices.Reverse(parts)
	}
	if n, err := strconv.Atoi(digits); err == nil && n > 0 && n < len(parts) {
		parts = parts[len(parts)-n:]
	}
	value = strings.Join(parts, ".")
	if letter[0] >= 'a' {
		return value
	}
	return urlEscape(value)
}

func (c *spfCheck) macroValue(letter, domain string) string {
	switch letter {
	case "s":
		return c.local + "@" + c.sender
	case "l":
		return c.local
	case "o":
		return c.sender
	case "d":
		return domain
	case "h":
		return c.helo
	case "v":
		if c.ip.Is4() {
			return "in-addr"
		}
		return "ip6"
	case "p":
		return c.validatedName(domain)
	}
	if c.ip.Is4() { // i
		return c.ip.String()
	}
	return strings.Join(strings.Split(hex.EncodeToString(c.ip.AsSlice()), ""), ".")
}

// validatedName is the macro p: the domain itself if it is a validated name of
// the client, else one below it, else any, else "unknown".
func (c *spfCheck) validatedName(domain string) string {
	names, _ := c.validatedNames(false)
	if slices.Contains(names, canonicalName(domain)) {
		return domain
	}
	for _, n := range names {
		if underDomain(n, domain) {
			return n
		}
	}
	if len(names) > 0 {
		return names[0]
	}
	return "unknown"
}

// urlEscape escapes everything that is not unreserved (RFC 3986, 2.3).
func urlEscape(s string) string {
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || strings.IndexByte("-._~", c) >= 0 {
			out.WriteByte(c)
		} else {
			fmt.Fprintf(&out, "%%%02X", c)
		}
	}
	return out.String()
}
