package sheet

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"madoguchi/internal/fault"
)

// deadline is how long one conversion may take; a page takes about half a second.
const deadline = 30 * time.Second

// maxPDF is the largest PDF that is read back, in bytes.
const maxPDF = 64 << 20

// names are the programs that can print, in the order of preference.
var names = []string{"chromium", "chromium-browser", "google-chrome-stable", "google-chrome"}

// Printer turns documents into PDF by a Chromium on this machine. Each
// conversion has a folder of its own that is removed afterwards, and no
// network. Many goroutines may use it; at most two convert at the same time.
type Printer struct {
	program string
	turns   chan struct{}
}

// NewPrinter looks for Chromium. Without one the Printer is not Available.
func NewPrinter() *Printer {
	p := &Printer{turns: make(chan struct{}, 2)}
	for _, name := range names {
		if program, err := exec.LookPath(name); err == nil {
			p.program = program
			break
		}
	}
	return p
}

// Available reports whether PDF can be made here.
func (p *Printer) Available() bool { return p.program != "" }

var errUnavailable = fault.New(fault.Unavailable, "sheet.pdf_unavailable")

// PDF converts a document that Whole made. Unavailable: there is no Chromium,
// it is too busy, or it failed; the print view does the same by hand.
func (p *Printer) PDF(ctx context.Context, document []byte) ([]byte, error) {
	if !p.Available() {
		return nil, errUnavailable
	}
	ctx, cancel := context.WithTimeout(ctx, deadline)
	defer cancel()
	select {
	case p.turns <- struct{}{}:
		defer func() { <-p.turns }()
	case <-ctx.Done():
		return nil, errUnavailable.Because(ctx.Err())
	}
	pdf, err := p.convert(ctx, document)
	if err != nil {
		return nil, errUnavailable.Because(err)
	}
	return pdf, nil
}

func (p *Printer) convert(ctx context.Context, document []byte) (pdf []byte, err error) {
	dir, err := os.MkdirTemp("", "madoguchi-sheet-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	in, out := filepath.Join(dir, "sheet.html"), filepath.Join(dir, "sheet.pdf")
	if err := os.WriteFile(in, document, 0o600); err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, p.program, arguments(dir, in, out)...)
	cmd.Env = append(os.Environ(), "HOME="+dir, "XDG_CONFIG_HOME="+dir, "XDG_CACHE_HOME="+dir)
	cmd.WaitDelay = time.Second
	// Its messages may quote the document, so they are not kept.
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("chromium: %w", err)
	}
	info, err := os.Stat(out)
	if err != nil {
		return nil, fmt.Errorf("chromium wrote no PDF: %w", err)
	}
	if info.Size() > maxPDF {
		return nil, fmt.Errorf("chromium wrote %d bytes", info.Size())
	}
	pdf, err = os.ReadFile(out)
	if err != nil {
		return nil, err
	}
	if !bytes.HasPrefix(pdf, []byte("%PDF-")) {
		return nil, errors.New("chromium wrote no PDF")
	}
	return pdf, nil
}

// arguments leaves script enabled: the headless mode prints by one of its own.
// Whole's policy keeps the document from having any.
func arguments(dir, in, out string) []string {
	args := []string{
		"--headless", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
		"--disable-background-networking", "--disable-component-update", "--disable-extensions",
		"--host-resolver-rules=MAP * ~NOTFOUND",
		"--user-data-dir=" + filepath.Join(dir, "profile"),
		"--no-pdf-header-footer", "--print-to-pdf=" + out, "file://" + in,
	}
	if os.Geteuid() == 0 { // Chromium refuses its sandbox to root
		args = append([]string{"--no-sandbox"}, args...)
	}
	return args
}
