package chain

import (
	"slices"
	"time"

	"madoguchi/internal/signature/certificate"
	"madoguchi/internal/signature/report"
)

// An answer is what one source says of one certificate.
type answer struct {
	known     bool
	revoked   bool
	revokedAt time.Time
}

// revocations asks for every certificate of the path but the anchor.
func revocations(path []*certificate.Certificate, pool Pool, trust Trust, at Moment) (report.Revocation, []report.Finding) {
	s := sources{
		crls:  slices.Concat(trust.CRLs, pool.CRLs),
		ocsps: slices.Concat(trust.OCSPs, pool.OCSPs),
		at:    at,
	}
	state := report.RevocationGood
	var found []report.Finding
	for i := range path[:len(path)-1] {
		a := s.ask(path[i], path[i+1])
		switch {
		case a.revoked && a.revokedAt.After(at.best()):
			found = append(found, report.Note("verify.revoked_later", "subject", path[i].Subject.String(), "at", a.revokedAt))
		case a.revoked:
			state = report.RevocationRevoked
			found = append(found, revokedFinding(path[i], i > 0, a.revokedAt, at))
		case !a.known:
			if state == report.RevocationGood {
				state = report.RevocationUnknown
			}
			found = append(found, report.Doubt(report.TryLater, "verify.revocation_unknown", "subject", path[i].Subject.String()))
		}
	}
	if len(path) == 1 {
		return report.RevocationUnknown, []report.Finding{report.Note("verify.certificate_trusted_directly")}
	}
	return state, found
}

// revokedFinding weighs a revocation: TOTAL_FAILED if the signature is proven,
// or says itself, to be later; without proof it may be older (REVOKED_NO_POE).
func revokedFinding(c *certificate.Certificate, isCA bool, revokedAt time.Time, at Moment) report.Finding {
	pairs := []any{"subject", c.Subject.String(), "at", revokedAt}
	late := !at.Proven.IsZero() || (!at.Claimed.IsZero() && !at.Claimed.Before(revokedAt))
	if late {
		return report.Fail(report.Revoked, "verify.revoked", pairs...)
	}
	if isCA {
		return report.Doubt(report.RevokedCANoPOE, "verify.revoked_no_proof", pairs...)
	}
	return report.Doubt(report.RevokedNoPOE, "verify.revoked_no_proof", pairs...)
}

// sources are all lists and responses at hand.
type sources struct {
	crls  []*certificate.CRL
	ocsps []*certificate.OCSP
	at    Moment
}

// ask looks for an answer that is fresh enough; a revocation counts however
// old the source that tells of it.
func (s sources) ask(cert, issuer *certificate.Certificate) answer {
	var best answer
	for _, o := range s.ocsps {
		a := s.askOCSP(o, cert, issuer)
		if a.revoked {
			return a
		}
		best.known = best.known || a.known
	}
	for _, c := range s.crls {
		a := s.askCRL(c, cert, issuer)
		if a.revoked {
			return a
		}
		best.known = best.known || a.known
	}
	return best
}

func (s sources) askOCSP(o *certificate.OCSP, cert, issuer *certificate.Certificate) answer {
	status, found := o.Status(cert, issuer)
	if !found || (!status.Good && !status.Revoked) || !authorised(o, issuer) {
		return answer{}
	}
	if status.Revoked {
		return answer{known: true, revoked: true, revokedAt: status.RevokedAt}
	}
	return answer{known: s.fresh(status.ThisUpdate, status.NextUpdate, cert)}
}

// authorised tells whether the response is by the issuer, or by a responder
// that it certified for this (RFC 6960 4.2.2.2).
func authorised(o *certificate.OCSP, issuer *certificate.Certificate) bool {
	if o.CheckSignedBy(issuer) == nil {
		return true
	}
	for _, r := range o.Certificates {
		if r.HasPurpose(certificate.PurposeOCSP) && r.ValidAt(o.ProducedAt) &&
			certificate.SameName(r.RawIssuer, issuer.RawSubject) &&
			r.CheckSignedBy(issuer) == nil && o.CheckSignedBy(r) == nil {
			return true
		}
	}
	return false
}

func (s sources) askCRL(c *certificate.CRL, cert, issuer *certificate.Certificate) answer {
	if !c.Covers(cert) || (issuer.HasUsage && !issuer.UsageCRLSign) || c.CheckSignedBy(issuer) != nil {
		return answer{}
	}
	at, reason, found, err := c.Revoked(cert.Serial)
	if err != nil {
		return answer{}
	}
	const removed = 8 // removeFromCRL
	if found && reason != removed {
		return answer{known: true, revoked: true, revokedAt: at}
	}
	return answer{known: s.fresh(c.ThisUpdate, c.NextUpdate, cert)}
}

// fresh tells whether "not revoked" from a source of this period answers for
// the moment: it speaks of that moment, or was made later while the
// certificate was still valid and a list still had to name it.
func (s sources) fresh(this, next time.Time, cert *certificate.Certificate) bool {
	if this.After(s.at.Now.Add(5 * time.Minute)) {
		return false
	}
	if next.IsZero() {
		next = this.Add(24 * time.Hour)
	}
	when := s.at.best()
	if !when.Before(this) {
		return !when.After(next)
	}
	return !s.at.Proven.IsZero() && !this.After(cert.NotAfter)
}
