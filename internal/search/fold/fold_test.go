package fold_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"madoguchi/internal/search/fold"
)

// TestSpellingsOfOneWordFoldAlike holds one case list for each folding rule.
func TestSpellingsOfOneWordFoldAlike(t *testing.T) {
	rules := map[string][][]string{
		"NFKC":      {{"㍻", "平成"}, {"㈱", "(株)"}, {"①", "1"}, {"㎡", "m2"}, {"か\u3099", "が"}},
		"width":     {{"ＮＰＯ", "NPO"}, {"ｼﾞｭｳｼｮ", "ジュウショ"}, {"２０２２", "2022"}, {"ｶﾞｽ", "ガス"}},
		"kana":      {{"ごみ", "ゴミ", "ｺﾞﾐ"}, {"こども", "コドモ"}, {"いのべーしょん", "イノベーション"}},
		"latin":     {{"NPO", "npo", "Npo"}, {"COVID-19", "covid-19", "Covid19"}},
		"variants":  {{"斎藤", "齋藤", "斉藤", "齊藤"}, {"渡辺", "渡邊", "渡邉"}, {"高橋", "髙橋"}, {"広沢", "廣澤"}, {"吉田", "𠮷田"}, {"龍ケ崎", "竜ケ崎"}, {"寄附", "寄付"}, {"葛󠄀城", "葛城"}},
		"long":      {{"サーバー", "サーバ", "さーば", "サ－バ"}, {"コンピューター", "コンピュータ"}, {"センター", "センタ", "ｾﾝﾀｰ"}},
		"small":     {{"ウィルス", "ウイルス"}, {"フォーム", "フオーム"}, {"きゃんぷ", "キヤンプ"}, {"ヴァイオリン", "バイオリン"}, {"ひっこし", "ひつこし"}, {"ぁぃぅぇぉっゃゅょゎ", "あいうえおつやゆよわ", "ァィゥェォッャュョヮ"}},
		"okurigana": {{"申込", "申込み", "申し込み"}, {"引越", "引越し", "引っ越し", "引っ越す"}, {"手続", "手続き"}, {"届出", "届け出", "届出"}, {"取消", "取消し", "取り消し"}, {"問合せ", "問い合わせ", "問合わせ"}, {"受付", "受け付け", "受付け"}, {"払戻し", "払い戻し", "払戻"}, {"見積り", "見積もり", "見積"}, {"建替え", "建て替え", "建替"}, {"取下げ", "取り下げ"}, {"一人暮らし", "一人暮し"}, {"貸付け", "貸し付け", "貸付"}, {"飼主", "飼い主"}},
		"numbers":   {{"第二回", "第2回", "第２回", "第②回"}, {"二十日", "20日"}, {"第十二条", "第12条"}, {"三百円", "300円"}, {"5,200円", "5200円", "５，２００円"}, {"07月", "7月"}, {"一人", "1人"}, {"二〇二二年", "2022年"}, {"8/5", "8月5日", "08/05", "八月五日"}, {"2022/8/5", "令和4年8月5日"}},
		"years":     {{"令和4年", "2022年", "令和四年", "R4年", "令和４年", "二〇二二年", "㋿4年"}, {"令和元年度", "2019年度", "令和1年度", "R1年度"}, {"平成31年", "2019年", "H31年"}, {"昭和六十年", "1985年", "S60年"}, {"令和4 採用", "2022年 採用"}},
		"counters":  {{"3か月", "3ヶ月", "3カ月", "3ヵ月", "3ケ月", "三箇月"}, {"18歳", "18才"}, {"霞ヶ浦", "霞ケ浦"}},
		"gaps":      {{"申請・届出", "申請 届出", "申請届出", "申請、届出"}, {"試験”仮”申請", "試験仮申請"}},
	}
	for rule, sets := range rules {
		for _, set := range sets {
			for _, word := range set[1:] {
				if got, want := fold.Text(word), fold.Text(set[0]); got != want || got == "" {
					t.Errorf("%s: %q folds to %q, %q to %q", rule, word, got, set[0], want)
				}
			}
		}
	}
}

// TestDifferentWordsStayApart: folding must not bring these together.
func TestDifferentWordsStayApart(t *testing.T) {
	for _, pair := range [][2]string{
		{"千葉", "1000葉"}, {"第1回", "第11回"}, {"令和4年", "令和5年"}, {"申請", "申込"}, {"犬", "大"},
		{"転入", "転出"}, {"八月", "九月"}, {"R4様式", "2022年様式"}, {"保険", "保健"}, {"ひと", "びと"},
	} {
		if fold.Text(pair[0]) == fold.Text(pair[1]) {
			t.Errorf("%q and %q both fold to %q", pair[0], pair[1], fold.Text(pair[0]))
		}
	}
}

func FuzzText(f *testing.F) {
	for _, s := range []string{"令和4年度 茨城県警察官採用試験（第2回）", "\xff\xfeあ", "千万億", "R元年", "ヴ", "々", "申し込み", "\x00\u202e葛󠄀", strings.Repeat("二", 400)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once := fold.Text(s)
		if !utf8.ValidString(once) {
			t.Errorf("%q folds to broken UTF-8 %q", s, once)
		}
	})
}
