package inspect

import (
	"bytes"
	"encoding/binary"
	"strings"

	"madoguchi/internal/fault"
	"madoguchi/internal/mailread"
)

func le16(b []byte, at int) int {
	if at+2 > len(b) {
		return 0
	}
	return int(binary.LittleEndian.Uint16(b[at:]))
}

func le32(b []byte, at int) uint32 {
	if at+4 > len(b) {
		return 0
	}
	return binary.LittleEndian.Uint32(b[at:])
}

// tnef looks into the attachments of a winmail.dat (MS-OXTNEF).
func (c context) tnef() {
	name := ""
	for b := c.data[min(6, len(c.data)):]; len(b) >= 11; {
		id, n := le32(b, 1), int(min(le32(b, 5), uint32(len(b)-9)))
		value := b[9 : 9+n]
		switch id {
		case 0x00018010: // attachment's title
			name = mailread.Decode(bytes.TrimRight(value, "\x00"), "")
		case 0x0006800f: // attachment's data
			c.member(name, value)
			name = ""
		}
		b = b[min(9+n+2, len(b)):]
	}
}

var fileDataStore = []byte("\xe7\x16\xe3\xbd\x65\x26\x11\x45\xa4\xc4\x8d\x4d\x0b\x7a\x9e\xac")

// oneNote looks into the files that a notebook holds (MS-ONESTORE 2.6.13).
func (c context) oneNote() {
	for b := c.data; ; {
		i := bytes.Index(b, fileDataStore)
		if i < 0 || len(b) < i+36 {
			return
		}
		b = b[i+36:]
		n := min(binary.LittleEndian.Uint64(c.data[len(c.data)-len(b)-20:]), uint64(len(b)))
		c.r.active(Embedded)
		c.member("attachment", b[:n])
		if c.l.members < 0 {
			return
		}
	}
}

// shownTypes are the extensions by which a person knows a kind of file, and
// the types that may stand behind them.
var shownTypes = map[string]string{
	"pdf": "pdf", "docx": "docx docm", "xlsx": "xlsx xlsm", "pptx": "pptx pptm", "doc": "doc docx rtf", "xls": "xls xlsx csv txt slk html", "ppt": "ppt pptx",
	"txt": "txt csv", "csv": "csv txt", "jpg": "jpg", "jpeg": "jpg", "png": "png", "gif": "gif", "rtf": "rtf doc",
	"docm": "docm docx", "xlsm": "xlsm xlsx", "zip": "zip jar docx xlsx pptx", "bmp": "bmp", "odt": "odt", "ods": "ods",
}

// programs are the extensions that run when they are opened.
var programs = map[string]bool{
	"exe": true, "scr": true, "com": true, "pif": true, "cpl": true, "msi": true, "msp": true, "dll": true, "jar": true, "lnk": true, "chm": true, "hlp": true,
	"xll": true, "wll": true, "ocx": true, "sys": true, "drv": true, "gadget": true, "appx": true, "msix": true, "apk": true, "app": true, "dmg": true, "elf": true, "bin": true,
}

// nameAgainstContent compares what the name promises with what is there.
func (c context) nameAgainstContent() {
	c.nameAlone()
	ext := extension(c.name)
	may, known := shownTypes[ext]
	if !known || c.r.Type == "unknown" && len(c.data) < 16 || strings.HasSuffix(c.r.Type, "-encrypted") {
		return
	}
	for _, t := range strings.Fields(may) {
		if t == c.r.Type {
			return
		}
	}
	c.r.reason("inspect.disguised", fault.Args{"name": ext, "type": c.r.Type})
}

// nameAlone looks at what a name says without its content.
func (c context) nameAlone() {
	if strings.ContainsAny(c.name, "\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u200e\u200f") {
		c.r.reason("inspect.bidi_name", nil)
	}
	ext := extension(c.name)
	runs := programs[ext] || scriptTypes[ext] || shortcutTypes[ext]
	if !runs {
		return
	}
	inner := extension(trimExtension(strings.TrimSpace(c.name)))
	if _, known := shownTypes[inner]; known {
		c.r.reason("inspect.double_extension", nil)
	}
	if c.data == nil {
		switch {
		case programs[ext] && ext != "bin":
			c.r.active(Executable)
		case scriptTypes[ext]:
			c.r.active(Script)
		}
	}
}

// inspectorTable lists the inspector of every type that can hold something.
func inspectorTable() map[string]func(context) {
	table := map[string]func(context){
		"zip": context.zip, "gz": context.gzip, "bz2": context.bzip2, "tar": context.tar, "iso": context.disk, "vhd": context.disk, "vmdk": context.disk,
		"rtf": context.rtf, "pdf": context.pdf, "slk": context.sylk, "svg": context.svg, "xml": context.xmlText, "eml": context.mail,
		"tnef": context.tnef, "one": context.oneNote, "mso": context.activeMime, "officexml": context.officeXML, "fodt": context.flatODF,
		"html": context.page, "csv": context.text, "txt": context.text, "script": context.script, "lnk": context.shortcut,
		"hta": func(c context) { c.page(); c.script() },
		"jar": func(c context) { c.executable(); c.zip() },
		"apk": context.executable,
		"xls": func(c context) {
			if isBIFF(c.data) {
				c.biff(c.data)
				return
			}
			c.compound()
		},
	}
	for names, inspector := range map[string]func(context){
		"7z rar cab xz zst z lzh arj ace szdd cpio hqx":                                                            context.closedArchive,
		"doc ppt msg vsd msi vbaproject ole cfb ooxml-encrypted":                                                   context.compound,
		"docx docm dotx dotm xlsx xlsm xltx xltm xlam xlsb pptx pptm ppsx ppsm potx potm ppam vsdx xps ooxml appx": context.ooxml,
		"odt ods odp odg odf odb sxw sxc sxi":                                                                      context.odf,
		"exe elf class macho dex chm":                                                                              context.executable,
	} {
		for name := range strings.FieldsSeq(names) {
			table[name] = inspector
		}
	}
	for ext := range scriptTypes {
		if table[ext] == nil {
			table[ext] = context.script
		}
	}
	for ext := range shortcutTypes {
		table[ext] = context.shortcut
	}
	return table
}
