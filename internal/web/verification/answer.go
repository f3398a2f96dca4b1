package verification

import (
	"net/http"
	"strings"
	"time"

	"madoguchi/internal/signature"
	"madoguchi/internal/signature/report"
	"madoguchi/internal/web"
	"madoguchi/internal/web/ui"
	"madoguchi/internal/words"
)

// AnswerPage is the data of page/answer.tmpl.
type AnswerPage struct {
	web.Frame
	Back       ui.Link
	Document   ui.Facts
	Tone       string // of the whole: good, warn, bad
	Word       ui.Status
	Says       string // the answer in one sentence
	Do         string // what to do now
	Signatures []SignatureAnswer
	Reasons    []string // about the file as a whole
	Unknown    bool     // something could not be decided: explain what that means
	Technical  []ui.Fact
}

// SignatureAnswer are the answers about one signature or time-stamp.
type SignatureAnswer struct {
	No      int
	Title   string
	First   Question // 署名検証結果
	Second  Question // 証明書検証結果
	Third   Question // 署名のあとの変更
	Reasons []string
	End     int // length of the signed revision, to be taken out, or 0
}

// Answer is one question with its answer.
type Answer struct {
	Tone  string
	Word  ui.Status
	Text  string
	Facts ui.Facts
}

// Question is an answer under its question, as the page shows it.
type Question struct {
	Title string
	A     Answer
}

// word is the status word of a tone.
func word(w *words.Words, tone, key string) ui.Status {
	tones := map[string]string{"good": "done", "warn": "back", "bad": "no"}
	return ui.Status{Tone: tones[tone], Word: w.Text(key)}
}

// answering builds the page of one result.
type answering struct {
	words *words.Words
	times web.Times
}

func (v *Verification) answerPage(r *http.Request, in signature.Input, f report.File) AnswerPage {
	w := words.Of(web.PlaceOf(r).Lang)
	a := answering{w, web.Times{Words: w}}
	key, tone := overall(f)
	page := AnswerPage{
		Frame: v.Frame(r, w.Text("verification.result_title")),
		Back:  ui.Link{Label: w.Text("verification.again"), Href: web.PlaceOf(r).Base + "/verify"},
		Tone:  tone, Word: word(w, tone, "verification.word_"+tone),
		Says: w.Text("verification.says_"+key, "who", a.who(f)), Do: w.Text("verification.do_" + key),
		Document: ui.Facts{Plain: true, Tight: true, Rows: []ui.Fact{
			{Label: w.Text("verification.document"), Lines: []string{w.Text("common.file_size", "name", in.Name, "size", web.Size(int64(len(in.Data))))}},
			{Label: w.Text("verification.at"), Lines: []string{a.times.DateTime(v.Clock())}},
			{Label: w.Text("verification.digest"), Lines: []string{"SHA-256 " + grouped(f.SHA256)}},
		}},
		Reasons: a.reasons(f.Reasons), Unknown: f.Verdict == report.Indeterminate,
	}
	page.Technical = append(page.Technical, ui.Fact{Label: w.Text("verification.overall"), Lines: []string{strings.TrimSpace(string(f.Verdict) + " " + string(f.Sub))}})
	for i, s := range f.Signatures {
		page.Signatures = append(page.Signatures, a.signature(i+1, s))
		page.Technical = append(page.Technical, ui.Fact{
			Label: w.Text("verification.signature_n", "n", i+1),
			Lines: []string{strings.TrimSpace(strings.Join([]string{string(s.Verdict), string(s.Sub), s.Format, s.Algorithm, s.Field}, " "))},
		})
	}
	return page
}

// overall names the sentence about the whole file, and its tone.
func overall(f report.File) (key, tone string) {
	broken, changed, allowed := false, false, false
	for _, s := range f.Signatures {
		broken = broken || !s.Intact
		changed = changed || s.ChangedAfter == report.Changed
		allowed = allowed || s.ChangedAfter == report.ChangeAllowed
	}
	switch {
	case f.Verdict == report.NoSignature:
		return "none", "warn"
	case len(f.Signatures) == 0:
		return "unreadable", "bad"
	case broken:
		return "broken", "bad"
	case changed:
		return "changed", "bad"
	case f.Sub == report.Revoked:
		return "revoked", "bad"
	case f.Verdict == report.Failed:
		return "failed", "bad"
	case f.Verdict == report.Indeterminate:
		return "unknown", "warn"
	case allowed:
		return "passed_added", "good"
	}
	return "passed", "good"
}

// who names the signer of the last signature that names one.
func (a answering) who(f report.File) string {
	for i := len(f.Signatures) - 1; i >= 0; i-- {
		if s := f.Signatures[i]; s.Kind == report.KindSignature && s.Signer != nil {
			return name(s.Signer)
		}
	}
	return a.words.Text("verification.someone")
}

// name is body and post where the certificate has them, else the common name.
func name(s *report.Signer) string {
	parts := strings.TrimSpace(s.Organization + " " + s.Post)
	if s.Post == "" && s.CommonName != "" {
		parts = s.CommonName
	}
	if parts == "" {
		return s.Subject
	}
	return parts
}

func (a answering) signature(no int, s report.Signature) SignatureAnswer {
	key := "verification.signature_n"
	if s.Kind == report.KindTimestamp {
		key = "verification.timestamp_n"
	}
	out := SignatureAnswer{
		No: no, Title: a.words.Text(key, "n", no),
		First:   Question{a.words.Text("verification.question_content"), a.content(s)},
		Second:  Question{a.words.Text("verification.question_certificate"), a.certificate(s)},
		Third:   Question{a.words.Text("verification.question_after"), a.after(s)},
		Reasons: a.reasons(s.Reasons),
	}
	if s.Intact && s.ChangedAfter != report.ChangeNone && s.RevisionEnd > 0 {
		out.End = s.RevisionEnd
	}
	return out
}

func (a answering) content(s report.Signature) Answer {
	tone, key := "good", "intact"
	if !s.Intact {
		tone, key = "bad", "not_intact"
	}
	return Answer{
		Tone: tone, Word: word(a.words, tone, "verification."+key),
		Text: a.words.Text("verification."+key+"_text", "covers", a.words.Text("verification.covers_"+string(s.Covers)), "algorithm", s.Algorithm),
	}
}

func (a answering) certificate(s report.Signature) Answer {
	tone, key := "good", "certificate_good"
	switch {
	case s.Sub == report.Revoked || s.Revocation == report.RevocationRevoked:
		tone, key = "bad", "certificate_revoked"
	case s.Signer == nil:
		tone, key = "warn", "certificate_missing"
	case !s.Signer.Trusted:
		tone, key = "warn", "certificate_untrusted"
	case s.Verdict != report.Passed:
		tone, key = "warn", "certificate_doubt"
	}
	out := Answer{Tone: tone, Word: word(a.words, tone, "verification."+key), Text: a.words.Text("verification." + key + "_text")}
	if s.Signer == nil {
		return out
	}
	add := func(label string, lines ...string) {
		if len(lines) > 0 && strings.TrimSpace(lines[0]) != "" {
			out.Facts.Rows = append(out.Facts.Rows, ui.Fact{Label: a.words.Text("verification." + label), Lines: lines})
		}
	}
	add("organization", s.Signer.Organization)
	add("post", s.Signer.Post)
	add("common_name", s.Signer.CommonName)
	add("issuer", s.Signer.Issuer)
	add("valid", a.words.Text("verification.from_to", "from", a.times.Date(s.Signer.NotBefore), "to", a.times.Date(s.Signer.NotAfter)))
	add("revocation", a.words.Text("verification.revocation_"+string(s.Revocation)))
	add("signed_at", a.signedAt(s))
	return out
}

// signedAt says when it was signed, and who says so.
func (a answering) signedAt(s report.Signature) string {
	if s.Timestamp != nil && s.Timestamp.Verdict != report.Failed {
		key := "verification.time_stamped"
		if s.Timestamp.Accredited {
			key = "verification.time_accredited"
		}
		return a.words.Text(key, "at", a.times.DateTime(s.Timestamp.Time))
	}
	if s.SignedAt != nil && !s.SignedAt.Equal(time.Time{}) {
		return a.words.Text("verification.time_claimed", "at", a.times.DateTime(*s.SignedAt))
	}
	return a.words.Text("verification.time_unknown")
}

func (a answering) after(s report.Signature) Answer {
	tones := map[report.Change]string{report.ChangeNone: "good", report.ChangeAllowed: "good", report.Changed: "bad"}
	tone := tones[s.ChangedAfter]
	if tone == "" {
		tone = "warn"
	}
	key := "verification.after_" + string(s.ChangedAfter)
	return Answer{Tone: tone, Word: word(a.words, tone, key), Text: a.words.Text(key + "_text")}
}

// reasons puts reasons into sentences. One without a sentence is not shown:
// its meaning is in the verdict.
func (a answering) reasons(all []report.Reason) []string {
	var texts []string
	for _, r := range all {
		if a.words.Has(r.Key) {
			texts = append(texts, a.words.Text(r.Key, r.Args))
		}
	}
	return texts
}

// grouped writes a digest in groups that can be compared by eye.
func grouped(digest string) string {
	var b strings.Builder
	for i, r := range digest {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}
