// Package publishing is what editors do (公開・編集): notices, the emergency
// banner, standing pages, contacts, procedures with their forms, sections and
// paper forms.
//
// Each act checks the right first, then the input, and is one transaction with
// its audit entry. What it changes is on the portal as soon as the catalogue
// has been refreshed.
package publishing

import (
	"context"
	"net/url"
	"strings"
	"time"

	"madoguchi/internal/audit"
	"madoguchi/internal/blob"
	"madoguchi/internal/fault"
	"madoguchi/internal/jptext"
	"madoguchi/internal/staff"
	"madoguchi/internal/store"
)

// Editors runs the acts.
type Editors struct {
	DB    store.DB
	Blobs blob.Store
	NewID func() string // UUIDv7
}

// may returns NotFound unless who has the permission: pages that a member may
// not use do not exist for it.
func may(who staff.Who, p staff.Permission) error {
	if !who.May(p) {
		return fault.New(fault.NotFound, "publishing.not_found")
	}
	return nil
}

// entry is the audit entry of an act on object.
func (e *Editors) entry(who staff.Who, act, object, detail string) audit.Entry {
	return audit.Entry{
		ID: e.NewID(), Actor: string(who.Member.ID), Session: who.Session, Device: who.Device,
		Act: act, Object: object, Detail: detail,
	}
}

// write runs f and records the act in the same transaction.
func (e *Editors) write(ctx context.Context, who staff.Who, a audit.Entry, f func(store.Tx) error) error {
	return e.DB.Write(ctx, who.Tenant, func(tx store.Tx) error {
		if err := f(tx); err != nil {
			return err
		}
		return tx.Record(ctx, a)
	})
}

// line checks a text of one line and returns it without spaces at its ends.
func line(p *fault.Problems, field, s string, limit int, required bool) string {
	return text(p, field, s, limit, required, false)
}

// lines checks a text that may have several lines.
func lines(p *fault.Problems, field, s string, limit int, required bool) string {
	return text(p, field, jptext.Lines(s), limit, required, true)
}

func text(p *fault.Problems, field, s string, limit int, required, many bool) string {
	s = strings.TrimFunc(s, jptext.IsSpace)
	if s == "" {
		if required {
			p.Add(field, "publishing.missing", nil)
		}
		return ""
	}
	if _, bad := jptext.Check(s, many); bad {
		p.Add(field, "publishing.bad_characters", nil)
		return s
	}
	if jptext.Longer(s, limit) {
		p.Add(field, "publishing.too_long", fault.Args{"max": limit})
	}
	return s
}

// link checks an address that a page leads to: a path of this portal, or https.
func link(p *fault.Problems, field, s string) string {
	s = line(p, field, s, 300, false)
	if s == "" || (strings.HasPrefix(s, "/") && !strings.HasPrefix(s, "//") && !strings.HasPrefix(s, `/\`)) {
		return s
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" || u.Host == "" {
		p.Add(field, "publishing.bad_link", nil)
	}
	return s
}

// span checks that a period ends after it begins. A zero end is no end.
func span(p *fault.Problems, field string, from, to time.Time) {
	if !to.IsZero() && !to.After(from) {
		p.Add(field, "publishing.ends_before_it_begins", nil)
	}
}
