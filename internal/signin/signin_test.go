package signin_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"madoguchi/internal/fault"
	"madoguchi/internal/officetest"
	"madoguchi/internal/signin"
	"madoguchi/internal/staff"
	"madoguchi/internal/store"
	"madoguchi/internal/tenant"
)

const browser = "BROWSERBROWSERBROWSERBROWSER"

// code is the one-time code of everybody's app now.
func code(t *testing.T, w *officetest.World) string {
	t.Helper()
	c, err := signin.CodeAt(officetest.Secret, w.Real.Now())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func attempt(login string) signin.Attempt {
	return signin.Attempt{Tenant: officetest.CityA, Login: login, Password: officetest.Password, Browser: browser}
}

// enter signs a member in and returns the token.
func enter(t *testing.T, w *officetest.World, a signin.Attempt) string {
	t.Helper()
	w.Real.Advance(time.Minute) // the code of the last sign-in is used up
	sealed, next, err := w.Door.Password(t.Context(), a)
	if err != nil || next != signin.StageCode {
		t.Fatalf("password: got %q, %v, want the code stage", next, err)
	}
	sealed, _, err = w.Door.Code(t.Context(), sealed, code(t, w), a.Browser)
	if err != nil {
		t.Fatal(err)
	}
	token, err := w.Door.Enter(t.Context(), sealed, a.Browser, "窓口3番", "192.0.2.1")
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func isOut(w *officetest.World, t *testing.T, token string) bool {
	t.Helper()
	_, err := w.Door.Who(t.Context(), token, "192.0.2.1")
	if err != nil && fault.KindOf(err) != fault.Denied {
		t.Fatal(err)
	}
	return err != nil
}

func TestASessionKnowsMemberTenantAndDevice(t *testing.T) {
	w := officetest.New(t)
	token := enter(t, w, attempt("Clerk ")) // folded
	v, err := w.Door.Who(t.Context(), token, "192.0.2.7")
	if err != nil {
		t.Fatal(err)
	}
	if v.Who.Tenant != officetest.CityA || v.Who.Home != officetest.CityA || v.Who.Member.Login != "clerk" || v.Who.Addr != "192.0.2.7" || v.Who.Device == "" {
		t.Errorf("got %+v", v.Who)
	}
	own, err := w.Door.Own(t.Context(), v.Who)
	if err != nil || len(own.Sessions) != 1 || len(own.Devices) != 1 || own.Devices[0].Name != "窓口3番" {
		t.Errorf("own account: got %+v, %v", own, err)
	}
}

func TestADeviceIsNamedAtTheFirstSignInOnly(t *testing.T) {
	w := officetest.New(t)
	enter(t, w, attempt("clerk"))
	w.Real.Advance(time.Minute)
	sealed, _, err := w.Door.Password(t.Context(), attempt("clerk"))
	if err != nil {
		t.Fatal(err)
	}
	if _, next, err := w.Door.Code(t.Context(), sealed, code(t, w), browser); next != signin.StageEnter || err != nil {
		t.Errorf("known device: next stage %q, %v, want enter", next, err)
	}
	sealed, _, err = w.Door.Password(t.Context(), attempt("examiner"))
	if err != nil {
		t.Fatal(err)
	}
	sealed, next, err := w.Door.Code(t.Context(), sealed, code(t, w), browser)
	if next != signin.StageDevice || err != nil {
		t.Fatalf("another member on the same browser: next stage %q, %v, want device", next, err)
	}
	if _, err := w.Door.Enter(t.Context(), sealed, browser, " ", ""); fault.KindOf(err) != fault.Invalid {
		t.Errorf("without a name: got %v, want invalid", err)
	}
}

func TestUnknownLoginsAndWrongPasswordsLookAlike(t *testing.T) {
	w := officetest.New(t)
	var first error
	for name, a := range map[string]signin.Attempt{
		"wrong password": {Tenant: officetest.CityA, Login: "clerk", Password: "no"},
		"unknown login":  {Tenant: officetest.CityA, Login: "nobody", Password: officetest.Password},
		"unknown body":   {Login: "clerk", Password: officetest.Password},
		"another body":   {Tenant: officetest.CityA, Login: "joint_admin", Password: officetest.Password},
		"empty":          {Tenant: officetest.CityA},
	} {
		_, _, err := w.Door.Password(t.Context(), a)
		if fault.KindOf(err) != fault.Invalid || fault.Of(err).Key() != "signin.refused" {
			t.Errorf("%s: got %v, want signin.refused", name, err)
		}
		if first == nil {
			first = err
		}
		if err == nil || err.Error() != first.Error() {
			t.Errorf("%s: the answer differs: %v, %v", name, err, first)
		}
	}
}

func TestACodeWorksOnce(t *testing.T) {
	w := officetest.New(t)
	one := code(t, w)
	for i, want := range []fault.Kind{"", fault.Invalid} {
		sealed, _, err := w.Door.Password(t.Context(), attempt("clerk"))
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := w.Door.Code(t.Context(), sealed, one, browser); fault.KindOf(err) != want {
			t.Errorf("use %d: got %v, want %q", i+1, err, want)
		}
	}
}

func TestAnOlderCodeIsRefusedAfterANewerOne(t *testing.T) {
	w := officetest.New(t)
	older := code(t, w)
	w.Real.Advance(30 * time.Second)
	sealed, _, _ := w.Door.Password(t.Context(), attempt("clerk"))
	if _, _, err := w.Door.Code(t.Context(), sealed, code(t, w), browser); err != nil {
		t.Fatal(err)
	}
	if _, _, err := w.Door.Code(t.Context(), sealed, older, browser); fault.KindOf(err) != fault.Invalid {
		t.Errorf("code of the step before: got %v, want invalid", err)
	}
}

func TestTwoSignInsWithOneCodeAtOnce(t *testing.T) {
	w := officetest.New(t)
	one := code(t, w)
	results := make(chan error)
	for range 8 {
		sealed, _, err := w.Door.Password(t.Context(), attempt("clerk"))
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			_, _, err := w.Door.Code(t.Context(), sealed, one, browser)
			results <- err
		}()
	}
	won := 0
	for range 8 {
		if err := <-results; err == nil {
			won++
		}
	}
	if won != 1 {
		t.Errorf("%d of 8 sign-ins with one code succeeded, want 1", won)
	}
}

func TestAttemptsHaveToWaitAfterFailures(t *testing.T) {
	w := officetest.New(t)
	wrong := attempt("clerk")
	wrong.Password = "wrong"
	for range 5 {
		if _, _, err := w.Door.Password(t.Context(), wrong); err == nil {
			t.Fatal("a wrong password was taken")
		}
	}
	if _, _, err := w.Door.Password(t.Context(), attempt("clerk")); fault.KindOf(err) != fault.Invalid {
		t.Errorf("right password while waiting: got %v, want refused", err)
	}
	if _, _, err := w.Door.Password(t.Context(), attempt("examiner")); err != nil {
		t.Errorf("another account waits as well: %v", err)
	}
	w.Real.Advance(31 * time.Second)
	if _, _, err := w.Door.Password(t.Context(), attempt("clerk")); err != nil {
		t.Errorf("after the wait: %v", err)
	}
}

func TestAKnownDeviceIsNotKeptOutByOthersFailures(t *testing.T) {
	w := officetest.New(t)
	enter(t, w, attempt("clerk"))
	wrong := attempt("clerk")
	wrong.Password, wrong.Browser = "wrong", "SOMEONEELSESOMEONEELSESOMEONEELSE"
	for range 9 {
		_, _, _ = w.Door.Password(t.Context(), wrong) // refused, as the test above shows
	}
	if _, _, err := w.Door.Password(t.Context(), attempt("clerk")); err != nil {
		t.Errorf("sign-in from a known device: %v", err)
	}
}

func TestWrongCodesHaveToWaitToo(t *testing.T) {
	w := officetest.New(t)
	sealed, _, err := w.Door.Password(t.Context(), attempt("clerk"))
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		if _, _, err := w.Door.Code(t.Context(), sealed, "000000", browser); fault.KindOf(err) != fault.Invalid {
			t.Fatalf("wrong code: got %v, want invalid", err)
		}
	}
	if _, _, err := w.Door.Code(t.Context(), sealed, code(t, w), browser); fault.KindOf(err) != fault.TooMany {
		t.Errorf("right code while waiting: got %v, want too many", err)
	}
}

func TestTheFirstSignInSetsUpTheAppAndThePassword(t *testing.T) {
	w := officetest.New(t)
	_, start, err := w.Door.AddMember(t.Context(), w.Who(t, officetest.CityA, staff.Admin), signin.MemberInput{Login: "new", Name: "新人", Roles: []staff.Role{staff.Clerk}})
	if err != nil {
		t.Fatal(err)
	}
	a := attempt("new")
	a.Password = start
	sealed, next, err := w.Door.Password(t.Context(), a)
	if err != nil || next != signin.StageEnrol {
		t.Fatalf("got %q, %v, want enrol", next, err)
	}
	e, err := w.Door.Enrolment(t.Context(), sealed)
	if err != nil || !strings.HasPrefix(string(e.QR), "\x89PNG") {
		t.Fatalf("enrolment: %v", err)
	}
	if _, _, err := w.Door.Enrol(t.Context(), sealed, "000000", browser); fault.KindOf(err) != fault.Invalid {
		t.Errorf("wrong code: got %v, want invalid", err)
	}
	one, err := signin.CodeAt(strings.ReplaceAll(e.Secret, "-", ""), w.Real.Now())
	if err != nil {
		t.Fatal(err)
	}
	sealed, next, err = w.Door.Enrol(t.Context(), sealed, one, browser)
	if err != nil || next != signin.StageCodes {
		t.Fatalf("got %q, %v, want codes", next, err)
	}
	codes, err := w.Door.Codes(sealed)
	if err != nil || len(codes) != 10 {
		t.Fatalf("recovery codes: %v, %v", codes, err)
	}
	if _, err := w.Door.Enter(t.Context(), sealed, browser, "x", ""); fault.KindOf(err) != fault.Gone {
		t.Errorf("entering before the stages are done: got %v, want gone", err)
	}
	sealed, next, err = w.Door.Noted(t.Context(), sealed, browser)
	if err != nil || next != signin.StagePassword {
		t.Fatalf("got %q, %v, want password", next, err)
	}
	for field, pair := range map[string][2]string{
		"password":       {"short", "short"},
		"password_again": {"a long enough one", "another long one"},
	} {
		_, _, err := w.Door.NewPassword(t.Context(), sealed, pair[0], pair[1], browser)
		p, _ := errors.AsType[fault.Problems](err)
		if len(p) != 1 || p[0].Field != field {
			t.Errorf("%q: got %v, want a problem with %s", pair, err, field)
		}
	}
	if _, _, err := w.Door.NewPassword(t.Context(), sealed, start, start, browser); fault.KindOf(err) != fault.Invalid {
		t.Errorf("the start password again: got %v, want invalid", err)
	}
	sealed, next, err = w.Door.NewPassword(t.Context(), sealed, "my very own password", "my very own password", browser)
	if err != nil || next != signin.StageDevice {
		t.Fatalf("got %q, %v, want device", next, err)
	}
	if _, err := w.Door.Enter(t.Context(), sealed, browser, "机", ""); err != nil {
		t.Error(err)
	}

	// a recovery code stands in for the app, once
	a.Password = "my very own password"
	for i, want := range []fault.Kind{"", fault.Invalid} {
		sealed, _, err := w.Door.Password(t.Context(), a)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := w.Door.Code(t.Context(), sealed, strings.ToLower(codes[3]), browser); fault.KindOf(err) != want {
			t.Errorf("use %d of a recovery code: got %v, want %q", i+1, err, want)
		}
	}
}

func TestEndedSessionsAreOutAtOnce(t *testing.T) {
	w := officetest.New(t)
	admin := w.Who(t, officetest.CityA, staff.Admin)
	for name, end := range map[string]func(v signin.Visit) error{
		"sign-out": func(v signin.Visit) error { return w.Door.SignOut(t.Context(), v.Who) },
		"by session": func(v signin.Visit) error {
			return w.Door.EndSession(t.Context(), admin, v.Who.Member.ID, v.Session.ID)
		},
		"by account": func(v signin.Visit) error { return w.Door.EndAccount(t.Context(), admin, v.Who.Member.ID) },
		"own list":   func(v signin.Visit) error { return w.Door.EndOwn(t.Context(), v.Who, v.Session.ID) },
		"idle":       func(signin.Visit) error { w.Real.Advance(signin.IdleLimit); return nil },
		"device": func(v signin.Visit) error {
			return w.Door.BlockDevice(t.Context(), admin, v.Who.Member.ID, v.Who.Device, true)
		},
		"device reopen": func(v signin.Visit) error {
			return w.Door.BlockDevice(t.Context(), admin, v.Who.Member.ID, v.Who.Device, true)
		},
	} {
		a := attempt("clerk")
		a.Browser = browser + name
		token := enter(t, w, a)
		v, err := w.Door.Who(t.Context(), token, "")
		if err != nil {
			t.Fatal(err)
		}
		if err := end(v); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if !isOut(w, t, token) {
			t.Errorf("%s: the session still works", name)
		}
	}
}

func TestASessionEndsAfterADayWhateverHappens(t *testing.T) {
	w := officetest.New(t)
	token := enter(t, w, attempt("clerk"))
	for range 24*60/20 - 1 {
		w.Real.Advance(20 * time.Minute)
		if isOut(w, t, token) {
			t.Fatal("a session in use ended within a day")
		}
	}
	w.Real.Advance(20 * time.Minute)
	if !isOut(w, t, token) {
		t.Error("the session lives longer than a day")
	}
}

func TestABlockedDeviceCannotSignIn(t *testing.T) {
	w := officetest.New(t)
	v, err := w.Door.Who(t.Context(), enter(t, w, attempt("clerk")), "")
	if err != nil {
		t.Fatal(err)
	}
	admin := w.Who(t, officetest.CityA, staff.Admin)
	if err := w.Door.BlockDevice(t.Context(), admin, v.Who.Member.ID, v.Who.Device, true); err != nil {
		t.Fatal(err)
	}
	if _, _, err := w.Door.Password(t.Context(), attempt("clerk")); fault.KindOf(err) != fault.Denied {
		t.Errorf("blocked: got %v, want denied", err)
	}
	if err := w.Door.BlockDevice(t.Context(), admin, v.Who.Member.ID, v.Who.Device, false); err != nil {
		t.Fatal(err)
	}
	enter(t, w, attempt("clerk"))
}

func TestDisablingAMemberEndsItsSessions(t *testing.T) {
	w := officetest.New(t)
	token := enter(t, w, attempt("clerk"))
	admin, clerk := w.Who(t, officetest.CityA, staff.Admin), w.Who(t, officetest.CityA, staff.Clerk).Member
	in := signin.MemberInput{Name: clerk.Name, Roles: clerk.Roles, Sections: clerk.Sections, Disabled: true, Version: clerk.Version}
	if err := w.Door.SaveMember(t.Context(), admin, clerk.ID, in); err != nil {
		t.Fatal(err)
	}
	if !isOut(w, t, token) {
		t.Error("the session still works")
	}
	if _, _, err := w.Door.Password(t.Context(), attempt("clerk")); fault.KindOf(err) != fault.Invalid {
		t.Errorf("sign-in of a disabled member: got %v, want refused", err)
	}
	if err := w.Door.SaveMember(t.Context(), admin, clerk.ID, in); fault.KindOf(err) != fault.Conflict {
		t.Errorf("an overtaken change: got %v, want conflict", err)
	}
}

func TestALostDeviceTakesASecondPerson(t *testing.T) {
	w := officetest.New(t)
	admin, clerk := w.Who(t, officetest.CityA, staff.Admin), w.Who(t, officetest.CityA, staff.Clerk)
	if _, err := w.Door.Reset(t.Context(), admin, admin.Member.ID, signin.LostDevice); fault.KindOf(err) != fault.Denied {
		t.Errorf("oneself: got %v, want denied", err)
	}
	if _, err := w.Door.Reset(t.Context(), clerk, admin.Member.ID, signin.LostDevice); fault.KindOf(err) != fault.NotFound {
		t.Errorf("by a clerk: got %v, want not found", err)
	}
	token := enter(t, w, attempt("clerk"))
	start, err := w.Door.Reset(t.Context(), admin, clerk.Member.ID, signin.LostDevice)
	if err != nil {
		t.Fatal(err)
	}
	if !isOut(w, t, token) {
		t.Error("the session still works")
	}
	a := attempt("clerk")
	if _, _, err := w.Door.Password(t.Context(), a); err == nil {
		t.Error("the old password still works")
	}
	a.Password = start
	if _, next, err := w.Door.Password(t.Context(), a); next != signin.StageEnrol || err != nil {
		t.Errorf("got %q, %v, want enrol", next, err)
	}
	acts := auditActs(t, w, string(clerk.Member.ID))
	if !slices.Contains(acts, "staff.reset_device") {
		t.Errorf("trail %v does not tell the reset", acts)
	}
}

func auditActs(t *testing.T, w *officetest.World, object string) []string {
	t.Helper()
	var acts []string
	err := w.DB.Read(t.Context(), officetest.CityA, func(tx store.Tx) error {
		entries, err := tx.EntriesAbout(t.Context(), object)
		acts = nil
		for _, e := range entries {
			acts = append(acts, e.Act)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return acts
}

func TestNobodyGivesRolesAboveTheOwn(t *testing.T) {
	w := officetest.New(t)
	admin := w.Who(t, officetest.Prefecture, staff.Admin)
	joint := w.Who(t, officetest.Prefecture, staff.JointAdmin)
	operator := w.Who(t, tenant.Installation, staff.Operator)
	abroad := joint
	abroad.Tenant = officetest.CityA
	for _, c := range []struct {
		name string
		who  staff.Who
		role staff.Role
		ok   bool
	}{
		{"administrator gives clerk", admin, staff.Clerk, true},
		{"administrator gives joint administrator", admin, staff.JointAdmin, false},
		{"administrator gives operator", admin, staff.Operator, false},
		{"joint administrator gives its own role", joint, staff.JointAdmin, true},
		{"joint administrator gives it in a municipality", abroad, staff.JointAdmin, false},
		{"joint administrator gives an administrator to a municipality", abroad, staff.Admin, true},
		{"joint administrator gives operator", joint, staff.Operator, false},
		{"operator gives operator", operator, staff.Operator, true},
	} {
		_, _, err := w.Door.AddMember(t.Context(), c.who, signin.MemberInput{Login: "m" + officetest.NewID()[24:], Name: "新", Roles: []staff.Role{c.role}})
		if (err == nil) != c.ok {
			t.Errorf("%s: got %v, want ok %v", c.name, err, c.ok)
		}
	}
	target := w.Who(t, officetest.Prefecture, staff.JointAdmin).Member
	if _, err := w.Door.Reset(t.Context(), admin, target.ID, signin.LostPassword); fault.KindOf(err) != fault.NotFound {
		t.Errorf("administrator resets a joint administrator: got %v, want not found", err)
	}
	for name, c := range map[string]struct {
		member staff.Member
		role   staff.Role
	}{
		"a joint administrator":          {target, staff.Clerk},
		"a clerk to joint administrator": {w.Who(t, officetest.Prefecture, staff.Clerk).Member, staff.JointAdmin},
	} {
		in := signin.MemberInput{Name: c.member.Name, Roles: []staff.Role{c.role}, Version: c.member.Version}
		if err := w.Door.SaveMember(t.Context(), admin, c.member.ID, in); fault.KindOf(err) != fault.NotFound {
			t.Errorf("administrator changes %s: got %v, want not found", name, err)
		}
	}
	in := signin.MemberInput{Name: admin.Member.Name, Roles: []staff.Role{staff.Clerk}, Version: admin.Member.Version}
	if err := w.Door.SaveMember(t.Context(), admin, admin.Member.ID, in); fault.KindOf(err) != fault.Denied {
		t.Errorf("administrator takes the own role: got %v, want denied", err)
	}
}

func TestWhoMaySwitchToWhichTenant(t *testing.T) {
	w := officetest.New(t)
	for _, c := range []struct {
		name string
		home tenant.ID
		role staff.Role
		to   tenant.ID
		ok   bool
	}{
		{"joint administrator to a municipality", officetest.Prefecture, staff.JointAdmin, officetest.CityA, true},
		{"joint administrator to the installation", officetest.Prefecture, staff.JointAdmin, tenant.Installation, false},
		{"administrator to a municipality", officetest.Prefecture, staff.Admin, officetest.CityA, false},
		{"municipality's administrator to another", officetest.CityA, staff.Admin, officetest.CityB, false},
		{"operator to the prefecture", tenant.Installation, staff.Operator, officetest.Prefecture, true},
	} {
		a := attempt(string(c.role))
		a.Tenant = c.home
		token := enter(t, w, a)
		v, err := w.Door.Who(t.Context(), token, "")
		if err != nil {
			t.Fatal(err)
		}
		err = w.Door.SwitchTenant(t.Context(), v.Who, c.to)
		if (err == nil) != c.ok {
			t.Errorf("%s: got %v, want ok %v", c.name, err, c.ok)
		}
		v, err = w.Door.Who(t.Context(), token, "")
		if err != nil {
			t.Fatal(err)
		}
		if want := map[bool]tenant.ID{true: c.to, false: c.home}[c.ok]; v.Who.Tenant != want || v.Who.Home != c.home {
			t.Errorf("%s: works on %d, want %d", c.name, v.Who.Tenant, want)
		}
	}
}

func TestSealedThingsOpenOnlyForTheirPurposeAndTime(t *testing.T) {
	w := officetest.New(t)
	sealed, err := w.Door.Seal("a", "secret", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	var got string
	if err := w.Door.Unseal("a", sealed, &got); err != nil || got != "secret" {
		t.Errorf("got %q, %v", got, err)
	}
	for name, s := range map[string]string{"other purpose": sealed, "tampered": sealed[:len(sealed)-2] + "xx", "empty": "", "no base64": "%%%"} {
		purpose := "a"
		if name == "other purpose" {
			purpose = "b"
		}
		if err := w.Door.Unseal(purpose, s, &got); fault.KindOf(err) != fault.Gone {
			t.Errorf("%s: got %v, want gone", name, err)
		}
	}
	w.Real.Advance(time.Minute)
	if err := w.Door.Unseal("a", sealed, &got); fault.KindOf(err) != fault.Gone {
		t.Errorf("too late: got %v, want gone", err)
	}
}

func TestATicketEndsWithThePassword(t *testing.T) {
	w := officetest.New(t)
	sealed, _, err := w.Door.Password(t.Context(), attempt("clerk"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Door.Reset(t.Context(), w.Who(t, officetest.CityA, staff.Admin), w.Who(t, officetest.CityA, staff.Clerk).Member.ID, signin.LostPassword); err != nil {
		t.Fatal(err)
	}
	if _, _, err := w.Door.Code(t.Context(), sealed, code(t, w), browser); fault.KindOf(err) != fault.Gone {
		t.Errorf("got %v, want gone", err)
	}
}

func TestTheSameTicketIsOneSession(t *testing.T) {
	w := officetest.New(t)
	sealed, _, err := w.Door.Password(t.Context(), attempt("clerk"))
	if err != nil {
		t.Fatal(err)
	}
	sealed, _, err = w.Door.Code(t.Context(), sealed, code(t, w), browser)
	if err != nil {
		t.Fatal(err)
	}
	one, err := w.Door.Enter(t.Context(), sealed, browser, "机", "")
	if err != nil {
		t.Fatal(err)
	}
	two, err := w.Door.Enter(t.Context(), sealed, browser, "机", "")
	if err != nil || one != two {
		t.Errorf("a double click made another session: %v", err)
	}
	v, err := w.Door.Who(t.Context(), one, "")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Door.SignOut(t.Context(), v.Who); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Door.Enter(t.Context(), sealed, browser, "机", ""); err != nil {
		t.Fatal(err)
	}
	if !isOut(w, t, one) {
		t.Error("an old ticket brought an ended session back")
	}
}

func TestOwnPasswordAndRecoveryCodes(t *testing.T) {
	w := officetest.New(t)
	other := attempt("clerk")
	other.Browser = "ANOTHERANOTHERANOTHERANOTHER"
	elsewhere, here := enter(t, w, other), enter(t, w, attempt("clerk"))
	v, err := w.Door.Who(t.Context(), here, "")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Door.ChangePassword(t.Context(), v.Who, "wrong", "a quite new password", "a quite new password"); fault.KindOf(err) != fault.Invalid {
		t.Errorf("wrong present password: got %v, want invalid", err)
	}
	if err := w.Door.ChangePassword(t.Context(), v.Who, officetest.Password, "a quite new password", "a quite new password"); err != nil {
		t.Fatal(err)
	}
	if !isOut(w, t, elsewhere) || isOut(w, t, here) {
		t.Error("the other sessions should end, and only they")
	}
	w.Real.Advance(time.Minute)
	codes, err := w.Door.NewRecovery(t.Context(), v.Who, code(t, w))
	if err != nil || len(codes) != 10 {
		t.Fatalf("got %v, %v", codes, err)
	}
	if _, err := w.Door.NewRecovery(t.Context(), v.Who, code(t, w)); fault.KindOf(err) != fault.Invalid {
		t.Errorf("the same code again: got %v, want invalid", err)
	}
}

func TestASignInRenewsAHashOfAnotherCost(t *testing.T) {
	w := officetest.New(t)
	dearer, err := signin.New(signin.Config{DB: w.DB, Secret: []byte(strings.Repeat("k", 32)), Now: w.Real.Now, Cost: signin.Cost{MemoryKiB: 128, Passes: 1, Threads: 1}})
	if err != nil {
		t.Fatal(err)
	}
	sealed, _, err := dearer.Password(t.Context(), attempt("clerk"))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := dearer.Code(t.Context(), sealed, code(t, w), browser); err != nil {
		t.Errorf("the ticket does not know the new hash: %v", err)
	}
	err = w.DB.Read(t.Context(), officetest.CityA, func(tx store.Tx) error {
		c, err := tx.Credential(t.Context(), w.Who(t, officetest.CityA, staff.Clerk).Member.ID)
		if err == nil && !strings.Contains(c.PasswordHash, "m=128,") {
			t.Errorf("kept %.30s…, want the new cost", c.PasswordHash)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	enter(t, w, attempt("clerk"))
}
