package mailauth

import (
	"regexp"
	"strings"

	"madoguchi/internal/mailread"
)

// FromResults returns what an own mail server found before: the topmost
// Authentication-Results field (RFC 8601) of the server called id. Fields
// below it, and fields of other names, may come from the sender and count for
// nothing. It is not ok if there is no such field.
func FromResults(h mailread.Header, id string) (Report, bool) {
	for _, f := range h.All("Authentication-Results") {
		value := string(f.Value)
		plain := withoutComments(value)
		server, rest, _ := strings.Cut(plain, ";")
		if name := strings.Fields(server); len(name) == 0 || !strings.EqualFold(strings.Trim(name[0], `"`), id) {
			continue
		}
		return readResults(rest, value), true
	}
	return Report{}, false
}

// published is how servers tell the policy of DMARC: in a comment, or as a property.
var published = regexp.MustCompile(`(?i)dmarc\s*=[^;]*?(?:\bp=|policy\.[a-z.-]*=|dis=)(none|quarantine|reject)\b`)

func readResults(rest, raw string) Report {
	r := Report{SPF: SPF{Result: None}, DMARC: DMARC{Result: None}, ARC: ARC{Result: None}, SMIME: SMIME{Result: None}}
	for info := range strings.SplitSeq(rest, ";") {
		words := strings.Fields(strings.ReplaceAll(strings.ReplaceAll(info, " =", "="), "= ", "="))
		if len(words) == 0 {
			continue
		}
		method, result, _ := strings.Cut(strings.ToLower(words[0]), "=")
		method, _, _ = strings.Cut(method, "/")
		properties := map[string]string{}
		for _, w := range words[1:] {
			if name, value, ok := strings.Cut(w, "="); ok {
				properties[strings.ToLower(name)] = strings.Trim(value, `"`)
			}
		}
		switch method {
		case "spf":
			r.SPF = SPF{Result: Result(result), Domain: domainOf(properties["smtp.mailfrom"], properties["smtp.mail"], properties["smtp.helo"])}
		case "dkim":
			if result != "none" && len(r.DKIM) < maxSignatures {
				r.DKIM = append(r.DKIM, Signature{Result: Result(result), Selector: properties["header.s"], Domain: domainOf(properties["header.d"], properties["header.i"])})
			}
		case "dmarc":
			r.DMARC = DMARC{Result: Result(result), Author: domainOf(properties["header.from"])}
			r.DMARC.Domain, r.DMARC.Organizational = r.DMARC.Author, r.DMARC.Author
			if m := published.FindStringSubmatch(raw); m != nil {
				r.DMARC.Policy = strings.ToLower(m[1])
			}
		case "arc":
			r.ARC.Result = Result(result)
		}
	}
	return r
}

// domainOf returns the domain of the first value that is not empty.
func domainOf(values ...string) string {
	for _, v := range values {
		if v != "" {
			return canonicalName(v[strings.LastIndexByte(v, '@')+1:])
		}
	}
	return ""
}

// withoutComments removes what stands in parentheses, nested ones included.
func withoutComments(s string) string {
	var out strings.Builder
	depth, quoted := 0, false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\':
			i++
		case c == '"' && depth == 0:
			quoted = !quoted
			out.WriteByte(c)
		case c == '(' && !quoted:
			depth++
		case c == ')' && !quoted && depth > 0:
			depth--
			out.WriteByte(' ')
		case depth == 0:
			out.WriteByte(c)
		}
	}
	return out.String()
}
