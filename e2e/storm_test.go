package e2e

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"testing"
	"time"

	"madoguchi/e2e/running"
	"madoguchi/e2e/storm"
	"madoguchi/internal/application"
	"madoguchi/internal/blob/dirblob"
	"madoguchi/internal/mailer/capture"
	"madoguchi/internal/mailread"
	"madoguchi/internal/pgtest"
	"madoguchi/internal/store"
	"madoguchi/internal/store/postgres"
	"madoguchi/internal/store/sqlite"
)

// long makes the storms long: make e2e.
var long = flag.Bool("long", false, "long storms")

// A storm is one installation under attack.
type attack struct {
	t      *testing.T
	open   func() (store.DB, error)
	config string
	dir    string
	url    string
	box    *capture.Box

	mu    sync.Mutex                       // guards shown
	shown map[application.DraftID][]string // receipt numbers that clients saw
}

func TestNothingIsLostWhenTheServerIsKilled(t *testing.T) {
	t.Parallel()
	submissions, kills := 150, 6
	if *long {
		submissions, kills = 4000, 80
	}
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		file := filepath.Join(t.TempDir(), "storm.db")
		if err := sqlite.Migrate(t.Context(), file); err != nil {
			t.Fatal(err)
		}
		a := newAttack(t, "sqlite:"+file, func() (store.DB, error) { return sqlite.Open(t.Context(), file, store.Options{}) })
		a.run(submissions, kills)
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		url := pgtest.Database(t)
		a := newAttack(t, url, func() (store.DB, error) { return postgres.Open(t.Context(), url, store.Options{}) })
		a.run(submissions, kills)
	})
}

func newAttack(t *testing.T, database string, open func() (store.DB, error)) *attack {
	t.Helper()
	a := &attack{t: t, open: open, dir: t.TempDir(), shown: map[application.DraftID][]string{}}
	box, err := capture.OpenBox(filepath.Join(a.dir, "mail"), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	a.box = box
	sink, err := capture.Listen(t.Context(), box)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := sink.Close(); err != nil {
			t.Error(err)
		}
	})
	address := freeAddress(t)
	a.url = "http://" + address
	a.config = file(t, "config.toml", fmt.Appendf(nil,
		"public_url = %q\nlisten = %q\ndata = %q\ndatabase = %q\nlog = \"text\"\n[mail]\nserver = %q\nsecurity = \"none\"\nfrom = \"a@example.jp\"\n",
		a.url, address, a.dir, database, sink.Addr()))
	return a
}

// freeAddress is one that nobody listens at now.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// with opens the installation while the program is not running.
func (a *attack) with(f func(*storm.Installation) error) {
	a.t.Helper()
	db, err := a.open()
	if err != nil {
		a.t.Fatal(err)
	}
	blobs, err := dirblob.Open(filepath.Join(a.dir, "files"))
	if err != nil {
		a.t.Fatal(err)
	}
	if err := errors.Join(f(a.installation(db, blobs)), db.Close()); err != nil {
		a.t.Fatal(err)
	}
}

func (a *attack) run(submissions, kills int) {
	a.t.Helper()
	var house storm.Installation
	var drafts []application.DraftID
	a.with(func(i *storm.Installation) (err error) {
		drafts, err = i.Prepare(a.t.Context(), submissions)
		house = *i
		return err
	})
	work := make(chan application.DraftID)
	// The submissions come over the time of all kills, however fast the machine is.
	go feed(work, drafts, time.Duration(kills)*betweenKills/time.Duration(2*len(drafts)))
	clients, finish := context.WithTimeout(a.t.Context(), 30*time.Minute)
	defer finish()
	var sending sync.WaitGroup
	for range 16 {
		sending.Go(func() {
			for d := range work {
				a.submit(clients, d)
			}
		})
	}
	done := make(chan struct{})
	go func() {
		sending.Wait()
		close(done)
	}()
	killed := a.kill(kills, done)
	a.t.Logf("%d submissions, twice each, by 16 clients; killed %d times", len(drafts), killed)
	a.mails(house, drafts)
}

// betweenKills is about how long the program lives each time.
const betweenKills = 500 * time.Millisecond

// feed gives every draft twice, as by a double click or a second window.
func feed(work chan<- application.DraftID, drafts []application.DraftID, pause time.Duration) {
	defer close(work)
	for _, d := range drafts {
		work <- d
		work <- d
		time.Sleep(2 * pause)
	}
}

// kill starts the program and kills it again and again, then starts it once
// more and lets the clients and the mails finish.
func (a *attack) kill(kills int, done <-chan struct{}) (killed int) {
	a.t.Helper()
	for range kills {
		s := kit.Start(a.t, a.dir, "serve", "--config", a.config)
		time.Sleep(betweenKills/2 + rand.N(betweenKills))
		s.Kill(a.t)
		killed++
	}
	last := kit.Start(a.t, a.dir, "serve", "--config", a.config)
	<-done
	a.drain(last)
	return killed
}

// drain waits until every mail has left.
func (a *attack) drain(s *running.Service) {
	a.t.Helper()
	for deadline := time.Now().Add(15 * time.Minute); time.Now().Before(deadline); time.Sleep(200 * time.Millisecond) {
		if len(a.messages()) >= len(a.shown) {
			s.Stop(a.t)
			return
		}
	}
	a.t.Errorf("%d different mails for %d receipts:\n%s", len(a.messages()), len(a.shown), s.Log())
}

// messages are the IDs of the mails that arrived, without their domain.
func (a *attack) messages() map[string]int {
	a.t.Helper()
	names, err := filepath.Glob(filepath.Join(a.dir, "mail", "*.eml"))
	if err != nil {
		a.t.Fatal(err)
	}
	ids := map[string]int{}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			continue // the box drops old mails
		}
		id, _, _ := cut(mailread.Read(data).MessageID)
		ids[id]++
	}
	return ids
}

func cut(id string) (string, string, bool) {
	m := regexp.MustCompile(`^(.*)@(.*)$`).FindStringSubmatch(id)
	if m == nil {
		return id, "", false
	}
	return m[1], m[2], true
}

var receiptNumber = regexp.MustCompile(`mg-ticket__no">([0-9 -]+)<`)

// submit sends the draft until a receipt is shown, as a patient person would.
func (a *attack) submit(ctx context.Context, d application.DraftID) {
	for ctx.Err() == nil {
		number, err := a.try(ctx, d)
		if err == nil {
			a.mu.Lock()
			a.shown[d] = append(a.shown[d], number)
			a.mu.Unlock()
			return
		}
		time.Sleep(20 * time.Millisecond) // the server is away
	}
	a.t.Errorf("draft %s was never received", d)
}

// try posts the draft and reads the receipt from the page that comes.
func (a *attack) try(ctx context.Context, d application.DraftID) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, a.url+"/"+storm.Slug+"/apply/"+string(d)+"/submit", nil)
	if err != nil {
		return "", err
	}
	jar := &http.Cookie{Name: "mg-browser", Value: storm.Key}
	r.AddCookie(jar)
	client := http.Client{CheckRedirect: func(next *http.Request, _ []*http.Request) error {
		next.AddCookie(jar)
		return nil
	}}
	response, err := client.Do(r)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	page, err := io.ReadAll(response.Body)
	if err != nil {
		return "", err
	}
	found := receiptNumber.FindSubmatch(page)
	if response.StatusCode != http.StatusOK || found == nil {
		if response.StatusCode != http.StatusServiceUnavailable {
			a.t.Errorf("draft %s: status %d without a receipt:\n%.600s", d, response.StatusCode, page)
		}
		return "", fmt.Errorf("status %d", response.StatusCode)
	}
	return regexp.MustCompile(`\D`).ReplaceAllString(string(found[1]), ""), nil
}

// mails compares what was shown with what is kept: every receipt is there,
// whole and once, and its mail has left at least once.
func (a *attack) mails(house storm.Installation, drafts []application.DraftID) {
	a.t.Helper()
	arrived, repeated := a.messages(), 0
	for _, n := range arrived {
		repeated += n - 1
	}
	numbers := map[string]application.DraftID{}
	a.with(func(i *storm.Installation) error {
		house.DB, house.Blobs = i.DB, i.Blobs
		for k, d := range drafts {
			kept, err := house.Kept(a.t.Context(), d, k)
			if err != nil {
				return err
			}
			for _, shown := range a.shown[d] {
				if shown != kept.Number {
					a.t.Errorf("draft %s: %q was shown, %q is kept", d, shown, kept.Number)
				}
			}
			if len(a.shown[d]) != 2 {
				a.t.Errorf("draft %s: %d receipts shown, want 2 for two submissions", d, len(a.shown[d]))
			}
			for _, p := range kept.Problems {
				a.t.Errorf("draft %s: %s", d, p)
			}
			if other, twice := numbers[kept.Number]; twice {
				a.t.Errorf("drafts %s and %s have the number %s", d, other, kept.Number)
			}
			numbers[kept.Number] = d
			if arrived[kept.Message] == 0 {
				a.t.Errorf("draft %s: its mail %s never left", d, kept.Message)
			}
			if err := house.File(a.t.Context(), k); err != nil {
				a.t.Errorf("draft %s: its file: %v", d, err)
			}
		}
		return nil
	})
	a.t.Logf("%d receipts, all whole; %d mails, %d of them repeated", len(numbers), len(arrived), repeated)
}

func (a *attack) installation(db store.DB, blobs *dirblob.Store) *storm.Installation {
	return &storm.Installation{DB: db, Blobs: blobs}
}
