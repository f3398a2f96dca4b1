package postal_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"madoguchi/internal/form/field"
	"madoguchi/internal/form/postal"
	"madoguchi/internal/jptext"
)

// rows are in the layout of Japan Post's file; the towns show its oddities.
const rows = `08201,"310  ","3100000","イバラキケン","ミトシ","イカニケイサイガナイバアイ","茨城県","水戸市","以下に掲載がない場合",0,0,0,0,0,0
08201,"310  ","3100852","イバラキケン","ミトシ","カサハラチョウ","茨城県","水戸市","笠原町",0,0,0,0,0,0
08201,"310  ","3104242","イバラキケン","ミトシ","レイ（１－１２","茨城県","水戸市","例（１～１２",1,0,0,0,0,0
08201,"310  ","3104242","イバラキケン","ミトシ","２０）","茨城県","水戸市","２０）",1,0,0,0,0,0
08202,"319  ","3191301","イバラキケン","ヒタチシ","ジュウオウチョウイシ","茨城県","日立市","十王町伊師",0,0,0,0,0,0
08202,"319  ","3191301","イバラキケン","ヒタチシ","ジュウオウチョウイシホンゴウ","茨城県","日立市","十王町伊師本郷",0,0,0,0,0,0
08546,"30604","3060400","イバラキケン","サシマグンサカイマチ","サカイマチノツギニバンチガクルバアイ","茨城県","猿島郡境町","境町の次に番地がくる場合",0,0,0,0,0,0
13362,"10003","1000301","トウキョウト","トシマムラ","トシマムライチエン","東京都","利島村","利島村一円",0,0,0,0,0,0
25443,"52203","5220317","シガケン","イヌカミグンタガチョウ","イチエン","滋賀県","犬上郡多賀町","一円",0,0,0,0,0,0
`

func TestJapanPostsFileIsRead(t *testing.T) {
	table, err := postal.Read(strings.NewReader(rows))
	if err != nil {
		t.Fatal(err)
	}
	for code, want := range map[string][]field.Place{
		"310-0000": {{Prefecture: "茨城県", City: "水戸市"}},
		"310-0852": {{Prefecture: "茨城県", City: "水戸市", Town: "笠原町"}},
		"310-4242": {{Prefecture: "茨城県", City: "水戸市", Town: "例"}},
		"319-1301": {{Prefecture: "茨城県", City: "日立市", Town: "十王町伊師"}, {Prefecture: "茨城県", City: "日立市", Town: "十王町伊師本郷"}},
		"306-0400": {{Prefecture: "茨城県", City: "猿島郡境町"}},
		"100-0301": {{Prefecture: "東京都", City: "利島村"}},
		"522-0317": {{Prefecture: "滋賀県", City: "犬上郡多賀町", Town: "一円"}},
		"999-9999": nil,
	} {
		if diff := cmp.Diff(want, table.Lookup(code)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", code, diff)
		}
	}
}

func TestAFileOfAnotherShapeIsRefused(t *testing.T) {
	for _, s := range []string{
		"a,b\n",
		strings.Replace(rows, `"3100852"`, `"31008"`, 1),
		strings.Replace(rows, "笠原町", "\x8a\x7d\x8c\xb4", 1), // Shift_JIS
		rows + `08201,"310`,
	} {
		if table, err := postal.Read(strings.NewReader(s)); err == nil || table.Len() > 0 {
			t.Errorf("%.60q: %d codes, %v", s, table.Len(), err)
		}
	}
}

func TestSampleIsWellFormed(t *testing.T) {
	if n := postal.Sample().Len(); n < 10 {
		t.Errorf("%d codes", n)
	}
	for _, code := range []string{"310-8555", "305-8555"} {
		if got, ok := jptext.PostalCode(code); !ok || len(postal.Sample().Lookup(got)) != 1 {
			t.Errorf("%s is not in the sample", code)
		}
	}
}
