package demo

import "time"

// courses are the courses of the farmers' academy.
func courses() []Procedure {
	farm := []string{"農林水産"}
	both := Audience{Person: true, Corporation: true}
	return []Procedure{{
		ID:         "agri-academy-bookkeeping-2022",
		Title:      "令和4年度いばらき農業アカデミー「農業簿記講座」",
		Reading:    "れいわ4ねんど いばらき のうぎょう あかでみー のうぎょう ぼき こうざ",
		Summary:    "農業者の経営管理のために、簿記の基礎と決算書の作り方、青色申告を学ぶ講座です。",
		Keywords:   []string{"農家", "簿記", "経営", "青色申告", "会計", "研修", "講習"},
		Categories: farm, Section: "農業総合センター",
		OpensAt: jst(time.July, 1, 8, 30), ClosesAt: jst(time.August, 26, 17, 0),
		For: both, Fee: "無料",
		Who: "県内で農業を営む方、これから始める方", Used: 38,
	}, {
		ID:         "agri-academy-protection-2022",
		Title:      "令和4年度いばらき農業アカデミー「生産環境管理(病害虫・植物保護)講座」",
		Reading:    "れいわ4ねんど いばらき のうぎょう あかでみー せいさん かんきょう かんり びょうがいちゅう しょくぶつ ほご こうざ",
		Summary:    "作物の病気と害虫の見分け方、農薬の正しい使い方など、植物を守る技術を学ぶ講座です。",
		Keywords:   []string{"農家", "病害虫", "農薬", "防除", "植物保護", "研修", "講習"},
		Categories: farm, Section: "農業総合センター",
		OpensAt: jst(time.June, 28, 16, 15), ClosesAt: jst(time.November, 11, 17, 0),
		For: both, Fee: "無料",
		Who: "県内で農業を営む方、これから始める方", Used: 26,
	}}
}
