package portal_test

import (
	"net/url"
	"strings"
	"testing"
)

func query(pairs ...string) string {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return base + "/procedures?" + v.Encode()
}

func TestAProcedureIsFoundByTheWordsOfLife(t *testing.T) {
	w := newWorld(t)
	for typed, title := range map[string]string{
		"しゅりょう":   "狩猟免許試験",
		"第２回 警察":  "茨城県警察官採用試験",
		"お巡りさん":   "茨城県警察官採用試験",
		"小学生 夏休み": "夏休み子ども県庁探検隊",
	} {
		p := w.browser().get(query("q", typed))
		if p.status != 200 || !strings.Contains(p.body, title) {
			t.Errorf("%s: status %d, %s is not on the page", typed, p.status, title)
		}
	}
}

func TestTheCheckBoxSwitchesSynonymsOff(t *testing.T) {
	w := newWorld(t)
	on := w.browser().get(query("q", "お巡りさん", "form", "1", "syn", "1"))
	off := w.browser().get(query("q", "お巡りさん", "form", "1"))
	if !strings.Contains(on.body, "警察官採用試験") || !strings.Contains(on.body, "で見つかりました") {
		t.Error("with synonyms the page does not say by which word it found the examination")
	}
	if strings.Contains(off.body, "で見つかりました") || strings.Contains(off.body, `value="1" checked> <span>類義語`) {
		t.Error("without the tick synonyms were used, or the box is ticked again")
	}
}

func TestOneWrongLetterIsCorrected(t *testing.T) {
	p := newWorld(t).browser().get(query("q", "しゅりゅう"))
	if !strings.Contains(p.body, "狩猟免許試験") || !strings.Contains(p.body, "「しゅりゅう」と似た言葉「しゅりょう」で見つかりました") {
		t.Errorf("status %d: the miss is not answered with what was meant", p.status)
	}
}

func TestNothingFoundTellsWhomToAsk(t *testing.T) {
	p := newWorld(t).browser().get(query("q", "ぽわぽわぬるぬる"))
	if p.status != 200 || !strings.Contains(p.body, "見つかりませんでした") || !strings.Contains(p.body, base+"/contact") {
		t.Errorf("status %d, no help on the page", p.status)
	}
}

func TestBadQueriesGiveASanePage(t *testing.T) {
	w := newWorld(t)
	for _, address := range []string{
		query("q", strings.Repeat("狩", 10000)), query("q", "\x00\x1b[31m"), query("q", "\xff\xfe"), query("page", "-1"), query("per", "1e9"),
		query("cat", "no such"), query("kana", "ん"), query("sort", "'; DROP"), query("state", "x"), query("q", `"`), query("q", "-"), query("page", "99999"),
	} {
		if p := w.browser().get(address); p.status != 200 {
			t.Errorf("%.60s: status %d, want 200", address, p.status)
		}
	}
}

func TestSuggestionsCompleteWhatIsTyped(t *testing.T) {
	w := newWorld(t)
	p := w.browser().get(base + "/procedures/suggest?q=" + url.QueryEscape("狩猟"))
	if p.status != 200 || !strings.Contains(p.body, "狩猟") {
		t.Errorf("status %d, suggestions %s", p.status, p.body)
	}
	for _, typed := range []string{"", "%ff", strings.Repeat("x", 5000)} {
		if p := w.browser().get(base + "/procedures/suggest?q=" + typed); p.status != 200 || !strings.HasPrefix(p.body, `{"words":[`) {
			t.Errorf("%.20q: status %d, %.60s", typed, p.status, p.body)
		}
	}
}

func TestNamesAreSortedBy五十音(t *testing.T) {
	p := newWorld(t).browser().get(query("sort", "name_asc", "per", "100"))
	up := strings.Index(p.body, "いばらき農業アカデミー「農業簿記講座」")
	down := strings.Index(p.body, "職業訓練指導員試験")
	if up < 0 || down < 0 || p.status != 200 {
		t.Fatalf("status %d, the titles are not on the page", p.status)
	}
	q := newWorld(t).browser().get(query("sort", "name_desc", "per", "100"))
	if (strings.Index(q.body, "いばらき農業アカデミー「農業簿記講座」") < strings.Index(q.body, "職業訓練指導員試験")) == (up < down) {
		t.Error("the order by name is the same in both directions")
	}
}
