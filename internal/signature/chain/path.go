package chain

import (
	"bytes"
	"errors"
	"time"

	"madoguchi/internal/signature/algorithm"
	"madoguchi/internal/signature/certificate"
	"madoguchi/internal/signature/report"
)

// The limits on path building: a bag of certificates may be made to mislead.
const (
	maxPath   = 10
	maxChecks = 300
)

// A Pool is what comes with a document: proof to be checked, never trusted.
type Pool struct {
	Certificates []*certificate.Certificate
	CRLs         []*certificate.CRL
	OCSPs        []*certificate.OCSP
}

// Add puts certificates and encoded revocation values into the pool; what
// cannot be read is left out.
func (p *Pool) Add(certs []*certificate.Certificate, crls, ocsps [][]byte) {
	p.Certificates = append(p.Certificates, certs...)
	for _, b := range crls {
		if c, err := certificate.ParseCRL(b); err == nil {
			p.CRLs = append(p.CRLs, c)
		}
	}
	for _, b := range ocsps {
		if o, err := certificate.ParseOCSP(b); err == nil {
			p.OCSPs = append(p.OCSPs, o)
		}
	}
}

// A Moment is when a certificate is judged: Proven is the time that a trusted
// time-stamp proves, zero if none; Now is the time of validation; Claimed is
// what the signer says, which proves nothing.
type Moment struct {
	Proven  time.Time
	Now     time.Time
	Claimed time.Time
}

// best is the best signature time of EN 319 102-1.
func (m Moment) best() time.Time {
	if m.Proven.IsZero() {
		return m.Now
	}
	return m.Proven
}

// A Result is the judgement on one certificate. Path begins with it and ends
// with the anchor if Trusted.
type Result struct {
	Path       []*certificate.Certificate
	Trusted    bool
	Revocation report.Revocation
	Findings   []report.Finding
}

func (r *Result) find(f ...report.Finding) { r.Findings = append(r.Findings, f...) }

// Validate judges leaf. Without a path to a root, the only finding of weight
// is that there is none.
func Validate(leaf *certificate.Certificate, pool Pool, trust Trust, at Moment) Result {
	b := builder{trust: trust, at: at.best(), candidates: candidates(pool, trust)}
	r := Result{Revocation: report.RevocationUnknown, Path: []*certificate.Certificate{leaf}}
	if path := b.build([]*certificate.Certificate{leaf}); path != nil {
		r.Path, r.Trusted = path, true
	}
	if !r.Trusted {
		key := "verify.no_chain"
		if len(trust.Roots) == 0 {
			key = "verify.no_trust_given"
		}
		r.find(report.Doubt(report.NoChain, key, "issuer", leaf.Issuer.String()))
		if b.altered(leaf) {
			r.find(report.Fail(report.ChainGeneral, "verify.certificate_altered", "subject", leaf.Subject.String()))
		}
		if !leaf.ValidAt(at.Now) {
			r.find(report.Note("verify.certificate_out_of_period_now"))
		}
		if leaf.Strict != nil {
			r.find(report.Note("verify.certificate_malformed", "subject", leaf.Subject.String()))
		}
		return r
	}
	r.find(b.checkPath(r.Path)...)
	r.find(periods(r.Path, at)...)
	r.find(usage(leaf, trust)...)
	state, found := revocations(r.Path, pool, trust, at)
	r.Revocation = state
	r.find(found...)
	return r
}

// candidates are all certificates that may be issuers.
func candidates(pool Pool, trust Trust) []*certificate.Certificate {
	var list []*certificate.Certificate
	for _, r := range trust.Roots {
		list = append(list, r.Certificate)
	}
	list = append(list, trust.Intermediates...)
	return append(list, pool.Certificates...)
}

// altered tells whether the issuer that the certificate names by key is at
// hand and did not sign it: somebody wrote into the certificate.
func (b *builder) altered(leaf *certificate.Certificate) bool {
	if len(leaf.AuthorityKeyID) == 0 {
		return false
	}
	for _, c := range b.candidates {
		if bytes.Equal(c.SubjectKeyID, leaf.AuthorityKeyID) && certificate.SameName(c.RawSubject, leaf.RawIssuer) &&
			errors.Is(leaf.CheckSignedBy(c), algorithm.ErrMismatch) {
			return true
		}
	}
	return false
}

// A builder looks for a path depth first, with a limit on signature checks.
type builder struct {
	trust      Trust
	at         time.Time
	candidates []*certificate.Certificate
	checks     int
}

// build extends path to an anchor, or gives nil.
func (b *builder) build(path []*certificate.Certificate) []*certificate.Certificate {
	last := path[len(path)-1]
	if b.trust.anchor(last, b.at) {
		return path
	}
	if len(path) >= maxPath {
		return nil
	}
	for _, c := range b.candidates {
		if contains(path, c) || !mayIssue(c, last, len(path)-1, b.trust.anchor(c, b.at)) {
			continue
		}
		if b.checks++; b.checks > maxChecks {
			return nil
		}
		if last.CheckSignedBy(c) != nil {
			continue
		}
		if whole := b.build(append(path[:len(path):len(path)], c)); whole != nil {
			return whole
		}
	}
	return nil
}

func contains(path []*certificate.Certificate, c *certificate.Certificate) bool {
	for _, p := range path {
		if p.Equal(c) || (bytes.Equal(p.RawKey, c.RawKey) && bytes.Equal(p.RawSubject, c.RawSubject)) {
			return true
		}
	}
	return false
}

// mayIssue checks what RFC 5280 6.1.4 asks of an issuer before the signature.
// below is the number of CA certificates between issuer and leaf. An anchor
// may be of version 1, without extensions.
func mayIssue(issuer, cert *certificate.Certificate, below int, anchor bool) bool {
	if !certificate.SameName(issuer.RawSubject, cert.RawIssuer) {
		return false
	}
	if !issuer.IsCA && !(anchor && issuer.SelfIssued() && !issuer.HasUsage) {
		return false
	}
	if issuer.HasUsage && !issuer.UsageCertSign {
		return false
	}
	return issuer.MaxPath < 0 || below <= issuer.MaxPath || !issuer.IsCA
}

// checkPath looks at what does not stop a path but casts doubt on it.
func (b *builder) checkPath(path []*certificate.Certificate) []report.Finding {
	var found []report.Finding
	for i, c := range path {
		if i == len(path)-1 && i > 0 {
			break
		}
		name := c.Subject.String()
		if c.Strict != nil {
			found = append(found, report.Doubt(report.ChainGeneral, "verify.certificate_malformed", "subject", name))
		}
		if len(c.UnknownCritical) > 0 {
			found = append(found, report.Doubt(report.ChainConstraints, "verify.critical_extension", "subject", name, "oid", c.UnknownCritical[0]))
		}
		if i < len(path)-1 && algorithm.Weak(c.Hash()) {
			found = append(found, report.Doubt(report.CryptoConstraintsNoPOE, "verify.certificate_weak", "subject", name))
		}
		for _, ca := range path[i+1:] {
			if ca.HasNameConstraints && !ca.AllowsName(c.RawSubject) && !c.SelfIssued() {
				found = append(found, report.Doubt(report.ChainConstraints, "verify.name_constraints", "subject", name))
			}
		}
	}
	return found
}

// periods compares the path's periods with the moment.
func periods(path []*certificate.Certificate, at Moment) []report.Finding {
	leaf, when := path[0], at.best()
	var found []report.Finding
	switch {
	case leaf.ValidAt(when):
	case at.Proven.IsZero():
		found = append(found, report.Doubt(report.OutOfBoundsNoPOE, "verify.out_of_period_no_proof", "until", leaf.NotAfter))
	case when.Before(leaf.NotBefore):
		found = append(found, report.Fail(report.NotYetValid, "verify.signed_before_period", "from", leaf.NotBefore))
	default:
		found = append(found, report.Fail(report.Expired, "verify.signed_after_period", "until", leaf.NotAfter))
	}
	for _, c := range path[1:] {
		if !c.ValidAt(when) {
			found = append(found, report.Doubt(report.OutOfBoundsNoPOE, "verify.ca_out_of_period", "subject", c.Subject.String()))
		}
	}
	return found
}

// usage checks that the signer's certificate is for signing and has one of the
// operator's policies.
func usage(leaf *certificate.Certificate, trust Trust) []report.Finding {
	var found []report.Finding
	if leaf.HasUsage && !leaf.UsageSign {
		found = append(found, report.Doubt(report.ChainConstraints, "verify.key_usage"))
	}
	if len(trust.Policies) == 0 || leaf.HasPurpose(certificate.PurposeTimestamping) {
		return found
	}
	for _, p := range leaf.Policies {
		for _, wanted := range trust.Policies {
			if p == wanted {
				return found
			}
		}
	}
	return append(found, report.Doubt(report.ChainConstraints, "verify.policy"))
}
