package inspect

import (
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"io"
	"path"
	"regexp"
	"strconv"
	"strings"

	"madoguchi/internal/inspect/plain"
	"madoguchi/internal/inspect/zipfile"
	"madoguchi/internal/mailread"
)

// ooxmlMain tells the type by the content type of the main part.
var ooxmlMain = []struct{ contentType, called string }{
	{"ms-word.document.macroenabled.main", "docm"}, {"ms-word.template.macroenabledtemplate.main", "dotm"},
	{"wordprocessingml.document.main", "docx"}, {"wordprocessingml.template.main", "dotx"},
	{"ms-excel.sheet.macroenabled.main", "xlsm"}, {"ms-excel.template.macroenabled.main", "xltm"},
	{"ms-excel.addin.macroenabled.main", "xlam"}, {"ms-excel.sheet.binary.macroenabled.main", "xlsb"},
	{"spreadsheetml.sheet.main", "xlsx"}, {"spreadsheetml.template.main", "xltx"},
	{"ms-powerpoint.presentation.macroenabled.main", "pptm"}, {"ms-powerpoint.slideshow.macroenabled.main", "ppsm"},
	{"ms-powerpoint.template.macroenabled.main", "potm"}, {"ms-powerpoint.addin.macroenabled.main", "ppam"},
	{"presentationml.presentation.main", "pptx"}, {"presentationml.slideshow.main", "ppsx"}, {"presentationml.template.main", "potx"},
	{"ms-visio.drawing", "vsdx"}, {"ms-package.xps", "xps"},
}

func ooxmlType(a zipfile.Archive) string {
	names := ""
	for _, f := range a.Files {
		name := strings.ToLower(string(f.Name))
		names += "\n" + name
		if name != "[content_types].xml" {
			continue
		}
		content, _, _ := f.Open("", 1<<20)
		types := strings.ToLower(xmlBytes(content))
		for _, m := range ooxmlMain {
			if strings.Contains(types, m.contentType) {
				return m.called
			}
		}
	}
	switch {
	case strings.Contains(names, "\nword/"):
		return "docx"
	case strings.Contains(names, "\nxl/workbook.bin"):
		return "xlsb"
	case strings.Contains(names, "\nxl/"):
		return "xlsx"
	case strings.Contains(names, "\nppt/"):
		return "pptx"
	case strings.Contains(names, ".appxmanifest") || strings.Contains(names, "appxmanifest.xml"):
		return "appx"
	}
	return "ooxml"
}

// ooxml looks into the parts of an Office Open XML document.
func (c context) ooxml() {
	a, err := zipfile.Read(c.data)
	if err != nil {
		c.r.opaque("inspect.damaged")
		return
	}
	c.zipNotes(a)
	for _, f := range a.Files {
		if f.IsDir() {
			continue
		}
		content, ok := c.openZipped(f)
		if !ok {
			continue
		}
		c.ooxmlPart(strings.ToLower(strings.TrimPrefix(string(f.Name), "/")), content)
	}
	if c.r.Type == "appx" {
		c.r.active(Executable)
	}
}

func (c context) ooxmlPart(name string, content []byte) {
	base := path.Base(name)
	switch {
	case name == "[content_types].xml":
		c.contentTypes(xmlBytes(content))
	case strings.HasSuffix(name, ".rels"):
		c.relationships(content)
	case strings.Contains(name, "/activex/") || strings.HasPrefix(name, "activex/"):
		c.r.active(ActiveX)
		c.binaryPart(name, content)
	case strings.Contains(name, "macrosheets/") || strings.Contains(name, "dialogsheets/"):
		c.r.active(XLM)
	case strings.Contains(name, "/embeddings/"):
		c.embedded(base, content)
	case strings.Contains(name, "externallinks/") && strings.HasSuffix(name, ".bin"):
		c.externalLinkBinary(content)
	case base == "connections.xml" || base == "connections.bin" || strings.Contains(name, "querytables/"):
		c.r.active(External)
	case strings.HasSuffix(name, ".xml"):
		c.ooxmlXML(content)
	default:
		c.binaryPart(name, content)
	}
}

func (c context) contentTypes(types string) {
	lower := strings.ToLower(types)
	for _, t := range []struct {
		word string
		kind Kind
	}{
		{"vnd.ms-office.vbaproject", VBA}, {"macrosheet", XLM}, {"ms-office.activex", ActiveX}, {"oleobject", OLE},
	} {
		if strings.Contains(lower, t.word) {
			c.r.active(t.kind)
		}
	}
}

// binaryPart looks at a part that is no XML, whatever it is called: macros are
// found under any name.
func (c context) binaryPart(name string, content []byte) {
	t := identify(name, content)
	switch {
	case t == "vbaproject" || bytes.Contains(content[:min(len(content), 1<<16)], []byte("Attribut\x00e VB_")):
		c.r.active(VBA)
	case c.l.inspectors[t] != nil && t != "txt" && t != "xml":
		c.member(name, content)
	}
}

// embedded looks into an embedded object or package.
func (c context) embedded(name string, content []byte) {
	m := c.member(name, content)
	if m.Type == "ole" || m.Type == "cfb" || m.Type == "unknown" || strings.HasPrefix(name, "oleobject") {
		c.r.active(OLE)
		return
	}
	c.r.active(Embedded)
}

// harmlessTargets are relationships whose external target is opened only by a
// click.
var harmlessTargets = map[string]bool{"hyperlink": true, "person": true}

// elsewhere are targets on other machines.
var elsewhere = regexp.MustCompile(`^(?:https?:|ftp:|mhtml:|smb:|\\\\|//|file:(?://)?(?:\\\\|//[^/]*[a-z]))`)

// relationships looks for targets outside the document.
func (c context) relationships(content []byte) {
	for _, tag := range xmlTags(content) {
		if tag.name != "Relationship" {
			continue
		}
		kind := path.Base(tag.attr("Type"))
		target := strings.ToLower(tag.attr("Target"))
		switch {
		case kind == "vbaProject":
			c.r.active(VBA)
		case kind == "xlMacrosheet" || kind == "xlIntlMacrosheet":
			c.r.active(XLM)
		case kind == "control" || kind == "activeXControlBinary":
			c.r.active(ActiveX)
		case kind == "oleObject":
			c.r.active(OLE)
		}
		outside := strings.EqualFold(tag.attr("TargetMode"), "External") || strings.Contains(target, "://")
		if (kind == "attachedTemplate" || kind == "externalLinkPath") && !elsewhere.MatchString(target) {
			continue // a file on the writer's own disk, as many offices' documents have
		}
		if outside && (!harmlessTargets[kind] || strings.HasPrefix(target, "javascript:") || strings.HasPrefix(target, "mhtml:")) {
			c.r.active(External)
		}
	}
}

var quoteField = regexp.MustCompile(`(?i)\bQUOTE\b((?:\s+\d{1,7})+)`)

// ooxmlXML looks at fields and links in an XML part.
func (c context) ooxmlXML(content []byte) {
	var fields strings.Builder
	inInstruction := false
	decoder := newXML(content)
	for {
		token, err := decoder.RawToken()
		if err != nil {
			break
		}
		switch t := token.(type) {
		case xml.StartElement:
			c.ooxmlElement(t, &fields)
			inInstruction = t.Name.Local == "instrText"
			if t.Name.Local == "p" || t.Name.Local == "fldChar" && attribute(t, "fldCharType") == "end" {
				fields.WriteByte('\n')
			}
		case xml.EndElement:
			inInstruction = false
		case xml.CharData:
			if inInstruction {
				fields.Write(t)
			}
		}
	}
	c.instructions(fields.String())
}

func (c context) ooxmlElement(t xml.StartElement, fields *strings.Builder) {
	switch t.Name.Local {
	case "fldSimple":
		fields.WriteString("\n" + attribute(t, "instr") + "\n")
	case "ddeLink":
		c.r.active(DDE)
	case "oleLink", "OLEObject", "oleObj", "oleObject":
		c.r.active(OLE)
	case "control":
		if attribute(t, "id") != "" || attribute(t, "shapeid") != "" {
			c.r.active(ActiveX)
		}
	case "hlinkClick", "hlinkHover", "hlinkMouseOver":
		if action := attribute(t, "action"); strings.HasPrefix(action, "ppaction://program") || strings.HasPrefix(action, "ppaction://macro") {
			c.r.active(Launch)
		}
	}
}

// instructions looks at field codes, codes written as numbers included.
func (c context) instructions(text string) {
	text = quoteField.ReplaceAllStringFunc(text, func(s string) string {
		var out strings.Builder
		for _, n := range strings.Fields(s)[1:] {
			if code, err := strconv.Atoi(n); err == nil && code < 0x110000 {
				out.WriteRune(rune(code))
			}
		}
		return out.String()
	})
	if ddeField.MatchString(text) {
		c.r.active(DDE)
	}
	if externalField.MatchString(text) {
		c.r.active(External)
	}
}

// externalLinkBinary looks at the records of an xlsb link: BrtBeginSupBook
// begins with its sort, 1 for DDE and 2 for OLE (MS-XLSB 2.4.17).
func (c context) externalLinkBinary(b []byte) {
	for len(b) > 1 {
		id, n := recordNumber(b, 2)
		size, m := recordNumber(b[n:], 4)
		b = b[n+m:]
		size = min(size, len(b))
		if id == 360 && size >= 2 {
			switch binary.LittleEndian.Uint16(b) {
			case 1:
				c.r.active(DDE)
			case 2:
				c.r.active(OLE)
			default:
				c.r.active(External)
			}
		}
		b = b[size:]
	}
}

func recordNumber(b []byte, most int) (value, n int) {
	for n < most && n < len(b) {
		value |= int(b[n]&0x7f) << (7 * n)
		n++
		if b[n-1]&0x80 == 0 {
			break
		}
	}
	return value, n
}

// xmlBytes returns XML as UTF-8.
func xmlBytes(content []byte) string {
	if len(content) > 1 && (content[0] == 0xff && content[1] == 0xfe || content[0] == 0xfe && content[1] == 0xff) {
		return plain.UTF16(content)
	}
	return string(content)
}

// newXML reads XML without believing its declaration of a charset.
func newXML(content []byte) *xml.Decoder {
	d := xml.NewDecoder(strings.NewReader(xmlBytes(content)))
	d.Strict = false
	d.Entity = xml.HTMLEntity
	d.CharsetReader = func(label string, in io.Reader) (io.Reader, error) {
		if strings.HasPrefix(strings.ToLower(label), "utf-16") {
			return in, nil
		}
		b, err := io.ReadAll(in)
		return strings.NewReader(mailread.Decode(b, label)), err
	}
	return d
}

// An xmlTag is one start tag.
type xmlTag struct {
	name  string
	start xml.StartElement
}

func (t xmlTag) attr(name string) string { return attribute(t.start, name) }

func attribute(t xml.StartElement, name string) string {
	for _, a := range t.Attr {
		if strings.EqualFold(a.Name.Local, name) {
			return a.Value
		}
	}
	return ""
}

func xmlTags(content []byte) []xmlTag {
	var tags []xmlTag
	for d := newXML(content); len(tags) < 100_000; {
		token, err := d.RawToken()
		if err != nil {
			break
		}
		if t, ok := token.(xml.StartElement); ok {
			tags = append(tags, xmlTag{t.Name.Local, t.Copy()})
		}
	}
	return tags
}

// officeXML looks into the XML forms of Office documents: flat packages and
// the formats of 2003, which hold binary parts as base64.
func (c context) officeXML() {
	c.ooxmlXML(c.data)
	c.contentTypes(xmlBytes(c.data))
	c.relationships(c.data)
	inBinary := false
	d := newXML(c.data)
	for {
		token, err := d.RawToken()
		if err != nil {
			return
		}
		switch t := token.(type) {
		case xml.StartElement:
			inBinary = strings.EqualFold(t.Name.Local, "binData") || t.Name.Local == "binaryData" || t.Name.Local == "docSuppData"
		case xml.CharData:
			if text := bytes.TrimSpace(t); inBinary && len(text) > 16 {
				c.binaryPart("binary", mailread.Base64(text))
			}
		case xml.EndElement:
			inBinary = false
		}
	}
}
