package portal

import (
	"encoding/xml"
	"strings"
	"time"

	"madoguchi/internal/notice"
	"madoguchi/internal/web"
	"madoguchi/internal/web/asset"
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

func (v *visit) news() error {
	return v.public("/news", "news", func() (any, error) {
		p := NewsPage{Frame: v.frame(v.words.Text("portal.news_title"), "")}
		for _, n := range v.snap.Current(v.now) {
			p.Current = append(p.Current, v.newsRow(n))
		}
		for _, n := range v.snap.Past(v.now) {
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

func (v *visit) newsItem() error {
	for _, n := range v.snap.Notices {
		if string(n.ID) == v.r.PathValue("id") && (n.ShownAt(v.now) || n.PastAt(v.now)) {
			return v.public("/news/"+string(n.ID), "newsitem", func() (any, error) { return v.newsItemPage(n), nil })
		}
	}
	return errNoPage
}

func (v *visit) newsItemPage(n notice.Notice) NewsItemPage {
	p := NewsItemPage{Frame: v.frame(n.Title, ""), Row: v.newsRow(n), Text: ui.Prose(n.Body), Past: n.PastAt(v.now)}
	for _, a := range n.Added {
		p.Later = append(p.Later, Later{Day: v.times.Day(a.At), Text: ui.Prose(a.Body)})
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

func (v *visit) feed() error {
	home := v.Address + v.place.Base
	if v.place.Own {
		home = "https://" + v.body.Host
	}
	f := atomFeed{
		ID: home + "/news.atom", Title: v.body.Name + " " + v.words.Text("portal.news_title"), Author: v.body.Name,
		Links: []atomLink{{Rel: "self", Href: home + "/news.atom"}, {Href: home + "/news"}},
	}
	latest := time.Time{}
	for _, n := range v.snap.Current(v.now) {
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
	v.w.Header().Set("Cache-Control", "no-cache")
	asset.PackFast("application/atom+xml; charset=utf-8", append([]byte(xml.Header), out...)).ServeHTTP(v.w, v.r)
	return nil
}
