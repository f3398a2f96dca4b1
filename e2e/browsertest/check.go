package browsertest

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// axe runs axe-core on the page: WCAG 2.2 AA and best practice.
const axe = `axe.run(document, {resultTypes: ['violations']}).then(r => JSON.stringify(
	r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.target.join(' ') + ' ' + n.html.slice(0, 200)).join('\n    '))))`

// overflow says what is wider than the window.
const overflow = `(() => {
	const w = document.documentElement.clientWidth;
	if (document.documentElement.scrollWidth <= w) return '';
	const out = [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > w + 1 && !e.closest('.mg-scroll'));
	return out.slice(0, 5).map(e => e.outerHTML.slice(0, 150)).join('\n    ') || 'the page';
})()`

// Check checks the page that the window shows: axe-core finds nothing, and
// nothing is wider than the window.
func (b *Browser) Check() {
	b.t.Helper()
	source, err := os.ReadFile(filepath.Join(root(b.t), "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		b.t.Fatalf("axe-core (scripts/need node_modules): %v", err)
	}
	step(b, "load axe-core", chromedp.Evaluate[chromedp.Void]("typeof axe === 'undefined' && (0, function(){"+string(source)+"\n})();0"))
	found := step(b, "run axe-core", chromedp.Evaluate[string](axe, chromedp.EvalAwaitPromise))
	var problems []string
	if err := json.Unmarshal([]byte(found), &problems); err != nil {
		b.t.Fatal(err)
	}
	for _, p := range problems {
		b.t.Errorf("%s: accessibility: %s", b.Address(), p)
	}
	if wide := step(b, "measure", chromedp.Evaluate[string](overflow)); wide != "" {
		b.t.Errorf("%s: wider than the window:\n    %s", b.Address(), wide)
	}
}

// Pages checks the markup of every page that the window was sent with
// html-validate.
func (b *Browser) Pages() {
	b.t.Helper()
	b.proxy.mu.Lock()
	defer b.proxy.mu.Unlock()
	dir := b.t.TempDir()
	names := map[string]string{}
	for name, markup := range b.proxy.pages {
		file := filepath.Join(dir, "page"+strconv.Itoa(len(names))+".html")
		if err := os.WriteFile(file, markup, 0o600); err != nil {
			b.t.Fatal(err)
		}
		names[file] = name
	}
	if len(names) == 0 {
		b.t.Fatal("no page was shown")
	}
	Validate(b.t, dir, names)
}

// Validate runs html-validate on the files of dir. names says what each is.
func Validate(t testing.TB, dir string, names map[string]string) {
	t.Helper()
	top := root(t)
	cmd := exec.CommandContext(t.Context(), filepath.Join(top, "node_modules", ".bin", "html-validate"),
		"--config", filepath.Join(top, "e2e", "browsertest", "htmlvalidate.json"), "--formatter", "json", dir)
	cmd.Dir = top
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	failed := cmd.Run()
	var results []struct {
		FilePath string
		Messages []struct {
			RuleID, Message, Selector string
			Line                      int
		}
	}
	if err := json.Unmarshal(out.Bytes(), &results); err != nil {
		t.Fatalf("html-validate (scripts/need node_modules): %v %v\n%s%s", failed, err, out.String(), problems.String())
	}
	for _, r := range results {
		for _, m := range r.Messages {
			t.Errorf("%s line %d: markup: %s: %s (%s)", names[r.FilePath], m.Line, m.RuleID, m.Message, m.Selector)
		}
	}
}

// root is the project's folder.
func root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for !strings.HasSuffix(dir, string(filepath.Separator)) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		dir = filepath.Dir(dir)
	}
	t.Fatal("no go.mod above the test")
	return ""
}
