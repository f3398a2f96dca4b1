package inspect

import (
	"path"
	"regexp"
	"strings"

	"madoguchi/internal/inspect/zipfile"
)

// odfType returns the usual extension of an OpenDocument media type.
func odfType(mimetype string) string {
	for word, called := range map[string]string{
		"opendocument.text": "odt", "opendocument.spreadsheet": "ods", "opendocument.presentation": "odp", "opendocument.graphics": "odg",
		"opendocument.formula": "odf", "opendocument.database": "odb", "opendocument.base": "odb", "sun.xml.writer": "sxw", "sun.xml.calc": "sxc", "sun.xml.impress": "sxi",
	} {
		if strings.Contains(mimetype, word) {
			return called
		}
	}
	if strings.Contains(mimetype, "epub") {
		return "epub"
	}
	return "zip"
}

var (
	odfLink   = regexp.MustCompile(`(?i)xlink:href\s*=\s*["'](?:https?:|ftp:|file:|smb:|\\\\|//|\.\./[^"']*://)`)
	odfScript = regexp.MustCompile(`(?i)vnd\.sun\.star\.script:|script:event-listener|script:event\b|ooo:script|macro://`)
	odfDDE    = regexp.MustCompile(`(?i)office:dde-source|text:dde-connection|table:dde-link|[=:"']\s*DDE\s*\(`)
	odfLoads  = regexp.MustCompile(`(?is)<(?:draw:(?:object|object-ole|image|plugin|applet|floating-frame)|text:section-source|table:table-source|table:cell-range-source|meta:template|form:form|db:)[^>]*?xlink:href\s*=\s*["'](?:https?:|ftp:|file:|smb:|\\\\|//)`)
	odfModule = regexp.MustCompile(`(?i)<script:module\b`)
)

// odf looks into an OpenDocument file.
func (c context) odf() {
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
		if content, ok := c.openZipped(f); ok {
			c.odfPart(string(f.Name), content)
		}
	}
}

func (c context) odfPart(name string, content []byte) {
	base := path.Base(name)
	switch {
	case strings.HasPrefix(name, "Basic/"):
		if !strings.HasPrefix(base, "script-l") && !strings.HasPrefix(base, "dialog-l") {
			c.r.active(Basic)
		}
	case strings.HasPrefix(name, "Scripts/"):
		c.r.active(Script)
	case name == "META-INF/manifest.xml":
		if strings.Contains(xmlBytes(content), "encryption-data") {
			c.r.locked()
		}
	case strings.HasSuffix(name, ".xml"):
		c.odfXML(xmlBytes(content))
	case strings.HasPrefix(name, "Object ") && !strings.Contains(name, "/"), strings.Contains(name, "Configurations2/"):
		if t := identify(base, content); t != "unknown" && t != "txt" && t != "xml" {
			c.embedded("oleobject", content)
		}
	case strings.HasPrefix(name, "ObjectReplacements/"), strings.HasPrefix(name, "Thumbnails/"), name == "mimetype", base == "layout-cache":
	default:
		c.binaryPart(base, content)
	}
}

func (c context) odfXML(text string) {
	if odfScript.MatchString(text) || odfModule.MatchString(text) {
		c.r.active(Basic)
	}
	if odfDDE.MatchString(text) {
		c.r.active(DDE)
	}
	if odfLoads.MatchString(text) {
		c.r.active(External)
	}
	if strings.Contains(text, "draw:object-ole") {
		c.r.active(OLE)
	}
	if strings.Contains(text, "<draw:applet") || strings.Contains(text, "<draw:plugin") {
		c.r.active(Embedded)
	}
}

// flatODF looks at an OpenDocument file in one piece of XML.
func (c context) flatODF() {
	text := xmlBytes(c.data)
	c.odfXML(text)
	if strings.Contains(text, "<office:binary-data") && strings.Contains(text, "draw:object-ole") {
		c.r.active(OLE)
	}
	if strings.Contains(text, "ooo:source-code") || strings.Contains(text, "<office:script ") && odfLink.MatchString(text) {
		c.r.active(Basic)
	}
}
