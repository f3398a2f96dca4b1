package sample

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"fmt"

	"madoguchi/internal/demo"
	"madoguchi/internal/signin"
	"madoguchi/internal/staff"
	"madoguchi/internal/tenant"
)

// Person is a member of staff whom the demonstration may be tried as.
type Person struct {
	Slug, Body string // of the body
	Login      string
	Name       string
	Role       staff.Role
	Password   string
	TOTPSecret string // base32
}

// Operators is the slug of the installation's own tenant.
const Operators = "operators"

// People gives the members with new passwords and secrets. They are invented.
func People() []Person {
	list := []Person{
		{Slug: demo.Slug, Body: "茨城県", Login: "uketsuke", Name: "窓口 はな", Role: staff.Clerk},
		{Slug: demo.Slug, Body: "茨城県", Login: "shinsa", Name: "見本 太郎", Role: staff.Examiner},
		{Slug: demo.Slug, Body: "茨城県", Login: "henshu", Name: "文例 さくら", Role: staff.Editor},
		{Slug: demo.Slug, Body: "茨城県", Login: "kanri", Name: "管理 めぐみ", Role: staff.Admin},
		{Slug: demo.Slug, Body: "茨城県", Login: "kyodo", Name: "共同 さとる", Role: staff.JointAdmin},
		{Slug: "mito", Body: "水戸市", Login: "uketsuke", Name: "梅野 かおり", Role: staff.Clerk},
		{Slug: "mito", Body: "水戸市", Login: "shinsa", Name: "千波 みずき", Role: staff.Examiner},
		{Slug: "mito", Body: "水戸市", Login: "kanri", Name: "偕楽 そのえ", Role: staff.Admin},
		{Slug: Operators, Body: "運用センター", Login: "unyo", Name: "運用 まもる", Role: staff.Operator},
	}
	for i := range list {
		list[i].Password = password()
		list[i].TOTPSecret = secret()
	}
	return list
}

// password is one of 65 bits, in groups that can be typed.
func password() string {
	s := rand.Text()[:13]
	return s[:5] + "-" + s[5:9] + "-" + s[9:]
}

// secret is one of 160 bits, as authenticator apps take it.
func secret() string {
	raw := make([]byte, 20)
	_, _ = rand.Read(raw) // it never fails
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw)
}

// enlist adds the people of one body; they work for all of its sections.
func enlist(ctx context.Context, door *signin.Door, t tenant.Tenant, sections []staff.Section, people []Person) error {
	var all []staff.SectionID
	for _, s := range sections {
		all = append(all, s.ID)
	}
	for _, p := range people {
		if p.Slug != t.Slug {
			continue
		}
		m := signin.NewMember{
			MemberInput: signin.MemberInput{Login: p.Login, Name: p.Name, Roles: []staff.Role{p.Role}, Sections: all},
			Password:    p.Password, TOTPSecret: p.TOTPSecret,
		}
		if _, _, err := door.Enlist(ctx, t.ID, m); err != nil {
			return fmt.Errorf("add %s of %s: %w", p.Login, p.Slug, err)
		}
	}
	return nil
}
