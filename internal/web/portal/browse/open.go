package browse

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"strings"
	"time"

	"madoguchi/internal/procedure"
	"madoguchi/internal/web"
	"madoguchi/internal/web/asset"
)

// origin is the public address of this body's portal, without a slash at the end.
func (v page) origin() string {
	if v.Place.Own {
		return "https://" + v.Body.Host
	}
	return v.Address + "/" + v.Body.Slug
}

// send answers with a machine's format. It may be kept for a minute.
func (v page) send(kind string, body []byte) error {
	v.W.Header().Set("Cache-Control", "public, max-age=60")
	asset.PackFast(kind, body).ServeHTTP(v.W, v.R)
	return nil
}

// published is one procedure as open data (オープンデータ). Times are in Japan's zone.
type published struct {
	ID          string   `json:"id"`
	Title       string   `json:"title"`
	Reading     string   `json:"reading"`
	Summary     string   `json:"summary"`
	Categories  []string `json:"categories"`
	Audience    []string `json:"audience"`
	Eligibility string   `json:"eligibility"`
	Section     string   `json:"section"`
	Fee         string   `json:"fee"`
	OpensAt     string   `json:"opens_at"`
	ClosesAt    string   `json:"closes_at"` // empty: 随時
	State       string   `json:"state"`
	Address     string   `json:"url"`
}

func (v page) publish(p procedure.Procedure) published {
	out := published{
		ID: string(p.ID), Title: p.Title, Reading: p.Detail.Reading, Summary: p.Detail.Summary,
		Categories: append([]string{}, p.Detail.Categories...), Audience: []string{}, Eligibility: p.Detail.Eligibility,
		Section: v.Snap.Section(p.Section).Name, Fee: cmp.Or(p.Detail.Fee, v.Words.Text("portal.free")),
		OpensAt: web.ISO(p.OpensAt), State: string(p.StateAt(v.Now)), Address: v.origin() + "/procedures/" + string(p.ID),
	}
	for _, a := range p.Detail.Audience {
		out.Audience = append(out.Audience, string(a))
	}
	if !p.ClosesAt.IsZero() {
		out.ClosesAt = web.ISO(p.ClosesAt)
	}
	return out
}

func (v page) openJSON() error {
	all := []published{}
	for _, p := range v.Snap.Procedures {
		all = append(all, v.publish(p))
	}
	out, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	return v.send("application/json", out)
}

// openCSV begins with a BOM, by which spreadsheets know UTF-8 (RFC 4180).
func (v page) openCSV() error {
	var buf bytes.Buffer
	buf.WriteString("\ufeff")
	w := csv.NewWriter(&buf)
	w.UseCRLF = true
	rows := [][]string{{"id", "title", "reading", "summary", "categories", "audience", "eligibility", "section", "fee", "opens_at", "closes_at", "state", "url"}}
	for _, p := range v.Snap.Procedures {
		x := v.publish(p)
		rows = append(rows, []string{x.ID, x.Title, x.Reading, x.Summary, strings.Join(x.Categories, "/"), strings.Join(x.Audience, "/"),
			x.Eligibility, x.Section, x.Fee, x.OpensAt, x.ClosesAt, x.State, x.Address})
	}
	for _, row := range rows {
		for i := range row {
			row[i] = harmless(row[i])
		}
	}
	if err := w.WriteAll(rows); err != nil {
		return err
	}
	return v.send("text/csv; charset=utf-8", buf.Bytes())
}

// harmless keeps a spreadsheet from taking a cell for a formula.
func harmless(cell string) string {
	if strings.ContainsAny(cell[:min(1, len(cell))], "=+-@\t\r") {
		return "'" + cell
	}
	return cell
}

// calendar lists the closing dates of what is open (RFC 5545).
func (v page) calendar() error {
	var b strings.Builder
	line := func(text string) { b.WriteString(fold(text) + "\r\n") }
	stamp := func(at time.Time) string { return at.UTC().Format("20060102T150405Z") }
	line("BEGIN:VCALENDAR")
	line("VERSION:2.0")
	line("PRODID:-//madoguchi//procedures//JA")
	line("X-WR-CALNAME:" + escape(v.Words.Text("portal.calendar", "name", v.Body.Name)))
	for _, p := range v.Snap.Procedures {
		if p.ClosesAt.IsZero() || p.StateAt(v.Now) == procedure.Closed {
			continue
		}
		address := v.origin() + "/procedures/" + string(p.ID)
		line("BEGIN:VEVENT")
		line("UID:" + address)
		line("DTSTAMP:" + stamp(p.UpdatedAt))
		line("DTSTART:" + stamp(p.ClosesAt))
		line("SUMMARY:" + escape(v.Words.Text("portal.calendar_closes", "title", p.Title)))
		line("URL:" + address)
		line("END:VEVENT")
	}
	line("END:VCALENDAR")
	return v.send("text/calendar; charset=utf-8", []byte(b.String()))
}

// escape writes a text value (RFC 5545 section 3.3.11).
func escape(s string) string {
	return strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\n", `\n`).Replace(s)
}

// fold breaks a line at 75 bytes, between characters (RFC 5545 section 3.1).
func fold(s string) string {
	var b strings.Builder
	width := 0
	for _, r := range s {
		n := len(string(r))
		if width+n > 75 {
			b.WriteString("\r\n ")
			width = 1
		}
		b.WriteRune(r)
		width += n
	}
	return b.String()
}

// sitemap lists the pages that search engines may show (sitemaps.org 0.9).
func (v page) sitemap() error {
	type place struct {
		Loc string `xml:"loc"`
	}
	type set struct {
		XMLName xml.Name `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 urlset"`
		Places  []place  `xml:"url"`
	}
	home := v.origin()
	s := set{Places: []place{{home + "/"}, {home + "/procedures"}, {home + "/news"}, {home + "/forms"}, {home + "/help"}}}
	for _, p := range v.Snap.Procedures {
		s.Places = append(s.Places, place{home + "/procedures/" + string(p.ID)})
	}
	for _, n := range v.Snap.Current(v.Now) {
		s.Places = append(s.Places, place{home + "/news/" + string(n.ID)})
	}
	return v.sendXML("application/xml", s)
}

// opensearch lets a browser search this portal from its address line (OpenSearch 1.1).
func (v page) opensearch() error {
	type address struct {
		Type     string `xml:"type,attr"`
		Template string `xml:"template,attr"`
	}
	type description struct {
		XMLName xml.Name `xml:"http://a9.com/-/spec/opensearch/1.1/ OpenSearchDescription"`
		Name    string   `xml:"ShortName"`
		Text    string   `xml:"Description"`
		Coding  string   `xml:"InputEncoding"`
		URL     address  `xml:"Url"`
	}
	return v.sendXML("application/opensearchdescription+xml", description{
		Name: v.Body.Name, Text: v.Words.Text("portal.opensearch", "name", v.Body.Name), Coding: "UTF-8",
		URL: address{"text/html", v.origin() + "/procedures?q={searchTerms}"},
	})
}

func (v page) sendXML(kind string, data any) error {
	out, err := xml.Marshal(data)
	if err != nil {
		return fmt.Errorf("write %s: %w", kind, err)
	}
	return v.send(kind+"; charset=utf-8", append([]byte(xml.Header), out...))
}
