package editing

import (
	"net/url"
	"slices"
	"strings"

	"madoguchi/internal/fault"
	"madoguchi/internal/procedure"
	"madoguchi/internal/publishing"
	"madoguchi/internal/staff"
	"madoguchi/internal/web/ui"
)

func (v *edit) basics(o publishing.Opened) []Control {
	p := o.Procedure
	section := v.field("select", "section", "section", "").need().options([]string{string(p.Section)}, ui.Option{Label: v.words.Text("editing.choose")})
	for _, s := range o.Sections {
		section = section.options([]string{string(p.Section)}, ui.Option{Value: string(s.ID), Label: s.Name})
	}
	var audience []string
	for _, a := range p.Detail.Audience {
		audience = append(audience, string(a))
	}
	who := v.field("choices", "audience", "audience", "").options(audience,
		ui.Option{Value: string(procedure.Person), Label: v.words.Text("editing.audience_person")},
		ui.Option{Value: string(procedure.Corporation), Label: v.words.Text("editing.audience_corp")})
	who.Many = true
	return []Control{
		v.line("title", "procedure_title", p.Title).need(),
		v.line("reading", "reading", p.Detail.Reading),
		section, who,
		v.line("fee", "fee", p.Detail.Fee),
		v.area("categories", "categories", strings.Join(p.Detail.Categories, "\n"), 3),
		v.area("keywords", "keywords", strings.Join(p.Detail.Keywords, "\n"), 3),
		v.tick("no_mail", "no_mail", p.Detail.NoMail),
		v.tick("booking", "booking", p.Detail.Booking),
	}
}

func readBasics(_ *fault.Problems, f url.Values, p *procedure.Procedure) {
	p.Title, p.Section = f.Get("title"), staff.SectionID(f.Get("section"))
	d := &p.Detail
	d.Reading, d.Fee = f.Get("reading"), f.Get("fee")
	d.Audience = nil
	for _, a := range f["audience"] {
		d.Audience = append(d.Audience, procedure.Audience(a))
	}
	d.Categories, d.Keywords = split(f.Get("categories")), split(f.Get("keywords"))
	d.NoMail, d.Booking = f.Get("no_mail") != "", f.Get("booking") != ""
}

func (v *edit) period(o publishing.Opened) []Control {
	p := o.Procedure
	return slices.Concat(
		v.when("opens", "opens", p.OpensAt, true),
		v.when("closes", "closes", p.ClosesAt, false),
		[]Control{v.tick("marked", "marked", p.Detail.Marked)},
		v.when("marked_until", "marked_until", p.Detail.MarkedUntil, false),
	)
}

func readPeriod(problems *fault.Problems, f url.Values, p *procedure.Procedure) {
	p.OpensAt, p.ClosesAt = moment(problems, f, "opens"), moment(problems, f, "closes")
	p.Detail.Marked, p.Detail.MarkedUntil = f.Get("marked") != "", moment(problems, f, "marked_until")
}

func (v *edit) guide(o publishing.Opened) []Control {
	d := o.Procedure.Detail
	return []Control{
		v.area("summary", "summary", d.Summary, 4),
		v.area("eligibility", "eligibility", d.Eligibility, 3),
		v.area("prepare", "prepare", strings.Join(d.Prepare, "\n"), 4),
		v.area("terms", "terms", d.Terms, 8),
		v.area("next_steps", "next_steps", d.NextSteps, 4),
		v.area("outcomes", "outcomes", strings.Join(d.Outcomes, "\n"), 3),
	}
}

func readGuide(_ *fault.Problems, f url.Values, p *procedure.Procedure) {
	d := &p.Detail
	d.Summary, d.Eligibility, d.Terms, d.NextSteps = f.Get("summary"), f.Get("eligibility"), f.Get("terms"), f.Get("next_steps")
	d.Prepare, d.Outcomes = split(f.Get("prepare")), split(f.Get("outcomes"))
}

func (v *edit) mailTexts(o publishing.Opened) []Control {
	var all []Control
	for _, name := range publishing.MailTemplates {
		control := publishing.MailField(name)
		all = append(all, v.area(control, control, o.Procedure.Detail.MailTexts[name], 4))
	}
	return all
}

func readMailTexts(_ *fault.Problems, f url.Values, p *procedure.Procedure) {
	p.Detail.MailTexts = map[string]string{}
	for _, name := range publishing.MailTemplates {
		p.Detail.MailTexts[name] = f.Get(publishing.MailField(name))
	}
}
