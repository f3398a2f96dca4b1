package portal

import (
	"errors"
	"net/http"

	"madoguchi/internal/application"
	"madoguchi/internal/fault"
	"madoguchi/internal/form/field"
	"madoguchi/internal/intake"
	"madoguchi/internal/procedure"
	"madoguchi/internal/web"
	"madoguchi/internal/web/ui"
)

// visitor is who asks, without giving the browser a key.
func (v *visit) visitor() intake.Visitor {
	return intake.Visitor{
		Tenant: v.body.ID, Browser: v.Cookies.Browser(v.r), Network: v.place.Network(), Addr: v.place.Addr.String(), Lang: v.place.Lang,
	}
}

// known is who asks, with a browser that has a key from now on.
func (v *visit) known() intake.Visitor {
	who := v.visitor()
	if who.Browser != "" {
		return who
	}
	who.Browser = v.Cookies.GiveBrowser(v.w, v.r)
	// What this same answer seals is bound to the key that it gives.
	for _, k := range (&http.Response{Header: v.w.Header()}).Cookies() {
		v.r.AddCookie(k)
	}
	return who
}

// begin answers 同意して申し込みを始める: the mail confirmation follows, or the
// first page of a procedure without one.
func (v *visit) begin() error {
	x, err := v.procedure()
	if err != nil {
		return err
	}
	in, err := v.form()
	if err != nil {
		return err
	}
	if in.Get("agree") != "1" {
		return v.refuse(x)
	}
	if !x.Detail.NoMail {
		return v.see("/procedures/" + string(x.ID) + "/email?agreed=1")
	}
	id, err := v.Counter.Begin(v.r.Context(), v.known(), x.ID)
	if err != nil {
		return err
	}
	return v.see("/apply/" + string(id))
}

// EmailPage is the data of page/email.tmpl.
type EmailPage struct {
	web.Frame
	ui.Summary
	Steps ui.Steps
	ID    string
	Name  string // of the procedure
	Mail  ui.Field
	From  string // the address that our mails come from
}

func (v *visit) email() error {
	x, err := v.procedure()
	if err != nil {
		return err
	}
	if v.r.URL.Query().Get("agreed") != "1" || x.Detail.NoMail || !x.OpenAt(v.now) {
		return v.see("/procedures/" + string(x.ID))
	}
	return v.show(statusOK, "email", v.emailPage(x, "", nil))
}

func (v *visit) emailPage(x procedure.Procedure, typed string, wrong error) EmailPage {
	p := EmailPage{
		Frame: v.frame(v.words.Text("portal.email_title"), "menu.procedures"), Steps: steps(2, x), ID: string(x.ID), Name: x.Title,
		From: v.body.Settings.MailFrom,
		Mail: ui.Field{
			ID: "mail", Name: "mail", Label: v.words.Text("portal.mail_label"), Hint: v.words.Text("portal.mail_hint"),
			Value: typed, Required: true, InputMode: "email", Autocomplete: "email", Size: "l",
		},
	}
	if wrong != nil {
		p.Invalid = true
		p.Mail.Error, _ = v.words.Explain(wrong)
		p.Problems = []ui.Problem{p.Mail.Problem()}
	}
	return p
}

func (v *visit) askEmail() error {
	x, err := v.procedure()
	if err != nil {
		return err
	}
	in, err := v.form()
	if err != nil {
		return err
	}
	id, err := v.Counter.AskToApply(v.r.Context(), v.known(), x.ID, in.Get("mail"))
	if fault.KindOf(err) == fault.Invalid {
		return v.show(http.StatusUnprocessableEntity, "email", v.emailPage(x, limit(in.Get("mail"), 300), err))
	}
	if err != nil {
		return err
	}
	return v.see("/confirm/sent?c=" + id)
}

// limit keeps what is shown again short.
func limit(s string, n int) string {
	if len(s) > n {
		return ""
	}
	return s
}

// SentPage is the data of page/sent.tmpl: the mail is on its way.
type SentPage struct {
	web.Frame
	ui.Summary
	Steps   *ui.Steps // of an application; nil for resume and recovery
	Purpose application.Purpose
	ID      string
	Mail    string
	Code    ui.Field
	Left    int // tries of the code
	Change  string
	From    string
	Again   bool // it was sent again just now
}

func (v *visit) sent() error {
	p, err := v.sentPage(v.r.URL.Query().Get("c"))
	if err != nil {
		return err
	}
	p.Again = v.r.URL.Query().Get("again") == "1"
	return v.show(statusOK, "sent", p)
}

func (v *visit) sentPage(id string) (SentPage, error) {
	c, err := v.Counter.Pending(v.r.Context(), v.visitor(), id)
	if err != nil {
		return SentPage{}, err
	}
	p := SentPage{
		Frame: v.frame(v.words.Text("portal.sent_title"), "menu.procedures"), Purpose: c.Purpose, ID: c.ID, Mail: c.Mail, Left: c.TriesLeft,
		From: v.body.Settings.MailFrom,
		Code: ui.Field{
			ID: "code", Name: "code", Label: v.words.Text("portal.code_label"), Hint: v.words.Text("portal.code_hint"),
			Required: true, InputMode: "numeric", Autocomplete: "one-time-code", Size: "m", Mono: true,
		},
	}
	switch c.Purpose {
	case application.ToApply:
		x, _ := v.snap.Procedure(c.Procedure)
		st := steps(2, x)
		p.Steps, p.Change = &st, v.place.Base+"/procedures/"+string(c.Procedure)+"/email?agreed=1"
	case application.ToRecover:
		p.Change = v.place.Base + "/status/recover"
	case application.ToResume:
		p.Mail = masked(c.Mail) // this browser has not shown yet that the draft is its own
	}
	return p, nil
}

func (v *visit) resend() error {
	in, err := v.form()
	if err != nil {
		return err
	}
	id, err := v.Counter.Resend(v.r.Context(), v.visitor(), in.Get("c"))
	if err != nil {
		return err
	}
	return v.see("/confirm/sent?again=1&c=" + id)
}

func (v *visit) code() error {
	in, err := v.form()
	if err != nil {
		return err
	}
	done, err := v.Counter.ConfirmCode(v.r.Context(), v.visitor(), in.Get("c"), limit(in.Get("code"), 100))
	if f := fault.Of(err); f != nil && f.Key() == intake.ErrCode.Key() {
		p, again := v.sentPage(in.Get("c"))
		if again != nil {
			return again
		}
		p.Invalid = true
		p.Code.Error = v.words.Text(f.Key(), f.Args())
		p.Problems = []ui.Problem{p.Code.Problem()}
		return v.show(http.StatusUnprocessableEntity, "sent", p)
	}
	if err != nil {
		return err
	}
	return v.confirmed(done)
}

// LinkPage is the data of page/link.tmpl: what opening the mail's link shows.
type LinkPage struct {
	web.Frame
	Token   string
	Purpose application.Purpose
}

func (v *visit) linkPage() error {
	token := v.r.PathValue("token")
	purpose, err := v.Counter.Link(v.r.Context(), v.visitor(), token)
	if err != nil {
		return err
	}
	return v.show(statusOK, "link", LinkPage{Frame: v.frame(v.words.Text("portal.link_title"), ""), Token: token, Purpose: purpose})
}

func (v *visit) useLink() error {
	done, err := v.Counter.ConfirmLink(v.r.Context(), v.known(), v.r.PathValue("token"))
	if err != nil {
		return err
	}
	return v.confirmed(done)
}

// confirmed goes to what the confirmation opened.
func (v *visit) confirmed(done intake.Confirmed) error {
	if done.Purpose != application.ToRecover {
		return v.see("/apply/" + string(done.Draft))
	}
	v.giveAccess(done.Access)
	return v.see("/status/" + done.Access.Number + "/code")
}

// ResumePage is the data of page/resume.tmpl.
type ResumePage struct {
	web.Frame
	Draft string // "" when no draft was named
}

// resume opens a draft in the browser that began it. Another browser is asked
// to confirm the draft's address again; what the draft is about is not shown.
func (v *visit) resume() error {
	id := v.r.URL.Query().Get("d")
	if id != "" {
		_, err := v.Counter.Open(v.r.Context(), v.visitor(), application.DraftID(id))
		if err == nil || fault.KindOf(err) == fault.Gone {
			return v.see("/apply/" + id)
		}
		if fault.KindOf(err) != fault.NotFound {
			return err
		}
	}
	return v.show(statusOK, "resume", ResumePage{Frame: v.frame(v.words.Text("portal.resume_title"), "menu.procedures"), Draft: id})
}

func (v *visit) askResume() error {
	in, err := v.form()
	if err != nil {
		return err
	}
	id, err := v.Counter.AskToResume(v.r.Context(), v.known(), application.DraftID(in.Get("d")))
	if err != nil {
		return err
	}
	return v.see("/confirm/sent?c=" + id)
}

// masked shows the first letter of an address and its domain.
func masked(mail string) string {
	for i, r := range mail {
		if r == '@' {
			return mail[:min(1, i)] + "***" + mail[i:]
		}
	}
	return ""
}

// problems are the lines of the error summary for a page of the form.
func problems(list []field.Problem, w field.Words) []ui.Problem {
	var out []ui.Problem
	for _, p := range list {
		out = append(out, ui.Problem{ID: p.Control, Text: p.Text(w)})
	}
	return out
}

// incomplete returns what a draft lacks, if that is why err came.
func incomplete(err error) *intake.Incomplete {
	if x, ok := errors.AsType[*intake.Incomplete](err); ok {
		return x
	}
	return nil
}
