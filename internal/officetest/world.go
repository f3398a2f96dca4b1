// Package officetest builds bodies with staff and applications (テスト用の団体)
// for the tests of what staff do: a prefecture, two municipalities and the
// installation, each with a member of every role that belongs there.
package officetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"madoguchi/internal/application"
	"madoguchi/internal/blob"
	"madoguchi/internal/blob/dirblob"
	"madoguchi/internal/casework"
	"madoguchi/internal/jptext"
	"madoguchi/internal/procedure"
	"madoguchi/internal/signin"
	"madoguchi/internal/staff"
	"madoguchi/internal/store"
	"madoguchi/internal/store/sqlite"
	"madoguchi/internal/tenant"
)

// The bodies. CityA and CityB are municipalities of the prefecture.
const (
	Prefecture tenant.ID = 2
	CityA      tenant.ID = 3
	CityB      tenant.ID = 4
)

// The sections of every body. Clerks and examiners work in Jinji.
const (
	Jinji  staff.SectionID = "018f0000-0000-7000-8000-00000000000a"
	Sangyo staff.SectionID = "018f0000-0000-7000-8000-00000000000b"
)

// Password is every member's.
const Password = "correct horse battery"

// Secret is every member's TOTP secret.
const Secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"

// Start is the business time at which the world begins: 2022-07-01 14:23 in Japan.
var Start = time.Date(2022, 7, 1, 5, 23, 0, 0, time.UTC)

// World is a store with bodies, staff and applications.
type World struct {
	DB    store.DB
	Blobs blob.Store
	Desk  *casework.Desk
	Door  *signin.Door
	Real  *Clock // what Door takes for real time
}

// Clock is a clock that a test moves.
type Clock struct {
	mu sync.Mutex
	at time.Time // guarded by mu
}

// Now returns the clock's time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

// Advance moves the clock.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// Business is the business clock: it stands still, and the store makes it
// increase.
func Business() time.Time { return Start }

// New makes a world on a new SQLite file.
func New(t testing.TB) *World {
	t.Helper()
	data, err := base()
	check(t, err)
	file := filepath.Join(t.TempDir(), "app.db")
	check(t, os.WriteFile(file, data, 0o600))
	w, err := open(t.Context(), file, t.TempDir())
	check(t, err)
	t.Cleanup(func() { check(t, w.DB.Close()) })
	return w
}

// base is the database file in which every world begins. It is made once.
var base = sync.OnceValues(func() (data []byte, err error) {
	dir, err := os.MkdirTemp("", "officetest")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	ctx, file := context.Background(), filepath.Join(dir, "app.db")
	if err := sqlite.Migrate(ctx, file); err != nil {
		return nil, err
	}
	w, err := open(ctx, file, dir)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(w.found(ctx), w.DB.Close()); err != nil {
		return nil, err
	}
	return os.ReadFile(file)
})

func open(ctx context.Context, file, blobs string) (*World, error) {
	db, err := sqlite.Open(ctx, file, store.Options{Now: Business})
	if err != nil {
		return nil, err
	}
	files, err := dirblob.Open(blobs)
	if err != nil {
		return nil, err
	}
	w := &World{DB: db, Blobs: files, Real: &Clock{at: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)}}
	w.Desk = &casework.Desk{DB: db, Blobs: w.Blobs, NewID: NewID}
	w.Door, err = signin.New(signin.Config{
		DB: db, Secret: []byte(strings.Repeat("k", 32)), Now: w.Real.Now, Cost: signin.Cost{MemoryKiB: 64, Passes: 1, Threads: 1},
	})
	return w, err
}

// found founds the bodies.
func (w *World) found(ctx context.Context) error {
	for _, b := range []tenant.Tenant{
		{ID: tenant.Installation, Slug: "operators", Name: "運用センター", Kind: tenant.Operator},
		{ID: Prefecture, Slug: "pref-ibaraki", Name: "茨城県", Kind: tenant.Prefecture, Prefecture: "茨城県"},
		{ID: CityA, Slug: "mito", Name: "水戸市", Kind: tenant.City, Prefecture: "茨城県", Parent: Prefecture},
		{ID: CityB, Slug: "koga", Name: "古河市", Kind: tenant.City, Prefecture: "茨城県", Parent: Prefecture},
	} {
		b.Active = true
		if err := w.DB.Service().InsertTenant(ctx, &b); err != nil {
			return err
		}
		if err := w.furnish(ctx, b.ID); err != nil {
			return err
		}
	}
	return nil
}

// NewID makes an ID.
func NewID() string { return uuid.Must(uuid.NewV7()).String() }

// roles says which roles a body's members have; the login is the role's name.
func roles(id tenant.ID) []staff.Role {
	switch id {
	case tenant.Installation:
		return []staff.Role{staff.Operator}
	case Prefecture:
		return []staff.Role{staff.Clerk, staff.Examiner, staff.Editor, staff.Admin, staff.JointAdmin}
	}
	return []staff.Role{staff.Clerk, staff.Examiner, staff.Editor, staff.Admin}
}

// furnish gives a body its sections, members, procedures and their form.
func (w *World) furnish(ctx context.Context, id tenant.ID) error {
	err := w.DB.Write(ctx, id, func(tx store.Tx) error {
		for _, s := range []staff.Section{{ID: Jinji, Name: "人事課"}, {ID: Sangyo, Name: "産業課"}} {
			if err := tx.InsertSection(ctx, &s); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, r := range roles(id) {
		in := signin.MemberInput{Login: string(r), Name: Name(r), Roles: []staff.Role{r}}
		if r == staff.Clerk || r == staff.Examiner {
			in.Sections = []staff.SectionID{Jinji}
		}
		_, _, err := w.Door.Enlist(ctx, id, signin.NewMember{MemberInput: in, Password: Password, TOTPSecret: Secret})
		if err != nil {
			return err
		}
	}
	if id == tenant.Installation {
		return nil
	}
	return w.DB.Write(ctx, id, func(tx store.Tx) error {
		for i, section := range []staff.SectionID{Jinji, Sangyo} {
			p := procedure.Procedure{
				ID: procedure.ID(fmt.Sprintf("p%d", i+1)), Title: []string{"採用試験", "工場見学"}[i], Section: section, Published: true,
				OpensAt: Start.AddDate(0, -1, 0), ClosesAt: Start.AddDate(0, 1, 0), FormVersion: 1,
				Detail: procedure.Detail{Outcomes: []string{"受理", "条件付き受理"}, MailTexts: map[string]string{"mail.completed": "受験票は郵送します。"}},
			}
			if err := tx.InsertProcedure(ctx, &p); err != nil {
				return err
			}
			if err := tx.InsertForm(ctx, procedure.Form{Procedure: p.ID, Version: 1, Definition: []byte(formText)}); err != nil {
				return err
			}
		}
		return nil
	})
}

// Name is the name of the member with the role.
func Name(r staff.Role) string {
	return map[staff.Role]string{
		staff.Clerk: "受付 花子", staff.Examiner: "審査 太郎", staff.Editor: "編集 次郎", staff.Admin: "管理 三郎",
		staff.JointAdmin: "共同 四郎", staff.Operator: "運用 五郎",
	}[r]
}

// Who returns the body's member with the role, as if signed in.
func (w *World) Who(t testing.TB, id tenant.ID, r staff.Role) staff.Who {
	t.Helper()
	who := staff.Who{Tenant: id, Home: id, Session: "s", Device: "d", Addr: "192.0.2.1"}
	check(t, w.DB.Read(t.Context(), id, func(tx store.Tx) error {
		m, err := tx.MemberByLogin(t.Context(), string(r))
		if err != nil {
			return err
		}
		who.Member = *m
		return nil
	}))
	return who
}

// Apply keeps an application to the section's procedure in the status, with
// one file, and returns it.
func (w *World) Apply(t testing.TB, id tenant.ID, section staff.SectionID, status application.Status, name string) *application.Application {
	t.Helper()
	p := procedure.ID("p1")
	if section == Sangyo {
		p = "p2"
	}
	file := application.Attachment{ID: NewID(), Field: "photo", Name: "写真.png", Type: "image/png", SHA256: "-", Blob: NewID()}
	n, err := w.Blobs.Put(t.Context(), id, file.Blob, strings.NewReader("\x89PNG\r\n\x1a\n"+name))
	check(t, err)
	file.SizeBytes = n
	answers, err := json.Marshal(map[string]any{"memo": name, "photo": []any{map[string]any{"id": file.ID, "name": file.Name, "size": n, "type": "png"}}})
	check(t, err)
	var a application.Application
	check(t, w.DB.Write(t.Context(), id, func(tx store.Tx) error {
		ctx := t.Context()
		first, err := tx.TakeNumbers(ctx, "receipt", 1)
		if err != nil {
			return err
		}
		no, _ := jptext.ReceiptNo(uint64(id)*1_000_000 + uint64(first))
		a = application.Application{
			ID: application.ID(NewID()), ReceiptNo: no, Procedure: p, ProcedureTitle: "採用試験", FormVersion: 1, Status: status,
			Section: section, Answers: answers, Facts: application.Facts{Name: name, Kana: "ヤマダ"}, Mail: "applicant@example.jp", Lang: "ja",
			SubmissionKey: NewID(), Browser: "b", ArrivedAt: tx.Now(), UpdatedAt: tx.Now(), Version: 1,
		}
		if status == application.Returned {
			a.Return = &application.Return{Message: "写真を替えてください", DueAt: Start.AddDate(0, 0, 7)}
		}
		if err := tx.InsertApplication(ctx, &a); err != nil {
			return err
		}
		f := file
		f.Application, f.CreatedAt = a.ID, tx.Now()
		if err := tx.InsertAttachment(ctx, f); err != nil {
			return err
		}
		return tx.AddHistory(ctx, application.HistoryEntry{ID: NewID(), Application: a.ID, At: tx.Now(), Act: application.Submit, To: application.Received, By: "applicant"})
	}))
	return &a
}

// Files returns the attachments of an application.
func (w *World) Files(t testing.TB, id tenant.ID, a application.ID) []application.Attachment {
	t.Helper()
	var list []application.Attachment
	check(t, w.DB.Read(t.Context(), id, func(tx store.Tx) (err error) {
		list, err = tx.ApplicationAttachments(t.Context(), a)
		return err
	}))
	return slices.Clone(list)
}

const formText = `{
  "format": "madoguchi-form/1",
  "title": "申込書",
  "pages": [{"id": "about", "title": "申し込む方", "fields": [
    {"id": "memo", "kind": "text", "label": "氏名", "required": true},
    {"id": "photo", "kind": "file", "label": "写真", "types": ["png", "jpeg"], "max_files": 1}
  ]}]
}`

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
