package intake

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"

	"madoguchi/internal/application"
	"madoguchi/internal/fault"
	"madoguchi/internal/form/field"
	"madoguchi/internal/store"
)

// maxDraftBytes is the upload quota of one draft.
const maxDraftBytes = 200 << 20

// AddFile stores an upload as part of the answer to a field. A file that the
// field does not take is a Problem and is not kept; then work is nil.
func (c *Counter) AddFile(ctx context.Context, who Visitor, id application.DraftID, fieldID field.ID, name string, r io.Reader) (*Work, *field.Problem, error) {
	w, err := c.Open(ctx, who, id)
	if err != nil {
		return nil, nil, err
	}
	f, _, ok := w.Form.Field(fieldID)
	limits, isFile := field.Limits(f)
	if !ok || !isFile {
		return nil, nil, fault.New(fault.Invalid, "fault.bad_form")
	}
	in := bufio.NewReaderSize(r, field.SniffBytes)
	head, err := in.Peek(field.SniffBytes)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, nil, err
	}
	had := field.Files(w.Answers[fieldID])
	known := int64(-1)
	if len(head) == 0 {
		known = 0
	}
	kind, problem := f.Accept(had, name, known, head)
	if problem != nil {
		return nil, problem, nil
	}
	stored := field.File{ID: newID(), Name: name, Type: kind}
	key, sum, problem, err := c.keepFile(ctx, who, f, had, &stored, limits, in, head)
	if err != nil || problem != nil {
		return nil, problem, err
	}
	w, err = c.change(ctx, who, id, func(tx store.Tx, w *Work) error {
		if total(w.Form.Files(w.Answers))+stored.Size > maxDraftBytes {
			return fault.New(fault.TooLarge, "intake.draft_full")
		}
		w.Answers = w.Answers.WithField(fieldID, field.WithFile(w.Answers[fieldID], stored))
		return tx.InsertAttachment(ctx, application.Attachment{
			ID: stored.ID, Draft: id, Field: string(fieldID), Name: name, Type: stored.MIME(),
			SizeBytes: stored.Size, SHA256: sum, Blob: key, CreatedAt: tx.Now(),
		})
	})
	if err != nil {
		return nil, nil, errors.Join(err, c.blobs.Delete(context.WithoutCancel(ctx), who.Tenant, key))
	}
	return w, nil, nil
}

func total(files []field.File) int64 {
	var sum int64
	for _, f := range files {
		sum += f.Size
	}
	return sum
}

// keepFile writes the bytes to the blob store, before the row that names them.
func (c *Counter) keepFile(ctx context.Context, who Visitor, f field.Field, had []field.File, file *field.File, limits field.FileLimits, in io.Reader, head []byte) (key, sum string, p *field.Problem, err error) {
	head = append([]byte{}, head...) // the reader's buffer moves on
	key = newID()
	h := sha256.New()
	// one byte more than allowed shows that it is too large
	size, err := c.blobs.Put(ctx, who.Tenant, key, io.TeeReader(io.LimitReader(in, limits.MaxBytes+1), h))
	if err != nil {
		return "", "", nil, err
	}
	file.Size = size
	if _, p = f.Accept(had, file.Name, size, head); p != nil {
		return "", "", p, c.blobs.Delete(ctx, who.Tenant, key)
	}
	return key, hex.EncodeToString(h.Sum(nil)), nil, nil
}

// RemoveFile takes a file out of the answer to a field.
func (c *Counter) RemoveFile(ctx context.Context, who Visitor, id application.DraftID, fieldID field.ID, fileID string) (*Work, error) {
	return c.change(ctx, who, id, func(tx store.Tx, w *Work) error {
		w.Answers = w.Answers.WithField(fieldID, field.WithoutFile(w.Answers[fieldID], fileID))
		rows, err := tx.DraftAttachments(ctx, id)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if row.ID == fileID {
				return tx.DeleteAttachment(ctx, fileID)
			}
		}
		return nil // a file of the application that is being corrected: its row goes when the correction is sent
	})
}

var errNoFile = fault.New(fault.NotFound, "intake.no_file")
