package cases

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"madoguchi/internal/fault"
	"madoguchi/internal/jptext"
	"madoguchi/internal/staff"
	"madoguchi/internal/web"
	"madoguchi/internal/web/office/visit"
	"madoguchi/internal/web/ui"
)

// saved is a work list that a member has kept under a name.
type saved struct {
	Name  string `json:"n"`
	Query string `json:"q"` // as query.values encodes it
}

// savedName is the preference that holds them.
const savedName = "office.saved_lists"

// Limits of what a member may keep.
const (
	savedMost    = 10
	savedNameMax = 20 // characters
)

func (v *page) savedLists() ([]saved, error) {
	kept, err := v.Desk.Preference(v.Context(), v.Who, savedName)
	if err != nil || kept == "" {
		return nil, err
	}
	var list []saved
	if err := json.Unmarshal([]byte(kept), &list); err != nil {
		return nil, nil // an older form of the preference: begin anew
	}
	return list, nil
}

func (v *page) keepSaved(list []saved) error {
	data, err := json.Marshal(list)
	if err != nil {
		return err
	}
	return v.Desk.SetPreference(v.Context(), v.Who, savedName, string(data))
}

// savedLinks are the kept lists above a work list.
func (v *page) savedLinks(now query) ([]ui.Link, error) {
	list, err := v.savedLists()
	var links []ui.Link
	for _, s := range list {
		links = append(links, ui.Link{Label: s.Name, Href: v.Base + "/cases?" + s.Query, Now: s.Query == now.values().Encode()})
	}
	return links, err
}

// SavedPage is the data of page/saved.tmpl.
type SavedPage struct {
	web.Frame
	BackTo  ui.Link
	Done    *ui.Notice
	Summary ui.Summary
	Query   string // the list that would be kept, or ""
	Name    ui.Field
	Rows    []ui.Link
}

func (v *page) savedPage() error {
	q := v.R.URL.Query()
	query := ""
	if len(q) > 0 && q.Get("done") == "" {
		query = readQuery(q).values().Encode()
	}
	return v.showSaved(http.StatusOK, query, "", nil)
}

func (v *page) showSaved(status int, query, typed string, wrong error) error {
	if !v.Who.May(staff.ListCases) {
		return visit.ErrNone
	}
	list, err := v.savedLists()
	if err != nil {
		return err
	}
	p := SavedPage{Frame: v.Frame("office.saved_title"), Done: v.Done("saved", "removed"), Query: query, BackTo: ui.Link{Label: v.Words.Text("office.back_list"), Href: v.Base + "/cases?" + query}}
	p.Name = ui.Field{ID: "name", Name: "name", Label: v.Words.Text("office.saved_name"), Hint: v.Words.Text("office.saved_hint", "max", savedNameMax), Value: typed, Required: true, Size: "m"}
	if p.Summary, err = v.Mark(wrong, &p.Name); err != nil {
		return err
	}
	p.Invalid = wrong != nil
	for _, s := range list {
		p.Rows = append(p.Rows, ui.Link{Label: s.Name, Href: v.Base + "/cases?" + s.Query})
	}
	return v.Show(status, "saved", p)
}

// saveList keeps a list under a name, or removes one.
func (v *page) saveList() error {
	form, err := v.Posted()
	if err != nil {
		return err
	}
	if !v.Who.May(staff.ListCases) {
		return visit.ErrNone
	}
	list, err := v.savedLists()
	if err != nil {
		return err
	}
	name := strings.TrimSpace(form.Get("name"))
	others := slices.DeleteFunc(slices.Clone(list), func(s saved) bool { return s.Name == name })
	if form.Get("do") == "remove" {
		if err := v.keepSaved(others); err != nil {
			return err
		}
		return v.Redirect("/cases/saved?done=removed")
	}
	sent, err := url.ParseQuery(form.Get("query"))
	if err != nil {
		return fault.New(fault.Invalid, "fault.bad_form")
	}
	query := readQuery(sent).values().Encode()
	if wrong := checkSaved(name, len(others)); wrong != nil {
		return v.showSaved(http.StatusUnprocessableEntity, query, name, wrong)
	}
	if err := v.keepSaved(append(others, saved{name, query})); err != nil {
		return err
	}
	return v.Redirect("/cases?" + query)
}

func checkSaved(name string, others int) error {
	var p fault.Problems
	_, bad := jptext.Check(name, false)
	switch {
	case name == "" || bad:
		p.Add("name", "office.saved_missing", nil)
	case jptext.Longer(name, savedNameMax):
		p.Add("name", "office.saved_long", fault.Args{"max": savedNameMax})
	case others >= savedMost:
		p.Add("name", "office.saved_many", fault.Args{"max": savedMost})
	}
	return p.Err()
}
