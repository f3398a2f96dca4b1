package storetest

import (
	"context"
	"testing"

	"pgregory.net/rapid"

	"madoguchi/internal/application"
	"madoguchi/internal/fault"
	"madoguchi/internal/store"
	"madoguchi/internal/tenant"
)

// testModel does random acts to the store and to a map, and compares them.
func testModel(t *testing.T, db store.DB) {
	n := 0
	ctx := t.Context()
	all := []application.ID{"a", "b", "c"}
	ids := rapid.SampledFrom(all)
	acts := rapid.SampledFrom([]application.Act{
		application.Accept, application.ReturnForCorrection, application.Correct,
		application.Complete, application.Reject, application.Withdraw,
	})
	rapid.Check(t, func(rt *rapid.T) {
		n++
		who := tenant.ID(3000 + n) // a tenant of its own, instead of a new store
		model := map[application.ID]application.Status{}
		rt.Repeat(map[string]func(*rapid.T){
			"submit": func(rt *rapid.T) {
				id := ids.Draw(rt, "id")
				_, exists := model[id]
				err := db.Write(ctx, who, func(tx store.Tx) error { return tx.InsertApplication(ctx, app(string(id), 0)) })
				if exists != (fault.KindOf(err) == fault.Conflict) || (!exists && err != nil) {
					rt.Fatalf("submit %s: exists=%v, got %v", id, exists, err)
				}
				if !exists {
					model[id] = application.Received
				}
			},
			"act": func(rt *rapid.T) {
				id, act := ids.Draw(rt, "id"), acts.Draw(rt, "act")
				from, exists := model[id]
				to, ok := from.After(act)
				err := db.Write(ctx, who, func(tx store.Tx) error { return move(ctx, tx, id, act) })
				switch {
				case !exists && fault.KindOf(err) != fault.NotFound:
					rt.Fatalf("%s of a missing application: got %v", act, err)
				case exists && ok != (err == nil):
					rt.Fatalf("%s from %s: got %v", act, from, err)
				case exists && ok:
					model[id] = to
				}
			},
			"": func(rt *rapid.T) {
				err := db.Read(ctx, who, func(tx store.Tx) error {
					rows, err := tx.ListApplications(ctx, application.Filter{})
					if len(rows) != len(model) {
						rt.Fatalf("%d rows, want %d", len(rows), len(model))
					}
					for _, r := range rows {
						if r.Status != model[r.ID] {
							rt.Fatalf("%s is %s, want %s", r.ID, r.Status, model[r.ID])
						}
					}
					return err
				})
				if err != nil {
					rt.Fatal(err)
				}
			},
		})
	})
}

func move(ctx context.Context, tx store.Tx, id application.ID, act application.Act) error {
	a, err := tx.Application(ctx, id)
	if err != nil {
		return err
	}
	if err := a.Do(act); err != nil {
		return err
	}
	return tx.SaveApplication(ctx, a)
}
