package certificate

import (
	"bytes"
	"slices"

	"madoguchi/internal/signature/der"
)

// The key purposes that signatures ask for.
const (
	PurposeTimestamping = "1.3.6.1.5.5.7.3.8"
	PurposeOCSP         = "1.3.6.1.5.5.7.3.9"
)

// Extensions are what RFC 5280 4.2 and GPKI's profile put into certificates.
type Extensions struct {
	IsCA                 bool
	MaxPath              int // -1 for no limit
	HasUsage             bool
	UsageSign            bool // digitalSignature or nonRepudiation
	UsageCertSign        bool
	UsageCRLSign         bool
	Purposes             []string
	PurposesCritical     bool
	Policies             []string
	PoliciesCritical     bool
	SubjectKeyID         []byte
	AuthorityKeyID       []byte
	SubjectNames         []Name // directoryName of subjectAltName: 団体・職名
	IssuerNames          []Name // directoryName of issuerAltName
	CRLURLs              []string
	CRLNames             [][]byte // DirName distribution points, encoded
	OCSPURLs             []string
	OCSPNoCheck          bool
	HasNameConstraints   bool
	permittedDirectories [][]byte
	excludedDirectories  [][]byte
	UnknownCritical      []string
}

// extensionReaders read one extension's value each.
var extensionReaders = map[string]func(*Extensions, der.Value) error{
	"2.5.29.19":            (*Extensions).readBasic,
	"2.5.29.15":            (*Extensions).readUsage,
	"2.5.29.37":            (*Extensions).readPurposes,
	"2.5.29.32":            (*Extensions).readPolicies,
	"2.5.29.14":            (*Extensions).readSubjectKeyID,
	"2.5.29.35":            (*Extensions).readAuthorityKeyID,
	"2.5.29.17":            (*Extensions).readSubjectNames,
	"2.5.29.18":            (*Extensions).readIssuerNames,
	"2.5.29.31":            (*Extensions).readDistribution,
	"2.5.29.30":            (*Extensions).readConstraints,
	"1.3.6.1.5.5.7.1.1":    (*Extensions).readAccess,
	"1.3.6.1.5.5.7.48.1.5": func(e *Extensions, _ der.Value) error { e.OCSPNoCheck = true; return nil },
}

// harmlessCritical are extensions that may be critical and restrict nothing
// here: policy mappings and constraints, inhibit any-policy, QC statements.
var harmlessCritical = []string{"2.5.29.33", "2.5.29.36", "2.5.29.54", "1.3.6.1.5.5.7.1.3", "2.5.29.9", "2.5.29.16"}

func parseExtensions(b []byte) (Extensions, error) {
	e := Extensions{MaxPath: -1}
	outer, err := der.ParseAll(b)
	if err != nil {
		return e, err
	}
	list, err := outer.Sequence(0)
	if err != nil {
		return e, err
	}
	for _, item := range list {
		oid, critical, value, err := extension(item)
		if err != nil {
			return e, err
		}
		read, known := extensionReaders[oid]
		if !known {
			if critical && !slices.Contains(harmlessCritical, oid) {
				e.UnknownCritical = append(e.UnknownCritical, oid)
			}
			continue
		}
		inner, err := der.ParseAll(value)
		if err == nil {
			err = read(&e, inner)
		}
		if err != nil && critical {
			e.UnknownCritical = append(e.UnknownCritical, oid)
		}
		e.PurposesCritical = e.PurposesCritical || (critical && oid == "2.5.29.37")
		e.PoliciesCritical = e.PoliciesCritical || (critical && oid == "2.5.29.32")
	}
	return e, nil
}

// extension splits an Extension into its OID, critical flag and octets.
func extension(v der.Value) (oid string, critical bool, value []byte, err error) {
	parts, err := v.Sequence(2)
	if err != nil {
		return "", false, nil, err
	}
	oid = parts[0].OID()
	rest := parts[1:]
	if rest[0].Tag == der.Boolean {
		critical = len(rest[0].Body) == 1 && rest[0].Body[0] != 0
		rest = rest[1:]
	}
	if len(rest) != 1 || rest[0].Tag != der.OctetString {
		return "", false, nil, der.ErrSyntax
	}
	return oid, critical, rest[0].Body, nil
}

func (e *Extensions) readBasic(v der.Value) error {
	parts, err := v.Sequence(0)
	if err != nil {
		return err
	}
	for _, p := range parts {
		switch p.Tag {
		case der.Boolean:
			e.IsCA = len(p.Body) == 1 && p.Body[0] != 0
		case der.Integer:
			n := p.Int()
			if n == nil || !n.IsInt64() || n.Int64() < 0 || n.Int64() > 1000 {
				return der.ErrSyntax
			}
			e.MaxPath = int(n.Int64())
		}
	}
	return nil
}

func (e *Extensions) readUsage(v der.Value) error {
	if v.Tag != der.BitString {
		return der.ErrSyntax
	}
	e.HasUsage = true
	e.UsageSign = v.Bit(0) || v.Bit(1)
	e.UsageCertSign = v.Bit(5)
	e.UsageCRLSign = v.Bit(6)
	return nil
}

func (e *Extensions) readPurposes(v der.Value) error {
	list, err := v.Sequence(0)
	for _, p := range list {
		e.Purposes = append(e.Purposes, p.OID())
	}
	return err
}

func (e *Extensions) readPolicies(v der.Value) error {
	list, err := v.Sequence(0)
	if err != nil {
		return err
	}
	for _, p := range list {
		parts, err := p.Sequence(1)
		if err != nil {
			return err
		}
		e.Policies = append(e.Policies, parts[0].OID())
	}
	return nil
}

func (e *Extensions) readSubjectKeyID(v der.Value) error {
	if v.Tag == der.OctetString {
		e.SubjectKeyID = v.Body
	}
	return nil
}

func (e *Extensions) readAuthorityKeyID(v der.Value) error {
	parts, err := v.Sequence(0)
	for _, p := range parts {
		if p.Tag == der.ContextPrimitive(0) {
			e.AuthorityKeyID = p.Body
		}
	}
	return err
}

func (e *Extensions) readSubjectNames(v der.Value) error {
	names, _, err := generalNames(v.Body)
	e.SubjectNames = decodeNames(names)
	return err
}

func (e *Extensions) readIssuerNames(v der.Value) error {
	names, _, err := generalNames(v.Body)
	e.IssuerNames = decodeNames(names)
	return err
}

func decodeNames(encoded [][]byte) []Name {
	var list []Name
	for _, raw := range encoded {
		if v, err := der.ParseAll(raw); err == nil {
			list = append(list, parseName(v))
		}
	}
	return list
}

// generalNames gives the directory names (encoded) and URIs of a GeneralNames.
func generalNames(b []byte) (directories [][]byte, uris []string, err error) {
	list, err := der.List(b)
	for _, g := range list {
		switch g.Tag {
		case der.Context(4):
			directories = append(directories, g.Body)
		case der.ContextPrimitive(6):
			uris = append(uris, string(g.Body))
		}
	}
	return directories, uris, err
}

func (e *Extensions) readDistribution(v der.Value) error {
	points, err := v.Sequence(0)
	if err != nil {
		return err
	}
	for _, p := range points {
		names, uris := distributionPoint(p)
		e.CRLNames = append(e.CRLNames, names...)
		e.CRLURLs = append(e.CRLURLs, uris...)
	}
	return nil
}

// distributionPoint gives the full names of a DistributionPoint.
func distributionPoint(v der.Value) (directories [][]byte, uris []string) {
	fields, err := v.Children()
	if err != nil {
		return nil, nil
	}
	for _, f := range fields {
		if f.Tag != der.Context(0) {
			continue
		}
		full, err := der.ParseAll(f.Body)
		if err != nil || full.Tag != der.Context(0) {
			continue
		}
		directories, uris, _ = generalNames(full.Body)
	}
	return directories, uris
}

func (e *Extensions) readAccess(v der.Value) error {
	list, err := v.Sequence(0)
	if err != nil {
		return err
	}
	for _, d := range list {
		parts, err := d.Sequence(2)
		if err != nil {
			return err
		}
		if parts[0].OID() == "1.3.6.1.5.5.7.48.1" && parts[1].Tag == der.ContextPrimitive(6) {
			e.OCSPURLs = append(e.OCSPURLs, string(parts[1].Body))
		}
	}
	return nil
}

func (e *Extensions) readConstraints(v der.Value) error {
	e.HasNameConstraints = true
	trees, err := v.Children()
	if err != nil {
		return err
	}
	for _, t := range trees {
		subtrees, err := der.List(t.Body)
		if err != nil {
			return err
		}
		for _, s := range subtrees {
			base, err := s.Sequence(1)
			if err != nil {
				return err
			}
			if base[0].Tag != der.Context(4) {
				continue
			}
			if t.Tag == der.Context(0) {
				e.permittedDirectories = append(e.permittedDirectories, base[0].Body)
			} else {
				e.excludedDirectories = append(e.excludedDirectories, base[0].Body)
			}
		}
	}
	return nil
}

// AllowsName tells whether a CA's name constraints (RFC 5280 4.2.1.10) allow a
// subject. Only directory names are judged: signers are not hosts.
func (e *Extensions) AllowsName(subject []byte) bool {
	for _, base := range e.excludedDirectories {
		if within(base, subject) {
			return false
		}
	}
	for _, base := range e.permittedDirectories {
		if within(base, subject) {
			return true
		}
	}
	return len(e.permittedDirectories) == 0
}

// within tells whether name begins with all the parts of base.
func within(base, name []byte) bool {
	b, errB := der.ParseAll(base)
	n, errN := der.ParseAll(name)
	if errB != nil || errN != nil {
		return false
	}
	bs, errB := b.Sequence(0)
	ns, errN := n.Sequence(0)
	if errB != nil || errN != nil || len(bs) > len(ns) {
		return false
	}
	for i := range bs {
		one := der.Wrap(der.Sequence, bs[i].Raw)
		if !bytes.Equal(bs[i].Raw, ns[i].Raw) && !SameName(one, der.Wrap(der.Sequence, ns[i].Raw)) {
			return false
		}
	}
	return true
}

// HasPurpose tells whether the extended key usage names the purpose.
func (e *Extensions) HasPurpose(oid string) bool { return slices.Contains(e.Purposes, oid) }
