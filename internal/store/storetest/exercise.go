package storetest

import (
	"context"
	"reflect"
	"slices"
	"time"

	"madoguchi/internal/application"
	"madoguchi/internal/notice"
	"madoguchi/internal/staff"
	"madoguchi/internal/store"
)

// Exercise calls every method of tx, in all variants that make a difference
// to the statements behind it, and forgets what they answer. It is for a
// store that records its statements.
func Exercise(ctx context.Context, tx store.Tx) {
	variants := map[string][][]any{
		"SetBanner":     {{notice.Banner{}}},
		"SetPage":       {{notice.Page{}}},
		"MessageFailed": {{"a", "a", "reason", time.Time{}}},
		"InsertMessage": {{application.Message{Side: application.FromApplicant}}},
	}
	full := application.Filter{
		Statuses: []application.Status{"a", "b", "c"}, Sections: []staff.SectionID{"a", "b"}, Assignee: "a", Procedure: "a",
		ReceiptNo: "a", Name: "a", From: start, To: start, Unread: true,
	}
	for _, order := range []application.Order{application.NewestFirst, application.OldestFirst} {
		for _, newer := range []bool{false, true} {
			f := full
			f.Page = application.Page{At: start, ID: "a", Newer: newer, Ordered: order}
			variants["ListApplications"] = append(variants["ListApplications"], []any{f},
				[]any{application.Filter{Sections: []staff.SectionID{}, Page: application.Page{Ordered: order, Newer: newer}}})
		}
	}
	variants["CountApplications"] = [][]any{{full}}

	written := writers(newWorld("", "b"), newWorld("", "a").inserted(start))
	methods := reflect.TypeFor[store.Tx]()
	for i := range methods.NumMethod() {
		m := methods.Method(i)
		if m.Name == "Now" || m.Name == "Tenant" {
			continue
		}
		args, ok := written[m.Name]
		if !ok {
			args, ok = readers[m.Name]
		}
		if !ok {
			args = slices.Repeat([]any{"a"}, m.Type.NumIn()-1)
		}
		for _, a := range append(variants[m.Name], args) {
			//lint:ignore errcheck only the statements count
			call(ctx, tx, m.Name, a)
		}
	}
}
