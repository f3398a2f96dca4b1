// Package iso9660 walks the files of a disk image (ディスクイメージ) of ISO 9660.
// Loops and broken records end a folder, never the program.
package iso9660

import (
	"encoding/binary"
	"strings"
)

// The bounds of one image.
const (
	maxDepth   = 8
	maxFolders = 1000
)

// root is where the record of the root folder stands.
const root = 0x8000 + 156

// Walk calls file for every file of the image, in the order of the folders. It
// is false if the image has another file system.
func Walk(image []byte, file func(name string, content []byte)) bool {
	if len(image) < 0x8800 || string(image[0x8001:0x8006]) != "CD001" {
		return false
	}
	r := reader{data: image, seen: map[uint32]bool{}}
	r.walk(word(image, root+2), word(image, root+10), 0, file)
	return true
}

func word(b []byte, at int) uint32 { return binary.LittleEndian.Uint32(b[at:]) }

type reader struct {
	data []byte
	seen map[uint32]bool
}

func (d reader) extent(block, size uint32) []byte {
	start := uint64(block) * 2048
	if start >= uint64(len(d.data)) {
		return nil
	}
	return d.data[start:min(start+uint64(size), uint64(len(d.data)))]
}

func (d reader) walk(block, size uint32, depth int, file func(string, []byte)) {
	if depth > maxDepth || d.seen[block] || len(d.seen) > maxFolders {
		return
	}
	d.seen[block] = true
	dir := d.extent(block, size)
	for at := 0; at+34 <= len(dir); {
		n := int(dir[at])
		if n < 34 || at+n > len(dir) { // records do not cross blocks
			at = (at/2048 + 1) * 2048
			continue
		}
		rec := dir[at : at+n]
		at += n
		nameLen := int(rec[32])
		if 33+nameLen > len(rec) || nameLen == 1 && rec[33] <= 1 {
			continue
		}
		name, _, _ := strings.Cut(string(rec[33:33+nameLen]), ";")
		if rec[25]&2 != 0 {
			d.walk(word(rec, 2), word(rec, 10), depth+1, file)
		} else {
			file(name, d.extent(word(rec, 2), word(rec, 10)))
		}
	}
}
