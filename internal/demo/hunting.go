package demo

import "time"

// hunting is the provisional application for the hunting licence
// examination, once for each office that receives it.
func hunting() []Procedure {
	offices := []struct{ id, bracket, reading, section string }{
		{"kennan", "【県南県民センター】", "けんなん けんみん せんたー", "県南県民センター"},
		{"rokko", "【鹿行県民センター】", "ろっこう けんみん せんたー", "鹿行県民センター"},
		{"kensei", "【県西県民センター】", "けんせい けんみん せんたー", "県西県民センター"},
		{"keno", "【環境政策課県央環境保全室】", "かんきょう せいさくか けんおう かんきょう ほぜんしつ", "県央環境保全室"},
		{"kenpoku", " 【県北県民センター】", "けんぽく けんみん せんたー", "県北県民センター"},
	}
	var all []Procedure
	for i, o := range offices {
		all = append(all, Procedure{
			ID:         "hunting-exam-2022-3-" + o.id,
			Title:      "令和4年度第3回狩猟免許試験”仮”申請" + o.bracket,
			Reading:    "れいわ4ねんど だい3かい しゅりょう めんきょ しけん かり しんせい " + o.reading,
			Summary:    "わな猟、網猟、銃猟の免許を受けるための試験の仮申請です。" + o.section + "が担当する地域にお住まいの方が申し込めます。",
			Keywords:   []string{"狩猟", "狩猟免許", "わな猟", "網猟", "銃猟", "鳥獣捕獲", "有害鳥獣"},
			Categories: []string{"くらし・環境", "しごと・資格・採用"}, Section: o.section,
			OpensAt: jst(time.July, 1, 0, 0), ClosesAt: jst(time.July, 12, 23, 59),
			For: Audience{Person: true}, Fee: "5,200円",
			Files: []string{"医師の診断書か、猟銃の所持許可証の写し"},
			Who:   o.section + "が担当する地域にお住まいの、18歳以上の方（銃猟は20歳以上）", Used: 61 - 7*i,
		})
	}
	return all
}
