// Package cfb reads compound files (複合ファイル, MS-CFB): the container of old
// Office documents, of VBA projects, of encrypted Office documents and of
// Outlook mails.
//
// Read never follows a chain twice and never returns more bytes than the file
// has. Damaged files are read as far as they go.
package cfb

import (
	"bytes"
	"encoding/binary"
	"errors"
	"strings"
	"unicode/utf16"
)

// MaxEntries is how many entries of one file are read.
const MaxEntries = 20_000

// Magic begins every compound file.
const Magic = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

// ErrNotCFB is returned for data that is no compound file.
var ErrNotCFB = errors.New("not a compound file")

// A File is an opened compound file.
type File struct {
	Entries []Entry // storages and streams, parents before children
	ClassID [16]byte

	data       []byte
	sectorSize int
	fat        []uint32
	mini       []byte // the mini stream
	miniFAT    []uint32
	miniCutoff uint32
}

// An Entry is a storage or a stream.
type Entry struct {
	Name    string // with control characters as they are: "\x01Ole10Native"
	Path    string // "Macros/VBA/dir", without the root
	Storage bool
	Orphan  bool // reached from no storage, but still in the file
	Size    uint64
	ClassID [16]byte
	start   uint32
}

const (
	endOfChain = 0xfffffffe
	maxSector  = 0xfffffffa
	noStream   = 0xffffffff
)

// Read opens a compound file.
func Read(data []byte) (*File, error) {
	if len(data) < 512 || !bytes.HasPrefix(data, []byte(Magic)) {
		return nil, ErrNotCFB
	}
	shift := u16(data, 30)
	if shift != 9 && shift != 12 {
		shift = 9
	}
	f := &File{data: data, sectorSize: 1 << shift, miniCutoff: 4096}
	f.readFAT()
	f.miniFAT = words(f.chain(u32(data, 60), uint64(len(data))))
	f.readDirectory(f.chain(u32(data, 48), uint64(len(data))))
	return f, nil
}

// sector returns a sector, shorter at the end of the file.
func (f *File) sector(n uint32) []byte {
	start := (int(n) + 1) * f.sectorSize
	if n >= maxSector || start < 0 || start >= len(f.data) {
		return nil
	}
	return f.data[start:min(start+f.sectorSize, len(f.data))]
}

// readFAT reads the allocation table by way of the DIFAT.
func (f *File) readFAT() {
	sectors := words(f.data[76:512])
	next := u32(f.data, 68)
	for seen := map[uint32]bool{}; next < maxSector && !seen[next]; {
		seen[next] = true
		s := words(f.sector(next))
		if len(s) < 2 {
			break
		}
		sectors = append(sectors, s[:len(s)-1]...)
		next = s[len(s)-1]
	}
	limit := len(f.data)/f.sectorSize + 1
	for _, n := range sectors {
		if n >= maxSector || len(f.fat) > limit {
			continue
		}
		f.fat = append(f.fat, words(f.sector(n))...)
	}
}

// chain returns the bytes of a chain of sectors, at most size.
func (f *File) chain(start uint32, size uint64) []byte {
	var out []byte
	seen := map[uint32]bool{}
	for n := start; n < maxSector && !seen[n] && uint64(len(out)) < size; {
		seen[n] = true
		s := f.sector(n)
		if s == nil {
			break
		}
		out = append(out, s...)
		if int(n) >= len(f.fat) {
			break
		}
		n = f.fat[n]
	}
	return out[:min(uint64(len(out)), size)]
}

// A node is a directory entry with its links.
type node struct {
	entry              Entry
	kind               byte
	left, right, child uint32
}

func (f *File) readDirectory(dir []byte) {
	var nodes []node
	for ; len(dir) >= 128 && len(nodes) < MaxEntries; dir = dir[128:] {
		n := node{kind: dir[66], left: u32(dir, 68), right: u32(dir, 72), child: u32(dir, 76)}
		n.entry = Entry{Name: entryName(dir), Storage: n.kind == 1 || n.kind == 5, start: u32(dir, 116),
			Size: binary.LittleEndian.Uint64(dir[120:]), ClassID: [16]byte(dir[80:96])}
		if f.sectorSize == 512 {
			n.entry.Size &= 0xffffffff
		}
		nodes = append(nodes, n)
	}
	if len(nodes) == 0 {
		return
	}
	f.ClassID = nodes[0].entry.ClassID
	f.mini = f.chain(nodes[0].entry.start, nodes[0].entry.Size)
	seen := make([]bool, len(nodes))
	seen[0] = true
	f.visit(nodes, seen, nodes[0].child, "")
	for i, n := range nodes {
		if !seen[i] && (n.kind == 1 || n.kind == 2) && n.entry.Name != "" {
			n.entry.Path, n.entry.Orphan = n.entry.Name, true
			f.Entries = append(f.Entries, n.entry)
		}
	}
}

// visit walks the trees of siblings without recursion: a damaged tree may be a
// list of thousands.
func (f *File) visit(nodes []node, seen []bool, root uint32, parent string) {
	type todo struct {
		id     uint32
		parent string
	}
	for stack := []todo{{root, parent}}; len(stack) > 0; {
		t := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if t.id == noStream || int(t.id) >= len(nodes) || seen[t.id] {
			continue
		}
		seen[t.id] = true
		n := nodes[t.id]
		n.entry.Path = t.parent + n.entry.Name
		f.Entries = append(f.Entries, n.entry)
		stack = append(stack, todo{n.left, t.parent}, todo{n.right, t.parent})
		if n.entry.Storage && len(n.entry.Path) < 1000 {
			stack = append(stack, todo{n.child, n.entry.Path + "/"})
		}
	}
}

func entryName(dir []byte) string {
	n := min(int(u16(dir, 64)), 64)
	units := make([]uint16, 0, 32)
	for i := 0; i+1 < n; i += 2 {
		if c := u16(dir, i); c != 0 {
			units = append(units, c)
		}
	}
	return string(utf16.Decode(units))
}

// Stream returns a stream's content, at most max bytes.
func (f *File) Stream(e Entry, max int) []byte {
	if e.Storage {
		return nil
	}
	size := min(e.Size, uint64(max))
	if e.Size >= uint64(f.miniCutoff) {
		return f.chain(e.start, size)
	}
	var out []byte
	seen := map[uint32]bool{}
	for n := e.start; n < maxSector && !seen[n] && uint64(len(out)) < size; {
		seen[n] = true
		at := int(n) * 64
		if at >= len(f.mini) {
			break
		}
		out = append(out, f.mini[at:min(at+64, len(f.mini))]...)
		if int(n) >= len(f.miniFAT) {
			break
		}
		n = f.miniFAT[n]
	}
	return out[:min(uint64(len(out)), size)]
}

// Find returns the first entry whose path is path, in any case.
func (f *File) Find(path string) (Entry, bool) {
	for _, e := range f.Entries {
		if strings.EqualFold(e.Path, path) {
			return e, true
		}
	}
	return Entry{}, false
}

func words(b []byte) []uint32 {
	out := make([]uint32, 0, len(b)/4)
	for ; len(b) >= 4; b = b[4:] {
		out = append(out, u32(b, 0))
	}
	return out
}

func u16(b []byte, at int) uint16 { return binary.LittleEndian.Uint16(b[at:]) }
func u32(b []byte, at int) uint32 { return binary.LittleEndian.Uint32(b[at:]) }
