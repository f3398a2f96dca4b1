package signature

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"path"
	"strings"
	"time"

	"madoguchi/internal/signature/chain"
	"madoguchi/internal/signature/report"
	"madoguchi/internal/signature/xmldsig"
	"madoguchi/internal/signature/xmltree"
)

func looksLikeXML(head []byte) bool {
	head = bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))
	return bytes.HasPrefix(bytes.TrimLeft(head, " \t\r\n"), []byte("<")) ||
		bytes.HasPrefix(head, []byte("\xff\xfe<\x00")) || bytes.HasPrefix(head, []byte("\xfe\xff\x00<"))
}

// verifyXML verifies all signatures of an XML document; files that they refer
// to are looked for among the attachments.
func verifyXML(f *report.File, in Input, o Options) {
	d, err := xmldsig.Parse(in.Data)
	if errors.Is(err, xmltree.ErrDoctype) && looksSigned(in.Data) {
		s := report.Signature{
			Kind: report.KindSignature, Covers: report.CoversPart, ChangedAfter: report.Changed,
			Format: "XMLDSig", Revocation: report.RevocationUnknown,
		}
		s.Take(report.Doubt(report.FormatFailure, "verify.xml_doctype"))
		f.Signatures = append(f.Signatures, s)
		return
	}
	if errors.Is(err, xmltree.ErrLimit) {
		f.Reasons = append(f.Reasons, report.Because("verify.too_complex"))
	}
	if err != nil {
		unreadable(f, in.Data)
		return
	}
	files := func(name string) ([]byte, bool) { return findFile(in, name) }
	var results []xmldsig.Result
	for _, node := range d.Signatures() {
		results = append(results, d.Verify(node, files))
	}
	for _, r := range results {
		f.Signatures = append(f.Signatures, judgeXML(d, r, results, o))
	}
}

// judgeXML makes the report of one XML signature.
func judgeXML(d *xmldsig.Document, r xmldsig.Result, all []xmldsig.Result, o Options) report.Signature {
	s := report.Signature{
		Kind: report.KindSignature, Format: "XMLDSig", Intact: r.Intact,
		Algorithm: r.Algorithm.String(), Revocation: report.RevocationUnknown,
	}
	if r.Advanced {
		s.Format = "XAdES"
	}
	s.Take(r.Findings...)
	var found []report.Finding
	s.Covers, s.ChangedAfter, found = d.Coverage(r, all)
	s.Take(found...)
	if !r.SigningTime.IsZero() {
		s.SignedAt = &r.SigningTime
	}
	pool := chain.Pool{}
	pool.Add(r.Certificates, r.CRLs, r.OCSPs)
	var proven time.Time
	for _, stamp := range r.Stamps {
		proven = o.judgeTokens(&s, [][]byte{stamp.Token}, &pool, proven, stamp.Stamped)
	}
	if r.Certificate != nil {
		o.judgeCertificate(&s, r.Certificate, pool, proven, r.SigningTime)
	}
	return s
}

// findFile finds an attachment by the name in a reference: the whole name,
// else the last part of it if only one attachment ends so. Packages of office
// documents write names with a slash before and a query behind.
func findFile(in Input, ref string) ([]byte, bool) {
	ref, _, _ = strings.Cut(ref, "?")
	ref = strings.TrimPrefix(ref, "/")
	var found []Attachment
	for _, a := range in.Attachments {
		if a.Name == ref {
			found = []Attachment{a}
			break
		}
		if sameName(ref, a.Name) {
			found = append(found, a)
		}
	}
	if len(found) != 1 {
		return nil, false
	}
	if in.used != nil {
		in.used[found[0].Name] = true
	}
	return found[0].Data, true
}

// The limits on what a zip file may hold.
const (
	maxZipFiles = 2000
	maxZipBytes = 128 << 20
)

// verifyZip verifies the signed documents in a zip file: an e-Gov document
// with its attachments, or an ASiC container. All its files are attachments.
func verifyZip(f *report.File, in Input, o Options) {
	files, err := unzip(in.Data)
	if err != nil {
		var all []byte
		for _, a := range files {
			all = append(all, a.Data...)
		}
		unreadable(f, all)
		return
	}
	used := map[string]bool{}
	for _, a := range files {
		inner := report.File{}
		part := Input{Name: a.Name, Data: a.Data, Attachments: others(files, a), used: used}
		switch ext := strings.ToLower(path.Ext(a.Name)); {
		case ext == ".xml" && looksSigned(a.Data):
			verifyXML(&inner, part, o)
		case ext == ".p7s", ext == ".p7m", ext == ".tst":
			if message, ok := messageBytes(a.Data); ok {
				verifyCMS(&inner, part, message, o)
			}
		case ext == ".pdf":
			verifyPDF(&inner, a.Data, o)
		}
		for _, s := range inner.Signatures {
			s.Note(report.Because("verify.in_file", "name", a.Name))
			s.Covers = report.CoversPart
			if s.ChangedAfter == report.ChangeNone && besides(files, used, a) {
				s.ChangedAfter = report.ChangeAllowed
				s.Note(report.Because("verify.zip_unsigned_files"))
			}
			f.Signatures = append(f.Signatures, s)
		}
		if inner.Verdict == report.Failed {
			f.Verdict, f.Sub = inner.Verdict, inner.Sub
			f.Reasons = append(f.Reasons, inner.Reasons...)
		}
	}
}

// besides tells whether a zip holds files that no signature refers to, other
// than the signatures and lists of the container.
func besides(files []Attachment, used map[string]bool, self Attachment) bool {
	for _, a := range files {
		container := a.Name == "mimetype" || strings.HasPrefix(a.Name, "META-INF/") || strings.HasPrefix(a.Name, "_xmlsignatures/")
		if a.Name != self.Name && !used[a.Name] && !container {
			return true
		}
	}
	return false
}

// others are the files that a signature file may sign.
func others(files []Attachment, self Attachment) []Attachment {
	var list []Attachment
	for _, a := range files {
		if a.Name != self.Name {
			list = append(list, a)
		}
	}
	return list
}

// unzip reads all files within the limits; after an error it gives those that
// it read before. Two files of one name are an error: readers differ on which
// they show.
func unzip(data []byte) ([]Attachment, error) {
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, err
	}
	if len(r.File) > maxZipFiles {
		return nil, xmltree.ErrLimit
	}
	var list []Attachment
	left := int64(maxZipBytes)
	seen := map[string]bool{}
	for _, z := range r.File {
		if strings.HasSuffix(z.Name, "/") {
			continue
		}
		if seen[z.Name] {
			return list, zip.ErrFormat
		}
		seen[z.Name] = true
		in, err := z.Open()
		if err != nil {
			return list, err
		}
		b, err := io.ReadAll(io.LimitReader(in, left+1))
		if closeErr := in.Close(); err == nil {
			err = closeErr
		}
		if err != nil {
			return list, err
		}
		if left -= int64(len(b)); left < 0 {
			return list, xmltree.ErrLimit
		}
		list = append(list, Attachment{Name: z.Name, Data: b})
	}
	return list, nil
}
