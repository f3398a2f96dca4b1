// Package cms reads and verifies CMS signatures (RFC 5652, 署名データ) as PDF,
// .p7s files and time-stamps hold them, with the attributes of CAdES
// (ETSI EN 319 122-1).
//
// It promises that the signer is the certificate that the signed attributes
// name, never "one that verifies"; that a signature moved from attributes to
// content (the signedAttrs downgrade) does not verify; and that what is odd is
// a finding, not an error. It builds no certificate chains.
package cms

import (
	"bytes"
	"crypto"
	"errors"
	"fmt"
	"time"

	"madoguchi/internal/signature/algorithm"
	"madoguchi/internal/signature/certificate"
	"madoguchi/internal/signature/der"
)

// The object identifiers of content types and attributes.
const (
	oidSignedData    = "1.2.840.113549.1.7.2"
	OIDData          = "1.2.840.113549.1.7.1"
	OIDTSTInfo       = "1.2.840.113549.1.9.16.1.4"
	oidContentType   = "1.2.840.113549.1.9.3"
	oidMessageDigest = "1.2.840.113549.1.9.4"
	oidSigningTime   = "1.2.840.113549.1.9.5"
	oidSigningCert   = "1.2.840.113549.1.9.16.2.12"
	oidSigningCertV2 = "1.2.840.113549.1.9.16.2.47"
	oidTimestamp     = "1.2.840.113549.1.9.16.2.14"
	oidRevocation    = "1.2.840.113583.1.1.8"
	oidRevValues     = "1.2.840.113549.1.9.16.2.24"
	oidCertValues    = "1.2.840.113549.1.9.16.2.23"
	oidOCSPBasic     = "1.3.6.1.5.5.7.48.1.1"
	oidRevInfoOCSP   = "1.3.6.1.5.5.7.16.2"
)

// ErrNotCMS tells that the bytes are no CMS SignedData at all.
var ErrNotCMS = errors.New("not a cms signed-data")

// The limits on one message.
const (
	maxCertificates = 500
	maxSigners      = 50
)

// SignedData is a message with its signers.
type SignedData struct {
	ContentType  string
	Content      []byte
	HasContent   bool
	Certificates []*certificate.Certificate
	Unreadable   int // certificates that are none
	CRLs         [][]byte
	OCSPs        [][]byte
	Signers      []*Signer
	Trailing     []byte // what follows the message
}

// Signer is one SignerInfo.
type Signer struct {
	Digest    crypto.Hash
	Algorithm algorithm.Signature
	Signature []byte
	digestErr error
	algErr    error
	issuer    []byte // encoded name, nil if the signer is named by key
	serial    []byte
	keyID     []byte
	rawSigned []byte // the [0] element, nil if there are no signed attributes
	signed    attributes
	unsigned  attributes
}

// attributes are attribute values by OID, in order.
type attributes map[string][]der.Value

// Parse reads a ContentInfo with SignedData, in DER or BER.
func Parse(b []byte) (*SignedData, error) {
	normal, rest, err := der.Normalize(b)
	if err != nil {
		return nil, fmt.Errorf("cms: %w: %w", ErrNotCMS, err)
	}
	outer, err := der.ParseAll(normal)
	if err != nil {
		return nil, fmt.Errorf("cms: %w: %w", ErrNotCMS, err)
	}
	parts, err := outer.Sequence(2)
	if err != nil || parts[0].OID() != oidSignedData {
		return nil, fmt.Errorf("cms: %w", ErrNotCMS)
	}
	inner, err := der.ParseAll(parts[1].Body)
	if err != nil {
		return nil, fmt.Errorf("cms: %w", err)
	}
	m := &SignedData{Trailing: rest}
	if err := m.read(inner); err != nil {
		return nil, fmt.Errorf("cms: %w", err)
	}
	return m, nil
}

func (m *SignedData) read(v der.Value) error {
	fields, err := v.Sequence(4)
	if err != nil {
		return err
	}
	if fields[0].Tag != der.Integer || fields[1].Tag != der.Set {
		return fmt.Errorf("%w: head of signed data", der.ErrSyntax)
	}
	if err := m.readContent(fields[2]); err != nil {
		return err
	}
	for _, f := range fields[3:] {
		switch f.Tag {
		case der.Context(0):
			err = m.readCertificates(f.Body)
		case der.Context(1):
			err = m.readRevocations(f.Body)
		case der.Set:
			err = m.readSigners(f.Body)
		default:
			err = fmt.Errorf("%w: signed data", der.ErrSyntax)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (m *SignedData) readContent(v der.Value) error {
	parts, err := v.Sequence(1)
	if err != nil {
		return err
	}
	m.ContentType = parts[0].OID()
	if len(parts) == 1 {
		return nil
	}
	content, err := der.ParseAll(parts[1].Body)
	if err != nil {
		return err
	}
	m.HasContent = true
	m.Content = content.Body
	return nil
}

func (m *SignedData) readCertificates(b []byte) error {
	list, err := der.List(b)
	if err != nil {
		return err
	}
	if len(list) > maxCertificates {
		return fmt.Errorf("%w: %d certificates", der.ErrSyntax, len(list))
	}
	m.addCertificates(list)
	return nil
}

func (m *SignedData) addCertificates(list []der.Value) {
	for _, raw := range list {
		c, err := certificate.Parse(raw.Raw)
		if raw.Tag != der.Sequence || err != nil {
			m.Unreadable++
			continue
		}
		m.Certificates = append(m.Certificates, c)
	}
}

// readRevocations reads RevocationInfoChoices: lists, and OCSP responses as
// RFC 5940 puts them.
func (m *SignedData) readRevocations(b []byte) error {
	list, err := der.List(b)
	for _, v := range list {
		if v.Tag == der.Sequence {
			m.CRLs = append(m.CRLs, v.Raw)
			continue
		}
		other, err := der.List(v.Body)
		if err == nil && len(other) == 2 && (other[0].OID() == oidRevInfoOCSP || other[0].OID() == oidOCSPBasic) {
			m.OCSPs = append(m.OCSPs, other[1].Raw)
		}
	}
	return err
}

func (m *SignedData) readSigners(b []byte) error {
	list, err := der.List(b)
	if err != nil {
		return err
	}
	if len(list) > maxSigners {
		return fmt.Errorf("%w: %d signers", der.ErrSyntax, len(list))
	}
	for _, v := range list {
		s, err := readSigner(v)
		if err != nil {
			return err
		}
		m.Signers = append(m.Signers, s)
		m.collectValues(s)
	}
	return nil
}

func readSigner(v der.Value) (*Signer, error) {
	fields, err := v.Sequence(5)
	if err != nil {
		return nil, err
	}
	s := &Signer{}
	if err := s.readID(fields[1]); err != nil {
		return nil, err
	}
	s.Digest, s.digestErr = algorithm.DigestIdentifier(fields[2])
	rest := fields[3:]
	if rest[0].Tag == der.Context(0) {
		s.rawSigned = rest[0].Raw
		if s.signed, err = readAttributes(rest[0].Body); err != nil {
			return nil, err
		}
		rest = rest[1:]
	}
	if len(rest) < 2 || rest[1].Tag != der.OctetString {
		return nil, fmt.Errorf("%w: signer", der.ErrSyntax)
	}
	s.Algorithm, _, s.algErr = algorithm.Identifier(rest[0])
	s.Signature = rest[1].Body
	if len(rest) > 2 && rest[2].Tag == der.Context(1) {
		// unsigned attributes prove nothing: malformed ones are left out
		s.unsigned, _ = readAttributes(rest[2].Body)
	}
	return s, nil
}

func (s *Signer) readID(v der.Value) error {
	if v.Tag == der.ContextPrimitive(0) {
		s.keyID = v.Body
		return nil
	}
	parts, err := v.Sequence(2)
	if err != nil {
		return err
	}
	s.issuer, s.serial = parts[0].Raw, parts[1].Body
	return nil
}

func readAttributes(b []byte) (attributes, error) {
	list, err := der.List(b)
	if err != nil {
		return nil, err
	}
	all := attributes{}
	for _, v := range list {
		parts, err := v.Sequence(2)
		if err != nil {
			return nil, err
		}
		values, err := parts[1].Children()
		if err != nil {
			return nil, err
		}
		oid := parts[0].OID()
		all[oid] = append(all[oid], values...)
	}
	return all, nil
}

// collectValues takes the certificates and revocation values that signers put
// into attributes: Adobe's revocation archive and CAdES-X long.
func (m *SignedData) collectValues(s *Signer) {
	for _, v := range append(s.signed[oidRevocation], s.unsigned[oidRevocation]...) {
		m.revocationChoices(v)
	}
	for _, v := range s.unsigned[oidRevValues] {
		m.revocationChoices(v)
	}
	for _, v := range s.unsigned[oidCertValues] {
		if list, err := v.Sequence(0); err == nil && len(list) < maxCertificates {
			m.addCertificates(list)
		}
	}
}

// revocationChoices reads SEQUENCE { [0] CRLs, [1] OCSP responses, … }.
func (m *SignedData) revocationChoices(v der.Value) {
	choices, err := v.Sequence(0)
	if err != nil {
		return
	}
	for _, c := range choices {
		list, err := der.ParseAll(c.Body)
		if err != nil {
			continue
		}
		items, err := list.Sequence(0)
		if err != nil {
			continue
		}
		for _, item := range items {
			switch c.Tag {
			case der.Context(0):
				m.CRLs = append(m.CRLs, item.Raw)
			case der.Context(1):
				m.OCSPs = append(m.OCSPs, item.Raw)
			}
		}
	}
}

// SigningTime is what the signer claims, zero if nothing.
func (s *Signer) SigningTime() time.Time {
	if len(s.signed[oidSigningTime]) != 1 {
		return time.Time{}
	}
	t, err := s.signed[oidSigningTime][0].Time()
	if err != nil {
		return time.Time{}
	}
	return t
}

// Timestamps gives the signature time-stamp tokens (RFC 3161 appendix A).
func (s *Signer) Timestamps() [][]byte {
	var list [][]byte
	for _, v := range s.unsigned[oidTimestamp] {
		list = append(list, v.Raw)
	}
	return list
}

// NamesCertificate tells whether the signed attributes name a certificate, as
// CAdES wants.
func (s *Signer) NamesCertificate() bool {
	return len(s.signed[oidSigningCert])+len(s.signed[oidSigningCertV2]) > 0
}

// looksLikeAttributes tells whether content is an encoded set of attributes,
// which is what the downgrade attack presents as content.
func looksLikeAttributes(parts [][]byte) bool {
	if len(parts) == 0 || len(parts[0]) == 0 || parts[0][0] != der.Set {
		return false
	}
	v, err := der.ParseAll(bytes.Join(parts, nil))
	if err != nil {
		return false
	}
	all, err := readAttributes(v.Body)
	return err == nil && len(all) > 0
}
