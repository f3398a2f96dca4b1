package inspect

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"io"
	"regexp"
	"strings"

	"madoguchi/internal/inspect/cfb"
	"madoguchi/internal/inspect/plain"
	"madoguchi/internal/mailread"
)

// maxStream is how much of one stream is looked at.
const maxStream = 32 << 20

// cfbType tells what a compound file is.
func cfbType(data []byte) string {
	f, err := cfb.Read(data)
	if err != nil {
		return "unknown"
	}
	has := map[string]bool{}
	for _, e := range f.Entries {
		has[strings.ToLower(e.Path)] = true
		if strings.HasPrefix(e.Name, "__substg1.0_") {
			has["msg"] = true
		}
	}
	switch {
	case has["encryptedpackage"] && has["encryptioninfo"]:
		return "ooxml-encrypted"
	case has["worddocument"]:
		return "doc"
	case has["workbook"], has["book"]:
		return "xls"
	case has["powerpoint document"], has["pp40"]:
		return "ppt"
	case has["msg"]:
		return "msg"
	case has["visiodocument"]:
		return "vsd"
	case f.ClassID[0] == 0x84 && f.ClassID[1] == 0x10 && f.ClassID[2] == 0x0c && f.ClassID[3] == 0:
		return "msi"
	case has["vba/dir"], has["_vba_project_cur/vba/dir"], has["project"]:
		return "vbaproject"
	case has["\x01ole10native"], has["\x01ole"], has["contents"], has["package"]:
		return "ole"
	}
	return "cfb"
}

// compound looks into documents of the old Office, and into the objects and
// projects that others hold.
func (c context) compound() {
	f, err := cfb.Read(c.data)
	if err != nil {
		c.r.opaque("inspect.damaged")
		return
	}
	for _, e := range f.Entries {
		c.entry(f, e)
	}
	for path, look := range map[string]func([]byte){
		"WordDocument": c.word, "Workbook": c.biff, "Book": c.biff, "PowerPoint Document": c.powerpoint,
	} {
		if e, ok := f.Find(path); ok {
			look(f.Stream(e, maxStream))
		}
	}
	switch c.r.Type {
	case "ooxml-encrypted":
		c.encryptedOffice(f)
	case "msi":
		c.r.active(Executable)
	case "ole":
		c.r.active(OLE)
	}
}

// entry looks at one storage or stream by its name.
func (c context) entry(f *cfb.File, e cfb.Entry) {
	name := strings.ToLower(e.Name)
	switch {
	case e.Storage && (name == "vba" || name == "_vba_project_cur" || name == "macros"), name == "_vba_project":
		c.r.active(VBA)
	case strings.HasPrefix(name, "\x01ole10native"):
		c.r.active(OLE)
		c.native(f.Stream(e, maxStream))
	case e.Storage && (name == "objectpool" && c.hasChildren(f, e) || strings.HasPrefix(name, "mbd") && len(name) == 11):
		c.r.active(OLE)
	case !e.Storage && name == "package" && c.depth < MaxDepth:
		c.r.active(Embedded)
		c.member(e.Name, f.Stream(e, maxStream))
	case strings.HasPrefix(name, "\x03ocx") || name == "ctls":
		c.r.active(ActiveX)
	case name == "encryptedsummary":
		c.r.locked()
	case strings.HasPrefix(name, "__substg1.0_37010102"):
		c.member(attachmentName(f, e), f.Stream(e, maxStream))
	case e.Orphan && (name == "dir" || name == "project"):
		c.r.active(VBA)
	}
}

// attachmentName returns the name that stands beside the data of an attachment
// in an Outlook mail (MS-OXMSG 2.2.2).
func attachmentName(f *cfb.File, data cfb.Entry) string {
	folder := strings.TrimSuffix(data.Path, data.Name)
	for _, property := range []string{"3707001F", "3704001F"} {
		if e, ok := f.Find(folder + "__substg1.0_" + property); ok {
			if b := f.Stream(e, 1000); len(b) > 1 {
				return strings.TrimRight(plain.UTF16(append([]byte("\xff\xfe"), b...)), "\x00")
			}
		}
	}
	return "attachment"
}

func (c context) hasChildren(f *cfb.File, storage cfb.Entry) bool {
	for _, e := range f.Entries {
		if strings.HasPrefix(e.Path, storage.Path+"/") {
			return true
		}
	}
	return false
}

// native looks at the file inside an Ole10Native stream (MS-OLEDS 2.3.6).
func (c context) native(b []byte) {
	if len(b) < 8 {
		return
	}
	rest := b[4:]
	name := ""
	if binary.LittleEndian.Uint16(rest) == 2 {
		label, after, ok := bytes.Cut(rest[2:], []byte{0})
		if !ok {
			return
		}
		name = mailread.Decode(label, "")
		_, after, _ = bytes.Cut(after, []byte{0})
		if len(after) < 8 {
			return
		}
		n := int(min(binary.LittleEndian.Uint32(after[4:]), uint32(len(after)-8)))
		if after = after[8+n:]; len(after) < 4 {
			return
		}
		n = int(min(binary.LittleEndian.Uint32(after), uint32(len(after)-4)))
		rest = after[4 : 4+n]
	}
	c.member(name, rest)
}

var (
	ddeField      = regexp.MustCompile(`(?i)\bDDE(?:AUTO)?\b`)
	externalField = regexp.MustCompile(`(?i)\b(?:INCLUDETEXT|INCLUDEPICTURE|LINK|IMPORT|INCLUDE)\b[^\x14\x15]{0,200}(?:https?:|ftp:|file:|\\\\\\\\|mhtml:)`)
	wordField     = regexp.MustCompile(`\x13[^\x13\x14\x15]{1,900}`)
)

// word looks for fields in the text of a Word document (MS-DOC).
func (c context) word(b []byte) {
	if len(b) > 12 && binary.LittleEndian.Uint16(b[10:])&0x100 != 0 {
		c.r.locked()
	}
	c.fields(string(b))
	c.fields(string(bytes.ReplaceAll(b, []byte{0}, nil))) // 16-bit text
}

func (c context) fields(text string) {
	for _, f := range wordField.FindAllString(text, 5000) {
		if ddeField.MatchString(f) {
			c.r.active(DDE)
		}
		if externalField.MatchString(f) {
			c.r.active(External)
		}
	}
}

// biff looks at the records of an Excel workbook (MS-XLS).
func (c context) biff(b []byte) {
	for len(b) >= 4 {
		id, n := binary.LittleEndian.Uint16(b), int(binary.LittleEndian.Uint16(b[2:]))
		if 4+n > len(b) {
			n = len(b) - 4
		}
		rec := b[4 : 4+n]
		b = b[4+n:]
		switch id {
		case 0x2f:
			c.r.locked()
		case 0x85: // BOUNDSHEET: the type follows four bytes of offset and one of state
			if n > 5 && (rec[5] == 1 || rec[5] == 6) {
				c.r.active(map[bool]Kind{true: XLM, false: VBA}[rec[5] == 1])
			}
		case 0x809, 0x409, 0x209, 0x9: // BOF
			if n >= 4 && binary.LittleEndian.Uint16(rec[2:]) == 0x40 {
				c.r.active(XLM)
			}
		case 0x1ae: // SUPBOOK: a name with a 3 in it is a DDE link (2.5.277)
			c.supbook(rec)
		case 0x16: // EXTERNCOUNT of Excel 5
		case 0x17: // EXTERNSHEET of Excel 5
			if n > 2 && rec[0] > 1 && bytes.IndexByte(rec[1:], 3) >= 0 {
				c.r.active(DDE)
			}
		case 0x5d: // OBJ: a picture with the flag of a control or DDE
			if n > 22 && rec[0] == 0x15 && rec[4] == 8 && bytes.Contains(rec, []byte{0x08, 0, 2, 0, 0x31, 0}) {
				c.r.active(ActiveX)
			}
		}
	}
}

func (c context) supbook(rec []byte) {
	if len(rec) < 5 || len(rec) == 4 {
		return
	}
	cch := binary.LittleEndian.Uint16(rec[2:])
	if cch == 0x401 || cch == 0x3a01 || cch == 0 {
		return
	}
	text := bytes.ReplaceAll(rec[5:], []byte{0}, nil)
	if len(text) > 0 && text[0] > 2 && bytes.IndexByte(text, 3) > 0 {
		c.r.active(DDE)
		return
	}
	if elsewhere.MatchString(strings.ToLower(strings.TrimLeft(string(text), "\x01\x02\x05"))) {
		c.r.active(External)
	}
}

// powerpoint looks at the records of a presentation (MS-PPT): objects and the
// VBA project are packed compound files.
func (c context) powerpoint(b []byte) {
	for budget := 200_000; len(b) >= 8 && budget > 0; budget-- {
		version, id := binary.LittleEndian.Uint16(b), binary.LittleEndian.Uint16(b[2:])
		n := int(min(binary.LittleEndian.Uint32(b[4:]), uint32(len(b)-8)))
		switch {
		case id == 0x1011: // ExOleObjStg
			c.powerpointObject(b[8:8+n], version>>4 == 1)
			b = b[8+n:]
		case id == 0x0fcc || id == 0x0fce: // embedded, linked object
			c.r.active(OLE)
			b = b[8:]
		case id == 0x0fee: // control
			c.r.active(ActiveX)
			b = b[8:]
		case version&0xf == 0xf:
			b = b[8:]
		default:
			b = b[8+n:]
		}
	}
}

func (c context) powerpointObject(b []byte, packed bool) {
	if packed && len(b) > 4 {
		z, err := zlib.NewReader(bytes.NewReader(b[4:]))
		content, ok := []byte(nil), false
		if err == nil {
			content, ok = c.unpack(io.Reader(z), nil)
		}
		if !ok {
			c.r.opaque("inspect.damaged")
			return
		}
		b = content
	}
	if m := c.member("object", b); !m.Has(VBA) {
		c.r.active(OLE)
	}
}

// activeMime unpacks the container that Word and Excel put VBA projects into
// when they save as XML or MHTML.
func (c context) activeMime() {
	for _, at := range []int{50, 54, 46} {
		if at >= len(c.data) {
			continue
		}
		if z, err := zlib.NewReader(bytes.NewReader(c.data[at:])); err == nil {
			if content, ok := c.unpack(z, nil); ok {
				c.member("project", content)
				return
			}
		}
	}
	c.r.opaque("inspect.damaged")
}
