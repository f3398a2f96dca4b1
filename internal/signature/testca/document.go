package testca

import (
	"bytes"
	"fmt"
	"strings"
)

// Document makes a plain PDF of one page with a line of text, for tests and
// examples. ballast adds that many bytes in a stream that nothing shows;
// streams makes it with a cross-reference stream instead of a table.
func Document(line string, ballast int, streams bool) []byte {
	content := "BT /F1 24 Tf 72 720 Td (" + strings.NewReplacer("\\", "\\\\", "(", "\\(", ")", "\\)").Replace(line) + ") Tj ET"
	objects := []string{
		"<</Type /Catalog /Pages 2 0 R>>",
		"<</Type /Pages /Kids [3 0 R] /Count 1>>",
		"<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources <</Font <</F1 5 0 R>>>>>>",
		fmt.Sprintf("<</Length %d>>\nstream\n%s\nendstream", len(content), content),
		"<</Type /Font /Subtype /Type1 /BaseFont /Helvetica>>",
	}
	if ballast > 0 {
		objects = append(objects, fmt.Sprintf("<</Length %d>>\nstream\n%s\nendstream", ballast, strings.Repeat("0123456789abcde\n", ballast/16+1)[:ballast]))
	}
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	offsets := make([]int, len(objects))
	for i, o := range objects {
		offsets[i] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	start := b.Len()
	if streams {
		crossReferenceStream(&b, offsets)
	} else {
		fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
		for _, o := range offsets {
			fmt.Fprintf(&b, "%010d 00000 n \n", o)
		}
		fmt.Fprintf(&b, "trailer\n<</Size %d /Root 1 0 R>>\n", len(objects)+1)
	}
	fmt.Fprintf(&b, "startxref\n%d\n%%%%EOF\n", start)
	return b.Bytes()
}

func crossReferenceStream(b *bytes.Buffer, offsets []int) {
	self := len(offsets) + 1
	rows := []byte{0, 0, 0, 0, 0, 0xff}
	for _, o := range append(offsets, b.Len()) {
		rows = append(rows, 1, byte(o>>24), byte(o>>16), byte(o>>8), byte(o), 0)
	}
	fmt.Fprintf(b, "%d 0 obj\n<</Type /XRef /Size %d /W [1 4 1] /Root 1 0 R /Length %d>>\nstream\n%s\nendstream\nendobj\n", self, self+1, len(rows), rows)
}
