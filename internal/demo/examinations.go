package demo

import "time"

// examinations are the examinations for posts and licences.
func examinations() []Procedure {
	work := []string{"しごと・資格・採用"}
	return []Procedure{{
		ID:         "police-exam-2022-2",
		Title:      "令和4年度 茨城県警察官採用試験（第2回）受験申込み",
		Reading:    "れいわ4ねんど いばらきけん けいさつかん さいよう しけん だい2かい じゅけん もうしこみ",
		Summary:    "茨城県警察の警察官になるための採用試験です。警察官A（大学卒業程度）と警察官B（高校卒業程度）を募集します。",
		Keywords:   []string{"警察官", "県警", "採用", "公務員", "就職", "受験", "交番"},
		Categories: work, Section: "警察本部警務課",
		OpensAt: jst(time.July, 1, 12, 1), ClosesAt: jst(time.August, 12, 17, 0),
		For: Audience{Person: true}, Fee: "無料",
		Files: []string{"顔写真の画像（JPEGかPNG、5 MBまで）"},
		Who:   "試験の案内にある年齢と学歴の条件に当てはまる方", Used: 412,
	}, {
		ID:         "instructor-exam-2022",
		Title:      "職業訓練指導員試験受験申請 ver.004",
		Reading:    "しょくぎょう くんれん しどういん しけん じゅけん しんせい ver.004",
		Summary:    "職業訓練で技能を教える指導員の免許を受けるための試験です。実務の経験や技能検定の合格が受験の条件になります。",
		Keywords:   []string{"職業訓練", "指導員", "免許", "資格", "技能検定", "講師"},
		Categories: work, Section: "産業人材育成課",
		OpensAt: jst(time.July, 1, 9, 0), ClosesAt: jst(time.July, 22, 17, 0),
		For: Audience{Person: true}, Fee: "3,100円から",
		Files: []string{"顔写真の画像（JPEGかPNG、5 MBまで）", "受験資格を示す書類の画像かPDF（合わせて10 MB、5個まで）"},
		Who:   "受験する職種の技能検定に合格している方、実務の経験がある方、ほかの都道府県で一部の科目に合格している方", Used: 57,
	}, {
		ID:         "college-exam-fee-2023-mito",
		Title:      "【水戸産業技術専門学院】令和5年度入学者試験手数料",
		Reading:    "みと さんぎょう ぎじゅつ せんもん がくいん れいわ5ねんど にゅうがくしゃ しけん てすうりょう",
		Summary:    "水戸産業技術専門学院の入学試験を受ける方が、試験の手数料を電子納付で支払う手続きです。",
		Keywords:   []string{"入学試験", "受験料", "電子納付", "職業訓練", "専門学校", "出願"},
		Categories: []string{"しごと・資格・採用", "教育・子ども"}, Section: "水戸産業技術専門学院",
		OpensAt: jst(time.July, 1, 9, 0), ClosesAt: time.Date(2023, 3, 31, 8, 0, 0, 0, time.UTC),
		For: Audience{Person: true}, Fee: "2,200円",
		Who: "水戸産業技術専門学院の令和5年度の入学試験に出願する方", Used: 133,
	}, {
		ID:         "staff-exam-highschool-2022",
		Title:      "令和4年度 茨城県職員等採用高校卒業程度試験受験申込受付",
		Reading:    "れいわ4ねんど いばらきけん しょくいん とう さいよう こうこう そつぎょう ていど しけん じゅけん もうしこみ うけつけ",
		Summary:    "高校卒業程度の茨城県職員（事務、技術）、学校事務職員、警察事務職員の採用試験です。",
		Keywords:   []string{"県職員", "公務員", "採用", "高卒", "就職", "県庁", "学校事務"},
		Categories: work, Section: "人事委員会事務局",
		OpensAt: jst(time.July, 1, 9, 0), ClosesAt: jst(time.August, 19, 17, 0), Started: true,
		For: Audience{Person: true}, Fee: "無料",
		Files: []string{"顔写真の画像（JPEGかPNG、5 MBまで）"},
		Who:   "高等学校を卒業した方、卒業する見込みの方と、同じ程度の学力がある方", Used: 688,
	}, {
		ID:         "lab-assistant-exam-2023",
		Title:      "【高等学校】令和5年度採用茨城県公立学校実習助手選考試験受験申込",
		Reading:    "こうとうがっこう れいわ5ねんど さいよう いばらきけん こうりつ がっこう じっしゅう じょしゅ せんこう しけん じゅけん もうしこみ",
		Summary:    "県立の高等学校で理科や農業、工業の実験と実習を助ける実習助手の選考試験です。",
		Keywords:   []string{"実習助手", "教職員", "高校", "採用", "学校職員", "公務員"},
		Categories: []string{"しごと・資格・採用", "教育・子ども"}, Section: "高校教育課",
		OpensAt: jst(time.June, 30, 18, 45), ClosesAt: jst(time.July, 4, 17, 0), Started: true,
		For: Audience{Person: true}, Fee: "無料",
		Files: []string{"顔写真の画像（JPEGかPNG、5 MBまで）", "卒業証明書の画像かPDF"},
		Who:   "選考の案内にある年齢と資格の条件に当てはまる方", Used: 94,
	}}
}
