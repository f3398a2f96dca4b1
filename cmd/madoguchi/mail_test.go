package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// runTool runs a subcommand and returns its exit code and what it printed.
func runTool(t *testing.T, args ...string) (exit int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	exit = run(t.Context(), args, stdio{strings.NewReader(""), &o, &e})
	return exit, o.String(), e.String()
}

func writeFile(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const forged = "From: help-shinsei-ibaraki@s-kantan.com<xxx@xxx.xxx.xxx>\nTo: taro@example.jp\nSubject: RE: 申請の方法\n\n????? ????\n"

func TestMailJudgeTellsEverythingOfAForgedMail(t *testing.T) {
	zone := writeFile(t, "zone.json", `{"example.jp.": {"TXT": ["v=spf1 ip4:192.0.2.1 -all"]}, "_dmarc.example.jp.": {"TXT": ["v=DMARC1; p=reject"]}}`)
	mail := writeFile(t, "a.eml", forged)
	exit, out, errs := runTool(t, "mail", "judge", "--json", "--dns", zone, "--protect", "s-kantan.com", mail)
	if exit != 2 || errs != "" {
		t.Fatalf("got exit %d, %s", exit, errs)
	}
	var got []judged
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err)
	}
	m := got[0]
	if len(got) != 1 || m.File != mail || m.Subject != "RE: 申請の方法" || m.Verdict != "quarantine" || m.Text != "????? ????" ||
		strings.Join(m.From.Shown, "") != "help-shinsei-ibaraki@s-kantan.com" || strings.Join(m.From.Real, "") != "xxx@xxx.xxx.xxx" {
		t.Errorf("got %+v", m)
	}
	for _, r := range m.Rules {
		if r.Weight <= 0 || r.Why == "" || strings.HasPrefix(r.Why, "impersonation.") || strings.Contains(r.Why, "{") {
			t.Errorf("%s has no reason in words: %q", r.Name, r.Why)
		}
	}
	for _, key := range []string{`"spf"`, `"dkim": []`, `"dmarc"`, `"arc"`, `"smime"`, `"parts"`} {
		if !strings.Contains(out, key) {
			t.Errorf("%s is missing in %s", key, out)
		}
	}
}

func TestMailJudgeExitsWithTheWorstVerdict(t *testing.T) {
	zone := writeFile(t, "zone.json", `{"example.jp.": {"TXT": ["v=spf1 ip4:192.0.2.1 -all"]}, "slow.example.": "TIMEOUT"}`)
	good := writeFile(t, "good.eml", "From: 山田 <yamada@example.jp>\nReturn-Path: <yamada@example.jp>\nSubject: 質問\n\n教えてください。\n")
	for _, c := range []struct {
		name string
		args []string
		want int
	}{
		{"accepted", []string{"--dns", zone, good}, 0},
		{"accepted from its server", []string{"--dns", zone, "--ip", "192.0.2.1", good}, 0},
		{"suspect from another", []string{"--dns", zone, "--ip", "192.0.2.9", good}, 1},
		{"another reverse path", []string{"--dns", zone, "--ip", "192.0.2.9", "--mail-from", "", "--helo", "slow.example", good}, 0},
		{"the worst of two", []string{"--dns", zone, good, writeFile(t, "bad.eml", forged)}, 2},
		{"no file", nil, 3},
		{"unknown flag", []string{"--nonsense", good}, 3},
		{"file that is not there", []string{"--dns", zone, filepath.Join(t.TempDir(), "none.eml")}, 3},
		{"bad address", []string{"--ip", "x", good}, 3},
		{"bad zone", []string{"--dns", good, good}, 3},
	} {
		exit, out, errs := runTool(t, append([]string{"mail", "judge"}, c.args...)...)
		if exit != c.want {
			t.Errorf("%s: got %d, want %d\n%s%s", c.name, exit, c.want, out, errs)
		}
	}
	other := writeFile(t, "other.eml", "From: \"desk@city.example.jp\" <x@evil.example>\n\nx\n")
	for protect, want := range map[string]int{"city.example.jp": 2, "desk@City.example.jp": 2, "@city.example.jp.": 2, "other.example": 0} {
		if exit, out, _ := runTool(t, "mail", "judge", "--dns", zone, "--protect", protect, other); exit != want {
			t.Errorf("--protect %s: got %d, want %d\n%s", protect, exit, want, out)
		}
	}
	if exit, _, _ := runTool(t, "mail"); exit != 3 {
		t.Errorf("mail without a verb: got %d", exit)
	}
}

func TestMailJudgeKnowsStolenThreads(t *testing.T) {
	past := writeFile(t, "q.eml", "From: taro@example.jp\nTo: desk@city.example.jp\nSubject: 狩猟免許試験の申込\n\n会場を変更したいのですが、どうすればよいでしょうか。\n受付番号は 12345 です。必要な書類も教えてください。\n")
	mail := writeFile(t, "a.eml", "From: x@evil.example\nSubject: RE: 狩猟免許試験の申込\n\n> 会場を変更したいのですが、どうすればよいでしょうか。\n> 受付番号は 12345 です。必要な書類も教えてください。\n")
	zone := writeFile(t, "zone.json", `{}`)
	exit, out, _ := runTool(t, "mail", "judge", "--json", "--dns", zone, "--threads", filepath.Dir(past), mail)
	if exit != 2 || !strings.Contains(out, `"stolen_text"`) || !strings.Contains(out, `"incident": true`) {
		t.Errorf("got %d, %s", exit, out)
	}
	if exit, _, _ := runTool(t, "mail", "judge", "--dns", zone, mail); exit != 0 {
		t.Errorf("without the threads: got %d", exit)
	}
}

func TestInspectExitsByWhatItFinds(t *testing.T) {
	clean := writeFile(t, "a.txt", "本文")
	active := writeFile(t, "a.csv", "a,b\nx,=cmd|'/c calc'!A0\n")
	for _, c := range []struct {
		args []string
		want int
	}{
		{[]string{clean}, 0}, {[]string{active}, 1}, {[]string{clean, active}, 1}, {[]string{filepath.Join(t.TempDir(), "none")}, 2}, {nil, 3}, {[]string{"--x", clean}, 3},
	} {
		if exit, out, errs := runTool(t, append([]string{"inspect"}, c.args...)...); exit != c.want {
			t.Errorf("%v: got %d, want %d\n%s%s", c.args, exit, c.want, out, errs)
		}
	}
	_, out, _ := runTool(t, "inspect", "--json", "--password", "x", active)
	var got []inspected
	if err := json.Unmarshal([]byte(out), &got); err != nil || len(got) != 1 || got[0].Type != "csv" || got[0].Encrypted || len(got[0].Active) != 2 || len(got[0].Reasons) != 2 {
		t.Errorf("got %s, %v", out, err)
	}
}

func TestDisarmRefusesWhatRuns(t *testing.T) {
	script := writeFile(t, "a.js", "new ActiveXObject('WScript.Shell')")
	exit, out, _ := runTool(t, "disarm", "--json", script)
	var got disarmed
	if err := json.Unmarshal([]byte(out), &got); err != nil || exit != 1 || got.State != "refused" || got.Type != "js" || len(got.Reasons) == 0 {
		t.Errorf("got %d, %s, %v", exit, out, err)
	}
	if exit, _, _ := runTool(t, "disarm"); exit != 3 {
		t.Errorf("without a file: got %d", exit)
	}
	t.Setenv("PATH", t.TempDir())
	exit, out, _ = runTool(t, "disarm", "--json", writeFile(t, "a.rtf", `{\rtf1 x}`))
	if exit != 2 || !strings.Contains(out, "bubblewrap") || !strings.Contains(out, `"failed"`) {
		t.Errorf("without tools: got %d, %s", exit, out)
	}
}
