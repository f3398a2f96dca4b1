package inspect

import (
	"bytes"
	"regexp"

	"madoguchi/internal/inspect/cfb"
	"madoguchi/internal/inspect/rtf"
)

var loadTarget = regexp.MustCompile(`(?i)https?:|ftp:|file:|mhtml:|\\\\|//`)

// rtfWords are the control words that mean active content.
var rtfWords = map[string]Kind{
	"object": OLE, "objemb": OLE, "objlink": OLE, "objautlink": OLE, "objupdate": OLE, "objsub": OLE, "objpub": OLE, "objicemb": OLE,
	"objdata": OLE, "objhtml": HTML, "objocx": ActiveX, "ddeauto": DDE, "dde": DDE,
}

// rtf looks into a rich text file.
func (c context) rtf() {
	f := rtf.Read(c.data)
	for word, k := range rtfWords {
		if f.Words[word] {
			c.r.active(k)
		}
	}
	c.instructions(f.Fields)
	if loadTarget.MatchString(f.Targets) {
		c.r.active(External)
	}
	for _, o := range f.Objects {
		c.oleData(o)
	}
}

// oleData looks into the data of an object: an OLE 1.0 header (MS-OLEDS 2.2)
// with a class name, and often a compound file.
func (c context) oleData(b []byte) {
	if i := bytes.Index(b, []byte(cfb.Magic)); i >= 0 {
		c.member("object", b[i:])
		return
	}
	if data, ok := packageData(b); ok {
		c.native(append([]byte{0, 0, 0, 0}, data...))
		return
	}
	if i := bytes.Index(b, []byte("PK\x03\x04")); i >= 0 {
		c.member("object", b[i:])
	}
	if t := identify("", b); t != "unknown" && t != "txt" {
		c.member("object", b)
	}
}

// packageData returns the native data of an OLE 1.0 object of class Package:
// behind the class stand topic, item and the data, each with its length.
func packageData(b []byte) ([]byte, bool) {
	_, b, ok := bytes.Cut(b, []byte("Package\x00"))
	for range 2 {
		if n := int(le32(b, 0)); ok && len(b) >= 4 && n <= len(b)-4 {
			b = b[4+n:]
		} else {
			return nil, false
		}
	}
	if len(b) < 4 {
		return nil, false
	}
	return b[4:], true
}
