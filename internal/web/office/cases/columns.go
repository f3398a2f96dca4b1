package cases

import (
	"net/http"
	"slices"
	"strings"

	"madoguchi/internal/staff"
	"madoguchi/internal/web/office/visit"
	"madoguchi/internal/web/ui"
)

func (v *page) columnsPage() error {
	if !v.Who.May(staff.ListCases) {
		return visit.ErrNone
	}
	chosen, err := v.chosenColumns()
	if err != nil {
		return err
	}
	f := ui.Field{ID: "column", Name: "column", Label: v.Words.Text("office.columns"), Hint: v.Words.Text("office.columns_hint"), Type: "choices", Many: true, Plain: true}
	for _, c := range columns {
		f.Options = append(f.Options, ui.Option{Value: c, Label: v.Words.Text("office.column_" + c), Checked: slices.Contains(chosen, c)})
	}
	return v.Show(http.StatusOK, "form", visit.FormPage{
		Frame: v.Frame("office.columns_title"), BackTo: ui.Link{Label: v.Words.Text("office.back_list"), Href: v.Base + "/cases"},
		Action: v.Base + "/cases/columns", Inputs: []visit.Input{visit.In("choices", &f)}, Button: v.Words.Text("office.columns_save"),
	})
}

func (v *page) columns() error {
	form, err := v.Posted()
	if err != nil {
		return err
	}
	if !v.Who.May(staff.ListCases) {
		return visit.ErrNone
	}
	chosen := slices.DeleteFunc(slices.Clone(columns), func(c string) bool { return !slices.Contains(form["column"], c) })
	value := strings.Join(chosen, " ")
	if value == "" {
		value = "none"
	}
	if err := v.Desk.SetPreference(v.Context(), v.Who, columnsName, value); err != nil {
		return err
	}
	return v.Redirect("/cases")
}
