package disarm

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"strings"
	"testing"

	"madoguchi/internal/fault"
	"madoguchi/internal/inspect"
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

func docx(t testing.TB, more ...string) []byte {
	t.Helper()
	return pack(t, append([]string{
		`[Content_Types].xml=<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`,
		`_rels/.rels=<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`,
		`word/document.xml=<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>申請書の内容</w:t></w:r></w:p></w:body></w:document>`,
	}, more...)...)
}

func ods(t testing.TB) []byte {
	t.Helper()
	return pack(t, "mimetype=application/vnd.oasis.opendocument.spreadsheet",
		`META-INF/manifest.xml=<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/><manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>`,
		`content.xml=<?xml version="1.0" encoding="UTF-8"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet><table:table table:name="表"><table:table-row><table:table-cell><text:p>申請</text:p></table:table-cell></table:table-row></table:table></office:spreadsheet></office:body></office:document-content>`)
}

func TestAssessRefusesWhatRuns(t *testing.T) {
	for _, c := range []struct {
		name string
		data []byte
		want State
		key  string
	}{
		{"a.docx", docx(t), Clean, ""},
		{"a.docx", docx(t, `word/_rels/settings.xml.rels=<Relationships><Relationship Type="x/attachedTemplate" Target="http://evil.example" TargetMode="External"/></Relationships>`), Waiting, "inspect.external"},
		{"a.docx", docx(t, "word/_rels/d.rels=<Relationships><Relationship Type=\"x/vbaProject\"/></Relationships>"), Refused, "disarm.runs"},
		{"a.exe", []byte("MZ\x90\x00" + strings.Repeat("\x00", 80)), Refused, "disarm.runs"},
		{"a.html", []byte("<html><p>x</p></html>"), Refused, "disarm.no_way"},
		{"a.zip", pack(t, "a.txt=x"), Refused, "disarm.no_way"},
		{"a.slk", []byte("ID;PWXL\nC;X1\nE\n"), Refused, "disarm.runs"},
		{"a.csv", []byte("a,b\nx,=1+1\n"), Waiting, "inspect.formula"},
		{"a.pdf", []byte("%PDF-1.4\n1 0 obj<</Encrypt 2 0 R>>"), Refused, "disarm.encrypted"},
		{"empty", nil, Refused, "disarm.empty"},
	} {
		got := Assess(c.name, c.data)
		found := c.key == ""
		for _, r := range got.Reasons {
			found = found || r.Key == c.key
		}
		if got.State != c.want || !found {
			t.Errorf("%s: got %s %+v, want %s because of %s", c.name, got.State, got.Reasons, c.want, c.key)
		}
	}
}

func TestNothingIsConvertedWithoutTheTools(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	c, err := Open(t.Context())
	if fault.KindOf(err) != fault.Unavailable {
		t.Fatalf("got %v, want unavailable", err)
	}
	got := c.Convert(t.Context(), "a.docx", docx(t))
	if got.State != Failed || got.PDF != nil || len(got.Reasons) == 0 || got.Reasons[0].Key != "disarm.missing" ||
		!strings.Contains(fmt.Sprint(got.Reasons[0].Args["tools"]), "bubblewrap") {
		t.Errorf("got %+v", got)
	}
	if got := c.Convert(t.Context(), "a.png", pngPicture(t, 30, 20)); got.State != Disarmed || got.Pages != 1 {
		t.Errorf("a picture needs no tools: got %+v", got)
	}
}

// A bwrap that leaks must not be trusted: here it is one that isolates nothing.
func TestNothingIsConvertedInABrokenSandbox(t *testing.T) {
	dir := t.TempDir()
	for _, tool := range []string{"bwrap", "soffice", "pdftoppm"} {
		script := "#!/bin/sh\nwhile [ \"$1\" != -- ]; do shift; done; shift; exec \"$@\"\n"
		if err := os.WriteFile(dir+"/"+tool, []byte(script), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir)
	c, err := Open(t.Context())
	if err == nil {
		t.Fatal("the sandbox was believed")
	}
	if got := c.Convert(t.Context(), "a.docx", docx(t)); got.State != Failed || got.Reasons[0].Key != "disarm.no_sandbox" {
		t.Errorf("got %+v", got)
	}
}

func TestLeaksOfTheSandboxAreSeen(t *testing.T) {
	const good = "65534\nlo 1\n3\n"
	if err := checkSelfTest(good); err != nil {
		t.Errorf("a good sandbox: %v", err)
	}
	for _, bad := range []string{"", "0\nlo 1\n3\n", "65534\nlo eth0 1\n3\n", "65534\nlo 0\n3\n", "65534\nlo sees /root\n1\n3\n", "65534\nlo 1\n90\n", "65534\nlo writes\n1\n3\n"} {
		if checkSelfTest(bad) == nil {
			t.Errorf("%q was believed", bad)
		}
	}
}

func pngPicture(t testing.TB, w, h int) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.SetRGBA(x, y, color.RGBA{uint8(255 * x / w), uint8(255 * y / h), 0, 255})
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestPicturesLoseEverythingButTheirPixels(t *testing.T) {
	big, err := Picture(append(pngPicture(t, 3000, 1000), "secret place"...))
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(big, []byte("secret")) {
		t.Error("what stood behind the picture is still there")
	}
	config, err := jpeg.DecodeConfig(bytes.NewReader(big))
	if err != nil || config.Width != MaxPixels || config.Height != 800 {
		t.Errorf("got %d × %d, %v", config.Width, config.Height, err)
	}
	if _, err := Picture([]byte("\x89PNG\r\n\x1a\nx")); err == nil {
		t.Error("a broken picture was read")
	}
}

func TestPhotographsStandUpright(t *testing.T) {
	img, err := png.Decode(bytes.NewReader(pngPicture(t, 40, 20)))
	if err != nil {
		t.Fatal(err)
	}
	var plain bytes.Buffer
	if err := jpeg.Encode(&plain, img, nil); err != nil {
		t.Fatal(err)
	}
	for o, corner := range map[uint16]color.RGBA{1: {0, 0, 0, 255}, 3: {255, 255, 0, 255}, 6: {0, 255, 0, 255}, 8: {255, 0, 0, 255}} {
		exif := []byte("Exif\x00\x00II*\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00")
		exif = append(binary.LittleEndian.AppendUint16(exif, o), 0, 0, 0, 0, 0, 0)
		app := append([]byte{0xff, 0xd8, 0xff, 0xe1, 0, byte(len(exif) + 2)}, exif...)
		out, err := Picture(append(app, plain.Bytes()[2:]...))
		if err != nil {
			t.Fatal(err)
		}
		got, err := jpeg.Decode(bytes.NewReader(out))
		if err != nil {
			t.Fatal(err)
		}
		r, g, _, _ := got.At(0, 0).RGBA()
		if diff := absolute(int(r>>8)-int(corner.R)) + absolute(int(g>>8)-int(corner.G)); diff > 60 {
			t.Errorf("orientation %d: the first pixel is %d, %d, want near %v", o, r>>8, g>>8, corner)
		}
	}
}

func absolute(n int) int { return max(n, -n) }

func TestPixelsFromTheSandboxAreNotBelieved(t *testing.T) {
	good := "P6\n2 1\n255\nabcdef"
	if list, err := readPages(strings.NewReader(good + good)); err != nil || len(list) != 2 || list[1].width != 2 || list[1].height != 1 {
		t.Errorf("got %+v, %v", list, err)
	}
	for _, bad := range []string{"x", "P6\n", "P5\n2 1\n255\nabcdef", "P6\n2 1\n65535\nabcdef", "P6\n2 1\n255\nabc", "P6\n9999 9999\n255\n", "P6\n-1 1\n255\n", "P6\n2401 1\n255\n" + strings.Repeat("abc", 2401), "P6\n0 0\n255\n", good + "rest"} {
		if _, err := readPages(strings.NewReader(bad)); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
	if _, err := readPages(strings.NewReader(strings.Repeat(good, MaxPages+1))); fault.KindOf(err) != fault.TooLarge {
		t.Errorf("too many pages: got %v", err)
	}
}

func FuzzReadPages(f *testing.F) {
	f.Add([]byte("P6\n2 1\n255\nabcdef"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if list, err := readPages(bytes.NewReader(b)); err == nil && len(list) > MaxPages {
			t.Errorf("%d pages", len(list))
		}
	})
}

// openOffice returns a converter for the tests that convert documents. The
// Makefile sets the variable; then the tools must be there.
func openOffice(t testing.TB) *Converter {
	t.Helper()
	if os.Getenv("MADOGUCHI_TEST_OFFICE") != "1" {
		t.Skip("documents are converted only with MADOGUCHI_TEST_OFFICE=1")
	}
	c, err := Open(t.Context())
	if err != nil {
		t.Fatalf("install bubblewrap, poppler-utils and libreoffice-{writer,calc,impress}-nogui: %v", err)
	}
	if err := c.Warm(t.Context()); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestDocumentsBecomePictures(t *testing.T) {
	c := openOffice(t)
	for _, f := range []struct {
		name string
		data []byte
		want State
	}{
		{"a.docx", docx(t), Disarmed},
		{"a.rtf", []byte(`{\rtf1 text {\field{\*\fldinst DDEAUTO cmd "/c x"}{\fldrslt y}}}`), Disarmed},
		{"a.txt", []byte("お問い合わせ"), Disarmed},
		{"a.ods", ods(t), Disarmed},
		{"a.csv", []byte("a,b\nx,=1+1\n"), Disarmed},
		{"sjis.txt", []byte("\x82\xa8\x96\xe2\x82\xa2\x8d\x87\x82\xed\x82\xb9"), Disarmed},
		{"broken.docx", pack(t, "[Content_Types].xml=<x/>", "word/document.xml=<broken"), Failed},
		{"broken.pdf", []byte("%PDF-1.4\nnothing"), Failed},
	} {
		got := c.Convert(t.Context(), f.name, f.data)
		if got.State != f.want {
			t.Errorf("%s: got %s %+v, want %s", f.name, got.State, got.Reasons, f.want)
			continue
		}
		if got.State != Disarmed {
			continue
		}
		if wantValues := f.name == "a.ods"; strings.Contains(got.Values, "申請") != wantValues {
			t.Errorf("%s: values are %q", f.name, got.Values)
		}
		if again := inspect.Look("a.pdf", got.PDF, nil); again.Type != "pdf" || len(again.Active) > 0 || again.Opaque {
			t.Errorf("%s: the copy is not harmless: %+v", f.name, again)
		}
		if twice := c.Convert(t.Context(), "a.pdf", got.PDF); twice.State != Disarmed || twice.Pages != got.Pages {
			t.Errorf("%s: the copy of the copy has %d pages, want %d", f.name, twice.Pages, got.Pages)
		}
	}
}

// BenchmarkConvert is compared with plain soffice and pdftoppm on the same file,
// named by MADOGUCHI_BENCH_FILE.
func BenchmarkConvert(b *testing.B) {
	c := openOffice(b)
	data := docx(b)
	if name := os.Getenv("MADOGUCHI_BENCH_FILE"); name != "" {
		var err error
		if data, err = os.ReadFile(name); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		if got := c.Convert(b.Context(), "a.docx", data); got.State != Disarmed {
			b.Fatal(got.Reasons)
		}
	}
}
