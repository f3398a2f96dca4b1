package mailauth

import (
	"context"
	"net/netip"
	"strings"
)

// SPF is the result for the envelope's sender.
type SPF struct {
	Result Result `json:"result"`
	Domain string `json:"domain"` // the domain that was checked; "" if none was
}

// The limits of RFC 7208, 4.6.4.
const (
	maxSPFLookups = 10
	maxSPFVoid    = 2
	maxSPFNames   = 10
)

// CheckSPF checks the client's right to use the reverse path, or its HELO name
// if the path is empty.
//
// The evaluation is our own: the Go library leaves out 25 of the cases of the
// RFC 7208 suite (errors behind a match, domain syntax, the macro p).
func CheckSPF(ctx context.Context, r Resolver, e Envelope) SPF {
	if !e.IP.IsValid() {
		return SPF{Result: None}
	}
	local, domain := "postmaster", e.MailFrom
	if i := strings.LastIndexByte(e.MailFrom, '@'); i >= 0 {
		domain = e.MailFrom[i+1:]
		if i > 0 {
			local = e.MailFrom[:i]
		}
	}
	if e.MailFrom == "" {
		domain = e.HELO
	}
	c := &spfCheck{ctx: ctx, r: r, ip: e.IP.Unmap().WithZone(""), helo: e.HELO, local: local, sender: domain}
	return SPF{Result: c.host(domain), Domain: strings.ToLower(strings.TrimSuffix(domain, "."))}
}

// An spfCheck is one evaluation of check_host() with its includes.
type spfCheck struct {
	ctx           context.Context
	r             Resolver
	ip            netip.Addr
	helo          string
	local, sender string // the two halves of the sender
	lookups, void int
}

// host is check_host() of RFC 7208, 4.
func (c *spfCheck) host(domain string) Result {
	if !validHost(domain) {
		return None
	}
	texts, err := c.r.LookupTXT(c.ctx, domain)
	if err != nil && !isNotFound(err) {
		return TempError
	}
	record, n := "", 0
	for _, t := range texts {
		if len(t) >= 6 && strings.EqualFold(t[:6], "v=spf1") && (len(t) == 6 || t[6] == ' ') {
			record = t
			n++
		}
	}
	if n == 0 {
		return None
	}
	if n > 1 {
		return PermError
	}
	parsed, err := parseSPF(record)
	if err != nil {
		return PermError
	}
	for _, t := range parsed.mechanisms {
		matched, failed := c.match(t, domain)
		if failed != "" {
			return failed
		}
		if matched {
			return t.qualifier
		}
	}
	if parsed.redirect == "" {
		return Neutral
	}
	if c.lookups++; c.lookups > maxSPFLookups {
		return PermError
	}
	if result := c.host(c.expand(parsed.redirect, domain)); result != None {
		return result
	}
	return PermError
}

// validHost reports whether the domain may be asked for: labels of 1 to 63
// bytes, at least two of them, no address literal.
func validHost(domain string) bool {
	domain = strings.TrimSuffix(domain, ".")
	labels := strings.Split(domain, ".")
	if len(domain) > 253 || len(labels) < 2 || strings.HasPrefix(domain, "[") {
		return false
	}
	for _, l := range labels {
		if l == "" || len(l) > 63 || strings.ContainsAny(l, " \t\r\n@") {
			return false
		}
	}
	return true
}

// match evaluates one mechanism. failed is the error that ends the check.
func (c *spfCheck) match(t spfTerm, domain string) (matched bool, failed Result) {
	switch t.name {
	case "all":
		return true, ""
	case "ip4", "ip6":
		return t.prefix.Masked().Contains(c.ip), ""
	}
	if c.lookups++; c.lookups > maxSPFLookups {
		return false, PermError
	}
	target := domain
	if t.domain != "" {
		target = c.expand(t.domain, domain)
	}
	switch t.name {
	case "include":
		switch result := c.host(target); result {
		case Pass:
			return true, ""
		case TempError, PermError:
			return false, result
		case None:
			return false, PermError
		}
		return false, ""
	case "a":
		return c.matchAddress(t, target, true)
	case "mx":
		return c.matchMX(t, target)
	case "exists":
		ips, failed := c.addresses("ip4", target, true)
		return len(ips) > 0, failed
	}
	names, failed := c.validatedNames(true)
	for _, n := range names {
		if underDomain(n, target) {
			return true, ""
		}
	}
	return false, failed
}

// addresses looks a name up; count tells whether a void answer counts.
func (c *spfCheck) addresses(network, host string, count bool) ([]netip.Addr, Result) {
	if !validLookup(host) {
		return nil, c.countVoid(count)
	}
	ips, err := c.r.LookupNetIP(c.ctx, network, host)
	if err != nil && !isNotFound(err) {
		return nil, TempError
	}
	if len(ips) == 0 {
		return nil, c.countVoid(count)
	}
	return ips, ""
}

func (c *spfCheck) countVoid(count bool) Result {
	if count {
		c.void++
	}
	if c.void > maxSPFVoid {
		return PermError
	}
	return ""
}

// validLookup keeps names that no DNS server can be asked for from the resolver.
func validLookup(host string) bool {
	host = strings.TrimSuffix(host, ".")
	for _, l := range strings.Split(host, ".") {
		if l == "" || len(l) > 63 {
			return false
		}
	}
	return len(host) <= 253
}

func (c *spfCheck) network() string {
	if c.ip.Is4() {
		return "ip4"
	}
	return "ip6"
}

func (c *spfCheck) matchAddress(t spfTerm, host string, count bool) (bool, Result) {
	ips, failed := c.addresses(c.network(), host, count)
	if failed != "" {
		return false, failed
	}
	bits := t.bits4
	if !c.ip.Is4() {
		bits = t.bits6
	}
	for _, ip := range ips {
		if ip = ip.Unmap().WithZone(""); ip.Is4() == c.ip.Is4() {
			if p, err := ip.Prefix(bits); err == nil && p.Contains(c.ip) {
				return true, ""
			}
		}
	}
	return false, ""
}

func (c *spfCheck) matchMX(t spfTerm, host string) (bool, Result) {
	if !validLookup(host) {
		return false, c.countVoid(true)
	}
	mxs, err := c.r.LookupMX(c.ctx, host)
	switch {
	case err != nil && !isNotFound(err) && len(mxs) == 0:
		return false, TempError
	case len(mxs) == 0:
		return false, c.countVoid(true)
	case len(mxs) > maxSPFNames:
		return false, PermError
	}
	for _, mx := range mxs {
		if matched, failed := c.matchAddress(t, mx.Host, false); matched || failed != "" {
			return matched, failed
		}
	}
	return false, ""
}

// validatedNames returns the names of the client's address that lead back to it.
func (c *spfCheck) validatedNames(count bool) ([]string, Result) {
	names, err := c.r.LookupAddr(c.ctx, c.ip.String())
	if err != nil && !isNotFound(err) {
		return nil, "" // the reverse zone is not the sender's: no match (5.5)
	}
	if len(names) == 0 {
		return nil, c.countVoid(count)
	}
	var valid []string
	for _, n := range names[:min(len(names), maxSPFNames)] {
		ips, err := c.r.LookupNetIP(c.ctx, c.network(), n)
		if err != nil {
			continue
		}
		for _, ip := range ips {
			if ip.Unmap() == c.ip {
				valid = append(valid, canonicalName(n))
				break
			}
		}
	}
	return valid, ""
}

// underDomain reports whether name is domain or a name below it.
func underDomain(name, domain string) bool {
	name, domain = canonicalName(name), canonicalName(domain)
	return name == domain || strings.HasSuffix(name, "."+domain)
}
