// Package cfbtest writes compound files (複合ファイル) for tests.
package cfbtest

import (
	"encoding/binary"
	"slices"
	"strings"
	"unicode/utf16"
)

const (
	magic      = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
	endOfChain = 0xfffffffe
	noStream   = 0xffffffff
)

// Build writes a compound file that holds the streams, whose keys are paths.
// Every stream takes whole sectors, and the entries of a storage are a list
// instead of a balanced tree.
func Build(streams map[string][]byte) []byte {
	b := builder{index: map[string]int{"": 0}}
	b.add("Root Entry", 5)
	paths := make([]string, 0, len(streams))
	for p := range streams {
		paths = append(paths, p)
	}
	slices.Sort(paths)
	for _, p := range paths {
		b.put(p, streams[p])
	}
	return b.bytes()
}

type builder struct {
	entries []*buildEntry
	index   map[string]int
	sectors [][]byte
	fat     []uint32
}

type buildEntry struct {
	name        string
	kind        byte
	right       uint32
	child, last uint32
	start       uint32
	size        int
}

func (b *builder) add(name string, kind byte) int {
	b.entries = append(b.entries, &buildEntry{name: name, kind: kind, right: noStream, child: noStream, last: noStream, start: endOfChain})
	return len(b.entries) - 1
}

func (b *builder) put(path string, content []byte) {
	parent := 0
	parts := strings.Split(path, "/")
	for i, name := range parts {
		p := strings.Join(parts[:i+1], "/")
		id, ok := b.index[p]
		if !ok {
			kind := byte(1)
			if i == len(parts)-1 {
				kind = 2
			}
			id = b.add(name, kind)
			b.index[p] = id
			if up := b.entries[parent]; up.last == noStream {
				up.child, up.last = uint32(id), uint32(id)
			} else {
				b.entries[up.last].right, up.last = uint32(id), uint32(id)
			}
		}
		parent = id
	}
	e := b.entries[parent]
	e.size = max(len(content), 4096) // never in the mini stream
	e.start = b.chain(append(slices.Clone(content), make([]byte, e.size-len(content))...))
}

// chain appends content as sectors and returns the first one's number.
func (b *builder) chain(content []byte) uint32 {
	start := uint32(len(b.sectors))
	for len(content) > 0 {
		s := make([]byte, 512)
		n := copy(s, content)
		content = content[n:]
		b.sectors = append(b.sectors, s)
		b.fat = append(b.fat, uint32(len(b.sectors)))
	}
	b.fat[len(b.fat)-1] = endOfChain
	return start
}

func (b *builder) bytes() []byte {
	var dir []byte
	for _, e := range b.entries {
		d := make([]byte, 128)
		units := utf16.Encode([]rune(e.name))
		for i, u := range units[:min(len(units), 31)] {
			binary.LittleEndian.PutUint16(d[2*i:], u)
		}
		binary.LittleEndian.PutUint16(d[64:], uint16(2*min(len(units), 31)+2))
		d[66], d[67] = e.kind, 1
		for at, v := range map[int]uint32{68: noStream, 72: e.right, 76: e.child, 116: e.start, 120: uint32(e.size)} {
			binary.LittleEndian.PutUint32(d[at:], v)
		}
		dir = append(dir, d...)
	}
	dirStart := b.chain(dir)
	fatSectors := 1
	for (len(b.fat)+fatSectors)*4 > fatSectors*512 {
		fatSectors++
	}
	fatStart := uint32(len(b.sectors))
	h := make([]byte, 512)
	copy(h, magic)
	for at, v := range map[int]uint16{24: 0x3e, 26: 3, 28: 0xfffe, 30: 9, 32: 6} {
		binary.LittleEndian.PutUint16(h[at:], v)
	}
	for at, v := range map[int]uint32{44: uint32(fatSectors), 48: dirStart, 56: 4096, 60: endOfChain, 68: endOfChain} {
		binary.LittleEndian.PutUint32(h[at:], v)
	}
	for i := range 109 {
		n := uint32(noStream)
		if i < fatSectors {
			n = fatStart + uint32(i)
			b.fat = append(b.fat, 0xfffffffd)
		}
		binary.LittleEndian.PutUint32(h[76+4*i:], n)
	}
	table := make([]byte, 0, fatSectors*512)
	for _, v := range b.fat {
		table = binary.LittleEndian.AppendUint32(table, v)
	}
	for len(table) < fatSectors*512 {
		table = binary.LittleEndian.AppendUint32(table, noStream)
	}
	out := h
	for _, s := range b.sectors {
		out = append(out, s...)
	}
	return append(out, table...)
}
