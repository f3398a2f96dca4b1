package web

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"path"
	"slices"
	"strings"

	"madoguchi/internal/words"
)

// Place is where a request goes: which body, in which language, and from where.
type Place struct {
	Lang string // "ja"
	Slug string // of the body; "" at the entrance of the installation
	Base string // what addresses of this place begin with: "/en/pref-ibaraki"; "" at a body's own host
	Path string // the address behind Base: "/procedures"
	Own  bool   // the body has a host name of its own
	Addr netip.Addr
}

type placeKey struct{}

// PlaceOf returns the place of a request that came through an Entrance. For
// other requests it is the entrance in Japanese.
func PlaceOf(r *http.Request) Place {
	if p, ok := r.Context().Value(placeKey{}).(Place); ok {
		return p
	}
	return Place{Lang: words.Base, Path: r.URL.Path}
}

// In returns the address of the same page in another language.
func (p Place) In(lang string) string {
	prefix := ""
	if lang != words.Base {
		prefix = "/" + lang
	}
	if p.Slug != "" && !p.Own {
		prefix += "/" + p.Slug
	}
	return prefix + p.Path
}

// Network names the network of the client for limits: an IPv4 address, or
// the /56 of an IPv6 address, which is what one household gets.
func (p Place) Network() string {
	if p.Addr.Is4() || !p.Addr.IsValid() {
		return p.Addr.String()
	}
	return netip.PrefixFrom(p.Addr, 56).Masked().String()
}

// At returns r as if it had come through an Entrance to p, for tests.
func At(r *http.Request, p Place) *http.Request {
	if p.Lang == "" {
		p.Lang = words.Base
	}
	r = r.WithContext(context.WithValue(r.Context(), placeKey{}, p))
	u := *r.URL
	u.Path, u.RawPath = p.Path, ""
	r.URL = &u
	return r
}

// split takes the language and the body off an address. ok is false when the
// address is not clean; others has the first segments that name no body.
func (e *Entrance) split(r *http.Request) (p Place, ok bool) {
	full := r.URL.Path
	if full == "" || full[0] != '/' || (full != "/" && path.Clean(full) != strings.TrimSuffix(full, "/")) {
		return Place{Lang: words.Base, Path: "/"}, false
	}
	p.Lang, p.Path = words.Base, full
	if first, rest := segment(full); first != words.Base && slices.Contains(e.languages, first) {
		p.Lang, p.Base, p.Path = first, "/"+first, rest
	}
	if e.SlugOfHost != nil {
		if slug := e.SlugOfHost(hostname(r)); slug != "" {
			p.Slug, p.Own = slug, true
			return p, true
		}
	}
	if first, _ := segment(p.Path); slices.Contains(e.RootPages, first) {
		return p, true
	}
	if first, rest := segment(p.Path); first != "" {
		p.Slug, p.Base, p.Path = first, p.Base+"/"+first, rest
	}
	return p, true
}

// segment parts "/a/b/c" into "a" and "/b/c"; the rest of "/a" is "".
func segment(p string) (first, rest string) {
	first = strings.TrimPrefix(p, "/")
	if i := strings.IndexByte(first, '/'); i >= 0 {
		return first[:i], first[i:]
	}
	return first, ""
}

func hostname(r *http.Request) string {
	if h, _, err := net.SplitHostPort(r.Host); err == nil {
		return h
	}
	return r.Host
}

// client returns the address of the client: the peer, or what a trusted proxy
// says about it (the last address in X-Forwarded-For that is no such proxy).
func (e *Entrance) client(r *http.Request) netip.Addr {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	addr := peer.Addr().Unmap()
	if len(e.Proxies) == 0 {
		return addr
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		if !e.trusted(addr) {
			return addr
		}
		next, err := netip.ParseAddr(strings.TrimSpace(hop))
		if err != nil {
			return addr
		}
		addr = next.Unmap()
	}
	return addr
}

func (e *Entrance) trusted(a netip.Addr) bool {
	return slices.ContainsFunc(e.Proxies, func(p netip.Prefix) bool { return p.Contains(a) })
}
