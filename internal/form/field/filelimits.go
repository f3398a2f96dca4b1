package field

import (
	"bytes"
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"madoguchi/internal/fault"
	"madoguchi/internal/jptext"
)

// FileLimits are what a file field accepts.
type FileLimits struct {
	Types         []string // see FileTypes
	MaxFiles      int
	MaxBytes      int64 // of each file
	MaxTotalBytes int64 // of all files of the field
}

// A fileType is a type by its name, the extensions it has and how its content
// begins.
type fileType struct {
	name       string
	extensions []string
	mime       string
	begins     func(head []byte) bool
}

var fileTypes = []fileType{
	{"pdf", []string{".pdf"}, "application/pdf", func(h []byte) bool { return bytes.Contains(first(h, 1024), []byte("%PDF-")) }},
	{"jpeg", []string{".jpg", ".jpeg"}, "image/jpeg", magic("\xff\xd8\xff")},
	{"png", []string{".png"}, "image/png", magic("\x89PNG\r\n\x1a\n")},
	{"gif", []string{".gif"}, "image/gif", magic("GIF8")},
	{"heic", []string{".heic", ".heif"}, "image/heic", isHEIC},
	{"tiff", []string{".tif", ".tiff"}, "image/tiff", magic("II*\x00", "MM\x00*")},
	{"docx", []string{".docx"}, "application/vnd.openxmlformats-officedocument.wordprocessingml.document", magic("PK\x03\x04")},
	{"xlsx", []string{".xlsx"}, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", magic("PK\x03\x04")},
	{"pptx", []string{".pptx"}, "application/vnd.openxmlformats-officedocument.presentationml.presentation", magic("PK\x03\x04")},
	{"doc", []string{".doc"}, "application/msword", magic(oleMagic)},
	{"xls", []string{".xls"}, "application/vnd.ms-excel", magic(oleMagic)},
	{"jtd", []string{".jtd"}, "application/x-js-taro", magic(oleMagic)},
	{"zip", []string{".zip"}, "application/zip", magic("PK\x03\x04", "PK\x05\x06")},
	{"csv", []string{".csv"}, "text/csv", isText},
	{"txt", []string{".txt"}, "text/plain", isText},
}

const oleMagic = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

// SniffBytes is how much of a file Accept wants to see.
const SniffBytes = 1024

func magic(starts ...string) func([]byte) bool {
	return func(h []byte) bool {
		return slices.ContainsFunc(starts, func(s string) bool { return bytes.HasPrefix(h, []byte(s)) })
	}
}

func first(h []byte, n int) []byte { return h[:min(n, len(h))] }

// isHEIC tells the photographs of a telephone from its films, which begin
// alike (ISO/IEC 23008-12, brands).
func isHEIC(h []byte) bool {
	return len(h) >= 12 && string(h[4:8]) == "ftyp" &&
		slices.Contains([]string{"heic", "heix", "heim", "heis", "mif1", "msf1"}, string(h[8:12]))
}

// isText takes every encoding but none of the zero bytes of binary files.
func isText(h []byte) bool { return bytes.IndexByte(h, 0) < 0 }

// FileTypes lists the names of the types that a definition may allow.
func FileTypes() []string {
	var names []string
	for _, t := range fileTypes {
		names = append(names, t.name)
	}
	return names
}

func typeNamed(name string) (fileType, bool) {
	i := slices.IndexFunc(fileTypes, func(t fileType) bool { return t.name == name })
	if i < 0 {
		return fileType{}, false
	}
	return fileTypes[i], true
}

// MIME returns the media type to serve the file with.
func (f File) MIME() string {
	if t, ok := typeNamed(f.Type); ok {
		return t.mime
	}
	return "application/octet-stream"
}

// ShownName is the name with the separated 濁点 of macOS joined; the original
// is kept.
func (f File) ShownName() string { return jptext.Recompose(f.Name) }

// kindWord is the short word on the label of a file: PDF.
func kindWord(name string) string { return strings.ToUpper(name) }

// Limits returns what f accepts, or false where f is not a file field.
func Limits(f Field) (FileLimits, bool) {
	s, ok := f.Settings.(*fileSettings)
	if !ok {
		return FileLimits{}, false
	}
	l := FileLimits{s.Types, s.MaxFiles, s.MaxBytes, s.MaxTotalBytes}
	if l.MaxFiles == 0 {
		l.MaxFiles = 1
	}
	if l.MaxBytes == 0 {
		l.MaxBytes = fileDefault
	}
	if l.MaxTotalBytes == 0 {
		l.MaxTotalBytes = max(totalDefault, l.MaxBytes)
	}
	return l, true
}

// Accept decides on a file by its name and the first SniffBytes of its
// content, and returns its type. had are the files that are there already;
// size may be -1 while it is not known.
func (f Field) Accept(had []File, fileName string, size int64, head []byte) (string, *Problem) {
	limits, _ := Limits(f)
	shown := jptext.Cut(jptext.Recompose(fileName), 60)
	refuse := func(key string, args fault.Args) (string, *Problem) {
		args["name"] = shown
		return "", &Problem{Field: f.ID, Label: f.Label, Control: f.Control(""), Key: key, Args: args}
	}
	if _, bad := jptext.Check(fileName, false); bad || jptext.Longer(fileName, fileNameLimit) {
		shown = "…" + jptext.Cut(path.Ext(strings.ToValidUTF8(fileName, "")), 12)
		return refuse("field.file_name", fault.Args{"max": fileNameLimit})
	}
	t, ok := limits.typeOf(fileName)
	if !ok {
		return refuse("field.file_type", fault.Args{"types": limits.typeWords()})
	}
	if size == 0 {
		return refuse("field.file_empty", fault.Args{})
	}
	if !t.begins(head) {
		return refuse("field.file_content", fault.Args{"type": kindWord(t.name)})
	}
	total := max(size, 0)
	for _, other := range had {
		total += other.Size
	}
	if p, bad := limits.check(File{Name: fileName, Size: size, Type: t.name}, len(had), total); bad {
		return refuse(p.Key, p.Args)
	}
	return t.name, nil
}

func (l FileLimits) typeOf(fileName string) (fileType, bool) {
	ext := strings.ToLower(path.Ext(fileName))
	for _, t := range fileTypes {
		if slices.Contains(t.extensions, ext) && slices.Contains(l.Types, t.name) {
			return t, true
		}
	}
	return fileType{}, false
}

// check says what is wrong with the file at place i when the files up to it
// have total bytes.
func (l FileLimits) check(f File, i int, total int64) (Problem, bool) {
	t, known := l.typeOf(f.Name)
	args := fault.Args{"name": jptext.Cut(f.ShownName(), 60)}
	switch {
	case !utf8.ValidString(f.Name) || !known || t.name != f.Type:
		args["types"] = l.typeWords()
		return Problem{Key: "field.file_type", Args: args}, true
	case i >= l.MaxFiles:
		args["max"] = l.MaxFiles
		return Problem{Key: "field.file_many", Args: args}, true
	case f.Size > l.MaxBytes:
		args["max"] = SizeText(l.MaxBytes)
		return Problem{Key: "field.file_large", Args: args}, true
	case total > l.MaxTotalBytes:
		args["max"] = SizeText(l.MaxTotalBytes)
		return Problem{Key: "field.file_total", Args: args}, true
	}
	return Problem{}, false
}

func (l FileLimits) typeWords() string {
	var words []string
	for _, t := range l.Types {
		words = append(words, kindWord(t))
	}
	return strings.Join(words, "・")
}

func (l FileLimits) accept() string {
	var extensions []string
	for _, name := range l.Types {
		t, _ := typeNamed(name)
		extensions = append(extensions, t.extensions...)
	}
	return strings.Join(extensions, ",")
}

// text states the limits in words.
func (l FileLimits) text(w Words) string {
	args := fault.Args{"types": l.typeWords(), "size": SizeText(l.MaxBytes), "total": SizeText(l.MaxTotalBytes), "max": l.MaxFiles}
	if l.MaxFiles == 1 {
		return w("field.file_limit_one", args)
	}
	return w("field.file_limits", args)
}

// SizeText writes a number of bytes for people: 842 KB, 1.5 MB.
func SizeText(bytes int64) string {
	switch {
	case bytes < 1024:
		return fmt.Sprintf("%d B", bytes)
	case bytes < megabyte:
		return fmt.Sprintf("%d KB", (bytes+1023)/1024)
	case bytes%megabyte == 0:
		return fmt.Sprintf("%d MB", bytes/megabyte)
	}
	return fmt.Sprintf("%.1f MB", float64(bytes)/megabyte)
}

// Sniff returns the type of a file by its name and the first SniffBytes of its
// content, and whether it is one of l.Types. Name and content must agree.
func (l FileLimits) Sniff(fileName string, head []byte) (string, bool) {
	t, ok := l.typeOf(fileName)
	return t.name, ok && t.begins(head)
}
