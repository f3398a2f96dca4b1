// Package zipfile reads zip archives (圧縮ファイル) that may lie.
//
// archive/zip believes the central directory; other programs believe the local
// headers, so that one archive can hold different files for the scanner and for
// the victim. Read reports every file that any program could find, and says
// where the two disagree. It opens archives encrypted with ZipCrypto or
// WinZip's AES if it is given the password. Everything is bounded.
package zipfile

import (
	"bytes"
	"encoding/binary"
	"errors"
)

// MaxFiles is how many files of one archive are reported.
const MaxFiles = 2000

// A Note says what is odd about an archive.
type Note string

// The notes.
const (
	Duplicate Note = "zip_duplicate" // two files of one name
	Mismatch  Note = "zip_mismatch"  // central directory and local header disagree
	Hidden    Note = "zip_hidden"    // a file that the central directory does not name
	NoDir     Note = "zip_no_dir"    // no central directory
	Prefixed  Note = "zip_prefixed"  // bytes before the archive, as in programs that unpack themselves
	TooMany   Note = "zip_too_many"  // more than MaxFiles
)

// An Archive is the files of a zip.
type Archive struct {
	Files []File
	Notes []Note // each once
}

// A File is one file of an archive.
type File struct {
	Name      []byte // as stored: UTF-8 if UTF8, else in any charset
	UTF8      bool
	Encrypted bool
	Hidden    bool   // not named by the central directory
	Size      uint64 // as declared
	Packed    uint64 // as declared
	method    uint16
	crc       uint32
	check     byte // first byte of a ZipCrypto password check
	aes       aesInfo
	data      []byte // packed
}

// IsDir reports whether the file is a folder.
func (f File) IsDir() bool { return bytes.HasSuffix(f.Name, []byte("/")) && f.Size == 0 }

// ErrNotZip is returned for data that holds no zip at all.
var ErrNotZip = errors.New("not a zip archive")

const (
	localSize   = 30
	centralSize = 46
)

var (
	localMark   = []byte("PK\x03\x04")
	centralMark = []byte("PK\x01\x02")
	endMark     = []byte("PK\x05\x06")
)

// Read lists the files of a zip archive.
func Read(data []byte) (Archive, error) {
	r := zipReader{data: data, known: map[int]int{}, names: map[string]bool{}}
	if dir, base, ok := r.directory(); ok {
		r.central(dir, base)
	} else {
		r.note(NoDir)
	}
	r.locals()
	if len(r.a.Files) == 0 && !bytes.Contains(data, endMark) {
		return Archive{}, ErrNotZip
	}
	return r.a, nil
}

type zipReader struct {
	data  []byte
	a     Archive
	known map[int]int // start of a local header → end of its data
	names map[string]bool
}

func (r *zipReader) note(n Note) {
	for _, have := range r.a.Notes {
		if have == n {
			return
		}
	}
	r.a.Notes = append(r.a.Notes, n)
}

func (r *zipReader) add(f File) bool {
	if len(r.a.Files) >= MaxFiles {
		r.note(TooMany)
		return false
	}
	if key := string(bytes.ToLower(f.Name)); r.names[key] {
		r.note(Duplicate)
	} else {
		r.names[key] = true
	}
	if f.Hidden {
		r.note(Hidden)
	}
	r.a.Files = append(r.a.Files, f)
	return true
}

// directory finds the central directory and the offset that the archive's own
// offsets are off by.
func (r *zipReader) directory() (dir []byte, base int, ok bool) {
	end := bytes.LastIndex(r.data, endMark)
	if end < 0 || end+22 > len(r.data) {
		return nil, 0, false
	}
	size := int(binary.LittleEndian.Uint32(r.data[end+12:]))
	offset := int(binary.LittleEndian.Uint32(r.data[end+16:]))
	dirEnd := end
	if offset == 0xffffffff || size == 0xffffffff { // zip64
		at := bytes.LastIndex(r.data[:end], []byte("PK\x06\x06"))
		if at < 0 || at+56 > len(r.data) {
			return nil, 0, false
		}
		size = int(min(binary.LittleEndian.Uint64(r.data[at+40:]), 1<<40))
		offset = int(min(binary.LittleEndian.Uint64(r.data[at+48:]), 1<<40))
		dirEnd = at
	}
	start := dirEnd - size
	if start < 0 || !bytes.HasPrefix(r.data[start:], centralMark) {
		if offset >= len(r.data) || !bytes.HasPrefix(r.data[offset:], centralMark) {
			return nil, 0, size == 0 && offset <= len(r.data)
		}
		start, dirEnd = offset, end
	}
	if base = start - offset; base > 0 {
		r.note(Prefixed)
	}
	return r.data[start:dirEnd], base, true
}

// central reads the central directory.
func (r *zipReader) central(dir []byte, base int) {
	for len(dir) >= centralSize && bytes.HasPrefix(dir, centralMark) {
		nameLen, extraLen := int(u16(dir, 28)), int(u16(dir, 30))
		next := centralSize + nameLen + extraLen + int(u16(dir, 32))
		if centralSize+nameLen+extraLen > len(dir) {
			r.note(Mismatch)
			return
		}
		name, extra := dir[centralSize:centralSize+nameLen], dir[centralSize+nameLen:centralSize+nameLen+extraLen]
		f := newFile(dir[4:], name, extra)
		offset := int(min(zip64(extra, uint64(u32(dir, 42)), uint64(u32(dir, 24)), uint64(u32(dir, 20))), 1<<40)) + base
		r.attach(&f, offset)
		if !r.add(f) {
			return
		}
		dir = dir[min(next, len(dir)):]
	}
}

// newFile reads what central and local headers share. h begins at the field
// "version needed" minus two in central headers and at "version" in local ones,
// so that the flags stand at 4.
func newFile(h, name, extra []byte) File {
	flags := u16(h, 4)
	f := File{Name: name, UTF8: flags&0x800 != 0, Encrypted: flags&1 != 0, method: u16(h, 6), crc: u32(h, 12),
		Packed: uint64(u32(h, 16)), Size: uint64(u32(h, 20))}
	f.check = byte(f.crc >> 24)
	if flags&8 != 0 {
		f.check = byte(u16(h, 8) >> 8)
	}
	f.Size = zip64(extra, f.Size)
	f.Packed = zip64(extra, f.Packed, uint64(u32(h, 20)))
	if f.method == 99 {
		f.aes = readAES(extra)
	}
	return f
}

// zip64 returns the value of a header field, taken from the zip64 extra if it
// is all ones. before are the fields that stand before it in the extra, which
// are there only if they are all ones as well.
func zip64(extra []byte, value uint64, before ...uint64) uint64 {
	if value != 0xffffffff {
		return value
	}
	x := extraField(extra, 1)
	at := 0
	for _, b := range before {
		if b == 0xffffffff {
			at += 8
		}
	}
	if at+8 > len(x) {
		return value
	}
	return binary.LittleEndian.Uint64(x[at:])
}

func extraField(extra []byte, id uint16) []byte {
	for len(extra) >= 4 {
		n := int(u16(extra, 2))
		if 4+n > len(extra) {
			return nil
		}
		if u16(extra, 0) == id {
			return extra[4 : 4+n]
		}
		extra = extra[4+n:]
	}
	return nil
}

// attach finds the data of a file of the central directory behind its local
// header, and compares the two.
func (r *zipReader) attach(f *File, offset int) {
	if offset < 0 || offset+localSize > len(r.data) || !bytes.HasPrefix(r.data[offset:], localMark) {
		r.note(Mismatch)
		return
	}
	h := r.data[offset:]
	nameLen, extraLen := int(u16(h, 26)), int(u16(h, 28))
	start := localSize + nameLen + extraLen
	if start > len(h) {
		r.note(Mismatch)
		return
	}
	local := newFile(h[2:], h[localSize:localSize+nameLen], h[localSize+nameLen:start])
	later := u16(h, 6)&8 != 0 // sizes follow the data
	if !bytes.Equal(local.Name, f.Name) || local.method != f.method || local.Encrypted != f.Encrypted ||
		!later && (local.Size != f.Size || local.Packed != f.Packed || local.crc != f.crc) {
		r.note(Mismatch)
	}
	end := start + int(min(f.Packed, uint64(len(h)-start)))
	f.data = h[start:end]
	r.known[offset] = offset + end
}

// locals looks for local headers that the central directory does not name.
func (r *zipReader) locals() {
	for pos := 0; pos < len(r.data); {
		i := bytes.Index(r.data[pos:], localMark)
		if i < 0 {
			return
		}
		at := pos + i
		if end, ok := r.known[at]; ok {
			pos = max(end, at+localSize)
			continue
		}
		pos = at + 4
		h := r.data[at:]
		if len(h) < localSize {
			return
		}
		nameLen, extraLen := int(u16(h, 26)), int(u16(h, 28))
		start := localSize + nameLen + extraLen
		if start > len(h) || nameLen == 0 || u16(h, 4) > 100 {
			continue
		}
		f := newFile(h[2:], h[localSize:localSize+nameLen], h[localSize+nameLen:start])
		f.Hidden = true
		end := start + int(min(f.Packed, uint64(len(h)-start)))
		if u16(h, 6)&8 != 0 && f.Packed == 0 {
			end = start + nextMark(h[start:])
		}
		f.data = h[start:end]
		if !r.add(f) {
			return
		}
		pos = at + max(end, 4)
	}
}

// nextMark returns where the next record of the archive begins.
func nextMark(b []byte) int {
	n := len(b)
	for _, mark := range [][]byte{localMark, centralMark, []byte("PK\x07\x08"), endMark} {
		if i := bytes.Index(b[:n], mark); i >= 0 {
			n = i
		}
	}
	return n
}

func u16(b []byte, at int) uint16 { return binary.LittleEndian.Uint16(b[at:]) }
func u32(b []byte, at int) uint32 { return binary.LittleEndian.Uint32(b[at:]) }
