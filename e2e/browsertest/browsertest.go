// Package browsertest drives a real Chromium as a person would (ブラウザー試験):
// it opens pages, fills in fields by their labels and presses buttons by their
// words. Every page that was shown can be checked for accessibility, for valid
// markup and for fitting its width.
//
// It hides the browser's protocol behind a few methods, which end the test
// when something cannot be done.
package browsertest

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// Options say what sort of browser a person uses.
type Options struct {
	Width        int  // of the window in CSS pixels; 0 = 1280
	NoScript     bool // no script of the page is loaded
	ForcedColors bool // high contrast, as Windows offers it
}

// Browser is one window with cookies of its own. One goroutine uses it.
type Browser struct {
	t     testing.TB
	ctx   context.Context
	proxy *proxy
	done  map[string]bool // pages that were checked, by their title and address
}

// patience is how long one step may take on a busy machine.
const patience = 60 * time.Second

// finder holds the functions that find controls by what a person sees.
//
//go:embed finder.js
var finder string

// process is the one Chromium that all windows of a test program share.
type process struct {
	once sync.Once
	ctx  context.Context
	err  error
}

// A Chromium is started when the first window opens, and ends with Close.
type Chromium struct {
	process process
	cancel  []context.CancelFunc
}

// Close ends the program. It is called once all windows are closed.
func (c *Chromium) Close() {
	for i := len(c.cancel) - 1; i >= 0; i-- {
		c.cancel[i]()
	}
}

func (c *Chromium) start() (context.Context, error) {
	c.process.once.Do(func() {
		options := append(chromedp.DefaultExecAllocatorOptions[:],
			chromedp.NoSandbox, chromedp.DisableGPU,
			// a page from the cache of Back never tells that it was loaded
			chromedp.Flag("disable-features", "Translate,BlinkGenPropertyTrees,BackForwardCache"),
			chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
			chromedp.Flag("lang", "ja"), chromedp.Flag("accept-lang", "ja"),
			chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"),
		)
		ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
		c.cancel = append(c.cancel, cancel)
		ctx, cancel = chromedp.NewContext(ctx)
		c.cancel = append(c.cancel, cancel)
		c.process.err = chromedp.Do(ctx)
		c.process.ctx = ctx
	})
	return c.process.ctx, c.process.err
}

// Open opens a window.
func (c *Chromium) Open(t testing.TB, o Options) *Browser {
	t.Helper()
	parent, err := c.start()
	if err != nil {
		t.Fatalf("start Chromium (scripts/need chromium): %v", err)
	}
	p := startProxy(t, o.NoScript)
	ctx, cancel := chromedp.NewContext(parent, chromedp.WithNewBrowserContext(func(params *target.CreateBrowserContextParams) {
		params.ProxyServer, params.ProxyBypassList = p.addr, "<-loopback>"
	}))
	t.Cleanup(cancel)
	b := &Browser{t: t, ctx: ctx, proxy: p, done: map[string]bool{}}
	width := o.Width
	if width == 0 {
		width = 1280
	}
	steps := []chromedp.Action[chromedp.Void]{chromedp.EmulateViewport(int64(width), 900)}
	if o.ForcedColors {
		steps = append(steps, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
			_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
				Features: []*emulation.MediaFeature{{Name: "forced-colors", Value: "active"}},
			})
			return err
		}))
	}
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.Fatalf("open a window: %v", err)
	}
	return b
}

// step runs an action with patience.
func step[T any](b *Browser, what string, a chromedp.Action[T]) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, a)
	if err != nil {
		b.t.Fatalf("%s: %v", what, err)
	}
	return v
}

// Go opens an address and returns the status of its page.
func (b *Browser) Go(address string) int {
	b.t.Helper()
	step(b, "open "+address, chromedp.Navigate(address))
	return b.arrive("open " + address)
}

// Press presses the button, or follows the link, that shows the words, and
// returns the status of the page that comes. What something else covers cannot
// be pressed.
func (b *Browser) Press(words string) int {
	b.t.Helper()
	b.find("button", words)
	if problem := step(b, "press "+words, chromedp.Evaluate[string]("e2e.press()")); problem != "" {
		b.t.Fatalf("press %s: %s\n%s", words, problem, b.where())
	}
	return b.arrive("press " + words)
}

// arrive waits until another page is there, and returns its status.
func (b *Browser) arrive(what string) int {
	b.t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		ctx, cancel := context.WithTimeout(b.ctx, 10*time.Second)
		status, err := chromedp.Run(ctx, chromedp.Evaluate[int](arrived))
		cancel()
		if err == nil && status > 0 { // while pages change, there is nothing to ask
			return status
		}
	}
	b.t.Fatalf("%s: no page came\n%s", what, b.where())
	return 0
}

// arrived gives the status of the page once it is loaded, and 0 before.
const arrived = `window.e2eLeaving || document.readyState !== 'complete' ? 0 :
	(performance.getEntriesByType('navigation')[0] || {responseStatus: 0}).responseStatus`

// Fill answers a field. label is what its label shows, or the words of its
// group and of its label with a slash between them: "生年月日/年". The value is
// typed, chosen from a list, or the path of a file; for a check box or radio
// button it is "on".
func (b *Browser) Fill(label, value string) {
	b.t.Helper()
	kind := b.find("field", label)
	if kind == "file" {
		step(b, "choose "+value, chromedp.SetUploadFiles(chromedp.CSS("[data-e2e]"), []string{value}))
		return
	}
	result := step(b, "fill in "+label, chromedp.Evaluate[string](call("e2e.fill", value)))
	if result != "" {
		b.t.Fatalf("fill in %s with %q: %s\n%s", label, value, result, b.where())
	}
}

// find marks what a person would find, and returns its kind.
func (b *Browser) find(what, words string) string {
	b.t.Helper()
	step(b, "prepare", chromedp.Evaluate[chromedp.Void](finder+";0"))
	kind := step(b, "find "+words, chromedp.Evaluate[string](call("e2e."+what, words)))
	if kind == "" {
		b.t.Fatalf("no %s shows %q\n%s", what, words, b.where())
	}
	return kind
}

func call(f string, args ...string) string {
	data, err := json.Marshal(args)
	if err != nil {
		panic(err) // strings can be encoded
	}
	return f + "(..." + string(data) + ")"
}

// Text returns what the page shows at the selector.
func (b *Browser) Text(selector string) string {
	b.t.Helper()
	js := fmt.Sprintf("(document.querySelector(%q)||{innerText:''}).innerText", selector)
	return strings.TrimSpace(step(b, "read "+selector, chromedp.Evaluate[string](js)))
}

// Link returns the address of the link that shows the words.
func (b *Browser) Link(words string) string {
	b.t.Helper()
	b.find("button", words)
	return step(b, "read the link "+words, chromedp.Evaluate[string]("document.querySelector('[data-e2e]').href || ''"))
}

// Address returns where the window is.
func (b *Browser) Address() string {
	b.t.Helper()
	return step(b, "read the address", chromedp.Location())
}

// Back goes to the page before, as the browser's own button does.
func (b *Browser) Back() {
	b.t.Helper()
	before := b.Address()
	// No load event tells of a page that comes out of the browser's memory.
	step(b, "go back", chromedp.Evaluate[chromedp.Void]("setTimeout(() => history.back()); 0"))
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		ctx, cancel := context.WithTimeout(b.ctx, 10*time.Second)
		now, err := chromedp.Run(ctx, chromedp.Evaluate[string]("delete window.e2eLeaving; location.href"))
		cancel()
		if err == nil && now != before {
			b.arrive("go back")
			return
		}
	}
	b.t.Fatalf("go back: no page came\n%s", b.where())
}

// Reload loads the page again.
func (b *Browser) Reload() {
	b.t.Helper()
	step(b, "reload", chromedp.Reload())
	b.arrive("reload")
}

// Width changes the width of the window.
func (b *Browser) Width(pixels int) {
	b.t.Helper()
	step(b, "change the width", chromedp.EmulateViewport(int64(pixels), 900))
}

// Picture keeps what the window shows as a PNG file.
func (b *Browser) Picture(file string) {
	b.t.Helper()
	data := step(b, "take a picture", chromedp.FullScreenshot(100))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(file, data, 0o644); err != nil {
		b.t.Fatal(err)
	}
}

// where says what the window shows, for messages.
func (b *Browser) where() string {
	ctx, cancel := context.WithTimeout(b.ctx, 5*time.Second)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string]("location.href + '\\n' + document.title + '\\n' + (document.querySelector('main')||document.body).innerText.slice(0, 1500)"))
	if err != nil {
		return err.Error()
	}
	return text
}
