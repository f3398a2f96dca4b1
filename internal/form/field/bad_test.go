package field_test

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"

	"madoguchi/internal/form/field"
)

// bad is what no control takes, whatever its kind.
var bad = map[string][]string{
	"control character": {"a\x00b"},
	"invisible":         {"a\u202eb"},
	"line break":        {"a\nb"},
	"private use":       {"\ue0a1"},
	"private use 15":    {"\U000F1234"},
	"private use 16":    {"\U00101234"},
	"invalid UTF-8":     {"a\xff\xfeb"},
	"lost character":    {"a\ufffdb"},
	"10 MB":             {strings.Repeat("あ", 10<<20/3)},
	"10 MB of marks":    {"e" + strings.Repeat("\u0301", 5<<20)},
	"sent twice":        {"1", "2"},
}

// TestBadInput sends every bad thing to every control of every kind: the
// person is told what to do, next to that control, and what was typed is
// still there.
func TestBadInput(t *testing.T) {
	for _, s := range samples {
		f := s.build(t, "")
		for _, name := range f.Controls() {
			for what, values := range bad {
				if f.Kind == "file" || f.Kind == "long_text" && what == "line break" {
					continue
				}
				in := s.input()
				in.Values = maps.Clone(in.Values)
				in.Values[name] = values
				if strings.HasSuffix(name, "-other") {
					in.Values["q"] = []string{"other"}
				}
				answer, problems := f.Read(in)
				if answer != nil || len(problems) == 0 {
					t.Errorf("%s: %s in %s is taken as %.80s", s.json, what, name, answer)
					continue
				}
				checkShown(t, s.json+": "+what+" in "+name, f, in, problems)
			}
		}
	}
}

// checkShown renders the field with its problems and checks that each leads to
// a control and stands in plain words beside it.
func checkShown(t *testing.T, what string, f field.Field, in field.Input, problems []field.Problem) {
	t.Helper()
	short := maps.Clone(in.Values) // a page of 10 MB shows nothing new
	for name, values := range short {
		if len(values) > 0 && len(values[0]) > 1000 {
			short[name] = []string{values[0][:300]}
		}
	}
	page := show(t, f, field.View{Words: say, Typed: short, Answers: in.Had, Problems: problems})
	for _, p := range problems {
		text := p.Text(say)
		if strings.ContainsAny(text, "{}") || strings.Contains(text, "field.") || text == "" || p.Field != "q" {
			t.Errorf("%s: problem %+v says %q", what, p, text)
		}
		if page.byID[p.Control] == nil {
			t.Errorf("%s: the summary would link to #%s, which is not there", what, p.Control)
		}
		if !strings.Contains(page.text(), "エラー："+text) {
			t.Errorf("%s: %q does not stand beside the control", what, text)
		}
	}
	page.checkWiring(t, what)
}

func TestProblemsByKind(t *testing.T) {
	long := strings.Repeat("あ", 51)
	for _, c := range []struct {
		json  string
		typed url.Values
		keys  []string // with the control
	}{
		{`{"kind":"text","label":"x","max":50}`, url.Values{"q": {long}}, []string{"q too_long_by"}},
		{`{"kind":"text","label":"x","min":3}`, url.Values{"q": {"ab"}}, []string{"q too_short"}},
		{`{"kind":"text","label":"x"}`, url.Values{"q": {"番号 1234-5678-9018"}}, []string{"q my_number"}},
		{`{"kind":"long_text","label":"x"}`, url.Values{"q": {"番号\n１２３４５６７８９０１８"}}, []string{"q my_number"}},
		{`{"kind":"number","label":"x"}`, url.Values{"q": {"123456789018"}}, []string{"q my_number"}},
		{`{"kind":"text","label":"x","format":"my_number"}`, url.Values{"q": {"123456789017"}}, []string{"q format_my_number"}},
		{`{"kind":"text","label":"x","format":"katakana"}`, url.Values{"q": {"漢字"}}, []string{"q format_katakana"}},
		{`{"kind":"number","label":"x","min":1,"max":10}`, url.Values{"q": {"0"}}, []string{"q number_low"}},
		{`{"kind":"number","label":"x","min":1,"max":10}`, url.Values{"q": {"１１"}}, []string{"q number_high"}},
		{`{"kind":"number","label":"x"}`, url.Values{"q": {"1.5"}}, []string{"q number_whole"}},
		{`{"kind":"number","label":"x","decimals":1}`, url.Values{"q": {"1.55"}}, []string{"q number_decimals"}},
		{`{"kind":"number","label":"x"}`, url.Values{"q": {"十"}}, []string{"q number"}},
		{`{"kind":"number","label":"x"}`, url.Values{"q": {"1e5"}}, []string{"q number"}},
		{`{"kind":"date","label":"x"}`, url.Values{"q-era": {"heisei"}, "q-year": {"2"}, "q-month": {"4"}, "q-day": {"45"}}, []string{"q-day date_number"}},
		{`{"kind":"date","label":"x"}`, url.Values{"q-era": {"heisei"}, "q-year": {"2"}, "q-month": {"2"}, "q-day": {"29"}}, []string{"q-day date_none"}},
		{`{"kind":"date","label":"x"}`, url.Values{"q-era": {"ce"}, "q-year": {"2"}, "q-month": {"2"}, "q-day": {"2"}}, []string{"q-year date_western"}},
		{`{"kind":"date","label":"x"}`, url.Values{"q-era": {"keio"}, "q-year": {"2"}, "q-month": {"2"}, "q-day": {"2"}}, []string{"q-era not_listed"}},
		{`{"kind":"date","label":"x"}`, url.Values{"q-era": {"ce"}, "q-month": {"13"}}, []string{"q-year missing", "q-month date_number", "q-day missing"}},
		{`{"kind":"date","label":"x","max":"today-18y"}`, url.Values{"q-era": {"heisei"}, "q-year": {"16"}, "q-month": {"7"}, "q-day": {"2"}}, []string{"q-year date_late"}},
		{`{"kind":"date","label":"x","near":true,"min":"today+1d"}`, url.Values{"q": {"2022-07-01"}}, []string{"q date_early"}},
		{`{"kind":"choice","label":"x","options":[{"value":"a","label":"甲"}]}`, url.Values{"q": {"b"}}, []string{"q-1 not_listed"}},
		{`{"kind":"choice","label":"x","other":true,"options":[{"value":"a","label":"甲"}]}`, url.Values{"q": {"other"}}, []string{"q-other missing"}},
		{`{"kind":"choices","label":"x","min":2,"options":[{"value":"a","label":"甲"},{"value":"b","label":"乙"}]}`, url.Values{"q": {"a", "a"}}, []string{"q-1 choose_more"}},
		{`{"kind":"choices","label":"x","max":1,"options":[{"value":"a","label":"甲"},{"value":"b","label":"乙"}]}`, url.Values{"q": {"a", "b"}}, []string{"q-1 choose_fewer"}},
		{`{"kind":"name","label":"x"}`, url.Values{"q-family": {long}, "q-given": {"葵"}}, []string{"q-family too_long_by"}},
		{`{"kind":"name","label":"x"}`, url.Values{"q-family": {"髙橋"}, "q-family_kana": {"ﾀｶﾊｼ"}}, []string{"q-given missing", "q-given_kana missing"}},
		{`{"kind":"name","label":"x"}`, url.Values{"q-family": {"髙橋"}, "q-given": {"葵"}, "q-family_kana": {"高橋"}, "q-given_kana": {"aoi"}}, []string{"q-family_kana format_katakana", "q-given_kana format_katakana"}},
		{`{"kind":"address","label":"x"}`, url.Values{"q-postcode": {"310-855"}, "q-prefecture": {"常陸国"}, "q-city": {strings.Repeat("市", 200)}, "q-street": {"1"}}, []string{"q-postcode postcode", "q-prefecture not_listed"}},
		{`{"kind":"address","label":"x"}`, url.Values{"q-building": {"県庁"}}, []string{"q-postcode missing", "q-prefecture choose", "q-city missing", "q-street missing"}},
		{`{"kind":"address","label":"x"}`, url.Values{"q-city": {strings.Repeat("市", 201)}}, []string{"q-city too_long_by"}},
		{`{"kind":"phone","label":"x"}`, url.Values{"q": {"301-1111"}}, []string{"q phone"}},
		{`{"kind":"mail","label":"x"}`, url.Values{"q": {"a@example.jp"}}, []string{"q-again mail_again"}},
		{`{"kind":"mail","label":"x"}`, url.Values{"q": {"a@example.jp"}, "q-again": {"b@example.jp"}}, []string{"q-again mail_differs"}},
		{`{"kind":"mail","label":"x"}`, url.Values{"q": {"山田@example.jp"}, "q-again": {"山田@example.jp"}}, []string{"q mail"}},
		{`{"kind":"consent","label":"x","text":"本文","version":"2"}`, url.Values{"q": {"yes-1"}}, []string{"q consent_changed"}},
	} {
		f := sample{json: c.json}.build(t, "")
		_, problems := f.Read(field.Input{Values: c.typed, Today: today})
		var keys []string
		for _, p := range problems {
			keys = append(keys, p.Control+" "+strings.TrimPrefix(p.Key, "field."))
		}
		if !slices.Equal(keys, c.keys) {
			t.Errorf("%s with %v: got %q, want %q", c.json, c.typed, keys, c.keys)
		}
		if len(problems) > 0 {
			checkShown(t, c.json, f, field.Input{Values: c.typed}, problems)
		}
	}
}

func TestMyNumberIsTakenWhereAllowed(t *testing.T) {
	f := sample{json: `{"kind":"text","label":"個人番号","format":"my_number"}`}.build(t, "")
	got, problems := f.AllowMyNumber().Read(field.Input{Values: url.Values{"q": {"1234－5678－9018"}}})
	if string(got) != `"123456789018"` || len(problems) > 0 {
		t.Errorf("got %s, %v", got, problems)
	}
}

func TestFilesThatAreNotTaken(t *testing.T) {
	f := sample{json: `{"kind":"file","label":"書類","types":["pdf","jpeg","docx","heic"],"max_files":2,"max_bytes":2000,"max_total_bytes":3000}`}.build(t, "")
	one := field.File{ID: "a", Name: "a.pdf", Size: 1500, Type: "pdf"}
	for _, c := range []struct {
		name string
		had  []field.File
		size int64
		head string
		want string // key, or the type
	}{
		{"b.PDF", nil, 100, "%PDF-1.7", "pdf"},
		{"写真.JPG", nil, -1, "\xff\xd8\xff\xe0", "jpeg"},
		{"IMG_1.HEIC", nil, 100, "\x00\x00\x00\x18ftypheic", "heic"},
		{"film.heic", nil, 100, "\x00\x00\x00\x18ftypmp42", "field.file_content"},
		{"実務経験証明書.docm", nil, 100, "PK\x03\x04", "field.file_type"},
		{"b.pdf.exe", nil, 100, "MZ", "field.file_type"},
		{"b", nil, 100, "%PDF-", "field.file_type"},
		{"b.png", nil, 100, "\x89PNG\r\n\x1a\n", "field.file_type"},
		{"b.pdf", nil, 100, "MZ\x90", "field.file_content"},
		{"b.docx", nil, 100, "%PDF-", "field.file_content"},
		{"b.pdf", nil, 0, "", "field.file_empty"},
		{"b.pdf", nil, 2001, "%PDF-", "field.file_large"},
		{"b.pdf", []field.File{one}, 1501, "%PDF-", "field.file_total"},
		{"b.pdf", []field.File{one, one}, 1, "%PDF-", "field.file_many"},
		{"b\x00.pdf", nil, 100, "%PDF-", "field.file_name"},
		{"\xff.pdf", nil, 100, "%PDF-", "field.file_name"},
		{"外\ue000.pdf", nil, 100, "%PDF-", "field.file_name"},
		{strings.Repeat("あ", 300) + ".pdf", nil, 100, "%PDF-", "field.file_name"},
	} {
		typ, p := f.Accept(c.had, c.name, c.size, []byte(c.head))
		got := typ
		if p != nil {
			got = p.Key
			if text := p.Text(say); strings.ContainsAny(text, "{}\x00\ue000") || p.Control != "q" {
				t.Errorf("%q: %q at %s", c.name, text, p.Control)
			}
		}
		if got != c.want {
			t.Errorf("%q of %d bytes: got %s, want %s", c.name, c.size, got, c.want)
		}
	}
}

func TestFilesAreAddedAndRemoved(t *testing.T) {
	a := field.WithFile(nil, field.File{ID: "1", Name: "a.pdf", Size: 1, Type: "pdf"})
	a = field.WithFile(a, field.File{ID: "2", Name: "b.pdf", Size: 2, Type: "pdf"})
	a = field.WithoutFile(a, "1")
	if got := field.Files(a); len(got) != 1 || got[0].ID != "2" {
		t.Errorf("got %+v", got)
	}
	if a = field.WithoutFile(a, "2"); a != nil {
		t.Errorf("no file left, but the answer is %s", a)
	}
	f := sample{json: `{"kind":"file","label":"書類","types":["pdf"]}`}.build(t, "")
	foreign := json.RawMessage(`[{"id":"x","name":"x.exe","size":5,"type":"exe"}]`)
	if len(f.Check(foreign, today)) == 0 {
		t.Error("a type that the form does not take is in an answer and passes")
	}
}
