package signin

import (
	"context"
	"slices"
	"strings"
	"time"

	"madoguchi/internal/application"
	"madoguchi/internal/audit"
	"madoguchi/internal/fault"
	"madoguchi/internal/jptext"
	"madoguchi/internal/staff"
	"madoguchi/internal/store"
)

// EndSession ends one session of a member of the tenant.
func (d *Door) EndSession(ctx context.Context, who staff.Who, member staff.ID, id staff.SessionID) error {
	if err := may(who, staff.EndSessions); err != nil {
		return err
	}
	return d.endSession(ctx, who, member, id)
}

func (d *Door) endSession(ctx context.Context, who staff.Who, member staff.ID, id staff.SessionID) error {
	entry, now := by(who, newID(), "session.end", string(member), string(id)), d.now()
	return d.db.Write(ctx, who.Tenant, func(tx store.Tx) error {
		all, err := tx.Sessions(ctx, member)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(all, func(s staff.Session) bool { return s.ID == id }) {
			return errNone
		}
		if err := tx.EndSession(ctx, id, who.Member.ID, now); err != nil {
			return err
		}
		return tx.Record(ctx, entry)
	})
}

// EndAccount ends every session of a member of the tenant.
func (d *Door) EndAccount(ctx context.Context, who staff.Who, member staff.ID) error {
	if err := may(who, staff.EndSessions); err != nil {
		return err
	}
	entry, now := by(who, newID(), "session.end_all", string(member), ""), d.now()
	return d.db.Write(ctx, who.Tenant, func(tx store.Tx) error {
		if _, err := tx.Member(ctx, member); err != nil {
			return err
		}
		if err := tx.EndSessionsOf(ctx, member, who.Member.ID, now); err != nil {
			return err
		}
		return tx.Record(ctx, entry)
	})
}

// BlockDevice keeps a member from signing in on a device, or allows it again.
// Blocking ends the sessions on it.
func (d *Door) BlockDevice(ctx context.Context, who staff.Who, member staff.ID, id staff.DeviceID, block bool) error {
	if err := may(who, staff.EndSessions); err != nil {
		return err
	}
	entry, now := by(who, newID(), "device.block", string(member), string(id)), d.now()
	at := now
	if !block {
		entry.Act, at = "device.allow", time.Time{}
	}
	return d.db.Write(ctx, who.Tenant, func(tx store.Tx) error {
		all, err := tx.Devices(ctx, member)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(all, func(x staff.Device) bool { return x.ID == id }) {
			return errNone
		}
		if err := tx.BlockDevice(ctx, id, at); err != nil {
			return err
		}
		if block {
			if err := tx.EndSessionsOn(ctx, id, who.Member.ID, now); err != nil {
				return err
			}
		}
		return tx.Record(ctx, entry)
	})
}

// Sections returns the sections of the tenant for its administrators.
func (d *Door) Sections(ctx context.Context, who staff.Who) ([]staff.Section, error) {
	if !who.May(staff.ManageSections) && !who.May(staff.ManageStaff) {
		return nil, errNone
	}
	var list []staff.Section
	err := d.db.Read(ctx, who.Tenant, func(tx store.Tx) (err error) {
		list, err = tx.Sections(ctx)
		return err
	})
	return list, err
}

// SaveSection keeps a section: a new one when s.ID is empty, else the one
// whose version is still s.Version.
func (d *Door) SaveSection(ctx context.Context, who staff.Who, s staff.Section) error {
	if err := may(who, staff.ManageSections); err != nil {
		return err
	}
	if err := checkSection(&s); err != nil {
		return err
	}
	fresh := s.ID == ""
	entry := by(who, newID(), "section.change", string(s.ID), "")
	if fresh {
		s.ID = staff.SectionID(newID())
		entry.Act, entry.Object = "section.add", string(s.ID)
	}
	return d.db.Write(ctx, who.Tenant, func(tx store.Tx) error {
		all, err := tx.Sections(ctx)
		if err != nil {
			return err
		}
		s := s
		taken := slices.ContainsFunc(all, func(x staff.Section) bool { return x.Name == s.Name && x.ID != s.ID })
		known := slices.ContainsFunc(all, func(x staff.Section) bool { return x.ID == s.ID })
		switch {
		case taken:
			return fault.Problems{{Field: "name", Fault: fault.New(fault.Invalid, "signin.section_taken")}}
		case fresh:
			err = tx.InsertSection(ctx, &s)
		case !known:
			return errNone
		default:
			err = tx.SaveSection(ctx, &s)
		}
		if err != nil {
			return err
		}
		return tx.Record(ctx, entry)
	})
}

func checkSection(s *staff.Section) error {
	var p fault.Problems
	for _, x := range []struct {
		field string
		value *string
	}{{"name", &s.Name}, {"phone", &s.Phone}, {"mail", &s.Mail}, {"hours", &s.Hours}} {
		*x.value = strings.TrimSpace(*x.value)
		if jptext.Longer(*x.value, NameMax) {
			p.Add(x.field, "signin.name_long", fault.Args{"max": NameMax})
		}
	}
	if s.Name == "" {
		p.Add("name", "signin.section_missing", nil)
	}
	if s.Mail != "" {
		folded, ok := jptext.Mail(s.Mail)
		if !ok {
			p.Add("mail", "signin.mail_shape", nil)
		}
		s.Mail = folded
	}
	return p.Err()
}

// Trail is a page of the audit trail, newest first. Names holds the names of
// the tenant's members and the receipt numbers of applications, by ID.
type Trail struct {
	Entries []audit.Entry
	Names   map[string]string
	More    bool // older entries follow
}

// TrailPage is how many entries a page of the trail has.
const TrailPage = 50

// Trail returns the acts before the key (before, beforeID); a zero time begins
// with the newest.
func (d *Door) Trail(ctx context.Context, who staff.Who, before time.Time, beforeID string) (Trail, error) {
	if err := may(who, staff.ReadAudit); err != nil {
		return Trail{}, err
	}
	var t Trail
	err := d.db.Read(ctx, who.Tenant, func(tx store.Tx) error {
		entries, err := tx.Entries(ctx, before, beforeID, TrailPage+1)
		if err != nil {
			return err
		}
		t = Trail{Entries: entries, Names: map[string]string{}, More: len(entries) > TrailPage}
		t.Entries = entries[:min(len(entries), TrailPage)]
		members, err := tx.Members(ctx)
		if err != nil {
			return err
		}
		for _, m := range members {
			t.Names[string(m.ID)] = m.Name
		}
		return nameApplications(ctx, tx, t)
	})
	return t, err
}

// nameApplications adds the receipt numbers of the applications in t.
func nameApplications(ctx context.Context, tx store.Tx, t Trail) error {
	for _, e := range t.Entries {
		about, _, _ := strings.Cut(e.Act, ".")
		if (about != "case" && about != "application") || t.Names[e.Object] != "" {
			continue
		}
		a, err := tx.Application(ctx, application.ID(e.Object))
		if err != nil && fault.KindOf(err) != fault.NotFound {
			return err
		}
		if err == nil {
			t.Names[e.Object] = jptext.FormatReceiptNo(a.ReceiptNo)
		}
	}
	return nil
}
