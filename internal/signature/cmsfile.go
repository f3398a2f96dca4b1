package signature

import (
	"bytes"
	"encoding/base64"
	"encoding/pem"
	"time"

	"madoguchi/internal/signature/algorithm"
	"madoguchi/internal/signature/chain"
	"madoguchi/internal/signature/cms"
	"madoguchi/internal/signature/report"
	"madoguchi/internal/signature/timestamp"
)

// messageBytes finds the DER or BER of a message in a file: raw, PEM, or
// base64 alone.
func messageBytes(data []byte) ([]byte, bool) {
	if bytes.Contains(data[:min(len(data), 4096)], []byte("-----BEGIN ")) {
		if b, _ := pem.Decode(data); b != nil {
			return b.Bytes, true
		}
		return nil, false
	}
	if len(data) > 2 && data[0] == 0x30 && data[1] >= 0x20 {
		return data, true
	}
	if bytes.HasPrefix(bytes.TrimSpace(data), []byte("MI")) {
		clean := bytes.Join(bytes.Fields(data), nil)
		out := make([]byte, base64.StdEncoding.DecodedLen(len(clean)))
		n, err := base64.StdEncoding.Decode(out, clean)
		return out[:n], err == nil && n > 2 && out[0] == 0x30
	}
	return nil, false
}

// verifyCMS verifies a message with its content inside or attached: every
// signer of it, or the time-stamp that it is.
func verifyCMS(f *report.File, in Input, message []byte, o Options) {
	if token, err := timestamp.Parse(message); err == nil {
		verifyTokenFile(f, in, token, o)
		return
	}
	m, err := cms.Parse(message)
	if err != nil {
		unreadable(f, message)
		return
	}
	if len(m.Signers) == 0 {
		f.Verdict = report.NoSignature
		f.Reasons = append(f.Reasons, report.Because("verify.no_signers"))
		return
	}
	for _, signer := range m.Signers {
		s := report.Signature{
			Kind: report.KindSignature, Covers: report.CoversWholeFile, ChangedAfter: report.ChangeNone,
			Format: "CMS", Revocation: report.RevocationUnknown,
		}
		if signer.NamesCertificate() {
			s.Format = "CAdES"
		} else {
			s.Note(report.Because("verify.certificate_not_named"))
		}
		if !allZero(m.Trailing) && len(bytes.TrimSpace(m.Trailing)) > 0 {
			s.Take(report.Fail(report.FormatFailure, "verify.contents_trailing"))
			s.ChangedAfter = report.Changed
		}
		content, ok := contentFor(m, signer, in)
		if !ok {
			s.ChangedAfter = report.Changed
			s.Take(report.Doubt(report.DataNotFound, "verify.content_missing"))
			s.Covers = report.CoversPart
			withoutContent(&s, m, signer, o)
			f.Signatures = append(f.Signatures, s)
			continue
		}
		pool := chain.Pool{}
		o.judgeSigner(&s, evidence{message: m, signer: signer, content: algorithm.Of(content), pool: &pool})
		f.Signatures = append(f.Signatures, s)
	}
}

// contentFor finds what the signer signed: the message's own content, the
// attachment with the signed digest, or the only attachment there is.
func contentFor(m *cms.SignedData, signer *cms.Signer, in Input) ([]byte, bool) {
	if m.HasContent {
		return m.Content, true
	}
	for _, a := range in.Attachments {
		if signer.MatchesDigest(a.Data) {
			if in.used != nil {
				in.used[a.Name] = true
			}
			return a.Data, true
		}
	}
	for _, a := range in.Attachments {
		if a.Name != "mimetype" {
			return a.Data, true
		}
	}
	return nil, false
}

// withoutContent tells at least whose certificate a detached signature has.
func withoutContent(s *report.Signature, m *cms.SignedData, signer *cms.Signer, o Options) {
	pool := chain.Pool{}
	pool.Add(m.Certificates, m.CRLs, m.OCSPs)
	s.Algorithm = signer.Algorithm.String()
	if at := signer.SigningTime(); !at.IsZero() {
		s.SignedAt = &at
	}
	if c := m.Named(signer, pool.Certificates); c != nil {
		o.judgeCertificate(s, c, pool, o.judgeTokens(s, signer.Timestamps(), &pool, time.Time{}, signer.Signature), signer.SigningTime())
	}
}

// verifyTokenFile verifies a time-stamp that is a file of its own.
func verifyTokenFile(f *report.File, in Input, token *timestamp.Token, o Options) {
	s := report.Signature{
		Kind: report.KindTimestamp, Covers: report.CoversWholeFile, ChangedAfter: report.ChangeNone,
		Format: "RFC 3161", Revocation: report.RevocationUnknown,
	}
	s.SignedAt = &token.Time
	if len(in.Attachments) == 0 {
		s.Take(report.Doubt(report.DataNotFound, "verify.content_missing"))
		s.Covers, s.ChangedAfter = report.CoversPart, report.Changed
		f.Signatures = append(f.Signatures, s)
		return
	}
	stamped := in.Attachments[0].Data
	for _, a := range in.Attachments {
		if token.Stamps(a.Data) {
			stamped = a.Data
		}
	}
	pool := chain.Pool{}
	t := o.judgeToken(token, &pool, time.Time{}, algorithm.Of(stamped))
	s.Intact, s.Algorithm = t.intact, t.algorithm
	s.Timestamp, s.Signer, s.Revocation = &t.report, t.report.Authority, t.report.Revocation
	s.Verdict, s.Sub, s.Reasons = t.report.Verdict, t.report.Sub, t.report.Reasons
	f.Signatures = append(f.Signatures, s)
}
