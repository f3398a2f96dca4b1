package portal_test

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden pages")

// made are the parts of a page that differ at each start: addresses of assets
// hold a hash of their content.
var made = regexp.MustCompile(`(/assets/[a-z]+)\.[0-9a-f]{12}\.`)

// TestPages compares each answer with testdata/NAME.html. Run with -update to
// rewrite, and review the difference like code.
func TestPages(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct {
		name, method, path string
		form               []string
		status             int
	}{
		{"bodies", "GET", "/", nil, 200},
		{"bodies_found", "GET", "/?q=つく", nil, 200},
		{"home", "GET", base + "/", nil, 200},
		{"news", "GET", base + "/news", nil, 200},
		{"newsitem", "GET", base + "/news/n1", nil, 200},
		{"list", "GET", base + "/procedures", nil, 200},
		{"list_filtered", "GET", base + "/procedures?q=狩猟&for=person&cat=くらし・環境&sort=closes_asc&per=50", nil, 200},
		{"start", "GET", instructor, nil, 200},
		{"start_refused", "POST", instructor + "/begin", []string{}, 422},
		{"email_wrong", "POST", instructor + "/email", []string{"mail", "aoi"}, 422},
		{"contact", "GET", base + "/contact", nil, 200},
		{"help", "GET", base + "/help", nil, 200},
		{"lookup", "GET", base + "/status", nil, 200},
		{"lookup_wrong", "POST", base + "/status", []string{"number", "1", "code", "2"}, 422},
		{"recover", "GET", base + "/status/recover", nil, 200},
		{"resume", "GET", base + "/resume?d=x", nil, 200},
		{"missing", "GET", base + "/nothing", nil, 404},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := w.browser()
			p := page{}
			if c.method == "GET" {
				p = b.get(c.path)
			} else {
				p = b.post(c.path, c.form...)
			}
			if p.status != c.status {
				t.Errorf("status %d, want %d", p.status, c.status)
			}
			golden(t, c.name, made.ReplaceAllString(p.body, "$1.*."))
		})
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name+".html")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("page changed (-want +got); if meant, run go test -update\n%s", diff)
	}
}
