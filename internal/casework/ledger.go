package casework

import (
	"context"

	"madoguchi/internal/application"
	"madoguchi/internal/audit"
	"madoguchi/internal/jptext"
	"madoguchi/internal/staff"
	"madoguchi/internal/store"
)

// Ledger is who looked at one application and who did what to it. It holds
// nothing of the application itself.
type Ledger struct {
	ReceiptNo string
	Acts      []audit.Entry // oldest first
	Views     []audit.View  // oldest first
	Names     map[staff.ID]string
	Devices   map[staff.DeviceID]string
}

// Ledger returns the trail and the view ledger of an application by its
// receipt number, for auditors. NotFound: there is no such application.
func (d *Desk) Ledger(ctx context.Context, who staff.Who, no string) (Ledger, error) {
	if err := may(who, staff.ReadAudit); err != nil {
		return Ledger{}, err
	}
	digits, ok := jptext.ReadReceiptNo(no)
	if !ok {
		return Ledger{}, errNone
	}
	entry := audit.Entry{ID: d.NewID(), Actor: string(who.Member.ID), Session: who.Session, Device: who.Device, Act: "audit.look"}
	var id application.ID
	err := d.DB.Write(ctx, who.Tenant, func(tx store.Tx) error {
		a, err := tx.ApplicationByReceiptNo(ctx, digits)
		if err != nil {
			return err
		}
		id = a.ID
		e := entry
		e.Object = string(id)
		return tx.Record(ctx, e)
	})
	if err != nil {
		return Ledger{}, err
	}
	var l Ledger
	err = d.DB.Read(ctx, who.Tenant, func(tx store.Tx) (err error) {
		l = Ledger{ReceiptNo: digits, Names: map[staff.ID]string{}, Devices: map[staff.DeviceID]string{}}
		if l.Acts, err = tx.EntriesAbout(ctx, string(id)); err != nil {
			return err
		}
		if l.Views, err = tx.ViewsOf(ctx, id); err != nil {
			return err
		}
		return l.label(ctx, tx)
	})
	return l, err
}

// label reads the names of the members who looked, and of their devices.
func (l *Ledger) label(ctx context.Context, tx store.Tx) error {
	members, err := tx.Members(ctx)
	if err != nil {
		return err
	}
	for _, m := range members {
		l.Names[m.ID] = m.Name
	}
	asked := map[staff.ID]bool{}
	for _, v := range l.Views {
		id := staff.ID(v.Member)
		if _, known := l.Names[id]; !known || asked[id] {
			continue
		}
		asked[id] = true
		devices, err := tx.Devices(ctx, id)
		if err != nil {
			return err
		}
		for _, x := range devices {
			l.Devices[x.ID] = x.Name
		}
	}
	return nil
}
