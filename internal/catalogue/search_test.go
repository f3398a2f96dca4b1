package catalogue

import (
	"testing"

	"madoguchi/internal/procedure"
	"madoguchi/internal/search"
	"madoguchi/internal/staff"
)

func TestAHitIsAPlaceAmongTheProcedures(t *testing.T) {
	s := &Snapshot{
		Procedures: []procedure.Procedure{
			{ID: "a", Title: "水道使用開始届", Detail: procedure.Detail{Eligibility: "市内の方"}},
			{ID: "b", Title: "畜犬登録申請", Section: "s", Detail: procedure.Detail{Reading: "チクケン トウロク", Fee: "3,000円"}},
		},
		sections: map[staff.SectionID]staff.Section{"s": {Name: "環境課"}},
	}
	for query, want := range map[string]string{"畜犬": "b", "ちくけん": "b", "環境課": "b", "3000円": "b", "市内の方": "a", "無料": "a"} {
		hits := s.Index().Search(search.Query{Text: query}).Hits
		if len(hits) != 1 || hits[0].ID != want || string(s.Procedures[hits[0].Doc].ID) != want {
			t.Errorf("%s: got %+v, want %s", query, hits, want)
		}
	}
	if first, again := s.Index(), s.Index(); first != again {
		t.Error("the index is built twice")
	}
}
