package people

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"madoguchi/internal/fault"
	"madoguchi/internal/signin"
	"madoguchi/internal/tenant"
	"madoguchi/internal/web"
	"madoguchi/internal/web/office/visit"
	"madoguchi/internal/web/ui"
)

// SignInPage is the data of the pages of the sign-in that are one form.
type SignInPage struct {
	web.Frame
	Lead    string
	Why     *ui.Notice
	Summary ui.Summary
	Action  string
	Back    string // where to go afterwards
	Bodies  []string
	Fields  []ui.Field
	Button  string
	Notes   []string
}

// mostBodies is how many bodies the sign-in offers for choosing; where there
// are more, the name is typed.
const mostBodies = 100

func (v *page) signInPage() SignInPage {
	p := SignInPage{Frame: v.Frame("office.login"), Lead: v.Words.Text("office.login_lead"), Action: v.Base + "/login", Button: v.Words.Text("office.login")}
	p.Fields = []ui.Field{
		{ID: "body", Name: "body", Label: v.Words.Text("office.login_body"), Hint: v.Words.Text("office.login_body_hint"), Required: true, Plain: true, Autocomplete: "organization", Size: "l"},
		{ID: "login", Name: "login", Label: v.Words.Text("office.login_name"), Required: true, Plain: true, Autocomplete: "username", Size: "l"},
		{ID: "password", Name: "password", Label: v.Words.Text("office.password"), Required: true, Plain: true, Type: "password", Autocomplete: "current-password", Size: "l"},
	}
	p.Notes = []string{v.Words.Text("office.login_lost"), v.Words.Text("office.login_personal")}
	if all := v.Catalogue.Bodies(); len(all) <= mostBodies {
		for _, t := range all {
			p.Bodies = append(p.Bodies, t.Name)
		}
		p.Fields[0].List = "bodies"
	}
	return p
}

func (v *page) signIn() error {
	q := v.R.URL.Query()
	p := v.signInPage()
	p.Back = q.Get("back")
	for _, slug := range []string{q.Get("body"), v.Cookies.Get(v.R, visit.BodyCookie)} {
		if t, ok := v.bodyNamed(slug); ok && p.Fields[0].Value == "" {
			p.Fields[0].Value = t.Name
		}
	}
	switch why := q.Get("why"); why {
	case "idle", "signed_out", "ticket_over":
		p.Why = &ui.Notice{Tone: "warn", Title: v.Words.Text("signin." + why)}
	case "out":
		p.Why = &ui.Notice{Tone: "good", Title: v.Words.Text("office.logged_out")}
	}
	v.giveDevice()
	return v.Show(http.StatusOK, "login", p)
}

// giveDevice returns the browser's secret and gives it one if it has none.
func (v *page) giveDevice() string {
	if key := v.Cookies.Get(v.R, visit.DeviceCookie); len(key) >= 26 {
		return key
	}
	key := rand.Text()
	v.Cookies.Set(v.W, visit.DeviceCookie, key, visit.DeviceAge)
	return key
}

// bodyNamed finds a body by slug or name, the installation among them.
func (v *page) bodyNamed(s string) (tenant.Tenant, bool) {
	s = strings.TrimSpace(s)
	if t, ok := v.Catalogue.BySlug(strings.ToLower(s)); ok {
		return t, true
	}
	all := slices.Clone(v.Catalogue.Bodies())
	if t, ok := v.Catalogue.ByID(tenant.Installation); ok {
		if t.Slug == strings.ToLower(s) {
			return t, true
		}
		all = append(all, t)
	}
	i := slices.IndexFunc(all, func(t tenant.Tenant) bool { return t.Name == s })
	if i < 0 {
		return tenant.Tenant{}, false
	}
	return all[i], true
}

func (v *page) password() error {
	form, err := v.Posted()
	if err != nil {
		return err
	}
	if err := v.Tries.Allow(web.PlaceOf(v.R).Network(), v.Now()); err != nil {
		return err
	}
	body, known := v.bodyNamed(form.Get("body")) // unknown: tenant 0
	a := signin.Attempt{Tenant: body.ID, Login: form.Get("login"), Password: form.Get("password"), Browser: v.giveDevice()}
	sealed, next, err := v.Door.Password(v.Context(), a)
	if err != nil {
		p := v.signInPage()
		p.Back = form.Get("back")
		p.Fields[0].Value, p.Fields[1].Value = form.Get("body"), form.Get("login")
		if p.Summary, err = v.Mark(err); err != nil {
			return err
		}
		p.Invalid = true
		return v.Show(http.StatusUnprocessableEntity, "login", p)
	}
	if known {
		v.Cookies.Set(v.W, visit.BodyCookie, body.Slug, visit.DeviceAge)
	}
	return v.onward(sealed, next, form.Get("back"))
}

// onward leads to the next stage of the sign-in, or in.
func (v *page) onward(sealed string, next signin.Stage, back string) error {
	if next == signin.StageEnter {
		return v.enter(sealed, "", back)
	}
	v.Cookies.Set(v.W, visit.TicketCookie, sealed, signin.TicketLimit)
	path := "/login/" + string(next)
	if back != "" {
		path += "?back=" + url.QueryEscape(back)
	}
	return v.Redirect(path)
}

// enter makes the session and leads to where the member wanted to go.
func (v *page) enter(sealed, deviceName, back string) error {
	token, err := v.Door.Enter(v.Context(), sealed, v.giveDevice(), deviceName, visit.Addr(v.R))
	if err != nil {
		return err
	}
	v.Cookies.Set(v.W, visit.SessionCookie, token, 0)
	v.Cookies.Drop(v.W, visit.TicketCookie)
	return v.Redirect(safeBack(back))
}

// safeBack returns an address of the office without its base. Whatever else
// was given leads to the first page.
func safeBack(back string) string {
	if !strings.HasPrefix(back, "/") || strings.HasPrefix(back, "//") || strings.ContainsAny(back, "\\\r\n") || strings.HasPrefix(back, "/login") {
		return "/"
	}
	return back
}

// stage shows a stage's page when the ticket is at that stage, and leads to
// the right one otherwise.
func (v *page) stage(want signin.Stage, f func(sealed string) error) error {
	sealed := v.Cookies.Get(v.R, visit.TicketCookie)
	now, err := v.Door.Stage(v.Context(), sealed, v.Cookies.Get(v.R, visit.DeviceCookie))
	if fault.KindOf(err) == fault.Gone {
		v.Cookies.Drop(v.W, visit.TicketCookie)
		return v.Redirect("/login?why=ticket_over")
	}
	if err != nil {
		return err
	}
	if now != want {
		return v.onward(sealed, now, v.R.FormValue("back"))
	}
	return f(sealed)
}

// answer handles the POST of a stage: try takes the fields and returns the
// next stage; a problem with the input shows the stage's page again.
func (v *page) answer(want signin.Stage, try func(sealed string) (string, signin.Stage, error), page func(sealed string, err error) error) error {
	if _, err := v.Posted(); err != nil {
		return err
	}
	return v.stage(want, func(sealed string) error {
		fresh, next, err := try(sealed)
		if fault.KindOf(err) == fault.Invalid || fault.KindOf(err) == fault.TooMany {
			return page(sealed, err)
		}
		if err != nil {
			return err
		}
		return v.onward(fresh, next, v.R.PostFormValue("back"))
	})
}

// stagePage shows a stage with one or more fields, after err if there was one.
func (v *page) stagePage(stage signin.Stage, err error, fields ...*ui.Field) error {
	name := "office.stage_" + string(stage)
	p := SignInPage{
		Frame: v.Frame(name), Lead: v.Words.Text(name + "_lead"), Action: v.Base + "/login/" + string(stage),
		Back: v.R.FormValue("back"), Button: v.Words.Text("office.next"),
	}
	status := http.StatusOK
	if err != nil {
		text, _ := v.Words.Explain(err)
		status = http.StatusUnprocessableEntity
		if fault.KindOf(err) == fault.TooMany {
			p.Summary.Problems, status = []ui.Problem{{Text: text}}, http.StatusTooManyRequests
		} else if p.Summary, err = v.Mark(err, fields...); err != nil {
			return err
		}
		p.Invalid = true
	}
	for _, f := range fields {
		p.Fields = append(p.Fields, *f)
	}
	return v.Show(status, "login", p)
}

func (v *page) codeField() *ui.Field {
	return &ui.Field{ID: "one", Name: "one", Label: v.Words.Text("office.code"), Hint: v.Words.Text("office.code_hint"), Required: true, Plain: true, Autocomplete: "one-time-code", Size: "m", Mono: true}
}

// inField says that a fault is about one field.
func inField(field string, err error) error {
	if f := fault.Of(err); f != nil && f.Kind() == fault.Invalid {
		return fault.Problems{{Field: field, Fault: f}}
	}
	return err
}

func (v *page) codePage() error {
	return v.stage(signin.StageCode, func(string) error { return v.stagePage(signin.StageCode, nil, v.codeField()) })
}

func (v *page) code() error {
	if err := v.Tries.Allow(web.PlaceOf(v.R).Network(), v.Now()); err != nil {
		return err
	}
	return v.answer(signin.StageCode, func(sealed string) (string, signin.Stage, error) {
		return v.Door.Code(v.Context(), sealed, v.R.PostFormValue("one"), v.giveDevice())
	}, func(_ string, err error) error {
		return v.stagePage(signin.StageCode, inField("one", err), v.codeField())
	})
}

func (v *page) newPasswordPage() error {
	return v.stage(signin.StagePassword, func(string) error { return v.stagePage(signin.StagePassword, nil, v.passwordFields()...) })
}

func (v *page) passwordFields() []*ui.Field {
	return []*ui.Field{
		{ID: "password", Name: "password", Label: v.Words.Text("office.password_new"), Hint: v.Words.Text("office.password_hint", "min", signin.PasswordMin), Required: true, Plain: true, Type: "password", Autocomplete: "new-password", Size: "l"},
		{ID: "password_again", Name: "password_again", Label: v.Words.Text("office.password_again"), Required: true, Plain: true, Type: "password", Autocomplete: "new-password", Size: "l"},
	}
}

func (v *page) newPassword() error {
	return v.answer(signin.StagePassword, func(sealed string) (string, signin.Stage, error) {
		return v.Door.NewPassword(v.Context(), sealed, v.R.PostFormValue("password"), v.R.PostFormValue("password_again"), v.giveDevice())
	}, func(_ string, err error) error {
		return v.stagePage(signin.StagePassword, err, v.passwordFields()...)
	})
}

func (v *page) deviceField() *ui.Field {
	return &ui.Field{ID: "device", Name: "device", Label: v.Words.Text("office.device_name"), Hint: v.Words.Text("office.device_hint"), Required: true, Plain: true, Size: "l"}
}

func (v *page) devicePage() error {
	return v.stage(signin.StageDevice, func(string) error { return v.stagePage(signin.StageDevice, nil, v.deviceField()) })
}

func (v *page) device() error {
	form, err := v.Posted()
	if err != nil {
		return err
	}
	return v.stage(signin.StageDevice, func(sealed string) error {
		err := v.enter(sealed, form.Get("device"), form.Get("back"))
		if fault.KindOf(err) != fault.Invalid {
			return err
		}
		f := v.deviceField()
		f.Value = form.Get("device")
		return v.stagePage(signin.StageDevice, err, f)
	})
}

func (v *page) signOut() error {
	if err := v.Door.SignOut(v.Context(), v.Who); err != nil {
		return err
	}
	v.Cookies.Drop(v.W, visit.SessionCookie)
	return v.Redirect("/login?why=out")
}
