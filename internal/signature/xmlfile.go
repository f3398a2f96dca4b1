package signature

import (
	"bytes"

	"madoguchi/internal/signature/report"
)

func looksLikeXML(head []byte) bool {
	head = bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))
	return bytes.HasPrefix(bytes.TrimLeft(head, " \t\r\n"), []byte("<")) ||
		bytes.HasPrefix(head, []byte("\xff\xfe<\x00")) || bytes.HasPrefix(head, []byte("\xfe\xff\x00<"))
}
func verifyXML(f *report.File, in Input, o Options) { unreadable(f, in.Data) }
func verifyZip(f *report.File, in Input, o Options) { unreadable(f, in.Data) }
