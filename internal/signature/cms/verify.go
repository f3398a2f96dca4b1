package cms

import (
	"bytes"
	"crypto"
	"errors"
	"slices"

	"madoguchi/internal/signature/algorithm"
	"madoguchi/internal/signature/certificate"
	"madoguchi/internal/signature/der"
	"madoguchi/internal/signature/report"
)

// A Result is what verification of one signer found. Intact means: the content
// has the signed digest, and the named certificate's key made the signature.
type Result struct {
	Certificate *certificate.Certificate // nil if none was found
	Algorithm   algorithm.Signature      // with the digest that was used
	Digest      crypto.Hash
	Intact      bool
	Findings    []report.Finding
}

func (r *Result) find(f report.Finding) { r.Findings = append(r.Findings, f) }

// Verify checks a signer over the content. more are certificates from
// elsewhere that may be the signer's.
func (m *SignedData) Verify(s *Signer, more []*certificate.Certificate, content algorithm.Content) Result {
	r := Result{Algorithm: s.Algorithm, Digest: s.Digest}
	r.Certificate = m.signerOf(s, more, &r)
	if !s.usable(&r) {
		return r
	}
	hashOK := s.checkAttributes(m.ContentType, &r, content)
	if r.Certificate == nil {
		return r
	}
	if r.Certificate.KeyErr != nil {
		r.find(report.Doubt(report.CryptoConstraints, "verify.key_unsupported"))
		return r
	}
	signatureOK := s.checkSignature(&r, content)
	failed := slices.ContainsFunc(r.Findings, func(f report.Finding) bool { return f.Verdict == report.Failed })
	r.Intact = hashOK && signatureOK && !failed
	if algorithm.WeakKey(r.Certificate.Key) {
		r.find(report.Doubt(report.CryptoConstraintsNoPOE, "verify.weak_key"))
	}
	return r
}

// usable tells whether the algorithms can be computed with.
func (s *Signer) usable(r *Result) bool {
	for _, err := range []error{s.digestErr, s.algErr} {
		if errors.Is(err, algorithm.ErrBroken) {
			r.find(report.Fail(report.CryptoConstraints, "verify.broken_algorithm"))
			return false
		}
		if err != nil {
			r.find(report.Doubt(report.CryptoConstraints, "verify.algorithm_unsupported"))
			return false
		}
	}
	if algorithm.Weak(s.Digest) || algorithm.Weak(s.Algorithm.Hash) {
		r.find(report.Doubt(report.CryptoConstraintsNoPOE, "verify.weak_sha1"))
	}
	return true
}

// checkAttributes compares the signed attributes with the content.
func (s *Signer) checkAttributes(contentType string, r *Result, content algorithm.Content) bool {
	if s.rawSigned == nil {
		if looksLikeAttributes(content.Parts) {
			r.find(report.Fail(report.FormatFailure, "verify.attributes_downgrade"))
			return false
		}
		r.find(report.Doubt(report.ConstraintsFailure, "verify.no_signed_attributes"))
		return true
	}
	for _, oid := range []string{oidContentType, oidMessageDigest, oidSigningTime} {
		if len(s.signed[oid]) > 1 {
			r.find(report.Fail(report.FormatFailure, "verify.repeated_attribute"))
			return false
		}
	}
	types := s.signed[oidContentType]
	if len(types) == 0 {
		r.find(report.Doubt(report.ConstraintsFailure, "verify.no_content_type"))
	} else if types[0].OID() != contentType {
		r.find(report.Fail(report.FormatFailure, "verify.content_type_differs"))
		return false
	}
	digests := s.signed[oidMessageDigest]
	if len(digests) == 0 || digests[0].Tag != der.OctetString {
		r.find(report.Fail(report.FormatFailure, "verify.no_message_digest"))
		return false
	}
	if !algorithm.Equal(digests[0].Body, content.Digest(s.Digest)) {
		r.find(report.Fail(report.HashFailure, "verify.content_changed"))
		return false
	}
	return true
}

// MatchesDigest tells whether content has the digest that the signer signed,
// to find the file that a detached signature belongs to.
func (s *Signer) MatchesDigest(content []byte) bool {
	if s.digestErr != nil || len(s.signed[oidMessageDigest]) != 1 {
		return false
	}
	return algorithm.Equal(s.signed[oidMessageDigest][0].Body, algorithm.Digest(s.Digest, content))
}

// checkSignature verifies the signature value. Signed attributes are hashed as
// a DER SET (RFC 5652 5.4): as they stand, else put in order.
func (s *Signer) checkSignature(r *Result, content algorithm.Content) bool {
	tries := [][][]byte{content.Parts}
	if s.rawSigned != nil {
		asSet := bytes.Clone(s.rawSigned)
		asSet[0] = der.Set
		tries = [][][]byte{{asSet}, {sortedSet(asSet)}}
	}
	hashes := []crypto.Hash{s.Algorithm.Hash, s.Digest}
	if s.Algorithm.Hash == 0 {
		hashes = hashes[1:]
	}
	if s.Algorithm.Scheme == algorithm.PSS {
		hashes = hashes[:1]
	}
	var err error
	for _, h := range hashes {
		a := s.Algorithm
		a.Hash = h
		for _, parts := range tries {
			if err = a.Verify(r.Certificate.Key, s.Signature, parts...); err == nil {
				r.Algorithm = a
				return true
			}
		}
	}
	if errors.Is(err, algorithm.ErrUnsupported) {
		r.find(report.Doubt(report.CryptoConstraints, "verify.algorithm_unsupported"))
		return false
	}
	r.find(report.Fail(report.CryptoFailure, "verify.signature_wrong"))
	return false
}

// sortedSet re-encodes a SET in DER order (X.690 11.6).
func sortedSet(raw []byte) []byte {
	v, err := der.ParseAll(raw)
	if err != nil {
		return raw
	}
	list, err := der.List(v.Body)
	if err != nil {
		return raw
	}
	parts := make([][]byte, len(list))
	for i, e := range list {
		parts[i] = e.Raw
	}
	slices.SortFunc(parts, bytes.Compare)
	return der.Wrap(der.Set, parts...)
}

// signerOf finds the signer's certificate: the one whose hash the
// signing-certificate attribute holds, else the one that the signer
// identifier names.
func (m *SignedData) signerOf(s *Signer, more []*certificate.Certificate, r *Result) *certificate.Certificate {
	all := slices.Concat(m.Certificates, more)
	named, present, repeated := s.essHashes()
	if repeated {
		r.find(report.Fail(report.FormatFailure, "verify.repeated_attribute"))
		return nil
	}
	byID := s.byIdentifier(all)
	if !present {
		if byID == nil {
			r.find(report.Doubt(report.NoSigningCertificate, "verify.no_signing_certificate"))
		}
		return byID
	}
	for _, c := range all {
		if !matchesAll(c, named) {
			continue
		}
		if !s.identifies(c) {
			r.find(report.Fail(report.NoSigningCertificate, "verify.certificate_swapped"))
		}
		return c
	}
	if byID != nil {
		r.find(report.Fail(report.NoSigningCertificate, "verify.certificate_swapped"))
		return byID
	}
	r.find(report.Doubt(report.NoSigningCertificate, "verify.no_signing_certificate"))
	return nil
}

// Named gives the certificate that the signer names, or nil, for messages
// whose content is not at hand. It proves nothing.
func (m *SignedData) Named(s *Signer, more []*certificate.Certificate) *certificate.Certificate {
	return m.signerOf(s, more, &Result{})
}

func (s *Signer) byIdentifier(all []*certificate.Certificate) *certificate.Certificate {
	for _, c := range all {
		if s.identifies(c) {
			return c
		}
	}
	return nil
}

// identifies tells whether the signer identifier names c.
func (s *Signer) identifies(c *certificate.Certificate) bool {
	if s.issuer == nil {
		if len(c.SubjectKeyID) > 0 {
			return bytes.Equal(s.keyID, c.SubjectKeyID)
		}
		return bytes.Equal(s.keyID, algorithm.Digest(crypto.SHA1, c.KeyBits))
	}
	return c.SameSerial(s.serial) && certificate.SameName(s.issuer, c.RawIssuer)
}

// An essHash is the digest of a certificate in a signing-certificate attribute.
type essHash struct {
	hash crypto.Hash
	sum  []byte
}

func matchesAll(c *certificate.Certificate, named []essHash) bool {
	for _, n := range named {
		if n.hash == 0 || !algorithm.Equal(n.sum, algorithm.Digest(n.hash, c.Raw)) {
			return false
		}
	}
	return len(named) > 0
}

// essHashes reads the first ESSCertID of each signing-certificate attribute
// (RFC 5035). Both versions may be there and must then agree.
func (s *Signer) essHashes() (list []essHash, present, repeated bool) {
	for _, oid := range []string{oidSigningCert, oidSigningCertV2} {
		values := s.signed[oid]
		if len(values) > 1 {
			return nil, true, true
		}
		if len(values) == 1 {
			present = true
			list = append(list, firstESS(values[0], oid == oidSigningCertV2))
		}
	}
	return list, present, false
}

// firstESS reads the first ESSCertID or ESSCertIDv2; a malformed one matches
// no certificate.
func firstESS(v der.Value, v2 bool) essHash {
	outer, err := v.Sequence(1)
	if err != nil {
		return essHash{}
	}
	ids, err := outer[0].Sequence(1)
	if err != nil {
		return essHash{}
	}
	fields, err := ids[0].Sequence(1)
	if err != nil {
		return essHash{}
	}
	h := essHash{hash: crypto.SHA1}
	if v2 {
		h.hash = crypto.SHA256
		if fields[0].Tag == der.Sequence {
			if h.hash, err = algorithm.DigestIdentifier(fields[0]); err != nil {
				return essHash{}
			}
			fields = fields[1:]
		}
	}
	if len(fields) == 0 || fields[0].Tag != der.OctetString {
		return essHash{}
	}
	h.sum = fields[0].Body
	return h
}
