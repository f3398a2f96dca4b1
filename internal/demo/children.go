package demo

import "time"

// children is the tour of the prefecture's offices for children, once for
// each half day.
func children() []Procedure {
	tours := []struct {
		id, when, reading string
		closes            int // day of month
		month             time.Month
		used              int
	}{
		{"0805-am", "8月5日午前の部", "8がつ5にち ごぜんの ぶ", 29, time.July, 88},
		{"0805-pm", "8月5日午後の部", "8がつ5にち ごごの ぶ", 29, time.July, 73},
		{"0822-am", "8月22日午前の部", "8がつ22にち ごぜんの ぶ", 15, time.August, 41},
		{"0822-pm", "8月22日午後の部", "8がつ22にち ごごの ぶ", 15, time.August, 35},
	}
	var all []Procedure
	for _, t := range tours {
		all = append(all, Procedure{
			ID:         "kids-tour-2022-" + t.id,
			Title:      "【" + t.when + "】令和4年度「夏休み子ども県庁探検隊」参加申込",
			Reading:    t.reading + " れいわ4ねんど なつやすみ こども けんちょう たんけんたい さんか もうしこみ",
			Summary:    "小学生が保護者と一緒に県庁の仕事や施設を見て回る、夏休みの催しです。",
			Keywords:   []string{"小学生", "夏休み", "県庁見学", "親子", "イベント", "自由研究"},
			Categories: []string{"教育・子ども"}, Section: "報道・広聴課",
			OpensAt: jst(time.June, 28, 13, 0), ClosesAt: jst(t.month, t.closes, 23, 59),
			For: Audience{Person: true}, Fee: "無料",
			Who: "県内にお住まいの小学生と、その保護者の方", Used: t.used,
		})
	}
	return all
}
