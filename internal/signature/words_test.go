package signature

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"madoguchi/internal/words"
)

// TestEveryReasonHasWords looks for the keys of reasons in the sources of all
// parts.
func TestEveryReasonHasWords(t *testing.T) {
	key := regexp.MustCompile(`"(verify\.[a-z0-9_]+)"`)
	found := 0
	err := filepath.WalkDir(".", func(path string, _ os.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, m := range key.FindAllSubmatch(source, -1) {
			found++
			if text := words.Of(words.Base).Text(string(m[1])); text == string(m[1]) {
				t.Errorf("%s: %s has no words", path, m[1])
			}
		}
		return nil
	})
	check(t, err)
	if found < 80 {
		t.Errorf("found %d keys: the pattern no longer fits the sources", found)
	}
}
