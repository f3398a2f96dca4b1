package people

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"madoguchi/internal/signin"
	"madoguchi/internal/staff"
	"madoguchi/internal/tenant"
	"madoguchi/internal/web"
	"madoguchi/internal/web/office/visit"
	"madoguchi/internal/web/ui"
)

// AccountPage is the data of page/account.tmpl.
type AccountPage struct {
	web.Frame
	Done     *ui.Notice
	Summary  ui.Summary
	Facts    ui.Facts
	Present  ui.Field
	Password ui.Field
	Again    ui.Field
	Code     ui.Field
	Recovery int
	Sessions []SessionRow
}

// SessionRow is one session that is alive.
type SessionRow struct {
	Device string
	Addr   string
	Since  string // real time
	Seen   string
	This   bool   // it is the one that the page was asked from
	End    string // address of the button that ends it
}

func (v *page) account() error { return v.showAccount(http.StatusOK, nil) }

func (v *page) showAccount(status int, wrong error) error {
	own, err := v.Door.Own(v.Context(), v.Who)
	if err != nil {
		return err
	}
	w := v.Words
	p := AccountPage{Frame: v.Frame("office.account"), Done: v.Done("password", "ended"), Recovery: own.Recovery}
	m := v.Who.Member
	p.Facts = ui.Facts{Rows: []ui.Fact{
		{Label: w.Text("office.login_name"), Lines: []string{m.Login}},
		{Label: w.Text("office.member_name"), Lines: []string{m.Name}},
		{Label: w.Text("office.roles"), Lines: []string{v.RoleWords(m.Roles)}},
	}}
	p.Present = ui.Field{ID: "present", Name: "present", Label: w.Text("office.password_present"), Plain: true, Type: "password", Autocomplete: "current-password", Size: "l"}
	fields := v.passwordFields()
	code := v.codeField()
	code.Name, code.Hint = "code", w.Text("office.account_codes_hint")
	if wrong != nil {
		if p.Summary, err = v.Mark(wrong, &p.Present, fields[0], fields[1], code); err != nil {
			return err
		}
		p.Invalid = true
	}
	p.Password, p.Again, p.Code = *fields[0], *fields[1], *code
	p.Sessions = v.sessionRows(own.Sessions, own.Devices, "/account/sessions/")
	return v.Show(status, "account", p)
}

// sessionRows lists sessions with the names of their devices.
func (v *page) sessionRows(sessions []staff.Session, devices []staff.Device, path string) []SessionRow {
	var rows []SessionRow
	for _, s := range sessions {
		i := slices.IndexFunc(devices, func(d staff.Device) bool { return d.ID == s.Device })
		row := SessionRow{Addr: s.Addr, Since: v.Compact(s.CreatedAt), Seen: v.Compact(s.LastSeenAt), This: s.ID == v.Who.Session, End: v.Base + path + string(s.ID) + "/end"}
		if i >= 0 {
			row.Device = devices[i].Name
		}
		rows = append(rows, row)
	}
	return rows
}

func (v *page) changePassword() error {
	form, err := v.Posted()
	if err != nil {
		return err
	}
	if err := v.Tries.Allow(web.PlaceOf(v.R).Network(), v.Now()); err != nil {
		return err
	}
	err = v.Door.ChangePassword(v.Context(), v.Who, form.Get("present"), form.Get("password"), form.Get("password_again"))
	return v.afterAccount(err, "/account?done=password")
}

func (v *page) afterAccount(err error, path string) error {
	if err == nil {
		return v.Redirect(path)
	}
	return v.showAccount(http.StatusUnprocessableEntity, err)
}

// onceAge is how long something that is shown once waits for its page.
const onceAge = 5 * time.Minute

func (v *page) newCodes() error {
	form, err := v.Posted()
	if err != nil {
		return err
	}
	codes, err := v.Door.NewRecovery(v.Context(), v.Who, form.Get("code"))
	if err != nil {
		return v.afterAccount(err, "")
	}
	if err := v.keepOnce("codes", codes); err != nil {
		return err
	}
	return v.Redirect("/account/codes")
}

// keepOnce seals something for the next page, in the browser.
func (v *page) keepOnce(purpose string, value any) error {
	sealed, err := v.Door.Seal(purpose+" "+string(v.Who.Session), value, onceAge)
	if err != nil {
		return err
	}
	v.Cookies.Set(v.W, visit.FlashCookie, sealed, onceAge)
	return nil
}

// takeOnce reads what keepOnce sealed for this page and drops it.
func (v *page) takeOnce(purpose string, value any) error {
	err := v.Door.Unseal(purpose+" "+string(v.Who.Session), v.Cookies.Get(v.R, visit.FlashCookie), value)
	v.Cookies.Drop(v.W, visit.FlashCookie)
	return err
}

func (v *page) newCodesPage() error {
	var codes []string
	if err := v.takeOnce("codes", &codes); err != nil {
		return v.Redirect("/account")
	}
	return v.Show(http.StatusOK, "codes", CodesPage{
		Frame: v.Frame("office.stage_codes"), Codes: codes,
		Leave: ui.Link{Label: v.Words.Text("office.back_account"), Href: v.Base + "/account"},
	})
}

func (v *page) endOwn() error {
	if err := v.Door.EndOwn(v.Context(), v.Who, staff.SessionID(v.R.PathValue("s"))); err != nil {
		return err
	}
	return v.Redirect("/account?done=ended")
}

// TenantsPage is the data of page/tenants.tmpl.
type TenantsPage struct {
	web.Frame
	Home TenantRow
	Rows []TenantRow
	Q    ui.Field
}

// TenantRow is one body that the member may work on.
type TenantRow struct {
	ID         tenant.ID
	Name       string
	Prefecture string
	Now        bool
	Action     string // address of the button that switches to it
}

// mostTenants is how many bodies are listed at once.
const mostTenants = 60

func (v *page) tenants() error {
	list, err := v.Door.Reachable(v.Context(), v.Who)
	if err != nil {
		return err
	}
	typed := strings.TrimSpace(v.R.URL.Query().Get("q"))
	p := TenantsPage{Frame: v.Frame("office.tenants"), Q: ui.Field{ID: "q", Name: "q", Label: v.Words.Text("office.tenants_search"), Value: typed, Plain: true}}
	home, _ := v.Catalogue.ByID(v.Who.Home) // a session's tenant exists
	p.Home = TenantRow{home.ID, home.Name, "", v.Who.Tenant == home.ID, v.Base + "/tenants"}
	for _, t := range list {
		if typed != "" && !strings.Contains(t.Name, typed) && !strings.Contains(t.Slug, typed) && t.Code != typed {
			continue
		}
		if len(p.Rows) < mostTenants {
			p.Rows = append(p.Rows, TenantRow{t.ID, t.Name, t.Prefecture, t.ID == v.Who.Tenant, v.Base + "/tenants"})
		}
	}
	return v.Show(http.StatusOK, "tenants", p)
}

func (v *page) switchTenant() error {
	form, err := v.Posted()
	if err != nil {
		return err
	}
	id, err := strconv.ParseInt(form.Get("to"), 10, 64)
	if err != nil {
		return visit.ErrNone
	}
	if err := v.Door.SwitchTenant(v.Context(), v.Who, tenant.ID(id)); err != nil {
		return err
	}
	return v.Redirect("/?done=switched")
}

// TrailPage is the data of page/audit.tmpl.
type TrailPage struct {
	web.Frame
	Rows  []TrailRow
	Older string
	First string // "" on the first page
}

// TrailRow is one act.
type TrailRow struct {
	At     time.Time
	Who    string
	What   string
	Object string
	Detail string
}

func (v *page) trail() error {
	var before time.Time
	at, id, _ := strings.Cut(v.R.URL.Query().Get("before"), ".")
	if micro, err := strconv.ParseInt(at, 10, 64); err == nil {
		before = time.UnixMicro(micro).UTC()
	}
	t, err := v.Door.Trail(v.Context(), v.Who, before, id)
	if err != nil {
		return err
	}
	p := TrailPage{Frame: v.Frame("office.audit")}
	if !before.IsZero() {
		p.First = v.Base + "/audit"
	}
	for _, e := range t.Entries {
		who := t.Names[e.Actor]
		switch {
		case e.Actor == "applicant" || e.Actor == "system":
			who = v.Words.Text("office.actor_" + e.Actor)
		case who == "":
			who = v.Words.Text("office.actor_elsewhere")
		}
		object := e.Object
		if name, ok := t.Names[e.Object]; ok {
			object = name
		}
		p.Rows = append(p.Rows, TrailRow{At: e.At, Who: who, What: v.trailWord(e.Act), Object: object, Detail: v.detail(e.Detail, t.Names)})
	}
	if n := len(t.Entries); t.More && n > 0 {
		last := t.Entries[n-1]
		p.Older = v.Base + "/audit?before=" + strconv.FormatInt(last.At.UnixMicro(), 10) + "." + last.ID
	}
	return v.Show(http.StatusOK, "audit", p)
}

// detail puts the detail of an act into words where it names members or roles.
func (v *page) detail(s string, names map[string]string) string {
	if name, ok := names[s]; ok {
		return name
	}
	var roles []staff.Role
	for _, x := range strings.Fields(s) {
		if !slices.Contains(staff.Roles, staff.Role(x)) {
			return s
		}
		roles = append(roles, staff.Role(x))
	}
	return v.RoleWords(roles)
}

// trailWord says an act of the trail; one without words is shown as it is.
func (v *page) trailWord(act string) string {
	key := "trail." + strings.ReplaceAll(act, ".", "_")
	if !v.Words.Has(key) {
		return act
	}
	return v.Words.Text(key)
}

// passwordOnce is a start password that waits to be shown once.
type passwordOnce struct {
	Member   staff.ID    `json:"m"`
	Password string      `json:"p"`
	Lost     signin.Lost `json:"l"`
}
