package mailauth

import (
	"context"
	"strings"

	"golang.org/x/net/idna"
)

// DMARC is the result for the domain of the From field (RFC 9989).
type DMARC struct {
	Result Result `json:"result"`
	// Policy is what the domain's owner asks for when the result is fail: none,
	// quarantine or reject, with sp, np and t already applied; "" without a record.
	Policy string `json:"policy"`
	// Domain is where the policy was found; without one, the author's domain.
	Domain         string `json:"domain"`
	Author         string `json:"author"`         // the domain of the From field
	Organizational string `json:"organizational"` // by the tree walk
	Testing        bool   `json:"testing,omitempty"`
}

// A dmarcRecord is a published policy.
type dmarcRecord struct {
	domain     string // where it was found
	p, sp, np  string // "" if absent
	invalid    bool   // p, sp or np has an unknown value
	rua        bool   // holds a reporting address
	strictDKIM bool
	strictSPF  bool
	psd        string // "y", "n" or "u"
	testing    bool
}

// CheckDMARC evaluates DMARC for the author's domains, the domains of the real
// addresses of From. A mail of several domains has the result of the worst.
func CheckDMARC(ctx context.Context, r Resolver, authors []string, spf SPF, dkim []Signature) DMARC {
	w := walker{ctx: ctx, r: r, records: map[string]*dmarcRecord{}}
	worst := DMARC{Result: None}
	for i, author := range authors {
		if d := w.check(author, spf, dkim); i == 0 || severity(d) > severity(worst) {
			worst = d
		}
	}
	return worst
}

func severity(d DMARC) int {
	switch d.Result {
	case Fail:
		return 3 + strength(d.Policy)
	case TempError, PermError:
		return 2
	case None:
		return 1
	}
	return 0
}

// A walker asks for records, each name once.
type walker struct {
	ctx     context.Context
	r       Resolver
	records map[string]*dmarcRecord // nil: there is none
}

func (w walker) check(author string, spf SPF, dkim []Signature) DMARC {
	author = asciiDomain(author)
	d := DMARC{Result: None, Author: author, Domain: author, Organizational: author}
	if author == "" {
		return d
	}
	organizational, found, err := w.walk(author)
	if err != nil {
		d.Result = TempError
		return d
	}
	d.Organizational = organizational
	record := policyRecord(author, organizational, found)
	if record == nil || record.invalid && !record.rua {
		return d
	}
	d.Domain, d.Testing = record.domain, record.testing
	if d.Policy, err = w.policy(author, record); err != nil {
		d.Result = TempError
		return d
	}
	d.Result, err = w.aligned(author, record, spf, dkim)
	if err != nil {
		d.Result = TempError
	}
	return d
}

// aligned tells whether SPF or DKIM passes for a domain aligned with the author's.
func (w walker) aligned(author string, record *dmarcRecord, spf SPF, dkim []Signature) (Result, error) {
	undecided := false
	for _, s := range dkim {
		if s.Result != Pass && s.Result != TempError {
			continue
		}
		ok, err := w.align(author, s.Domain, record.strictDKIM)
		if err != nil {
			return TempError, err
		}
		if ok && s.Result == Pass {
			return Pass, nil
		}
		undecided = undecided || ok
	}
	if spf.Result == Pass || spf.Result == TempError {
		ok, err := w.align(author, spf.Domain, record.strictSPF)
		if err != nil {
			return TempError, err
		}
		if ok && spf.Result == Pass {
			return Pass, nil
		}
		undecided = undecided || ok
	}
	if undecided {
		return TempError, nil
	}
	return Fail, nil
}

func (w walker) align(author, domain string, strict bool) (bool, error) {
	domain = asciiDomain(domain)
	if author == domain || strict || domain == "" {
		return author == domain, nil
	}
	a, _, err := w.walk(author)
	if err != nil {
		return false, err
	}
	if !underDomain(domain, a) { // another tree: no walk can meet
		return false, nil
	}
	b, _, err := w.walk(domain)
	return a == b, err
}

// walk is the DNS tree walk (RFC 9989, 4.10): the organizational domain and the
// records met, from the domain itself upwards.
func (w walker) walk(domain string) (organizational string, found []*dmarcRecord, err error) {
	labels := strings.Split(domain, ".")
	for at := 0; at < len(labels); {
		record, err := w.record(strings.Join(labels[at:], "."))
		if err != nil {
			return "", nil, err
		}
		if record != nil {
			found = append(found, record)
			if record.psd == "n" || record.psd == "y" {
				break
			}
		}
		at = max(at+1, len(labels)-7) // at most eight questions
	}
	if len(found) == 0 {
		return domain, nil, nil
	}
	last := found[len(found)-1]
	if last.psd != "y" || last.domain == domain {
		return last.domain, found, nil
	}
	below := strings.Split(strings.TrimSuffix(domain, "."+last.domain), ".")
	return below[len(below)-1] + "." + last.domain, found, nil
}

// policyRecord chooses the author's own record, else the organizational
// domain's, else the public suffix's.
func policyRecord(author, organizational string, found []*dmarcRecord) *dmarcRecord {
	for _, want := range []string{author, organizational} {
		for _, f := range found {
			if f.domain == want {
				return f
			}
		}
	}
	for _, f := range found {
		if f.psd == "y" {
			return f
		}
	}
	return nil
}

// record returns the one DMARC record of a domain; nil if there is none or more
// than one.
func (w walker) record(domain string) (*dmarcRecord, error) {
	if record, ok := w.records[domain]; ok {
		return record, nil
	}
	name := "_dmarc." + domain
	if !validLookup(name) {
		return nil, nil
	}
	texts, err := w.r.LookupTXT(w.ctx, name)
	if err != nil && !isNotFound(err) {
		return nil, err
	}
	var record *dmarcRecord
	n := 0
	for _, t := range texts {
		if parsed := parseDMARC(t); parsed != nil {
			record = parsed
			record.domain = domain
			n++
		}
	}
	if n != 1 {
		record = nil
	}
	w.records[domain] = record
	return record, nil
}

// parseDMARC returns nil for a text that is no DMARC record. Unknown tags and
// broken values are passed over (RFC 9989, 4.7).
func parseDMARC(text string) *dmarcRecord {
	specs := strings.Split(text, ";")
	name, version, _ := strings.Cut(specs[0], "=")
	if strings.TrimSpace(name) != "v" || strings.TrimSpace(version) != "DMARC1" {
		return nil
	}
	r := &dmarcRecord{psd: "u"}
	seen := map[string]bool{}
	for _, spec := range specs[1:] {
		name, value, ok := strings.Cut(spec, "=")
		name, value = strings.ToLower(strings.TrimSpace(name)), strings.TrimSpace(value)
		if !ok || seen[name] {
			continue
		}
		seen[name] = true
		lower := strings.ToLower(value)
		switch name {
		case "p", "sp", "np":
			r.setPolicy(name, lower)
		case "adkim":
			r.strictDKIM = lower == "s"
		case "aspf":
			r.strictSPF = lower == "s"
		case "psd":
			if lower == "y" || lower == "n" {
				r.psd = lower
			}
		case "t":
			r.testing = lower == "y"
		case "rua":
			r.rua = strings.Contains(value, ":") && len(value) > 8
		}
	}
	return r
}

func (r *dmarcRecord) setPolicy(tag, value string) {
	if value != "none" && value != "quarantine" && value != "reject" {
		r.invalid = true
		return
	}
	switch tag {
	case "p":
		r.p = value
	case "sp":
		r.sp = value
	case "np":
		r.np = value
	}
}

// policy returns what the record asks for the author's domain.
func (w walker) policy(author string, r *dmarcRecord) (string, error) {
	if r.invalid || r.p == "" && r.sp == "" && r.np == "" {
		return "none", nil
	}
	policy := r.p
	if author != r.domain {
		if r.sp != "" {
			policy = r.sp
		}
		if r.np != "" {
			there, err := exists(w.ctx, w.r, author)
			if err != nil {
				return "", err
			}
			if !there {
				policy = r.np
			}
		}
	}
	if policy == "" {
		policy = "none"
	}
	if r.testing { // one level lower
		policy = [...]string{"none", "none", "quarantine"}[strength(policy)]
	}
	return policy, nil
}

func strength(policy string) int {
	switch policy {
	case "reject":
		return 2
	case "quarantine":
		return 1
	}
	return 0
}

// asciiDomain returns the domain as DNS is asked for it, lower case.
func asciiDomain(domain string) string {
	domain = canonicalName(domain)
	for i := 0; i < len(domain); i++ {
		if domain[i] >= 0x80 {
			if a, err := idna.Lookup.ToASCII(domain); err == nil {
				return a
			}
			return domain
		}
	}
	return domain
}
