package certificate

import (
	"bytes"
	"fmt"
	"time"

	"madoguchi/internal/signature/algorithm"
	"madoguchi/internal/signature/der"
)

// A CRL is a revocation list; of CA certificates it is an ARL.
type CRL struct {
	RawIssuer  []byte
	ThisUpdate time.Time
	NextUpdate time.Time // zero if the list names none
	OnlyCA     bool
	OnlyUser   bool
	Partial    bool     // indirect, delta, of some reasons, or with unknown critical extensions
	Names      [][]byte // DirName distribution point of the list, encoded
	entries    []byte
	tbs        []byte
	signature  []byte
	algorithm  algorithm.Signature
	algErr     error
}

// ParseCRL reads one list, and ignores what follows it.
func ParseCRL(b []byte) (*CRL, error) {
	c, err := parseCRL(b)
	if err != nil {
		return nil, fmt.Errorf("crl: %w", err)
	}
	return c, nil
}

func parseCRL(b []byte) (*CRL, error) {
	whole, _, err := der.Parse(b)
	if err != nil {
		return nil, err
	}
	parts, err := whole.Sequence(3)
	if err != nil {
		return nil, err
	}
	fields, err := parts[0].Sequence(3)
	if err != nil {
		return nil, err
	}
	if fields[0].Tag == der.Integer {
		fields = fields[1:]
	}
	if len(fields) < 3 || fields[0].Tag != der.Sequence || fields[1].Tag != der.Sequence {
		return nil, fmt.Errorf("%w: fields of a list", der.ErrSyntax)
	}
	c := &CRL{tbs: parts[0].Raw, signature: parts[2].Bits(), RawIssuer: fields[1].Raw}
	c.algorithm, _, c.algErr = algorithm.Identifier(parts[1])
	if c.ThisUpdate, err = fields[2].Time(); err != nil {
		return nil, err
	}
	for _, f := range fields[3:] {
		switch f.Tag {
		case der.UTCTime, der.GeneralizedTime:
			c.NextUpdate, err = f.Time()
		case der.Sequence:
			c.entries = f.Body
		case der.Context(0):
			err = c.readExtensions(f.Body)
		}
		if err != nil {
			return nil, err
		}
	}
	return c, nil
}

func (c *CRL) readExtensions(b []byte) error {
	outer, err := der.ParseAll(b)
	if err != nil {
		return err
	}
	list, err := outer.Sequence(0)
	if err != nil {
		return err
	}
	for _, item := range list {
		oid, critical, value, err := extension(item)
		if err != nil {
			return err
		}
		switch {
		case oid == "2.5.29.28":
			c.readIssuingPoint(value)
		case oid == "2.5.29.27" || (critical && oid != "2.5.29.35" && oid != "2.5.29.20"):
			c.Partial = true
		}
	}
	return nil
}

// readIssuingPoint reads an IssuingDistributionPoint (RFC 5280 5.2.5).
func (c *CRL) readIssuingPoint(b []byte) {
	v, err := der.ParseAll(b)
	if err != nil {
		c.Partial = true
		return
	}
	c.Names, _ = distributionPoint(v)
	fields, err := v.Children()
	if err != nil {
		c.Partial = true
		return
	}
	for _, f := range fields {
		yes := len(f.Body) == 1 && f.Body[0] != 0
		switch f.Tag {
		case der.ContextPrimitive(1):
			c.OnlyUser = yes
		case der.ContextPrimitive(2):
			c.OnlyCA = yes
		case der.ContextPrimitive(3):
			c.Partial = true
		case der.ContextPrimitive(4), der.ContextPrimitive(5):
			c.Partial = c.Partial || yes
		}
	}
}

// CheckSignedBy verifies that issuer's key signed the list.
func (c *CRL) CheckSignedBy(issuer *Certificate) error {
	return checkSigned(issuer, c.algorithm, c.algErr, c.signature, c.tbs)
}

// Covers tells whether the list speaks of cert: its issuer, its kind, and the
// distribution point if both name one by DirName.
func (c *CRL) Covers(cert *Certificate) bool {
	if c.Partial || !SameName(c.RawIssuer, cert.RawIssuer) {
		return false
	}
	if (c.OnlyCA && !cert.IsCA) || (c.OnlyUser && cert.IsCA) {
		return false
	}
	if len(c.Names) == 0 || len(cert.CRLNames) == 0 {
		return true
	}
	for _, mine := range c.Names {
		for _, named := range cert.CRLNames {
			if SameName(mine, named) {
				return true
			}
		}
	}
	return false
}

// Revoked looks the serial number up. at is the date of revocation; reason is
// the RFC 5280 5.3.1 number, -1 if none is given.
func (c *CRL) Revoked(serial []byte) (at time.Time, reason int, found bool, err error) {
	want := trimSerial(serial)
	for b := c.entries; len(b) > 0; {
		var v der.Value
		if v, b, err = der.Parse(b); err != nil {
			return time.Time{}, 0, false, fmt.Errorf("crl entry: %w", err)
		}
		number, rest, err := der.Parse(v.Body)
		if err != nil {
			return time.Time{}, 0, false, fmt.Errorf("crl entry: %w", err)
		}
		if !bytes.Equal(trimSerial(number.Body), want) {
			continue
		}
		fields, err := der.List(rest)
		if err != nil || len(fields) == 0 {
			return time.Time{}, 0, false, fmt.Errorf("crl entry: %w", der.ErrSyntax)
		}
		at, err = fields[0].Time()
		if err != nil {
			return time.Time{}, 0, false, fmt.Errorf("crl entry: %w", err)
		}
		return at, reasonOf(fields[1:]), true, nil
	}
	return time.Time{}, 0, false, nil
}

// reasonOf finds the reasonCode among an entry's extensions.
func reasonOf(fields []der.Value) int {
	for _, f := range fields {
		list, err := f.Sequence(0)
		if err != nil {
			continue
		}
		for _, item := range list {
			oid, _, value, err := extension(item)
			if err != nil || oid != "2.5.29.21" {
				continue
			}
			if v, err := der.ParseAll(value); err == nil && v.Int() != nil {
				return int(v.Int().Int64())
			}
		}
	}
	return -1
}
