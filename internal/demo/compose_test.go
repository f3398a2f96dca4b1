package demo_test

import (
	"reflect"
	"strings"
	"testing"

	"madoguchi/internal/demo"
)

func TestComposeIsDeterministicAndVaried(t *testing.T) {
	var first [][]demo.Procedure
	for _, all := range demo.Compose(1, 3, 400) {
		first = append(first, all)
	}
	for n, all := range demo.Compose(1, 2, 400) {
		if !reflect.DeepEqual(all, first[n]) {
			t.Errorf("body %d differs between two calls", n)
		}
	}
	if reflect.DeepEqual(first[0], first[1]) {
		t.Error("two bodies have the same procedures")
	}
	for _, all := range demo.Compose(2, 1, 400) {
		if reflect.DeepEqual(all, first[0]) {
			t.Error("two seeds give the same procedures")
		}
	}
}

func TestComposedTitlesAreWholeAndDifferent(t *testing.T) {
	for _, all := range demo.Compose(7, 1, 3000) {
		if len(all) != 3000 {
			t.Fatalf("%d procedures, want 3000", len(all))
		}
		ids, titles, closed := map[string]bool{}, map[string]bool{}, 0
		for _, p := range all {
			if strings.ContainsAny(p.Title+p.Reading, "{}%") || p.Reading == "" || p.Section == "" {
				t.Errorf("%s: %q (%q)", p.ID, p.Title, p.Reading)
			}
			ids[p.ID], titles[p.Title] = true, true
			if !p.ClosesAt.IsZero() && p.ClosesAt.Before(demo.Moment()) {
				closed++
			}
		}
		if len(ids) != 3000 || len(titles) != 3000 {
			t.Errorf("%d IDs and %d titles of 3000 are different", len(ids), len(titles))
		}
		if closed < 100 || closed > 600 {
			t.Errorf("%d are closed, want about one of ten", closed)
		}
	}
}
