package portal

import (
	"net/http"
	"strconv"

	"madoguchi/internal/fault"
	"madoguchi/internal/notice"
	"madoguchi/internal/tenant"
	"madoguchi/internal/web"
	"madoguchi/internal/web/ui"
)

var errNoPage = fault.New(fault.NotFound, "fault.not_found_text")

func badForm(err error) error { return fault.New(fault.Invalid, "fault.bad_form").Because(err) }

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

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

func (v *visit) home() error {
	v.remember()
	return v.public("/", "home", func() (any, error) {
		p := HomePage{
			Frame: v.frame(v.body.Name+" "+v.words.Text("common.service"), ""),
			Hero:  v.body.Settings.Hero, Now: v.times.Stamp(v.now), Open: v.snap.OpenCount(v.now),
			Contacts: v.contacts(), Prefecture: v.body.Kind == tenant.Prefecture, Verify: v.Verify != nil,
		}
		p.Site, p.OwnEmergency, p.Indexed = "", true, true
		if p.Hero == "" {
			p.Hero = v.words.Text("portal.hero_" + string(v.body.Kind))
		}
		for i, n := range v.snap.Current(v.now) {
			if i == newsOnHome {
				break
			}
			p.News = append(p.News, v.newsRow(n))
		}
		for _, x := range v.snap.Procedures {
			if x.OpenAt(v.now) && closesSoon(x, v.now) {
				p.Soon++
			}
		}
		for _, c := range v.categoryCounts() {
			p.Categories = append(p.Categories, ui.Link{Label: c.Name, Href: v.place.Base + "/procedures?cat=" + urlQuery(c.Name)})
		}
		return p, nil
	})
}

func (v *visit) contacts() Contacts {
	var c Contacts
	for _, x := range v.body.Settings.Contacts {
		if x.Kind == tenant.Operation {
			c.Operation = append(c.Operation, x)
		} else {
			c.Content = append(c.Content, x)
		}
	}
	return c
}

func (v *visit) newsRow(n notice.Notice) NewsRow {
	lead := []rune(firstParagraph(n.Body))
	if len(lead) > 120 {
		lead = append(lead[:119], '…')
	}
	return NewsRow{
		Href: v.place.Base + "/news/" + string(n.ID), Title: n.Title, Day: v.times.Day(n.ShownFrom),
		Date: n.ShownFrom.In(web.Tokyo).Format("2006-01-02"), Lead: string(lead), Added: len(n.Added) > 0,
	}
}

// ContactPage is the data of page/contact.tmpl.
type ContactPage struct {
	web.Frame
	Contacts
}

func (v *visit) contact() error {
	return v.public("/contact", "contact", func() (any, error) {
		return ContactPage{Frame: v.frame(v.words.Text("portal.contact_title"), ""), Contacts: v.contacts()}, nil
	})
}

// SendersPage is the data of page/senders.tmpl: whose mail is genuine.
type SendersPage struct {
	web.Frame
	Senders []string
}

func (v *visit) senders() error {
	return v.public("/senders", "senders", func() (any, error) {
		p := SendersPage{Frame: v.frame(v.words.Text("portal.senders_title"), "")}
		if from := v.body.Settings.MailFrom; from != "" {
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

func (v *visit) standing() error {
	name := v.r.PathValue("page")
	if !isStanding(name) {
		return errNoPage
	}
	return v.public("/"+name, "standing", func() (any, error) {
		p := StandingPage{Frame: v.frame(v.words.Text("page."+name+"_title"), ""), Text: ui.Prose(v.words.Text("page."+name+"_body", "name", v.body.Name))}
		if own, ok := v.snap.Page(name); ok && own.Body != "" {
			p.Title, p.Text, p.Updated = own.Title, ui.Prose(own.Body), v.times.Date(own.UpdatedAt)
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

func (v *visit) papers() error {
	return v.public("/forms", "papers", func() (any, error) {
		p := PapersPage{Frame: v.frame(v.words.Text("portal.papers_title"), "menu.forms")}
		for _, f := range v.snap.Papers {
			if n := len(p.Groups); n == 0 || p.Groups[n-1].Name != f.Category {
				p.Groups = append(p.Groups, PaperGroup{Name: f.Category})
			}
			row := PaperRow{
				Title: f.Title, Revision: f.Revision,
				File: ui.File{Kind: fileKind(f.FileName), Name: f.Title, Href: v.place.Base + "/forms/" + f.ID + "/file", Note: web.Size(f.SizeBytes)},
			}
			if x, ok := v.snap.Procedure(f.Procedure); ok {
				row.Procedure, row.ProcedureHref = x.Title, v.place.Base+"/procedures/"+string(x.ID)
			}
			g := &p.Groups[len(p.Groups)-1]
			g.Papers = append(g.Papers, row)
		}
		return p, nil
	})
}

func (v *visit) paperFile() error {
	f, file, err := v.Counter.PaperForm(v.r.Context(), v.body.ID, v.r.PathValue("f"))
	if err != nil {
		return err
	}
	defer file.Close()
	web.SendFile(v.w, v.r, web.File{Name: f.FileName, Type: f.Type, SHA256: f.SHA256, ModifiedAt: f.UpdatedAt, Content: file})
	return nil
}

// statusOK keeps handlers short.
const statusOK = http.StatusOK
