package people

import (
	"net/http"
	"slices"
	"strconv"

	"madoguchi/internal/fault"
	"madoguchi/internal/staff"
	"madoguchi/internal/web"
	"madoguchi/internal/web/office/visit"
	"madoguchi/internal/web/ui"
)

// SectionsPage is the data of page/sections.tmpl.
type SectionsPage struct {
	web.Frame
	Done *ui.Notice
	Rows []SectionRow
}

// SectionRow is one section.
type SectionRow struct {
	Href    string
	Section staff.Section
}

func (v *page) sections() error {
	list, err := v.sectionList()
	if err != nil {
		return err
	}
	p := SectionsPage{Frame: v.Frame("office.sections_title"), Done: v.Done("saved")}
	for _, s := range list {
		p.Rows = append(p.Rows, SectionRow{Href: v.Base + "/sections/" + string(s.ID), Section: s})
	}
	return v.Show(http.StatusOK, "sections", p)
}

func (v *page) sectionList() ([]staff.Section, error) {
	if !v.Who.May(staff.ManageSections) {
		return nil, visit.ErrNone
	}
	return v.Door.Sections(v.Context(), v.Who)
}

// section is the form of one section, or of a new one.
func (v *page) section() error {
	s, err := v.sectionOf()
	if err != nil {
		return err
	}
	return v.showSection(http.StatusOK, s, nil)
}

// sectionOf returns the section that the address names, or a new one.
func (v *page) sectionOf() (staff.Section, error) {
	list, err := v.sectionList()
	id := staff.SectionID(v.R.PathValue("s"))
	if err != nil || id == "" {
		return staff.Section{}, err
	}
	i := slices.IndexFunc(list, func(x staff.Section) bool { return x.ID == id })
	if i < 0 {
		return staff.Section{}, visit.ErrNone
	}
	return list[i], nil
}

func (v *page) showSection(status int, s staff.Section, wrong error) error {
	w := v.Words
	p := visit.FormPage{Frame: v.Frame("office.section_new"), BackTo: ui.Link{Label: w.Text("office.back_sections"), Href: v.Base + "/sections"}, Action: v.Base + "/sections/new", Version: s.Version, Button: w.Text("office.save")}
	if s.ID != "" {
		p.Frame, p.Action = v.Frame("office.section_title", "name", s.Name), v.Base+"/sections/"+string(s.ID)
	}
	fields := []*ui.Field{
		{ID: "name", Name: "name", Label: w.Text("office.section_name"), Value: s.Name, Required: true, Size: "l"},
		{ID: "phone", Name: "phone", Label: w.Text("office.section_phone"), Value: s.Phone, InputMode: "tel", Size: "m"},
		{ID: "mail", Name: "mail", Label: w.Text("office.section_mail"), Value: s.Mail, Size: "l"},
		{ID: "hours", Name: "hours", Label: w.Text("office.section_hours"), Hint: w.Text("office.section_hours_hint"), Value: s.Hours, Size: "l"},
	}
	var err error
	if fault.KindOf(wrong) == fault.Conflict {
		p.Warn = &ui.Notice{Tone: "bad", Title: w.Text("office.changed"), Lines: []string{w.Text("office.changed_do")}}
	} else if p.Summary, err = v.Mark(wrong, fields...); err != nil {
		return err
	}
	p.Invalid = len(p.Summary.Problems) > 0
	for _, f := range fields {
		p.Inputs = append(p.Inputs, visit.In("field", f))
	}
	return v.Show(status, "form", p)
}

func (v *page) saveSection() error {
	form, err := v.Posted()
	if err != nil {
		return err
	}
	known, err := v.sectionOf()
	if err != nil {
		return err
	}
	version, err := strconv.Atoi(form.Get("version"))
	if err != nil {
		version = 0 // no version: certainly not the present one
	}
	s := staff.Section{
		ID: known.ID, Name: form.Get("name"), Phone: form.Get("phone"), Mail: form.Get("mail"), Hours: form.Get("hours"), Version: version,
	}
	err = v.Door.SaveSection(v.Context(), v.Who, s)
	switch fault.KindOf(err) {
	case fault.Invalid:
		return v.showSection(http.StatusUnprocessableEntity, s, err)
	case fault.Conflict:
		return v.showSection(http.StatusConflict, s, err)
	}
	if err != nil {
		return err
	}
	return v.Redirect("/sections?done=saved")
}
