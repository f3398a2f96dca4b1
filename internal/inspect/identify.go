package inspect

import (
	"bytes"
	"encoding/binary"
	"path"
	"regexp"
	"strings"

	"madoguchi/internal/inspect/cfb"
	"madoguchi/internal/inspect/plain"
)

// magics are the beginnings that tell a type.
var magics = []struct {
	at     int
	magic  string
	called string
}{
	{0, "PK\x03\x04", "zip"}, {0, "PK\x05\x06", "zip"}, {0, "PK\x07\x08", "zip"},
	{0, cfb.Magic, "cfb"}, {0, "7z\xbc\xaf\x27\x1c", "7z"}, {0, "Rar!\x1a\x07", "rar"}, {0, "MSCF", "cab"},
	{0, "\x1f\x8b", "gz"}, {0, "BZh", "bz2"}, {0, "\xfd7zXZ\x00", "xz"}, {0, "\x28\xb5\x2f\xfd", "zst"}, {0, "\x1f\x9d", "z"},
	{0, "\x60\xea", "arj"}, {0, "SZDD\x88\xf0", "szdd"}, {0, "07070", "cpio"}, {0, "\xc7\x71", "cpio"}, {0, "\x71\xc7", "cpio"}, {7, "**ACE**", "ace"}, {2, "-lh", "lzh"}, {2, "-lz", "lzh"}, {257, "ustar", "tar"},
	{0, "\x7fELF", "elf"}, {0, "\xca\xfe\xba\xbe", "class"}, {0, "\xcf\xfa\xed\xfe", "macho"}, {0, "\xce\xfa\xed\xfe", "macho"},
	{0, "\xfe\xed\xfa\xce", "macho"}, {0, "\xfe\xed\xfa\xcf", "macho"}, {0, "dex\n", "dex"}, {0, "MZ", "exe"},
	{0, "L\x00\x00\x00\x01\x14\x02\x00", "lnk"}, {0, "ITSF", "chm"}, {0, "vhdxfile", "vhd"}, {0, "conectix", "vhd"}, {0, "KDMV", "vmdk"},
	{0, "\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d\xae\xb1\x53\x78\xd0\x29\x96\xd3", "one"}, {0, "ActiveMime", "mso"}, {0, "\x78\x9f\x3e\x22", "tnef"},
	{0, "\x89PNG\r\n\x1a\n", "png"}, {0, "\xff\xd8\xff", "jpg"}, {0, "GIF8", "gif"}, {0, "II*\x00", "tif"}, {0, "MM\x00*", "tif"},
	{0, "BM", "bmp"}, {8, "WEBP", "webp"}, {4, "ftypheic", "heic"}, {4, "ftyp", "mp4"}, {0, "ID3", "mp3"}, {0, "RIFF", "riff"}, {0, "OggS", "ogg"},
	{0, "SIMPLE  =", "fits"}, {0, "AT&TFORM", "djvu"}, {0, "8BPS", "psd"}, {0, "\xd7\xcd\xc6\x9a", "wmf"}, {40, " EMF", "emf"},
}

var (
	pageStart   = regexp.MustCompile(`(?is)^\s*(?:<\?xml[^>]{0,200}\?>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype html|html|head|body|script|iframe|table|div|meta|title|a\s|p>|h1|br|img|center|form|hta:application)`)
	scriptWords = regexp.MustCompile(`(?i)WScript\.|ActiveXObject\s*\(|CreateObject\s*\(|GetObject\s*\(|powershell(?:\.exe)?\s+-|-EncodedCommand|Invoke-(?:Expression|WebRequest)|New-Object\s+(?:System\.)?Net\.WebClient|Shell\.Application|#@~\^|<job\b[^>]*>\s*<script|@echo\s+off|cmd(?:\.exe)?\s+/c\s`)
	mailStart   = regexp.MustCompile(`(?i)^(?:From [^\n]*\n)?(?:(?:[A-Za-z][A-Za-z0-9-]*:[^\n]*|[ \t][^\n]*)\r?\n){0,60}?(?:from|received|mime-version|message-id|content-type|subject):`)
)

// identify tells a file's type by its content; its name only decides between
// types that are all text.
func identify(name string, data []byte) string {
	for _, m := range magics {
		if len(data) >= m.at+len(m.magic) && string(data[m.at:m.at+len(m.magic)]) == m.magic {
			return identifyMore(m.called, data)
		}
	}
	head := data[:min(len(data), 4096)]
	switch {
	case isDisk(data):
		return "iso"
	case bytes.Contains(data[:min(len(data), 1024)], []byte("%PDF-")):
		return "pdf"
	case bytes.HasPrefix(bytes.TrimLeft(head, " \t\r\n\x00\xef\xbb\xbf"), []byte(`{\rt`)):
		return "rtf"
	case isBIFF(data):
		return "xls"
	case looksLikeZip(data):
		return "zip"
	}
	if text, ok := plain.Text(data); ok {
		return identifyText(extension(name), text)
	}
	if isTar(data) {
		return "tar"
	}
	return "unknown"
}

func identifyMore(called string, data []byte) string {
	switch called {
	case "exe":
		if text, ok := plain.Text(data); ok && len(text) > 2 && len(data) < 64 {
			return "txt"
		}
		if !isProgram(data) {
			return "unknown" // two letters at the start of something else
		}
	case "bmp":
		if text, ok := plain.Text(data); ok && len(text) > 0 {
			return "txt"
		}
	case "cpio":
		if text, ok := plain.Text(data); ok && (len(text) < 70 || strings.Trim(text[:70], "0123456789ABCDEFabcdef") != "") {
			return "txt"
		}
	case "arj":
		if n := le16(data, 2); n < 30 || n > 2600 {
			return "unknown"
		}
	case "lzh":
		if len(data) < 22 || data[6] != '-' {
			return "unknown"
		}
	case "zip":
		return zipType(data)
	case "cfb":
		return cfbType(data)
	}
	return called
}

// isProgram looks at the header behind "MZ": the mark of a Windows program, or
// the sizes of a DOS program that make sense.
func isProgram(data []byte) bool {
	at := int(min(le32(data, 0x3c), 1<<30))
	if len(data) < 64 || at+2 <= len(data) && string(data[at:at+2]) == "PE" {
		return true
	}
	return le16(data, 2) < 512 && le16(data, 4) <= 0x1000 && le16(data, 8) < 0x400
}

// looksLikeZip finds archives with something in front of them, which Windows
// and Office open all the same.
func looksLikeZip(data []byte) bool {
	tail := data[max(0, len(data)-66_000):]
	return bytes.Contains(tail, []byte("PK\x05\x06")) && bytes.Contains(data, []byte("PK\x01\x02"))
}

func isDisk(data []byte) bool {
	for _, at := range []int{0x8001, 0x8801, 0x9001} {
		if len(data) > at+5 {
			switch string(data[at : at+5]) {
			case "CD001", "BEA01", "NSR02", "NSR03":
				return true
			}
		}
	}
	if len(data) > 1024 && string(data[len(data)-512:len(data)-504]) == "conectix" {
		return true // the footer of a fixed VHD
	}
	boot := len(data) >= 512 && data[510] == 0x55 && data[511] == 0xaa
	return boot && (bytes.Contains(data[:512], []byte("FAT")) || bytes.Contains(data[:512], []byte("NTFS")))
}

// isBIFF tells workbooks of Excel 2 to 4, which have no container.
func isBIFF(data []byte) bool {
	if len(data) < 8 {
		return false
	}
	n, size := binary.LittleEndian.Uint16(data), binary.LittleEndian.Uint16(data[2:])
	kind := binary.LittleEndian.Uint16(data[6:])
	return (n == 0x0009 || n == 0x0209 || n == 0x0409 || n == 0x0809) && size >= 4 && size <= 16 &&
		(kind == 0x10 || kind == 0x20 || kind == 0x40 || kind == 0x100 || kind == 5)
}

func isTar(data []byte) bool {
	if len(data) < 512 {
		return false
	}
	sum := 0
	for i, b := range data[:512] {
		if i >= 148 && i < 156 {
			b = ' '
		}
		sum += int(b)
	}
	want := 0
	for _, b := range bytes.Trim(data[148:156], " \x00") {
		if b < '0' || b > '7' {
			return false
		}
		want = want*8 + int(b-'0')
	}
	return want > 0 && sum == want
}

func extension(name string) string {
	return strings.TrimPrefix(strings.ToLower(path.Ext(strings.TrimRight(name, ". \t"))), ".")
}

// scriptTypes are the extensions that an operating system runs.
var scriptTypes = map[string]bool{
	"js": true, "jse": true, "vbs": true, "vbe": true, "wsf": true, "wsh": true, "wsc": true, "sct": true, "ps1": true, "psm1": true, "psd1": true,
	"bat": true, "cmd": true, "sh": true, "csh": true, "py": true, "pyw": true, "rb": true, "pl": true, "php": true, "hta": true, "mjs": true,
	"reg": true, "inf": true, "scpt": true, "command": true, "ahk": true, "au3": true,
}

// shortcutTypes are text files that lead to a program or load something.
var shortcutTypes = map[string]bool{
	"url": true, "website": true, "desktop": true, "scf": true, "iqy": true, "oqy": true, "rqy": true, "dqy": true, "library-ms": true, "search-ms": true,
	"searchconnector-ms": true, "settingcontent-ms": true, "appref-ms": true, "application": true, "jnlp": true, "odc": true, "theme": true, "webloc": true,
	"diagcab": true, "msc": true, "contact": true, "rdp": true, "ics-ms": true,
}

func identifyText(ext, text string) string {
	head := text[:min(len(text), 8192)]
	trimmed := strings.TrimLeft(head, " \t\r\n")
	lower := strings.ToLower(trimmed)
	switch {
	case strings.HasPrefix(trimmed, "ID;") && strings.Contains(text, "\n"):
		return "slk"
	case strings.HasPrefix(trimmed, "#!"):
		return "sh"
	case strings.HasPrefix(lower, "[internetshortcut]") || strings.HasPrefix(lower, "[{000214a0"):
		return "url"
	case strings.HasPrefix(lower, "[shell]"):
		return "scf"
	case strings.HasPrefix(trimmed, "WEB\n") || strings.HasPrefix(trimmed, "WEB\r\n"):
		return "iqy"
	case strings.HasPrefix(trimmed, "Windows Registry Editor") || strings.HasPrefix(trimmed, "REGEDIT4"):
		return "reg"
	case strings.Contains(lower, "<svg") && (strings.HasPrefix(lower, "<svg") || strings.HasPrefix(lower, "<?xml") || strings.HasPrefix(lower, "<!doctype svg")):
		return "svg"
	case strings.Contains(lower, "office:document") && strings.Contains(lower, "urn:oasis:names:tc:opendocument"):
		return "fodt"
	case strings.Contains(lower, "progid=\"word.document\"") || strings.Contains(lower, "progid=\"excel.sheet\"") ||
		strings.Contains(lower, "<pkg:package") || strings.Contains(lower, "schemas.microsoft.com/office/word/2003/wordml") ||
		strings.Contains(lower, "urn:schemas-microsoft-com:office:spreadsheet"):
		return "officexml"
	case pageStart.MatchString(head) || (ext == "html" || ext == "htm" || ext == "xhtml" || ext == "shtml") && strings.Contains(lower, "<"):
		if ext == "hta" || strings.Contains(lower, "<hta:application") {
			return "hta"
		}
		return "html"
	case scriptTypes[ext]:
		return ext
	case shortcutTypes[ext]:
		return ext
	case strings.Contains(head, "must be converted with BinHex"):
		return "hqx"
	case ext == "eml" || ext == "mht" || ext == "mhtml" || mailStart.MatchString(head):
		return "eml"
	case ext == "csv" || ext == "tsv" || ext == "tab":
		return "csv"
	case scriptWords.MatchString(text) && ext != "txt" && ext != "md":
		return "script"
	case strings.HasPrefix(lower, "<?xml"):
		return "xml"
	}
	return "txt"
}

func isArchive(t string) bool {
	switch t {
	case "zip", "7z", "rar", "cab", "gz", "bz2", "xz", "zst", "z", "tar", "lzh", "arj", "ace", "szdd", "cpio", "hqx", "iso", "vhd", "vmdk", "jar":
		return true
	}
	return false
}
