package jptext_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"madoguchi/internal/jptext"
)

func TestFolding(t *testing.T) {
	for _, c := range []struct {
		name string
		fold func(string) string
		in   string
		want string
	}{
		{"Half", jptext.Half, "Ａ１！　ア髙", "A1! ア髙"},
		{"Code", jptext.Code, "３１０ー８５５５", "310-8555"},
		{"Code", jptext.Code, "３１０－８５５５", "310-8555"},
		{"Code", jptext.Code, "310‐8555", "310-8555"},
		{"Code", jptext.Code, "310−8555", "310-8555"},
		{"Code", jptext.Code, "310–8555", "310-8555"},
		{"Code", jptext.Code, "310─8555", "310-8555"},
		{"Code drops what copying brings", jptext.Code, "\ufeff310\u200b-8555 ", "310-8555"},
		{"FullKana", jptext.FullKana, "ｶﾞｷﾞﾊﾟｰﾃｨｰ｡", "ガギパーティー。"},
		{"FullKana", jptext.FullKana, "か\u3099は\u309aカ゛", "がぱガ"},
		{"Katakana", jptext.Katakana, "たかはし あおい", "タカハシ　アオイ"},
		{"Katakana", jptext.Katakana, "ﾀｶﾊｼ", "タカハシ"},
		{"Katakana", jptext.Katakana, "ゔぃくとりあ", "ヴィクトリア"},
		{"Katakana takes a dash for ー", jptext.Katakana, "ユ-リ－", "ユーリー"},
		{"Recompose", jptext.Recompose, "写真か\u3099は\u309a.jpg", "写真がぱ.jpg"},
		{"Recompose keeps the rest", jptext.Recompose, "ｶﾞ神か゛", "ｶﾞ神か゛"},
		{"HouseNumber", jptext.HouseNumber, "笠原町９７８ー６", "笠原町９７８-６"},
		{"HouseNumber", jptext.HouseNumber, "1−2−3 タワー5ー", "1-2-3 タワー5ー"},
		{"Lines", jptext.Lines, " a\r\nb\rc\n", "a\nb\nc"},
		{"SearchKey", jptext.SearchKey, "たかはし　ｱｵｲ Ａ㍻", "タカハシアオイa平成"},
	} {
		if got := c.fold(c.in); got != c.want {
			t.Errorf("%s(%q) = %q, want %q", c.name, c.in, got, c.want)
		}
	}
}

// Characters that every normalisation of Unicode would change.
const fragile = "神福㍻㈱髙﨑𠮷葛\U000E0100①Ⅲｱか\u3099"

func TestFoldsForTextChangeNothingElse(t *testing.T) {
	names := strings.TrimSuffix(fragile, "ｱか\u3099")
	for name, fold := range map[string]func(string) string{
		"HouseNumber": jptext.HouseNumber, "Recompose": jptext.Recompose, "FullKana": jptext.FullKana, "Half": jptext.Half,
	} {
		if got := fold(names); got != names {
			t.Errorf("%s changes %q to %q", name, names, got)
		}
	}
	if got := jptext.HouseNumber(fragile); got != fragile {
		t.Errorf("an address is kept byte for byte: %q became %q", fragile, got)
	}
}

func TestKatakanaIsReadAgainUnchanged(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := rapid.StringOf(rapid.RuneFrom([]rune("あがぱゔゝアガヴーｶﾞﾊﾟﾞ-－ 　・\u3099\u309a漢a"))).Draw(rt, "s")
		once := jptext.Katakana(s)
		if twice := jptext.Katakana(once); twice != once {
			rt.Fatalf("%q folds to %q, then to %q", s, once, twice)
		}
	})
}

func TestCharactersAreCountedAsPeopleDo(t *testing.T) {
	for s, want := range map[string]int{
		"":                       0,
		"葛\U000E0100城":           2, // ideographic variation
		"か\u3099":                1,
		"👨‍👩‍👧‍👦":                1,
		"🇯🇵":                     1,
		"𠮷野家":                    3,
		"e\u0301":                1,
		"ｶﾞ":                     1, // UAX #29 joins the half-width mark
		"神\ufe00":                1,
		"1\u20e3":                1,
		"a\nb":                   3,
		strings.Repeat("あ", 300): 300,
	} {
		if got := jptext.Count(s); got != want {
			t.Errorf("Count(%q) = %d, want %d", s, got, want)
		}
	}
}

func TestLongerStopsCountingEarly(t *testing.T) {
	for _, c := range []struct {
		s     string
		limit int
		want  bool
	}{
		{"あいう", 3, false},
		{"あいうえ", 3, true},
		{strings.Repeat("葛\U000E0100", 50), 50, false},
		{strings.Repeat("葛\U000E0100", 51), 50, true},
		{"e" + strings.Repeat("\u0301", 10_000), 50, true}, // a heap of marks is no character
		{strings.Repeat("あ", 10<<20/3), 50, true},
	} {
		if got := jptext.Longer(c.s, c.limit); got != c.want {
			t.Errorf("Longer(%.20q… %d bytes, %d) = %v", c.s, len(c.s), c.limit, got)
		}
	}
}

func TestFlaws(t *testing.T) {
	for _, c := range []struct {
		s     string
		lines bool
		flaw  jptext.Flaw
		at    int
	}{
		{fragile, false, "", 0},
		{"👨‍👩‍👧", false, "", 0},
		{"a\nb\tc", true, "", 0},
		{"a\nb", false, jptext.LineBreak, 2},
		{"a\tb", false, jptext.LineBreak, 2},
		{"a\rb", true, jptext.Control, 2},
		{"葛\U000E0100\x00", false, jptext.Control, 2},
		{"a\x7f", false, jptext.Control, 2},
		{"a\u0085", true, jptext.Control, 2},
		{"\u202e", false, jptext.Control, 1},
		{"a\u200b", false, jptext.Control, 2},
		{"\ufdd0", false, jptext.Control, 1},
		{"\U0001fffe", false, jptext.Control, 1},
		{"\ue000", false, jptext.PrivateUse, 1},
		{"山\uf8ff", false, jptext.PrivateUse, 2},
		{"\U000F0000", false, jptext.PrivateUse, 1},
		{"\U0010FFFD", false, jptext.PrivateUse, 1},
		{"山\xff", false, jptext.Broken, 2},
		{"\xed\xa0\x80", false, jptext.Broken, 1}, // a surrogate
		{"a\ufffd", false, jptext.Broken, 2},
	} {
		found, bad := jptext.Check(c.s, c.lines)
		if bad != (c.flaw != "") || found.Flaw != c.flaw || found.At != c.at {
			t.Errorf("Check(%q, %v) = %v at %d, want %v at %d", c.s, c.lines, found.Flaw, found.At, c.flaw, c.at)
		}
	}
}

func TestCutNeverSplitsACharacter(t *testing.T) {
	if got := jptext.Cut("葛\U000E0100城市の申請書.pdf", 6); got != "葛\U000E0100城…" {
		t.Errorf("got %q", got)
	}
	rapid.Check(t, func(rt *rapid.T) {
		s, n := rapid.String().Draw(rt, "s"), rapid.IntRange(1, 40).Draw(rt, "n")
		cut := jptext.Cut(s, n)
		if jptext.Width(cut) > n {
			rt.Fatalf("Cut(%q, %d) = %q of width %d", s, n, cut, jptext.Width(cut))
		}
		if utf8.ValidString(s) && !utf8.ValidString(cut) {
			rt.Fatalf("Cut(%q, %d) = %q", s, n, cut)
		}
	})
}
