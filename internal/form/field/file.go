package field

import (
	"encoding/json"
	"slices"

	"madoguchi/internal/fault"
)

// file takes uploaded files (添付ファイル). The bytes go elsewhere; the answer
// names the files that are stored already. Reading a page keeps them, since a
// browser does not send them again.
type file struct{}

type fileSettings struct {
	Types         []string `json:"types"`                     // see FileTypes
	MaxFiles      int      `json:"max_files,omitempty"`       // 0 is 1
	MaxBytes      int64    `json:"max_bytes,omitempty"`       // each; 0 is 5 MB
	MaxTotalBytes int64    `json:"max_total_bytes,omitempty"` // together; 0 is 10 MB
}

// A File is a stored upload as an answer names it.
type File struct {
	ID   string `json:"id"`   // of the attachment
	Name string `json:"name"` // as the person's device called it
	Size int64  `json:"size"` // bytes
	Type string `json:"type"` // one of FileTypes
}

const (
	megabyte      = 1 << 20
	fileDefault   = 5 * megabyte
	totalDefault  = 10 * megabyte
	fileMost      = 20
	fileLargest   = 100 * megabyte
	fileNameLimit = 200
)

func (file) Name() string         { return "file" }
func (file) Settings() any        { return &fileSettings{} }
func (file) Parts(Field) []string { return []string{""} }

func (file) Flaws(f Field) []Flaw {
	s := f.Settings.(*fileSettings)
	flaws := between("max_files", s.MaxFiles, 1, fileMost)
	flaws = append(flaws, between("max_bytes", int(s.MaxBytes), 1024, fileLargest)...)
	flaws = append(flaws, between("max_total_bytes", int(s.MaxTotalBytes), 1024, fileMost*fileLargest)...)
	if len(s.Types) == 0 {
		flaws = append(flaws, Flaw{Setting: "types", Key: "field.def_missing"})
	}
	for _, t := range s.Types {
		flaws = append(flaws, oneOf("types", t, FileTypes()...)...)
	}
	return flaws
}

func (file) Read(r *Reading) any {
	files := Files(r.in.Had[r.Field.ID])
	if len(files) == 0 {
		if r.Field.Required {
			r.missing("", r.Field.Control(""), "field.file_missing")
		}
		return nil
	}
	limits, _ := Limits(r.Field)
	var total int64
	for i, f := range files {
		total += f.Size
		if p, bad := limits.check(f, i, total); bad {
			r.fail("", p.Key, p.Args)
		}
	}
	return files
}

// Files returns the files that an answer names; none for no answer.
func Files(answer json.RawMessage) []File { return decode[[]File](answer) }

// WithFile returns the answer with one more file.
func WithFile(answer json.RawMessage, f File) json.RawMessage {
	return encode(append(Files(answer), f))
}

// WithoutFile returns the answer without the file, nil where none is left.
func WithoutFile(answer json.RawMessage, id string) json.RawMessage {
	files := slices.DeleteFunc(Files(answer), func(f File) bool { return f.ID == id })
	if len(files) == 0 {
		return nil
	}
	return encode(files)
}

// Typed is empty: a file is sent once, apart from the other answers.
func (file) Typed(Field, json.RawMessage) map[string][]string { return nil }

func (file) Lines(_ Field, answer json.RawMessage, w Words) []Line {
	line := Line{Files: Files(answer)}
	for _, f := range line.Files {
		line.Values = append(line.Values, w("field.file_line", fault.Args{"name": f.ShownName(), "size": SizeText(f.Size)}))
	}
	return []Line{line}
}

// A fileRow is a stored file in the list above the control.
type fileRow struct {
	Kind, Name, Size, Note, Remove, RemoveWord string
}

func (file) fill(r *row) {
	limits, _ := Limits(r.Field)
	for _, f := range Files(r.view.Answers[r.ID]) {
		r.Files = append(r.Files, fileRow{
			Kind: kindWord(f.Type), Name: f.ShownName(), Size: SizeText(f.Size), Note: r.view.FileNotes[f.ID],
			Remove: string(r.ID) + ":" + f.ID,
		})
	}
	r.Hint = joinHints(r.Hint, limits.text(r.view.Words))
	r.single(control{Type: "file"})
	r.Controls[0].Required = r.Required && len(r.Files) == 0
	r.Controls[0].Value = ""
	r.Accept = limits.accept()
	r.Second = r.W("file_add")
	if len(r.Files) > 0 {
		r.Second = r.W("file_add_another")
	}
}

func joinHints(author, ours string) string {
	if author == "" {
		return ours
	}
	return author + " " + ours
}

// Full reports whether no further file may be added.
func (r *row) Full() bool {
	limits, _ := Limits(r.Field)
	return len(r.Files) >= limits.MaxFiles
}
