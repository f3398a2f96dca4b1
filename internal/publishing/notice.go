package publishing

import (
	"context"
	"time"

	"madoguchi/internal/fault"
	"madoguchi/internal/notice"
	"madoguchi/internal/staff"
	"madoguchi/internal/store"
)

// Limits of a notice and of the banner, in characters as people count them.
const (
	maxNoticeTitle = 100
	maxNoticeBody  = 5000
	maxBannerTitle = 30
	maxBannerText  = 120
)

// Notices returns every notice of the body, published or not.
func (e *Editors) Notices(ctx context.Context, who staff.Who) ([]notice.Notice, error) {
	if err := may(who, staff.EditNotices); err != nil {
		return nil, err
	}
	var all []notice.Notice
	err := e.DB.Read(ctx, who.Tenant, func(tx store.Tx) (err error) {
		all, err = tx.Notices(ctx)
		return err
	})
	return all, err
}

// Notice returns one notice.
func (e *Editors) Notice(ctx context.Context, who staff.Who, id notice.ID) (*notice.Notice, error) {
	if err := may(who, staff.EditNotices); err != nil {
		return nil, err
	}
	var n *notice.Notice
	err := e.DB.Read(ctx, who.Tenant, func(tx store.Tx) (err error) {
		n, err = tx.Notice(ctx, id)
		return err
	})
	return n, err
}

// SaveNotice keeps a notice: a new one when n.ID is empty, else the one that
// was read as n.Version. Additions are kept as they are; see AddToNotice.
// It returns the notice's ID.
func (e *Editors) SaveNotice(ctx context.Context, who staff.Who, n notice.Notice) (notice.ID, error) {
	if err := may(who, staff.EditNotices); err != nil {
		return "", err
	}
	var p fault.Problems
	n.Title = line(&p, "title", n.Title, maxNoticeTitle, true)
	n.Body = lines(&p, "body", n.Body, maxNoticeBody, true)
	if n.ShownFrom.IsZero() {
		p.Add("from", "publishing.missing", nil)
	}
	span(&p, "to", n.ShownFrom, n.ShownTo)
	if err := p.Err(); err != nil {
		return "", err
	}
	if n.ID == "" {
		n.ID, n.Added = notice.ID(e.NewID()), nil
		err := e.write(ctx, who, e.entry(who, "notice.add", string(n.ID), ""), func(tx store.Tx) error {
			added := n
			added.UpdatedAt = tx.Now()
			return tx.InsertNotice(ctx, &added)
		})
		return n.ID, err
	}
	err := e.write(ctx, who, e.entry(who, "notice.edit", string(n.ID), ""), func(tx store.Tx) error {
		kept, err := tx.Notice(ctx, n.ID)
		if err != nil {
			return err
		}
		edited := n
		edited.Added, edited.UpdatedAt = kept.Added, tx.Now()
		return tx.SaveNotice(ctx, &edited)
	})
	return n.ID, err
}

// AddToNotice adds a 追記 to a notice that was read as version.
func (e *Editors) AddToNotice(ctx context.Context, who staff.Who, id notice.ID, version int, body string) error {
	if err := may(who, staff.EditNotices); err != nil {
		return err
	}
	var p fault.Problems
	body = lines(&p, "addition", body, maxNoticeBody, true)
	if err := p.Err(); err != nil {
		return err
	}
	return e.write(ctx, who, e.entry(who, "notice.addition", string(id), ""), func(tx store.Tx) error {
		n, err := tx.Notice(ctx, id)
		if err != nil {
			return err
		}
		n.Version = version
		n.Added = append(n.Added, notice.Addition{At: tx.Now(), Body: body})
		n.UpdatedAt = tx.Now()
		return tx.SaveNotice(ctx, n)
	})
}

// DeleteNotice removes a notice that was never published. One that people have
// read is ended instead, by its period.
func (e *Editors) DeleteNotice(ctx context.Context, who staff.Who, id notice.ID) error {
	if err := may(who, staff.EditNotices); err != nil {
		return err
	}
	return e.write(ctx, who, e.entry(who, "notice.delete", string(id), ""), func(tx store.Tx) error {
		n, err := tx.Notice(ctx, id)
		if err != nil {
			return err
		}
		if n.Published {
			return fault.New(fault.Conflict, "publishing.notice_is_published")
		}
		return tx.DeleteNotice(ctx, id)
	})
}

// Banner returns the emergency banner, on or off.
func (e *Editors) Banner(ctx context.Context, who staff.Who) (notice.Banner, error) {
	if err := may(who, staff.EditNotices); err != nil {
		return notice.Banner{}, err
	}
	var b notice.Banner
	err := e.DB.Read(ctx, who.Tenant, func(tx store.Tx) (err error) {
		b, err = tx.Banner(ctx)
		return err
	})
	return b, err
}

// SetBanner keeps the emergency banner that was read as b.Version. A banner
// that is switched on without a beginning begins now.
func (e *Editors) SetBanner(ctx context.Context, who staff.Who, b notice.Banner) error {
	if err := may(who, staff.EditNotices); err != nil {
		return err
	}
	var p fault.Problems
	b.Title = line(&p, "title", b.Title, maxBannerTitle, b.On)
	b.Text = line(&p, "text", b.Text, maxBannerText, b.On)
	b.Link = link(&p, "link", b.Link)
	b.LinkText = line(&p, "link_text", b.LinkText, maxBannerTitle, b.Link != "")
	span(&p, "to", b.ShownFrom, b.ShownTo)
	if err := p.Err(); err != nil {
		return err
	}
	detail := "off"
	if b.On {
		detail = "on"
	}
	return e.write(ctx, who, e.entry(who, "banner.set", "banner", detail), func(tx store.Tx) error {
		set := b
		if set.ShownFrom.IsZero() {
			set.ShownFrom = tx.Now().Truncate(time.Minute)
		}
		return tx.SetBanner(ctx, set)
	})
}
