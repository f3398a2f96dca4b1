// Package report holds what a verification of official signatures (署名検証)
// answers: verdicts in the words of ETSI EN 319 102-1 and, for each, the
// reasons as keys of the words files with their arguments.
//
// It promises that a file's verdict is the worst of its signatures. It holds
// no sentences and knows nothing of PDF, CMS or XML.
package report

import "time"

// A Verdict is the main status indication of EN 319 102-1 clause 5.1.3, or
// NoSignature.
type Verdict string

// The verdicts, best first.
const (
	Passed        Verdict = "TOTAL_PASSED"
	Indeterminate Verdict = "INDETERMINATE"
	Failed        Verdict = "TOTAL_FAILED"
	NoSignature   Verdict = "NO_SIGNATURE"
)

// A Sub is a sub-indication of EN 319 102-1 table 5 and 6, or "".
type Sub string

// The sub-indications that this validator gives.
const (
	FormatFailure          Sub = "FORMAT_FAILURE"
	HashFailure            Sub = "HASH_FAILURE"
	CryptoFailure          Sub = "SIG_CRYPTO_FAILURE"
	Revoked                Sub = "REVOKED"
	Expired                Sub = "EXPIRED"
	NotYetValid            Sub = "NOT_YET_VALID"
	ConstraintsFailure     Sub = "SIG_CONSTRAINTS_FAILURE"
	ChainConstraints       Sub = "CHAIN_CONSTRAINTS_FAILURE"
	ChainGeneral           Sub = "CERTIFICATE_CHAIN_GENERAL_FAILURE"
	CryptoConstraints      Sub = "CRYPTO_CONSTRAINTS_FAILURE"
	CryptoConstraintsNoPOE Sub = "CRYPTO_CONSTRAINTS_FAILURE_NO_POE"
	NoSigningCertificate   Sub = "NO_SIGNING_CERTIFICATE_FOUND"
	NoChain                Sub = "NO_CERTIFICATE_CHAIN_FOUND"
	RevokedNoPOE           Sub = "REVOKED_NO_POE"
	RevokedCANoPOE         Sub = "REVOKED_CA_NO_POE"
	OutOfBoundsNoPOE       Sub = "OUT_OF_BOUNDS_NO_POE"
	TryLater               Sub = "TRY_LATER"
	DataNotFound           Sub = "SIGNED_DATA_NOT_FOUND"
)

// Kind tells a signature from a time-stamp that stands by itself.
type Kind string

// The kinds.
const (
	KindSignature Kind = "signature"
	KindTimestamp Kind = "timestamp"
)

// Coverage is how much of the file the signature's digest covers.
type Coverage string

// The coverages. A revision is a whole earlier state of a PDF file.
const (
	CoversWholeFile Coverage = "whole_file"
	CoversRevision  Coverage = "revision"
	CoversPart      Coverage = "part"
)

// Change is what happened to the file after it was signed.
type Change string

// The changes. Allowed means: only additions that a signature permits, or
// content beside the signed part of an XML file, which nobody vouches for.
const (
	ChangeNone    Change = "none"
	ChangeAllowed Change = "allowed"
	Changed       Change = "changed"
)

// Revocation is what is known about the revocation of the signer's chain.
type Revocation string

// The states of revocation. Unknown is never good.
const (
	RevocationGood    Revocation = "good"
	RevocationRevoked Revocation = "revoked"
	RevocationUnknown Revocation = "unknown"
)

// A Reason is the key of a sentence in the words files and its arguments.
type Reason struct {
	Key  string         `json:"key"`
	Args map[string]any `json:"args,omitempty"`
}

// Because returns a reason; pairs are argument names and values in turn.
func Because(key string, pairs ...any) Reason {
	r := Reason{Key: key}
	for i := 0; i+1 < len(pairs); i += 2 {
		if r.Args == nil {
			r.Args = map[string]any{}
		}
		name, _ := pairs[i].(string)
		r.Args[name] = pairs[i+1]
	}
	return r
}

// File is the result for one file.
type File struct {
	Name       string      `json:"file"`
	Verdict    Verdict     `json:"verdict"`
	Sub        Sub         `json:"sub"`
	SHA256     string      `json:"sha256,omitempty"`
	Size       int         `json:"size"`
	Format     string      `json:"format,omitempty"`
	Signatures []Signature `json:"signatures"`
	Reasons    []Reason    `json:"reasons"`
}

// Signature is the result for one signature or document time-stamp.
type Signature struct {
	Kind         Kind       `json:"kind"`
	Verdict      Verdict    `json:"verdict"`
	Sub          Sub        `json:"sub"`
	Intact       bool       `json:"intact"`
	Covers       Coverage   `json:"covers"`
	ChangedAfter Change     `json:"changed_after"`
	Format       string     `json:"format"`
	Field        string     `json:"field,omitempty"`
	Algorithm    string     `json:"algorithm,omitempty"`
	Signer       *Signer    `json:"signer"`
	SignedAt     *time.Time `json:"signed_at"`
	Timestamp    *Timestamp `json:"timestamp"`
	Revocation   Revocation `json:"revocation"`
	Reasons      []Reason   `json:"reasons"`
	// RevisionEnd is the length in bytes of the signed revision of a PDF,
	// which File[:RevisionEnd] gives for download, or 0.
	RevisionEnd int `json:"revision_end,omitempty"`
}

// Signer is whose certificate it is. Post and Organization prefer the
// Japanese alternative name (directoryName) to the subject.
type Signer struct {
	Subject      string    `json:"subject"`
	Issuer       string    `json:"issuer"`
	Serial       string    `json:"serial"`
	CommonName   string    `json:"common_name,omitempty"`
	Organization string    `json:"organization,omitempty"`
	Post         string    `json:"post,omitempty"`
	AltNames     []string  `json:"alt_names,omitempty"`
	NotBefore    time.Time `json:"not_before"`
	NotAfter     time.Time `json:"not_after"`
	SHA256       string    `json:"sha256"`
	Trusted      bool      `json:"trusted"`
}

// Timestamp is the time-stamp that proves when a signature existed.
type Timestamp struct {
	Time       time.Time  `json:"time"`
	Verdict    Verdict    `json:"verdict"`
	Sub        Sub        `json:"sub"`
	Authority  *Signer    `json:"authority"`
	Accredited bool       `json:"accredited"`
	Revocation Revocation `json:"revocation"`
	Reasons    []Reason   `json:"reasons"`
}

// A Finding is one thing that a check found: what it makes of the verdict
// (Passed for a mere note) and why.
type Finding struct {
	Verdict Verdict
	Sub     Sub
	Reason  Reason
}

// Fail is a finding that makes a signature TOTAL_FAILED.
func Fail(sub Sub, key string, pairs ...any) Finding {
	return Finding{Failed, sub, Because(key, pairs...)}
}

// Doubt is a finding that makes a signature INDETERMINATE.
func Doubt(sub Sub, key string, pairs ...any) Finding {
	return Finding{Indeterminate, sub, Because(key, pairs...)}
}

// Note is a finding that changes no verdict.
func Note(key string, pairs ...any) Finding { return Finding{Passed, "", Because(key, pairs...)} }

// Take applies findings to the signature, worst verdict first come.
func (s *Signature) Take(findings ...Finding) {
	for _, f := range findings {
		s.Lower(f.Verdict, f.Sub, f.Reason)
	}
}

// Take applies findings to the time-stamp.
func (t *Timestamp) Take(findings ...Finding) {
	for _, f := range findings {
		t.Lower(f.Verdict, f.Sub, f.Reason)
	}
}

// Lower makes the verdict v with sub unless the signature's is already worse,
// and notes the reason in any case. Of two doubts the one that EN 319 102-1
// would meet first gives the sub-indication.
func (s *Signature) Lower(v Verdict, sub Sub, why Reason) {
	s.Reasons = append(s.Reasons, why)
	s.Verdict, s.Sub = worse(s.Verdict, s.Sub, v, sub)
}

func worse(v Verdict, sub Sub, other Verdict, otherSub Sub) (Verdict, Sub) {
	if rank(other) > rank(v) || (other == v && v == Indeterminate && order(otherSub) < order(sub)) {
		return other, otherSub
	}
	return v, sub
}

// order is the place of a doubt in the order of validation: is the signed data
// there, who signed, is there a chain; then the rest as it comes.
func order(sub Sub) int {
	switch sub {
	case DataNotFound:
		return 1
	case NoSigningCertificate:
		return 2
	case NoChain:
		return 3
	case "":
		return 5
	}
	return 4
}

// Note adds a reason that does not change the verdict.
func (s *Signature) Note(why Reason) { s.Reasons = append(s.Reasons, why) }

// Lower does for a time-stamp what Signature.Lower does.
func (t *Timestamp) Lower(v Verdict, sub Sub, why Reason) {
	t.Reasons = append(t.Reasons, why)
	t.Verdict, t.Sub = worse(t.Verdict, t.Sub, v, sub)
}

// Close sets the file's verdict to the worst of its signatures, and to
// NoSignature if it has none and nothing failed before. Nil lists become
// empty ones, so that JSON has arrays.
func (f *File) Close() {
	if f.Signatures == nil {
		f.Signatures = []Signature{}
	}
	if f.Reasons == nil {
		f.Reasons = []Reason{}
	}
	for i := range f.Signatures {
		s := &f.Signatures[i]
		if s.Reasons == nil {
			s.Reasons = []Reason{}
		}
		if s.Timestamp != nil && s.Timestamp.Reasons == nil {
			s.Timestamp.Reasons = []Reason{}
		}
		f.Verdict, f.Sub = worse(f.Verdict, f.Sub, s.Verdict, s.Sub)
	}
	if f.Verdict == "" {
		f.Verdict = NoSignature
	}
}

// rank orders verdicts from good to bad; the unset verdict is the best.
func rank(v Verdict) int {
	switch v {
	case Passed:
		return 1
	case Indeterminate:
		return 2
	case Failed:
		return 3
	}
	return 0
}
