package signin

import (
	"cmp"
	"context"
	"regexp"
	"slices"
	"strings"
	"time"

	"madoguchi/internal/audit"
	"madoguchi/internal/fault"
	"madoguchi/internal/jptext"
	"madoguchi/internal/staff"
	"madoguchi/internal/store"
	"madoguchi/internal/tenant"
)

// NameMax is the length of a member's or section's name in characters.
const NameMax = 50

var loginShape = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{1,38}[a-z0-9]$`)

var errSelf = fault.New(fault.Denied, "signin.not_oneself")

// MemberInput is what an administrator says about a member.
type MemberInput struct {
	Login    string // of a new member; it does not change later
	Name     string
	Roles    []staff.Role
	Sections []staff.SectionID
	Disabled bool
	Version  int // as it was shown; 0 for a new member
}

// MemberDetail is one member with its sign-ins.
type MemberDetail struct {
	Member     staff.Member
	Enrolled   bool // the authenticator app is set up
	MustChange bool
	RetryAt    time.Time // real time; zero unless attempts have to wait
	Sessions   []staff.Session
	Devices    []staff.Device
	Acts       []audit.Entry // on this account, oldest first
}

// Members returns the members of the tenant by login.
func (d *Door) Members(ctx context.Context, who staff.Who) ([]staff.Member, error) {
	if err := may(who, staff.ManageStaff); err != nil {
		return nil, err
	}
	var list []staff.Member
	err := d.db.Read(ctx, who.Tenant, func(tx store.Tx) (err error) {
		list, err = tx.Members(ctx)
		return err
	})
	slices.SortFunc(list, func(a, b staff.Member) int { return cmp.Compare(a.Login, b.Login) })
	return list, err
}

// Member returns one member with its sessions and devices.
func (d *Door) Member(ctx context.Context, who staff.Who, id staff.ID) (MemberDetail, error) {
	if err := may(who, staff.ManageStaff); err != nil {
		return MemberDetail{}, err
	}
	var m MemberDetail
	err := d.db.Read(ctx, who.Tenant, func(tx store.Tx) error {
		member, err := tx.Member(ctx, id)
		if err != nil {
			return err
		}
		m = MemberDetail{Member: *member}
		c, err := tx.Credential(ctx, id)
		if err != nil && fault.KindOf(err) != fault.NotFound {
			return err
		}
		if err == nil {
			m.Enrolled, m.MustChange, m.RetryAt = c.TOTPSecret != "", c.MustChange, c.RetryAt
		}
		if m.Sessions, m.Devices, err = d.signIns(ctx, tx, id); err != nil {
			return err
		}
		m.Acts, err = tx.EntriesAbout(ctx, string(id))
		return err
	})
	return m, err
}

// Grantable returns the roles that who may give and take, and whose holders
// who may change: an administrator those of its body, a joint administrator
// its own role in the prefecture as well, an operator every role, and its own
// only in the installation.
func Grantable(who staff.Who) []staff.Role {
	if !who.May(staff.ManageStaff) {
		return nil
	}
	roles := []staff.Role{staff.Clerk, staff.Examiner, staff.Editor, staff.Admin}
	joint := slices.Contains(who.Member.Roles, staff.JointAdmin) && who.Tenant == who.Home
	operator := slices.Contains(who.Member.Roles, staff.Operator) && who.Home == tenant.Installation
	if joint || operator {
		roles = append(roles, staff.JointAdmin)
	}
	if operator && who.Tenant == tenant.Installation {
		roles = append(roles, staff.Operator)
	}
	return roles
}

// manageable reports whether every role is one that who may give.
func manageable(who staff.Who, roles []staff.Role) bool {
	grantable := Grantable(who)
	return !slices.ContainsFunc(roles, func(r staff.Role) bool { return !slices.Contains(grantable, r) })
}

// AddMember keeps a new member and returns the password to hand over. The
// member replaces it and sets up the authenticator app at the first sign-in.
func (d *Door) AddMember(ctx context.Context, who staff.Who, in MemberInput) (staff.ID, string, error) {
	if err := may(who, staff.ManageStaff); err != nil {
		return "", "", err
	}
	if !manageable(who, in.Roles) {
		return "", "", errNone
	}
	entry := by(who, newID(), "staff.add", "", roleWords(in.Roles))
	return d.enlist(ctx, who.Tenant, NewMember{MemberInput: in, MustChange: true}, entry)
}

// NewMember is a member that the installation itself adds.
type NewMember struct {
	MemberInput
	Password   string // empty: one is made
	TOTPSecret string // base32; empty: set up at the first sign-in
	MustChange bool
}

// Enlist keeps a member on behalf of the installation: the first ones of a
// body, and those of a demonstration. It returns the password.
func (d *Door) Enlist(ctx context.Context, to tenant.ID, m NewMember) (staff.ID, string, error) {
	return d.enlist(ctx, to, m, audit.Entry{ID: newID(), Actor: "system", Act: "staff.add", Detail: roleWords(m.Roles)})
}

func (d *Door) enlist(ctx context.Context, to tenant.ID, in NewMember, entry audit.Entry) (staff.ID, string, error) {
	in.Login, in.Name = foldLogin(in.Login), strings.TrimSpace(in.Name)
	var p fault.Problems
	if !loginShape.MatchString(in.Login) {
		p.Add("login", "signin.login_shape", nil)
	}
	checkMember(&p, in.MemberInput)
	if err := p.Err(); err != nil {
		return "", "", err
	}
	password := cmp.Or(in.Password, startPassword())
	hash, err := d.hasher.hash(ctx, password)
	if err != nil {
		return "", "", err
	}
	id := staff.ID(newID())
	entry.Object = string(id)
	err = d.db.Write(ctx, to, func(tx store.Tx) error {
		if err := checkSections(ctx, tx, in.Sections); err != nil {
			return err
		}
		_, err := tx.MemberByLogin(ctx, in.Login)
		if err == nil {
			return fault.Problems{{Field: "login", Fault: fault.New(fault.Invalid, "signin.login_taken")}}
		}
		if fault.KindOf(err) != fault.NotFound {
			return err
		}
		m := staff.Member{ID: id, Login: in.Login, Name: in.Name, Roles: in.Roles, Sections: in.Sections, Disabled: in.Disabled, CreatedAt: tx.Now()}
		if err := tx.InsertMember(ctx, &m); err != nil {
			return err
		}
		c := staff.Credential{Member: id, PasswordHash: hash, TOTPSecret: in.TOTPSecret, MustChange: in.MustChange}
		if err := tx.InsertCredential(ctx, &c); err != nil {
			return err
		}
		return tx.Record(ctx, entry)
	})
	if err != nil {
		return "", "", err
	}
	return id, password, nil
}

// SaveMember changes name, roles, sections and whether the account is
// disabled. A disabled member's sessions end at once. Nobody disables himself
// or takes his own right to manage staff.
func (d *Door) SaveMember(ctx context.Context, who staff.Who, id staff.ID, in MemberInput) error {
	if err := may(who, staff.ManageStaff); err != nil {
		return err
	}
	in.Name = strings.TrimSpace(in.Name)
	var p fault.Problems
	checkMember(&p, in)
	if err := p.Err(); err != nil {
		return err
	}
	entry, now := by(who, newID(), "staff.change", string(id), roleWords(in.Roles)), d.now()
	return d.db.Write(ctx, who.Tenant, func(tx store.Tx) error {
		m, err := tx.Member(ctx, id)
		if err != nil {
			return err
		}
		if !manageable(who, m.Roles) || !manageable(who, in.Roles) {
			return errNone
		}
		if m.Version != in.Version {
			return fault.New(fault.Conflict, "fault.conflict_text")
		}
		after := *m
		after.Name, after.Roles, after.Sections, after.Disabled = in.Name, in.Roles, in.Sections, in.Disabled
		self := staff.Who{Tenant: who.Tenant, Home: who.Tenant, Member: after}
		if id == who.Member.ID && !self.May(staff.ManageStaff) {
			return errSelf
		}
		if err := checkSections(ctx, tx, in.Sections); err != nil {
			return err
		}
		if err := tx.SaveMember(ctx, &after); err != nil {
			return err
		}
		if in.Disabled && !m.Disabled {
			entry := entry
			entry.Act = "staff.disable"
			if err := tx.EndSessionsOf(ctx, id, who.Member.ID, now); err != nil {
				return err
			}
			return tx.Record(ctx, entry)
		}
		return tx.Record(ctx, entry)
	})
}

// A Lost is what a member cannot sign in with any more.
type Lost string

// The things that a second person resets.
const (
	LostPassword Lost = "password"
	LostDevice   Lost = "device" // the authenticator app and the recovery codes
)

// Reset gives a member a new start password, which it returns, and for a lost
// device also takes the authenticator app and recovery codes away, so that
// the member sets them up again. The member's sessions end. It takes two
// people: nobody resets himself.
func (d *Door) Reset(ctx context.Context, who staff.Who, id staff.ID, lost Lost) (string, error) {
	if err := may(who, staff.ManageStaff); err != nil {
		return "", err
	}
	if id == who.Member.ID {
		return "", errSelf
	}
	if lost != LostPassword && lost != LostDevice {
		return "", fault.New(fault.Invalid, "fault.bad_form")
	}
	password := startPassword()
	hash, err := d.hasher.hash(ctx, password)
	if err != nil {
		return "", err
	}
	entry, now := by(who, newID(), "staff.reset_"+string(lost), string(id), ""), d.now()
	err = d.db.Write(ctx, who.Tenant, func(tx store.Tx) error {
		m, err := tx.Member(ctx, id)
		if err != nil {
			return err
		}
		if !manageable(who, m.Roles) {
			return errNone
		}
		c, err := tx.Credential(ctx, id)
		if err != nil {
			return err
		}
		c.PasswordHash, c.MustChange, c.Failures, c.RetryAt = hash, true, 0, time.Time{}
		if lost == LostDevice {
			c.TOTPSecret, c.Recovery = "", nil
		}
		if err := tx.SaveCredential(ctx, c); err != nil {
			return err
		}
		if err := tx.EndSessionsOf(ctx, id, who.Member.ID, now); err != nil {
			return err
		}
		return tx.Record(ctx, entry)
	})
	if err != nil {
		return "", err
	}
	return password, nil
}

func checkMember(p *fault.Problems, in MemberInput) {
	if in.Name == "" {
		p.Add("name", "signin.name_missing", nil)
	}
	if jptext.Longer(in.Name, NameMax) {
		p.Add("name", "signin.name_long", fault.Args{"max": NameMax})
	}
	if len(in.Roles) == 0 {
		p.Add("roles", "signin.roles_missing", nil)
	}
	if slices.ContainsFunc(in.Roles, func(r staff.Role) bool { return !slices.Contains(staff.Roles, r) }) {
		p.Add("roles", "fault.bad_form", nil)
	}
}

func checkSections(ctx context.Context, tx store.Tx, ids []staff.SectionID) error {
	known, err := tx.Sections(ctx)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if !slices.ContainsFunc(known, func(s staff.Section) bool { return s.ID == id }) {
			return fault.Problems{{Field: "sections", Fault: fault.New(fault.Invalid, "signin.section_unknown")}}
		}
	}
	return nil
}

// roleWords writes roles for the trail.
func roleWords(roles []staff.Role) string {
	words := make([]string, len(roles))
	for i, r := range roles {
		words[i] = string(r)
	}
	return strings.Join(words, " ")
}
