package browse

import (
	"net/url"

	"madoguchi/internal/notice"
	"madoguchi/internal/tenant"
	"madoguchi/internal/web"
	"madoguchi/internal/web/portal/visit"
	"madoguchi/internal/web/ui"
)

// HomePage is the data of page/home.tmpl.
type HomePage struct {
	web.Frame
	Hero       string
	Now        string
	Open       int // procedures that take applications
	Soon       int // of these, how many close within three days
	News       []NewsRow
	Categories []ui.Link
	Contacts
	Prefecture bool
	Verify     bool // 職責署名検証 is offered
}

// NewsRow is a notice in a list.
type NewsRow struct {
	Href  string
	Title string
	Day   string
	Date  string // 2022-07-01
	Lead  string // the beginning of the text
	Added bool   // 追記
}

// Contacts are the two lines of help: operation and contents.
type Contacts struct {
	Operation []tenant.Contact
	Content   []tenant.Contact
}

// newsOnHome is how many notices the home page shows.
const newsOnHome = 5

func (v page) home() error {
	v.remember()
	return v.Public("/", "home", func() (any, error) {
		p := HomePage{
			Frame: v.Frame(v.Body.Name+" "+v.Words.Text("common.service"), ""),
			Hero:  v.Body.Settings.Hero, Now: v.Times.Stamp(v.Now), Open: v.Snap.OpenCount(v.Now),
			Contacts: v.contacts(), Prefecture: v.Body.Kind == tenant.Prefecture, Verify: v.Verifies,
		}
		p.Site, p.OwnEmergency, p.Indexed = "", true, true
		if p.Hero == "" {
			p.Hero = v.Words.Text("portal.hero_" + string(v.Body.Kind))
		}
		for i, n := range v.Snap.Current(v.Now) {
			if i == newsOnHome {
				break
			}
			p.News = append(p.News, v.newsRow(n))
		}
		for _, x := range v.Snap.Procedures {
			if x.OpenAt(v.Now) && closesSoon(x, v.Now) {
				p.Soon++
			}
		}
		for _, c := range v.categoryCounts() {
			p.Categories = append(p.Categories, ui.Link{Label: c.Name, Href: v.Place.Base + "/procedures?cat=" + url.QueryEscape(c.Name)})
		}
		return p, nil
	})
}

func (v page) contacts() Contacts {
	var c Contacts
	for _, x := range v.Body.Settings.Contacts {
		if x.Kind == tenant.Operation {
			c.Operation = append(c.Operation, x)
		} else {
			c.Content = append(c.Content, x)
		}
	}
	return c
}

func (v page) newsRow(n notice.Notice) NewsRow {
	lead := []rune(firstParagraph(n.Body))
	if len(lead) > 120 {
		lead = append(lead[:119], '…')
	}
	return NewsRow{
		Href: v.Place.Base + "/news/" + string(n.ID), Title: n.Title, Day: v.Times.Day(n.ShownFrom),
		Date: n.ShownFrom.In(web.Tokyo).Format("2006-01-02"), Lead: string(lead), Added: len(n.Added) > 0,
	}
}

// ContactPage is the data of page/contact.tmpl.
type ContactPage struct {
	web.Frame
	Contacts
}

func (v page) contact() error {
	return v.Public("/contact", "contact", func() (any, error) {
		return ContactPage{Frame: v.Frame(v.Words.Text("portal.contact_title"), ""), Contacts: v.contacts()}, nil
	})
}

// SendersPage is the data of page/senders.tmpl: whose mail is genuine.
type SendersPage struct {
	web.Frame
	Senders []string
}

func (v page) senders() error {
	return v.Public("/senders", "senders", func() (any, error) {
		p := SendersPage{Frame: v.Frame(v.Words.Text("portal.senders_title"), "")}
		if from := v.Body.Settings.MailFrom; from != "" {
			p.Senders = []string{from}
		}
		return p, nil
	})
}

// StandingPage is the data of page/standing.tmpl: help, terms and so on.
type StandingPage struct {
	web.Frame
	Text    []ui.Block
	Updated string // "" for the common text
}

func (v page) standing() error {
	name := v.R.PathValue("page")
	if !isStanding(name) {
		return visit.ErrNoPage
	}
	return v.Public("/"+name, "standing", func() (any, error) {
		p := StandingPage{Frame: v.Frame(v.Words.Text("page."+name+"_title"), ""), Text: ui.Prose(v.Words.Text("page."+name+"_body", "name", v.Body.Name))}
		if own, ok := v.Snap.Page(name); ok && own.Body != "" {
			p.Title, p.Text, p.Updated = own.Title, ui.Prose(own.Body), v.Times.Date(own.UpdatedAt)
		}
		return p, nil
	})
}

func isStanding(name string) bool {
	for _, n := range notice.Pages {
		if n == name {
			return true
		}
	}
	return false
}

// PapersPage is the data of page/papers.tmpl (申請書ダウンロード).
type PapersPage struct {
	web.Frame
	Groups []PaperGroup
}

// PaperGroup is one category of paper forms.
type PaperGroup struct {
	Name   string
	Papers []PaperRow
}

// PaperRow is one paper form.
type PaperRow struct {
	ui.File
	Title         string
	Revision      string
	Procedure     string // its title, or ""
	ProcedureHref string
}

func (v page) papers() error {
	return v.Public("/forms", "papers", func() (any, error) {
		p := PapersPage{Frame: v.Frame(v.Words.Text("portal.papers_title"), "menu.forms")}
		for _, f := range v.Snap.Papers {
			if n := len(p.Groups); n == 0 || p.Groups[n-1].Name != f.Category {
				p.Groups = append(p.Groups, PaperGroup{Name: f.Category})
			}
			row := PaperRow{
				Title: f.Title, Revision: f.Revision,
				File: ui.File{Kind: visit.FileKind(f.FileName), Name: f.Title, Href: v.Place.Base + "/forms/" + f.ID + "/file", Note: web.Size(f.SizeBytes)},
			}
			if x, ok := v.Snap.Procedure(f.Procedure); ok {
				row.Procedure, row.ProcedureHref = x.Title, v.Place.Base+"/procedures/"+string(x.ID)
			}
			g := &p.Groups[len(p.Groups)-1]
			g.Papers = append(g.Papers, row)
		}
		return p, nil
	})
}

func (v page) paperFile() error {
	f, file, err := v.Counter.PaperForm(v.R.Context(), v.Body.ID, v.R.PathValue("f"))
	if err != nil {
		return err
	}
	defer file.Close()
	web.SendFile(v.W, v.R, web.File{Name: f.FileName, Type: f.Type, SHA256: f.SHA256, ModifiedAt: f.UpdatedAt, Content: file})
	return nil
}
