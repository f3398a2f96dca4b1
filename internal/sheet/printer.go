package sheet

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"madoguchi/internal/fault"
)

// Printer makes PDF with Chromium, a few at a time. Many goroutines may use it.
type Printer struct {
	path  string
	slots chan struct{}
}

const (
	printersAtOnce = 2
	printTime      = 30 * time.Second
)

// programs are the names under which Chromium is installed.
var programs = []string{"chromium", "chromium-browser", "google-chrome", "chrome-headless-shell"}

// NewPrinter returns a printer that runs the program, or, where it is empty,
// the Chromium that is installed.
func NewPrinter(program string) *Printer {
	p := &Printer{slots: make(chan struct{}, printersAtOnce)}
	names := programs
	if program != "" {
		names = []string{program}
	}
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			p.path = path
			break
		}
	}
	return p
}

// Available reports whether Chromium is installed. A nil Printer is not available.
func (p *Printer) Available() bool { return p != nil && p.path != "" }

// PDF prints a whole document, which holds its style. Unavailable: there is no
// Chromium, or it did not do it in time. Each
// print has a process and a folder of its own, so no two copies can be mixed
// up; the page is a file there, and Chromium has no network.
func (p *Printer) PDF(ctx context.Context, document []byte) ([]byte, error) {
	if !p.Available() {
		return nil, busy(errors.New("chromium is not installed"))
	}
	ctx, cancel := context.WithTimeout(ctx, printTime)
	defer cancel()
	select {
	case p.slots <- struct{}{}:
		defer func() { <-p.slots }()
	case <-ctx.Done():
		return nil, busy(ctx.Err())
	}
	dir, err := os.MkdirTemp("", "madoguchi-print-")
	if err != nil {
		return nil, fmt.Errorf("print: %w", err)
	}
	pdf, err := p.print(ctx, dir, document)
	return pdf, errors.Join(err, os.RemoveAll(dir))
}

func (p *Printer) print(ctx context.Context, dir string, html []byte) ([]byte, error) {
	in, out := filepath.Join(dir, "copy.html"), filepath.Join(dir, "copy.pdf")
	if err := os.WriteFile(in, html, 0o600); err != nil {
		return nil, fmt.Errorf("print: %w", err)
	}
	args := []string{
		"--headless", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
		"--disable-component-update", "--disable-sync", "--disable-extensions", "--disable-dev-shm-usage",
		"--host-resolver-rules=MAP * ~NOTFOUND", "--user-data-dir=" + filepath.Join(dir, "profile"),
		"--no-pdf-header-footer", "--generate-pdf-document-outline", "--print-to-pdf=" + out, "file://" + in,
	}
	if os.Geteuid() == 0 {
		args = append([]string{"--no-sandbox"}, args...) // Chromium refuses root otherwise
	}
	c := exec.CommandContext(ctx, p.path, args...)
	c.WaitDelay = time.Second
	c.Dir, c.Env = dir, append(os.Environ(), "HOME="+dir)
	if said, err := c.CombinedOutput(); err != nil {
		return nil, busy(fmt.Errorf("chromium: %w (%d bytes of output)", err, len(said)))
	}
	return os.ReadFile(out)
}

func busy(err error) error { return fault.New(fault.Unavailable, "sheet.pdf_unavailable").Because(err) }
