// Package storm prepares an installation for tests that kill it (強制終了の試験),
// and reads afterwards what is kept.
//
// Drafts are put in ready to be submitted, each with a file, so that the storm
// is of submissions and of nothing else.
package storm

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"madoguchi/internal/application"
	"madoguchi/internal/blob"
	"madoguchi/internal/form"
	"madoguchi/internal/outbox"
	"madoguchi/internal/procedure"
	"madoguchi/internal/staff"
	"madoguchi/internal/store"
	"madoguchi/internal/tenant"
)

// Slug is the body of the storm.
const Slug = "arashi"

// Key is the browser's key that every draft belongs to.
const Key = "storm-browser-key-storm-browser"

const (
	subject  = procedure.ID("storm")
	proof    = "proof"
	fileText = "%PDF-1.4 the proof"
)

// definition is a form with a text and a file.
const definition = `{"format":"madoguchi-form/1","title":"嵐","pages":[{"id":"only","title":"内容","fields":[
{"id":"content","kind":"text","label":"内容","required":true},
{"id":"proof","kind":"file","label":"書類","required":true,"types":["pdf"]}]}]}`

// Installation is what the test and the program both open, one after the other.
type Installation struct {
	DB    store.DB
	Blobs blob.Store
	body  tenant.ID
}

// Prepare adds the body, its procedure and n drafts, and returns their IDs.
func (i *Installation) Prepare(ctx context.Context, n int) ([]application.DraftID, error) {
	t := tenant.Tenant{Slug: Slug, Name: "嵐市", Kana: "アラシシ", Kind: tenant.City, Prefecture: "茨城県", Active: true,
		Settings: tenant.Settings{MailFrom: "arashi@example.jp"}}
	if err := i.DB.Service().InsertTenant(ctx, &t); err != nil {
		return nil, err
	}
	i.body = t.ID
	err := i.DB.Write(ctx, i.body, func(tx store.Tx) error {
		if err := tx.InsertSection(ctx, &staff.Section{ID: "s1", Name: "嵐課"}); err != nil {
			return err
		}
		p := procedure.Procedure{ID: subject, Title: "嵐の申込", Section: "s1", Published: true, OpensAt: tx.Now().Add(-time.Hour), FormVersion: 1}
		if err := tx.InsertProcedure(ctx, &p); err != nil {
			return err
		}
		return tx.InsertForm(ctx, procedure.Form{Procedure: subject, Version: 1, Definition: []byte(definition)})
	})
	if err != nil {
		return nil, err
	}
	var ids []application.DraftID
	for k := range n {
		id, err := i.draft(ctx, k)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// draft puts in one complete draft with its file.
func (i *Installation) draft(ctx context.Context, k int) (application.DraftID, error) {
	id := application.DraftID(fmt.Sprintf("00000000-0000-7000-8000-%012d", k))
	attachment, key := fmt.Sprintf("file-%06d", k), fmt.Sprintf("storm-%06d", k)
	size, err := i.Blobs.Put(ctx, i.body, key, bytes.NewReader([]byte(fileText)))
	if err != nil {
		return "", err
	}
	file, err := json.Marshal([]map[string]any{{"id": attachment, "name": "証明.pdf", "size": size, "type": "pdf"}})
	if err != nil {
		return "", err
	}
	answers := form.Answers{"content": json.RawMessage(fmt.Sprintf("%q", content(k))), proof: file}
	browser := sha256.Sum256([]byte(Key))
	d := &application.Draft{
		ID: id, Procedure: subject, FormVersion: 1, Mail: "arashi@example.jp", Lang: "ja", Browser: hex.EncodeToString(browser[:]),
		SubmissionKey: fmt.Sprintf("submission-key-%06d", k), Answers: answers.Encode(), Done: []string{"only"},
	}
	sum := sha256.Sum256([]byte(fileText))
	err = i.DB.Write(ctx, i.body, func(tx store.Tx) error {
		d.TermsAgreedAt, d.ExpiresAt = tx.Now(), tx.Now().Add(30*24*time.Hour)
		if err := tx.InsertDraft(ctx, d); err != nil {
			return err
		}
		return tx.InsertAttachment(ctx, application.Attachment{
			ID: attachment, Draft: id, Field: proof, Name: "証明.pdf", Type: "application/pdf", SizeBytes: size,
			SHA256: hex.EncodeToString(sum[:]), Blob: key, CreatedAt: tx.Now(),
		})
	})
	return id, err
}

func content(k int) string { return fmt.Sprintf("嵐の内容 %d", k) }

// Kept is what is kept of one draft after the storm.
type Kept struct {
	Number   string // receipt number, "" if it was not submitted
	Problems []string
	Message  string // ID of its mail
}

// Kept reads what became of draft number k. What is not whole is a problem.
func (i *Installation) Kept(ctx context.Context, id application.DraftID, k int) (Kept, error) {
	var out Kept
	err := i.DB.Read(ctx, i.body, func(tx store.Tx) error {
		out = Kept{}
		problem := func(format string, args ...any) { out.Problems = append(out.Problems, fmt.Sprintf(format, args...)) }
		d, err := tx.Draft(ctx, id)
		if err != nil {
			return err
		}
		if d.SubmittedAs == "" {
			return nil
		}
		a, err := tx.Application(ctx, d.SubmittedAs)
		if err != nil {
			return err
		}
		out.Number = a.ReceiptNo
		if byKey, err := tx.ApplicationBySubmissionKey(ctx, d.SubmissionKey); err != nil || byKey.ID != a.ID {
			problem("its key names %v, %v", byKey, err)
		}
		if !bytes.Contains(a.Answers, []byte(content(k))) {
			problem("answers %s", a.Answers)
		}
		files, err := tx.ApplicationAttachments(ctx, a.ID)
		if err != nil || len(files) != 1 || files[0].Field != proof {
			problem("files %v, %v", files, err)
		}
		history, err := tx.History(ctx, a.ID)
		if err != nil || len(history) != 1 || history[0].Act != application.Submit {
			problem("history %v, %v", history, err)
		}
		entries, err := tx.EntriesAbout(ctx, string(a.ID))
		if err != nil || len(entries) != 1 {
			problem("audit trail %v, %v", entries, err)
		}
		messages, err := tx.MessagesAbout(ctx, string(a.ID))
		if err != nil || len(messages) != 1 || messages[0].State == outbox.Failed {
			problem("messages %v, %v", messages, err)
			return nil
		}
		out.Message = messages[0].ID
		return nil
	})
	return out, err
}

// File reads the file of draft number k.
func (i *Installation) File(ctx context.Context, k int) error {
	f, err := i.Blobs.Open(ctx, i.body, fmt.Sprintf("storm-%06d", k))
	if err != nil {
		return err
	}
	return f.Close()
}
