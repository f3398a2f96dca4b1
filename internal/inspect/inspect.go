// Package inspect looks for active content (動く内容の検査) in files: macros,
// embedded objects, scripts, programs, links that load something, in documents,
// archives and mails, and in what they hold.
//
// A file's type is what its content says, never what its name says. Look runs
// nothing, never fails and is bounded in depth, files, bytes and time; what it
// could not look into is a reason of its own, because nobody else has looked
// there either.
package inspect

import (
	"slices"

	"madoguchi/internal/fault"
)

// A Kind is a sort of active content.
type Kind string

// The kinds.
const (
	VBA        Kind = "vba"        // Visual Basic macros
	XLM        Kind = "xlm"        // Excel 4.0 macro sheets
	DDE        Kind = "dde"        // fields that start a program
	OLE        Kind = "ole"        // embedded or linked objects
	ActiveX    Kind = "activex"    // controls
	External   Kind = "external"   // loads a template, frame, object or data from elsewhere
	JavaScript Kind = "javascript" // in PDF, HTML and SVG
	Launch     Kind = "launch"     // PDF: starts a program
	Embedded   Kind = "embedded"   // a file in a document
	Form       Kind = "form"       // PDF: XFA forms, submits data
	Basic      Kind = "basic"      // OpenDocument macros
	SYLK       Kind = "sylk"       // a spreadsheet that opens without a warning
	Formula    Kind = "formula"    // cells of a text table that begin as formulas
	Shortcut   Kind = "lnk"        // shortcuts and other files that name a program
	DiskImage  Kind = "iso"        // images that are mounted with a click
	HTML       Kind = "html"       // a page
	Script     Kind = "script"     // scripts of the operating system
	Executable Kind = "executable" // programs
)

// Limits of one Look, everything inside included.
const (
	MaxDepth    = 6         // archives in archives, objects in objects
	MaxMembers  = 2000      // files looked at
	MaxUnpacked = 256 << 20 // bytes unpacked
	MaxMember   = 48 << 20  // bytes of one file that are looked at
	HugeBytes   = 500 << 20 // a file this long, packed small, is made to escape scanners
)

// A Reason is something a person should know, as a key of the words files.
type Reason struct {
	Key  string
	Args fault.Args
}

// A Report is what was found in one file.
type Report struct {
	Name      string
	Type      string   // short: "docm", "zip", "pdf", "txt"; "unknown"
	Encrypted bool     // it, or something in it, is encrypted
	Locked    bool     // and could not be opened
	Opened    bool     // and was opened with one of the passwords
	Huge      bool     // something in it unpacks to more than HugeBytes or the limits
	Opaque    bool     // something could not be looked into
	Active    []Kind   // of the file and everything in it, sorted
	Reasons   []Reason // of the file and everything in it, each once
	Members   []Report // the files of an archive or mail, and embedded files
}

// Archive reports whether the type is one that holds files of any kind.
func (r Report) Archive() bool { return isArchive(r.Type) }

// Has reports whether the file holds active content of the kind.
func (r Report) Has(k Kind) bool { return slices.Contains(r.Active, k) }

// Look inspects a file. name is what the file is called, for its extension;
// passwords are tried on what is encrypted, in their order.
func Look(name string, data []byte, passwords []string) Report {
	l := &looker{passwords: passwords, budget: MaxUnpacked, members: MaxMembers, inspectors: inspectorTable()}
	return l.look(name, data, 0)
}

// A looker carries the limits through one Look.
type looker struct {
	passwords  []string
	budget     int64
	members    int
	inspectors map[string]func(context)
}

// look inspects one file at some depth.
func (l *looker) look(name string, data []byte, depth int) Report {
	r := Report{Name: name}
	l.members--
	if depth > MaxDepth || l.members < 0 {
		r.Type, r.Opaque = "unknown", true
		r.reason("inspect.too_deep", nil)
		return r
	}
	if len(data) > MaxMember {
		r.reason("inspect.cut", fault.Args{"mb": MaxMember >> 20})
		r.Opaque = true
		data = data[:MaxMember]
	}
	r.Type = identify(name, data)
	c := context{l, &r, name, data, depth}
	if inspector := l.inspectors[r.Type]; inspector != nil {
		inspector(c)
	}
	c.nameAgainstContent()
	slices.Sort(r.Active)
	return r
}

// A context is what an inspector works on.
type context struct {
	l     *looker
	r     *Report
	name  string
	data  []byte
	depth int
}

// active records active content, with its reason.
func (r *Report) active(k Kind) {
	if !slices.Contains(r.Active, k) {
		r.Active = append(r.Active, k)
		r.reason(kindReasons[k], nil)
	}
}

func (r *Report) reason(key string, args fault.Args) {
	for _, have := range r.Reasons {
		if have.Key == key {
			return
		}
	}
	r.Reasons = append(r.Reasons, Reason{key, args})
}

// locked records that something could not be opened for want of a password.
func (r *Report) locked() {
	r.Encrypted, r.Locked, r.Opaque = true, true, true
	r.reason("inspect.encrypted", nil)
}

// opaque records that something could not be looked into.
func (r *Report) opaque(key string) {
	r.Opaque = true
	r.reason(key, nil)
}

// unlocked records that something encrypted was opened with a password.
func (r *Report) unlocked() {
	r.Encrypted, r.Opened = true, true
	r.reason("inspect.opened", nil)
}

// member inspects something inside the file and adds what it finds.
func (c context) member(name string, data []byte) *Report {
	m := c.l.look(name, data, c.depth+1)
	for _, k := range m.Active {
		c.r.active(k)
	}
	for _, reason := range m.Reasons {
		c.r.reason(reason.Key, reason.Args)
	}
	c.r.Encrypted = c.r.Encrypted || m.Encrypted
	c.r.Locked = c.r.Locked || m.Locked
	c.r.Opened = c.r.Opened || m.Opened
	c.r.Huge = c.r.Huge || m.Huge
	c.r.Opaque = c.r.Opaque || m.Opaque
	c.r.Members = append(c.r.Members, m)
	return &c.r.Members[len(c.r.Members)-1]
}

// allowance is how many bytes one member may still unpack to.
func (l *looker) allowance() int64 { return max(min(l.budget, MaxMember+1), 0) }

// spend takes unpacked bytes off the budget.
func (l *looker) spend(n int) { l.budget -= int64(n) }

// kindReasons are the words for each kind.
var kindReasons = map[Kind]string{
	VBA: "inspect.vba", XLM: "inspect.xlm", DDE: "inspect.dde", OLE: "inspect.ole", ActiveX: "inspect.activex",
	External: "inspect.external", JavaScript: "inspect.javascript", Launch: "inspect.launch", Embedded: "inspect.embedded",
	Form: "inspect.form", Basic: "inspect.basic", SYLK: "inspect.sylk", Formula: "inspect.formula", Shortcut: "inspect.lnk",
	DiskImage: "inspect.iso", HTML: "inspect.html", Script: "inspect.script", Executable: "inspect.executable",
}
