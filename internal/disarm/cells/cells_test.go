package cells

import (
	"archive/zip"
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func pack(t testing.TB, files ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range files {
		name, content, _ := strings.Cut(f, "=")
		fw, err := w.Create(name)
		if err == nil {
			_, err = fw.Write([]byte(content))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func xlsx(t testing.TB, sheet string) []byte {
	t.Helper()
	return pack(t,
		`xl/workbook.xml=<workbook><sheets><sheet name="申請" sheetId="1" r:id="rId1"/></sheets></workbook>`,
		`xl/_rels/workbook.xml.rels=<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>`,
		`xl/sharedStrings.xml=<sst><si><t>氏名</t><rPh sb="0" eb="2"><t>シメイ</t></rPh></si><si><r><t>山</t></r><r><t>田</t></r></si></sst>`,
		"xl/worksheets/sheet1.xml="+sheet)
}

const sheet1 = `<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="inlineStr"><is><t>額</t></is></c></row>` +
	`<row r="3"><c r="A3" t="s"><v>1</v></c><c r="C3"><f>SUM(A1:A2)</f><v>120</v></c><c r="D3" t="b"><v>1</v></c></row></sheetData></worksheet>`

func TestValuesWithoutFormulasAreRead(t *testing.T) {
	got, ok := Read(xlsx(t, sheet1))
	want := []Sheet{{Name: "申請", Rows: [][]string{{"氏名", "", "額"}, nil, {"山田", "", "120", "TRUE"}}}}
	if diff := cmp.Diff(want, got); diff != "" || !ok {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if text := TSV(got); text != "【申請】\n氏名\t\t額\n\n山田\t\t120\tTRUE\n" {
		t.Errorf("got %q", text)
	}
}

func TestOpenDocumentIsRead(t *testing.T) {
	got, ok := Read(pack(t, "mimetype=application/vnd.oasis.opendocument.spreadsheet", `content.xml=<t:table t:name="表"><t:table-row><t:table-cell t:number-columns-repeated="2"><text:p>一</text:p><text:p>二</text:p></t:table-cell><t:table-cell t:formula="of:=1+1"><text:p>2</text:p></t:table-cell><t:table-cell t:number-columns-repeated="16380"/></t:table-row><t:table-row t:number-rows-repeated="1048000"><t:table-cell/></t:table-row></t:table>`))
	want := []Sheet{{Name: "表", Rows: [][]string{{"一 二", "一 二", "2"}}}}
	if diff := cmp.Diff(want, got); diff != "" || !ok {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestLimitsHold(t *testing.T) {
	var rows strings.Builder
	for range MaxCells + 1000 {
		rows.WriteString("<row><c><v>1</v></c></row>")
	}
	got, ok := Read(xlsx(t, rows.String()))
	if !ok || len(got[0].Rows) > MaxCells {
		t.Errorf("got %v, %d rows", ok, len(got[0].Rows))
	}
	far, _ := Read(xlsx(t, `<row r="99999999"><c r="ZZZZZZZZ1"><v>1</v></c></row>`))
	if diff := cmp.Diff([][]string{{"1"}}, far[0].Rows); diff != "" {
		t.Error(diff)
	}
	if _, ok := Read([]byte("PK")); ok {
		t.Error("rubbish was read")
	}
}

func FuzzRead(f *testing.F) {
	f.Add(sheet1)
	f.Fuzz(func(t *testing.T, sheet string) {
		sheets, _ := Read(xlsx(t, sheet))
		if text := TSV(sheets); len(text) > 3*MaxText {
			t.Errorf("%d bytes", len(text))
		}
	})
}
