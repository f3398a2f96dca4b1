package portal

import (
	"net/http"
	"strings"
	"time"

	"madoguchi/internal/application"
	"madoguchi/internal/audit"
	"madoguchi/internal/fault"
	"madoguchi/internal/intake"
	"madoguchi/internal/jptext"
	"madoguchi/internal/receipt"
	"madoguchi/internal/staff"
	"madoguchi/internal/web"
	"madoguchi/internal/web/ui"
)

func groups(number string) string { return jptext.FormatReceiptNo(number) }
func groupsOf(code string) string { return receipt.FormatCode(code) }

// tones are the shapes of the status words.
var tones = map[application.Status]string{
	application.Received: "wait", application.InReview: "work", application.Returned: "back",
	application.Completed: "done", application.Rejected: "no", application.Withdrawn: "gone",
}

func (v *visit) statusWord(s application.Status) ui.Status {
	return ui.Status{Tone: tones[s], Word: v.words.Text("application.status_" + string(s))}
}

// LookupPage is the data of page/lookup.tmpl (申込内容照会).
type LookupPage struct {
	web.Frame
	ui.Summary
	Number ui.Field
	Code   ui.Field
	Opened []ui.Link // looked up in this browser during the last hour
}

func (v *visit) lookup() error { return v.show(statusOK, "lookup", v.lookupPage("", nil)) }

func (v *visit) lookupPage(number string, wrong error) LookupPage {
	p := LookupPage{
		Frame: v.frame(v.words.Text("portal.lookup_title"), "menu.status"),
		Number: ui.Field{ID: "number", Name: "number", Label: v.words.Text("portal.number_label"), Hint: v.words.Text("portal.number_hint"),
			Value: number, Required: true, InputMode: "numeric", Size: "m"},
		Code: ui.Field{ID: "code", Name: "code", Label: v.words.Text("portal.secret_label"), Hint: v.words.Text("portal.secret_hint"),
			Required: true, Size: "m", Mono: true},
	}
	for _, k := range v.accesses() {
		if k.Tenant == int64(v.body.ID) {
			p.Opened = append(p.Opened, ui.Link{Label: groups(k.Number), Href: v.place.Base + "/status/" + k.Number})
		}
	}
	if wrong != nil {
		p.Invalid = true
		p.Code.Error, _ = v.words.Explain(wrong)
		p.Problems = []ui.Problem{{ID: "number", Text: p.Code.Error}}
	}
	return p
}

func (v *visit) openCase() error {
	in, err := v.form()
	if err != nil {
		return err
	}
	if err := v.lookups.Allow(v.place.Network(), time.Now()); err != nil {
		return err
	}
	who := v.known()
	a, err := v.Counter.LookUp(v.r.Context(), who, limit(in.Get("number"), 100), limit(in.Get("code"), 100))
	if fault.KindOf(err) == fault.Invalid {
		return v.show(http.StatusUnprocessableEntity, "lookup", v.lookupPage(limit(in.Get("number"), 100), err))
	}
	if err != nil {
		return err
	}
	v.giveAccess(a)
	return v.see("/status/" + a.Number)
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
	Returned *Returned
	Outcome  string
	Messages []Talk
	Replies  []ui.File
	History  []ui.Event
	Sections []CheckSection
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
func (v *visit) seen(what audit.What) (*intake.Case, bool, error) {
	a, err := v.access()
	if fault.KindOf(err) == fault.NotFound {
		return nil, true, v.see("/status")
	}
	if err != nil {
		return nil, false, err
	}
	x, err := v.Counter.See(v.r.Context(), v.visitor(), a, what)
	if fault.KindOf(err) == fault.NotFound { // the code was replaced meanwhile
		return nil, true, v.see("/status")
	}
	return x, false, err
}

func (v *visit) status() error {
	x, handled, err := v.seen(audit.ViewLookup)
	if err != nil || handled {
		return err
	}
	p := v.statusPage(x)
	p.Sent = v.r.URL.Query().Get("sent") == "1"
	return v.show(statusOK, "status", p)
}

func (v *visit) statusPage(x *intake.Case) StatusPage {
	a := x.Application
	p := StatusPage{
		Frame: v.frame(v.words.Text("portal.status_title_no", "no", groups(a.ReceiptNo)), "menu.status"),
		No:    groups(a.ReceiptNo), Number: a.ReceiptNo, Word: v.statusWord(a.Status), Name: a.ProcedureTitle,
		Arrived: v.times.DateTime(a.ArrivedAt), Person: a.Facts.Name, Next: v.words.Text("portal.next_" + string(a.Status)),
		Outcome: a.Outcome, Section: x.Section, Correct: x.Can(application.Correct), Withdraw: x.Can(application.Withdraw),
		AskOK: x.Can(application.Ask), Again: x.Procedure.Published && x.Procedure.OpenAt(v.now), PDF: v.Printer.Available(),
		Question: ui.Field{ID: "question", Name: "question", Label: v.words.Text("portal.question_label"), Hint: v.words.Text("portal.question_hint"), Required: true, Rows: 4},
	}
	if a.Return != nil {
		p.Returned = v.returned(&intake.Work{Returned: a.Return, Form: x.Form})
	}
	for _, m := range x.Messages {
		t := Talk{Mine: m.Side == application.FromApplicant, By: x.Section.Name, When: v.times.DateTime(m.At), Text: m.Body}
		if t.Mine {
			t.By = v.words.Text("portal.you")
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

func (v *visit) event(x *intake.Case, h application.HistoryEntry, now bool) ui.Event {
	by := h.By
	if by == intake.ByApplicant {
		by = v.words.Text("portal.applicant")
		if x.Application.Facts.Name != "" {
			by = v.words.Text("portal.person", "name", x.Application.Facts.Name)
		}
	}
	e := ui.Event{What: v.words.Text("application.done_" + string(h.Act)), When: v.times.DateTime(h.At) + " " + by, Note: h.Text, Now: now}
	if h.To != h.From {
		word := v.statusWord(h.To)
		e.Status = &word
	}
	return e
}

func (v *visit) files(x *intake.Case, rows []application.Attachment) []ui.File {
	var list []ui.File
	for _, f := range rows {
		list = append(list, ui.File{
			Kind: fileKind(f.Name), Name: jptext.Recompose(f.Name), Href: v.place.Base + "/status/" + x.Application.ReceiptNo + "/files/" + f.ID,
			Note: web.Size(f.SizeBytes) + " " + v.times.Short(f.CreatedAt),
		})
	}
	return list
}

func (v *visit) sections(x *intake.Case) ([]CheckSection, int) {
	var list []CheckSection
	n := 0
	for _, s := range x.Form.Summary(x.Answers, v.words.Text) {
		section := CheckSection{Title: s.Title}
		for _, l := range s.Lines {
			n++
			section.Rows = append(section.Rows, ui.Fact{Label: l.Label, Lines: l.Values})
		}
		list = append(list, section)
	}
	return list, n
}

func (v *visit) ask() error {
	in, err := v.form()
	if err != nil {
		return err
	}
	a, err := v.access()
	if err != nil {
		return err
	}
	question := in.Get("question")
	err = v.Counter.Ask(v.r.Context(), v.visitor(), a, question)
	if fault.KindOf(err) == fault.Invalid {
		x, again := v.Counter.See(v.r.Context(), v.visitor(), a, audit.ViewLookup)
		if again != nil {
			return again
		}
		p := v.statusPage(x)
		p.Invalid = true
		p.Question.Value = question
		p.Question.Error, _ = v.words.Explain(err)
		p.Problems = []ui.Problem{p.Question.Problem()}
		return v.show(http.StatusUnprocessableEntity, "status", p)
	}
	if err != nil {
		return err
	}
	return v.see("/status/" + a.Number + "?sent=1#messages")
}

func (v *visit) edit() error       { return v.draftFrom(v.Counter.Correct) }
func (v *visit) applyAgain() error { return v.draftFrom(v.Counter.ApplyAgain) }

// WithdrawPage is the data of page/withdraw.tmpl.
type WithdrawPage struct {
	web.Frame
	ui.Summary
	Name, No, Number string
	Back             string
	Reason           ui.Field
}

func (v *visit) withdrawPage() error {
	x, handled, err := v.seen(audit.ViewLookup)
	if err != nil || handled {
		return err
	}
	if !x.Can(application.Withdraw) {
		return v.see("/status/" + x.Application.ReceiptNo)
	}
	return v.show(statusOK, "withdraw", v.withdrawData(x, "", nil))
}

func (v *visit) withdrawData(x *intake.Case, typed string, wrong error) WithdrawPage {
	p := WithdrawPage{
		Frame: v.frame(v.words.Text("portal.withdraw_title"), "menu.status"), Name: x.Application.ProcedureTitle,
		No: groups(x.Application.ReceiptNo), Number: x.Application.ReceiptNo, Back: v.place.Base + "/status/" + x.Application.ReceiptNo,
		Reason: ui.Field{ID: "reason", Name: "reason", Label: v.words.Text("portal.reason_label"), Hint: v.words.Text("portal.reason_hint"), Value: typed, Required: true, Rows: 4},
	}
	if wrong != nil {
		p.Invalid = true
		p.Reason.Error, _ = v.words.Explain(wrong)
		p.Problems = []ui.Problem{p.Reason.Problem()}
	}
	return p
}

func (v *visit) withdraw() error {
	in, err := v.form()
	if err != nil {
		return err
	}
	a, err := v.access()
	if err != nil {
		return err
	}
	err = v.Counter.Withdraw(v.r.Context(), v.visitor(), a, in.Get("reason"))
	if fault.KindOf(err) == fault.Invalid {
		x, again := v.Counter.See(v.r.Context(), v.visitor(), a, audit.ViewLookup)
		if again != nil {
			return again
		}
		return v.show(http.StatusUnprocessableEntity, "withdraw", v.withdrawData(x, in.Get("reason"), err))
	}
	if err != nil {
		return err
	}
	return v.see("/status/" + a.Number)
}

func (v *visit) caseFile() error {
	a, err := v.access()
	if err != nil {
		return err
	}
	row, body, err := v.Counter.File(v.r.Context(), v.visitor(), a, v.r.PathValue("f"))
	if err != nil {
		return err
	}
	defer body.Close()
	web.SendFile(v.w, v.r, web.File{Name: row.Name, Type: row.Type, SHA256: row.SHA256, Content: body, Private: true})
	return nil
}

// closeCases ends what this browser may open: on a shared device nothing stays.
func (v *visit) closeCases() error {
	v.Cookies.Drop(v.w, caseCookie)
	v.Cookies.DropBrowser(v.w)
	return v.see("/status")
}

// RecoverPage is the data of page/recover.tmpl (照会用パスワードの再発行).
type RecoverPage struct {
	web.Frame
	ui.Summary
	Number, Mail, Name ui.Field
}

func (v *visit) recoverPage() error {
	return v.show(statusOK, "recover", v.recoverData("", "", "", nil))
}

func (v *visit) recoverData(number, mail, name string, wrong error) RecoverPage {
	p := RecoverPage{
		Frame: v.frame(v.words.Text("portal.recover_title"), "menu.status"),
		Number: ui.Field{ID: "number", Name: "number", Label: v.words.Text("portal.number_label"), Hint: v.words.Text("portal.number_hint"),
			Value: number, Required: true, InputMode: "numeric", Size: "m"},
		Mail: ui.Field{ID: "mail", Name: "mail", Label: v.words.Text("portal.mail_label"), Hint: v.words.Text("portal.recover_mail_hint"),
			Value: mail, Required: true, InputMode: "email", Autocomplete: "email", Size: "l"},
		Name: ui.Field{ID: "name", Name: "name", Label: v.words.Text("portal.recover_name"), Hint: v.words.Text("portal.recover_name_hint"),
			Value: name, Autocomplete: "name", Size: "l"},
	}
	if wrong != nil {
		p.Invalid = true
		p.Number.Error, _ = v.words.Explain(wrong)
		p.Problems = []ui.Problem{p.Number.Problem()}
	}
	return p
}

func (v *visit) recover() error {
	in, err := v.form()
	if err != nil {
		return err
	}
	if err := v.lookups.Allow(v.place.Network(), time.Now()); err != nil {
		return err
	}
	number, mail, name := limit(in.Get("number"), 100), limit(in.Get("mail"), 300), limit(in.Get("name"), 300)
	id, err := v.Counter.AskToRecover(v.r.Context(), v.known(), number, mail, strings.TrimSpace(name))
	if fault.KindOf(err) == fault.Invalid {
		return v.show(http.StatusUnprocessableEntity, "recover", v.recoverData(number, mail, name, err))
	}
	if err != nil {
		return err
	}
	return v.see("/confirm/sent?c=" + id)
}
