package synonym_test

import (
	"slices"
	"strings"
	"testing"

	"madoguchi/internal/search/synonym"
)

func TestLifeWordsFindOfficeWords(t *testing.T) {
	d := synonym.Standard()
	for word, want := range map[string][]string{
		"ゴミ": {"廃棄物", "粗大ごみ"}, "引っ越し": {"転入", "転出", "転居"}, "引越": {"転居"}, "子ども": {"児童", "乳幼児"},
		"犬": {"畜犬登録"}, "お金がない": {"生活福祉資金", "減免"}, "亡くなった": {"死亡届"},
		"コロナ": {"新型コロナウイルス感染症"}, "ハンター": {"狩猟免許"}, "おまわりさん": {"警察官"},
	} {
		alike := d.Alike(word)
		for _, w := range want {
			if !slices.Contains(alike, w) {
				t.Errorf("%s finds %v, not %s", word, alike, w)
			}
		}
	}
}

// TestWideGroupsAreNotTaken: what the general dictionary holds to be alike
// and an office keeps apart.
func TestWideGroupsAreNotTaken(t *testing.T) {
	d := synonym.Standard()
	for word, unwanted := range map[string][]string{
		"ゴミ": {"埃", "塵"}, "申込み": {"志願"}, "イノシシ": {"サル", "シカ"}, "水戸": {"笠間"}, "職員": {"銀行家"},
	} {
		for _, w := range unwanted {
			if slices.Contains(d.Alike(word), w) {
				t.Errorf("%s finds %s", word, w)
			}
		}
	}
}

func TestOwnNamesTheBadLine(t *testing.T) {
	for text, line := range map[string]string{"ゴミ : 廃棄物\nひとつ\n": "line 2", "\n\n: 廃棄物": "line 3", "ゴミ :": "line 1"} {
		if _, err := synonym.Own(text); err == nil || !strings.Contains(err.Error(), line) {
			t.Errorf("%q: got %v, want an error at %s", text, err, line)
		}
	}
}

func TestABodysOwnWordsComeOnTop(t *testing.T) {
	own, err := synonym.Own("ネモフィラ > ひたち海浜公園\n")
	if err != nil {
		t.Fatal(err)
	}
	standard := synonym.Standard()
	with := standard.With(own)
	if got := with.Alike("ねもふぃら"); !slices.Equal(got, []string{"ひたち海浜公園"}) {
		t.Errorf("got %v", got)
	}
	if !slices.Contains(with.Alike("ゴミ"), "廃棄物") {
		t.Error("the standard words are gone")
	}
	if len(standard.Alike("ネモフィラ")) != 0 {
		t.Error("another body sees them")
	}
}
