// Package timestamp verifies RFC 3161 time-stamp tokens (タイムスタンプ).
//
// It promises that a token without its authority's certificate, for another
// purpose, or over another imprint is not valid. Whether the authority is
// trusted, and accredited (認定), the chain and the operator's list decide.
package timestamp

import (
	"crypto"
	"errors"
	"fmt"
	"time"

	"madoguchi/internal/signature/algorithm"
	"madoguchi/internal/signature/certificate"
	"madoguchi/internal/signature/cms"
	"madoguchi/internal/signature/der"
	"madoguchi/internal/signature/report"
)

// ErrNotToken tells that the bytes are no time-stamp token.
var ErrNotToken = errors.New("not a time-stamp token")

// A Token is a time-stamp token with what it says.
type Token struct {
	Message *cms.SignedData
	Time    time.Time
	Policy  string
	Hash    crypto.Hash
	Imprint []byte
	hashErr error
}

// Parse reads a TimeStampToken, or the one inside a TimeStampResp.
func Parse(b []byte) (*Token, error) {
	t, err := parse(b)
	if err != nil {
		return nil, fmt.Errorf("time-stamp: %w", err)
	}
	return t, nil
}

func parse(b []byte) (*Token, error) {
	m, err := cms.Parse(b)
	if err != nil {
		if inner, ok := tokenOfResponse(b); ok {
			m, err = cms.Parse(inner)
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrNotToken, err)
		}
	}
	if m.ContentType != cms.OIDTSTInfo || !m.HasContent {
		return nil, ErrNotToken
	}
	info, err := der.ParseAll(m.Content)
	if err != nil {
		return nil, err
	}
	fields, err := info.Sequence(5)
	if err != nil {
		return nil, err
	}
	t := &Token{Message: m, Policy: fields[1].OID()}
	imprint, err := fields[2].Sequence(2)
	if err != nil {
		return nil, err
	}
	t.Hash, t.hashErr = algorithm.DigestIdentifier(imprint[0])
	t.Imprint = imprint[1].Body
	t.Time, err = fields[4].Time()
	return t, err
}

// tokenOfResponse gives the token of a TimeStampResp.
func tokenOfResponse(b []byte) ([]byte, bool) {
	v, _, err := der.Parse(b)
	if err != nil {
		return nil, false
	}
	parts, err := v.Sequence(2)
	if err != nil || parts[0].Tag != der.Sequence {
		return nil, false
	}
	return parts[1].Raw, true
}

// A Result is what verification of a token found. Intact means: the token's
// own signature holds and the imprint is of the stamped bytes.
type Result struct {
	Authority *certificate.Certificate
	Algorithm algorithm.Signature
	Intact    bool
	Foreign   bool // the token is good but for other bytes
	Findings  []report.Finding
}

// Verify checks the token over the stamped bytes. more are certificates from
// elsewhere that may be the authority's.
func (t *Token) Verify(more []*certificate.Certificate, stamped algorithm.Content) Result {
	m := t.Message
	if len(m.Signers) != 1 {
		return Result{Findings: []report.Finding{report.Fail(report.FormatFailure, "verify.not_one_signer", "count", len(m.Signers))}}
	}
	c := m.Verify(m.Signers[0], more, algorithm.Of(m.Content))
	r := Result{Authority: c.Certificate, Algorithm: c.Algorithm, Intact: c.Intact, Findings: c.Findings}
	if !m.Signers[0].NamesCertificate() {
		r.doubt("verify.timestamp_names_no_certificate")
	}
	if c.Certificate != nil {
		r.checkPurpose(c.Certificate)
	}
	if t.hashErr != nil {
		r.doubt("verify.algorithm_unsupported")
		r.Intact = false
		return r
	}
	if algorithm.Weak(t.Hash) {
		r.Findings = append(r.Findings, report.Doubt(report.CryptoConstraintsNoPOE, "verify.timestamp_weak_imprint"))
	}
	if !algorithm.Equal(t.Imprint, stamped.Digest(t.Hash)) {
		r.Findings = append(r.Findings, report.Fail(report.HashFailure, "verify.timestamp_foreign"))
		r.Intact, r.Foreign = false, true
	}
	return r
}

// Stamps tells whether the token's imprint is of b.
func (t *Token) Stamps(b []byte) bool {
	return t.hashErr == nil && algorithm.Equal(t.Imprint, algorithm.Digest(t.Hash, b))
}

func (r *Result) doubt(key string) {
	r.Findings = append(r.Findings, report.Doubt(report.ConstraintsFailure, key))
}

// checkPurpose asks for the extended key usage of RFC 3161 2.3: time-stamping
// alone, and critical.
func (r *Result) checkPurpose(c *certificate.Certificate) {
	if !c.HasPurpose(certificate.PurposeTimestamping) {
		r.Findings = append(r.Findings, report.Fail(report.ConstraintsFailure, "verify.timestamp_purpose"))
		r.Intact = false
		return
	}
	if len(c.Purposes) > 1 || !c.PurposesCritical {
		r.Findings = append(r.Findings, report.Note("verify.timestamp_purpose_loose"))
	}
}
