package certificate

import (
	"bytes"
	"crypto"
	"fmt"
	"time"

	"madoguchi/internal/signature/algorithm"
	"madoguchi/internal/signature/der"
)

// An OCSP is a basic OCSP response (RFC 6960 4.2.1).
type OCSP struct {
	Certificates []*Certificate
	ProducedAt   time.Time
	singles      []single
	responder    der.Value
	tbs          []byte
	signature    []byte
	algorithm    algorithm.Signature
	algErr       error
}

// A single is the status of one certificate.
type single struct {
	hash       crypto.Hash
	nameHash   []byte
	keyHash    []byte
	serial     []byte
	status     byte // 0 good, 1 revoked, 2 unknown
	revokedAt  time.Time
	thisUpdate time.Time
	nextUpdate time.Time
}

// A Status is what an OCSP response says of one certificate.
type Status struct {
	Good       bool
	Revoked    bool
	RevokedAt  time.Time
	ThisUpdate time.Time
	NextUpdate time.Time // zero if newer information is always there
}

// ParseOCSP reads an OCSPResponse or the BasicOCSPResponse inside one, as
// signed documents hold either.
func ParseOCSP(b []byte) (*OCSP, error) {
	o, err := parseOCSP(b)
	if err != nil {
		return nil, fmt.Errorf("ocsp: %w", err)
	}
	return o, nil
}

func parseOCSP(b []byte) (*OCSP, error) {
	v, _, err := der.Parse(b)
	if err != nil {
		return nil, err
	}
	parts, err := v.Sequence(1)
	if err != nil {
		return nil, err
	}
	if parts[0].Tag == der.Enumerated {
		if parts, err = basicResponse(parts); err != nil {
			return nil, err
		}
	}
	if len(parts) < 3 {
		return nil, fmt.Errorf("%w: fields of a response", der.ErrSyntax)
	}
	o := &OCSP{tbs: parts[0].Raw, signature: parts[2].Bits()}
	o.algorithm, _, o.algErr = algorithm.Identifier(parts[1])
	for _, p := range parts[3:] {
		if p.Tag != der.Context(0) {
			continue
		}
		list, err := der.ParseAll(p.Body)
		if err != nil {
			return nil, err
		}
		certs, err := list.Sequence(0)
		if err != nil {
			return nil, err
		}
		for _, raw := range certs {
			if c, err := Parse(raw.Raw); err == nil {
				o.Certificates = append(o.Certificates, c)
			}
		}
	}
	return o, o.readData(parts[0])
}

// basicResponse opens an OCSPResponse whose status is successful.
func basicResponse(parts []der.Value) ([]der.Value, error) {
	if len(parts) < 2 || len(parts[0].Body) != 1 || parts[0].Body[0] != 0 {
		return nil, fmt.Errorf("%w: not a successful response", der.ErrSyntax)
	}
	inner, err := der.ParseAll(parts[1].Body)
	if err != nil {
		return nil, err
	}
	fields, err := inner.Sequence(2)
	if err != nil {
		return nil, err
	}
	if fields[0].OID() != "1.3.6.1.5.5.7.48.1.1" {
		return nil, fmt.Errorf("%w: not a basic response", der.ErrSyntax)
	}
	basic, err := der.ParseAll(fields[1].Body)
	if err != nil {
		return nil, err
	}
	return basic.Sequence(3)
}

func (o *OCSP) readData(v der.Value) error {
	fields, err := v.Sequence(3)
	if err != nil {
		return err
	}
	if fields[0].Tag == der.Context(0) {
		fields = fields[1:]
	}
	if len(fields) < 3 {
		return fmt.Errorf("%w: response data", der.ErrSyntax)
	}
	o.responder = fields[0]
	if o.ProducedAt, err = fields[1].Time(); err != nil {
		return err
	}
	list, err := fields[2].Sequence(0)
	if err != nil {
		return err
	}
	for _, item := range list {
		s, err := readSingle(item)
		if err != nil {
			return err
		}
		o.singles = append(o.singles, s)
	}
	return nil
}

func readSingle(v der.Value) (single, error) {
	fields, err := v.Sequence(3)
	if err != nil {
		return single{}, err
	}
	id, err := fields[0].Sequence(4)
	if err != nil {
		return single{}, err
	}
	s := single{nameHash: id[1].Body, keyHash: id[2].Body, serial: id[3].Body, status: fields[1].Tag & 0x1f}
	if s.hash, err = algorithm.DigestIdentifier(id[0]); err != nil {
		return single{}, err
	}
	if s.status == 1 {
		at, _, err := der.Parse(fields[1].Body)
		if err != nil {
			return single{}, err
		}
		if s.revokedAt, err = at.Time(); err != nil {
			return single{}, err
		}
	}
	if s.thisUpdate, err = fields[2].Time(); err != nil {
		return single{}, err
	}
	for _, f := range fields[3:] {
		if f.Tag != der.Context(0) {
			continue
		}
		next, err := der.ParseAll(f.Body)
		if err != nil {
			return single{}, err
		}
		if s.nextUpdate, err = next.Time(); err != nil {
			return single{}, err
		}
	}
	return s, nil
}

// CheckSignedBy verifies that the responder's key signed the response and that
// the response names it.
func (o *OCSP) CheckSignedBy(responder *Certificate) error {
	if !o.names(responder) {
		return fmt.Errorf("ocsp: %w", algorithm.ErrMismatch)
	}
	return checkSigned(responder, o.algorithm, o.algErr, o.signature, o.tbs)
}

// names tells whether the responder ID (by name or by key) is c's.
func (o *OCSP) names(c *Certificate) bool {
	inner, err := der.ParseAll(o.responder.Body)
	if err != nil {
		return false
	}
	if o.responder.Tag == der.Context(1) {
		return SameName(inner.Raw, c.RawSubject)
	}
	return bytes.Equal(inner.Body, algorithm.Digest(crypto.SHA1, c.KeyBits))
}

// Status gives what the response says of cert, which issuer issued; found is
// false if it says nothing.
func (o *OCSP) Status(cert, issuer *Certificate) (status Status, found bool) {
	for _, s := range o.singles {
		if !cert.SameSerial(s.serial) ||
			!bytes.Equal(s.nameHash, algorithm.Digest(s.hash, cert.RawIssuer)) ||
			!bytes.Equal(s.keyHash, algorithm.Digest(s.hash, issuer.KeyBits)) {
			continue
		}
		return Status{
			Good: s.status == 0, Revoked: s.status == 1, RevokedAt: s.revokedAt,
			ThisUpdate: s.thisUpdate, NextUpdate: s.nextUpdate,
		}, true
	}
	return Status{}, false
}
