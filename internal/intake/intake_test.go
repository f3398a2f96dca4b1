package intake_test

import (
	"bytes"
	"fmt"
	"maps"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"madoguchi/internal/application"
	"madoguchi/internal/audit"
	"madoguchi/internal/blob/dirblob"
	"madoguchi/internal/fault"
	"madoguchi/internal/form/field"
	"madoguchi/internal/intake"
	"madoguchi/internal/outbox"
	"madoguchi/internal/procedure"
	"madoguchi/internal/staff"
	"madoguchi/internal/store"
	"madoguchi/internal/store/storetest"
	"madoguchi/internal/tenant"
	"madoguchi/internal/words"
)

const definition = `{"format": "madoguchi-form/1", "title": "試験", "pages": [
	{"id": "one", "title": "一", "fields": [
		{"id": "who", "kind": "text", "label": "氏名", "required": true, "role": "applicant_name"},
		{"id": "proof", "kind": "file", "label": "書類", "types": ["pdf"], "max_files": 2}]}]}`

// counter is a Counter on real engines with two procedures, one of them
// without mail.
type counter struct {
	*intake.Counter
	t   testing.TB
	db  store.DB
	who intake.Visitor

	mu  sync.Mutex
	now time.Time
}

var start = time.Date(2022, 7, 1, 5, 23, 0, 0, time.UTC)

func (c *counter) clock() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *counter) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func open(t testing.TB) *counter {
	t.Helper()
	c := &counter{t: t, now: start}
	c.db = storetest.OpenSQLiteWith(t, store.Options{Now: c.clock})
	body := tenant.Tenant{Slug: "pref-ibaraki", Name: "茨城県", Kind: tenant.Prefecture, Active: true, CreatedAt: start}
	if err := c.db.Service().InsertTenant(t.Context(), &body); err != nil {
		t.Fatal(err)
	}
	c.who = intake.Visitor{Tenant: body.ID, Browser: strings.Repeat("b", 64), Network: "192.0.2.1", Addr: "192.0.2.1", Lang: "ja"}
	c.write(func(tx store.Tx) error {
		if err := tx.InsertSection(t.Context(), &staff.Section{ID: "s", Name: "人事課"}); err != nil {
			return err
		}
		for _, id := range []procedure.ID{"exam", "survey"} {
			err := tx.InsertProcedure(t.Context(), &procedure.Procedure{
				ID: id, Title: "試験申込", Section: "s", Published: true, OpensAt: start.Add(-time.Hour), ClosesAt: start.Add(240 * time.Hour),
				FormVersion: 1, Detail: procedure.Detail{NoMail: id == "survey"},
			})
			if err != nil {
				return err
			}
			if err := tx.InsertForm(t.Context(), procedure.Form{Procedure: id, Version: 1, Definition: []byte(definition)}); err != nil {
				return err
			}
		}
		return nil
	})
	c.Counter = c.another()
	return c
}

// another is a second server on the same store.
func (c *counter) another() *intake.Counter {
	c.t.Helper()
	blobs, err := dirblob.Open(c.t.TempDir())
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() {
		if err := blobs.Close(); err != nil {
			c.t.Error(err)
		}
	})
	counter, err := intake.New(c.db, blobs, bytes.Repeat([]byte("s"), 32))
	if err != nil {
		c.t.Fatal(err)
	}
	return counter
}

func (c *counter) write(f func(store.Tx) error) {
	c.t.Helper()
	if err := c.db.Write(c.t.Context(), c.who.Tenant, f); err != nil {
		c.t.Fatal(err)
	}
}

// mails takes the messages that wait, oldest first.
func (c *counter) mails() []outbox.Message {
	c.t.Helper()
	var list []outbox.Message
	c.write(func(tx store.Tx) (err error) {
		list, err = tx.ClaimMessages(c.t.Context(), "test", c.clock().Add(time.Hour), c.clock().Add(2*time.Hour), 100)
		return err
	})
	return list
}

// draft is a draft that may be submitted.
func (c *counter) draft() application.DraftID {
	c.t.Helper()
	id, err := c.AskToApply(c.t.Context(), c.who, "exam", "aoi@example.jp")
	c.ok(err)
	sent := c.mails()
	done, err := c.ConfirmCode(c.t.Context(), c.who, id, sent[len(sent)-1].Args["code"])
	c.ok(err)
	c.save(done.Draft, "髙橋 葵")
	return done.Draft
}

func (c *counter) save(id application.DraftID, name string) {
	c.t.Helper()
	_, problems, err := c.SavePage(c.t.Context(), c.who, id, "one", url.Values{"who": {name}})
	c.ok(err)
	if len(problems) > 0 {
		c.t.Fatalf("problems %v", problems)
	}
}

func (c *counter) ok(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

func want(t testing.TB, err error, kind fault.Kind, key string) {
	t.Helper()
	f := fault.Of(err)
	if f == nil || f.Kind() != kind || f.Key() != key {
		t.Errorf("got %v, want %s %s", err, kind, key)
	}
}

func TestOneDraftBecomesOneApplicationOnTwoServers(t *testing.T) {
	c := open(t)
	id := c.draft()
	servers := []*intake.Counter{c.Counter, c.another()}
	var wg sync.WaitGroup
	receipts := make([]intake.Receipt, 8)
	for i := range receipts {
		wg.Go(func() {
			r, err := servers[i%2].Submit(t.Context(), c.who, id)
			if err != nil {
				t.Errorf("submit %d: %v", i, err)
			}
			receipts[i] = r
		})
	}
	wg.Wait()
	for _, r := range receipts {
		if r.Number != receipts[0].Number || r.Code != receipts[0].Code || r.Number == "" {
			t.Errorf("receipts %s and %s, want one", r.Number, receipts[0].Number)
		}
	}
	received := 0
	for _, m := range c.mails() {
		if m.Template == "mail.received" {
			received++
		}
	}
	if received != 1 {
		t.Errorf("%d mails about the receipt, want 1", received)
	}
}

func TestReceiptNumbersDifferOverServersAndBlocks(t *testing.T) {
	c := open(t)
	servers := []*intake.Counter{c.Counter, c.another()}
	seen := map[string]bool{}
	for i := range 220 {
		s := servers[i%2]
		id, err := s.Begin(t.Context(), c.who, "survey")
		c.ok(err)
		_, _, err = s.SavePage(t.Context(), c.who, id, "one", url.Values{"who": {"企業"}})
		c.ok(err)
		r, err := s.Submit(t.Context(), c.who, id)
		c.ok(err)
		if seen[r.Number] {
			t.Fatalf("number %s twice", r.Number)
		}
		seen[r.Number] = true
		if r.Code != "" {
			t.Fatalf("a questionnaire has the code %s", r.Code)
		}
	}
}

func TestTheCodeIsKeptNowhere(t *testing.T) {
	c := open(t)
	id := c.draft()
	r, err := c.Submit(t.Context(), c.who, id)
	c.ok(err)
	var kept string
	c.write(func(tx store.Tx) error {
		a, err := tx.Application(t.Context(), r.Access.ID)
		if err != nil {
			return err
		}
		d, err := tx.Draft(t.Context(), id)
		if err != nil {
			return err
		}
		entries, err := tx.EntriesAbout(t.Context(), string(a.ID))
		kept = fmt.Sprintf("%+v %+v %+v", *a, *d, entries)
		return err
	})
	kept += fmt.Sprintf("%+v", c.mails())
	if strings.Contains(kept, r.Code) {
		t.Error("the lookup code is in the store")
	}
	if got, err := c.Receipt(t.Context(), c.who, id); err != nil || got.Code != r.Code {
		t.Errorf("the same browser is shown %q again, want %q (%v)", got.Code, r.Code, err)
	}
}

func TestASubmittedDraftHoldsNoAnswers(t *testing.T) {
	c := open(t)
	id := c.draft()
	_, err := c.Submit(t.Context(), c.who, id)
	c.ok(err)
	c.write(func(tx store.Tx) error {
		d, err := tx.Draft(t.Context(), id)
		if err == nil && string(d.Answers) != "{}" {
			t.Errorf("answers %s", d.Answers)
		}
		return err
	})
	_, _, err = c.SavePage(t.Context(), c.who, id, "one", url.Values{"who": {"別の人"}})
	want(t, err, fault.Conflict, "intake.already_submitted")
}

func TestADraftOutlivesTheClosingButCannotBeSubmitted(t *testing.T) {
	c := open(t)
	id := c.draft()
	c.pass(11 * 24 * time.Hour)
	_, err := c.Submit(t.Context(), c.who, id)
	want(t, err, fault.Gone, "intake.closed")
	if _, err := c.Open(t.Context(), c.who, id); err != nil {
		t.Errorf("the draft cannot be read any more: %v", err)
	}
	c.pass(30 * 24 * time.Hour)
	_, err = c.Open(t.Context(), c.who, id)
	want(t, err, fault.Gone, "intake.draft_ended")
}

func TestIncompleteDraftsSayWhatIsMissing(t *testing.T) {
	c := open(t)
	id, err := c.Begin(t.Context(), c.who, "survey")
	c.ok(err)
	_, err = c.Submit(t.Context(), c.who, id)
	if fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), "incomplete") {
		t.Errorf("got %v, want incomplete", err)
	}
}

func TestAnotherBrowserOpensNothing(t *testing.T) {
	c := open(t)
	id := c.draft()
	for _, browser := range []string{"", strings.Repeat("x", 64)} {
		other := c.who
		other.Browser = browser
		_, err := c.Open(t.Context(), other, id)
		want(t, err, fault.NotFound, "intake.no_draft")
		_, _, err = c.SavePage(t.Context(), other, id, "one", url.Values{"who": {"x"}})
		want(t, err, fault.NotFound, "intake.no_draft")
		_, err = c.Submit(t.Context(), other, id)
		want(t, err, fault.NotFound, "intake.no_draft")
	}
}

func TestAnApplicationIsShownOnlyWithTheViewRecorded(t *testing.T) {
	c := open(t)
	r, err := c.Submit(t.Context(), c.who, c.draft())
	c.ok(err)
	x, err := c.See(t.Context(), c.who, r.Access, audit.ViewLookup)
	c.ok(err)
	if x.Application.Facts.Name != "髙橋 葵" {
		t.Errorf("name %q", x.Application.Facts.Name)
	}
	old := r.Access
	old.Generation = 7
	_, err = c.See(t.Context(), c.who, old, audit.ViewLookup)
	want(t, err, fault.NotFound, "intake.no_application")
	c.write(func(tx store.Tx) error {
		views, err := tx.ViewsOf(t.Context(), r.Access.ID)
		if len(views) != 1 || views[0].Member != "applicant" || views[0].Addr != "192.0.2.1" {
			t.Errorf("views %+v, want the one that was shown", views)
		}
		return err
	})
}

func TestAnotherTenantsApplicationDoesNotExist(t *testing.T) {
	c := open(t)
	r, err := c.Submit(t.Context(), c.who, c.draft())
	c.ok(err)
	other := tenant.Tenant{Slug: "city-mito", Name: "水戸市", Kind: tenant.City, Active: true, CreatedAt: start}
	c.ok(c.db.Service().InsertTenant(t.Context(), &other))
	who := c.who
	who.Tenant = other.ID
	_, err = c.See(t.Context(), who, r.Access, audit.ViewLookup)
	want(t, err, fault.NotFound, "intake.no_application")
	_, err = c.LookUp(t.Context(), who, r.Number, r.Code)
	want(t, err, fault.Invalid, "intake.lookup_wrong")
}

func TestRefusedLookupsTakeTheSameTimeAtLeast(t *testing.T) {
	c := open(t)
	r, err := c.Submit(t.Context(), c.who, c.draft())
	c.ok(err)
	for _, try := range [][2]string{{r.Number, "AAAA-BBBB-CCCC"}, {"000000000000", r.Code}} {
		begin := time.Now()
		_, err := c.LookUp(t.Context(), c.who, try[0], try[1])
		want(t, err, fault.Invalid, "intake.lookup_wrong")
		if d := time.Since(begin); d < 200*time.Millisecond {
			t.Errorf("refused after %s", d)
		}
	}
}

func TestConfirmationsAreLimitedPerNetwork(t *testing.T) {
	c := open(t)
	for i := range 60 {
		_, err := c.AskToApply(t.Context(), c.who, "exam", fmt.Sprintf("a%d@example.jp", i))
		c.ok(err)
	}
	_, err := c.AskToApply(t.Context(), c.who, "exam", "b@example.jp")
	want(t, err, fault.TooMany, "intake.too_many_mails")
	other := c.who
	other.Network = "198.51.100.7"
	_, err = c.AskToApply(t.Context(), other, "exam", "b@example.jp")
	c.ok(err)
	c.pass(61 * time.Minute)
	_, err = c.AskToApply(t.Context(), c.who, "exam", "b@example.jp")
	c.ok(err)
}

func TestRefusedFilesLeaveNoBlob(t *testing.T) {
	c := open(t)
	id := c.draft()
	big := strings.NewReader("%PDF-1.4\n" + strings.Repeat("x", 6<<20))
	_, problem, err := c.AddFile(t.Context(), c.who, id, "proof", "大.pdf", big)
	c.ok(err)
	if problem == nil {
		t.Fatal("a file of 6 MB was taken")
	}
	_, problem, err = c.AddFile(t.Context(), c.who, id, "proof", "証.pdf", strings.NewReader("%PDF-1.4\nx"))
	c.ok(err)
	if problem != nil {
		t.Fatal(problem.Key)
	}
	w, err := c.Open(t.Context(), c.who, id)
	c.ok(err)
	files := field.Files(w.Answers["proof"])
	if len(files) != 1 || files[0].Name != "証.pdf" {
		t.Errorf("files %+v", files)
	}
}

func TestAFileSurvivesSubmissionAndCorrection(t *testing.T) {
	c := open(t)
	id := c.draft()
	_, _, err := c.AddFile(t.Context(), c.who, id, "proof", "証.pdf", strings.NewReader("%PDF-1.4\nx"))
	c.ok(err)
	c.save(id, "髙橋 葵") // a page that is sent again keeps its files
	r, err := c.Submit(t.Context(), c.who, id)
	c.ok(err)
	correction, err := c.Correct(t.Context(), c.who, r.Access)
	c.ok(err)
	w, err := c.Open(t.Context(), c.who, correction)
	c.ok(err)
	old := field.Files(w.Answers["proof"])[0]
	_, err = c.RemoveFile(t.Context(), c.who, correction, "proof", old.ID)
	c.ok(err)
	_, _, err = c.AddFile(t.Context(), c.who, correction, "proof", "新.pdf", strings.NewReader("%PDF-1.4\ny"))
	c.ok(err)
	x, err := c.See(t.Context(), c.who, r.Access, audit.ViewLookup)
	c.ok(err)
	if len(x.Files) != 1 || x.Files[0].Name != "証.pdf" {
		t.Errorf("before the correction is sent: %+v", x.Files)
	}
	_, err = c.Submit(t.Context(), c.who, correction)
	c.ok(err)
	x, err = c.See(t.Context(), c.who, r.Access, audit.ViewLookup)
	c.ok(err)
	if len(x.Files) != 1 || x.Files[0].Name != "新.pdf" {
		t.Errorf("after it: %+v", x.Files)
	}
}

// Each mail has words, and every argument in them is given.
func TestMailsHaveWordsForWhatTheySay(t *testing.T) {
	c := open(t)
	id := c.draft()
	_, err := c.Remind(t.Context(), c.who, id)
	c.ok(err)
	other := c.who
	other.Browser = strings.Repeat("o", 64)
	_, err = c.AskToResume(t.Context(), other, id)
	c.ok(err)
	r, err := c.Submit(t.Context(), c.who, id)
	c.ok(err)
	correction, err := c.Correct(t.Context(), c.who, r.Access)
	c.ok(err)
	_, err = c.Submit(t.Context(), c.who, correction)
	c.ok(err)
	confirmation, err := c.AskToRecover(t.Context(), other, r.Number, "aoi@example.jp", "髙橋　葵")
	c.ok(err)
	sent := map[string]outbox.Message{}
	collect := func() {
		for _, m := range c.mails() {
			sent[m.Template] = m
		}
		c.pass(3 * time.Hour)
	}
	collect()
	done, err := c.ConfirmCode(t.Context(), other, confirmation, sent["mail.recover"].Args["code"])
	c.ok(err)
	c.ok(c.Withdraw(t.Context(), other, done.Access, "都合により"))
	collect()
	for _, template := range []string{"mail.resume", "mail.resume_code", "mail.received", "mail.corrected", "mail.recover", "mail.code_replaced", "mail.withdrawn"} {
		m, ok := sent[template]
		if !ok {
			t.Errorf("%s was not sent", template)
			continue
		}
		args := map[string]any{"body": "茨城県", "url": "https://shinsei.example.jp/pref-ibaraki"}
		for k, v := range m.Args {
			args[k] = v
		}
		text := words.Of("ja").Text(template+"_subject", args) + words.Of("ja").Text(template+"_body", args)
		if strings.Contains(text, "{") || strings.Contains(text, template) {
			t.Errorf("%s with %v reads\n%s", template, maps.Keys(m.Args), text)
		}
		if strings.Contains(text, "髙橋") || strings.Contains(text, r.Code) || strings.Contains(text, done.Code) {
			t.Errorf("%s holds an answer or a code:\n%s", template, text)
		}
	}
}
