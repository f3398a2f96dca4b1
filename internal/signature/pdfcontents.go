package signature

import (
	"crypto"
	"errors"
	"time"

	"madoguchi/internal/signature/algorithm"
	"madoguchi/internal/signature/certificate"
	"madoguchi/internal/signature/cms"
	"madoguchi/internal/signature/der"
	"madoguchi/internal/signature/pdf"
	"madoguchi/internal/signature/report"
	"madoguchi/internal/signature/timestamp"
)

// checkContents verifies the signature value by its SubFilter (12.8.3).
func (p *pdfFile) checkContents(c *pdfSignature) {
	s := &c.result
	if allZero(c.contents) {
		s.Take(report.Fail(report.FormatFailure, "verify.contents_empty"))
		return
	}
	switch c.filter {
	case "ETSI.RFC3161":
		p.checkTimestamp(c)
	case "adbe.x509.rsa_sha1":
		p.checkBareRSA(c)
	case "adbe.pkcs7.detached", "ETSI.CAdES.detached", "adbe.pkcs7.sha1":
		p.checkMessage(c)
	default:
		if _, err := cms.Parse(c.contents); err == nil {
			s.Note(report.Because("verify.subfilter_unknown", "name", clip(c.filter)))
			p.checkMessage(c)
			return
		}
		s.Take(report.Doubt(report.FormatFailure, "verify.subfilter_unknown", "name", clip(c.filter)))
	}
}

// content is what the signature signs, hashed together with that of the
// file's other signatures.
func (p *pdfFile) content(c *pdfSignature) algorithm.Content {
	content := algorithm.Of(c.span.Parts(p.view.File.Data)...)
	content.Sum = func(h crypto.Hash) []byte {
		return p.cuts.Digest(h, c.span.GapStart, p.view.File.Data[c.span.GapEnd:c.span.End])
	}
	return content
}

func clip(s string) string { return s[:min(len(s), 60)] }

// checkTimestamp verifies a document time-stamp.
func (p *pdfFile) checkTimestamp(c *pdfSignature) {
	s := &c.result
	token, err := timestamp.Parse(c.contents)
	if err != nil {
		s.Take(report.Fail(report.FormatFailure, "verify.contents_unreadable"))
		return
	}
	t := p.options.judgeToken(token, &p.pool, p.proven(c.span.End), p.content(c))
	s.Intact = t.intact
	if !allZero(token.Message.Trailing) {
		s.Take(report.Doubt(report.FormatFailure, "verify.contents_trailing"))
		s.Intact = false
	}
	s.Algorithm = t.algorithm
	s.Timestamp = &t.report
	s.SignedAt = &t.report.Time
	s.Signer, s.Revocation = t.report.Authority, t.report.Revocation
	s.Lower(t.report.Verdict, t.report.Sub, report.Because("verify.timestamp_at", "at", t.report.Time))
	for _, r := range t.report.Reasons {
		s.Note(r)
	}
	if t.report.Verdict == report.Passed && s.Verdict != report.Failed && s.Covers != report.CoversPart {
		p.stamps = append(p.stamps, provenTime{c.span.End, t.report.Time})
	}
}

// checkMessage verifies a CMS signature.
func (p *pdfFile) checkMessage(c *pdfSignature) {
	s := &c.result
	m, err := cms.Parse(c.contents)
	if err != nil {
		s.Take(report.Fail(report.FormatFailure, "verify.contents_unreadable"))
		return
	}
	if len(m.Signers) != 1 {
		s.Take(report.Fail(report.FormatFailure, "verify.not_one_signer", "count", len(m.Signers)))
		return
	}
	content := p.content(c)
	signer := m.Signers[0]
	switch {
	case c.filter == "adbe.pkcs7.sha1":
		s.Take(report.Doubt(report.CryptoConstraintsNoPOE, "verify.weak_sha1"))
		if !m.HasContent || !algorithm.Equal(m.Content, content.Digest(crypto.SHA1)) {
			s.Take(report.Fail(report.HashFailure, "verify.content_changed"))
			return
		}
		content = algorithm.Of(m.Content)
	case m.HasContent:
		s.Take(report.Fail(report.FormatFailure, "verify.attached_content"))
		return
	}
	if !signer.NamesCertificate() {
		missing := report.Note("verify.certificate_not_named")
		if c.filter == "ETSI.CAdES.detached" {
			missing = report.Doubt(report.ConstraintsFailure, "verify.certificate_not_named")
		}
		s.Take(missing)
	}
	e := evidence{message: m, signer: signer, content: content, pool: &p.pool, proven: p.proven(c.span.End)}
	p.options.judgeSigner(s, e)
	// the place of the signature is the one that nothing protects: it must
	// hold the signature and zeros, no more
	if !allZero(m.Trailing) {
		s.Take(report.Doubt(report.FormatFailure, "verify.contents_trailing"))
		s.Intact = false
	}
}

// checkBareRSA verifies adbe.x509.rsa_sha1: a PKCS#1 signature and the signer's
// certificate in the dictionary.
func (p *pdfFile) checkBareRSA(c *pdfSignature) {
	s := &c.result
	s.Take(report.Doubt(report.CryptoConstraintsNoPOE, "verify.weak_format"))
	certs := p.certificates(c.Dict.Get("Cert"))
	if len(certs) == 0 {
		s.Take(report.Doubt(report.NoSigningCertificate, "verify.no_signing_certificate"))
		return
	}
	p.pool.Add(certs, nil, nil)
	value, _, err := der.Parse(c.contents)
	if err != nil || value.Tag != der.OctetString {
		s.Take(report.Fail(report.FormatFailure, "verify.contents_unreadable"))
		return
	}
	parts := c.span.Parts(p.view.File.Data)
	matched, err := false, error(nil)
	for _, h := range []crypto.Hash{crypto.SHA1, crypto.SHA256, crypto.SHA384, crypto.SHA512} {
		a := algorithm.Signature{Scheme: algorithm.PKCS1, Hash: h}
		if err = a.Verify(certs[0].Key, value.Body, parts...); err == nil {
			matched, s.Algorithm = true, a.String()
			break
		}
	}
	switch {
	case matched:
		s.Intact = true
	case errors.Is(err, algorithm.ErrUnsupported):
		s.Take(report.Doubt(report.CryptoConstraints, "verify.algorithm_unsupported"))
	default:
		s.Take(report.Fail(report.CryptoFailure, "verify.signature_wrong"))
	}
	claimed := time.Time{}
	if s.SignedAt != nil {
		claimed = *s.SignedAt
	}
	p.options.judgeCertificate(s, certs[0], p.pool, p.proven(c.span.End), claimed)
}

// certificates reads the entry Cert: a string, or an array of them.
func (p *pdfFile) certificates(x any) []*certificate.Certificate {
	list, ok := p.view.Resolve(x).(pdf.Array)
	if !ok {
		list = pdf.Array{x}
	}
	var certs []*certificate.Certificate
	for _, e := range list {
		t, ok := p.view.Resolve(e).(pdf.String)
		if !ok {
			continue
		}
		if c, err := certificate.Parse(t.Value); err == nil {
			certs = append(certs, c)
		}
	}
	return certs
}
