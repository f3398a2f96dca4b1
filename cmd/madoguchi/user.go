package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"strings"

	"madoguchi/internal/clock"
	"madoguchi/internal/fault"
	"madoguchi/internal/signin"
	"madoguchi/internal/staff"
	"madoguchi/internal/tenant"
	"madoguchi/internal/words"
)

// runUser handles "user add": it adds a member of staff, such as the first
// administrator of a body, and prints the password to hand over.
func runUser(ctx context.Context, args []string, std stdio) int {
	if len(args) == 0 || args[0] != "add" {
		fmt.Fprintln(std.err, "usage: madoguchi user add --config FILE --login NAME --name 氏名 [--tenant SLUG] [--role ROLE,…]")
		return exitUsage
	}
	var slug, login, name, roles string
	c, _, code := configFlag("user add", args[1:], std, func(flags *flag.FlagSet) {
		flags.StringVar(&slug, "tenant", "", "the `SLUG` of the body; without it the member operates the installation")
		flags.StringVar(&login, "login", "", "the `NAME` to sign in with")
		flags.StringVar(&name, "name", "", "the member's `NAME` as colleagues see it")
		flags.StringVar(&roles, "role", "", "`ROLES`: clerk, examiner, editor, admin, joint_admin, operator (default admin, or operator)")
	})
	if code != goOn {
		return code
	}
	m := signin.MemberInput{Login: login, Name: name, Roles: rolesFrom(roles, slug)}
	password, err := addUser(ctx, c, slug, m)
	if err != nil {
		explain(std, err)
		return 1
	}
	fmt.Fprintf(std.out, "login:    %s\npassword: %s\n", login, password)
	fmt.Fprintln(std.out, "The password is shown once; the member changes it at the first sign-in and sets up an authenticator app.")
	return 0
}

func rolesFrom(list, slug string) []staff.Role {
	switch {
	case list == "" && slug == "":
		return []staff.Role{staff.Operator}
	case list == "":
		return []staff.Role{staff.Admin}
	}
	var roles []staff.Role
	for r := range strings.SplitSeq(list, ",") {
		roles = append(roles, staff.Role(strings.TrimSpace(r)))
	}
	return roles
}

func addUser(ctx context.Context, c Config, slug string, m signin.MemberInput) (password string, err error) {
	in, err := openInstallation(ctx, c, clock.Clock{})
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	door, err := openDoor(in)
	if err != nil {
		return "", err
	}
	to, err := tenantBySlug(ctx, in, slug)
	if err != nil {
		return "", err
	}
	_, password, err = door.Enlist(ctx, to, signin.NewMember{MemberInput: m, MustChange: true})
	return password, err
}

// tenantBySlug finds a body; without a slug it is the installation.
func tenantBySlug(ctx context.Context, in *installation, slug string) (tenant.ID, error) {
	if slug == "" {
		return tenant.Installation, nil
	}
	all, err := in.db.Service().Tenants(ctx)
	if err != nil {
		return 0, err
	}
	for _, t := range all {
		if t.Slug == slug {
			return t.ID, nil
		}
	}
	return 0, fmt.Errorf("no body has the slug %q", slug)
}

// explain says what went wrong: what a person is told in their words, and
// anything else as it is.
func explain(std stdio, err error) {
	w := words.Of(words.Base)
	if many, ok := errors.AsType[fault.Problems](err); ok {
		for _, p := range many {
			fmt.Fprintf(std.err, "madoguchi: %s: %s\n", p.Field, w.Text(p.Fault.Key(), p.Fault.Args()))
		}
		return
	}
	if text, ok := w.Explain(err); ok {
		fmt.Fprintln(std.err, "madoguchi:", text)
		return
	}
	fmt.Fprintln(std.err, "madoguchi:", err)
}
