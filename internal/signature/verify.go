// Package signature verifies official signatures (職責署名検証): PDF, CMS and
// XML files in, a report out.
//
// It promises that no signature is dropped and no file makes it panic, that
// what it does not know is INDETERMINATE with the reason, and that "intact"
// and "changed after" depend on the file alone. It reads no clock, opens no
// file and fetches nothing: time, trust and attachments are given to it.
package signature

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"path"
	"strings"
	"time"

	"madoguchi/internal/signature/certificate"
	"madoguchi/internal/signature/chain"
	"madoguchi/internal/signature/pdf"
	"madoguchi/internal/signature/report"
)

// MaxFile is the largest file that Verify reads, in bytes.
const MaxFile = pdf.MaxFile

// An Attachment is a file that a detached signature signs, by the name under
// which the signature refers to it.
type Attachment struct {
	Name string
	Data []byte
}

// Input is one file to verify and the files that belong to it.
type Input struct {
	Name        string
	Data        []byte
	Attachments []Attachment
	used        map[string]bool // names of attachments that a signature signs, if anyone asks
}

// Options are whom to trust and when the verification takes place (UTC).
type Options struct {
	Trust chain.Trust
	Now   time.Time
}

// Verify verifies all signatures of a file.
func Verify(in Input, o Options) report.File {
	f := report.File{Name: in.Name, Size: len(in.Data)}
	guarded(&f, func() { verifyAny(&f, in, o) })
	if f.SHA256 == "" {
		sum := sha256.Sum256(in.Data)
		f.SHA256 = hex.EncodeToString(sum[:])
	}
	for i := range f.Signatures {
		if f.Signatures[i].Verdict == "" {
			f.Signatures[i].Verdict = report.Passed
		}
	}
	f.Close()
	return f
}

// guarded runs a verification and turns a panic into FORMAT_FAILURE: the
// parsers have limits and are fuzzed, and still a citizen's file must get an
// answer that is never better than the truth.
func guarded(f *report.File, verify func()) {
	defer func() {
		if recover() == nil {
			return
		}
		f.Signatures = nil
		f.Verdict, f.Sub = report.Failed, report.FormatFailure
		f.Reasons = []report.Reason{report.Because("verify.unreadable")}
	}()
	verify()
}

// verifyAny looks at the first bytes and verifies what the file is.
func verifyAny(f *report.File, in Input, o Options) {
	if len(in.Data) > MaxFile {
		f.Verdict = report.Indeterminate
		f.Reasons = append(f.Reasons, report.Because("verify.too_large", "max", MaxFile>>20))
		return
	}
	head := in.Data[:min(len(in.Data), 1024)]
	message, isMessage := messageBytes(in.Data)
	switch {
	// zip files and messages may hold a PDF near their beginning
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		f.Format = "ZIP"
		verifyZip(f, in, o)
	case isMessage && bytes.Contains(message[:min(len(message), 64)], signedDataOID):
		f.Format = "CMS"
		verifyCMS(f, in, message, o)
	case bytes.Contains(head, []byte("%PDF-")):
		f.Format = "PDF"
		verifyPDF(f, in.Data, o)
	case looksLikeXML(head):
		f.Format = "XML"
		verifyXML(f, in, o)
	case isMessage: // a time-stamp response, or no signature at all
		f.Format = "CMS"
		verifyCMS(f, in, message, o)
	default:
		unreadable(f, in.Data)
	}
}

// unreadable ends the verification of a file that cannot be read: it fails if
// it shows signs of a signature.
func unreadable(f *report.File, data []byte) {
	f.Reasons = append(f.Reasons, report.Because("verify.unreadable"))
	if looksSigned(data) {
		f.Verdict, f.Sub = report.Failed, report.FormatFailure
		return
	}
	f.Verdict = report.NoSignature
}

// signedDataOID is id-signedData as it is encoded.
var signedDataOID = []byte{0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02}

func looksSigned(data []byte) bool {
	return pdf.LooksSigned(data) || bytes.Contains(data, signedDataOID) ||
		bytes.Contains(data, []byte("http://www.w3.org/2000/09/xmldsig#")) ||
		bytes.Contains(data, []byte("-----BEGIN PKCS7")) || bytes.Contains(data, []byte("-----BEGIN CMS"))
}

// limited ends the verification of a file that exceeds a limit of the parsers,
// and tells whether it did.
func limited(f *report.File, data []byte, err error) bool {
	if !errors.Is(err, pdf.ErrLimit) {
		return false
	}
	f.Reasons = append(f.Reasons, report.Because("verify.too_complex"))
	unreadable(f, data)
	return true
}

// signerOf describes a certificate's owner. GPKI and LGPKI put the Japanese
// names of body and post into a directoryName of subjectAltName.
func signerOf(c *certificate.Certificate, trusted bool) *report.Signer {
	if c == nil {
		return nil
	}
	s := &report.Signer{
		Subject: c.Subject.String(), Issuer: c.Issuer.String(), Serial: c.SerialHex(),
		CommonName: c.Subject.Last("CN"), Organization: c.Subject.Last("O"),
		NotBefore: c.NotBefore, NotAfter: c.NotAfter, SHA256: c.Fingerprint(), Trusted: trusted,
	}
	if t := c.Subject.Last("title"); t != "" {
		s.Post = t
	}
	for _, n := range c.SubjectNames {
		s.AltNames = append(s.AltNames, n.String())
		if v := n.Last("O"); v != "" {
			s.Organization = v
		}
		for _, kind := range []string{"OU", "title", "CN"} {
			if v := n.Last(kind); v != "" {
				s.Post = v
			}
		}
	}
	return s
}

// sameName compares a reference's path with an attachment's name.
func sameName(ref, name string) bool {
	return ref == name || path.Base(strings.ReplaceAll(ref, "\\", "/")) == path.Base(strings.ReplaceAll(name, "\\", "/"))
}
