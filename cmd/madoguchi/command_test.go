package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// house makes a folder with a configuration on SQLite, its schema made.
func newHouse(t *testing.T) (config, dir string) {
	t.Helper()
	dir = t.TempDir()
	config = configFile(t, fmt.Sprintf("public_url = \"http://127.0.0.1\"\ndata = %q\nlisten = \"127.0.0.1:0\"\n[mail]\nfrom = \"a@example.jp\"\nserver = \"127.0.0.1:1\"\nsecurity = \"none\"\n", dir))
	if code, _, problems := do(t, "migrate", "--config", config); code != 0 {
		t.Fatalf("migrate: %d %s", code, problems)
	}
	return config, dir
}

// do runs a command as a shell would.
func do(t *testing.T, args ...string) (code int, out, problems string) {
	t.Helper()
	var o, e bytes.Buffer
	code = run(t.Context(), args, stdio{strings.NewReader(""), &o, &e})
	return code, o.String(), e.String()
}

func TestTheFirstAdministratorIsAdded(t *testing.T) {
	config, _ := newHouse(t)
	code, out, problems := do(t, "tenant", "add", "--config", config, "--slug", "mito", "--name", "水戸市", "--kana", "ミトシ", "--kind", "city", "--prefecture", "茨城県", "--code", "082015")
	if code != 0 || !strings.Contains(out, "1 of 1") {
		t.Fatalf("tenant add: %d %s%s", code, out, problems)
	}
	code, out, problems = do(t, "user", "add", "--config", config, "--tenant", "mito", "--login", "kanri", "--name", "管理 めぐみ")
	if code != 0 || !strings.Contains(out, "password:") {
		t.Fatalf("user add: %d %s%s", code, out, problems)
	}
	for _, test := range []struct {
		want string
		args []string
	}{
		{"kanri", []string{"--tenant", "mito", "--login", "kanri", "--name", "二人目"}},
		{"login", []string{"--tenant", "mito", "--name", "名前だけ"}},
		{"nowhere", []string{"--tenant", "nowhere", "--login", "a", "--name", "b"}},
		{"roles", []string{"--tenant", "mito", "--login", "abc", "--name", "b", "--role", "king"}},
	} {
		code, out, problems := do(t, append([]string{"user", "add", "--config", config}, test.args...)...)
		if code == 0 || strings.Contains(out, "password:") || problems == "" {
			t.Errorf("user add %v: %d %s%s", test.args, code, out, problems)
		}
	}
	if code, _, problems := do(t, "user", "add", "--config", config, "--login", "unyo", "--name", "運用 まもる"); code != 0 {
		t.Errorf("an operator: %d %s", code, problems)
	}
}

func TestBodiesAreImportedOnce(t *testing.T) {
	config, dir := newHouse(t)
	file := filepath.Join(dir, "list.csv")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("\ufeffcode,name,kana,kind,prefecture,slug\n080004,茨城県,イバラキケン,prefecture,茨城県,pref-ibaraki\n082015,水戸市,ミトシ,city,茨城県,mito\n")
	if code, out, problems := do(t, "tenant", "import", "--config", config, file); code != 0 || !strings.Contains(out, "2 of 2") {
		t.Fatalf("%d %s%s", code, out, problems)
	}
	if code, out, problems := do(t, "tenant", "import", "--config", config, file); code != 0 || !strings.Contains(out, "0 of 2") {
		t.Errorf("again: %d %s%s", code, out, problems)
	}
	for _, bad := range []string{
		"name,code\n", "", "code,name,kana,kind,prefecture,slug\n082016,水戸市,ミトシ,city,茨城県,mito2\n",
		"code,name,kana,kind,prefecture,slug\n,水戸市,ミトシ,castle,茨城県,mito3\n",
		"code,name,kana,kind,prefecture,slug\n,水戸市,ミトシ,city,茨城県,office\n",
		"code,name,kana,kind,prefecture,slug\n,水戸市\n",
	} {
		write(bad)
		if code, _, problems := do(t, "tenant", "import", "--config", config, file); code == 0 || problems == "" {
			t.Errorf("%q: %d %s", bad, code, problems)
		}
	}
}

func TestServeNeedsItsSchemaAndItsSecret(t *testing.T) {
	config, dir := newHouse(t)
	if code, _, problems := do(t, "user", "add", "--config", config, "--login", "unyo", "--name", "運用 まもる"); code != 0 {
		t.Fatalf("user add: %s", problems)
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	var out, problems bytes.Buffer
	if code := run(stopped, []string{"serve", "--config", config}, stdio{strings.NewReader(""), &out, &problems}); code != 0 && !strings.Contains(problems.String(), "canceled") {
		t.Errorf("serve, stopped at once: %d %s", code, problems.String())
	}
	if err := os.WriteFile(filepath.Join(dir, "secret"), []byte(strings.Repeat("ab", 32)), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, problems := do(t, "serve", "--config", config); code != 1 || !strings.Contains(problems, "another secret") {
		t.Errorf("another secret: %d %s", code, problems)
	}
	if err := os.Remove(filepath.Join(dir, "madoguchi.db")); err != nil {
		t.Fatal(err)
	}
	if code, _, problems := do(t, "serve", "--config", config); code != 1 || !strings.Contains(problems, "madoguchi migrate") {
		t.Errorf("no database: %d %s", code, problems)
	}
}

func TestDoctorTellsWhatIsBroken(t *testing.T) {
	config, _ := newHouse(t)
	code, out, _ := do(t, "doctor", "--config", config)
	if code != 1 || !strings.Contains(out, "異常\tメールサーバー") || !strings.Contains(out, "良好\tデータベース") || !strings.Contains(out, "良好\tファイルの置き場所") {
		t.Errorf("%d\n%s", code, out)
	}
}

func TestWrongUsageIsExplained(t *testing.T) {
	for _, args := range [][]string{
		{}, {"nothing"}, {"serve"}, {"serve", "--nothing"}, {"demo", "extra"}, {"demo", "--nothing"}, {"user"}, {"tenant", "drop"}, {"migrate"}, {"doctor"},
	} {
		if code, _, problems := do(t, args...); code != exitUsage || problems == "" {
			t.Errorf("%v: %d %q", args, code, problems)
		}
	}
	if code, _, problems := do(t, "demo", "--listen", "0.0.0.0:0", "--data", t.TempDir()); code != 1 || !strings.Contains(problems, "--public") {
		t.Errorf("demo for everyone: %d %s", code, problems)
	}
	if code, out, _ := do(t, "version"); code != 0 || !strings.HasPrefix(out, "madoguchi ") {
		t.Errorf("version: %d %s", code, out)
	}
}
