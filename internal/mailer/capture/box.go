package capture

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"madoguchi/internal/fault"
	"madoguchi/internal/mailread"
)

// Box is a folder of mails, one file each. Many goroutines may use it.
type Box struct {
	dir  string
	keep int

	mu   sync.Mutex
	last int // number of the newest mail; guarded by mu
	kept int // how many there are; guarded by mu
}

// Mail is one mail that was received.
type Mail struct {
	ID      string
	At      time.Time // real time of its arrival
	From    string
	To      string
	Subject string
	Text    string // empty in lists
}

// OpenBox opens the folder and makes it if there is none. The newest keep
// mails stay in it.
func OpenBox(dir string, keep int) (*Box, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open the mail box: %w", err)
	}
	b := &Box{dir: dir, keep: keep}
	numbers, err := b.numbers()
	if err != nil {
		return nil, err
	}
	b.kept = len(numbers)
	if len(numbers) > 0 {
		b.last = numbers[len(numbers)-1]
	}
	return b, nil
}

// Put keeps a mail and drops the oldest ones.
func (b *Box) Put(data []byte) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.last++
	half := filepath.Join(b.dir, "incoming")
	if err := os.WriteFile(half, data, 0o600); err != nil {
		return fmt.Errorf("keep mail: %w", err)
	}
	if err := os.Rename(half, b.file(b.last)); err != nil {
		return fmt.Errorf("keep mail: %w", err)
	}
	b.kept++
	if b.kept <= b.keep {
		return nil
	}
	numbers, err := b.numbers()
	if err != nil {
		return err
	}
	for len(numbers) > b.keep {
		if err := os.Remove(b.file(numbers[0])); err != nil {
			return fmt.Errorf("drop old mail: %w", err)
		}
		numbers = numbers[1:]
	}
	b.kept = len(numbers)
	return nil
}

// List returns at most limit mails, newest first, without their texts.
func (b *Box) List(limit int) ([]Mail, error) {
	numbers, err := b.numbers()
	if err != nil {
		return nil, err
	}
	slices.Reverse(numbers)
	var list []Mail
	for _, n := range numbers[:min(limit, len(numbers))] {
		m, err := b.read(n)
		if fault.KindOf(err) == fault.NotFound {
			continue // dropped in the meantime
		}
		if err != nil {
			return nil, err
		}
		m.Text = ""
		list = append(list, m)
	}
	return list, nil
}

// Mail returns one mail with its text. NotFound: there is none.
func (b *Box) Mail(id string) (Mail, error) {
	n, err := strconv.Atoi(id)
	if err != nil || id != strconv.Itoa(n) {
		return Mail{}, fault.New(fault.NotFound, "guide.no_mail")
	}
	return b.read(n)
}

func (b *Box) read(n int) (Mail, error) {
	data, err := os.ReadFile(b.file(n))
	if errors.Is(err, fs.ErrNotExist) {
		return Mail{}, fault.New(fault.NotFound, "guide.no_mail")
	}
	if err != nil {
		return Mail{}, fmt.Errorf("read mail: %w", err)
	}
	info, err := os.Stat(b.file(n))
	if err != nil {
		return Mail{}, fmt.Errorf("read mail: %w", err)
	}
	m := mailread.Read(data)
	return Mail{
		ID: strconv.Itoa(n), At: info.ModTime(),
		From: m.Header.Text("From"), To: strings.Trim(m.Header.Text("To"), "<>"),
		Subject: m.Subject, Text: strings.ReplaceAll(m.Text, "\r\n", "\n"),
	}, nil
}

func (b *Box) file(n int) string { return filepath.Join(b.dir, fmt.Sprintf("%08d.eml", n)) }

// numbers returns the numbers of the mails in the folder, oldest first.
func (b *Box) numbers() ([]int, error) {
	entries, err := os.ReadDir(b.dir)
	if err != nil {
		return nil, fmt.Errorf("list mail: %w", err)
	}
	var list []int
	for _, e := range entries {
		name, isMail := strings.CutSuffix(e.Name(), ".eml")
		if n, err := strconv.Atoi(name); isMail && err == nil {
			list = append(list, n)
		}
	}
	slices.Sort(list)
	return list, nil
}
