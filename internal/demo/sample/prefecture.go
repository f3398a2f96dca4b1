package sample

import (
	"time"

	"madoguchi/internal/demo"
	"madoguchi/internal/notice"
	"madoguchi/internal/tenant"
)

// prefecture is 茨城県 with contacts of the present portal's shape. Addresses
// are reserved ones and no telephone number is real.
func prefecture() tenant.Tenant {
	const hours = "平日9時から17時（年末年始を除く）"
	return tenant.Tenant{
		Slug: demo.Slug, Code: "080004", Name: "茨城県", Kana: "イバラキケン", Kind: tenant.Prefecture, Prefecture: "茨城県", Active: true,
		Settings: tenant.Settings{
			MailFrom: "pref-ibaraki@shinsei.example.jp", OfficeURL: "https://pref-ibaraki.example.jp/",
			Contacts: []tenant.Contact{{
				Kind: tenant.Operation, Name: "固定電話からのコールセンター", Hours: hours,
				Phones: []tenant.Phone{{Label: "電話", Number: "0120-000-000", Note: "無料"}},
			}, {
				Kind: tenant.Operation, Name: "携帯電話からのコールセンター", Hours: hours,
				Phones: []tenant.Phone{{Label: "電話", Number: "0570-000-000", Note: "有料"}},
				Fax:    "000-000-0000", Mail: "help-shinsei-ibaraki@example.jp",
			}, {
				Kind: tenant.Content, Name: "手続きの担当課",
				Text: "手続きの内容については、各手続きのページに書いてある担当課へ直接お尋ねください。",
			}},
		},
	}
}

// municipal gives a municipality its mail address and its contacts.
func municipal(t tenant.Tenant) tenant.Tenant {
	t.Settings = tenant.Settings{
		MailFrom: t.Slug + "@shinsei.example.jp",
		Contacts: []tenant.Contact{{
			Kind: tenant.Operation, Name: "電子申請ヘルプデスク", Hours: "平日9時から17時（年末年始を除く）", Mail: "help-" + t.Slug + "@example.jp",
			Phones: []tenant.Phone{{Label: "電話", Number: "0120-000-000", Note: "無料"}},
		}, {
			Kind: tenant.Content, Name: "手続きの担当課",
			Text: "手続きの内容については、各手続きのページに書いてある担当課へ直接お尋ねください。",
		}},
	}
	return t
}

func day(year int, month time.Month, day, hour int) time.Time {
	return time.Date(year, month, day, hour, 0, 0, 0, time.FixedZone("JST", 9*60*60)).UTC()
}

// notices are the three notices that the portal showed at demo.Moment: their
// dates and facts, in other words.
func notices() []notice.Notice {
	return []notice.Notice{{
		ID: "20220701-mail", Title: "ヘルプデスクを装う不審なメールにご注意ください", Published: true, ShownFrom: day(2022, time.July, 1, 9),
		Body: "このサービスのコールセンターで使っていたパソコン1台が、マルウェア「Emotet（エモテット）」に感染していたことがわかりました。" +
			"過去にお問い合わせをいただいた方の情報が流出し、コールセンターの名をかたるメールが送られています。\n\n" +
			"コールセンターからに見えるメールが届いても、添付ファイルを開いたり、本文のリンクを開いたりしないでください。",
		Added: []notice.Addition{{
			At: day(2022, time.July, 1, 12),
			Body: "お使いのパソコンがEmotetに感染していないかも、あわせてご確認ください。確認の方法は、警視庁のページで案内されています。\n" +
				"https://www.keishicho.metro.tokyo.lg.jp/kurashi/cyber/joho/emotet.html",
		}},
	}, {
		ID: "20220624-mail", Title: "不審なメールが送られています", Published: true, ShownFrom: day(2022, time.June, 24, 9),
		Body: "令和4年6月ごろから、コールセンターになりすましたメールが送られていることを確認しました。" +
			"コールセンターの名前のメールが届いたら、差出人のアドレスと内容をよく確かめてください。" +
			"不審なときは、添付ファイルや本文のリンクを開かずに削除してください。\n\n" +
			"## 不審なメールの例\n" +
			"- 差出人：表示名はコールセンターのアドレスなのに、実際のアドレスは別人のもの\n" +
			"- 件名：「RE:」のあとに、以前やり取りしたメールの件名\n" +
			"- 添付ファイル：ZIPファイルが付いていることが多い",
	}, {
		ID: "20150830-sender", Title: "このサービスからのメールは「pref-ibaraki@shinsei.example.jp」からお送りします", Published: true, ShownFrom: day(2015, time.August, 30, 9),
		Body: "申込の確認や結果のお知らせは、「pref-ibaraki@shinsei.example.jp」から届きます。" +
			"連絡先のメールアドレスには、このアドレスからのメールを受け取れるものを入力してください。\n\n" +
			"送信専用のアドレスです。返信をいただいても、お答えできません。",
	}}
}
