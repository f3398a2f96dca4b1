package jptext

import "strings"

// Mail reads a mail address in any width and checks it as the mail systems
// here accept it: RFC 5321 without quoted local parts, but with the dots that
// mobile carriers once allowed (a..b@docomo.ne.jp, ab.@ezweb.ne.jp), ASCII
// only, a domain with at least one dot. The domain is given in lower case.
// Whether mail arrives, only a sent mail shows.
func Mail(s string) (string, bool) {
	s = strings.ReplaceAll(Code(s), "〜", "~")
	local, domain, ok := strings.Cut(s, "@")
	if !ok || local == "" || len(local) > 64 || len(s) > 254 {
		return "", false
	}
	for i := range len(local) {
		if !isAtext(local[i]) && local[i] != '.' {
			return "", false
		}
	}
	domain = strings.ToLower(domain)
	if !isDomain(domain) {
		return "", false
	}
	return local + "@" + domain, true
}

func isAtext(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' ||
		strings.IndexByte("!#$%&'*+-/=?^_`{|}~", c) >= 0
}

func isDomain(s string) bool {
	labels := strings.Split(s, ".")
	if len(labels) < 2 || len(s) > 253 {
		return false
	}
	for _, l := range labels {
		if l == "" || len(l) > 63 || l[0] == '-' || l[len(l)-1] == '-' {
			return false
		}
		for i := range len(l) {
			if c := l[i]; c != '-' && (c < '0' || c > '9') && (c < 'a' || c > 'z') {
				return false
			}
		}
	}
	return !onlyDigits(labels[len(labels)-1])
}
