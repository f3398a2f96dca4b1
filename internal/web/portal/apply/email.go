package apply

import (
	"errors"
	"net/http"

	"madoguchi/internal/application"
	"madoguchi/internal/fault"
	"madoguchi/internal/form/field"
	"madoguchi/internal/intake"
	"madoguchi/internal/procedure"
	"madoguchi/internal/web"
	"madoguchi/internal/web/portal/visit"
	"madoguchi/internal/web/ui"
)

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

func (v page) email() error {
	x, err := v.Procedure()
	if err != nil {
		return err
	}
	if v.R.URL.Query().Get("agreed") != "1" || x.Detail.NoMail || !x.OpenAt(v.Now) {
		return v.See("/procedures/" + string(x.ID))
	}
	return v.Show(http.StatusOK, "email", v.emailPage(x, "", nil))
}

func (v page) emailPage(x procedure.Procedure, typed string, wrong error) EmailPage {
	p := EmailPage{
		Frame: v.Frame(v.Words.Text("portal.email_title"), "menu.procedures"), Steps: visit.Steps(2, x), ID: string(x.ID), Name: x.Title,
		From: v.Body.Settings.MailFrom,
		Mail: ui.Field{
			ID: "mail", Name: "mail", Label: v.Words.Text("portal.mail_label"), Hint: v.Words.Text("portal.mail_hint"),
			Value: typed, Required: true, InputMode: "email", Autocomplete: "email", Size: "l",
		},
	}
	if wrong != nil {
		p.Invalid = true
		p.Mail.Error, _ = v.Words.Explain(wrong)
		p.Problems = []ui.Problem{p.Mail.Problem()}
	}
	return p
}

func (v page) askEmail() error {
	x, err := v.Procedure()
	if err != nil {
		return err
	}
	in, err := v.Form()
	if err != nil {
		return err
	}
	id, err := v.Counter.AskToApply(v.R.Context(), v.Known(), x.ID, in.Get("mail"))
	if fault.KindOf(err) == fault.Invalid {
		return v.Show(http.StatusUnprocessableEntity, "email", v.emailPage(x, visit.Limit(in.Get("mail"), 300), err))
	}
	if err != nil {
		return err
	}
	return v.See("/confirm/sent?c=" + id)
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

	Undelivered bool // the mail came back
}

func (v page) sent() error {
	p, err := v.sentPage(v.R.URL.Query().Get("c"))
	if err != nil {
		return err
	}
	p.Again = v.R.URL.Query().Get("again") == "1"
	return v.Show(http.StatusOK, "sent", p)
}

func (v page) sentPage(id string) (SentPage, error) {
	c, err := v.Counter.Pending(v.R.Context(), v.Visitor(), id)
	if err != nil {
		return SentPage{}, err
	}
	p := SentPage{
		Frame: v.Frame(v.Words.Text("portal.sent_title"), "menu.procedures"), Purpose: c.Purpose, ID: c.ID, Mail: c.Mail, Left: c.TriesLeft, Undelivered: c.Undelivered,
		From: v.Body.Settings.MailFrom,
		Code: ui.Field{
			ID: "code", Name: "code", Label: v.Words.Text("portal.code_label"), Hint: v.Words.Text("portal.code_hint"),
			Required: true, InputMode: "numeric", Autocomplete: "one-time-code", Size: "m", Mono: true,
		},
	}
	switch c.Purpose {
	case application.ToApply:
		x, _ := v.Snap.Procedure(c.Procedure)
		st := visit.Steps(2, x)
		p.Steps, p.Change = &st, v.Place.Base+"/procedures/"+string(c.Procedure)+"/email?agreed=1"
	case application.ToRecover:
		p.Change = v.Place.Base + "/status/recover"
	case application.ToResume:
		p.Mail = masked(c.Mail) // this browser has not shown yet that the draft is its own
	}
	return p, nil
}

func (v page) resend() error {
	in, err := v.Form()
	if err != nil {
		return err
	}
	id, err := v.Counter.Resend(v.R.Context(), v.Visitor(), in.Get("c"))
	if err != nil {
		return err
	}
	return v.See("/confirm/sent?again=1&c=" + id)
}

func (v page) code() error {
	in, err := v.Form()
	if err != nil {
		return err
	}
	done, err := v.Counter.ConfirmCode(v.R.Context(), v.Visitor(), in.Get("c"), visit.Limit(in.Get("code"), 100))
	if f := fault.Of(err); f != nil && f.Key() == intake.ErrCode.Key() {
		p, again := v.sentPage(in.Get("c"))
		if again != nil {
			return again
		}
		p.Invalid = true
		p.Code.Error = v.Words.Text(f.Key(), f.Args())
		p.Problems = []ui.Problem{p.Code.Problem()}
		return v.Show(http.StatusUnprocessableEntity, "sent", p)
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

func (v page) linkPage() error {
	token := v.R.PathValue("token")
	purpose, err := v.Counter.Link(v.R.Context(), v.Visitor(), token)
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, "link", LinkPage{Frame: v.Frame(v.Words.Text("portal.link_title"), ""), Token: token, Purpose: purpose})
}

func (v page) useLink() error {
	done, err := v.Counter.ConfirmLink(v.R.Context(), v.Known(), v.R.PathValue("token"))
	if err != nil {
		return err
	}
	return v.confirmed(done)
}

// confirmed goes to what the confirmation opened.
func (v page) confirmed(done intake.Confirmed) error {
	if done.Purpose != application.ToRecover {
		return v.See("/apply/" + string(done.Draft))
	}
	v.GiveAccess(done.Access)
	return v.See("/status/" + done.Access.Number + "/code")
}

// ResumePage is the data of page/resume.tmpl.
type ResumePage struct {
	web.Frame
	Draft string // "" when no draft was named
}

// resume opens a draft in the browser that began it. Another browser is asked
// to confirm the draft's address again; what the draft is about is not shown.
func (v page) resume() error {
	id := v.R.URL.Query().Get("d")
	if id != "" {
		_, err := v.Counter.Open(v.R.Context(), v.Visitor(), application.DraftID(id))
		if err == nil || fault.KindOf(err) == fault.Gone {
			return v.See("/apply/" + id)
		}
		if fault.KindOf(err) != fault.NotFound {
			return err
		}
	}
	return v.Show(http.StatusOK, "resume", ResumePage{Frame: v.Frame(v.Words.Text("portal.resume_title"), "menu.procedures"), Draft: id})
}

func (v page) askResume() error {
	in, err := v.Form()
	if err != nil {
		return err
	}
	id, err := v.Counter.AskToResume(v.R.Context(), v.Known(), application.DraftID(in.Get("d")))
	if err != nil {
		return err
	}
	return v.See("/confirm/sent?c=" + id)
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
