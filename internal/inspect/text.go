package inspect

import (
	"regexp"
	"strings"

	"madoguchi/internal/inspect/plain"
	"madoguchi/internal/mailread"
)

var (
	pageScript  = regexp.MustCompile(`(?i)<script\b|\son(?:load|error|click|mouseover|focus|toggle|begin|pageshow|animationstart|submit)\s*=|javascript:|vbscript:|<iframe\b|<object\b|<embed\b|<applet\b|http-equiv\s*=\s*["']?refresh|<form\b|data:text/html`)
	svgScript   = regexp.MustCompile(`(?i)<script\b|\son[a-z]{3,20}\s*=|javascript:|<foreignObject\b|<iframe\b`)
	ddeCell     = regexp.MustCompile(`(?i)[=+@-]?[^,\t"]{0,100}\b(?:cmd|msexcel|excel|winword|powershell|mshta|regsvr32|rundll32|certutil|calc|dde|[a-z0-9_]{2,30})\s*\|\s*['"/ ]?[^,\t]{0,400}!`)
	formulaCell = regexp.MustCompile(`^[\s\x00-\x1f"']*(?:=\s*[^\s=,"]|@[A-Za-z]{2,}\s*\(|[+-][^,\t]*[A-Za-z]{2,}[A-Za-z0-9.]*\s*[(|!]|\|)`)
	sylkMacro   = regexp.MustCompile(`(?im)^NN;N(?:auto_?(?:open|close|activate|deactivate))|^O;E\b|;E(?:EXEC|CALL|REGISTER|RUN|HALT|FORMULA)\s*\(`)
)

// text looks at tables of text, in which a cell can be a formula that starts a
// program.
func (c context) text() {
	text := c.plainText()
	if c.r.Type == "txt" && !tabular(text) {
		if extension(c.name) != "txt" && scriptWords.MatchString(text) && len(text) < 1<<16 && scriptTypes[extension(c.name)] {
			c.r.active(Script)
		}
		return
	}
	separator := ","
	if !strings.Contains(text, ",") || strings.Count(text, "\t") > strings.Count(text, ",") {
		separator = "\t"
	}
	if strings.Count(text, ";") > strings.Count(text, separator) {
		separator = ";"
	}
	lines := 0
	for line := range strings.Lines(text) {
		if lines++; lines > 200_000 || c.r.Has(Formula) && c.r.Has(DDE) {
			return
		}
		if !strings.ContainsAny(line, "=+-@|") {
			continue
		}
		for cell := range strings.SplitSeq(line, separator) {
			if formulaCell.MatchString(cell) {
				c.r.active(Formula)
				if ddeCell.MatchString(line) {
					c.r.active(DDE)
				}
			}
		}
	}
}

func (c context) plainText() string {
	if text, ok := plain.Text(c.data); ok && (len(c.data) > 1 && (c.data[1] == 0 || c.data[0] >= 0xfe)) {
		return text
	}
	return mailread.Decode(c.data, "")
}

// tabular reports whether a text without the name of a table is one, or begins
// as a formula.
func tabular(text string) bool {
	lines := strings.SplitN(text, "\n", 6)
	if formulaCell.MatchString(lines[0]) && ddeCell.MatchString(lines[0]) {
		return true
	}
	if len(lines) < 3 {
		return false
	}
	n := strings.Count(lines[0], ",") + strings.Count(lines[0], "\t")
	for _, l := range lines[:2] {
		if strings.Count(l, ",")+strings.Count(l, "\t") != n {
			return false
		}
	}
	return n > 1
}

func (c context) sylk() {
	c.r.active(SYLK)
	text := c.plainText()
	if sylkMacro.MatchString(text) || strings.Contains(text, ";E") && strings.Contains(strings.ToUpper(text), "EXEC(") {
		c.r.active(XLM)
	}
	if ddeCell.MatchString(text) {
		c.r.active(DDE)
	}
}

func (c context) page() {
	c.r.active(HTML)
	if pageScript.MatchString(c.plainText()) {
		c.r.active(JavaScript)
	}
}

func (c context) svg() {
	if svgScript.MatchString(c.plainText()) {
		c.r.active(JavaScript)
	}
}

func (c context) xmlText() {
	if strings.Contains(c.plainText(), "<script") || strings.Contains(c.plainText(), "xml-stylesheet") {
		c.r.active(External)
	}
}

func (c context) script()     { c.r.active(Script) }
func (c context) executable() { c.r.active(Executable) }
func (c context) shortcut()   { c.r.active(Shortcut) }

// mail looks into every part of a mail.
func (c context) mail() {
	m := mailread.Read(c.data)
	for _, n := range m.Notes {
		if n.Beyond() {
			c.r.opaque("inspect.too_many")
		}
	}
	for _, p := range m.Parts {
		if p.Name == "" && (strings.HasPrefix(p.Type, "text/") || strings.HasPrefix(p.Type, "message/")) {
			continue
		}
		c.member(p.Name, p.Data)
	}
}
