package signature

import (
	"crypto"
	"encoding/hex"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"madoguchi/internal/signature/algorithm"
	"madoguchi/internal/signature/certificate"
	"madoguchi/internal/signature/chain"
	"madoguchi/internal/signature/pdf"
	"madoguchi/internal/signature/report"
	"madoguchi/internal/signature/revisions"
)

// A pdfFile is one PDF under verification.
type pdfFile struct {
	view     *pdf.View
	pool     chain.Pool
	options  Options
	report   *report.File
	stamps   []provenTime
	cuts     *algorithm.Cuts
	prepared []*pdfSignature
	// leftovers counts signature dictionaries that nothing refers to and that
	// fit no bytes of this file.
	leftovers int
}

// maxWork bounds the bytes that are read again for each signature: a file of
// the largest size may have sixteen.
const maxWork = 2 << 30

// A provenTime is a document time-stamp that holds: what stood in the first
// End bytes existed at Time.
type provenTime struct {
	end int
	at  time.Time
}

// A pdfSignature is one signature with its place in the report.
type pdfSignature struct {
	pdf.Signature
	span     pdf.ByteRange
	spanErr  error
	filter   string
	contents []byte
	result   report.Signature
}

func verifyPDF(f *report.File, data []byte, o Options) {
	file, err := pdf.Open(data)
	if err != nil {
		unreadable(f, data)
		return
	}
	view, err := file.View(len(data))
	if err != nil {
		f.Reasons = append(f.Reasons, report.Because("verify.pdf_damaged"))
		if limited(f, data, err) {
			return
		}
		if view, err = file.Rebuild(); err != nil {
			if !limited(f, data, err) {
				unreadable(f, data)
			}
			return
		}
	}
	p := &pdfFile{view: view, options: o, report: f}
	list, total := view.Signatures()
	for _, s := range slices.Concat(list, view.Hidden(list)) {
		p.prepare(s)
	}
	if len(p.prepared) == 0 {
		p.none(data, total)
		return
	}
	p.addStore()
	p.verifyAll()
}

// none reports a file without signatures.
func (p *pdfFile) none(data []byte, fields int) {
	f := p.report
	switch {
	case p.leftovers > 0, p.view.Rebuilt && pdf.LooksSigned(data):
		unreadable(f, data)
	case p.view.Encrypted() && p.formHidden():
		f.Verdict = report.Indeterminate
		f.Reasons = append(f.Reasons, report.Because("verify.encrypted"))
	default:
		f.Verdict = report.NoSignature
		if fields > 0 {
			f.Reasons = append(f.Reasons, report.Because("verify.empty_fields", "count", fields))
		}
	}
}

// formHidden tells whether encryption hides what fields there are.
func (p *pdfFile) formHidden() bool {
	root := p.view.Root()
	if root == nil {
		return true
	}
	form := p.view.Dict(root.Get("AcroForm"))
	if form == nil {
		return root.Has("AcroForm")
	}
	return slices.ContainsFunc(p.view.Array(form.Get("Fields")), func(x any) bool { return p.view.Dict(x) == nil })
}

// prepare reads a signature dictionary. A hidden one counts only if it is
// whole: leftovers of unfinished signing are nobody's signature.
func (p *pdfFile) prepare(s pdf.Signature) {
	c := &pdfSignature{Signature: s, filter: nameOf(p.view, s.Dict.Get("SubFilter"))}
	c.span, c.spanErr = p.view.SignedRange(s.Dict)
	if text, ok := s.Dict.Get("Contents").(pdf.String); ok {
		c.contents = text.Value
	}
	if s.Removed && (c.spanErr != nil || allZero(c.contents)) {
		p.leftovers++
		return
	}
	c.result = report.Signature{
		Kind: report.KindSignature, Covers: report.CoversPart, ChangedAfter: report.Changed,
		Format: "PDF " + c.filter, Field: s.Field, Revocation: report.RevocationUnknown,
	}
	if c.filter == "ETSI.RFC3161" || s.Dict.Get("Type") == pdf.Name("DocTimeStamp") {
		c.result.Kind = report.KindTimestamp
	}
	if at := claimedTime(p.view, s.Dict); !at.IsZero() && c.result.Kind == report.KindSignature {
		c.result.SignedAt = &at
	}
	p.prepared = append(p.prepared, c)
}

func nameOf(v *pdf.View, x any) string {
	n, _ := v.Resolve(x).(pdf.Name)
	return string(n)
}

func allZero(b []byte) bool { return !slices.ContainsFunc(b, func(c byte) bool { return c != 0 }) }

// addStore puts the certificates and revocation values of the document
// security store into the pool.
func (p *pdfFile) addStore() {
	store := p.view.Dict(p.view.Root().Get("DSS"))
	for _, key := range []pdf.Name{"Certs", "CRLs", "OCSPs"} {
		for _, x := range p.view.Array(store.Get(key)) {
			s, ok := p.view.Resolve(x).(*pdf.Stream)
			if !ok {
				continue
			}
			b, err := p.view.File.Decode(s)
			if err != nil {
				continue
			}
			p.addValue(key, b)
		}
	}
}

func (p *pdfFile) addValue(key pdf.Name, b []byte) {
	switch key {
	case "CRLs":
		p.pool.Add(nil, [][]byte{b}, nil)
	case "OCSPs":
		p.pool.Add(nil, nil, [][]byte{b})
	default:
		if c, err := certificate.Parse(b); err == nil {
			p.pool.Add([]*certificate.Certificate{c}, nil, nil)
		}
	}
}

// verifyAll verifies time-stamps first, newest first: each proves the time for
// what stands before it.
func (p *pdfFile) verifyAll() {
	order := slices.Clone(p.prepared)
	slices.SortStableFunc(order, func(a, b *pdfSignature) int {
		if a.result.Kind != b.result.Kind {
			return strings.Compare(string(b.result.Kind), string(a.result.Kind))
		}
		return b.span.End - a.span.End
	})
	var gaps []int
	for _, c := range order {
		if c.spanErr == nil {
			gaps = append(gaps, c.span.GapStart)
		}
	}
	data := p.view.File.Data
	p.cuts = algorithm.NewCuts(data, append(gaps, len(data)))
	work := 0
	for _, c := range order {
		if work += c.span.End + len(p.view.File.Data); work > maxWork {
			c.result.Take(report.Doubt("", "verify.too_complex"))
			continue
		}
		p.verifyOne(c)
	}
	p.report.SHA256 = hex.EncodeToString(p.cuts.Digest(crypto.SHA256, len(data), nil))
	for _, c := range p.prepared {
		if c.Removed {
			p.removed(c)
			if !c.result.Intact {
				continue // never was a signature of this file
			}
		}
		p.report.Signatures = append(p.report.Signatures, c.result)
	}
	if len(p.report.Signatures) == 0 {
		p.none(p.view.File.Data, 0)
	}
}

// removed judges a signature that the file no longer shows. If somebody signed
// the file as it is now, the removal is theirs to answer for.
func (p *pdfFile) removed(c *pdfSignature) {
	c.result.ChangedAfter = report.Changed
	for _, other := range p.prepared {
		if other.Linked && other.result.Intact && other.result.Covers == report.CoversWholeFile {
			c.result.Take(report.Doubt("", "verify.signature_removed_by_signer"))
			return
		}
	}
	c.result.Take(report.Fail(report.FormatFailure, "verify.signature_removed"))
}

// verifyOne verifies one signature: its place, its changes, its cryptography,
// its certificate.
func (p *pdfFile) verifyOne(c *pdfSignature) {
	s := &c.result
	if c.spanErr != nil {
		key := "verify.byte_range_spans"
		if e, ok := errors.AsType[pdf.RangeError](c.spanErr); ok {
			key = e.Key
		}
		s.Take(report.Fail(report.FormatFailure, key))
		return
	}
	p.checkChanges(c)
	p.checkContents(c)
	if p.view.Encrypted() {
		s.Take(report.Doubt("", "verify.encrypted"))
	} else if !c.Linked && !c.Removed {
		s.Take(report.Doubt(report.ConstraintsFailure, "verify.no_field"))
	}
	if p.view.Rebuilt {
		s.Take(report.Doubt("", "verify.pdf_damaged"))
	}
	if c.span.Spaced(p.view.File.Data) {
		s.Take(report.Doubt(report.FormatFailure, "verify.contents_trailing"))
		s.Intact = false
	}
	// what failed by its form is not called intact in a part of the file only
	if s.Covers == report.CoversPart {
		s.Intact = false
	}
}

// checkChanges finds what the signature covers and what came after it.
func (p *pdfFile) checkChanges(c *pdfSignature) {
	s, file := &c.result, p.view.File
	if c.span.End == len(file.Data) {
		s.Covers, s.ChangedAfter = report.CoversWholeFile, report.ChangeNone
		s.RevisionEnd = c.span.End
		return
	}
	signed, err := file.View(c.span.End)
	if err != nil {
		s.Take(report.Fail(report.FormatFailure, "verify.revision_unreadable"))
		return
	}
	s.Covers, s.RevisionEnd = report.CoversRevision, c.span.End
	r := revisions.Compare(signed, p.view, p.permissions(c.Dict))
	s.ChangedAfter = r.Change
	s.Take(r.Findings...)
}

// permissions reads DocMDP and FieldMDP of a signature (12.8.2).
func (p *pdfFile) permissions(d *pdf.Dict) revisions.Permissions {
	var allow revisions.Permissions
	v := p.view
	for _, x := range v.Array(d.Get("Reference")) {
		ref := v.Dict(x)
		params := v.Dict(ref.Get("TransformParams"))
		switch nameOf(v, ref.Get("TransformMethod")) {
		case "DocMDP":
			allow.Level = 2
			if n, ok := v.Resolve(params.Get("P")).(int64); ok && n >= 1 && n <= 3 {
				allow.Level = int(n)
			}
		case "FieldMDP":
			lock := revisions.Lock{Action: nameOf(v, params.Get("Action"))}
			for _, f := range v.Array(params.Get("Fields")) {
				if t, ok := v.Resolve(f).(pdf.String); ok {
					lock.Fields = append(lock.Fields, pdf.Text(t.Value))
				}
			}
			allow.Locks = append(allow.Locks, lock)
		}
	}
	return allow
}

// proven gives the earliest time that document time-stamps prove for the first
// end bytes, zero if none does.
func (p *pdfFile) proven(end int) time.Time {
	var best time.Time
	for _, t := range p.stamps {
		if t.end > end && (best.IsZero() || t.at.Before(best)) {
			best = t.at
		}
	}
	return best
}

// claimedTime reads the entry M: D:YYYYMMDDHHmmSSOHH'mm' (7.9.4).
func claimedTime(v *pdf.View, d *pdf.Dict) time.Time {
	s, ok := v.Resolve(d.Get("M")).(pdf.String)
	if !ok {
		return time.Time{}
	}
	text := strings.ReplaceAll(strings.TrimPrefix(string(s.Value), "D:"), "'", "")
	if len(text) < 14 {
		return time.Time{}
	}
	at, err := time.Parse("20060102150405", text[:14])
	if err != nil {
		return time.Time{}
	}
	if zone := text[14:]; len(zone) >= 3 && (zone[0] == '+' || zone[0] == '-') {
		hours, errH := strconv.Atoi(zone[1:3])
		minutes := 0
		if len(zone) >= 5 {
			minutes, _ = strconv.Atoi(zone[3:5])
		}
		offset := time.Duration(hours)*time.Hour + time.Duration(minutes)*time.Minute
		if zone[0] == '-' {
			offset = -offset
		}
		if errH == nil {
			at = at.Add(-offset)
		}
	}
	return at
}
