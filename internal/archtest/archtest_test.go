// Package archtest holds the import rules of docs/architecture.md: which ring
// a package belongs to, what a ring may import, and which outside modules and
// which parts of the standard library it may use. Prose rots; this fails.
package archtest

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "madoguchi/"

// listed is what `go list -json` tells of a package.
type listed struct {
	ImportPath string
	Imports    []string
	Standard   bool
}

func packages(t *testing.T) []listed {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports", "./...")
	cmd.Dir = "../.."
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []listed
	dec := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p listed
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// matches reports whether the package path (without the module's name) is
// named by pattern; "x/..." names x and everything below it.
func matches(pattern, path string) bool {
	if base, ok := strings.CutSuffix(pattern, "/..."); ok {
		return path == base || strings.HasPrefix(path, base+"/")
	}
	return path == pattern
}

// ringOf returns the ring of a package; the longest pattern that names it wins.
func ringOf(path string) (ring, bool) {
	var found ring
	longest := -1
	for _, r := range rings {
		for _, p := range r.packages {
			if n := len(strings.TrimSuffix(p, "/...")); matches(p, path) && n > longest {
				found, longest = r, n
			}
		}
	}
	return found, longest >= 0
}

func TestEveryPackageBelongsToARing(t *testing.T) {
	for _, p := range packages(t) {
		path := strings.TrimPrefix(p.ImportPath, module)
		if _, ok := ringOf(path); !ok {
			t.Errorf("%s belongs to no ring: name it in internal/archtest/rings_test.go and in docs/architecture.md", path)
		}
	}
}

func TestImportsPointInwards(t *testing.T) {
	for _, p := range packages(t) {
		from := strings.TrimPrefix(p.ImportPath, module)
		r, ok := ringOf(from)
		if !ok {
			continue // the test above says so
		}
		for _, imp := range p.Imports {
			to, ours := strings.CutPrefix(imp, module)
			if !ours {
				continue
			}
			if why := forbidden(from, to, r); why != "" {
				t.Errorf("%s imports %s: %s", from, to, why)
			}
		}
	}
}

// forbidden says why from may not import to, or "".
func forbidden(from, to string, r ring) string {
	if sameFamily(from, to) || slices.Contains(beside[from], to) {
		return ""
	}
	target, ok := ringOf(to)
	if !ok {
		return "it belongs to no ring"
	}
	if !slices.Contains(r.mayImport, target.name) {
		return "a " + r.name + " may not import a " + target.name
	}
	return ""
}

// sameFamily reports whether both are parts of one package that was split
// into a folder: internal/signature/pdf may use internal/signature/cms.
func sameFamily(a, b string) bool {
	for _, f := range families {
		if matches(f+"/...", a) && matches(f+"/...", b) {
			return true
		}
	}
	return false
}

func TestStandardLibraryIsUsedWhereItBelongs(t *testing.T) {
	for _, p := range packages(t) {
		from := strings.TrimPrefix(p.ImportPath, module)
		r, ok := ringOf(from)
		if !ok {
			continue
		}
		for _, rule := range fenced {
			if slices.Contains(p.Imports, rule.imp) && !slices.Contains(rule.rings, r.name) && !slices.Contains(rule.packages, from) {
				t.Errorf("%s imports %s: %s", from, rule.imp, rule.why)
			}
		}
	}
}

func TestOutsideModulesAreListed(t *testing.T) {
	for _, p := range packages(t) {
		from := strings.TrimPrefix(p.ImportPath, module)
		for _, imp := range p.Imports {
			first, _, _ := strings.Cut(imp, "/")
			if !strings.Contains(first, ".") {
				continue // ours or the standard library's
			}
			if !allowedOutside(from, imp) {
				t.Errorf("%s imports %s: add it to the table in internal/archtest/rings_test.go and to docs/dependencies.md, or do without", from, imp)
			}
		}
	}
}

func allowedOutside(from, imp string) bool {
	for _, row := range outside {
		if imp != row.module && !strings.HasPrefix(imp, row.module+"/") {
			continue
		}
		for _, p := range row.packages {
			if matches(p, from) {
				return true
			}
		}
	}
	return false
}

func TestTheRulesCatchWhatTheyForbid(t *testing.T) {
	for _, c := range []struct{ from, to string }{
		{"internal/application", "internal/store"},
		{"internal/casework", "internal/intake"},
		{"internal/web/office", "internal/store/sqlite"},
		{"internal/jptext", "internal/application"},
		{"internal/store", "internal/casework"},
		{"internal/fault", "internal/jptext"},
	} {
		r, ok := ringOf(c.from)
		if !ok {
			t.Errorf("%s belongs to no ring", c.from)
			continue
		}
		if forbidden(c.from, c.to, r) == "" {
			t.Errorf("%s may import %s, want it forbidden", c.from, c.to)
		}
	}
}
