package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"madoguchi/internal/worker"
)

func configFile(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "config.toml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// settings lists the names of every setting of a configuration.
func settings(typ reflect.Type, prefix string) []string {
	var list []string
	for f := range typ.Fields() {
		name := prefix + f.Tag.Get("toml")
		if f.Type.Kind() == reflect.Struct {
			list = append(list, settings(f.Type, name+".")...)
			continue
		}
		list = append(list, name)
	}
	return list
}

func TestEverySettingIsDocumented(t *testing.T) {
	doc, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	documented := map[string]bool{}
	for line := range strings.Lines(string(doc)) {
		if name, _, ok := strings.Cut(strings.TrimPrefix(line, "| `"), "` |"); ok && strings.HasPrefix(line, "| `") {
			documented[name] = true
		}
	}
	all := settings(reflect.TypeFor[Config](), "")
	if len(all) < 10 {
		t.Fatalf("only %v found", all)
	}
	for _, name := range all {
		if !documented[name] {
			t.Errorf("docs/operations.md lacks a row for the setting %s", name)
		}
	}
}

// logged finds the constant messages in calls of the log.
var logged = regexp.MustCompile(`\.(?:Error|Warn|Info)Context\([^"\n]*"([^"]+)"[,)]`)

// logLines lists every message that the program can log: those in the sources,
// and those that the worker makes of its jobs' names.
func logLines(t *testing.T) []string {
	t.Helper()
	list := []string{"messages are not sent"}
	for _, j := range worker.Jobs {
		list = append(list, "job failed: "+j.Name)
	}
	for _, dir := range []string{".", "../../internal"} {
		err := filepath.WalkDir(dir, func(name string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
				return err
			}
			text, err := os.ReadFile(name)
			for _, found := range logged.FindAllSubmatch(text, -1) {
				list = append(list, string(found[1]))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return list
}

func TestEveryLogLineIsDocumented(t *testing.T) {
	doc, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	lines := logLines(t)
	if len(lines) < 15 {
		t.Fatalf("only %q found", lines)
	}
	for _, line := range lines {
		if !bytes.Contains(doc, []byte("`"+line+"`")) {
			t.Errorf("docs/operations.md does not explain the log line %q", line)
		}
	}
}

func TestOnlyThePublicAddressIsNeeded(t *testing.T) {
	c, err := loadConfig(configFile(t, `public_url = "https://shinsei.example.jp/"`))
	if err != nil {
		t.Fatal(err)
	}
	if c.PublicURL != "https://shinsei.example.jp" || c.Listen == "" || c.Database != "sqlite:/var/lib/madoguchi/madoguchi.db" ||
		c.Mail.Server != "127.0.0.1:25" || c.Mail.Security != "none" || c.Mail.From != "no-reply@shinsei.example.jp" {
		t.Errorf("got %+v", c)
	}
	if _, err := senders(c, nil); err != nil {
		t.Errorf("senders: %v", err)
	}
}

func TestMailToAnotherMachineIsProtectedUnlessItIsSaid(t *testing.T) {
	c, err := loadConfig(configFile(t, "public_url = \"https://a.example.jp\"\n[mail]\nserver = \"mail.example.jp:587\"\n"))
	if err != nil || c.Mail.Security != "starttls" {
		t.Errorf("security %q, %v; want starttls", c.Mail.Security, err)
	}
}

func TestWrongConfigurationIsRefusedByItsName(t *testing.T) {
	const address = "public_url = \"https://a.example.jp\"\n"
	tests := []struct{ text, want string }{
		{"", "public_url"},
		{`public_url = "shinsei.example.jp"`, "public_url"},
		{`public_url = "https://shinsei.example.jp/path"`, "public_url"},
		{address + `databse = "x"`, "databse"},
		{address + "[mail]\nsevrer = \"x\"", "mail.sevrer"},
		{address + `database = "mysql://x"`, "database"},
		{address + `trusted_proxies = ["somewhere"]`, "trusted_proxies"},
		{address + `log = "xml"`, "log"},
		{address + "[mail]\nsecurity = \"ssl\"\nserver=\"a:1\"", "mail.security"},
		{address + "[mail]\nserver = \"mail.example.jp\"", "mail.server"},
		{address + "[mail]\nfrom = \"nobody\"", "mail.from"},
		{address + "[mail]\ndkim_selector = \"s\"", "mail.dkim_key_file"},
		{address + "[[mail.dkim]]\nselector = \"s\"", "mail.dkim"},
		{address + "[mail_in]\nprotocol = \"imap\"", "mail_in.protocol"},
		{address + "[mail_in]\nkey_file = \"k\"", "mail_in.certificate_file"},
		{address + "[tls]\nkey_file = \"k\"", "tls.certificate_file"},
		{address + "listen = 8080", "listen"},
	}
	for _, test := range tests {
		if _, err := loadConfig(configFile(t, test.text)); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%q: got %v, want an error that names %s", test.text, err, test.want)
		}
	}
	if _, err := loadConfig(""); err == nil || !strings.Contains(err.Error(), "--config") {
		t.Errorf("no file: %v", err)
	}
}

func TestSecretsComeFromFilesOfTheirOwner(t *testing.T) {
	c, err := loadConfig(configFile(t, "public_url = \"https://a.example.jp\"\ndatabase = \"postgres://app@db/x\"\n"))
	if err != nil {
		t.Fatal(err)
	}
	c.DatabaseSecret = filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(c.DatabaseSecret, []byte("p:@/ss\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if at, err := c.database(); err != nil || at != "postgres://app:p%3A%40%2Fss@db/x" {
		t.Errorf("got %q, %v", at, err)
	}
	if err := os.Chmod(c.DatabaseSecret, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := c.database(); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("a file that everyone reads: %v", err)
	}
}
