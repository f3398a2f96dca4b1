package field_test

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"madoguchi/internal/form/field"
	"madoguchi/internal/words"
)

var (
	today = time.Date(2022, 7, 1, 0, 0, 0, 0, time.UTC)
	say   = field.Words(words.Of("ja").Text)
)

// A sample is a field of a kind, what a person types into it, and what is kept.
type sample struct {
	json  string // without id
	typed url.Values
	want  string // the canonical answer; "" where nothing is asked
	lines []string
}

// samples has at least one of each kind; a new kind needs only a line here.
var samples = []sample{
	{`{"kind":"text","label":"商品名","hint":"例：納豆","max":20}`, url.Values{"q": {" 神福㍻\U000E0100 "}}, `"神福㍻󠄀"`, []string{"商品名=神福㍻󠄀"}},
	{`{"kind":"text","label":"読み","format":"katakana"}`, url.Values{"q": {"なっとう"}}, `"ナットウ"`, []string{"読み=ナットウ"}},
	{`{"kind":"text","label":"法人番号","format":"corporate_number"}`, url.Values{"q": {"７０００－０１２０５０００２"}}, `"7000012050002"`, []string{"法人番号=7000012050002"}},
	{`{"kind":"text","label":"番号","format":"digits","min":3,"max":4}`, url.Values{"q": {"００１"}}, `"001"`, []string{"番号=001"}},
	{`{"kind":"text","label":"受験番号","format":"alnum"}`, url.Values{"q": {"Ａー１"}}, `"A-1"`, []string{"受験番号=A-1"}},
	{`{"kind":"text","label":"整理番号","format":"receipt_number"}`, url.Values{"q": {"００００－0000ー5724"}}, `"000000005724"`, []string{"整理番号=0000-0000-5724"}},
	{`{"kind":"long_text","label":"理由","hint":"くわしく"}`, url.Values{"q": {"一\r\n<二> & \"三\"\r\n"}}, `"一\n<二> & \"三\""`, []string{"理由=一\n<二> & \"三\""}},
	{`{"kind":"number","label":"金額","unit":"円","min":0,"max":5000000}`, url.Values{"q": {"１，２００，０００円"}}, `1200000`, []string{"金額=1,200,000円"}},
	{`{"kind":"number","label":"面積","decimals":2,"hint":"小数も"}`, url.Values{"q": {"007.50"}}, `7.5`, []string{"面積=7.5"}},
	{`{"kind":"date","label":"生年月日","hint":"西暦でも和暦でも","max":"today","autofill":true}`, url.Values{"q-era": {"heisei"}, "q-year": {"３１"}, "q-month": {"５"}, "q-day": {"1日"}}, `"2019-05-01"`, []string{"生年月日=2019年（令和元年）5月1日"}},
	{`{"kind":"date","label":"希望日","near":true,"min":"today","max":"today+3m"}`, url.Values{"q": {"令和4年8月5日"}}, `"2022-08-05"`, []string{"希望日=2022年（令和4年）8月5日"}},
	{`{"kind":"choice","label":"区分","hint":"1つ","options":[{"value":"a","label":"甲","hint":"手数料 100円"},{"value":"b","label":"乙"}]}`, url.Values{"q": {"b"}}, `{"value":"b"}`, []string{"区分=乙"}},
	{`{"kind":"choice","label":"区分","other":true,"options":[{"value":"a","label":"甲"}]}`, url.Values{"q": {"other"}, "q-other": {"丙"}}, `{"value":"other","other":"丙"}`, []string{"区分=その他（丙）"}},
	{`{"kind":"choice","label":"区分","hint":"1つ","style":"select","options":[{"value":"a","label":"甲"},{"value":"b","label":"乙"}]}`, url.Values{"q": {"a"}}, `{"value":"a"}`, []string{"区分=甲"}},
	{`{"kind":"choices","label":"曜日","hint":"いくつでも","max":2,"other":true,"options":[{"value":"mon","label":"月"},{"value":"tue","label":"火"},{"value":"wed","label":"水"}]}`, url.Values{"q": {"tue", "mon"}}, `{"values":["mon","tue"]}`, []string{"曜日=月/火"}},
	{`{"kind":"name","label":"氏名","hint":"戸籍のとおり","autofill":true}`, url.Values{"q-family": {"髙橋"}, "q-given": {"葵"}, "q-family_kana": {"たかはし"}, "q-given_kana": {"ｱｵｲ"}}, `{"family":"髙橋","given":"葵","family_kana":"タカハシ","given_kana":"アオイ"}`, []string{"氏名=髙橋 葵", "氏名（カナ）=タカハシ アオイ"}},
	{`{"kind":"name","label":"氏名","undivided":true}`, url.Values{"q-full": {"MARIA DEL CARMEN"}, "q-full_kana": {"まりあ でる かるめん"}}, `{"full":"MARIA DEL CARMEN","full_kana":"マリア　デル　カルメン"}`, []string{"氏名=MARIA DEL CARMEN", "氏名（カナ）=マリア　デル　カルメン"}},
	{`{"kind":"name","label":"氏名","no_kana":true}`, url.Values{"q-family": {"山田"}, "q-given": {"太郎"}}, `{"family":"山田","given":"太郎"}`, []string{"氏名=山田 太郎"}},
	{`{"kind":"address","label":"住所","hint":"住民票のとおり","autofill":true}`, url.Values{"q-postcode": {"３１０８５５５"}, "q-prefecture": {"茨城県"}, "q-city": {"水戸市"}, "q-street": {"笠原町９７８ー６"}, "q-building": {""}}, `{"postcode":"310-8555","prefecture":"茨城県","city":"水戸市","street":"笠原町９７８-６"}`, []string{"住所（郵便番号）=310-8555", "住所=茨城県水戸市笠原町９７８-６", "住所（建物名・部屋番号）="}},
	{`{"kind":"phone","label":"電話番号","hint":"日中"}`, url.Values{"q": {"０２９ー３０１ー１１１１"}}, `"029-301-1111"`, []string{"電話番号=029-301-1111"}},
	{`{"kind":"mail","label":"メールアドレス","hint":"届くもの"}`, url.Values{"q": {"a..b@docomo.ne.jp"}, "q-again": {"ａ..b@DOCOMO.ne.jp"}}, `"a..b@docomo.ne.jp"`, []string{"メールアドレス=a..b@docomo.ne.jp"}},
	{`{"kind":"mail","label":"メールアドレス","once":true}`, url.Values{"q": {"a@example.jp"}}, `"a@example.jp"`, []string{"メールアドレス=a@example.jp"}},
	{`{"kind":"file","label":"写真","hint":"6か月以内","types":["jpeg","png"],"max_files":3}`, nil, `[{"id":"f1","name":"写真か` + "\u3099" + `.jpg","size":317440,"type":"jpeg"}]`, []string{"写真=写真が.jpg（310 KB）"}},
	{`{"kind":"consent","label":"誓約","text":"次のことを誓います。\n\n- 一\n- 二","version":"2022-07"}`, url.Values{"q": {"yes-2022-07"}}, `{"version":"2022-07"}`, []string{"誓約=同意する（文面の版：2022-07）"}},
	{`{"kind":"explanation","label":"注意","text":"本文\n[県](https://www.example.jp/)","style":"warn"}`, nil, ``, nil},
	{`{"kind":"section","label":"連絡先","hint":"日中の"}`, nil, ``, nil},
}

// build decodes the sample's field under the ID q.
func (s sample) build(t testing.TB, extra string) field.Field {
	t.Helper()
	raw := strings.Replace(s.json, "{", `{"id":"q",`+extra, 1)
	f, flaws := field.Decode(json.RawMessage(raw))
	if len(flaws) > 0 {
		t.Fatalf("%s: %v", raw, flaws)
	}
	return f
}

func (s sample) input() field.Input {
	in := field.Input{Values: s.typed, Today: today}
	if strings.Contains(s.json, `"kind":"file"`) {
		in.Had = map[field.ID]json.RawMessage{"q": json.RawMessage(s.want)}
	}
	return in
}

func TestEveryKindHasASample(t *testing.T) {
	for _, k := range field.Kinds {
		if !slices.ContainsFunc(samples, func(s sample) bool { return strings.Contains(s.json, `"kind":"`+k.Name()+`"`) }) {
			t.Errorf("kind %s has no sample", k.Name())
		}
	}
}

func TestWhatWasTypedIsKeptCanonicallyAndReadBack(t *testing.T) {
	for _, s := range samples {
		if s.want == "" {
			continue
		}
		f := s.build(t, "")
		got, problems := f.Read(s.input())
		if len(problems) > 0 || string(got) != s.want {
			t.Errorf("%s: %v is kept as %s with %v, want %s", s.json, s.typed, got, problems, s.want)
			continue
		}
		if problems := f.Check(got, today); len(problems) > 0 {
			t.Errorf("%s: the kept answer %s is refused: %v", s.json, got, problems)
		}
		var lines []string
		for _, l := range f.Lines(got, say) {
			lines = append(lines, l.Label+"="+strings.Join(l.Values, "/"))
			if l.Empty != (len(l.Values) == 0) || l.FieldID != "q" {
				t.Errorf("%s: line %+v", s.json, l)
			}
		}
		if !slices.Equal(lines, s.lines) {
			t.Errorf("%s in words: %q, want %q", s.json, lines, s.lines)
		}
	}
}

func TestNothingTyped(t *testing.T) {
	for _, s := range samples {
		empty := field.Input{Values: url.Values{}, Today: today}
		f := s.build(t, "")
		if !f.Asks() {
			if got, problems := f.Read(empty); got != nil || problems != nil {
				t.Errorf("%s asks nothing but gives %s, %v", s.json, got, problems)
			}
			continue
		}
		if f.Kind != "consent" {
			if got, problems := f.Read(empty); got != nil || len(problems) > 0 {
				t.Errorf("%s, optional: %s, %v", s.json, got, problems)
			}
			for _, l := range f.Lines(nil, say) {
				if !l.Empty {
					t.Errorf("%s without an answer: %+v", s.json, l)
				}
			}
			f = s.build(t, `"required":true,`)
		}
		got, problems := f.Read(empty)
		if got != nil || len(problems) == 0 || slices.ContainsFunc(problems, func(p field.Problem) bool { return !p.Missing }) {
			t.Errorf("%s, required: %s, %v", s.json, got, problems)
		}
	}
}

// Answers that no form ever wrote are refused, not shown as if they were right.
func TestForeignAnswersAreRefused(t *testing.T) {
	for _, s := range samples {
		f := s.build(t, "")
		if !f.Asks() {
			continue
		}
		for _, raw := range []string{`null`, `17.250000001`, `"\u0000"`, `{"value":"zz"}`, `{}`, `[]`, `["a"]`, `{"version":"1"}`, `"2022-02-30"`, `" a "`, `true`, `"\ue000"`, `x`} {
			answer := json.RawMessage(raw)
			if raw == s.want || len(f.Check(answer, today)) > 0 {
				continue
			}
			if again, problems := f.Read(field.Input{Values: typed(f, answer), Today: today, Had: map[field.ID]json.RawMessage{"q": answer}}); string(again) != raw || len(problems) > 0 {
				t.Errorf("%s: %s passes, but is read back as %s, %v", s.json, raw, again, problems)
			}
		}
	}
}

func typed(f field.Field, answer json.RawMessage) url.Values {
	k, _ := field.KindNamed(f.Kind)
	values := url.Values{}
	for part, v := range k.Typed(f, answer) {
		values[f.Control(part)] = v
	}
	return values
}
