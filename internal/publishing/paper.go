package publishing

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"path"
	"strings"

	"madoguchi/internal/fault"
	"madoguchi/internal/inspect"
	"madoguchi/internal/jptext"
	"madoguchi/internal/procedure"
	"madoguchi/internal/staff"
	"madoguchi/internal/store"
)

// MaxPaperBytes is the largest file of a paper form.
const MaxPaperBytes = 20 << 20

// paperTypes are the formats of paper forms by the ending of the name.
var paperTypes = map[string]string{
	".pdf":  "application/pdf",
	".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	".doc":  "application/msword",
	".xls":  "application/vnd.ms-excel",
	".odt":  "application/vnd.oasis.opendocument.text",
	".ods":  "application/vnd.oasis.opendocument.spreadsheet",
}

// PaperFile is the file of a paper form as an editor uploads it.
type PaperFile struct {
	Name string
	Body io.Reader
}

// Papers returns every paper form of the body.
func (e *Editors) Papers(ctx context.Context, who staff.Who) ([]procedure.PaperForm, error) {
	if err := may(who, staff.EditPages); err != nil {
		return nil, err
	}
	var all []procedure.PaperForm
	err := e.DB.Read(ctx, who.Tenant, func(tx store.Tx) (err error) {
		all, err = tx.PaperForms(ctx)
		return err
	})
	return all, err
}

// SavePaper keeps a paper form: a new one when f.ID is empty, which needs a
// file, else the one that was read as f.Version; without a file it keeps its
// file. A file with active content (macros, scripts) is refused, never converted.
func (e *Editors) SavePaper(ctx context.Context, who staff.Who, f procedure.PaperForm, file *PaperFile) (string, error) {
	if err := may(who, staff.EditPages); err != nil {
		return "", err
	}
	var p fault.Problems
	f.Title = line(&p, "title", f.Title, maxTitle, true)
	f.Category = line(&p, "category", f.Category, maxItem, true)
	f.Revision = line(&p, "revision", f.Revision, maxItem, false)
	var body []byte
	switch {
	case file != nil:
		body = readPaper(&p, &f, *file)
	case f.ID == "":
		p.Add("file", "publishing.file_missing", nil)
	}
	if err := p.Err(); err != nil {
		return "", err
	}
	if file != nil {
		f.Blob = e.NewID()
		if _, err := e.Blobs.Put(ctx, who.Tenant, f.Blob, bytes.NewReader(body)); err != nil {
			return "", err
		}
	}
	if f.ID == "" {
		return e.addPaper(ctx, who, f)
	}
	err := e.write(ctx, who, e.entry(who, "paper.edit", f.ID, ""), func(tx store.Tx) error {
		kept, err := tx.PaperForm(ctx, f.ID)
		if err != nil {
			return err
		}
		edited := f
		edited.Downloads, edited.UpdatedAt = kept.Downloads, tx.Now()
		if file == nil {
			edited.FileName, edited.Type, edited.SizeBytes = kept.FileName, kept.Type, kept.SizeBytes
			edited.SHA256, edited.Blob = kept.SHA256, kept.Blob
		}
		return tx.SavePaperForm(ctx, &edited)
	})
	return f.ID, err
}

func (e *Editors) addPaper(ctx context.Context, who staff.Who, f procedure.PaperForm) (string, error) {
	f.ID = e.NewID()
	err := e.write(ctx, who, e.entry(who, "paper.add", f.ID, ""), func(tx store.Tx) error {
		added := f
		added.UpdatedAt = tx.Now()
		return tx.InsertPaperForm(ctx, &added)
	})
	return f.ID, err
}

// harmless refuses a file that holds anything active, that cannot be looked
// into, or that is of another format than its name says.
func harmless(p *fault.Problems, name string, body []byte) bool {
	found := inspect.Look(name, body, nil)
	switch {
	case len(found.Active) > 0:
		var what []string
		for _, kind := range found.Active {
			what = append(what, string(kind))
		}
		p.Add("file", "publishing.file_active", fault.Args{"what": strings.Join(what, "、")})
	case found.Encrypted || found.Opaque || found.Huge:
		p.Add("file", "publishing.file_closed", nil)
	case "."+found.Type != strings.ToLower(path.Ext(name)):
		p.Add("file", "publishing.file_mismatch", nil)
	default:
		return true
	}
	return false
}

// readPaper reads the file and checks its size, format and content.
func readPaper(p *fault.Problems, f *procedure.PaperForm, file PaperFile) []byte {
	f.FileName = jptext.Recompose(path.Base(strings.ReplaceAll(file.Name, `\`, "/")))
	kind, known := paperTypes[strings.ToLower(path.Ext(f.FileName))]
	if !known {
		p.Add("file", "publishing.file_type", nil)
		return nil
	}
	body, err := io.ReadAll(io.LimitReader(file.Body, MaxPaperBytes+1))
	switch {
	case err != nil:
		p.Add("file", "publishing.file_unreadable", nil)
		return nil
	case len(body) == 0:
		p.Add("file", "publishing.file_empty", nil)
		return nil
	case len(body) > MaxPaperBytes:
		p.Add("file", "publishing.file_too_large", fault.Args{"max": MaxPaperBytes >> 20})
		return nil
	}
	if !harmless(p, f.FileName, body) {
		return nil
	}
	sum := sha256.Sum256(body)
	f.Type, f.SizeBytes, f.SHA256 = kind, int64(len(body)), hex.EncodeToString(sum[:])
	return body
}

// DeletePaper removes a paper form. Its file goes with the next sweep.
func (e *Editors) DeletePaper(ctx context.Context, who staff.Who, id string) error {
	if err := may(who, staff.EditPages); err != nil {
		return err
	}
	return e.write(ctx, who, e.entry(who, "paper.delete", id, ""), func(tx store.Tx) error {
		if _, err := tx.PaperForm(ctx, id); err != nil {
			return err
		}
		return tx.DeletePaperForm(ctx, id)
	})
}
