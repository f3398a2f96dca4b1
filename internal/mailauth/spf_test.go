package mailauth

import (
	"encoding/json"
	"errors"
	"io"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	_ "blitiri.com.ar/go/spf" // its module carries the suite of RFC 7208
	"gopkg.in/yaml.v3"
)

// A suite is one document of the openspf.org test suite.
type suite struct {
	Description string
	Tests       map[string]struct {
		Helo, Host string
		MailFrom   string `yaml:"mailfrom"`
		Result     any
	}
	Zone map[string][]any `yaml:"zonedata"`
}

func readSuites(t *testing.T, name string) []suite {
	t.Helper()
	dir, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "blitiri.com.ar/go/spf").Output()
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(filepath.Join(strings.TrimSpace(string(dir)), "testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var suites []suite
	for d := yaml.NewDecoder(f); ; {
		var s suite
		err := d.Decode(&s)
		if errors.Is(err, io.EOF) {
			return suites
		}
		if err != nil {
			t.Fatal(err)
		}
		suites = append(suites, s)
	}
}

// zoneOf turns a suite's zone into ours. SPF records stand for TXT where there
// is no TXT, as the suite's own drivers do.
func zoneOf(t *testing.T, s suite) *Zone {
	t.Helper()
	table := map[string]map[string]any{}
	for name, records := range s.Zone {
		entry := map[string]any{}
		add := func(kind string, v string) {
			list, _ := entry[kind].([]string)
			entry[kind] = append(list, v)
		}
		var spf []string
		for _, r := range records {
			if word, ok := r.(string); ok {
				entry[word] = true
				continue
			}
			for kind, v := range r.(map[string]any) {
				switch v := v.(type) {
				case string:
					if kind == "SPF" {
						spf = append(spf, v)
					} else if v != "NONE" {
						add(kind, v)
					} else {
						entry["TXT"] = []string{}
					}
				case bool:
					if kind == "CNAMELOOP" {
						entry["CNAME"] = []string{name}
						break
					}
					entry[kind] = true
				case []any:
					text := ""
					for _, part := range v {
						if n, ok := part.(int); ok {
							b, _ := json.Marshal(n)
							text += string(b) + " "
						} else {
							text += part.(string)
						}
					}
					if kind == "SPF" {
						spf = append(spf, text)
					} else {
						add(kind, text)
					}
				}
			}
		}
		if _, ok := entry["TXT"]; !ok && len(spf) > 0 {
			entry["TXT"] = spf
		}
		table[name] = entry
	}
	data, err := json.Marshal(table)
	if err != nil {
		t.Fatal(err)
	}
	z, err := ReadZone(data)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func TestWholeSuiteOfRFC7208(t *testing.T) {
	n := 0
	for _, file := range []string{"rfc7208-tests.yml", "pyspf-tests.yml"} {
		for _, s := range readSuites(t, file) {
			z := zoneOf(t, s)
			for name, c := range s.Tests {
				if strings.HasPrefix(name, "default-modifier") {
					continue // "default=" is an extension of pyspf, not of RFC 7208
				}
				n++
				var want []string
				switch r := c.Result.(type) {
				case string:
					want = []string{r}
				case []any:
					for _, v := range r {
						want = append(want, v.(string))
					}
				}
				got := CheckSPF(t.Context(), z, Envelope{IP: netip.MustParseAddr(c.Host), HELO: c.Helo, MailFrom: c.MailFrom})
				if !slices.Contains(want, string(got.Result)) {
					t.Errorf("%s/%s: got %s, want %v", s.Description, name, got.Result, want)
				}
			}
		}
	}
	if n < 200 {
		t.Errorf("only %d cases were run", n)
	}
}
