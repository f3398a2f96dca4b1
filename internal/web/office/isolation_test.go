package office_test

import (
	"net/url"
	"strings"
	"testing"

	"madoguchi/internal/application"
	"madoguchi/internal/officetest"
	"madoguchi/internal/staff"
	"madoguchi/internal/store"
	"madoguchi/internal/tenant"
	"madoguchi/internal/web/office"
)

// example holds one object of each sort, of one body.
type example struct {
	no, file, member, session, section, device string
}

// fill puts an example's objects into a pattern.
func fill(pattern string, e example) string {
	s := e.session
	if strings.HasPrefix(pattern, "/sections/") {
		s = e.section
	}
	or := func(v string) string {
		if v == "" {
			return "none"
		}
		return v
	}
	return strings.NewReplacer("{n}", or(e.no), "{f}", or(e.file), "{m}", or(e.member), "{s}", or(s), "{d}", or(e.device), "{$}", "").Replace(pattern)
}

// exampleOf finds objects of a body: an application of a section, with its
// file, and the clerk with its session and device.
func exampleOf(t *testing.T, h *house, id tenant.ID, section staff.SectionID) example {
	t.Helper()
	a := h.Apply(t, id, section, application.Received, "極秘 太郎")
	h.token(t, id, "clerk")
	clerk := h.Who(t, id, staff.Clerk).Member
	e := example{no: a.ReceiptNo, file: h.Files(t, id, a.ID)[0].ID, member: string(clerk.ID)}
	e.section = officetest.NewID()
	err := h.DB.Write(t.Context(), id, func(tx store.Tx) error {
		err := tx.InsertSection(t.Context(), &staff.Section{ID: staff.SectionID(e.section), Name: "極秘課" + e.section})
		if err != nil {
			return err
		}
		sessions, err := tx.Sessions(t.Context(), clerk.ID)
		if err != nil {
			return err
		}
		devices, err := tx.Devices(t.Context(), clerk.ID)
		e.session, e.device = string(sessions[0].ID), string(devices[0].ID)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// forms are posts that would succeed on an object that the member may act on,
// and posts that show an error page.
var forms = []url.Values{
	nil,
	{"version": {"1"}, "result": {"reject"}, "message": {"x"}, "sure": {"1"}, "note": {"x"}, "to": {""}, "name": {"x"}, "roles": {"clerk"}, "lost": {"device"}},
	{"version": {"1"}, "result": {"return"}, "message": {""}, "note": {""}, "to": {"stranger"}, "name": {""}, "lost": {"nonsense"}},
}

// try asks for a route in every way and tells whether anything but 404 came back.
func try(t *testing.T, b *browser, who, pattern, path string, secrets []string) {
	t.Helper()
	method, _, _ := strings.Cut(pattern, " ")
	var answers []answer
	switch {
	case method == "GET":
		answers = append(answers, b.get(path))
	case strings.HasSuffix(pattern, "/messages"):
		kind, body := upload(t, url.Values{"message": {"x"}, "version": {"1"}}, map[string]string{"a.pdf": "%PDF-1.7"})
		answers = append(answers, b.do("POST", path, kind, body))
		kind, body = upload(t, nil, map[string]string{"a.exe": "MZ"})
		answers = append(answers, b.do("POST", path, kind, body))
	default:
		for _, f := range forms {
			answers = append(answers, b.post(path, f))
		}
	}
	for _, a := range answers {
		if a.status != 404 {
			t.Errorf("%s: %s: status %d (to %q), want 404", who, pattern, a.status, a.location)
		}
		for _, s := range secrets {
			if strings.Contains(a.body, s) {
				t.Errorf("%s: %s: the page shows %q", who, pattern, s)
			}
		}
	}
}

// TestNoRouteReachesAnotherBody walks every route that names an object, with
// every role of one body, and objects of another.
func TestNoRouteReachesAnotherBody(t *testing.T) {
	h := newHouse(t)
	foreign := exampleOf(t, h, officetest.CityB, officetest.Jinji)
	walked := 0
	for _, home := range []tenant.ID{officetest.CityA, officetest.Prefecture, tenant.Installation} {
		for _, r := range staff.Roles {
			if !hasRole(h, t, home, r) {
				continue
			}
			b := h.as(t, home, r)
			for _, x := range office.Routes() {
				_, path, _ := strings.Cut(x.Pattern, " ")
				if !strings.Contains(path, "{") || strings.Contains(path, "{$}") {
					continue
				}
				walked++
				try(t, b, string(r), x.Pattern, fill(path, foreign), []string{"極秘", "applicant@example.jp"})
			}
		}
	}
	if walked < 100 {
		t.Errorf("only %d ways were walked", walked)
	}
	unchanged(t, h, officetest.CityB, foreign)
}

// unchanged fails when anything happened to the objects of e.
func unchanged(t *testing.T, h *house, id tenant.ID, e example) {
	t.Helper()
	err := h.DB.Read(t.Context(), id, func(tx store.Tx) error {
		a, err := tx.ApplicationByReceiptNo(t.Context(), e.no)
		if err != nil {
			return err
		}
		if a.Version != 1 || a.Status != application.Received {
			t.Errorf("the application was changed: %+v", a)
		}
		views, err := tx.ViewsOf(t.Context(), a.ID)
		if len(views) != 0 {
			t.Errorf("%d looks were recorded", len(views))
		}
		sessions, _ := tx.Sessions(t.Context(), staff.ID(e.member))
		if len(sessions) != 1 {
			t.Errorf("the session was ended")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func hasRole(h *house, t *testing.T, id tenant.ID, r staff.Role) bool {
	t.Helper()
	found := false
	err := h.DB.Read(t.Context(), id, func(tx store.Tx) error {
		all, err := tx.Members(t.Context())
		for _, m := range all {
			found = found || m.Login == string(r)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestAJointAdministratorElsewhereSeesNoApplication walks the routes about
// applications of a body that the member was switched to.
func TestAJointAdministratorElsewhereSeesNoApplication(t *testing.T) {
	h := newHouse(t)
	foreign := exampleOf(t, h, officetest.CityB, officetest.Jinji)
	for home, r := range map[tenant.ID]staff.Role{officetest.Prefecture: staff.JointAdmin, tenant.Installation: staff.Operator} {
		b := h.as(t, home, r)
		wantStatus(t, "switch", b.post("/tenants", url.Values{"to": {"4"}}), 303)
		for _, x := range office.Routes() {
			_, path, _ := strings.Cut(x.Pattern, " ")
			if strings.HasPrefix(path, "/cases") {
				try(t, b, string(r), x.Pattern, fill(path, foreign), []string{"極秘", "applicant@example.jp"})
			}
		}
	}
	unchanged(t, h, officetest.CityB, foreign)
}

// TestNoRouteReachesAnotherSection walks the routes about applications with an
// application of a section that the member does not work in.
func TestNoRouteReachesAnotherSection(t *testing.T) {
	h := newHouse(t)
	other := exampleOf(t, h, officetest.CityA, officetest.Sangyo)
	for _, r := range []staff.Role{staff.Clerk, staff.Examiner, staff.Editor, staff.Admin} {
		b := h.as(t, officetest.CityA, r)
		for _, x := range office.Routes() {
			_, path, _ := strings.Cut(x.Pattern, " ")
			if strings.Contains(path, "{n}") {
				try(t, b, string(r), x.Pattern, fill(path, other), []string{"極秘", "applicant@example.jp"})
			}
		}
	}
}

// TestAFileIsReachedByItsOwnApplicationOnly swaps files between applications.
func TestAFileIsReachedByItsOwnApplicationOnly(t *testing.T) {
	h := newHouse(t)
	one, two := exampleOf(t, h, officetest.CityA, officetest.Jinji), exampleOf(t, h, officetest.CityA, officetest.Sangyo)
	foreign := exampleOf(t, h, officetest.CityB, officetest.Jinji)
	b := h.as(t, officetest.CityA, staff.Clerk)
	wantStatus(t, "own", b.get("/cases/"+one.no+"/files/"+one.file), 200)
	for name, file := range map[string]string{"another section's": two.file, "another body's": foreign.file} {
		wantStatus(t, name, b.get("/cases/"+one.no+"/files/"+file), 404)
	}
}

// TestStrangersAreLedToTheSignIn walks every route without a session.
func TestStrangersAreLedToTheSignIn(t *testing.T) {
	h := newHouse(t)
	e := exampleOf(t, h, officetest.CityA, officetest.Jinji)
	for _, token := range []string{"", "forged", "3." + strings.Repeat("a", 64), "-1." + strings.Repeat("a", 64), "999999." + strings.Repeat("a", 64)} {
		for _, x := range office.Routes() {
			method, path, _ := strings.Cut(x.Pattern, " ")
			if x.Open {
				continue
			}
			b := h.browser()
			if token != "" {
				b.cookies["__Host-mg-staff"] = token
			}
			a := b.do(method, fill(path, e), "", nil)
			if a.status != 303 || !strings.HasPrefix(a.location, "/office/login") {
				t.Errorf("%s with token %q: status %d to %q, want the sign-in", x.Pattern, token, a.status, a.location)
			}
		}
	}
	unchanged(t, h, officetest.CityA, e)
	for _, path := range []string{"/news", "/procedures/p1", "/papers/new", "/banner"} {
		if a := h.browser().get(path); !strings.HasPrefix(a.location, "/office/login") {
			t.Errorf("%s: status %d to %q, want the sign-in", path, a.status, a.location)
		}
	}
}

// TestStagesOfTheSignInNeedTheTicket walks the open routes without one.
func TestStagesOfTheSignInNeedTheTicket(t *testing.T) {
	h := newHouse(t)
	for _, ticket := range []string{"", "forged"} {
		for _, x := range office.Routes() {
			method, path, _ := strings.Cut(x.Pattern, " ")
			if !x.Open || path == "/login" {
				continue
			}
			b := h.browser()
			b.cookies["__Host-mg-ticket"] = ticket
			a := b.do(method, path, "", nil)
			if a.location != "/office/login?why=ticket_over" {
				t.Errorf("%s: status %d to %q, want the sign-in", x.Pattern, a.status, a.location)
			}
		}
	}
}
