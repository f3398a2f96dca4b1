package staff_test

import (
	"testing"

	"madoguchi/internal/staff"
)

func TestEveryPermissionIsHeldBySomeRole(t *testing.T) {
	for p, roles := range staff.Permissions {
		if len(roles) == 0 {
			t.Errorf("%s is permitted to nobody", p)
		}
	}
}

func TestOnlyJointRolesActOutsideTheirTenant(t *testing.T) {
	for _, r := range staff.Roles {
		w := staff.Who{Tenant: 3, Home: 2, Member: staff.Member{Roles: []staff.Role{r}, Sections: []staff.SectionID{"s"}}}
		joint := r == staff.JointAdmin || r == staff.Operator
		for p := range staff.Permissions {
			if w.May(p) && !joint {
				t.Errorf("%s may %s in another tenant", r, p)
			}
		}
		if w.InSection("s") && !joint {
			t.Errorf("%s is in a section of another tenant", r)
		}
	}
}

func TestNobodySeesContentsFromOutside(t *testing.T) {
	for _, r := range []staff.Role{staff.JointAdmin, staff.Operator} {
		w := staff.Who{Tenant: 3, Home: 2, Member: staff.Member{Roles: []staff.Role{r}}}
		for _, p := range []staff.Permission{staff.ListCases, staff.OpenCase, staff.ReplyCase} {
			if w.May(p) {
				t.Errorf("%s may %s", r, p)
			}
		}
	}
}

func TestDisabledMembersMayNothing(t *testing.T) {
	w := staff.Who{Tenant: 2, Home: 2, Member: staff.Member{Roles: staff.Roles, Disabled: true}}
	for p := range staff.Permissions {
		if w.May(p) {
			t.Errorf("a disabled member may %s", p)
		}
	}
}
