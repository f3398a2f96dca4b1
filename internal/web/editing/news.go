package editing

import (
	"errors"
	"net/http"
	"net/url"

	"madoguchi/internal/fault"
	"madoguchi/internal/notice"
	"madoguchi/internal/web"
	"madoguchi/internal/web/ui"
)

// ListPage is the data of page/list.tmpl: what there is, with its state.
type ListPage struct {
	web.Frame
	Intro string
	Done  *ui.Notice
	Add   ui.Link // zero: nothing can be added
	Heads []string
	Rows  []Row
	Empty string
}

// Row is one line of a ListPage.
type Row struct {
	Link   ui.Link
	Cells  []string
	Status ui.Status
}

func (v *edit) notices() error {
	all, err := v.Editors.Notices(v.r.Context(), v.who)
	if err != nil {
		return err
	}
	page := ListPage{
		Frame: v.frame("editing.news"), Intro: v.words.Text("editing.news_intro"), Done: v.done(),
		Add:   ui.Link{Label: v.words.Text("editing.news_add"), Href: v.base + "/news/new"},
		Heads: []string{v.words.Text("editing.title"), v.words.Text("editing.shown_from"), v.words.Text("editing.shown_to"), v.words.Text("editing.state")},
		Empty: v.words.Text("editing.news_empty"),
	}
	for _, n := range all {
		title := n.Title
		if len(n.Added) > 0 {
			title += v.words.Text("editing.added_mark")
		}
		page.Rows = append(page.Rows, Row{
			Link:  ui.Link{Label: title, Href: v.base + "/news/" + url.PathEscape(string(n.ID))},
			Cells: []string{v.times.DateTime(n.ShownFrom), v.times.DateTime(n.ShownTo)}, Status: v.noticeState(n),
		})
	}
	return v.show(http.StatusOK, "list", page)
}

func (v *edit) noticeState(n notice.Notice) ui.Status {
	now := v.Clock()
	switch {
	case !n.Published:
		return ui.Status{Tone: "gone", Word: v.words.Text("editing.state_off")}
	case n.ShownAt(now):
		return ui.Status{Tone: "done", Word: v.words.Text("editing.state_on")}
	case n.PastAt(now):
		return ui.Status{Tone: "gone", Word: v.words.Text("editing.state_past")}
	}
	return ui.Status{Tone: "wait", Word: v.words.Text("editing.state_ahead")}
}

// noticePage builds the page of a notice; a new one has no ID.
func (v *edit) noticePage(n notice.Notice) FormPage {
	key, action := "editing.news_add", "/news/new"
	if n.ID != "" {
		key, action = "editing.news_edit", "/news/"+url.PathEscape(string(n.ID))
	}
	page := FormPage{
		Frame: v.frame(key), Done: v.done(), Version: n.Version, Action: v.base + action,
		Back:   ui.Link{Label: v.words.Text("editing.news_back"), Href: v.base + "/news"},
		Button: v.words.Text("editing.save"),
	}
	body := v.area("body", "body", n.Body, 10).need()
	page.Controls = append(page.Controls, v.line("title", "title", n.Title).need(), body)
	page.Controls = append(page.Controls, v.when("from", "shown_from", n.ShownFrom, true)...)
	page.Controls = append(page.Controls, v.when("to", "shown_to", n.ShownTo, false)...)
	page.Controls = append(page.Controls, v.tick("published", "published", n.Published))
	if n.ID == "" {
		return page
	}
	for _, a := range n.Added {
		page.More = append(page.More, More{Title: v.words.Text("editing.added_at", "at", v.times.DateTime(a.At)), Text: a.Body})
	}
	page.More = append(page.More, More{
		Title: v.words.Text("editing.add_more"), Text: v.words.Text("editing.add_more_text"),
		Action: v.base + action + "/addition", Version: n.Version, Button: v.words.Text("editing.add_more"),
		Controls: []Control{v.area("addition", "addition", "", 5).need()},
	})
	if !n.Published {
		page.More = append(page.More, More{
			Title: v.words.Text("editing.delete"), Text: v.words.Text("editing.news_delete_text"), Danger: true,
			Action: v.base + action + "/delete", Button: v.words.Text("editing.delete"),
		})
	}
	return page
}

// tick is a check box.
func (v *edit) tick(name, key string, on bool) Control {
	c := v.field("agree", name, key, "")
	c.Plain = true
	if on {
		c.Value = "1"
	}
	return c
}

func (v *edit) newNotice() error {
	if _, err := v.Editors.Notices(v.r.Context(), v.who); err != nil { // asks for the right
		return err
	}
	return v.show(http.StatusOK, "edit", v.noticePage(notice.Notice{ShownFrom: v.Clock()}))
}

func (v *edit) readNotice(p *fault.Problems, f url.Values) notice.Notice {
	return notice.Notice{
		Title: f.Get("title"), Body: f.Get("body"), Published: f.Get("published") != "",
		ShownFrom: moment(p, f, "from"), ShownTo: moment(p, f, "to"), Version: version(f),
	}
}

func (v *edit) addNotice() error { return v.keepNotice("") }

func (v *edit) saveNotice() error { return v.keepNotice(notice.ID(v.r.PathValue("id"))) }

func (v *edit) keepNotice(id notice.ID) error {
	f, err := v.posted()
	if err != nil {
		return err
	}
	var unread fault.Problems
	n := v.readNotice(&unread, f)
	n.ID = id
	if err = unread.Err(); err == nil {
		id, err = v.Editors.SaveNotice(v.r.Context(), v.who, n)
	}
	if err != nil {
		return v.againNotice(n, f, err)
	}
	return v.saved("/news/" + url.PathEscape(string(id)))
}

// againNotice shows the notice as it is kept, with what was typed on top.
func (v *edit) againNotice(n notice.Notice, f url.Values, err error) error {
	if n.ID != "" {
		kept, missing := v.Editors.Notice(v.r.Context(), v.who, n.ID)
		if missing != nil {
			return missing
		}
		n.Added = kept.Added
	}
	return v.again(v.noticePage(n), f, err)
}

func (v *edit) notice() error {
	n, err := v.Editors.Notice(v.r.Context(), v.who, notice.ID(v.r.PathValue("id")))
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, "edit", v.noticePage(*n))
}

func (v *edit) addToNotice() error {
	f, err := v.posted()
	if err != nil {
		return err
	}
	id := notice.ID(v.r.PathValue("id"))
	err = v.Editors.AddToNotice(v.r.Context(), v.who, id, version(f), f.Get("addition"))
	if err == nil {
		return v.saved("/news/" + url.PathEscape(string(id)))
	}
	n, missing := v.Editors.Notice(v.r.Context(), v.who, id)
	if missing != nil {
		return missing
	}
	return v.againMore(v.noticePage(*n), f, err)
}

// againMore is again for a page whose second form failed.
func (v *edit) againMore(page FormPage, f url.Values, err error) error {
	for i := range page.More {
		more := &page.More[i]
		if len(more.Controls) == 0 {
			continue
		}
		typed(more.Controls, f)
		if problems, ok := errors.AsType[fault.Problems](err); ok {
			page.Invalid = true
			v.blame(&page.Summary, more.Controls, problems)
			return v.show(http.StatusUnprocessableEntity, "edit", page)
		}
	}
	if fault.KindOf(err) != fault.Conflict {
		return err
	}
	page.Conflict = &ui.Notice{Tone: "bad", Title: v.words.Text("editing.conflict"), Lines: []string{v.words.Text("editing.conflict_do")}}
	return v.show(http.StatusConflict, "edit", page)
}

func (v *edit) deleteNotice() error {
	if err := v.Editors.DeleteNotice(v.r.Context(), v.who, notice.ID(v.r.PathValue("id"))); err != nil {
		return err
	}
	return v.saved("/news")
}

func (v *edit) bannerPage(b notice.Banner) FormPage {
	page := FormPage{
		Frame: v.frame("editing.banner"), Intro: v.words.Text("editing.banner_intro"), Done: v.done(),
		Version: b.Version, Action: v.base + "/banner", Button: v.words.Text("editing.save"),
		Controls: []Control{
			v.tick("on", "banner_on", b.On),
			v.line("title", "banner_title", b.Title),
			v.area("text", "banner_text", b.Text, 3),
			v.line("link", "banner_link", b.Link),
			v.line("link_text", "banner_link_text", b.LinkText),
		},
	}
	page.Controls = append(page.Controls, v.when("from", "shown_from", b.ShownFrom, false)...)
	page.Controls = append(page.Controls, v.when("to", "shown_to", b.ShownTo, false)...)
	return page
}

func (v *edit) banner() error {
	b, err := v.Editors.Banner(v.r.Context(), v.who)
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, "edit", v.bannerPage(b))
}

func (v *edit) saveBanner() error {
	f, err := v.posted()
	if err != nil {
		return err
	}
	var unread fault.Problems
	b := notice.Banner{
		On: f.Get("on") != "", Title: f.Get("title"), Text: f.Get("text"), Link: f.Get("link"), LinkText: f.Get("link_text"),
		ShownFrom: moment(&unread, f, "from"), ShownTo: moment(&unread, f, "to"), Version: version(f),
	}
	if err = unread.Err(); err == nil {
		err = v.Editors.SetBanner(v.r.Context(), v.who, b)
	}
	if err != nil {
		return v.again(v.bannerPage(b), f, err)
	}
	return v.saved("/banner")
}
