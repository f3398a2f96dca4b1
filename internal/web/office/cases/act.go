package cases

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"madoguchi/internal/application"
	"madoguchi/internal/audit"
	"madoguchi/internal/casework"
	"madoguchi/internal/fault"
	"madoguchi/internal/form/field"
	"madoguchi/internal/jptext"
	"madoguchi/internal/staff"
	"madoguchi/internal/web/office/visit"
	"madoguchi/internal/web/ui"
)

// after leads back to the application when an act was done, and shows it with
// who was faster or what is wrong when it was not.
func (v *page) after(act application.Act, err error, again func(p *CasePage, wrong error) error) error {
	if err == nil {
		return v.Redirect("/cases/" + v.R.PathValue("n") + v.doneQuery(string(act)))
	}
	kind := fault.KindOf(err)
	if kind != fault.Conflict && kind != fault.Invalid {
		return err
	}
	p, c, failed := v.openCase(audit.ViewCase, "contents")
	if failed != nil {
		return failed
	}
	status := http.StatusConflict
	who, known := errors.AsType[*casework.Changed](err)
	switch {
	case known:
		p.Notices = append([]ui.Notice{v.changed(who)}, p.Notices...)
	case kind == fault.Conflict:
		text, _ := v.Words.Explain(err)
		p.Notices = append([]ui.Notice{{Tone: "bad", Title: text}}, p.Notices...)
	default:
		p.Invalid, status = true, http.StatusUnprocessableEntity
		if failed := again(p, err); failed != nil {
			return failed
		}
	}
	return v.showContents(status, p, c)
}

func (v *page) accept() error {
	form, err := v.Posted()
	if err != nil {
		return err
	}
	err = v.Desk.Accept(v.Context(), v.Who, v.R.PathValue("n"), seen(form))
	return v.after(application.Accept, err, func(_ *CasePage, wrong error) error { return wrong })
}

func (v *page) note() error {
	form, err := v.Posted()
	if err != nil {
		return err
	}
	err = v.Desk.Note(v.Context(), v.Who, v.R.PathValue("n"), seen(form), form.Get("note"))
	return v.after("note", err, func(p *CasePage, wrong error) error {
		p.Note = ui.Field{ID: "note", Name: "note", Label: v.Words.Text("office.note_write"), Rows: 2, Plain: true, Value: form.Get("note")}
		p.Summary, wrong = v.Mark(wrong, &p.Note)
		return wrong
	})
}

func (v *page) assignPage() error { return v.showAssign(http.StatusOK, nil) }

func (v *page) showAssign(status int, wrong error) error {
	p, c, err := v.openCase(audit.ViewCase, "")
	if err != nil {
		return err
	}
	if !p.CanAssign {
		return visit.ErrNone
	}
	f := ui.Field{ID: "to", Name: "to", Label: v.Words.Text("office.assignee"), Plain: true}
	if who, ok := errors.AsType[*casework.Changed](wrong); ok {
		p.Notices = []ui.Notice{v.changed(who)}
	} else if p.Summary, err = v.Mark(wrong, &f); err != nil {
		return err
	}
	chosen := c.Application.Assignee
	if chosen == "" {
		chosen = v.Who.Member.ID
	}
	f.Options = []ui.Option{{Label: v.Words.Text("office.nobody")}}
	for _, m := range c.Workers {
		f.Options = append(f.Options, ui.Option{Value: string(m.ID), Label: m.Name, Checked: m.ID == chosen})
	}
	p.Message = f
	return v.Show(status, "assign", *p)
}

func (v *page) assign() error {
	form, err := v.Posted()
	if err != nil {
		return err
	}
	err = v.Desk.Assign(v.Context(), v.Who, v.R.PathValue("n"), seen(form), staff.ID(form.Get("to")))
	switch fault.KindOf(err) {
	case fault.Invalid:
		return v.showAssign(http.StatusUnprocessableEntity, err)
	case fault.Conflict:
		return v.after(application.Assign, err, func(*CasePage, error) error { return nil })
	}
	if err != nil {
		return err
	}
	return v.Redirect("/cases/" + v.R.PathValue("n") + v.doneQuery("assign"))
}

func (v *page) messages() error { return v.showMessages(http.StatusOK, "", nil) }

func (v *page) showMessages(status int, typed string, wrong error) error {
	p, c, err := v.openCase(audit.ViewCase, "messages")
	if err != nil {
		return err
	}
	v.said(p, c)
	p.Replies = v.fileRows(p, c, true)
	limits := casework.ReplyLimits
	hint := v.Words.Text("office.upload_limits", "types", strings.ToUpper(strings.Join(limits.Types, "・")),
		"each", field.SizeText(limits.MaxBytes), "max", limits.MaxFiles, "total", field.SizeText(limits.MaxTotalBytes))
	p.Message = ui.Field{ID: "message", Name: "message", Label: v.Words.Text("office.reply_message"), Hint: v.Words.Text("office.message_hint"), Value: typed, Rows: 6, Plain: true}
	first := ui.Field{ID: "file", Name: "file", Label: v.Words.Text("office.reply_file"), Hint: hint, Type: "file", Plain: true}
	if wrong != nil {
		if p.Summary, err = v.Mark(wrong, &p.Message, &first); err != nil {
			return err
		}
		p.Invalid = true
	}
	p.Uploads = []ui.Field{first}
	for n := 2; n <= limits.MaxFiles; n++ {
		p.Uploads = append(p.Uploads, ui.Field{ID: "file" + strconv.Itoa(n), Name: "file" + strconv.Itoa(n), Label: v.Words.Text("office.reply_file_more", "n", n), Type: "file", Plain: true})
	}
	return v.Show(status, "messages", *p)
}

// replyFields is how much of the fields of a reply is read, in bytes.
const replyFields = 64 << 10

func (v *page) reply() error {
	parts, err := v.R.MultipartReader()
	if err != nil {
		return fault.New(fault.Invalid, "fault.bad_form").Because(err)
	}
	form, in := url.Values{}, casework.ReplyInput{}
	var wrong error
	for wrong == nil {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fault.New(fault.Invalid, "fault.bad_form").Because(err)
		}
		if !strings.HasPrefix(part.FormName(), "file") {
			value, err := io.ReadAll(io.LimitReader(part, replyFields))
			if err != nil {
				return fault.New(fault.Invalid, "fault.bad_form").Because(err)
			}
			form.Add(part.FormName(), string(value))
			continue
		}
		if part.FileName() == "" {
			continue
		}
		var f application.Attachment
		if f, wrong = v.Desk.StageFile(v.Context(), v.Who, v.R.PathValue("n"), part.FileName(), part); wrong == nil {
			in.Files = append(in.Files, f)
		}
	}
	in.Message = form.Get("message")
	if wrong == nil {
		wrong = v.Desk.Reply(v.Context(), v.Who, v.R.PathValue("n"), seen(form), in)
	}
	if fault.KindOf(wrong) == fault.Invalid {
		return v.showMessages(http.StatusUnprocessableEntity, in.Message, wrong)
	}
	if wrong != nil {
		return wrong
	}
	return v.Redirect("/cases/" + v.R.PathValue("n") + "/messages" + v.doneQuery("reply"))
}

// file sends a file to be kept, never to be shown in our own origin.
func (v *page) file() error {
	f, r, err := v.Desk.File(v.Context(), v.Who, v.R.PathValue("n"), v.R.PathValue("f"))
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }() // it was only read
	h := v.W.Header()
	h.Set("Content-Type", f.Type)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": jptext.Recompose(f.Name)}))
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	h.Set("Cache-Control", "no-store")
	http.ServeContent(v.W, v.R, "", time.Time{}, r)
	return nil
}
