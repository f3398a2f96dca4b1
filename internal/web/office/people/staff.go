package people

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"madoguchi/internal/fault"
	"madoguchi/internal/signin"
	"madoguchi/internal/staff"
	"madoguchi/internal/web"
	"madoguchi/internal/web/office/visit"
	"madoguchi/internal/web/ui"
)

// MembersPage is the data of page/staff.tmpl.
type MembersPage struct {
	web.Frame
	Rows []MemberRow
}

// MemberRow is one member of the office.
type MemberRow struct {
	Href     string
	Name     string
	Login    string
	Roles    string
	Sections string
	Disabled bool
}

func (v *page) members() error {
	list, err := v.Door.Members(v.Context(), v.Who)
	if err != nil {
		return err
	}
	sections, err := v.Door.Sections(v.Context(), v.Who)
	if err != nil {
		return err
	}
	names := map[staff.SectionID]string{}
	for _, s := range sections {
		names[s.ID] = s.Name
	}
	p := MembersPage{Frame: v.Frame("office.staff")}
	for _, m := range list {
		row := MemberRow{Href: v.Base + "/staff/" + string(m.ID), Name: m.Name, Login: m.Login, Roles: v.RoleWords(m.Roles), Disabled: m.Disabled}
		for i, s := range m.Sections {
			if i > 0 {
				row.Sections += "、"
			}
			row.Sections += names[s]
		}
		p.Rows = append(p.Rows, row)
	}
	return v.Show(http.StatusOK, "staff", p)
}

// memberInputs are the controls of a member's form.
type memberInputs struct{ login, name, roles, sections, disabled *ui.Field }

func (v *page) memberInputs(m staff.Member) (memberInputs, error) {
	w := v.Words
	in := memberInputs{
		login:    &ui.Field{ID: "login", Name: "login", Label: w.Text("office.login_name"), Hint: w.Text("office.login_hint"), Value: m.Login, Required: true, Size: "l"},
		name:     &ui.Field{ID: "name", Name: "name", Label: w.Text("office.member_name"), Value: m.Name, Required: true, Size: "l"},
		roles:    &ui.Field{ID: "roles", Name: "roles", Label: w.Text("office.roles"), Type: "choices", Many: true, Required: true},
		sections: &ui.Field{ID: "sections", Name: "sections", Label: w.Text("office.sections"), Hint: w.Text("office.sections_hint"), Type: "choices", Many: true},
		disabled: &ui.Field{ID: "disabled", Name: "disabled", Label: w.Text("office.disabled"), Plain: true},
	}
	if m.Disabled {
		in.disabled.Value = "1"
	}
	for _, r := range signin.Grantable(v.Who) {
		in.roles.Options = append(in.roles.Options, ui.Option{Value: string(r), Label: w.Text("office.role_" + string(r)), Hint: w.Text("office.role_" + string(r) + "_hint"), Checked: slices.Contains(m.Roles, r)})
	}
	sections, err := v.Door.Sections(v.Context(), v.Who)
	for _, s := range sections {
		in.sections.Options = append(in.sections.Options, ui.Option{Value: string(s.ID), Label: s.Name, Checked: slices.Contains(m.Sections, s.ID)})
	}
	return in, err
}

// typedMember reads a member's form.
func typedMember(form url.Values) signin.MemberInput {
	in := signin.MemberInput{Login: form.Get("login"), Name: form.Get("name"), Disabled: form.Get("disabled") == "1"}
	for _, r := range form["roles"] {
		in.Roles = append(in.Roles, staff.Role(r))
	}
	for _, s := range form["sections"] {
		in.Sections = append(in.Sections, staff.SectionID(s))
	}
	if n, err := strconv.Atoi(form.Get("version")); err == nil {
		in.Version = n
	}
	return in
}

func (v *page) newMember() error {
	return v.showNewMember(http.StatusOK, staff.Member{Roles: []staff.Role{staff.Clerk}}, nil)
}

func (v *page) showNewMember(status int, m staff.Member, wrong error) error {
	if !v.Who.May(staff.ManageStaff) {
		return visit.ErrNone
	}
	in, err := v.memberInputs(m)
	if err != nil {
		return err
	}
	p := visit.FormPage{
		Frame: v.Frame("office.staff_new"), BackTo: ui.Link{Label: v.Words.Text("office.back_staff"), Href: v.Base + "/staff"},
		Lead: v.Words.Text("office.staff_new_lead"), Action: v.Base + "/staff/new", Button: v.Words.Text("office.staff_add"),
	}
	if p.Summary, err = v.Mark(wrong, in.login, in.name, in.roles, in.sections); err != nil {
		return err
	}
	p.Invalid = wrong != nil
	p.Inputs = []visit.Input{visit.In("field", in.login), visit.In("field", in.name), visit.In("choices", in.roles), visit.In("choices", in.sections)}
	return v.Show(status, "form", p)
}

func (v *page) addMember() error {
	form, err := v.Posted()
	if err != nil {
		return err
	}
	in := typedMember(form)
	id, password, err := v.Door.AddMember(v.Context(), v.Who, in)
	if fault.KindOf(err) == fault.Invalid {
		return v.showNewMember(http.StatusUnprocessableEntity, staff.Member{Login: in.Login, Name: in.Name, Roles: in.Roles, Sections: in.Sections}, err)
	}
	if err != nil {
		return err
	}
	if err := v.keepOnce("password", passwordOnce{Member: id, Password: password}); err != nil {
		return err
	}
	return v.Redirect("/staff/" + string(id) + "/password")
}

// MemberPage is the data of page/member.tmpl.
type MemberPage struct {
	web.Frame
	BackTo   ui.Link
	Done     *ui.Notice
	Conflict *ui.Notice
	Summary  ui.Summary
	Here     string
	Facts    ui.Facts
	Editable bool // who may change this member
	Self     bool
	Version  int
	Inputs   []visit.Input
	Sessions []SessionRow
	Devices  []DeviceRow
	MayEnd   bool
}

// DeviceRow is one device of a member.
type DeviceRow struct {
	Name    string
	Since   string // real time
	Seen    string
	Blocked bool
	Href    string // of the button
}

func (v *page) member() error { return v.showMember(http.StatusOK, nil, nil) }

// showMember shows a member, with what was typed when that was wrong.
func (v *page) showMember(status int, typed *signin.MemberInput, wrong error) error {
	id := staff.ID(v.R.PathValue("m"))
	d, err := v.Door.Member(v.Context(), v.Who, id)
	if err != nil {
		return err
	}
	m := d.Member
	p := MemberPage{
		Frame: v.Frame("office.member_title", "name", m.Name), BackTo: ui.Link{Label: v.Words.Text("office.back_staff"), Href: v.Base + "/staff"},
		Done: v.Done("saved", "ended", "blocked", "allowed"), Here: v.Base + "/staff/" + string(id), Version: m.Version,
		Self: id == v.Who.Member.ID, MayEnd: v.Who.May(staff.EndSessions),
	}
	grantable := signin.Grantable(v.Who)
	p.Editable = !slices.ContainsFunc(m.Roles, func(r staff.Role) bool { return !slices.Contains(grantable, r) })
	p.Facts = v.memberFacts(d)
	if typed != nil {
		m.Name, m.Roles, m.Sections, m.Disabled = typed.Name, typed.Roles, typed.Sections, typed.Disabled
	}
	in, err := v.memberInputs(m)
	if err != nil {
		return err
	}
	if fault.KindOf(wrong) == fault.Conflict {
		p.Conflict = &ui.Notice{Tone: "bad", Title: v.Words.Text("office.changed"), Lines: []string{v.Words.Text("office.changed_do")}}
	} else if p.Summary, err = v.Mark(wrong, in.name, in.roles, in.sections); err != nil {
		return err
	}
	p.Invalid = len(p.Summary.Problems) > 0
	p.Inputs = []visit.Input{visit.In("field", in.name), visit.In("choices", in.roles), visit.In("choices", in.sections), visit.In("agree", in.disabled)}
	p.Sessions = v.sessionRows(d.Sessions, d.Devices, "/staff/"+string(id)+"/sessions/")
	for _, x := range d.Devices {
		p.Devices = append(p.Devices, DeviceRow{Name: x.Name, Since: v.Compact(x.CreatedAt), Seen: v.Compact(x.SeenAt), Blocked: !x.BlockedAt.IsZero(), Href: p.Here + "/devices/" + string(x.ID)})
	}
	return v.Show(status, "member", p)
}

func (v *page) memberFacts(d signin.MemberDetail) ui.Facts {
	w := v.Words
	app := w.Text("office.enrolled_no")
	if d.Enrolled {
		app = w.Text("office.enrolled_yes")
	}
	state := w.Text("office.state_active")
	switch {
	case d.Member.Disabled:
		state = w.Text("office.state_disabled")
	case d.RetryAt.After(v.Now()):
		state = w.Text("office.state_waits", "at", v.Times.Clock(d.RetryAt))
	case d.MustChange:
		state = w.Text("office.state_start")
	}
	return ui.Facts{Rows: []ui.Fact{
		{Label: w.Text("office.login_name"), Lines: []string{d.Member.Login}},
		{Label: w.Text("office.state"), Lines: []string{state}},
		{Label: w.Text("office.app"), Lines: []string{app}},
		{Label: w.Text("office.since"), Lines: []string{v.Times.Date(d.Member.CreatedAt)}},
	}}
}

func (v *page) saveMember() error {
	form, err := v.Posted()
	if err != nil {
		return err
	}
	in := typedMember(form)
	err = v.Door.SaveMember(v.Context(), v.Who, staff.ID(v.R.PathValue("m")), in)
	switch fault.KindOf(err) {
	case fault.Invalid:
		return v.showMember(http.StatusUnprocessableEntity, &in, err)
	case fault.Conflict:
		return v.showMember(http.StatusConflict, nil, err)
	}
	return v.backToMember(err, "saved")
}

func (v *page) backToMember(err error, done string) error {
	if err != nil {
		return err
	}
	return v.Redirect("/staff/" + v.R.PathValue("m") + "?done=" + done)
}

func (v *page) resetPage() error {
	id := staff.ID(v.R.PathValue("m"))
	d, err := v.Door.Member(v.Context(), v.Who, id)
	if err != nil {
		return err
	}
	what := ui.Field{ID: "lost", Name: "lost", Label: v.Words.Text("office.reset_what"), Type: "choices", Required: true}
	for _, lost := range []signin.Lost{signin.LostPassword, signin.LostDevice} {
		what.Options = append(what.Options, ui.Option{Value: string(lost), Label: v.Words.Text("office.reset_" + string(lost)), Hint: v.Words.Text("office.reset_" + string(lost) + "_hint")})
	}
	here := v.Base + "/staff/" + string(id)
	p := visit.FormPage{
		Frame: v.Frame("office.reset_title", "name", d.Member.Name), BackTo: ui.Link{Label: d.Member.Name, Href: here},
		Lead: v.Words.Text("office.reset_lead"), Warn: &ui.Notice{Tone: "warn", Title: v.Words.Text("office.reset_check"), Lines: []string{v.Words.Text("office.reset_two")}},
		Action: here + "/reset", Inputs: []visit.Input{visit.In("choices", &what)}, Button: v.Words.Text("office.reset_do"), Danger: true,
	}
	if v.R.Method == http.MethodPost {
		if p.Summary, err = v.Mark(fault.Problems{{Field: "lost", Fault: fault.New(fault.Invalid, "office.reset_missing")}}, &p.Inputs[0].Field); err != nil {
			return err
		}
		p.Invalid = true
		return v.Show(http.StatusUnprocessableEntity, "form", p)
	}
	return v.Show(http.StatusOK, "form", p)
}

func (v *page) reset() error {
	form, err := v.Posted()
	if err != nil {
		return err
	}
	lost, id := signin.Lost(form.Get("lost")), staff.ID(v.R.PathValue("m"))
	password, err := v.Door.Reset(v.Context(), v.Who, id, lost)
	if fault.KindOf(err) == fault.Invalid {
		return v.resetPage()
	}
	if err != nil {
		return err
	}
	if err := v.keepOnce("password", passwordOnce{Member: id, Password: password, Lost: lost}); err != nil {
		return err
	}
	return v.Redirect("/staff/" + string(id) + "/password")
}

// PasswordPage is the data of page/password.tmpl.
type PasswordPage struct {
	web.Frame
	BackTo   ui.Link
	Login    string
	Password string
	Lost     bool // the authenticator app is to be set up again
}

// startPassword shows a start password once.
func (v *page) startPassword() error {
	d, err := v.Door.Member(v.Context(), v.Who, staff.ID(v.R.PathValue("m")))
	if err != nil {
		return err
	}
	var once passwordOnce
	if err := v.takeOnce("password", &once); err != nil || once.Member != d.Member.ID {
		return v.Redirect("/staff/" + string(d.Member.ID))
	}
	return v.Show(http.StatusOK, "password", PasswordPage{
		Frame: v.Frame("office.start_password"), BackTo: ui.Link{Label: d.Member.Name, Href: v.Base + "/staff/" + string(d.Member.ID)},
		Login: d.Member.Login, Password: once.Password, Lost: once.Lost == signin.LostDevice,
	})
}

func (v *page) endAccount() error {
	return v.backToMember(v.Door.EndAccount(v.Context(), v.Who, staff.ID(v.R.PathValue("m"))), "ended")
}

func (v *page) endSession() error {
	err := v.Door.EndSession(v.Context(), v.Who, staff.ID(v.R.PathValue("m")), staff.SessionID(v.R.PathValue("s")))
	return v.backToMember(err, "ended")
}

func (v *page) blockDevice() error {
	form, err := v.Posted()
	if err != nil {
		return err
	}
	block, done := form.Get("do") != "allow", "blocked"
	if !block {
		done = "allowed"
	}
	err = v.Door.BlockDevice(v.Context(), v.Who, staff.ID(v.R.PathValue("m")), staff.DeviceID(v.R.PathValue("d")), block)
	return v.backToMember(err, done)
}
