package mailin_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"madoguchi/internal/blob/dirblob"
	"madoguchi/internal/mail"
	"madoguchi/internal/mailin"
	"madoguchi/internal/store"
	"madoguchi/internal/store/sqlite"
	"madoguchi/internal/tenant"
)

// childDir names the folder of a server that this test's binary runs as a
// process of its own, to be killed.
const childDir = "MADOGUCHI_TEST_MAILIN"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		if err := serveUntilKilled(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

func serveUntilKilled(dir string) error {
	ctx := context.Background()
	db, err := sqlite.Open(ctx, filepath.Join(dir, "test.db"), store.Options{})
	if err != nil {
		return err
	}
	blobs, err := dirblob.Open(filepath.Join(dir, "files"))
	if err != nil {
		return err
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(l.Addr())
	return mailin.New(mailin.Config{
		Room: newRoom(new(testing.T), db, blobs), Log: slog.New(slog.NewTextHandler(os.Stderr, nil)), MailEvery: time.Microsecond,
	}).Serve(ctx, l)
}

// storm sends mails from several clients until the server dies, and returns
// those that were acknowledged.
func storm(addr string, round int, enough func(acknowledged int)) map[string]bool {
	const clients = 4
	var mu sync.Mutex
	acknowledged := map[string]bool{}
	var sending sync.WaitGroup
	for c := range clients {
		sending.Go(func() {
			for i := 0; ; i++ {
				name := fmt.Sprintf("mail-%d-%d-%d", round, c, i)
				if send(addr, "a@example.jp", sender, killText(name)) != nil {
					return
				}
				mu.Lock()
				acknowledged[name] = true
				n := len(acknowledged)
				mu.Unlock()
				enough(n)
			}
		})
	}
	sending.Wait()
	return acknowledged
}

func killText(name string) string {
	return "From: a@example.jp\r\nSubject: " + name + "\r\n\r\n" + strings.Repeat("0123456789", 500) + "\r\n"
}

// Nothing that was acknowledged is lost when the server is killed at any moment.
func TestKilledServersLoseNothingThatTheyAcknowledged(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "test.db")
	if err := sqlite.Migrate(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	db, err := sqlite.Open(t.Context(), file, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	err = db.Service().InsertTenant(t.Context(), &tenant.Tenant{ID: body, Slug: "pref", Settings: tenant.Settings{MailFrom: sender}})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	all := map[string]bool{}
	for round := range 3 {
		addr, kill := child(t, dir)
		for name := range storm(addr, round, func(n int) {
			if n == 20+round*7 {
				kill()
			}
		}) {
			all[name] = true
		}
	}
	if len(all) < 60 {
		t.Fatalf("only %d mails were acknowledged", len(all))
	}
	stored := readStored(t, dir)
	for name := range all {
		if stored[name] != killText(name) {
			t.Errorf("%s was acknowledged, and its mail has %d bytes, want %d", name, len(stored[name]), len(killText(name)))
		}
	}
	t.Logf("%d acknowledged, %d stored", len(all), len(stored))
}

// child starts a server and returns its address and the function that kills it.
func child(t *testing.T, dir string) (addr string, kill func()) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), childDir+"="+dir)
	cmd.Stderr = io.Discard
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	kill = sync.OnceFunc(func() {
		if err := cmd.Process.Kill(); err != nil { // SIGKILL
			t.Errorf("kill: %v", err)
		}
		_ = cmd.Wait() // it says that it was killed
	})
	t.Cleanup(kill)
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the server did not start: %v", err)
	}
	return strings.TrimSpace(line), kill
}

// readStored returns the mails that wait, by subject.
func readStored(t *testing.T, dir string) map[string]string {
	t.Helper()
	db, err := sqlite.Open(t.Context(), filepath.Join(dir, "test.db"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close() //nolint:errcheck // it was only read
	blobs, err := dirblob.Open(filepath.Join(dir, "files"))
	if err != nil {
		t.Fatal(err)
	}
	defer blobs.Close() //nolint:errcheck // it was only read
	var waiting []mail.Arrival
	err = db.Read(t.Context(), body, func(tx store.Tx) error {
		var err error
		waiting, err = tx.WaitingArrivals(t.Context(), 10_000)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	stored := map[string]string{}
	for _, a := range waiting {
		f, err := blobs.Open(t.Context(), body, a.Blob)
		if err != nil {
			t.Errorf("a row names a file that is not there: %v", err)
			continue
		}
		data, err := io.ReadAll(f)
		f.Close() //nolint:errcheck // it was only read
		if err != nil {
			t.Fatal(err)
		}
		_, rest, _ := bytes.Cut(data, []byte("Subject: "))
		name, _, _ := bytes.Cut(rest, []byte("\r\n"))
		stored[string(name)] = string(data)
	}
	return stored
}
