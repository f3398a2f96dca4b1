package sample

import (
	_ "embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"madoguchi/internal/demo"
	"madoguchi/internal/demo/forms"
	"madoguchi/internal/jptext"
	"madoguchi/internal/procedure"
	"madoguchi/internal/staff"
)

// general is the form of procedures that have none of their own.
//
//go:embed general.json
var general []byte

// An offer is a procedure with the definition of its form.
type offer struct {
	procedure procedure.Procedure
	form      []byte
}

// ownForms returns the forms of the twenty procedures by their IDs.
func ownForms() (map[string][]byte, error) {
	names, err := fs.Glob(forms.FS, "*.json")
	if err != nil {
		return nil, err
	}
	byID := map[string][]byte{}
	for _, name := range names {
		definition, err := fs.ReadFile(forms.FS, name)
		if err != nil {
			return nil, err
		}
		_, id, _ := strings.Cut(strings.TrimSuffix(name, ".json"), "-")
		byID[id] = definition
	}
	return byID, nil
}

// prefectural gives 茨城県 its twenty procedures, each with a form of its own.
func prefectural(sections []staff.Section) ([]offer, error) {
	own, err := ownForms()
	if err != nil {
		return nil, err
	}
	var list []offer
	for _, p := range demo.Procedures() {
		definition, ok := own[p.ID]
		if !ok {
			return nil, fmt.Errorf("the sample procedure %s has no form", p.ID)
		}
		o := offerOf(p, sections, definition)
		if strings.HasPrefix(p.ID, "kids-tour") {
			o.procedure.Detail.Outcomes = []string{"参加決定", "落選"}
		}
		list = append(list, o)
	}
	return list, nil
}

// offerOf reads a sample procedure.
func offerOf(p demo.Procedure, sections []staff.Section, definition []byte) offer {
	d := procedure.Detail{
		Reading: jptext.Katakana(p.Reading), Summary: p.Summary, Keywords: p.Keywords, Categories: p.Categories,
		Eligibility: p.Who, Fee: fee(p.Fee), Prepare: p.Files, Marked: p.Started, NoMail: p.NoMail,
		Outcomes: outcomes(p), UseCount: p.Used,
		NextSteps: "担当課が内容を確かめ、結果をお知らせします。修正をお願いすることもあるため、メールを確かめてください。",
	}
	if p.NoMail {
		d.NextSteps = "ご協力ありがとうございました。お送りいただいた内容は、担当課が集計します。"
	}
	if p.For.Person {
		d.Audience = append(d.Audience, procedure.Person)
	}
	if p.For.Corporation {
		d.Audience = append(d.Audience, procedure.Corporation)
	}
	return offer{
		procedure: procedure.Procedure{
			ID: procedure.ID(p.ID), Title: p.Title, Section: sectionNamed(p.Section, sections), Published: true,
			OpensAt: p.OpensAt, ClosesAt: p.ClosesAt, FormVersion: 1, Detail: d,
		},
		form: definition,
	}
}

// fee leaves what costs nothing empty.
func fee(s string) string {
	if s == "無料" {
		return ""
	}
	return s
}

// outcomes are the words that a case of the procedure ends with.
func outcomes(p demo.Procedure) []string {
	switch {
	case p.NoMail:
		return []string{"回答を確認"}
	case strings.Contains(p.Title, "試験"):
		return []string{"受験票を交付", "受付済"}
	default:
		return []string{"受付済", "承認"}
	}
}

// sectionsOf lists the sections in charge of the procedures, each once.
func sectionsOf(list []demo.Procedure) []staff.Section {
	var names []string
	for _, p := range list {
		if !slices.Contains(names, p.Section) {
			names = append(names, p.Section)
		}
	}
	var sections []staff.Section
	for i, name := range names {
		sections = append(sections, staff.Section{
			ID: staff.SectionID(fmt.Sprintf("s%02d", i+1)), Name: name, Phone: "000-000-0000",
			Mail: fmt.Sprintf("section%02d@example.jp", i+1), Hours: "平日8時30分から17時15分",
		})
	}
	return sections
}

func sectionNamed(name string, sections []staff.Section) staff.SectionID {
	for _, s := range sections {
		if s.Name == name {
			return s.ID
		}
	}
	return ""
}
