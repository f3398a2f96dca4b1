package apply

import (
	"slices"

	"madoguchi/internal/intake"
	"madoguchi/internal/web"
	"madoguchi/internal/web/portal/visit"
	"madoguchi/internal/web/ui"
)

// longForm is from how many pages a form has a list of them.
const longForm = 6

// TasksPage is the data of page/tasks.tmpl: the pages of a long form.
type TasksPage struct {
	web.Frame
	Steps ui.Steps
	Name  string
	Back  string
	Tasks []Task
	Done  int
	Check string // address of the check page
}

// Task is one page of a long form.
type Task struct {
	No    int
	Title string
	Href  string
	State ui.Status
}

func (v page) tasks(w *intake.Work) TasksPage {
	p := TasksPage{
		Frame: v.Frame(v.Words.Text("portal.tasks_title"), "menu.procedures"), Steps: visit.Steps(3, w.Procedure), Name: w.Procedure.Title,
		Back: v.Place.Base + "/procedures/" + string(w.Procedure.ID), Check: v.apply("/check"),
	}
	for i, x := range w.Form.Pages {
		t := Task{No: i + 1, Title: x.Title, Href: v.apply("/" + x.ID), State: ui.Status{Tone: "wait", Word: v.Words.Text("portal.task_open")}}
		if slices.Contains(w.Draft.Done, x.ID) {
			p.Done++
			t.State = ui.Status{Tone: "done", Word: v.Words.Text("portal.task_done")}
		}
		p.Tasks = append(p.Tasks, t)
	}
	return p
}
