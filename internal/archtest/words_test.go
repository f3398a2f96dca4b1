package archtest

import (
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
)

// The Japanese word of a noun stands once: in its package's comment.
func TestEveryNounsCommentHoldsItsJapaneseWord(t *testing.T) {
	for _, r := range rings {
		if r.name != "noun" {
			continue
		}
		for _, p := range r.packages {
			dir := filepath.Join("../..", strings.TrimSuffix(p, "/..."))
			if !strings.ContainsFunc(packageComment(t, dir), isKanji) {
				t.Errorf("%s: the package comment has no Japanese word", p)
			}
		}
	}
}

func isKanji(r rune) bool { return unicode.Is(unicode.Han, r) }

func packageComment(t *testing.T, dir string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s has no Go files (%v)", dir, err)
	}
	var comment strings.Builder
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments|parser.PackageClauseOnly)
		if err != nil {
			t.Fatal(err)
		}
		comment.WriteString(f.Doc.Text())
	}
	return comment.String()
}
