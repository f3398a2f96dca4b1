package signature

import (
	"bytes"
	"compress/zlib"
	"encoding/hex"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"madoguchi/internal/signature/algorithm"
	"madoguchi/internal/signature/cms"
	"madoguchi/internal/signature/pades"
	"madoguchi/internal/signature/pdf"
	"madoguchi/internal/signature/report"
	"madoguchi/internal/signature/testca"
)

// The attack files are made here from a signed file; each must be TOTAL_FAILED
// and none of its signatures "intact" with "changed after: none".

// refuse checks that.
func refuse(t *testing.T, name string, file []byte) {
	t.Helper()
	r := verifyBytes(file, shared(t).trust(t, shared(t).lists(t, verified)...))
	if r.Verdict != report.Failed {
		t.Errorf("%s: got %s %s, want TOTAL_FAILED: %+v %+v", name, r.Verdict, r.Sub, r.Reasons, r.Signatures)
	}
	if len(r.Signatures) > 0 && r.Signatures[0].Intact && r.Signatures[0].ChangedAfter == report.ChangeNone {
		t.Errorf("%s: the signature is called intact and unchanged: %+v", name, r.Signatures[0])
	}
}

// base is a signed file, and base's view for makers of attacks.
func base(t *testing.T) []byte {
	t.Helper()
	return shared(t).sign(t, testca.Document("pay 100 yen", 0, false), pades.BB)
}

// append adds an incremental update of objects with a proper table.
func appendUpdate(data []byte, objects map[int]string) []byte {
	prev := regexp.MustCompile(`startxref\s+(\d+)`).FindAllSubmatch(data, -1)
	out := bytes.NewBuffer(bytes.Clone(data))
	table := ""
	high := 100
	for n, text := range objects {
		table += fmt.Sprintf("%d 1\n%010d 00000 n \n", n, out.Len())
		fmt.Fprintf(out, "%d 0 obj\n%s\nendobj\n", n, text)
		high = max(high, n+1)
	}
	start := out.Len()
	fmt.Fprintf(out, "xref\n%strailer\n<</Size %d /Root 1 0 R /Prev %s>>\nstartxref\n%d\n%%%%EOF\n", table, high, prev[len(prev)-1][1], start)
	return out.Bytes()
}

func content(text string) string {
	s := "BT /F1 24 Tf 72 720 Td (" + text + ") Tj ET"
	return fmt.Sprintf("<</Length %d>>\nstream\n%s\nendstream", len(s), s)
}

var byteRange = regexp.MustCompile(`/ByteRange \[0 (\d+) (\d+) (\d+)\]`)

// spans reads the ByteRange of a file with one signature.
func spans(t *testing.T, data []byte) (a, b, c int) {
	t.Helper()
	m := byteRange.FindSubmatch(data)
	if m == nil {
		t.Fatal("no byte range")
	}
	var n [3]int
	for i := range n {
		v, err := strconv.Atoi(string(m[i+1]))
		check(t, err)
		n[i] = v
	}
	return n[0], n[1], n[2]
}

// swap replaces text by text of the same length.
func swap(t *testing.T, data []byte, old, with string) []byte {
	t.Helper()
	if !bytes.Contains(data, []byte(old)) || len(old) < len(with) {
		t.Fatalf("cannot replace %q", old)
	}
	return bytes.Replace(data, []byte(old), []byte(with+strings.Repeat(" ", len(old)-len(with))), 1)
}

func TestForgedSignaturesAreRefused(t *testing.T) { // USF
	signed := base(t)
	a, b, _ := spans(t, signed)
	m := string(byteRange.Find(signed))
	contents := string(signed[a:b])
	for name, with := range map[string]string{
		"null": "/ByteRange null", "empty": "/ByteRange []", "negative": "/ByteRange [0 -1 -1 -1]",
		"zeros": "/ByteRange [0 0 0 0]", "text": "/ByteRange (0 1 2 3)", "reals": "/ByteRange [0.0 1.0 2.0 3.0]",
		"missing": "/ByteRang [0 1 2 3]", "three": "/ByteRange [0 1 2]", "reference": "/ByteRange 5 0 R",
	} {
		refuse(t, "byte range "+name, swap(t, signed, m, with))
	}
	for name, with := range map[string]string{
		"null": "null", "empty": "<>", "zero": "<00>", "text": "()", "number": "0", "zeros": "<" + strings.Repeat("0", 64) + ">",
	} {
		refuse(t, "contents "+name, swap(t, signed, contents, with))
	}
	refuse(t, "contents missing", swap(t, signed, "/Contents <", "/Content <"))
	refuse(t, "one byte of the text", bytes.Replace(signed, []byte("pay 100 yen"), []byte("pay 900 yen"), 1))
}

func TestIncrementalSavingAttacksAreRefused(t *testing.T) { // ISA
	signed := base(t)
	a, b, _ := spans(t, signed)
	evil := map[int]string{4: content("pay 900 yen")}
	refuse(t, "content replaced", appendUpdate(signed, evil))
	refuse(t, "without xref and trailer", append(bytes.Clone(signed), []byte("4 0 obj\n"+evil[4]+"\nendobj\n")...))
	refuse(t, "trailer without xref", append(bytes.Clone(signed), []byte("4 0 obj\n"+evil[4]+"\nendobj\ntrailer\n<</Root 1 0 R>>\n%%EOF\n")...))
	copied := "<</Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached " + string(byteRange.Find(signed)) + " /Contents " + string(signed[a:b]) + ">>"
	refuse(t, "with a copied signature", appendUpdate(signed, map[int]string{4: evil[4], 90: copied}))
	refuse(t, "copied signature without xref", append(bytes.Clone(signed), []byte("4 0 obj\n"+evil[4]+"\nendobj\n90 0 obj\n"+copied+"\nendobj\n")...))
	refuse(t, "object not in the table", append(appendUpdate(signed, map[int]string{91: "null"}), []byte("4 0 obj\n"+evil[4]+"\nendobj\n")...))
	unlisted := appendUpdate(signed, map[int]string{91: "null"})
	unlisted = bytes.Replace(unlisted, []byte("91 0 obj\nnull\nendobj\n"), []byte("91 0 obj\nnull\nendobj\n%4 0 obj <<>> endobj\n"), 1)
	refuse(t, "object in a comment", unlisted)
}

func TestSignatureWrappingIsRefused(t *testing.T) { // SWA
	signed := base(t)
	a, b, c := spans(t, signed)
	m := string(byteRange.Find(signed))
	evil := fmt.Sprintf("4 0 obj\n%s\nendobj\n", content("pay 900 yen"))
	moved := append(append(bytes.Clone(signed[:b]), evil...), signed[b:]...)
	refuse(t, "second span moved", swap(t, moved, m, fmt.Sprintf("/ByteRange [0 %010d %010d %010d]", a, b+len(evil), c)))
	padded := append(append(bytes.Clone(signed[:b-1]), bytes.Repeat([]byte("0"), 40)...), signed[b-1:]...)
	refuse(t, "contents longer than the span", padded)
	tail := swap(t, append(bytes.Clone(signed), signed[b:]...), m, fmt.Sprintf("/ByteRange [0 %010d %010d %010d]", a, len(signed), c))
	refuse(t, "copy of the second span at the end", tail)
	for name, with := range map[string]string{
		"extra range":        fmt.Sprintf("/ByteRange [0 %d %d %d 0 0]", a, b, c),
		"overlapping ranges": fmt.Sprintf("/ByteRange [0 %d %d %d]", b, a, c),
		"beyond the end":     fmt.Sprintf("/ByteRange [0 %d %d %d]", a, b, c+1),
		"short":              fmt.Sprintf("/ByteRange [0 %d %d %d]", a, b, c-20),
		"not from the start": fmt.Sprintf("/ByteRange [1 %d %d %d]", a, b, c),
		"gap too wide":       fmt.Sprintf("/ByteRange [0 %d %d %d]", a-20, b, c),
	} {
		refuse(t, name, swap(t, signed, m, with))
	}
}

func TestAppendedBytesAreSeen(t *testing.T) {
	signed := base(t)
	refuse(t, "text after the end", append(bytes.Clone(signed), "more"...))
	refuse(t, "page after the end", append(bytes.Clone(signed), testca.Document("other", 0, false)...))
	r := verifyBytes(append(bytes.Clone(signed), '\n', '\n'), Options{Now: verified})
	if s := r.Signatures[0]; !s.Intact || s.ChangedAfter != report.ChangeAllowed {
		t.Errorf("white space after the end: got intact %t, changed after %s, want allowed", s.Intact, s.ChangedAfter)
	}
}

// prepared is a file that its author prepared before it was signed: object 20
// is hidden, object 30 is missing but referred to, object 7 is a filled field.
func prepared(t *testing.T) []byte {
	t.Helper()
	doc := appendUpdate(testca.Document("pay 100 yen", 0, false), map[int]string{
		1:  "<</Type /Catalog /Pages 2 0 R /AcroForm <</Fields [7 0 R]>>>>",
		3:  "<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents [4 0 R 30 0 R] /Annots [7 0 R] /Resources <</Font <</F1 5 0 R>> /XObject <</O 6 0 R>>>>>>",
		6:  "<</Type /XObject /Subtype /Form /BBox [0 0 9 9] /Length 0>>\nstream\n\nendstream",
		7:  "<</Type /Annot /Subtype /Widget /FT /Tx /T (amount) /V (100) /Rect [0 0 99 99] /AP <</N 8 0 R>>>>",
		8:  "<</Type /XObject /Subtype /Form /BBox [0 0 99 99] /Length 3>>\nstream\n100\nendstream",
		20: "<</Type /Catalog /Pages 21 0 R>>",
		21: "<</Type /Pages /Kids [22 0 R] /Count 1>>",
		22: "<</Type /Page /Parent 21 0 R /MediaBox [0 0 595 842]>>",
	})
	return shared(t).sign(t, doc, pades.BB)
}

func TestShadowAttacksAreRefused(t *testing.T) {
	signed := prepared(t)
	if r := verifyBytes(signed, Options{Now: verified}); !r.Signatures[0].Intact {
		t.Fatalf("prepared file itself: %+v", r)
	}
	hidden := appendUpdate(signed, map[int]string{99: "null"})
	at := bytes.LastIndex(hidden, []byte("/Root 1 0 R"))
	copy(hidden[at:], "/Root 20 0R")
	refuse(t, "root switched (broken)", hidden)
	switched := appendUpdate(signed, map[int]string{99: "null"})
	switched = append(switched[:at:at], append([]byte("/Root 20 0 R"), switched[at+len("/Root 1 0 R"):]...)...)
	refuse(t, "hide and replace: root switched", switched)
	for name, objects := range map[string]map[int]string{
		"hide: overlay replaced":   {6: "<</Type /XObject /Subtype /Form /BBox [0 0 1 1] /Length 0>>\nstream\n\nendstream"},
		"replace: field value":     {7: "<</Type /Annot /Subtype /Widget /FT /Tx /T (amount) /V (900) /Rect [0 0 99 99] /AP <</N 8 0 R>>>>"},
		"replace: appearance":      {8: "<</Type /XObject /Subtype /Form /BBox [0 0 99 99] /Length 3>>\nstream\n900\nendstream"},
		"replace: font":            {5: "<</Type /Font /Subtype /Type3>>"},
		"missing object filled in": {30: content("pay 900 yen")},
		"pages replaced":           {2: "<</Type /Pages /Kids [22 0 R] /Count 1>>"},
		"action on opening":        {1: "<</Type /Catalog /Pages 2 0 R /AcroForm <</Fields [7 0 R]>> /OpenAction <</S /JavaScript /JS (x)>>>>"},
		"field taken away":         {1: "<</Type /Catalog /Pages 2 0 R>>"},
		"annotation":               {3: "<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents [4 0 R 30 0 R] /Annots [7 0 R 40 0 R] /Resources <</Font <</F1 5 0 R>> /XObject <</O 6 0 R>>>>>>", 40: "<</Type /Annot /Subtype /FreeText /Rect [0 0 99 99]>>"},
	} {
		refuse(t, name, appendUpdate(signed, objects))
	}
	offset := bytes.Index(signed, []byte("22 0 obj"))
	prev := regexp.MustCompile(`startxref\s+(\d+)`).FindAllSubmatch(signed, -1)
	repointed := fmt.Sprintf("xref\n3 1\n%010d 00000 n \ntrailer\n<</Size 100 /Root 1 0 R /Prev %s>>\nstartxref\n%d\n%%%%EOF\n", offset, prev[len(prev)-1][1], len(signed))
	refuse(t, "entry pointed elsewhere", append(bytes.Clone(signed), repointed...))
}

func TestSpoofedDictionaryIsRefused(t *testing.T) {
	signed := base(t)
	file, err := pdf.Open(signed)
	check(t, err)
	view, err := file.View(len(signed))
	check(t, err)
	list, _ := view.Signatures()
	field, value := list[0].FieldNum, list[0].Num
	fake := "<</Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached /ByteRange [0 1 2 3] /Contents <3000> /Name (Mayor)>>"
	widget := "<</Type /Annot /Subtype /Widget /FT /Sig /T (Signature1) /Rect [0 0 0 0] /V 60 0 R>>"
	refuse(t, "field shows another dictionary", appendUpdate(signed, map[int]string{field: widget, 60: fake}))
	refuse(t, "dictionary replaced", appendUpdate(signed, map[int]string{value: fake}))
	refuse(t, "field emptied", appendUpdate(signed, map[int]string{field: "<</Type /Annot /Subtype /Widget /FT /Sig /T (Signature1) /Rect [0 0 0 0]>>"}))
	refuse(t, "form taken away", appendUpdate(signed, map[int]string{1: "<</Type /Catalog /Pages 2 0 R>>"}))
	repeated := bytes.Replace(testca.Document("x", 0, false), []byte("/Type /Catalog"), []byte("/Type /Catalog "), 1)
	double := shared(t).sign(t, repeated, pades.BB)
	refuse(t, "key twice", swap(t, double, "/Filter /Adobe.PPKLite", "/Type /Sig"))
}

// certified makes a file with a certification signature that allows level.
func certified(t *testing.T, level int) []byte {
	t.Helper()
	reference := fmt.Sprintf("[<</Type /SigRef /TransformMethod /DocMDP /TransformParams <</Type /TransformParams /V /1.2 /P %d>>>>]", level)
	place := strings.Repeat("0", 8192)
	doc := appendUpdate(testca.Document("pay 100 yen", 0, false), map[int]string{
		1: "<</Type /Catalog /Pages 2 0 R /AcroForm <</Fields [7 0 R 9 0 R 11 0 R] /SigFlags 3>> /Perms <</DocMDP 8 0 R>>>>",
		3: "<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Annots [7 0 R 9 0 R 11 0 R] /Resources <</Font <</F1 5 0 R>>>>>>",
		7: "<</Type /Annot /Subtype /Widget /FT /Sig /T (cert) /Rect [0 0 0 0] /V 8 0 R>>",
		8: "<</Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached /Reference " + reference +
			" /ByteRange [0 0000000000 0000000000 0000000000] /Contents <" + place + ">>>",
		9:  "<</Type /Annot /Subtype /Widget /FT /Tx /T (amount) /V (100) /Rect [0 0 99 99] /AP <</N 10 0 R>>>>",
		10: "<</Type /XObject /Subtype /Form /BBox [0 0 99 99] /Length 3>>\nstream\n100\nendstream",
		11: "<</Type /Annot /Subtype /Widget /FT /Sig /T (empty) /Rect [0 0 99 99]>>",
	})
	return fill(t, doc, func(parts [][]byte) []byte {
		o := shared(t)
		m, err := cms.Sign(cms.SignOptions{Key: o.mayor.Key, Chain: o.mayor.Chain, Hash: 5, Digest: algorithm.Digest(5, parts...)})
		check(t, err)
		return m
	})
}

// fill signs the placeholders of a file.
func fill(t *testing.T, doc []byte, sign func([][]byte) []byte) []byte {
	t.Helper()
	at := bytes.Index(doc, []byte("[0 0000000000"))
	start := bytes.Index(doc[at:], []byte("/Contents <")) + at + len("/Contents ")
	end := bytes.IndexByte(doc[start:], '>') + start + 1
	copy(doc[at:], fmt.Sprintf("[0 %010d %010d %010d]", start, end, len(doc)-end))
	hex.Encode(doc[start+1:end-1], sign([][]byte{doc[:start], doc[end:]}))
	return doc
}

// fillGap makes a signed file whose gap is wider than its contents.
func fillGap(t *testing.T, wider [2]int, sign func([][]byte) []byte) []byte {
	t.Helper()
	doc := appendUpdate(testca.Document("x", 0, false), map[int]string{
		1: "<</Type /Catalog /Pages 2 0 R /AcroForm <</Fields [7 0 R] /SigFlags 3>>>>",
		7: "<</Type /Annot /Subtype /Widget /FT /Sig /T (s) /Rect [0 0 0 0] /V 8 0 R>>",
		8: "<</Type /Sig /SubFilter /ETSI.CAdES.detached /ByteRange [0 0000000000 0000000000 0000000000] /Reason (1234567890) /Contents <" + strings.Repeat("0", 16000) + "> /Name (123456789012345)>>",
	})
	at := bytes.Index(doc, []byte("[0 0000000000"))
	start := bytes.Index(doc[at:], []byte("/Contents <")) + at + len("/Contents ")
	end := bytes.IndexByte(doc[start:], '>') + start + 1
	a, b := start+wider[0], end+wider[1]
	copy(doc[at:], fmt.Sprintf("[0 %010d %010d %010d]", a, b, len(doc)-b))
	hex.Encode(doc[start+1:end-1], sign([][]byte{doc[:a], doc[b:]}))
	return doc
}

func TestAttacksOnCertifiedFilesAreRefused(t *testing.T) { // EAA, SSA
	page := "<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Annots [7 0 R 9 0 R 11 0 R 40 0 R] /Resources <</Font <</F1 5 0 R>>>>>>"
	for level := 1; level <= 3; level++ {
		file := certified(t, level)
		if r := verifyBytes(file, Options{Now: verified}); !r.Signatures[0].Intact || r.Verdict != report.Indeterminate {
			t.Fatalf("certified file itself: %+v", r)
		}
		refuse(t, fmt.Sprintf("P=%d annotation", level), appendUpdate(file, map[int]string{3: page, 40: "<</Type /Annot /Subtype /FreeText /Rect [0 0 300 300] /Contents (900)>>"}))
		seal := shared(t).signing(t, pades.BB)
		seal.Seal = &pades.Seal{Page: 1, X: 50, Y: 50, Width: 200, Height: 200, Picture: redSquare()}
		covered, err := pades.Sign(file, seal)
		check(t, err)
		refuse(t, fmt.Sprintf("P=%d visible signature in a new field", level), covered)
	}
	filled := map[int]string{9: "<</Type /Annot /Subtype /Widget /FT /Tx /T (amount) /V (900) /Rect [0 0 99 99] /AP <</N 10 0 R>>>>"}
	refuse(t, "P=1 form filled", appendUpdate(certified(t, 1), filled))
	refuse(t, "P=1 signed again", shared(t).sign(t, certified(t, 1), pades.BB))
	for _, level := range []int{2, 3} {
		r := verifyBytes(appendUpdate(certified(t, level), filled), Options{Now: verified})
		if s := r.Signatures[0]; s.ChangedAfter != report.ChangeAllowed || s.Verdict != report.Indeterminate {
			t.Errorf("P=%d form filled: got %s %s, want allowed: %v", level, s.Verdict, s.ChangedAfter, s.Reasons)
		}
	}
	archive, err := pades.AddValidation(certified(t, 1), pades.ValidationData{CRLs: shared(t).lists(t, verified)})
	check(t, err)
	if r := verifyBytes(archive, Options{Now: verified}); r.Signatures[0].ChangedAfter != report.ChangeAllowed {
		t.Errorf("P=1 validation data: got %+v, want allowed", r.Signatures[0])
	}
}

func TestBrokenStructuresAreRefusedInBoundedWork(t *testing.T) {
	signed := base(t)
	prev := regexp.MustCompile(`startxref\s+(\d+)`).FindAllSubmatch(signed, -1)
	loop := fmt.Sprintf("xref\n0 0\ntrailer\n<</Size 9 /Root 1 0 R /Prev %d>>\nstartxref\n%d\n%%%%EOF\n", len(signed), len(signed))
	refuse(t, "loop of sections", append(bytes.Clone(signed), loop...))
	deep := appendUpdate(signed, map[int]string{50: strings.Repeat("[", 5000) + strings.Repeat("]", 5000)})
	refuse(t, "deep nesting", deep)
	var bomb bytes.Buffer
	w := zlib.NewWriter(&bomb)
	zeros := make([]byte, 1<<20)
	for range 300 {
		_, err := w.Write(zeros)
		check(t, err)
	}
	check(t, w.Close())
	body := fmt.Sprintf("<</Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d>>\nstream\n%s\nendstream", bomb.Len(), bomb.String())
	file := appendUpdate(signed, map[int]string{70: body})
	start := len(file)
	rows := append([]byte{2, 0, 70, 0}, []byte{1, byte(start >> 8), byte(start), 0}...)
	stream := fmt.Sprintf("80 0 obj\n<</Type /XRef /Size 90 /W [1 2 1] /Index [4 1 80 1] /Root 1 0 R /Prev %d /Length %d>>\nstream\n%s\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n",
		bytes.LastIndex(file, []byte("xref\n70")), len(rows), rows, start)
	refuse(t, "object stream bomb", append(file, stream...))
	size := bytes.Replace(signed, prev[len(prev)-1][0], []byte("startxref\n99999999999999999999"), 1)
	refuse(t, "offset beyond all bounds", size)
	refuse(t, "cut short", signed[:len(signed)-200])
	refuse(t, "no header", append([]byte("%PDX-1.7"), signed[8:]...))
}
