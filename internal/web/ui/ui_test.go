package ui_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"html/template"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"madoguchi/internal/web"
	"madoguchi/internal/web/asset"
	"madoguchi/internal/web/ui"
	"madoguchi/internal/words"
)

var update = flag.Bool("update", false, "rewrite the examples")

// kinds says which template an example is for and what data it takes. An
// example whose name is not here is markup to copy, without a template.
var kinds = map[string]func() any{
	"demo":      func() any { return new(ui.Demo) },
	"emergency": func() any { return new(ui.Emergency) },
	"step":      func() any { return new(ui.Steps) },
	"summary":   func() any { return new(ui.Summary) },
	"notice":    func() any { return new(ui.Notice) },
	"status":    func() any { return new(ui.Status) },
	"facts":     func() any { return new(ui.Facts) },
	"timeline":  func() any { return new([]ui.Event) },
	"files":     func() any { return new([]ui.File) },
	"field":     func() any { return new(ui.Field) },
	"select":    func() any { return new(ui.Field) },
	"choices":   func() any { return new(ui.Field) },
	"agree":     func() any { return new(ui.Field) },
	"pages":     func() any { return new(pages) },
	"prose":     func() any { return new(string) },
}

type pages struct{ Now, Last int }

// TestExamples renders each example "KIND NAME.json" of examples.txtar and
// compares it with "KIND NAME.html". Every class in it must have a style.
func TestExamples(t *testing.T) {
	tmpl := parse(t)
	styled := classes(t)
	for _, name := range ui.Components {
		file := filepath.Join(name, "examples.txtar")
		ar, err := txtar.ParseFile(file)
		if err != nil {
			t.Errorf("component %s has no examples: %v", name, err)
			continue
		}
		var out []txtar.File
		for i, f := range ar.Files {
			if strings.HasSuffix(f.Name, ".json") {
				got := render(t, tmpl, f)
				title := strings.TrimSuffix(f.Name, ".json") + ".html"
				out = append(out, f, txtar.File{Name: title, Data: got})
				if i+1 >= len(ar.Files) || ar.Files[i+1].Name != title {
					ar.Files = slices.Insert(ar.Files, i+1, txtar.File{Name: title})
				}
				continue
			}
			if i == 0 || !strings.HasSuffix(ar.Files[i-1].Name, ".json") {
				out = append(out, f)
			}
		}
		if *update {
			if err := os.WriteFile(file, txtar.Format(&txtar.Archive{Comment: ar.Comment, Files: out}), 0o644); err != nil {
				t.Fatal(err)
			}
		} else if diff := cmp.Diff(ar.Files, out); diff != "" {
			t.Errorf("%s changed (-want +got); if meant, run go test -update\n%s", name, diff)
		}
		for _, f := range out {
			checkClasses(t, name, string(f.Data), styled)
		}
	}
}

func render(t *testing.T, tmpl *template.Template, f txtar.File) []byte {
	t.Helper()
	kind, _, _ := strings.Cut(f.Name, " ")
	kind = strings.TrimSuffix(kind, ".json")
	make, ok := kinds[kind]
	if !ok {
		t.Fatalf("no kind %q", kind)
	}
	data := make()
	dec := json.NewDecoder(bytes.NewReader(f.Data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(data); err != nil {
		t.Fatalf("%s: %v", f.Name, err)
	}
	var buf bytes.Buffer
	if err := tmpl.ExecuteTemplate(&buf, kind, value(data)); err != nil {
		t.Fatalf("%s: %v", f.Name, err)
	}
	return append(bytes.TrimSpace(buf.Bytes()), '\n')
}

// value gives templates what pages give them.
func value(data any) any {
	switch d := data.(type) {
	case *pages:
		return ui.Pages{Label: "手続き一覧のページ", Now: d.Now, Last: d.Last, Address: func(n int) string { return "?page=" + string(rune('0'+n%10)) }}
	case *[]ui.Event:
		return *d
	case *[]ui.File:
		return *d
	case *string:
		return ui.Prose(*d)
	case *ui.Facts:
		return *d
	case *ui.Steps:
		return *d
	case *ui.Field:
		return *d
	}
	return data
}

func parse(t *testing.T) *template.Template {
	t.Helper()
	tmpl := template.New("").Option("missingkey=error").Funcs(web.Funcs(words.Of("ja")))
	names, err := filepath.Glob("*/*.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if filepath.Dir(name) == "frame" {
			continue // needs a page's main
		}
		if _, err := tmpl.ParseFiles(name); err != nil {
			t.Fatal(err)
		}
	}
	return tmpl
}

var (
	classAttr = regexp.MustCompile(`class="([^"]*)"`)
	classRule = regexp.MustCompile(`\.(mg-[a-z_-]+|is-[a-z]+)`)
)

func classes(t *testing.T) map[string]bool {
	t.Helper()
	files, err := ui.Assets()
	if err != nil {
		t.Fatal(err)
	}
	set := map[string]bool{}
	for _, m := range classRule.FindAllStringSubmatch(string(files["madoguchi.css"]), -1) {
		set[m[1]] = true
	}
	return set
}

func checkClasses(t *testing.T, where, html string, styled map[string]bool) {
	t.Helper()
	for _, m := range classAttr.FindAllStringSubmatch(html, -1) {
		for class := range strings.FieldsSeq(m[1]) {
			if !styled[class] && class != "mg-step" && class != "mg-aside" {
				t.Errorf("%s: class %s has no style", where, class)
			}
		}
	}
}

// The budgets of the portal: 14 KB of CSS and 8 KB of script, by gzip.
func TestAssetsKeepTheirBudgets(t *testing.T) {
	files, err := ui.Assets()
	if err != nil {
		t.Fatal(err)
	}
	set, err := asset.New(files)
	if err != nil {
		t.Fatal(err)
	}
	for name, most := range map[string]int{"madoguchi.css": 14 << 10, "madoguchi.js": 8 << 10} {
		if _, size := set.Packed(name).Size(); size > most {
			t.Errorf("%s: %d bytes by gzip, budget %d", name, size, most)
		} else {
			t.Logf("%s: %d bytes by gzip", name, size)
		}
	}
}

func TestProseMakesLinksOnlyOfHTTPS(t *testing.T) {
	got := ui.Prose("## 見出し\n一行目（https://example.jp/a_b?c=1）です。\n二行目 javascript:alert(1)\n\n- 一\n- 二\n\n<b>終わり</b>")
	want := []ui.Block{
		{Heading: "見出し"},
		{Text: []ui.Span{{Text: "一行目（"}, {Text: "https://example.jp/a_b?c=1", Href: "https://example.jp/a_b?c=1"}, {Text: "）です。"}, {Text: "\n"}, {Text: "二行目 javascript:alert(1)"}}},
		{Items: [][]ui.Span{{{Text: "一"}}, {{Text: "二"}}}},
		{Text: []ui.Span{{Text: "<b>終わり</b>"}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("prose (-want +got)\n%s", diff)
	}
}

func TestPagesShowTenAroundThePresentOne(t *testing.T) {
	for _, c := range []struct{ now, last, first, end int }{{1, 11, 1, 10}, {1, 3, 1, 3}, {8, 20, 3, 12}, {20, 20, 11, 20}} {
		each := ui.Pages{Now: c.now, Last: c.last, Address: func(int) string { return "" }}.Each()
		if first, end := each[0].No, each[len(each)-1].No; first != c.first || end != c.end {
			t.Errorf("%d of %d: %d to %d, want %d to %d", c.now, c.last, first, end, c.first, c.end)
		}
	}
}
