package cases

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"madoguchi/internal/application"
	"madoguchi/internal/audit"
	"madoguchi/internal/casework"
	"madoguchi/internal/form"
	"madoguchi/internal/form/field"
	"madoguchi/internal/jptext"
	"madoguchi/internal/outbox"
	"madoguchi/internal/staff"
	"madoguchi/internal/web"
	"madoguchi/internal/web/office/visit"
	"madoguchi/internal/web/ui"
)

// CasePage is the data of the pages about one application: case, messages,
// files, history, print, decide and confirm.
type CasePage struct {
	web.Frame
	No        string // in groups of four
	Name      string
	Status    ui.Status
	Outcome   string
	CaseTitle string // of the procedure
	Arrived   time.Time
	Section   string
	Assignee  string
	Due       time.Time // of the correction
	Now       time.Time
	Here      string // address of the application
	Query     string // of the list that it was opened from, with "?", or ""
	BackTo    ui.Link
	Prev      string
	Next      string
	Tabs      []Tab
	Notices   []ui.Notice
	Summary   ui.Summary
	Key       string
	Version   int
	CanAccept bool
	CanAssign bool
	CanNote   bool
	CanReply  bool

	Parts    []Part
	Files    []ui.File
	Replies  []ui.File
	Talk     []Said
	Notes    []Said
	Note     ui.Field
	Events   []ui.Event
	More     bool // the history has more events
	Decision *Decision
	Message  ui.Field // of a reply
	Uploads  []ui.Field
	PrintBy  string
}

// Part is the answers to one page of the form.
type Part struct {
	Title string
	Lines []AnswerLine
}

// AnswerLine is one answer. Without lines and files it was left empty.
type AnswerLine struct {
	Label string
	Lines []string
	Files []ui.File
}

// Said is a message or a note.
type Said struct {
	Mine bool // from the office
	Text string
	When string // when and by whom
	Open bool   // a question that nobody has answered
}

// caseEvents is how many events the contents page shows.
const caseEvents = 6

// openCase opens the application of the address and fills what every page
// about it shows.
func (v *page) openCase(what audit.What, tab string) (*CasePage, *casework.Case, error) {
	no, ok := jptext.ReadReceiptNo(v.R.PathValue("n"))
	if !ok {
		return nil, nil, visit.ErrNone
	}
	c, err := v.Desk.Open(v.Context(), v.Who, no, what)
	if err != nil {
		return nil, nil, err
	}
	a := &c.Application
	p := &CasePage{
		No: jptext.FormatReceiptNo(no), Name: a.Facts.Name, Status: v.status(a.Status), Outcome: a.Outcome,
		CaseTitle: a.ProcedureTitle, Arrived: a.ArrivedAt, Section: c.Section.Name, Assignee: c.Names[a.Assignee],
		Now: v.Clock(), Here: v.Base + "/cases/" + no, Version: a.Version, Key: v.Desk.NewID(),
	}
	p.Frame = v.Frame("office.case_title", "no", p.No, "name", p.Name)
	p.CanAccept = v.Who.May(staff.AcceptCase) && a.Status.Allows(application.Accept)
	p.CanAssign = v.Who.May(staff.AssignCase) && a.Status.Allows(application.Assign)
	p.CanNote = v.Who.May(staff.NoteCase)
	p.CanReply = v.Who.May(staff.ReplyCase) && a.Status.Allows(application.Reply)
	if a.Return != nil {
		p.Due = a.Return.DueAt
	}
	v.caseTabs(p, c, tab)
	v.caseNotices(p, c, tab)
	return p, c, v.caseList(p, a)
}

// caseList fills the way back to the list and to the neighbours in it.
func (v *page) caseList(p *CasePage, a *application.Application) error {
	q := v.R.URL.Query()
	if q.Get("view") == "" {
		p.BackTo = ui.Link{Label: v.Words.Text("office.back_list"), Href: v.Base + "/cases"}
		return nil
	}
	x := readQuery(q)
	p.Query = "?" + x.values().Encode()
	p.BackTo = ui.Link{Label: v.Words.Text("office.back_view", "view", v.Words.Text("office.view_"+x.view.name)), Href: v.Base + "/cases" + p.Query}
	before, after, err := v.Desk.Neighbours(v.Context(), v.Who, x.filter(v.Who), a)
	if err != nil {
		return err
	}
	if before != "" {
		p.Prev = v.Base + "/cases/" + before + p.Query
	}
	if after != "" {
		p.Next = v.Base + "/cases/" + after + p.Query
	}
	return nil
}

func (v *page) caseTabs(p *CasePage, c *casework.Case, now string) {
	count := map[string]string{"messages": web.Comma(len(c.Messages)), "files": web.Comma(len(c.Files))}
	for _, name := range []string{"contents", "messages", "files", "history", "print"} {
		href := p.Here + "/" + name
		if name == "contents" {
			href = p.Here
		}
		p.Tabs = append(p.Tabs, Tab{Label: v.Words.Text("office.tab_" + name), Href: href, Count: count[name], Now: name == now})
	}
}

// caseNotices are what must not be missed: what was just done, who else has
// the case open, mails that did not arrive, questions, what is to be corrected.
func (v *page) caseNotices(p *CasePage, c *casework.Case, tab string) {
	if done := v.Done("accept", "return", "complete", "reject", "assign", "note", "reply"); done != nil {
		p.Notices = append(p.Notices, *done)
	}
	var others []string
	for _, x := range c.Others {
		others = append(others, v.Words.Text("office.other", "name", x.Name, "at", v.Times.Clock(x.At)))
	}
	if len(others) > 0 {
		p.Notices = append(p.Notices, ui.Notice{Tone: "warn", Title: v.Words.Text("office.others"), Lines: others})
	}
	for _, m := range c.Mails {
		if m.State == outbox.Failed {
			p.Notices = append(p.Notices, ui.Notice{Tone: "bad", Title: v.Words.Text("office.mail_failed", "mail", v.mailWord(m.Template)), Lines: []string{v.Words.Text("office.mail_failed_do")}})
		}
	}
	if tab != "messages" && slices.ContainsFunc(c.Messages, unanswered) {
		p.Notices = append(p.Notices, ui.Notice{Tone: "warn", Title: v.Words.Text("office.question_open"), Lines: []string{v.Words.Text("office.question_open_do")}})
	}
	if back := c.Application.Return; back != nil {
		n := ui.Notice{Title: v.Words.Text("office.return_open"), Lines: strings.Split(back.Message, "\n")}
		if !back.DueAt.IsZero() {
			n.Lines = append(n.Lines, v.Words.Text("office.return_due", "at", v.Times.DateTime(back.DueAt)))
		}
		p.Notices = append(p.Notices, n)
	}
}

func unanswered(m application.Message) bool {
	return m.Side == application.FromApplicant && m.AnsweredAt.IsZero()
}

// answers puts the application into words.
func (v *page) answers(p *CasePage, c *casework.Case) error {
	def, err := form.Parse(c.Form.Definition)
	if err != nil {
		return err
	}
	kept, err := form.ParseAnswers(c.Application.Answers)
	if err != nil {
		return err
	}
	for _, s := range def.Summary(kept, v.Words.Text) {
		part := Part{Title: s.Title}
		for _, l := range s.Lines {
			line := AnswerLine{Label: l.Label, Lines: l.Values}
			if len(l.Files) > 0 {
				line.Lines = nil // the rows of the files say more
			}
			for _, f := range l.Files {
				line.Files = append(line.Files, v.answerFile(p, c, f))
			}
			part.Lines = append(part.Lines, line)
		}
		p.Parts = append(p.Parts, part)
	}
	if mail := c.Application.Mail; mail != "" {
		p.Parts = append(p.Parts, Part{Title: v.Words.Text("office.contact"), Lines: []AnswerLine{
			{Label: v.Words.Text("office.contact_mail"), Lines: []string{v.Words.Text("office.mail_confirmed", "mail", mail)}},
		}})
	}
	return nil
}

// answerFile is a file of an answer, with a link where the office has it.
func (v *page) answerFile(p *CasePage, c *casework.Case, f field.File) ui.File {
	row := ui.File{Kind: strings.ToUpper(f.Type), Name: f.ShownName(), Note: web.Size(f.Size)}
	if slices.ContainsFunc(c.Files, func(x application.Attachment) bool { return x.ID == f.ID }) {
		row.Href = p.Here + "/files/" + f.ID
	}
	return row
}

// fileRows lists the attachments that are replies, or those that are not.
func (v *page) fileRows(p *CasePage, c *casework.Case, reply bool) []ui.File {
	var rows []ui.File
	for _, f := range c.Files {
		if f.Reply != reply {
			continue
		}
		note := web.Size(f.SizeBytes)
		if reply {
			note = v.Words.Text("office.file_by", "size", note, "at", v.Moment(f.CreatedAt), "name", c.Names[f.By])
		}
		rows = append(rows, ui.File{Kind: kindOf(f.Name), Name: jptext.Recompose(f.Name), Href: p.Here + "/files/" + f.ID, Note: note})
	}
	return rows
}

// kindOf is the short word on a file's label: its extension.
func kindOf(name string) string {
	i := strings.LastIndexByte(name, '.')
	if i < 0 || len(name)-i > 6 {
		return "?"
	}
	return strings.ToUpper(name[i+1:])
}

func (v *page) said(p *CasePage, c *casework.Case) {
	for _, n := range slices.Backward(c.Notes) {
		p.Notes = append(p.Notes, Said{Mine: true, Text: n.Body, When: v.Moment(n.At) + " " + n.AuthorName})
	}
	for _, m := range slices.Backward(c.Messages) {
		s := Said{Mine: m.Side == application.FromStaff, Text: m.Body, When: v.Moment(m.At), Open: unanswered(m)}
		s.When += " " + v.Words.Text("office.applicant")
		if s.Mine {
			s.When = v.Moment(m.At) + " " + c.Names[m.Author]
		}
		p.Talk = append(p.Talk, s)
	}
	p.Note = ui.Field{ID: "note", Name: "note", Label: v.Words.Text("office.note_write"), Rows: 2, Plain: true}
}

func (v *page) contents() error {
	p, c, err := v.openCase(audit.ViewCase, "contents")
	if err != nil {
		return err
	}
	return v.showContents(http.StatusOK, p, c)
}

func (v *page) showContents(status int, p *CasePage, c *casework.Case) error {
	if err := v.answers(p, c); err != nil {
		return err
	}
	p.Files = v.fileRows(p, c, false)
	note := p.Note
	v.said(p, c)
	if note.Name != "" {
		p.Note = note
	}
	p.Events = v.events(c, true)
	if len(p.Events) > caseEvents {
		p.Events, p.More = p.Events[:caseEvents], true
	}
	if p.Decision == nil {
		d, err := v.decision(c, nil)
		if err != nil {
			return err
		}
		p.Decision = d
	}
	return v.Show(status, "case", *p)
}

func (v *page) files() error {
	p, c, err := v.openCase(audit.ViewCase, "files")
	if err != nil {
		return err
	}
	p.Files, p.Replies = v.fileRows(p, c, false), v.fileRows(p, c, true)
	return v.Show(http.StatusOK, "files", *p)
}

func (v *page) print() error {
	p, c, err := v.openCase(audit.ViewPrint, "print")
	if err != nil {
		return err
	}
	if err := v.answers(p, c); err != nil {
		return err
	}
	p.PrintBy = v.Words.Text("office.print_by", "at", v.Times.DateTime(v.Clock()), "name", v.Who.Member.Name)
	return v.Show(http.StatusOK, "print", *p)
}
