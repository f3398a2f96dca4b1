package signature

import (
	"time"

	"madoguchi/internal/signature/algorithm"
	"madoguchi/internal/signature/certificate"
	"madoguchi/internal/signature/chain"
	"madoguchi/internal/signature/cms"
	"madoguchi/internal/signature/report"
	"madoguchi/internal/signature/timestamp"
)

// evidence is a CMS signer with all that is known about it.
type evidence struct {
	message *cms.SignedData
	signer  *cms.Signer
	content algorithm.Content
	pool    *chain.Pool
	proven  time.Time // by document time-stamps, zero if none
}

// judgeSigner verifies a CMS signature, its time-stamps and its certificate.
func (o Options) judgeSigner(s *report.Signature, e evidence) {
	m, pool := e.message, e.pool
	pool.Add(m.Certificates, m.CRLs, m.OCSPs)
	if m.Unreadable > 0 {
		s.Note(report.Because("verify.unreadable_certificates", "count", m.Unreadable))
	}
	r := m.Verify(e.signer, pool.Certificates, e.content)
	s.Algorithm = r.Algorithm.String()
	s.Intact = r.Intact
	s.Take(r.Findings...)
	claimed := e.signer.SigningTime()
	if s.SignedAt == nil && !claimed.IsZero() {
		s.SignedAt = &claimed
	}
	if s.SignedAt != nil {
		claimed = *s.SignedAt
	}
	proven := o.judgeTokens(s, e.signer.Timestamps(), pool, e.proven, e.signer.Signature)
	if r.Certificate != nil {
		o.judgeCertificate(s, r.Certificate, *pool, proven, claimed)
	}
}

// judgeTokens verifies signature time-stamps over value and returns the
// earliest proven time. A token for something else is a sign of forgery: the
// signature is then not called intact.
func (o Options) judgeTokens(s *report.Signature, tokens [][]byte, pool *chain.Pool, proven time.Time, value []byte) time.Time {
	for _, raw := range tokens {
		token, err := timestamp.Parse(raw)
		if err != nil {
			s.Take(report.Doubt(report.FormatFailure, "verify.timestamp_unreadable"))
			continue
		}
		t := o.judgeToken(token, pool, proven, algorithm.Of(value))
		if t.foreign {
			s.Take(report.Fail(report.HashFailure, "verify.timestamp_foreign"))
			s.Intact = false
		}
		if s.Timestamp == nil || (t.report.Verdict == report.Passed && s.Timestamp.Verdict != report.Passed) {
			s.Timestamp = &t.report
		}
		if t.report.Verdict == report.Passed && (proven.IsZero() || t.report.Time.Before(proven)) {
			proven = t.report.Time
		}
	}
	return proven
}

// A judgedToken is a time-stamp token with its report.
type judgedToken struct {
	report    report.Timestamp
	algorithm string
	intact    bool
	foreign   bool
}

// judgeToken verifies a token over the stamped bytes and its authority's
// certificate at the time that a later time-stamp proves, else now.
func (o Options) judgeToken(token *timestamp.Token, pool *chain.Pool, proven time.Time, stamped algorithm.Content) judgedToken {
	m := token.Message
	pool.Add(m.Certificates, m.CRLs, m.OCSPs)
	r := token.Verify(pool.Certificates, stamped)
	t := judgedToken{
		algorithm: r.Algorithm.String(), intact: r.Intact, foreign: r.Foreign,
		report: report.Timestamp{Time: token.Time, Revocation: report.RevocationUnknown},
	}
	t.report.Take(r.Findings...)
	if r.Authority == nil {
		t.report.Take(report.Doubt(report.NoSigningCertificate, "verify.timestamp_without_certificate"))
		return t
	}
	c := chain.Validate(r.Authority, *pool, o.Trust, chain.Moment{Proven: proven, Now: o.Now, Claimed: token.Time})
	t.report.Take(c.Findings...)
	t.report.Authority = signerOf(r.Authority, c.Trusted)
	t.report.Revocation = c.Revocation
	t.report.Accredited = c.Trusted && o.Trust.Accredited(r.Authority)
	if token.Time.After(o.Now.Add(5 * time.Minute)) {
		t.report.Take(report.Doubt(report.ConstraintsFailure, "verify.timestamp_in_future"))
	}
	if t.report.Verdict == "" {
		t.report.Verdict = report.Passed
	}
	return t
}

// judgeCertificate judges the signer's certificate.
func (o Options) judgeCertificate(s *report.Signature, c *certificate.Certificate, pool chain.Pool, proven, claimed time.Time) {
	r := chain.Validate(c, pool, o.Trust, chain.Moment{Proven: proven, Now: o.Now, Claimed: claimed})
	s.Take(r.Findings...)
	s.Signer = signerOf(c, r.Trusted)
	s.Revocation = r.Revocation
	if !proven.IsZero() && !claimed.IsZero() && claimed.After(proven.Add(24*time.Hour)) {
		s.Note(report.Because("verify.claimed_after_proven"))
	}
}
