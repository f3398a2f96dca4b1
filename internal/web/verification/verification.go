// Package verification is the page where anyone brings an official document
// (職責署名検証): a file in, plain answers out.
//
// Nothing is stored: an upload lives in a temporary file until the answer is
// rendered. At most two documents are verified at a time, others wait politely
// for a while, and one network may ask so often only.
package verification

import (
	"embed"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
	"time"

	"madoguchi/internal/fault"
	"madoguchi/internal/jptext"
	"madoguchi/internal/signature"
	"madoguchi/internal/signature/report"
	"madoguchi/internal/web"
	"madoguchi/internal/web/asset"
	"madoguchi/internal/web/ui"
	"madoguchi/internal/words"
)

//go:embed page/*.tmpl
var pages embed.FS

// Limits of one verification.
const (
	maxBody     = signature.MaxFile + 32<<20 // the document, and what was attached to it
	maxAttached = 20
	inMemory    = 1 << 20 // of an upload; the rest goes into a temporary file
	atOnce      = 2
	patience    = 20 * time.Second
)

// Config is what a Verification is made of.
type Config struct {
	Verify func(signature.Input) report.File // by the operator's trust profile
	Assets *asset.Set
	Clock  func() time.Time // business time
	Log    *slog.Logger
	Frame  func(r *http.Request, title string) web.Frame
}

// Verification serves the pages. Many goroutines may use it.
type Verification struct {
	Config
	site   *web.Site
	turns  chan struct{}
	asking *web.Limiter
}

// New parses the pages.
func New(c Config) (*Verification, error) {
	v := &Verification{Config: c, turns: make(chan struct{}, atOnce), asking: &web.Limiter{Every: 5 * time.Second, Burst: 12}}
	var err error
	v.site, err = web.NewSite(web.Config{
		Log: c.Log, Pages: pages, Assets: c.Assets, Clock: c.Clock,
		Frame: func(r *http.Request) web.Frame { return c.Frame(r, "") },
	})
	return v, err
}

// Site returns the pages, for tests.
func (v *Verification) Site() *web.Site { return v.site }

// Handler returns the routes, below the address of a body.
func (v *Verification) Handler() http.Handler {
	return v.site.Routes([]web.Route{
		{Pattern: "GET /verify", Handler: v.ask},
		{Pattern: "POST /verify", Handler: v.answer, MaxBody: maxBody},
		{Pattern: "POST /verify/revision", Handler: v.revision, MaxBody: maxBody},
	})
}

// AskPage is the data of page/ask.tmpl.
type AskPage struct {
	web.Frame
	Summary  ui.Summary
	Action   string
	Document ui.Field
	Attached ui.Field
}

func (v *Verification) askPage(r *http.Request) AskPage {
	w, place := words.Of(web.PlaceOf(r).Lang), web.PlaceOf(r)
	return AskPage{
		Frame: v.Frame(r, w.Text("verification.title")), Action: place.Base + "/verify",
		Document: ui.Field{
			ID: "file", Name: "file", Type: "file", Required: true, Label: w.Text("verification.file"),
			Hint: w.Text("verification.file_hint", "max", signature.MaxFile>>20), Accept: ".pdf,.xml,.zip,.p7s,.p7m,.sig",
		},
		Attached: ui.Field{
			ID: "attached", Name: "attached", Type: "file", Label: w.Text("verification.attached"), Hint: w.Text("verification.attached_hint"),
		},
	}
}

func (v *Verification) ask(w http.ResponseWriter, r *http.Request) error {
	return v.site.Show(w, r, http.StatusOK, "ask", v.askPage(r))
}

func (v *Verification) answer(w http.ResponseWriter, r *http.Request) error {
	in, result, err := v.verify(r)
	if missing(err) {
		page := v.askPage(r)
		page.Invalid = true
		page.Document.Error = words.Of(web.PlaceOf(r).Lang).Text("verification.file_missing")
		page.Summary.Problems = []ui.Problem{page.Document.Problem()}
		return v.site.Show(w, r, http.StatusUnprocessableEntity, "ask", page)
	}
	if err != nil {
		return err
	}
	if r.PostFormValue("as") == "json" {
		return sendJSON(w, result)
	}
	return v.site.Show(w, r, http.StatusOK, "answer", v.answerPage(r, in, result))
}

func sendJSON(w http.ResponseWriter, result report.File) error {
	data, err := json.MarshalIndent([]report.File{result}, "", "  ")
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Disposition", `attachment; filename="verification.json"`)
	_, err = w.Write(data)
	return err
}

// revision sends the part of a PDF that a signature covers. The document is
// brought a second time, since the first was not kept.
func (v *Verification) revision(w http.ResponseWriter, r *http.Request) error {
	in, result, err := v.verify(r)
	if missing(err) {
		return fault.New(fault.Invalid, "verification.file_missing")
	}
	if err != nil {
		return err
	}
	end, err := strconv.Atoi(r.PostFormValue("end"))
	if err != nil {
		return errNoRevision
	}
	for _, s := range result.Signatures {
		if s.Intact && s.RevisionEnd == end && end > 0 && end <= len(in.Data) {
			h := w.Header()
			h.Set("Content-Type", "application/pdf")
			h.Set("Cache-Control", "no-store")
			h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": "signed-" + in.Name}))
			_, err := w.Write(in.Data[:end])
			return err
		}
	}
	return errNoRevision
}

var (
	errMissing    = fault.New(fault.Invalid, "verification.file_missing")
	errBusy       = fault.New(fault.TooMany, "verification.busy")
	errNoRevision = fault.New(fault.NotFound, "verification.no_revision")
	errUnreadable = fault.New(fault.Invalid, "verification.unreadable")
)

func missing(err error) bool { return fault.Of(err) == errMissing }

// verify takes the uploaded files and verifies the document.
func (v *Verification) verify(r *http.Request) (signature.Input, report.File, error) {
	var none signature.Input
	if err := v.asking.Allow(web.PlaceOf(r).Network(), time.Now()); err != nil {
		return none, report.File{}, err
	}
	err := r.ParseMultipartForm(inMemory)
	if tooLong, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return none, report.File{}, tooLong
	}
	if err != nil {
		return none, report.File{}, errUnreadable.Because(err)
	}
	//lint:ignore errcheck the system removes temporary files as well
	defer r.MultipartForm.RemoveAll()
	select {
	case v.turns <- struct{}{}:
		defer func() { <-v.turns }()
	case <-time.After(patience):
		return none, report.File{}, errBusy
	case <-r.Context().Done():
		return none, report.File{}, r.Context().Err()
	}
	in, err := input(r.MultipartForm)
	if err != nil {
		return none, report.File{}, err
	}
	return in, v.Verify(in), nil
}

func input(form *multipart.Form) (signature.Input, error) {
	documents := form.File["file"]
	if len(documents) != 1 || documents[0].Filename == "" {
		return signature.Input{}, errMissing
	}
	data, err := read(documents[0])
	if err != nil {
		return signature.Input{}, err
	}
	in := signature.Input{Name: baseName(documents[0].Filename), Data: data}
	for i, f := range form.File["attached"] {
		if i == maxAttached {
			return in, fault.New(fault.TooLarge, "verification.too_many_attached").With(fault.Args{"max": maxAttached})
		}
		if f.Filename == "" {
			continue
		}
		data, err := read(f)
		if err != nil {
			return in, err
		}
		in.Attachments = append(in.Attachments, signature.Attachment{Name: baseName(f.Filename), Data: data})
	}
	return in, nil
}

func read(f *multipart.FileHeader) ([]byte, error) {
	body, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer body.Close()
	return io.ReadAll(body)
}

// baseName drops folders of any system and joins separated marks.
func baseName(name string) string {
	name = strings.ReplaceAll(name, `\`, "/")
	return jptext.Recompose(name[strings.LastIndex(name, "/")+1:])
}
