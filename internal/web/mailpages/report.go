package mailpages

import (
	"bytes"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"time"

	"madoguchi/internal/fault"
	"madoguchi/internal/mailroom"
	"madoguchi/internal/web"
	"madoguchi/internal/web/ui"
	"madoguchi/internal/words"
)

// Limits of one report.
const (
	maxFile  = 10 << 20
	maxText  = 256 << 10
	inMemory = 1 << 20 // of an upload; the rest goes into a temporary file
	atOnce   = 2
	patience = 20 * time.Second
)

var (
	errMissing    = fault.New(fault.Invalid, "mailservice.report_missing")
	errTooLong    = fault.New(fault.Invalid, "mailservice.report_too_long").With(fault.Args{"max": maxText >> 10})
	errOutlook    = fault.New(fault.Invalid, "mailservice.report_msg")
	errUnreadable = fault.New(fault.Invalid, "mailservice.report_unreadable")
	errBusy       = fault.New(fault.TooMany, "mailservice.report_busy")
)

// ReportPage is the data of page/report.tmpl.
type ReportPage struct {
	web.Frame
	ui.Summary
	Links
	File ui.Field
	Text ui.Field
}

func (p *Pages) reportPage(r *http.Request) ReportPage {
	w := words.Of(web.PlaceOf(r).Lang)
	return ReportPage{
		Frame: p.Frame(r, w.Text("mailservice.report_title")), Links: links(r),
		File: ui.Field{
			ID: "file", Name: "file", Type: "file", Label: w.Text("mailservice.report_file"), Accept: ".eml,.txt,message/rfc822,text/plain",
			Hint: w.Text("mailservice.report_file_hint", "max", maxFile>>20),
		},
		Text: ui.Field{
			ID: "text", Name: "text", Rows: 10, Label: w.Text("mailservice.report_text"), Hint: w.Text("mailservice.report_text_hint"),
		},
	}
}

func (p *Pages) ask(w http.ResponseWriter, r *http.Request) error {
	if _, err := p.Body(r); err != nil {
		return err
	}
	return p.site.Show(w, r, http.StatusOK, "report", p.reportPage(r))
}

// FoundPage is the data of page/found.tmpl.
type FoundPage struct {
	web.Frame
	Links
	Tone    string // good, warn, bad
	Word    ui.Status
	Says    string
	Do      string
	Heading string // of the reasons
	Reasons []string
	Record  ui.Facts // what was sent under the mail's code
	Opened  bool     // tell what to do after opening a file
}

func (p *Pages) report(w http.ResponseWriter, r *http.Request) error {
	body, err := p.Body(r)
	if err != nil {
		return err
	}
	if err := p.reporting.Allow(web.PlaceOf(r).Network(), time.Now()); err != nil {
		return err
	}
	raw, err := brought(r)
	if f := fault.Of(err); f != nil && f.Kind() == fault.Invalid && f.Key() != errUnreadable.Key() {
		page := p.reportPage(r)
		page.Invalid = true
		page.File.Error = words.Of(web.PlaceOf(r).Lang).Text(f.Key(), f.Args())
		page.Text.Value = typed(r)
		page.Problems = []ui.Problem{page.File.Problem()}
		return p.site.Show(w, r, http.StatusUnprocessableEntity, "report", page)
	}
	if err != nil {
		return err
	}
	select {
	case p.turns <- struct{}{}:
		defer func() { <-p.turns }()
	case <-time.After(patience):
		return errBusy
	case <-r.Context().Done():
		return r.Context().Err()
	}
	found, err := p.Room.Report(r.Context(), body, raw)
	if err != nil {
		return err
	}
	return p.site.Show(w, r, http.StatusOK, "found", p.foundPage(r, body.Name, found))
}

// typed is what was pasted, to be shown again.
func typed(r *http.Request) string {
	if s := r.PostFormValue("text"); len(s) <= maxText {
		return s
	}
	return ""
}

// brought returns the mail that was uploaded, or else pasted.
func brought(r *http.Request) ([]byte, error) {
	err := r.ParseMultipartForm(inMemory)
	if tooLong, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, tooLong
	}
	if err != nil && !errors.Is(err, http.ErrNotMultipart) {
		return nil, errUnreadable.Because(err)
	}
	if r.MultipartForm != nil {
		//lint:ignore errcheck the system removes temporary files as well
		defer r.MultipartForm.RemoveAll()
		if files := r.MultipartForm.File["file"]; len(files) > 0 && files[0].Size > 0 {
			return uploaded(files[0])
		}
	}
	text := r.PostFormValue("text")
	if len(text) > maxText {
		return nil, errTooLong
	}
	if strings.TrimSpace(text) == "" {
		return nil, errMissing
	}
	return []byte(text), nil
}

// outlook is how a compound file begins, which .msg files are.
var outlook = []byte{0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1}

func uploaded(h *multipart.FileHeader) ([]byte, error) {
	f, err := h.Open()
	if err != nil {
		return nil, errUnreadable.Because(err)
	}
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, errUnreadable.Because(err)
	}
	switch {
	case len(data) > maxFile:
		return nil, &http.MaxBytesError{Limit: maxFile}
	case bytes.HasPrefix(data, outlook):
		return nil, errOutlook
	case len(bytes.TrimSpace(data)) == 0:
		return nil, errMissing
	}
	return data, nil
}

// tones are the colours of the outcomes.
var tones = map[mailroom.Outcome]string{
	mailroom.Recorded: "good", mailroom.Unclear: "warn", mailroom.Copied: "bad", mailroom.Forged: "bad", mailroom.Foreign: "bad",
}

// maxReasons is how many reasons a page shows; the gravest come first.
const maxReasons = 12

func (p *Pages) foundPage(r *http.Request, body string, f mailroom.Found) FoundPage {
	w := words.Of(web.PlaceOf(r).Lang)
	times := web.Times{Words: w}
	tone := tones[f.Outcome]
	page := FoundPage{
		Frame: p.Frame(r, w.Text("mailservice.found_title")), Links: links(r), Tone: tone,
		Word: ui.Status{Tone: map[string]string{"good": "done", "warn": "back", "bad": "no"}[tone], Word: w.Text("mailservice.found_word_" + string(f.Outcome))},
		Says: w.Text("mailservice.found_says_" + string(f.Outcome)), Heading: w.Text("mailservice.found_why"), Opened: tone == "bad",
		Do: w.Text("mailservice.found_do_"+string(f.Outcome), "at", times.DateTime(f.Sent.SentAt)),
	}
	for _, reason := range f.Reasons[:min(len(f.Reasons), maxReasons)] {
		page.Reasons = append(page.Reasons, w.Text(reason.Key, reason.Args))
	}
	if f.Outcome != mailroom.Recorded && f.Outcome != mailroom.Copied {
		return page
	}
	page.Record = ui.Facts{Plain: true, Rows: []ui.Fact{
		{Label: w.Text("mailservice.known_subject"), Lines: []string{words.Of(f.Sent.Lang).Text(f.Sent.Subject, "body", body)}},
		{Label: w.Text("mailservice.known_sent_at"), Lines: []string{times.DateTime(f.Sent.SentAt)}},
		{Label: w.Text("mailservice.known_sender"), Lines: []string{f.Sent.From}},
		{Label: w.Text("mailservice.known_attachment"), Lines: []string{w.Text("mailservice.known_no_attachment")}},
	}}
	if f.Outcome == mailroom.Recorded {
		page.Heading = w.Text("mailservice.found_but")
		page.Reasons = cautions(w, f)
	}
	return page
}

// cautions are what a record does not say.
func cautions(w *words.Words, f mailroom.Found) []string {
	list := []string{w.Text("mailservice.but_copy"), w.Text("mailservice.but_forward")}
	if !f.Header {
		list = append(list, w.Text("mailservice.but_header"))
	}
	if f.Signed {
		list = append(list, w.Text("mailservice.but_signed"))
	}
	return list
}
