package search_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"madoguchi/internal/demo"
	"madoguchi/internal/search"
	"madoguchi/internal/search/synonym"
)

// ids are the IDs of what q finds, best first.
func ids(ix *search.Index, q search.Query) []string {
	var all []string
	for _, h := range ix.Search(q).Hits {
		all = append(all, h.ID)
	}
	return all
}

// of makes an index of documents whose IDs are their titles.
func of(titles ...string) *search.Index {
	var all []search.Doc
	for _, t := range titles {
		all = append(all, search.Doc{ID: t, Title: t})
	}
	return search.Build(all)
}

func TestRanking(t *testing.T) {
	at := time.Date(2022, 7, 1, 0, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		query string
		docs  []search.Doc // in the order wanted
	}{
		"title over keywords over text": {"温泉", []search.Doc{
			{ID: "b", Title: "温泉利用許可"}, {ID: "a", Title: "利用許可", Keywords: []string{"温泉"}}, {ID: "c", Title: "許可", Summary: "温泉の利用"},
		}},
		"whole word over part": {"カード", []search.Doc{
			{ID: "b", Title: "カード交付"}, {ID: "a", Title: "スコアカードー交付"},
		}},
		"open before not yet open before closed": {"温泉", []search.Doc{
			{ID: "c", Title: "温泉", OpensAt: at.AddDate(0, 0, -1)},
			{ID: "b", Title: "温泉", OpensAt: at.AddDate(0, 0, 1), Used: 300},
			{ID: "a", Title: "温泉", ClosesAt: at, Used: 9000},
		}},
		"often used before rare": {"温泉", []search.Doc{{ID: "b", Title: "温泉", Used: 500}, {ID: "a", Title: "温泉"}}},
		"equal ones by ID":       {"温泉", []search.Doc{{ID: "a", Title: "温泉"}, {ID: "b", Title: "温泉"}}},
		"all of the title first": {"転出届", []search.Doc{{ID: "b", Title: "転出届"}, {ID: "a", Title: "転出届（郵送・オンライン）のご案内"}}},
	} {
		var want []string
		for _, d := range c.docs {
			want = append(want, d.ID)
		}
		for range 4 {
			rand.Shuffle(len(c.docs), func(i, k int) { c.docs[i], c.docs[k] = c.docs[k], c.docs[i] })
			if got := ids(search.Build(c.docs), search.Query{Text: c.query, At: at}); !slices.Equal(got, want) {
				t.Errorf("%s: got %v, want %v", name, got, want)
			}
		}
	}
}

func TestQuerySyntax(t *testing.T) {
	ix := of("犬の登録", "猫の登録", "犬と猫の相談", "登録犬の変更")
	for query, want := range map[string][]string{
		"犬":         {"犬の登録", "犬と猫の相談", "登録犬の変更"},
		"犬 登録":      {"犬の登録", "登録犬の変更"},
		"犬　登録":      {"犬の登録", "登録犬の変更"},
		"登録 -犬":     {"猫の登録"},
		"登録 －犬":     {"猫の登録"},
		`"犬の登録"`:    {"犬の登録"},
		"「犬の登録」":    {"犬の登録"},
		`"登録犬" 変更`:  {"登録犬の変更"},
		"-犬":        nil,
		"":          nil,
		"  　 ":      nil,
		"-":         nil,
		`"`:         nil,
		"!?「」、。":    nil,
		"兎":         nil,
		"犬 兎":       nil,
		"\x00\xff犬": {"犬の登録", "犬と猫の相談", "登録犬の変更"},
	} {
		got := ids(ix, search.Query{Text: query})
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%q: got %v, want %v", query, got, want)
		}
	}
}

func TestNumbersAreWhole(t *testing.T) {
	ix := of("第1回講座", "第11回講座", "令和4年度講座")
	for query, want := range map[string]string{"第1回": "第1回講座", "第一回": "第1回講座", "1": "第1回講座", "第11回": "第11回講座", "R4": "令和4年度講座", "令和": "令和4年度講座", "2022年": "令和4年度講座"} {
		if got := ids(ix, search.Query{Text: query}); !slices.Equal(got, []string{want}) {
			t.Errorf("%s: got %v, want %s", query, got, want)
		}
	}
}

func TestAHitTellsByWhichWordItWasFound(t *testing.T) {
	ix := search.Build(docs(demo.Procedures()))
	d := synonym.Standard()
	for query, want := range map[string]search.Match{
		"狩猟":        {Typed: "狩猟", Found: "狩猟"},
		"ハンター":      {Typed: "ハンター", Found: "狩猟免許", How: search.Synonym},
		"しゅりゅうめんきょ": {Typed: "しゅりゅうめんきょ", Found: "しゅりょうめんきょ", How: search.Corrected},
	} {
		r := ix.Search(search.Query{Text: query, Dictionary: d})
		if len(r.Hits) == 0 {
			t.Errorf("%s finds nothing", query)
			continue
		}
		if got := ix.Matched(r.Hits[0]); !slices.Contains(got, want) {
			t.Errorf("%s: got %+v, want %+v", query, got, want)
		}
	}
	if hits := ix.Search(search.Query{Text: "ハンター", Dictionary: d, NoSynonyms: true}).Hits; len(hits) > 0 {
		t.Errorf("without synonyms ハンター finds %s", hits[0].Title)
	}
}

func TestNearWordsAreOffered(t *testing.T) {
	ix := search.Build(docs(demo.Procedures()))
	for query, want := range map[string]string{
		"いのべーしゅん": "いのべーしょん", "けいさちかん": "けいさつかん", "しゅりゅう 鹿行": "しゅりょう 鹿行", "狩猟": "", "zzzz": "", "んんんんん": "",
	} {
		if got := ix.Search(search.Query{Text: query, Dictionary: synonym.Standard()}).Instead; got != want {
			t.Errorf("%s: もしかして %q, want %q", query, got, want)
		}
	}
}

// TestNearestLeavesOutWordsThatNoDocumentHas: what is no word at all is not left out.
func TestNearestLeavesOutWordsThatNoDocumentHas(t *testing.T) {
	ix := search.Build(docs(demo.Procedures()))
	d := synonym.Standard()
	for query, want := range map[string]string{"狩猟 兎": "狩猟免許", "ゴミ 簿記": "農業簿記", "狩猟 qqzz": "", "狩猟 簿記": "", "兎": ""} {
		q := search.Query{Text: query, Dictionary: d}
		if hits := ix.Search(q).Hits; len(hits) > 0 {
			t.Errorf("%s finds %s", query, hits[0].Title)
		}
		near := ix.Nearest(q, 3)
		if want == "" && len(near) > 0 || want != "" && (len(near) == 0 || !strings.Contains(near[0].Title, want)) {
			t.Errorf("%s: nearest %v, want %q", query, near, want)
		}
	}
}

func TestSuggest(t *testing.T) {
	ix := search.Build(docs(demo.Procedures()))
	for typed, want := range map[string]string{
		"しゅりょ": "狩猟免許試験", "職業": "職業訓練指導員", "いのべ": "イノベーション", "ｎｐ": "NPO", "けいさ": "警察官",
	} {
		got := ix.Suggest(typed, 5)
		if len(got) == 0 || len(got) > 5 || !strings.Contains(got[0], want) {
			t.Errorf("%s: got %v, want %s", typed, got, want)
		}
	}
	for _, nothing := range []string{"", " ", "ゅりょう", strings.Repeat("あ", 10000)} {
		if got := ix.Suggest(nothing, 5); len(got) > 0 {
			t.Errorf("%q: got %v", nothing, got)
		}
	}
}

// TestManyFindsTheBestOfAllBodies compares with searching each body.
func TestManyFindsTheBestOfAllBodies(t *testing.T) {
	var all []*search.Index
	for _, p := range demo.Compose(9, 12, 120) {
		all = append(all, search.Build(docs(p)))
	}
	d := synonym.Standard()
	for _, text := range []string{"引っ越し", "申請", "犬", "保育園 -変更"} {
		q := search.Query{Text: text, Dictionary: d, At: demo.Moment()}
		most, found := 0.0, 0
		for _, ix := range all {
			for _, h := range ix.Search(q).Hits {
				most = max(most, h.Score)
				found++
			}
		}
		got, _ := search.Many(all, q, 30)
		if len(got) != min(30, found) || len(got) > 0 && got[0].Score != most {
			t.Errorf("%s: %d hits of %d, the best %v; want %v", text, len(got), found, got[0].Score, most)
		}
		if !slices.IsSortedFunc(got, func(a, b search.BodyHit) int { return int((b.Score - a.Score) * 1e4) }) {
			t.Errorf("%s: not best first", text)
		}
	}
	if hits, _ := search.Many(nil, search.Query{Text: "犬"}, 10); hits != nil {
		t.Error("hits without a body")
	}
}

// TestSynonymsLoseNothing: what is found without synonyms is found with them,
// for queries made of judged ones and of pieces of titles.
func TestSynonymsLoseNothing(t *testing.T) {
	composed := composed(t, 400)
	sample := search.Build(docs(demo.Procedures()))
	d := synonym.Standard()
	pool := append(queries(t, "demo.tsv"), queries(t, "composed.tsv")...)
	for _, p := range demo.Procedures() {
		pool = append(pool, p.Title)
	}
	rapid.Check(t, func(rt *rapid.T) {
		text := rapid.SampledFrom(pool).Draw(rt, "query")
		if runes := []rune(text); rapid.Bool().Draw(rt, "cut") {
			begin := rapid.IntRange(0, len(runes)-1).Draw(rt, "begin")
			text = string(runes[begin:rapid.IntRange(begin+1, len(runes)).Draw(rt, "end")])
		}
		if rapid.Bool().Draw(rt, "two") {
			text += " " + rapid.SampledFrom(pool).Draw(rt, "second")
		}
		for _, ix := range []*search.Index{sample, composed} {
			q := search.Query{Text: text, Dictionary: d, At: demo.Moment()}
			with := ids(ix, q)
			q.NoSynonyms = true
			for _, id := range ids(ix, q) {
				if !slices.Contains(with, id) {
					rt.Fatalf("%q: %s is lost", text, id)
				}
			}
		}
	})
}

// TestBadInputIsHarmless: whatever is typed, and whatever is in a document.
func TestBadInputIsHarmless(t *testing.T) {
	d := synonym.Standard()
	bad := []string{"", "\x00", "\xff\xfe", strings.Repeat("あ", 10000), strings.Repeat("a b ", 5000), strings.Repeat("\"", 300),
		strings.Repeat("-", 300), "\u202e\u200b\ufeff", "々", "ー", "゛゜", "第", "令和", "元年", "千万億兆", "\U000e0100", "👨‍👩‍👧‍👦", "ａ\u0300", strings.Repeat("ー", 500), "「「「", "/", "13/45", "0/0"}
	for _, title := range append(bad, "狩猟免許") {
		ix := search.Build([]search.Doc{{ID: "1", Title: title, Reading: title, Keywords: bad, Summary: title}})
		for _, q := range bad {
			ix.Search(search.Query{Text: q, Dictionary: d})
			ix.Suggest(q, 3)
		}
	}
	if got := search.Build(nil).Search(search.Query{Text: "犬", Dictionary: d}).Hits; got != nil {
		t.Errorf("an empty index finds %v", got)
	}
}

func TestTheSameQueryGivesTheSameAnswer(t *testing.T) {
	ix, d := composed(t, 400), synonym.Standard()
	for _, text := range queries(t, "composed.tsv")[:60] {
		q := search.Query{Text: text, Dictionary: d, At: demo.Moment()}
		first := fmt.Sprint(ix.Search(q))
		if again := fmt.Sprint(ix.Search(q)); len(first) != len(again) || !reflect.DeepEqual(ids(ix, q), ids(ix, q)) {
			t.Errorf("%s: two answers", text)
		}
	}
}

// FuzzSearch looks for panics.
func FuzzSearch(f *testing.F) {
	ix, d := search.Build(docs(demo.Procedures())), synonym.Standard()
	for _, s := range []string{"狩猟", "-犬 \"猫\"", "しゅりゅう", "\xff令和４", "8/22 「午後」"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r := ix.Search(search.Query{Text: text, Dictionary: d, At: demo.Moment()})
		for _, h := range r.Hits {
			if h.Score <= 0 || len(ix.Matched(h)) == 0 {
				t.Errorf("%q: %s has score %v, found by %v", text, h.Title, h.Score, ix.Matched(h))
			}
		}
	})
}
