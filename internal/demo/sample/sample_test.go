package sample_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"madoguchi/internal/demo"
	"madoguchi/internal/demo/sample"
	"madoguchi/internal/form"
	"madoguchi/internal/jptext"
	"madoguchi/internal/procedure"
	"madoguchi/internal/signin"
	"madoguchi/internal/staff"
	"madoguchi/internal/store"
	"madoguchi/internal/store/storetest"
	"madoguchi/internal/tenant"
)

func load(t *testing.T, o sample.Options) store.DB {
	t.Helper()
	db := storetest.OpenSQLiteWith(t, store.Options{Now: func() time.Time { return demo.Moment() }})
	err := db.Service().InsertTenant(t.Context(), &tenant.Tenant{ID: tenant.Installation, Slug: sample.Operators, Kind: tenant.Operator})
	if err != nil {
		t.Fatal(err)
	}
	door, err := signin.New(signin.Config{DB: db, Secret: []byte(strings.Repeat("s", 32)), Cost: signin.Cost{MemoryKiB: 64, Passes: 1, Threads: 1}})
	if err != nil {
		t.Fatal(err)
	}
	if err := sample.Load(t.Context(), db, door, o); err != nil {
		t.Fatal(err)
	}
	return db
}

func tenants(t *testing.T, db store.DB) []tenant.Tenant {
	t.Helper()
	all, err := db.Service().Tenants(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return all[1:] // without the installation
}

func procedures(t *testing.T, db store.DB, id tenant.ID) []procedure.Procedure {
	t.Helper()
	var list []procedure.Procedure
	err := db.Read(t.Context(), id, func(tx store.Tx) (err error) {
		list, err = tx.Procedures(t.Context())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestIbarakiHasItsTwentyProceduresWithForms(t *testing.T) {
	db := load(t, sample.Standard)
	pref := tenants(t, db)[0]
	if pref.Slug != demo.Slug || pref.Name != "茨城県" {
		t.Fatalf("the first body is %s", pref.Name)
	}
	got := procedures(t, db, pref.ID)
	if len(got) != 20 {
		t.Fatalf("%d procedures, want 20", len(got))
	}
	for _, want := range demo.Procedures() {
		i := slices.IndexFunc(got, func(p procedure.Procedure) bool { return p.Title == want.Title })
		if i < 0 {
			t.Errorf("%s is missing", want.Title)
			continue
		}
		p := got[i]
		if !p.OpensAt.Equal(want.OpensAt) || !p.ClosesAt.Equal(want.ClosesAt) || !p.Published || !p.OpenAt(demo.Moment()) || p.Section == "" {
			t.Errorf("%s: %+v", want.Title, p)
		}
		err := db.Read(t.Context(), pref.ID, func(tx store.Tx) error {
			f, err := tx.Form(t.Context(), p.ID, p.FormVersion)
			if err != nil {
				return err
			}
			_, err = form.Parse(f.Definition)
			return err
		})
		if err != nil {
			t.Errorf("the form of %s: %v", want.Title, err)
		}
	}
}

func TestMunicipalitiesAreIbarakis44(t *testing.T) {
	list := sample.Municipalities()
	count := map[tenant.Kind]int{}
	seen := map[string]bool{}
	for _, m := range list {
		count[m.Kind]++
		if tenant.CheckCode(m.Code) != nil || !strings.HasPrefix(m.Code, "08") || tenant.CheckSlug(m.Slug) != nil || !jptext.IsKatakana(m.Kana) {
			t.Errorf("%+v", m)
		}
		if seen[m.Code] || seen[m.Name] || seen[m.Slug] {
			t.Errorf("%s is there twice", m.Name)
		}
		seen[m.Code], seen[m.Name], seen[m.Slug] = true, true, true
		end := map[tenant.Kind]string{tenant.City: "シ", tenant.Town: "マチ", tenant.Village: "ムラ"}[m.Kind]
		if !strings.HasSuffix(m.Kana, end) {
			t.Errorf("%s is read %s", m.Name, m.Kana)
		}
	}
	if count[tenant.City] != 32 || count[tenant.Town] != 10 || count[tenant.Village] != 2 {
		t.Errorf("%d cities, %d towns, %d villages; want 32, 10, 2", count[tenant.City], count[tenant.Town], count[tenant.Village])
	}
	// readings that machines get wrong
	for name, kana := range map[string]string{"行方市": "ナメガタシ", "鉾田市": "ホコタシ", "潮来市": "イタコシ", "大子町": "ダイゴマチ", "坂東市": "バンドウシ"} {
		if i := slices.IndexFunc(list, func(m tenant.Tenant) bool { return m.Name == name }); i < 0 || list[i].Kana != kana {
			t.Errorf("%s is not read %s", name, kana)
		}
	}
}

func TestEveryBodyHasItsProceduresAndSomeoneIsThereForEachRole(t *testing.T) {
	o := sample.Standard
	o.Procedures = 3
	o.People = sample.People()
	db := load(t, o)
	roles := map[staff.Role]bool{}
	for _, x := range tenants(t, db) {
		if x.Slug != demo.Slug && (len(procedures(t, db, x.ID)) != 3 || x.Parent == 0 || x.Settings.MailFrom == "") {
			t.Errorf("%s: %d procedures, parent %d", x.Name, len(procedures(t, db, x.ID)), x.Parent)
		}
	}
	for _, id := range []tenant.ID{tenant.Installation, tenants(t, db)[0].ID} {
		err := db.Read(t.Context(), id, func(tx store.Tx) error {
			members, err := tx.Members(t.Context())
			for _, m := range members {
				roles[m.Roles[0]] = true
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, r := range staff.Roles {
		if !roles[r] {
			t.Errorf("nobody is %s", r)
		}
	}
}

func TestALargeInstallationIsTheSameForTheSameSeed(t *testing.T) {
	o := sample.Options{Tenants: 90, Procedures: 2, Seed: 7}
	names := func(o sample.Options) (list []string) {
		for _, x := range tenants(t, load(t, o)) {
			if tenant.CheckSlug(x.Slug) != nil || x.Name == "" || x.Prefecture == "" || !jptext.IsKatakana(x.Kana) {
				t.Errorf("%+v", x)
			}
			list = append(list, x.Slug)
		}
		return list
	}
	first := names(o)
	if len(first) != 90 {
		t.Fatalf("%d bodies, want 90", len(first))
	}
	if second := names(o); !slices.Equal(first, second) {
		t.Error("the same seed made other bodies")
	}
	o.Seed = 8
	if other := names(o); slices.Equal(first, other) {
		t.Error("another seed made the same bodies")
	}
}

func TestSampleDataGoesIntoANewInstallationOnly(t *testing.T) {
	db := load(t, sample.Options{Procedures: 1})
	door, err := signin.New(signin.Config{DB: db, Secret: []byte(strings.Repeat("s", 32))})
	if err != nil {
		t.Fatal(err)
	}
	if err := sample.Load(t.Context(), db, door, sample.Standard); err == nil {
		t.Error("sample data was put into an installation that has bodies")
	}
}

func TestNothingReachesARealPerson(t *testing.T) {
	db := load(t, sample.Options{Procedures: 1})
	for _, x := range tenants(t, db) {
		for _, c := range x.Settings.Contacts {
			if c.Mail != "" && !strings.HasSuffix(c.Mail, "example.jp") {
				t.Errorf("%s: mail %s", x.Name, c.Mail)
			}
			for _, p := range c.Phones {
				if !strings.HasSuffix(strings.ReplaceAll(p.Number, "-", ""), "000000") {
					t.Errorf("%s: phone %s", x.Name, p.Number)
				}
			}
		}
		if !strings.HasSuffix(x.Settings.MailFrom, "example.jp") {
			t.Errorf("%s sends from %s", x.Name, x.Settings.MailFrom)
		}
	}
}
