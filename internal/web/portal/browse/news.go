package browse

import (
	"encoding/xml"
	"strings"
	"time"

	"madoguchi/internal/notice"
	"madoguchi/internal/web"
	"madoguchi/internal/web/asset"
	"madoguchi/internal/web/portal/visit"
	"madoguchi/internal/web/ui"
)

func firstParagraph(body string) string {
	body = strings.ReplaceAll(body, "\r\n", "\n")
	first, _, _ := strings.Cut(body, "\n\n")
	return strings.ReplaceAll(strings.TrimPrefix(first, "## "), "\n", " ")
}

// NewsPage is the data of page/news.tmpl.
type NewsPage struct {
	web.Frame
	Current []NewsRow
	Past    []NewsRow // 過去のお知らせ
}

func (v page) news() error {
	return v.Public("/news", "news", func() (any, error) {
		p := NewsPage{Frame: v.Frame(v.Words.Text("portal.news_title"), "")}
		for _, n := range v.Snap.Current(v.Now) {
			p.Current = append(p.Current, v.newsRow(n))
		}
		for _, n := range v.Snap.Past(v.Now) {
			p.Past = append(p.Past, v.newsRow(n))
		}
		return p, nil
	})
}

// NewsItemPage is the data of page/newsitem.tmpl.
type NewsItemPage struct {
	web.Frame
	Row   NewsRow
	Text  []ui.Block
	Later []Later
	Past  bool
}

// Later is an addition to a notice (追記).
type Later struct {
	Day  string
	Text []ui.Block
}

func (v page) newsItem() error {
	for _, n := range v.Snap.Notices {
		if string(n.ID) == v.R.PathValue("id") && (n.ShownAt(v.Now) || n.PastAt(v.Now)) {
			return v.Public("/news/"+string(n.ID), "newsitem", func() (any, error) { return v.newsItemPage(n), nil })
		}
	}
	return visit.ErrNoPage
}

func (v page) newsItemPage(n notice.Notice) NewsItemPage {
	p := NewsItemPage{Frame: v.Frame(n.Title, ""), Row: v.newsRow(n), Text: ui.Prose(n.Body), Past: n.PastAt(v.Now)}
	for _, a := range n.Added {
		p.Later = append(p.Later, Later{Day: v.Times.Day(a.At), Text: ui.Prose(a.Body)})
	}
	return p
}

// atomFeed is the feed of notices (RFC 4287).
type atomFeed struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	ID      string      `xml:"id"`
	Title   string      `xml:"title"`
	Updated string      `xml:"updated"`
	Author  string      `xml:"author>name"`
	Links   []atomLink  `xml:"link"`
	Entries []atomEntry `xml:"entry"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr,omitempty"`
	Href string `xml:"href,attr"`
}

type atomEntry struct {
	ID      string   `xml:"id"`
	Title   string   `xml:"title"`
	Updated string   `xml:"updated"`
	Link    atomLink `xml:"link"`
	Summary string   `xml:"summary"`
}

func (v page) feed() error {
	home := v.Address + v.Place.Base
	if v.Place.Own {
		home = "https://" + v.Body.Host
	}
	f := atomFeed{
		ID: home + "/news.atom", Title: v.Body.Name + " " + v.Words.Text("portal.news_title"), Author: v.Body.Name,
		Links: []atomLink{{Rel: "self", Href: home + "/news.atom"}, {Href: home + "/news"}},
	}
	latest := time.Time{}
	for _, n := range v.Snap.Current(v.Now) {
		at := n.ShownFrom
		if len(n.Added) > 0 {
			at = n.Added[len(n.Added)-1].At
		}
		if at.After(latest) {
			latest = at
		}
		href := home + "/news/" + string(n.ID)
		f.Entries = append(f.Entries, atomEntry{ID: href, Title: n.Title, Updated: at.Format(time.RFC3339), Link: atomLink{Href: href}, Summary: firstParagraph(n.Body)})
	}
	f.Updated = latest.Format(time.RFC3339)
	out, err := xml.Marshal(f)
	if err != nil {
		return err
	}
	v.W.Header().Set("Cache-Control", "no-cache")
	asset.PackFast("application/atom+xml; charset=utf-8", append([]byte(xml.Header), out...)).ServeHTTP(v.W, v.R)
	return nil
}
