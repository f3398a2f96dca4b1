// Package running builds the program and runs it for end-to-end tests
// (通し試験): the same binary that is shipped, with its data in a folder of the
// test's own.
package running

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"madoguchi/internal/mailread"
	"madoguchi/internal/signin"
)

// A Kit is the built program with the data of a demo that was just begun.
type Kit struct {
	Program string
	demo    string // folder
}

// Build builds the program into dir and begins a demo there.
func Build(ctx context.Context, dir string) (*Kit, error) {
	k := &Kit{Program: filepath.Join(dir, "madoguchi"), demo: filepath.Join(dir, "demo")}
	build := exec.CommandContext(ctx, "go", "build", "-o", k.Program, "madoguchi/cmd/madoguchi")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build: %w\n%s", err, out)
	}
	s, err := k.launch(ctx, "demo", "--listen", "127.0.0.1:0", "--data", k.demo)
	if err != nil {
		return nil, err
	}
	return k, s.stop(syscall.SIGTERM)
}

// Service is the program while it runs.
type Service struct {
	URL string // without a slash at the end
	Dir string // of its data

	cmd    *exec.Cmd
	exited chan error
	ended  bool // stop was called

	mu  sync.Mutex // guards out
	out bytes.Buffer
}

// Demo starts a demo with data of its own, which is removed with the test.
// Times and bodies are those of a new demo.
func (k *Kit) Demo(t testing.TB, more ...string) *Service {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "demo")
	if err := os.CopyFS(dir, os.DirFS(k.demo)); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(dir, "secret"), 0o600); err != nil { // CopyFS lets everyone read
		t.Fatal(err)
	}
	return k.Start(t, dir, append([]string{"demo", "--listen", "127.0.0.1:0", "--data", dir, "--at", "2022-07-01T14:23:00+09:00"}, more...)...)
}

// Start runs the program with the arguments until the test ends.
func (k *Kit) Start(t testing.TB, dir string, args ...string) *Service {
	t.Helper()
	s, err := k.launch(context.WithoutCancel(t.Context()), args...)
	if err != nil {
		t.Fatal(err)
	}
	s.Dir = dir
	t.Cleanup(func() {
		if err := s.stop(syscall.SIGTERM); err != nil {
			t.Errorf("the program ended badly: %v\n%s", err, s.Log())
		}
	})
	return s
}

// address finds where the program serves in what it prints.
var address = regexp.MustCompile(`https?://127\.0\.0\.1:\d+`)

// launch starts the program and waits until it serves.
func (k *Kit) launch(ctx context.Context, args ...string) (*Service, error) {
	s := &Service{cmd: exec.CommandContext(ctx, k.Program, args...), exited: make(chan error, 1)}
	stdout, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	stderr, err := s.cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	found := make(chan string, 16)
	var reading sync.WaitGroup
	for _, r := range []io.Reader{stdout, stderr} {
		reading.Go(func() { s.read(r, found) })
	}
	go func() {
		reading.Wait()
		s.exited <- s.cmd.Wait()
	}()
	select {
	case s.URL = <-found:
		return s, nil
	case err := <-s.exited:
		return nil, fmt.Errorf("%v ended at once: %w\n%s", args, err, s.Log())
	case <-time.After(2 * time.Minute):
		return nil, errors.Join(fmt.Errorf("%v does not serve\n%s", args, s.Log()), s.stop(syscall.SIGKILL))
	}
}

// read keeps what the program prints, and tells of each line with an address.
func (s *Service) read(r io.Reader, found chan<- string) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		s.mu.Lock()
		s.out.Write(append(lines.Bytes(), '\n'))
		s.mu.Unlock()
		if a := address.FindString(lines.Text()); a != "" {
			select {
			case found <- a:
			default:
			}
		}
	}
	if err := lines.Err(); err != nil {
		s.mu.Lock()
		fmt.Fprintf(&s.out, "its output could not be read on: %v\n", err)
		s.mu.Unlock()
	}
}

// Log is what the program printed so far.
func (s *Service) Log() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.out.String()
}

// Kill ends the program at once, as a power cut does.
func (s *Service) Kill(t testing.TB) {
	t.Helper()
	if err := s.stop(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
}

// Stop ends the program as an administrator does.
func (s *Service) Stop(t testing.TB) {
	t.Helper()
	if err := s.stop(syscall.SIGTERM); err != nil {
		t.Errorf("the program ended badly: %v\n%s", err, s.Log())
	}
}

// stop sends the signal and waits. A program that was stopped before is no error.
func (s *Service) stop(signal syscall.Signal) error {
	if s.ended {
		return nil
	}
	s.ended = true
	if err := s.cmd.Process.Signal(signal); err != nil {
		if errors.Is(err, os.ErrProcessDone) {
			return nil
		}
		return err
	}
	err := <-s.exited
	if _, ok := errors.AsType[*exec.ExitError](err); ok && signal == syscall.SIGKILL {
		return nil
	}
	return err
}

// Person returns the password of a member of staff, and a function that gives
// the present one-time code.
func (s *Service) Person(t testing.TB, slug, login string) (password string, code func() string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(s.Dir, "passwords.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		cells := strings.Fields(line)
		if len(cells) == 4 && cells[0] == slug && cells[1] == login {
			return cells[2], func() string {
				code, err := signin.CodeAt(cells[3], time.Now())
				if err != nil {
					t.Fatal(err)
				}
				return code
			}
		}
	}
	t.Fatalf("nobody is %s of %s", login, slug)
	return "", nil
}

// Mails returns the mails that the demo has sent so far, oldest first.
func (s *Service) Mails(t testing.TB) []mailread.Message {
	t.Helper()
	var list []mailread.Message
	names, err := fs.Glob(os.DirFS(s.Dir), "mail/*.eml")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		data, err := os.ReadFile(filepath.Join(s.Dir, name))
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, mailread.Read(data))
	}
	return list
}

// Mail waits for a mail to the address whose subject holds the words, and
// returns the newest one.
func (s *Service) Mail(t testing.TB, to, words string) mailread.Message {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		mails := s.Mails(t)
		for i := len(mails) - 1; i >= 0; i-- {
			m := mails[i]
			if len(m.To) > 0 && m.To[0].Addr == to && strings.Contains(m.Subject, words) {
				return m
			}
		}
	}
	var came []string
	for _, m := range s.Mails(t) {
		came = append(came, m.Subject)
	}
	t.Fatalf("no mail to %s with %q came, but %q; the log:\n%s", to, words, came, s.Log())
	return mailread.Message{}
}
