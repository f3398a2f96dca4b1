package demo_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"madoguchi/internal/demo"
)

// TestTitlesAndPeriodsAreThePortals holds the list of the portal's page.
func TestTitlesAndPeriodsAreThePortals(t *testing.T) {
	want := []struct{ title, opens, closes string }{
		{"令和4年度 茨城県警察官採用試験（第2回）受験申込み", "2022-07-01 12:01", "2022-08-12 17:00"},
		{"職業訓練指導員試験受験申請 ver.004", "2022-07-01 09:00", "2022-07-22 17:00"},
		{"【水戸産業技術専門学院】令和5年度入学者試験手数料", "2022-07-01 09:00", "2023-03-31 17:00"},
		{"令和4年度 茨城県職員等採用高校卒業程度試験受験申込受付", "2022-07-01 09:00", "2022-08-19 17:00"},
		{"令和4年度いばらき農業アカデミー「農業簿記講座」", "2022-07-01 08:30", "2022-08-26 17:00"},
		{"令和4年度茨城県企業連携型NPO活動支援事業助成金（事業実施者向け）実績報告手続き", "2022-07-01 08:30", "2023-03-15 23:59"},
		{"令和4年度第3回狩猟免許試験”仮”申請【県南県民センター】", "2022-07-01 00:00", "2022-07-12 23:59"},
		{"令和4年度第3回狩猟免許試験”仮”申請【鹿行県民センター】", "2022-07-01 00:00", "2022-07-12 23:59"},
		{"令和4年度第3回狩猟免許試験”仮”申請【県西県民センター】", "2022-07-01 00:00", "2022-07-12 23:59"},
		{"令和4年度第3回狩猟免許試験”仮”申請【環境政策課県央環境保全室】", "2022-07-01 00:00", "2022-07-12 23:59"},
		{"令和4年度第3回狩猟免許試験”仮”申請 【県北県民センター】", "2022-07-01 00:00", "2022-07-12 23:59"},
		{"第3回いばらきイノベーションアワード 応募申請", "2022-07-01 00:00", "2022-09-01 23:59"},
		{"【高等学校】令和5年度採用茨城県公立学校実習助手選考試験受験申込", "2022-06-30 18:45", "2022-07-04 17:00"},
		{"令和4年度チャレンジいばらき就職面接会（6月30日古河会場）企業アンケート", "2022-06-30 13:00", "2022-07-07 23:59"},
		{"【つくば保健所】新型コロナウイルス疫学調査入力フォーム（変更中）", "2022-06-30 00:00", "随時"},
		{"令和4年度いばらき農業アカデミー「生産環境管理(病害虫・植物保護)講座」", "2022-06-28 16:15", "2022-11-11 17:00"},
		{"【8月5日午前の部】令和4年度「夏休み子ども県庁探検隊」参加申込", "2022-06-28 13:00", "2022-07-29 23:59"},
		{"【8月5日午後の部】令和4年度「夏休み子ども県庁探検隊」参加申込", "2022-06-28 13:00", "2022-07-29 23:59"},
		{"【8月22日午前の部】令和4年度「夏休み子ども県庁探検隊」参加申込", "2022-06-28 13:00", "2022-08-15 23:59"},
		{"【8月22日午後の部】令和4年度「夏休み子ども県庁探検隊」参加申込", "2022-06-28 13:00", "2022-08-15 23:59"},
	}
	all := demo.Procedures()
	if len(all) != len(want) {
		t.Fatalf("got %d procedures, want %d", len(all), len(want))
	}
	japan := time.FixedZone("JST", 9*60*60)
	for i, p := range all {
		closes := "随時"
		if !p.ClosesAt.IsZero() {
			closes = p.ClosesAt.In(japan).Format("2006-01-02 15:04")
		}
		opens := p.OpensAt.In(japan).Format("2006-01-02 15:04")
		if p.Title != want[i].title || opens != want[i].opens || closes != want[i].closes {
			t.Errorf("place %d: got %s (%s to %s), want %v", i+1, p.Title, opens, closes, want[i])
		}
	}
}

func TestProceduresAreWhole(t *testing.T) {
	seen := map[string]bool{}
	started := 0
	for _, p := range demo.Procedures() {
		if seen[p.ID] || strings.Trim(p.ID, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			t.Errorf("ID %q is double or not fit for an address", p.ID)
		}
		seen[p.ID] = true
		if p.Reading == "" || p.Summary == "" || p.Section == "" || p.Fee == "" || p.Who == "" || len(p.Keywords) == 0 {
			t.Errorf("%s: something is missing", p.ID)
		}
		if p.For == (demo.Audience{}) {
			t.Errorf("%s: for nobody", p.ID)
		}
		for _, c := range p.Categories {
			if !slices.Contains(demo.Categories(), c) {
				t.Errorf("%s: no category %q", p.ID, c)
			}
		}
		if p.Started {
			started++
		}
	}
	if started != 4 {
		t.Errorf("%d carry 開始しました, the portal showed 4", started)
	}
}
