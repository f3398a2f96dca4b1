package casework

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"madoguchi/internal/application"
	"madoguchi/internal/fault"
	"madoguchi/internal/form/field"
	"madoguchi/internal/jptext"
	"madoguchi/internal/outbox"
	"madoguchi/internal/staff"
	"madoguchi/internal/store"
)

// ReplyLimits say what a reply file may be.
var ReplyLimits = field.FileLimits{
	Types:    []string{"pdf", "jpeg", "png", "docx", "xlsx", "csv", "txt", "zip"},
	MaxFiles: 3, MaxBytes: 10 << 20, MaxTotalBytes: 30 << 20,
}

// fileNameMax is the length of a file's name in characters.
const fileNameMax = 100

// StageFile keeps a reply file that is not sent yet, checking its type by its
// content and its size while it streams. What no reply names later is removed
// by the sweeper of unnamed blobs.
func (d *Desk) StageFile(ctx context.Context, who staff.Who, no, fileName string, r io.Reader) (application.Attachment, error) {
	none := application.Attachment{}
	if err := may(who, staff.ReplyCase); err != nil {
		return none, err
	}
	err := d.DB.Read(ctx, who.Tenant, func(tx store.Tx) error {
		_, err := load(ctx, tx, who, no)
		return err
	})
	if err != nil {
		return none, err
	}
	if _, bad := jptext.Check(fileName, false); bad || fileName == "" || jptext.Longer(fileName, fileNameMax) {
		return none, problem("file", "casework.file_name", fault.Args{"max": fileNameMax})
	}
	shown := jptext.Cut(jptext.Recompose(fileName), 60)
	buffered := bufio.NewReaderSize(r, field.SniffBytes)
	head, err := buffered.Peek(field.SniffBytes)
	if err != nil && !errors.Is(err, io.EOF) {
		return none, fmt.Errorf("read reply file: %w", err)
	}
	if len(head) == 0 {
		return none, problem("file", "casework.file_empty", fault.Args{"name": shown})
	}
	kind, ok := ReplyLimits.Sniff(fileName, head)
	if !ok {
		return none, problem("file", "casework.file_type", fault.Args{"name": shown})
	}
	sum := sha256.New()
	f := application.Attachment{ID: d.NewID(), Reply: true, Name: fileName, Type: field.File{Type: kind}.MIME(), Blob: d.NewID(), By: who.Member.ID}
	f.SizeBytes, err = d.Blobs.Put(ctx, who.Tenant, f.Blob, io.TeeReader(&upTo{r: buffered, left: ReplyLimits.MaxBytes}, sum))
	if errors.Is(err, errTooLong) {
		return none, problem("file", "casework.file_large", fault.Args{"name": shown, "max": field.SizeText(ReplyLimits.MaxBytes)})
	}
	if err != nil {
		return none, fmt.Errorf("keep reply file: %w", err)
	}
	f.SHA256 = hex.EncodeToString(sum.Sum(nil))
	return f, nil
}

var errTooLong = errors.New("file is longer than allowed")

// upTo fails with errTooLong after left bytes.
type upTo struct {
	r    io.Reader
	left int64
}

func (u *upTo) Read(p []byte) (int, error) {
	n, err := u.r.Read(p)
	if u.left -= int64(n); u.left < 0 {
		return 0, errTooLong
	}
	return n, err
}

// ReplyInput is what the office sends to the applicant.
type ReplyInput struct {
	Message string
	Files   []application.Attachment // staged
}

// Reply sends the applicant a message, files, or both. It answers every
// question of the applicant that was open, and leaves the status as it is.
func (d *Desk) Reply(ctx context.Context, who staff.Who, no string, seen Seen, in ReplyInput) error {
	if err := may(who, staff.ReplyCase); err != nil {
		return err
	}
	message, err := text(in.Message, len(in.Files) == 0)
	if err != nil {
		return err
	}
	if err := checkTotal(in.Files); err != nil {
		return err
	}
	key, mailID := d.keyOf(seen), d.NewID()
	return d.DB.Write(ctx, who.Tenant, func(tx store.Tx) error {
		a, err := load(ctx, tx, who, no)
		if err != nil {
			return err
		}
		if done, err := isDone(ctx, tx, a.ID, key); err != nil || done {
			return err
		}
		if !a.Status.Allows(application.Reply) {
			return fault.New(fault.Conflict, "application.no_reply").With(fault.Args{"status": string(a.Status)})
		}
		template, err := replyMail(ctx, tx, a.ID)
		if err != nil {
			return err
		}
		if err := keep(ctx, tx, a, key, message, in.Files, who); err != nil {
			return err
		}
		section, err := sectionOf(ctx, tx, a.Section)
		if err != nil {
			return err
		}
		err = tx.AddHistory(ctx, application.HistoryEntry{
			ID: key, Application: a.ID, At: tx.Now(), Act: application.Reply, From: a.Status, To: a.Status, By: section.Name,
		})
		if err != nil {
			return err
		}
		if err := record(ctx, tx, who, key, name(application.Reply), a.ID, ""); err != nil {
			return err
		}
		return mail(ctx, tx, a, outbox.Message{ID: mailID, Channel: "mail", Template: template})
	})
}

// replyMail is the mail's template: an answer when a question was open.
func replyMail(ctx context.Context, tx store.Tx, id application.ID) (string, error) {
	all, err := tx.Messages(ctx, id)
	if err != nil {
		return "", err
	}
	for _, m := range all {
		if m.Side == application.FromApplicant && m.AnsweredAt.IsZero() {
			return "mail.answered", nil
		}
	}
	return "mail.replied", nil
}

// keep writes the message and the files of a reply.
func keep(ctx context.Context, tx store.Tx, a *application.Application, key, message string, files []application.Attachment, who staff.Who) error {
	if err := tx.AnswerMessages(ctx, a.ID); err != nil {
		return err
	}
	if message != "" {
		err := tx.InsertMessage(ctx, application.Message{
			ID: key, Application: a.ID, Side: application.FromStaff, Author: who.Member.ID, Body: message, At: tx.Now(),
		})
		if err != nil {
			return err
		}
	}
	for _, f := range files {
		f.Application, f.CreatedAt = a.ID, tx.Now()
		if err := tx.InsertAttachment(ctx, f); err != nil {
			return err
		}
	}
	return nil
}

func checkTotal(files []application.Attachment) error {
	if len(files) > ReplyLimits.MaxFiles {
		return problem("file", "casework.file_many", fault.Args{"max": ReplyLimits.MaxFiles})
	}
	var total int64
	for _, f := range files {
		total += f.SizeBytes
	}
	if total > ReplyLimits.MaxTotalBytes {
		return problem("file", "casework.file_total", fault.Args{"max": field.SizeText(ReplyLimits.MaxTotalBytes)})
	}
	return nil
}
