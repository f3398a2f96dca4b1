package form_test

import (
	"encoding/json"
	"errors"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"madoguchi/internal/form"
	"madoguchi/internal/form/field"
	"madoguchi/internal/words"
)

var (
	today = time.Date(2022, 7, 1, 0, 0, 0, 0, time.UTC)
	say   = field.Words(words.Of("ja").Text)
)

const small = `{
  "format": "madoguchi-form/1",
  "title": "見本",
  "pages": [
    {"id": "who", "title": "申請する方", "intro": "戸籍のとおりに。", "fields": [
      {"id": "name", "kind": "name", "label": "氏名", "required": true, "role": "applicant_name", "autofill": true},
      {"id": "mail", "kind": "mail", "label": "メールアドレス", "role": "contact_mail"},
      {"id": "tel", "kind": "phone", "label": "電話番号", "role": "contact_phone"}
    ]},
    {"id": "note", "title": "注意", "fields": [
      {"id": "note", "kind": "explanation", "label": "", "text": "本文"}
    ]},
    {"id": "what", "title": "内容", "fields": [
      {"id": "reason", "kind": "long_text", "label": "理由", "required": true},
      {"id": "papers", "kind": "file", "label": "書類", "types": ["pdf"], "max_files": 2},
      {"id": "terms", "kind": "consent", "label": "同意", "text": "本文", "version": "1"}
    ]}
  ]
}`

func parse(t testing.TB, s string) *form.Definition {
	t.Helper()
	def, err := form.Parse([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return def
}

func whole(t *testing.T, def *form.Definition) form.Answers {
	t.Helper()
	answers := form.Answers{}
	papers := json.RawMessage(`[{"id":"f1","name":"a.pdf","size":2048,"type":"pdf"}]`)
	for id, typed := range map[string]url.Values{
		"who":  {"name-family": {"髙橋"}, "name-given": {"葵"}, "name-family_kana": {"たかはし"}, "name-given_kana": {"あおい"}, "mail": {"a@example.jp"}, "mail-again": {"a@example.jp"}, "tel": {"029-000-0000"}},
		"what": {"reason": {"一\r\n二"}, "terms": {"yes-1"}, "do": {"next"}, "mg-key": {"x"}},
	} {
		p, _, _ := def.Page(id)
		got, problems := def.Read(p, field.Input{Values: typed, Today: today, Had: form.Answers{"papers": papers}})
		if len(problems) > 0 {
			t.Fatalf("page %s: %v", id, problems)
		}
		answers = answers.With(p, got)
	}
	return answers
}

func TestPagesAreInOrder(t *testing.T) {
	def := parse(t, small)
	var ids []string
	for p, ok := def.First(), true; ok; p, ok = def.Next(p) {
		ids = append(ids, p.ID)
		if before, ok := def.Previous(p); ok != (p.ID != "who") || ok && before.ID == p.ID {
			t.Errorf("before %s: %v", p.ID, before)
		}
	}
	if !slices.Equal(ids, []string{"who", "note", "what"}) {
		t.Errorf("got %v", ids)
	}
	if _, _, ok := def.Page("nowhere"); ok {
		t.Error("a page that is not there")
	}
	if p, _, _ := def.Page("what"); !p.HasFiles() || def.First().HasFiles() {
		t.Error("files are taken on the wrong page")
	}
}

func TestOneApplicationFromTypingToWords(t *testing.T) {
	def := parse(t, small)
	answers := whole(t, def)
	kept, err := form.ParseAnswers(answers.Encode())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(answers, kept); diff != "" {
		t.Errorf("answers change in the store (-want +got):\n%s", diff)
	}
	if problems := def.Check(kept, today); len(problems) > 0 {
		t.Errorf("a whole application is refused: %v", problems)
	}
	if got, want := def.Facts(kept), (field.Facts{ApplicantName: "髙橋 葵", ApplicantKana: "タカハシ アオイ", ContactMail: "a@example.jp", ContactPhone: "029-000-0000"}); got != want {
		t.Errorf("facts %+v, want %+v", got, want)
	}
	var lines []string
	for _, s := range def.Summary(kept, say) {
		lines = append(lines, "# "+s.PageID+" "+s.Title)
		for _, l := range s.Lines {
			lines = append(lines, string(l.FieldID)+" "+l.Label+"="+strings.Join(l.Values, "/"))
		}
	}
	want := []string{
		"# who 申請する方", "name 氏名=髙橋 葵", "name 氏名（カナ）=タカハシ アオイ", "mail メールアドレス=a@example.jp", "tel 電話番号=029-000-0000",
		"# what 内容", "reason 理由=一\n二", "papers 書類=a.pdf（2 KB）", "terms 同意=同意する（文面の版：1）",
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Errorf("summary (-want +got):\n%s", diff)
	}
	if files := def.Files(kept); len(files) != 1 || files[0].ID != "f1" {
		t.Errorf("files %v", files)
	}
}

func TestEmptyAnswersAreStillLines(t *testing.T) {
	n := 0
	for _, s := range parse(t, small).Summary(nil, say) {
		for _, l := range s.Lines {
			n++
			if !l.Empty || l.Label == "" || l.Control == "" {
				t.Errorf("line %+v", l)
			}
		}
	}
	if n != 7 {
		t.Errorf("%d lines, want 7", n)
	}
}

func TestCheckFindsWhatIsMissingByPage(t *testing.T) {
	def := parse(t, small)
	answers := whole(t, def).WithField("reason", nil).WithField("terms", json.RawMessage(`{"version":"0"}`))
	problems := def.Check(answers, today)
	if len(problems) != 2 || problems[0].Field != "reason" || problems[1].Key != "field.consent_changed" {
		t.Fatalf("got %v", problems)
	}
	if got := problems.On(def.First()); len(got) > 0 {
		t.Errorf("on the first page: %v", got)
	}
	if got := problems.WithoutMissing(); len(got) != 1 || got[0].Field != "terms" {
		t.Errorf("without what is missing: %v", got)
	}
	if problems.Err() == nil || (form.Problems{}).Err() != nil {
		t.Error("Err is wrong")
	}
	if got := def.Check(whole(t, def).WithField("forged", json.RawMessage(`"x"`)), today); len(got) != 1 || got[0].Key != "field.unknown" {
		t.Errorf("an answer to no field: %v", got)
	}
}

func TestForgedNamesAreRefusedAndKeptNowhere(t *testing.T) {
	def := parse(t, small)
	for _, name := range []string{"reason", "terms", "name", "name-full", "x", "", "name-family ", "papers", "q[]", "__proto__", "\xff"} {
		typed := url.Values{"name-family": {"髙橋"}, "name-given": {"葵"}, "name-family_kana": {"ア"}, "name-given_kana": {"ア"}, name: {"x"}}
		answers, problems := def.Read(def.First(), field.Input{Values: typed, Today: today})
		if len(problems) != 1 || problems[0].Key != "field.unknown" || problems[0].Text(say) == "" {
			t.Errorf("%q: %v", name, problems)
		}
		if keys := slices.Collect(maps.Keys(answers)); !slices.Equal(keys, []field.ID{"name"}) {
			t.Errorf("%q: answers to %v", name, keys)
		}
	}
}

func TestAPageReplacesOnlyItsOwnAnswers(t *testing.T) {
	def := parse(t, small)
	before := whole(t, def)
	after := before.With(def.First(), form.Answers{"name": before["name"], "reason": json.RawMessage(`"forged"`)})
	if _, ok := after["mail"]; ok {
		t.Error("a field that was emptied keeps its answer")
	}
	if string(after["reason"]) != `"一\n二"` {
		t.Errorf("another page's answer became %s", after["reason"])
	}
	if _, ok := before["mail"]; !ok {
		t.Error("the answers before were changed")
	}
	if got := def.Diff(before, after); len(got) != 2 || got[0].FieldID != "mail" || got[1].FieldID != "tel" {
		t.Errorf("changed: %v", got)
	}
}

func TestStoredAnswersThatAreNone(t *testing.T) {
	for _, s := range []string{`[]`, `{`, `{"A":1}`, `{"a-b":1}`, `"x"`, `{"a":1}x`} {
		if a, err := form.ParseAnswers([]byte(s)); err == nil {
			t.Errorf("%s is read as %v", s, a)
		}
	}
	for _, s := range []string{``, `{}`, `null`} {
		if a, err := form.ParseAnswers([]byte(s)); err != nil || a == nil || len(a) > 0 {
			t.Errorf("%q is read as %v, %v", s, a, err)
		}
	}
}

func TestDraftsAreCarriedToANewVersion(t *testing.T) {
	old := parse(t, small)
	newer := parse(t, strings.NewReplacer(
		`{"id": "tel", "kind": "phone", "label": "電話番号", "role": "contact_phone"}`, `{"id": "fax", "kind": "phone", "label": "ファクス番号"}`,
		`"label": "理由", "required": true`, `"label": "申請の理由", "required": true`,
		`"version": "1"`, `"version": "2"`,
		`"types": ["pdf"]`, `"types": ["png"]`,
	).Replace(small))
	carried, changes := form.Carry(old, newer, whole(t, old), today)
	var got []string
	for _, c := range changes {
		got = append(got, string(c.FieldID)+" "+string(c.What)+" "+c.PageID)
		if text := say("form.change_"+string(c.What), "label", c.Label); !strings.Contains(text, c.Label) {
			t.Errorf("%v says %q", c, text)
		}
	}
	want := []string{"fax added who", "reason reworded what", "papers refused what", "terms refused what", "tel removed "}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
	if keys := slices.Sorted(maps.Keys(carried)); !slices.Equal(keys, []field.ID{"mail", "name", "reason"}) {
		t.Errorf("carried %v", keys)
	}
	if same, changes := form.Carry(old, old, whole(t, old), today); len(changes) > 0 || len(same) != len(whole(t, old)) {
		t.Errorf("to the same version: %v", changes)
	}
	if got := slices.Sorted(maps.Keys(old.Copy(old, whole(t, old), today))); !slices.Equal(got, []field.ID{"mail", "name", "reason", "tel"}) {
		t.Errorf("a new application begins with %v", got)
	}
}

// The same bytes under another kind are not the same answer.
func TestAnAnswerIsNotCarriedToAnotherKind(t *testing.T) {
	old := parse(t, small)
	newer := parse(t, strings.Replace(small, `"kind": "long_text", "label": "理由"`, `"kind": "text", "label": "理由"`, 1))
	answers := whole(t, old).WithField("reason", json.RawMessage(`"一"`))
	carried, changes := form.Carry(old, newer, answers, today)
	if len(changes) != 1 || changes[0].What != form.Refused || carried["reason"] != nil {
		t.Errorf("changes %v, carried %s", changes, carried["reason"])
	}
}

func TestBadDefinitionsAreRefusedWithTheirPlace(t *testing.T) {
	for _, c := range []struct{ old, new, path, key string }{
		{`madoguchi-form/1`, `madoguchi-form/2`, "format", "form.format"},
		{`"title": "見本"`, `"title": ""`, "title", "field.def_missing"},
		{`"title": "見本"`, `"title": "見本", "colour": "red"`, "colour", "field.def_unknown_key"},
		{`"title": "見本"`, `"title": "見本", "title": "別"`, "title", "form.key_twice"},
		{`"title": "見本"`, `"Title": "見本"`, "Title", "form.key_twice"},
		{`"title": "見本"`, `"title": 1`, "title", "field.def_wrong_type"},
		{`"id": "note", "title"`, `"id": "check", "title"`, "pages[1].id", "form.page_id"},
		{`"id": "note", "title"`, `"id": "Note", "title"`, "pages[1].id", "form.page_id"},
		{`"id": "note", "title"`, `"id": "who", "title"`, "pages[1].id", "field.def_twice"},
		{`"id": "tel"`, `"id": "mail"`, "pages[0].fields[2].id", "field.def_twice"},
		{`"id": "reason"`, `"id": "mail"`, "pages[2].fields[0].id", "field.def_twice"},
		{`"types": ["pdf"]`, `"types": ["exe"]`, "pages[2].fields[1].types", "field.def_not_one_of"},
		{`"role": "contact_phone"`, `"role": "contact_mail"`, "pages[0].fields[2].role", "field.def_bad_role"},
		{`"kind": "phone", "label": "電話番号", "role": "contact_phone"`, `"kind": "mail", "label": "控え", "role": "contact_mail"`, "pages[0].fields[2].role", "field.def_twice"},
		{`"kind": "phone", "label": "電話番号", "role": "contact_phone"`, `"kind": "text", "label": "番号", "format": "my_number"`, "pages[0].fields[2].format", "field.def_my_number"},
		{`      {"id": "note", "kind": "explanation", "label": "", "text": "本文"}`, ``, "pages[1].fields", "field.def_missing"},
	} {
		_, err := form.Parse([]byte(strings.Replace(small, c.old, c.new, 1)))
		bad, ok := errors.AsType[*form.DefinitionError](err)
		if !ok {
			t.Errorf("%s: %v", c.new, err)
			continue
		}
		if !slices.ContainsFunc(bad.Flaws, func(f form.Flaw) bool { return f.Path == c.path && f.Key == c.key }) {
			t.Errorf("%s: got %v, want %s at %s", c.new, err, c.key, c.path)
		}
	}
	for _, s := range []string{"", "{", "[]", "null", "1", small + "{}", small[:len(small)-1], strings.Repeat(`{"a":`, 100000), "\xff", strings.Repeat(" ", 2<<20), `{"pages":` + strings.Repeat("[", 30) + strings.Repeat("]", 30) + `}`} {
		if _, err := form.Parse([]byte(s)); err == nil {
			t.Errorf("%.40q is taken for a definition", s)
		} else if _, ok := errors.AsType[*form.DefinitionError](err); !ok {
			t.Errorf("%.40q: %v", s, err)
		}
	}
	_, err := form.Parse([]byte(strings.Replace(small, `"title": "注意"`, `"title" "注意"`, 1)))
	if bad, ok := errors.AsType[*form.DefinitionError](err); !ok || bad.Flaws[0].Line != 10 {
		t.Errorf("text that is not JSON: %v, want line 10", err)
	}
}

func TestAllFlawsAreToldAtOnce(t *testing.T) {
	bad := strings.NewReplacer(`"id": "tel"`, `"id": "TEL"`, `"types": ["pdf"]`, `"types": []`, `"version": "1"`, `"version": ""`).Replace(small)
	_, err := form.Parse([]byte(bad))
	if e, ok := errors.AsType[*form.DefinitionError](err); !ok || len(e.Flaws) != 3 || e.Flaws[1].PageID != "what" || e.Flaws[1].FieldID != "papers" {
		t.Errorf("got %v", err)
	}
}

func TestMyNumberNeedsPermission(t *testing.T) {
	allowed := strings.Replace(small, `"title": "見本"`, `"title": "見本", "my_number": true`, 1)
	typed := field.Input{Values: url.Values{"reason": {"番号は1234 5678 9018です"}, "terms": {"yes-1"}}, Today: today}
	for s, want := range map[string]int{small: 1, allowed: 0} {
		def := parse(t, s)
		p, _, _ := def.Page("what")
		if _, problems := def.Read(p, typed); len(problems) != want {
			t.Errorf("my_number %v: problems %v", def.MyNumber, problems)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(small)
	f.Add(`{"format":"madoguchi-form/1","title":"x","pages":[{"id":"a","title":"b","fields":[{"id":"q","kind":"date","label":"x","max":"today-1y"}]}]}`)
	f.Fuzz(func(t *testing.T, s string) {
		def, err := form.Parse([]byte(s))
		if err != nil {
			if _, ok := errors.AsType[*form.DefinitionError](err); !ok {
				t.Fatal(err)
			}
			return
		}
		b, err := def.Encode()
		if err != nil {
			t.Fatal(err)
		}
		again, err := form.Parse(b)
		if err != nil {
			t.Fatalf("%s is written as %s: %v", s, b, err)
		}
		if c, _ := again.Encode(); string(b) != string(c) {
			t.Fatalf("%s becomes %s", b, c)
		}
		for i := range def.Pages {
			if _, err := field.HTML(def.Pages[i].Fields, field.View{Words: say}); err != nil {
				t.Fatal(err)
			}
		}
		def.Check(form.Answers{}, today)
	})
}
