package reading

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"
)

// Other is the row of readings that begin with a digit or another letter.
const Other = "英数"

// rows maps the first kana of each row to all of them, without marks.
var rows = []struct{ name, kana string }{
	{"あ", "あいうえおゔ"}, {"か", "かきくけこ"}, {"さ", "さしすせそ"}, {"た", "たちつてと"}, {"な", "なにぬねの"},
	{"は", "はひふへほ"}, {"ま", "まみむめも"}, {"や", "やゆよ"}, {"ら", "らりるれろ"}, {"わ", "わゐゑをん"},
}

// small kana and the large ones that they are ordered as.
var small = strings.NewReplacer("ぁ", "あ", "ぃ", "い", "ぅ", "う", "ぇ", "え", "ぉ", "お", "っ", "つ",
	"ゃ", "や", "ゅ", "ゆ", "ょ", "よ", "ゎ", "わ", "ゕ", "か", "ゖ", "け")

// Rows are the names of the rows (五十音の行) in order: あ to わ, then Other.
func Rows() []string {
	var names []string
	for _, r := range rows {
		names = append(names, r.name)
	}
	return append(names, Other)
}

// Row is the row in which a reading stands. Brackets and other signs before
// it do not count.
func Row(reading string) string {
	for _, r := range norm.NFD.String(small.Replace(hiragana(norm.NFKC.String(reading)))) {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			continue
		}
		for _, row := range rows {
			if strings.ContainsRune(row.kana, r) {
				return row.name
			}
		}
		return Other
	}
	return Other
}

// Sort sorts list by the reading of each element, as 五十音 orders them:
// kana before other letters, hiragana and katakana alike. Equal readings
// keep their order.
func Sort[T any](list []T, reading func(T) string) {
	order := collate.New(language.Japanese)
	type keyed struct {
		value T
		key   string
	}
	var buffer collate.Buffer
	keys := make([]keyed, len(list))
	for i, v := range list {
		keys[i] = keyed{v, sortKey(order, &buffer, reading(v))}
	}
	slices.SortStableFunc(keys, func(a, b keyed) int { return strings.Compare(a.key, b.key) })
	for i, k := range keys {
		list[i] = k.value
	}
}

// sortKey begins with the row, so that an order by key never parts a row.
func sortKey(order *collate.Collator, buffer *collate.Buffer, reading string) string {
	letters := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r) || r == 'ー' {
			return r
		}
		return -1
	}, hiragana(norm.NFKC.String(reading)))
	row := byte(slices.Index(Rows(), Row(reading)))
	buffer.Reset()
	return string(row) + string(order.KeyFromString(buffer, letters))
}

// hiragana is s with hiragana for katakana.
func hiragana(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'ァ' && r <= 'ヶ' {
			return r - 'ァ' + 'ぁ'
		}
		return r
	}, s)
}
