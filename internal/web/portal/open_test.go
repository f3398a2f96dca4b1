package portal_test

import (
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"strings"
	"testing"
)

func TestTheCatalogueIsOpenData(t *testing.T) {
	b := newWorld(t).browser()
	var list []struct{ ID, Title, URL string }
	if err := json.Unmarshal([]byte(b.get(base+"/procedures.json").body), &list); err != nil || len(list) != 20 {
		t.Fatalf("%d procedures (err %v), want 20", len(list), err)
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(b.get(base+"/procedures.csv").body, "\ufeff"))).ReadAll()
	if err != nil || len(rows) != 21 {
		t.Fatalf("%d rows (err %v), want a head and 20", len(rows), err)
	}
	if rows[1][0] != list[0].ID || rows[1][1] != list[0].Title {
		t.Errorf("first row %v, want that of the JSON %v", rows[1][:2], list[0])
	}
	if p := b.get(strings.TrimPrefix(list[0].URL, "https://shinsei.example.jp")); p.status != 200 {
		t.Errorf("the address %s answers %d", list[0].URL, p.status)
	}
}

func TestClosingDatesAreACalendar(t *testing.T) {
	body := newWorld(t).browser().get(base + "/procedures.ics").body
	if n := strings.Count(body, "BEGIN:VEVENT\r\n"); n != 19 { // one of the twenty is 随時
		t.Errorf("%d events, want 19", n)
	}
	if !strings.Contains(body, "DTSTART:20220812T080000Z\r\n") { // 8月12日17時00分
		t.Error("the end of the police examination is not there")
	}
	for line := range strings.SplitSeq(body, "\r\n") {
		if len(line) > 75 {
			t.Errorf("a line has %d bytes: %s", len(line), line)
		}
	}
}

func TestSearchEnginesAndBrowsersAreTold(t *testing.T) {
	b := newWorld(t).browser()
	var places struct {
		Loc []string `xml:"url>loc"`
	}
	if err := xml.Unmarshal([]byte(b.get(base+"/sitemap.xml").body), &places); err != nil || len(places.Loc) < 25 {
		t.Errorf("%d places (err %v), want the pages and twenty procedures", len(places.Loc), err)
	}
	if body := b.get(base + "/opensearch.xml").body; !strings.Contains(body, "/procedures?q={searchTerms}") {
		t.Errorf("no way to search in %s", body)
	}
}
