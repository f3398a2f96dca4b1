package main

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// searched is what the command writes for args.
func searched(t *testing.T, args ...string) (code int, out, errors string) {
	t.Helper()
	var o, e bytes.Buffer
	code = runSearch(t.Context(), args, stdio{strings.NewReader(""), &o, &e})
	return code, o.String(), e.String()
}

func TestSearchWritesOneJSONArray(t *testing.T) {
	type hit struct {
		ID, Title string
		Score     float64
		Matched   []string
	}
	find := func(args ...string) []hit {
		t.Helper()
		code, out, errors := searched(t, append([]string{"--tenant", "pref-ibaraki", "--json"}, args...)...)
		if code != 0 || strings.Count(out, "\n") != 1 {
			t.Fatalf("%v: code %d, %q, %q", args, code, out, errors)
		}
		var hits []hit
		if err := json.Unmarshal([]byte(out), &hits); err != nil || hits == nil {
			t.Fatalf("%v: %v in %q", args, err, out)
		}
		return hits
	}
	hunting := find("--", "ハンター")
	if len(hunting) != 5 || !strings.HasPrefix(hunting[0].ID, "hunting-exam") || !slices.Contains(hunting[0].Matched, "狩猟免許") {
		t.Errorf("ハンター: %+v", hunting)
	}
	if !slices.IsSortedFunc(hunting, func(a, b hit) int { return int(1e4 * (b.Score - a.Score)) }) {
		t.Error("not best first")
	}
	for name, hits := range map[string][]hit{
		"without synonyms": find("--no-synonyms", "ハンター"), "nothing": find("zzzz"), "empty": find(""),
		"two words that no procedure has both": find("狩猟", "簿記"), "minus": find("--", "-狩猟 狩猟免許"),
	} {
		if len(hits) != 0 {
			t.Errorf("%s: %+v", name, hits)
		}
	}
}

func TestSearchTellsWhatIsWrong(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		code int
		text string
	}{
		"no tenant":       {[]string{"狩猟"}, exitUsage, "--tenant"},
		"no query":        {[]string{"--tenant", "pref-ibaraki"}, exitUsage, "さがす言葉"},
		"unknown tenant":  {[]string{"--tenant", "x-town", "狩猟"}, 1, "x-town"},
		"unknown flag":    {[]string{"--colour", "狩猟"}, exitUsage, "使い方"},
		"data and config": {[]string{"--tenant", "x", "--data", "a", "--config", "b", "狩猟"}, exitUsage, "どちらか一つ"},
	} {
		code, out, errors := searched(t, c.args...)
		if code != c.code || out != "" || !strings.Contains(errors, c.text) {
			t.Errorf("%s: code %d, %q, %q; want %d and %q", name, code, out, errors, c.code, c.text)
		}
	}
}

func TestSearchWritesATable(t *testing.T) {
	for query, want := range map[string]string{
		"ハンター": "ハンター→狩猟免許", "いのべーしゅん": "もしかして：いのべーしょん", "狩猟 兎": "一部の言葉に合うもの", "zzzz": "見つかりませんでした", "職業訓練": "受付中",
	} {
		if code, out, _ := searched(t, "--tenant", "pref-ibaraki", query); code != 0 || !strings.Contains(out, want) {
			t.Errorf("%s: code %d, want %q in\n%s", query, code, want, out)
		}
	}
}
