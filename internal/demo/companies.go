package demo

import "time"

// companies are the procedures for enterprises and groups, and the form of
// the health centre, which does not close.
func companies() []Procedure {
	return []Procedure{{
		ID:         "npo-grant-report-2022",
		Title:      "令和4年度茨城県企業連携型NPO活動支援事業助成金（事業実施者向け）実績報告手続き",
		Reading:    "れいわ4ねんど いばらきけん きぎょう れんけいがた NPO かつどう しえん じぎょう じょせいきん じぎょう じっししゃ むけ じっせき ほうこく てつづき",
		Summary:    "企業と連携したNPO活動への助成金を受けた事業実施者が、事業の実績と収支の決算を報告する手続きです。",
		Keywords:   []string{"NPO法人", "助成金", "補助金", "実績報告", "収支決算", "市民活動", "協働"},
		Categories: []string{"事業・補助金"}, Section: "女性活躍・県民協働課",
		OpensAt: jst(time.July, 1, 8, 30), ClosesAt: time.Date(2023, 3, 15, 14, 59, 0, 0, time.UTC), Started: true,
		For: Audience{Corporation: true}, Fee: "無料",
		Files: []string{"実績報告書", "収支決算書", "領収書の写し", "活動の写真"},
		Who:   "助成金の交付の決定を受けた事業実施者", Used: 12,
	}, {
		ID:         "innovation-award-3",
		Title:      "第3回いばらきイノベーションアワード 応募申請",
		Reading:    "だい3かい いばらき いのべーしょん あわーど おうぼ しんせい",
		Summary:    "県内の企業などが開発した新しい製品、技術、サービスを表彰します。",
		Keywords:   []string{"表彰", "新製品", "新技術", "ベンチャー", "中小企業", "起業", "技術革新"},
		Categories: []string{"事業・補助金"}, Section: "技術革新課",
		OpensAt: jst(time.July, 1, 0, 0), ClosesAt: jst(time.September, 1, 23, 59), Started: true,
		For: Audience{Person: true, Corporation: true}, Fee: "無料",
		Files: []string{"応募する製品や技術の説明資料"},
		Who:   "県内に本社か主な事業所がある企業、団体、個人事業主", Used: 29,
	}, {
		ID:         "job-fair-survey-2022-0630-koga",
		Title:      "令和4年度チャレンジいばらき就職面接会（6月30日古河会場）企業アンケート",
		Reading:    "れいわ4ねんど ちゃれんじ いばらき しゅうしょく めんせつかい 6がつ30にち こが かいじょう きぎょう あんけーと",
		Summary:    "6月30日に古河会場で開いた就職面接会に参加した企業の方にうかがうアンケートです。",
		Keywords:   []string{"就職面接会", "合同説明会", "求人", "人材採用", "アンケート調査", "参加企業"},
		Categories: []string{"しごと・資格・採用", "事業・補助金"}, Section: "労働政策課",
		OpensAt: jst(time.June, 30, 13, 0), ClosesAt: jst(time.July, 7, 23, 59),
		For: Audience{Corporation: true}, Fee: "無料",
		Who: "6月30日の古河会場に参加した企業の採用担当の方", NoMail: true, Used: 47,
	}, {
		ID:         "covid-survey-tsukuba",
		Title:      "【つくば保健所】新型コロナウイルス疫学調査入力フォーム（変更中）",
		Reading:    "つくば ほけんじょ しんがた ころな ういるす えきがく ちょうさ にゅうりょく ふぉーむ へんこうちゅう",
		Summary:    "新型コロナウイルス感染症の陽性と診断された方に、症状や行動、同居の家族などをうかがう調査です。",
		Keywords:   []string{"新型コロナウイルス感染症", "COVID-19", "陽性", "感染", "濃厚接触者", "発熱", "療養"},
		Categories: []string{"健康・福祉"}, Section: "つくば保健所",
		OpensAt: jst(time.June, 30, 0, 0),
		For:     Audience{Person: true}, Fee: "無料",
		Who: "つくば保健所から案内を受けた方", NoMail: true, Used: 3120,
	}}
}
