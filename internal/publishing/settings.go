package publishing

import (
	"maps"
	"slices"
	"strings"
	"time"

	"madoguchi/internal/fault"
	"madoguchi/internal/jptext"
	"madoguchi/internal/procedure"
)

// Limits of lists in a procedure's settings.
const (
	maxListed   = 20
	maxItem     = 100
	maxMailText = 400
)

// MailTemplates are the mails to which a procedure may add sentences, in the
// order in which the office shows them.
var MailTemplates = []string{"mail.received", "mail.returned", "mail.completed", "mail.rejected"}

// MailField is the name of the control for what is added to a mail.
func MailField(template string) string { return strings.ReplaceAll(template, ".", "_") }

// checkProcedure folds and checks everything that an editor sets.
func checkProcedure(p *fault.Problems, x procedure.Procedure) procedure.Procedure {
	x.Title = line(p, "title", x.Title, maxTitle, true)
	if x.Section == "" {
		p.Add("section", "publishing.choose", nil)
	}
	if x.OpensAt.IsZero() {
		p.Add("opens", "publishing.missing", nil)
	}
	span(p, "closes", x.OpensAt, x.ClosesAt)
	d := &x.Detail
	d.Reading = line(p, "reading", jptext.Katakana(jptext.FullKana(d.Reading)), maxTitle*2, false)
	if d.Reading != "" && !readable(d.Reading) {
		p.Add("reading", "publishing.reading_in_kana", nil)
	}
	d.Summary = lines(p, "summary", d.Summary, 400, false)
	d.Eligibility = lines(p, "eligibility", d.Eligibility, 400, false)
	d.Fee = line(p, "fee", d.Fee, maxItem, false)
	d.Terms = lines(p, "terms", d.Terms, 10000, false)
	d.NextSteps = lines(p, "next_steps", d.NextSteps, 600, false)
	d.Keywords = list(p, "keywords", d.Keywords)
	d.Categories = list(p, "categories", d.Categories)
	d.Prepare = list(p, "prepare", d.Prepare)
	d.Outcomes = list(p, "outcomes", d.Outcomes)
	d.Audience = slices.DeleteFunc(slices.Clone(d.Audience), func(a procedure.Audience) bool {
		return a != procedure.Person && a != procedure.Corporation
	})
	if !d.Marked {
		d.MarkedUntil = time.Time{}
	}
	texts := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(d.MailTexts)) {
		if !slices.Contains(MailTemplates, name) {
			continue
		}
		if s := lines(p, MailField(name), d.MailTexts[name], maxMailText, false); s != "" {
			texts[name] = s
		}
	}
	d.MailTexts = texts
	return x
}

// readable reports whether a reading holds only kana, letters, digits and signs
// that have no reading of their own.
func readable(s string) bool {
	for _, r := range s {
		switch {
		case jptext.IsKatakana(string(r)), jptext.IsSpace(r), r < 0x80, r == 'ー', r == '・':
		default:
			return false
		}
	}
	return true
}

// list checks the items of a list and drops empty and repeated ones.
func list(p *fault.Problems, field string, items []string) []string {
	var kept []string
	for _, s := range items {
		s = line(p, field, s, maxItem, false)
		if s != "" && !slices.Contains(kept, s) {
			kept = append(kept, s)
		}
	}
	if len(kept) > maxListed {
		p.Add(field, "publishing.too_many", fault.Args{"max": maxListed})
	}
	return kept
}
