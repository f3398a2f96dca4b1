package lookup

import (
	"net/http"
	"strings"
	"time"

	"madoguchi/internal/application"
	"madoguchi/internal/audit"
	"madoguchi/internal/fault"
	"madoguchi/internal/intake"
	"madoguchi/internal/jptext"
	"madoguchi/internal/staff"
	"madoguchi/internal/web"
	"madoguchi/internal/web/portal/visit"
	"madoguchi/internal/web/ui"
)

// tones are the shapes of the status words.
var tones = map[application.Status]string{
	application.Received: "wait", application.InReview: "work", application.Returned: "back",
	application.Completed: "done", application.Rejected: "no", application.Withdrawn: "gone",
}

func (v page) statusWord(s application.Status) ui.Status {
	return ui.Status{Tone: tones[s], Word: v.Words.Text("application.status_" + string(s))}
}

// LookupPage is the data of page/lookup.tmpl (申込内容照会).
type LookupPage struct {
	web.Frame
	ui.Summary
	Number ui.Field
	Code   ui.Field
	Opened []ui.Link // looked up in this browser during the last hour
}

func (v page) lookup() error { return v.Show(http.StatusOK, "lookup", v.lookupPage("", nil)) }

func (v page) lookupPage(number string, wrong error) LookupPage {
	p := LookupPage{
		Frame: v.Frame(v.Words.Text("portal.lookup_title"), "menu.status"),
		Number: ui.Field{ID: "number", Name: "number", Label: v.Words.Text("portal.number_label"), Hint: v.Words.Text("portal.number_hint"),
			Value: number, Required: true, InputMode: "numeric", Size: "m"},
		Code: ui.Field{ID: "code", Name: "code", Label: v.Words.Text("portal.secret_label"), Hint: v.Words.Text("portal.secret_hint"),
			Required: true, Size: "m", Mono: true},
	}
	for _, k := range v.Accesses() {
		if k.Tenant == int64(v.Body.ID) {
			p.Opened = append(p.Opened, ui.Link{Label: visit.Groups(k.Number), Href: v.Place.Base + "/status/" + k.Number})
		}
	}
	if wrong != nil {
		p.Invalid = true
		p.Code.Error, _ = v.Words.Explain(wrong)
		p.Problems = []ui.Problem{{ID: "number", Text: p.Code.Error}}
	}
	return p
}

func (v page) openCase() error {
	in, err := v.Form()
	if err != nil {
		return err
	}
	if err := v.Lookups.Allow(v.Place.Network(), time.Now()); err != nil {
		return err
	}
	who := v.Known()
	a, err := v.Counter.LookUp(v.R.Context(), who, visit.Limit(in.Get("number"), 100), visit.Limit(in.Get("code"), 100))
	if fault.KindOf(err) == fault.Invalid {
		return v.Show(http.StatusUnprocessableEntity, "lookup", v.lookupPage(visit.Limit(in.Get("number"), 100), err))
	}
	if err != nil {
		return err
	}
	v.GiveAccess(a)
	return v.See("/status/" + a.Number)
}

// StatusPage is the data of page/status.tmpl.
type StatusPage struct {
	web.Frame
	ui.Summary
	No       string
	Number   string
	Word     ui.Status
	Name     string // of the procedure
	Arrived  string
	Person   string
	Next     string // what happens now
	Returned *visit.Returned
	Outcome  string
	Messages []Talk
	Replies  []ui.File
	History  []ui.Event
	Sections []visit.Section
	Items    int
	Files    []ui.File
	Section  staff.Section
	Correct  bool
	Withdraw bool
	AskOK    bool
	Again    bool
	PDF      bool
	Question ui.Field
	Sent     bool // a question was sent just now
}

// Talk is one message between applicant and section.
type Talk struct {
	Mine bool
	By   string
	When string
	Text string
}

// seen opens the application of the address and records the view. handled is
// true when the browser was sent to the lookup.
func (v page) seen(what audit.What) (*intake.Case, bool, error) {
	a, err := v.Access()
	if fault.KindOf(err) == fault.NotFound {
		return nil, true, v.See("/status")
	}
	if err != nil {
		return nil, false, err
	}
	x, err := v.Counter.See(v.R.Context(), v.Visitor(), a, what)
	if fault.KindOf(err) == fault.NotFound { // the code was replaced meanwhile
		return nil, true, v.See("/status")
	}
	return x, false, err
}

func (v page) status() error {
	x, handled, err := v.seen(audit.ViewLookup)
	if err != nil || handled {
		return err
	}
	p := v.statusPage(x)
	p.Sent = v.R.URL.Query().Get("sent") == "1"
	return v.Show(http.StatusOK, "status", p)
}

func (v page) statusPage(x *intake.Case) StatusPage {
	a := x.Application
	p := StatusPage{
		Frame: v.Frame(v.Words.Text("portal.status_title_no", "no", visit.Groups(a.ReceiptNo)), "menu.status"),
		No:    visit.Groups(a.ReceiptNo), Number: a.ReceiptNo, Word: v.statusWord(a.Status), Name: a.ProcedureTitle,
		Arrived: v.Times.DateTime(a.ArrivedAt), Person: a.Facts.Name, Next: v.Words.Text("portal.next_" + string(a.Status)),
		Outcome: a.Outcome, Section: x.Section, Correct: x.Can(application.Correct), Withdraw: x.Can(application.Withdraw),
		AskOK: x.Can(application.Ask), Again: x.Procedure.Published && x.Procedure.OpenAt(v.Now), PDF: v.Printer.Available(),
		Question: ui.Field{ID: "question", Name: "question", Label: v.Words.Text("portal.question_label"), Hint: v.Words.Text("portal.question_hint"), Required: true, Rows: 4},
	}
	if a.Return != nil {
		p.Returned = v.Returned(&intake.Work{Returned: a.Return, Form: x.Form})
	}
	for _, m := range x.Messages {
		t := Talk{Mine: m.Side == application.FromApplicant, By: x.Section.Name, When: v.Times.DateTime(m.At), Text: m.Body}
		if t.Mine {
			t.By = v.Words.Text("portal.you")
		}
		p.Messages = append(p.Messages, t)
	}
	for i, h := range x.History {
		p.History = append(p.History, v.event(x, h, i == 0))
	}
	p.Replies, p.Files = v.files(x, x.Replies), v.files(x, x.Files)
	p.Sections, p.Items = v.sections(x)
	return p
}

func (v page) event(x *intake.Case, h application.HistoryEntry, now bool) ui.Event {
	by := h.By
	if by == intake.ByApplicant {
		by = v.Words.Text("portal.applicant")
		if x.Application.Facts.Name != "" {
			by = v.Words.Text("portal.person", "name", x.Application.Facts.Name)
		}
	}
	e := ui.Event{What: v.Words.Text("application.done_" + string(h.Act)), When: v.Times.DateTime(h.At) + " " + by, Note: h.Text, Now: now}
	if h.To != h.From {
		word := v.statusWord(h.To)
		e.Status = &word
	}
	return e
}

func (v page) files(x *intake.Case, rows []application.Attachment) []ui.File {
	var list []ui.File
	for _, f := range rows {
		list = append(list, ui.File{
			Kind: visit.FileKind(f.Name), Name: jptext.Recompose(f.Name), Href: v.Place.Base + "/status/" + x.Application.ReceiptNo + "/files/" + f.ID,
			Note: web.Size(f.SizeBytes) + " " + v.Times.Short(f.CreatedAt),
		})
	}
	return list
}

func (v page) sections(x *intake.Case) ([]visit.Section, int) {
	var list []visit.Section
	n := 0
	for _, s := range x.Form.Summary(x.Answers, v.Words.Text) {
		section := visit.Section{Title: s.Title}
		for _, l := range s.Lines {
			n++
			section.Rows = append(section.Rows, ui.Fact{Label: l.Label, Lines: l.Values})
		}
		list = append(list, section)
	}
	return list, n
}

func (v page) ask() error {
	in, err := v.Form()
	if err != nil {
		return err
	}
	a, err := v.Access()
	if err != nil {
		return err
	}
	question := in.Get("question")
	err = v.Counter.Ask(v.R.Context(), v.Visitor(), a, question)
	if fault.KindOf(err) == fault.Invalid {
		x, again := v.Counter.See(v.R.Context(), v.Visitor(), a, audit.ViewLookup)
		if again != nil {
			return again
		}
		p := v.statusPage(x)
		p.Invalid = true
		p.Question.Value = question
		p.Question.Error, _ = v.Words.Explain(err)
		p.Problems = []ui.Problem{p.Question.Problem()}
		return v.Show(http.StatusUnprocessableEntity, "status", p)
	}
	if err != nil {
		return err
	}
	return v.See("/status/" + a.Number + "?sent=1#messages")
}

func (v page) edit() error       { return v.draftFrom(v.Counter.Correct) }
func (v page) applyAgain() error { return v.draftFrom(v.Counter.ApplyAgain) }

// WithdrawPage is the data of page/withdraw.tmpl.
type WithdrawPage struct {
	web.Frame
	ui.Summary
	Name, No, Number string
	Back             string
	Reason           ui.Field
}

func (v page) withdrawPage() error {
	x, handled, err := v.seen(audit.ViewLookup)
	if err != nil || handled {
		return err
	}
	if !x.Can(application.Withdraw) {
		return v.See("/status/" + x.Application.ReceiptNo)
	}
	return v.Show(http.StatusOK, "withdraw", v.withdrawData(x, "", nil))
}

func (v page) withdrawData(x *intake.Case, typed string, wrong error) WithdrawPage {
	p := WithdrawPage{
		Frame: v.Frame(v.Words.Text("portal.withdraw_title"), "menu.status"), Name: x.Application.ProcedureTitle,
		No: visit.Groups(x.Application.ReceiptNo), Number: x.Application.ReceiptNo, Back: v.Place.Base + "/status/" + x.Application.ReceiptNo,
		Reason: ui.Field{ID: "reason", Name: "reason", Label: v.Words.Text("portal.reason_label"), Hint: v.Words.Text("portal.reason_hint"), Value: typed, Required: true, Rows: 4},
	}
	if wrong != nil {
		p.Invalid = true
		p.Reason.Error, _ = v.Words.Explain(wrong)
		p.Problems = []ui.Problem{p.Reason.Problem()}
	}
	return p
}

func (v page) withdraw() error {
	in, err := v.Form()
	if err != nil {
		return err
	}
	a, err := v.Access()
	if err != nil {
		return err
	}
	err = v.Counter.Withdraw(v.R.Context(), v.Visitor(), a, in.Get("reason"))
	if fault.KindOf(err) == fault.Invalid {
		x, again := v.Counter.See(v.R.Context(), v.Visitor(), a, audit.ViewLookup)
		if again != nil {
			return again
		}
		return v.Show(http.StatusUnprocessableEntity, "withdraw", v.withdrawData(x, in.Get("reason"), err))
	}
	if err != nil {
		return err
	}
	return v.See("/status/" + a.Number)
}

func (v page) caseFile() error {
	a, err := v.Access()
	if err != nil {
		return err
	}
	row, body, err := v.Counter.File(v.R.Context(), v.Visitor(), a, v.R.PathValue("f"))
	if err != nil {
		return err
	}
	defer body.Close()
	web.SendFile(v.W, v.R, web.File{Name: row.Name, Type: row.Type, SHA256: row.SHA256, Content: body, Private: true})
	return nil
}

// closeCases ends what this browser may open: on a shared device nothing stays.
func (v page) closeCases() error {
	v.Forget()
	return v.See("/status")
}

// RecoverPage is the data of page/recover.tmpl (照会用パスワードの再発行).
type RecoverPage struct {
	web.Frame
	ui.Summary
	Number, Mail, Name ui.Field
}

func (v page) recoverPage() error {
	return v.Show(http.StatusOK, "recover", v.recoverData("", "", "", nil))
}

func (v page) recoverData(number, mail, name string, wrong error) RecoverPage {
	p := RecoverPage{
		Frame: v.Frame(v.Words.Text("portal.recover_title"), "menu.status"),
		Number: ui.Field{ID: "number", Name: "number", Label: v.Words.Text("portal.number_label"), Hint: v.Words.Text("portal.number_hint"),
			Value: number, Required: true, InputMode: "numeric", Size: "m"},
		Mail: ui.Field{ID: "mail", Name: "mail", Label: v.Words.Text("portal.mail_label"), Hint: v.Words.Text("portal.recover_mail_hint"),
			Value: mail, Required: true, InputMode: "email", Autocomplete: "email", Size: "l"},
		Name: ui.Field{ID: "name", Name: "name", Label: v.Words.Text("portal.recover_name"), Hint: v.Words.Text("portal.recover_name_hint"),
			Value: name, Autocomplete: "name", Size: "l"},
	}
	if wrong != nil {
		p.Invalid = true
		p.Number.Error, _ = v.Words.Explain(wrong)
		p.Problems = []ui.Problem{p.Number.Problem()}
	}
	return p
}

func (v page) recover() error {
	in, err := v.Form()
	if err != nil {
		return err
	}
	if err := v.Lookups.Allow(v.Place.Network(), time.Now()); err != nil {
		return err
	}
	number, mail, name := visit.Limit(in.Get("number"), 100), visit.Limit(in.Get("mail"), 300), visit.Limit(in.Get("name"), 300)
	id, err := v.Counter.AskToRecover(v.R.Context(), v.Known(), number, mail, strings.TrimSpace(name))
	if fault.KindOf(err) == fault.Invalid {
		return v.Show(http.StatusUnprocessableEntity, "recover", v.recoverData(number, mail, name, err))
	}
	if err != nil {
		return err
	}
	return v.See("/confirm/sent?c=" + id)
}
