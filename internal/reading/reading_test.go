package reading_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"madoguchi/internal/reading"
)

func reader(t *testing.T) *reading.Reader {
	t.Helper()
	r, err := reading.NewReader()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestMunicipalitiesOfIbarakiAreReadRight: alone, and within a title.
func TestMunicipalitiesOfIbarakiAreReadRight(t *testing.T) {
	r := reader(t)
	all := reading.Ibaraki()
	if len(all) != 44 {
		t.Fatalf("%d municipalities, 茨城県 has 44", len(all))
	}
	cities, seen := 0, map[string]bool{}
	for _, m := range all {
		if strings.HasSuffix(m.Name, "市") {
			cities++
		}
		seen[m.Name] = true
		if got := r.Read("令和4年度" + m.Name + "職員採用試験"); !strings.Contains(got, " "+m.Kana+" ") {
			t.Errorf("%s: want %s in %q", m.Name, m.Kana, got)
		}
	}
	if cities != 32 || len(seen) != 44 {
		t.Errorf("%d cities, %d different names; want 32 and 44", cities, len(seen))
	}
}

func TestTitlesAreRead(t *testing.T) {
	r := reader(t)
	for title, want := range map[string]string{
		"令和4年度第3回狩猟免許試験”仮”申請【鹿行県民センター】": "しゅりょう めんきょ しけん",
		"住民票の写しの交付請求":                   "じゅうみんひょうの うつしの こうふ せいきゅう",
		"道路占用許可申請":                      "どうろ せんよう きょか しんせい",
		"ＮＰＯ活動支援":                       "かつどう しえん",
		"畜犬登録申請":                        "ちくけん とうろく しんせい",
		"申込み（行方市・鉾田市）":                  "もうしこみ なめがたし ほこたし",
		"アンケート":                         "あんけーと",
		"":                              "",
		"  \x00\u202e!!”「」 ":            "",
	} {
		if got := r.Read(title); !strings.Contains(got, want) || want == "" && got != "" {
			t.Errorf("%s: got %q, want %q", title, got, want)
		}
	}
}

func TestRowFollowsTheReading(t *testing.T) {
	for kana, want := range map[string]string{
		"いばらき": "あ", "がっこう": "か", "ぎふ": "か", "しゅりょう": "さ", "ちくけん": "た", "づつみ": "た", "にゅうさつ": "な",
		"パスポート": "は", "ぴあの": "は", "ばんどう": "は", "まいなんばー": "ま", "やちよ": "や", "れいわ": "ら", "をんな": "わ", "んじゃめな": "わ",
		"ｶﾞｯｺｳ": "か", "ヴァイオリン": "あ", "ぁ": "あ", "【みと】": "ま", "8がつ": "英数", "NPO": "英数", "": "英数", "亜": "英数",
	} {
		if got := reading.Row(kana); got != want {
			t.Errorf("%q: row %s, want %s", kana, got, want)
		}
	}
	if rows := reading.Rows(); len(rows) != 11 || rows[0] != "あ" || rows[9] != "わ" || rows[10] != reading.Other {
		t.Errorf("rows %v", rows)
	}
}

func TestSortIsInKanaOrder(t *testing.T) {
	want := []string{"あいす", "アイロン", "いぬ", "いぬごや", "かき", "がき", "かきごおり", "はは", "ばば", "ぱぱ", "はり", "びょういん", "びよういん", "んん", "8がつ", "NPO"}
	got := slices.Clone(want)
	slices.Reverse(got)
	reading.Sort(got, func(s string) string { return s })
	// びょういん and びよういん differ in the size of a kana only, which the order leaves to the collation
	for i := range got {
		if got[i] != want[i] && !strings.HasSuffix(got[i], "ういん") {
			t.Fatalf("got %v\nwant %v", got, want)
		}
	}
	last := 0
	for _, s := range got {
		row := slices.Index(reading.Rows(), reading.Row(s))
		if row < last {
			t.Errorf("%s stands after a later row", s)
		}
		last = row
	}
}

// TestProposeAsksAChildThatEnds builds the program and lets it read.
func TestProposeAsksAChildThatEnds(t *testing.T) {
	program := filepath.Join(t.TempDir(), "madoguchi")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", program, "madoguchi/cmd/madoguchi")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	got, err := reading.Propose(t.Context(), program, "鉾田市\n水道使用開始届")
	if want := "ほこたし すいどう しよう かいしとどけ"; err != nil || got != want {
		t.Errorf("got %q, %v; want %q", got, err, want)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := reading.Propose(ended, program, "水道"); err == nil {
		t.Error("a proposal after its request had ended")
	}
	if _, err := reading.Propose(t.Context(), os.DevNull, "水道"); err == nil {
		t.Error("a proposal without a program")
	}
}
