package cases

import (
	"cmp"
	"net/http"
	"slices"
	"time"

	"madoguchi/internal/application"
	"madoguchi/internal/audit"
	"madoguchi/internal/casework"
	"madoguchi/internal/outbox"
	"madoguchi/internal/staff"
	"madoguchi/internal/web/ui"
)

// dated is an event that waits for its place in the timeline.
type dated struct {
	at time.Time
	ui.Event
}

func (v *page) history() error {
	p, c, err := v.openCase(audit.ViewCase, "history")
	if err != nil {
		return err
	}
	p.Events = v.events(c, false)
	return v.Show(http.StatusOK, "history", *p)
}

// events puts everything that happened to the application in order, newest
// first: acts, looks of staff, and mails. In brief, of each member only the
// last look at the contents is told.
func (v *page) events(c *casework.Case, brief bool) []ui.Event {
	list := v.acts(c)
	list = append(list, v.looks(c, brief)...)
	list = append(list, v.mails(c)...)
	slices.SortStableFunc(list, func(a, b dated) int { return cmp.Compare(b.at.UnixMicro(), a.at.UnixMicro()) })
	var events []ui.Event
	for i, e := range list {
		e.Now = i == 0
		events = append(events, e.Event)
	}
	return events
}

// acts are the moves in the history, with the member who did each, and what
// only the trail tells: assignments and notes.
func (v *page) acts(c *casework.Case) []dated {
	actors := map[string]string{}
	var list []dated
	for _, e := range c.Acts {
		name := c.Names[staff.ID(e.Actor)]
		actors[e.ID] = name
		switch e.Act {
		case "case.note":
			list = append(list, dated{e.At, ui.Event{What: v.Words.Text("office.did_note"), When: v.Moment(e.At) + " " + name}})
		case "case.assign":
			what := v.Words.Text("office.did_unassign")
			if e.Detail != "" {
				what = v.Words.Text("office.did_assign", "name", c.Names[staff.ID(e.Detail)])
			}
			list = append(list, dated{e.At, ui.Event{What: what, When: v.Moment(e.At) + " " + name}})
		}
	}
	for _, h := range c.History {
		by := cmp.Or(actors[h.ID], h.By)
		if h.By == "applicant" {
			by = v.Words.Text("office.applicant")
		}
		e := ui.Event{What: v.Words.Text("office.did_" + string(h.Act)), When: v.Moment(h.At) + " " + by, Note: h.Text}
		if h.From != h.To && h.From != "" {
			s := v.status(h.To)
			e.Status = &s
		}
		list = append(list, dated{h.At, e})
	}
	return list
}

// looks are the views, each run of the same member at the same part as one.
func (v *page) looks(c *casework.Case, brief bool) []dated {
	names := map[string]string{}
	for _, f := range c.Files {
		names[f.ID] = f.Name
	}
	views := c.Views
	if brief {
		views = lastLooks(views)
	}
	var list []dated
	var last audit.View
	for _, x := range views {
		if n := len(list); n > 0 && x.Member == last.Member && x.What == last.What && x.File == last.File {
			list = list[:n-1]
		}
		last = x
		what := v.Words.Text("office.saw_"+string(x.What), "file", names[x.File])
		list = append(list, dated{x.At, ui.Event{What: what, When: v.Moment(x.At) + " " + c.Names[staff.ID(x.Member)]}})
	}
	return list
}

// lastLooks returns of each member the last look at the contents.
func lastLooks(views []audit.View) []audit.View {
	var list []audit.View
	for _, x := range views {
		if x.What != audit.ViewCase {
			continue
		}
		list = slices.DeleteFunc(list, func(y audit.View) bool { return y.Member == x.Member })
		list = append(list, x)
	}
	return list
}

// mails are the messages to the applicant and how far they came.
func (v *page) mails(c *casework.Case) []dated {
	var list []dated
	for _, m := range c.Mails {
		state := v.Words.Text("office.mail_" + string(m.State))
		at := m.CreatedAt
		if m.State == outbox.Sent && !m.SentAt.IsZero() {
			at = m.SentAt
		}
		list = append(list, dated{at, ui.Event{
			What: v.Words.Text("office.did_mail", "mail", v.mailWord(m.Template), "state", state),
			When: v.Moment(at) + " " + v.Words.Text("office.automatic"),
		}})
	}
	return list
}

// actWord says an act of the trail or the history: "case.return", "correct".
func (v *page) actWord(act string) string {
	return v.Words.Text("office.did_" + trimCase(act))
}

func trimCase(act string) string {
	if len(act) > 5 && act[:5] == "case." {
		return act[5:]
	}
	return act
}

// changed tells a member who was faster.
func (v *page) changed(c *casework.Changed) ui.Notice {
	key := "office.changed_by"
	if c.By == "" {
		key = "office.changed_by_applicant"
	}
	return ui.Notice{Tone: "bad", Title: v.Words.Text("office.changed"), Lines: []string{
		v.Words.Text(key, "name", c.By, "at", v.Moment(c.At), "what", v.actWord(c.Act), "status", v.status(c.Status).Word),
		v.Words.Text("office.changed_do"),
	}}
}

// canDecide lists the decisions that are open to the member.
func canDecide(who staff.Who, s application.Status) []application.Act {
	var acts []application.Act
	for _, x := range []struct {
		act        application.Act
		permission staff.Permission
	}{
		{application.Complete, staff.CompleteCase},
		{application.ReturnForCorrection, staff.ReturnCase},
		{application.Reject, staff.RejectCase},
	} {
		if s.Allows(x.act) && who.May(x.permission) {
			acts = append(acts, x.act)
		}
	}
	return acts
}
