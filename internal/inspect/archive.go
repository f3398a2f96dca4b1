package inspect

import (
	"archive/tar"
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"errors"
	"io"
	"strings"

	"madoguchi/internal/fault"
	"madoguchi/internal/inspect/iso9660"
	"madoguchi/internal/inspect/zipfile"
	"madoguchi/internal/mailread"
)

// zipType tells plain archives from documents that are zips.
func zipType(data []byte) string {
	a, err := zipfile.Read(data)
	if err != nil {
		return "zip"
	}
	class, office := false, false
	for _, f := range a.Files {
		name := strings.ToLower(string(f.Name))
		switch {
		case name == "[content_types].xml":
			return ooxmlType(a)
		case name == "mimetype":
			if content, _, _ := f.Open("", 200); bytes.HasPrefix(content, []byte("application/")) {
				return odfType(string(content))
			}
		case name == "androidmanifest.xml":
			return "apk"
		case strings.HasSuffix(name, ".class"):
			class = true
		case strings.HasPrefix(name, "word/"), strings.HasPrefix(name, "xl/"), strings.HasPrefix(name, "ppt/"):
			office = true
		}
	}
	if office {
		return ooxmlType(a)
	}
	if class {
		return "jar"
	}
	return "zip"
}

// zip looks into every file of an archive.
func (c context) zip() {
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
		name := mailread.Decode(f.Name, "")
		if f.UTF8 {
			name = mailread.Decode(f.Name, "utf-8")
		}
		content, ok := c.openZipped(f)
		if !ok {
			m := Report{Name: name, Type: "unknown", Opaque: true, Encrypted: f.Encrypted, Locked: f.Encrypted}
			mc := context{c.l, &m, name, nil, c.depth + 1}
			mc.nameAlone()
			for _, k := range m.Active {
				c.r.active(k)
			}
			c.r.Members = append(c.r.Members, m)
			continue
		}
		m := c.member(name, content)
		if isArchive(m.Type) {
			c.r.reason("inspect.nested_archive", nil)
		}
	}
}

func (c context) zipNotes(a zipfile.Archive) {
	for _, n := range a.Notes {
		switch n {
		case zipfile.Duplicate, zipfile.Mismatch, zipfile.Hidden:
			c.r.opaque("inspect.zip_lies")
		case zipfile.NoDir:
			c.r.reason("inspect.damaged", nil)
		case zipfile.Prefixed:
			c.r.reason("inspect.zip_prefixed", nil)
		case zipfile.TooMany:
			c.r.opaque("inspect.too_many")
		}
	}
}

// openZipped unpacks a file within the limits, trying the passwords.
func (c context) openZipped(f zipfile.File) (content []byte, ok bool) {
	if f.Size > HugeBytes {
		c.r.Huge = true
		c.r.reason("inspect.huge", fault.Args{"mb": f.Size >> 20})
	}
	allowance := c.l.allowance()
	if allowance == 0 {
		c.r.Huge = true
		c.r.opaque("inspect.bomb")
		return nil, false
	}
	passwords := []string{""}
	if f.Encrypted {
		passwords = c.l.candidates()
	}
	for _, p := range passwords {
		content, whole, err := f.Open(p, allowance)
		switch {
		case errors.Is(err, zipfile.ErrPassword):
			continue
		case err != nil && len(content) == 0:
			if f.Encrypted && errors.Is(err, zipfile.ErrMethod) {
				break
			}
			c.r.opaque("inspect.damaged")
			return nil, f.Size == 0
		}
		c.l.spend(len(content))
		if !whole && err == nil && int64(len(content)) > MaxMember {
			c.r.Huge = true
			c.r.opaque("inspect.bomb")
		}
		if f.Encrypted && err == nil {
			c.r.unlocked()
		}
		return content, true
	}
	c.r.locked()
	return nil, false
}

// candidates are the passwords in the two encodings that archivers use.
func (l *looker) candidates() []string {
	var list []string
	for _, p := range l.passwords {
		list = append(list, p)
		if old := mailread.ToShiftJIS(p); old != p {
			list = append(list, old)
		}
	}
	return list
}

// unpack reads a compressed stream within the limits.
func (c context) unpack(from io.Reader, err error) ([]byte, bool) {
	if err != nil {
		c.r.opaque("inspect.damaged")
		return nil, false
	}
	allowance := c.l.allowance()
	content, err := io.ReadAll(io.LimitReader(from, allowance))
	c.l.spend(len(content))
	if int64(len(content)) == allowance {
		c.r.Huge = true
		c.r.opaque("inspect.bomb")
	} else if err != nil {
		c.r.opaque("inspect.damaged")
	}
	return content, len(content) > 0
}

func (c context) gzip() {
	z, err := gzip.NewReader(bytes.NewReader(c.data))
	name := trimExtension(c.name)
	if err == nil && z.Name != "" {
		name = z.Name
	}
	c.compressed(name, z, err)
}

func (c context) bzip2() {
	c.compressed(trimExtension(c.name), bzip2.NewReader(bytes.NewReader(c.data)), nil)
}

func (c context) compressed(name string, from io.Reader, err error) {
	if content, ok := c.unpack(from, err); ok {
		if m := c.member(name, content); isArchive(m.Type) && m.Type != "tar" {
			c.r.reason("inspect.nested_archive", nil)
		}
	}
}

func trimExtension(name string) string {
	if i := strings.LastIndexByte(name, '.'); i > 0 {
		return name[:i]
	}
	return name
}

func (c context) tar() {
	t := tar.NewReader(bytes.NewReader(c.data))
	for {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			c.r.opaque("inspect.damaged")
			return
		}
		if h.Typeflag != tar.TypeReg {
			continue
		}
		content, ok := c.unpack(t, nil)
		if !ok && h.Size > 0 {
			return
		}
		if m := c.member(mailread.Decode([]byte(h.Name), ""), content); isArchive(m.Type) {
			c.r.reason("inspect.nested_archive", nil)
		}
		if c.l.members < 0 {
			return
		}
	}
}

// closed archives cannot be looked into with the means at hand.
func (c context) closedArchive() {
	c.r.opaque("inspect.closed_archive")
	if c.r.Type == "7z" && bytes.Contains(c.data, []byte("\x06\xf1\x07\x01")) {
		c.r.locked() // the identifier of AES in the headers
	}
	if c.r.Type == "rar" && rarEncrypted(c.data) {
		c.r.locked()
	}
}

// rarEncrypted reads the first headers of RAR 4 and 5.
func rarEncrypted(data []byte) bool {
	if len(data) < 20 {
		return false
	}
	if data[6] == 0 { // RAR 4: main header flags, then the file header's
		return data[10]&0x80 != 0 || len(data) > 24 && data[22] == 0x74 && data[23]&4 != 0
	}
	return len(data) > 13 && data[13] == 4 // RAR 5: the archive encryption header comes first
}

// disk walks the folders of a disk image.
func (c context) disk() {
	c.r.active(DiskImage)
	if !iso9660.Walk(c.data, func(name string, content []byte) {
		if c.l.members > 0 {
			c.member(name, content)
		}
	}) {
		c.r.Opaque = true // another file system
	}
}
