package mailauth

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// A Zone is a resolver that answers from a table, for tests and for judging a
// mail without the network.
type Zone struct {
	names map[string]zoneName
}

type zoneName struct {
	records map[string][]string
	failing map[string]string // by type; "*" for every type without records
}

// ReadZone reads a table of names:
//
//	{"example.jp.": {"TXT": ["v=spf1 -all"], "MX": ["10 mx.example.jp."]}, "slow.example.": "TIMEOUT"}
//
// A name, or one type of a name, may be "SERVFAIL" or "TIMEOUT"; a key of that
// name in the object makes every other type fail. Case and final dots of names
// do not matter.
func ReadZone(data []byte) (*Zone, error) {
	var table map[string]json.RawMessage
	if err := json.Unmarshal(data, &table); err != nil {
		return nil, fmt.Errorf("read zone: %w", err)
	}
	z := &Zone{names: map[string]zoneName{}}
	for name, raw := range table {
		n := zoneName{records: map[string][]string{}, failing: map[string]string{}}
		if err := n.read(raw); err != nil {
			return nil, fmt.Errorf("read zone: %s: %w", name, err)
		}
		z.names[canonicalName(name)] = n
	}
	return z, nil
}

var errZone = errors.New(`want {"TYPE": ["…"]}, "SERVFAIL" or "TIMEOUT"`)

func (n *zoneName) read(raw json.RawMessage) error {
	var whole string
	if json.Unmarshal(raw, &whole) == nil {
		return n.fail("*", whole)
	}
	var list []json.RawMessage // several objects, as the SPF suite has them
	if json.Unmarshal(raw, &list) == nil {
		for _, item := range list {
			if err := n.read(item); err != nil {
				return err
			}
		}
		return nil
	}
	var types map[string]json.RawMessage
	if err := json.Unmarshal(raw, &types); err != nil {
		return errZone
	}
	for kind, value := range types {
		kind = strings.ToUpper(kind)
		if kind == "SERVFAIL" || kind == "TIMEOUT" {
			n.failing["*"] = kind
			continue
		}
		if err := n.readType(kind, value); err != nil {
			return err
		}
	}
	return nil
}

func (n *zoneName) readType(kind string, value json.RawMessage) error {
	var values []string
	var one string
	if json.Unmarshal(value, &one) == nil {
		values = []string{one}
	} else if json.Unmarshal(value, &values) != nil {
		return errZone
	}
	for _, v := range values {
		if n.fail(kind, v) != nil {
			n.records[kind] = append(n.records[kind], v)
		}
	}
	return nil
}

func (n *zoneName) fail(kind, how string) error {
	if how != "SERVFAIL" && how != "TIMEOUT" {
		return errZone
	}
	n.failing[kind] = how
	return nil
}

func canonicalName(name string) string {
	return strings.ToLower(strings.TrimSuffix(name, "."))
}

// lookup follows CNAMEs, at most ten.
func (z *Zone) lookup(ctx context.Context, name, kind string) ([]string, error) {
	if err := ctx.Err(); err != nil {
		return nil, &net.DNSError{Err: err.Error(), Name: name, IsTimeout: true}
	}
	name = canonicalName(name)
	for range 10 {
		n, ok := z.names[name]
		if !ok {
			if z.above(name) {
				return nil, nil
			}
			return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
		}
		if values := n.records[kind]; len(values) > 0 {
			return values, nil
		}
		if how := n.failing[kind]; how != "" {
			return nil, dnsFailure(name, how)
		}
		to := n.records["CNAME"]
		if len(to) == 0 {
			if how := n.failing["*"]; how != "" {
				return nil, dnsFailure(name, how)
			}
			return nil, nil
		}
		name = canonicalName(to[0])
	}
	return nil, dnsFailure(name, "SERVFAIL")
}

// above reports whether some name of the zone lies below name, which then exists.
func (z *Zone) above(name string) bool {
	for other := range z.names {
		if strings.HasSuffix(other, "."+name) {
			return true
		}
	}
	return false
}

func dnsFailure(name, how string) error {
	return &net.DNSError{Err: strings.ToLower(how), Name: name, IsTimeout: how == "TIMEOUT", IsTemporary: true}
}

// Exists reports whether the name exists (RFC 8020).
func (z *Zone) Exists(ctx context.Context, name string) (bool, error) {
	_, err := z.lookup(ctx, name, "A")
	if isNotFound(err) {
		return false, nil
	}
	return true, err
}

// LookupTXT returns the texts of name.
func (z *Zone) LookupTXT(ctx context.Context, name string) ([]string, error) {
	return z.lookup(ctx, name, "TXT")
}

// LookupMX returns the mail exchangers of name in the order of the table.
func (z *Zone) LookupMX(ctx context.Context, name string) ([]*net.MX, error) {
	values, err := z.lookup(ctx, name, "MX")
	if err != nil {
		return nil, err
	}
	var list []*net.MX
	for _, v := range values {
		pref, host, _ := strings.Cut(strings.TrimSpace(v), " ")
		n, err := strconv.ParseUint(pref, 10, 16)
		if err != nil {
			host = v
		}
		list = append(list, &net.MX{Host: strings.TrimSpace(host), Pref: uint16(n)})
	}
	return list, nil
}

// LookupNetIP returns the addresses of host; network is "ip4" or "ip6".
func (z *Zone) LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error) {
	kind := "A"
	if network == "ip6" {
		kind = "AAAA"
	}
	values, err := z.lookup(ctx, host, kind)
	if err != nil {
		return nil, err
	}
	var list []netip.Addr
	for _, v := range values {
		if a, err := netip.ParseAddr(strings.TrimSpace(v)); err == nil {
			list = append(list, a)
		}
	}
	return list, nil
}

// LookupAddr returns the names of an address.
func (z *Zone) LookupAddr(ctx context.Context, addr string) ([]string, error) {
	a, err := netip.ParseAddr(addr)
	if err != nil {
		return nil, &net.DNSError{Err: "no address", Name: addr, IsNotFound: true}
	}
	return z.lookup(ctx, reverseName(a), "PTR")
}

// reverseName returns the name of an address in in-addr.arpa or ip6.arpa.
func reverseName(a netip.Addr) string {
	a = a.Unmap()
	labels, under := strings.Split(a.String(), "."), ".in-addr.arpa"
	if a.Is6() {
		labels, under = strings.Split(hex.EncodeToString(a.AsSlice()), ""), ".ip6.arpa"
	}
	slices.Reverse(labels)
	return strings.Join(labels, ".") + under
}

func isNotFound(err error) bool {
	e, ok := errors.AsType[*net.DNSError](err)
	return ok && e.IsNotFound
}

// exists reports whether name exists. A resolver that cannot tell is asked for
// every type of record that a mail domain may have.
func exists(ctx context.Context, r Resolver, name string) (bool, error) {
	if z, ok := r.(interface {
		Exists(context.Context, string) (bool, error)
	}); ok {
		return z.Exists(ctx, name)
	}
	ips, err := r.LookupNetIP(ctx, "ip", name)
	if len(ips) > 0 || err != nil && !isNotFound(err) {
		return true, err
	}
	mxs, err := r.LookupMX(ctx, name)
	if len(mxs) > 0 || err != nil && !isNotFound(err) {
		return true, err
	}
	txts, err := r.LookupTXT(ctx, name)
	if err != nil && !isNotFound(err) {
		return true, err
	}
	return len(txts) > 0, nil
}
