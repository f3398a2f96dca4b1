package fold

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"madoguchi/internal/jptext"
)

// eras are the eras whose years are written as Western years.
var eras = jptext.Eras()

// slashDate is a date such as 8/5 or 2022/8/5.
var slashDate = regexp.MustCompile(`\b(?:(\d{4})/)?(1[0-2]|0?[1-9])/(3[01]|[12]\d|0?[1-9])\b`)

// spellDates writes 8/5 as 8月5日 and 2022/8/5 as 2022年8月5日.
func spellDates(text string) string {
	if !strings.Contains(text, "/") {
		return text
	}
	return slashDate.ReplaceAllStringFunc(text, func(date string) string {
		part := strings.Split(date, "/")
		year := ""
		if len(part) == 3 {
			year = part[0] + "年"
		}
		return year + part[len(part)-2] + "月" + part[len(part)-1] + "日"
	})
}

// counters are characters that show that 十百千万 before them is a number.
const counters = "年月日回人名歳才円号条項階番級度期週間個件社台校課等つケヶか箇時分次区丁"

// levelNumbers writes numbers in digits without leading zeros: 第二回 is
// 第2回, 二十日 is 20日. 十百千万 alone stay what they are unless a counter
// follows: 千葉 and 五十音 are no numbers to compare.
func levelNumbers(gs []Glyph) []Glyph {
	if !slices.ContainsFunc(gs, isNumeral) {
		return gs
	}
	out := make([]Glyph, 0, len(gs)+4)
	for i := 0; i < len(gs); {
		n := numeralRun(gs[i:])
		if n == 0 {
			out = append(out, gs[i])
			i++
			continue
		}
		value, ok := numeral(gs[i:i+n], gs[i+n:], i > 0 && gs[i-1].R == '第')
		if !ok {
			out = append(out, gs[i:i+n]...)
			i += n
			continue
		}
		out = append(out, digits(value, gs[i])...)
		i += n
	}
	return out
}

// numeralRun is the length of the number that gs begins with, in kanji or in
// digits but not mixed; 0 when there is none.
func numeralRun(gs []Glyph) int {
	n := 0
	for n < len(gs) && (n == 0 || !gs[n].Gap) {
		if !isNumeral(gs[n]) || gs[n].Script != gs[0].Script {
			break
		}
		n++
	}
	return n
}

func isNumeral(g Glyph) bool {
	return g.Script == Digit || g.Script == Kanji && strings.ContainsRune("〇一二三四五六七八九十百千万", g.R)
}

// numeral reads run, which rest follows, as a number without leading zeros.
func numeral(run, rest []Glyph, ordinal bool) (string, bool) {
	var text strings.Builder
	for _, g := range run {
		text.WriteRune(g.R)
	}
	s := text.String()
	if run[0].Script == Digit {
		s = strings.TrimLeft(s, "0")
		return s + strings.Repeat("0", 1-min(1, len(s))), true
	}
	if strings.ContainsAny(s, "十百千万") {
		counted := len(rest) > 0 && !rest[0].Gap && strings.ContainsRune(counters, rest[0].R)
		if !counted && !ordinal {
			return "", false
		}
		return strconv.Itoa(sum(s)), true
	}
	return kanjiDigits.Replace(s), true
}

var kanjiDigits = strings.NewReplacer("〇", "0", "一", "1", "二", "2", "三", "3", "四", "4", "五", "5",
	"六", "6", "七", "7", "八", "8", "九", "9")

// sum reads a number such as 二千二十二 or 三十.
func sum(s string) int {
	total, part, last := 0, 0, 0
	for _, r := range s {
		switch r {
		case '十', '百', '千':
			unit := map[rune]int{'十': 10, '百': 100, '千': 1000}[r]
			part, last = part+max(last, 1)*unit, 0
		case '万':
			total, part, last = total+max(part+last, 1)*10000, 0, 0
		default:
			last = last*10 + strings.IndexRune("〇一二三四五六七八九", r)/len("〇")
		}
	}
	return total + part + last
}

// digits are the glyphs of a number that stands where first stood.
func digits(number string, first Glyph) []Glyph {
	var gs []Glyph
	for i, r := range number {
		gs = append(gs, Glyph{r, Digit, first.Gap && i == 0, first.At})
	}
	return gs
}

// levelYears writes years of an era as Western years: 令和4年, 令和四年, R4年
// and 2022年 are one. 年 is added where it was left out.
func levelYears(gs []Glyph) []Glyph {
	if !slices.ContainsFunc(gs, func(g Glyph) bool { return g.Script == Digit || g.R == '元' }) {
		return gs
	}
	out := make([]Glyph, 0, len(gs)+4)
	for i := 0; i < len(gs); {
		year, n := eraYear(gs, i)
		if n == 0 {
			out = append(out, gs[i])
			i++
			continue
		}
		out = append(out, digits(strconv.Itoa(year), gs[i])...)
		out = append(out, Glyph{R: '年', Script: Kanji, At: gs[i].At})
		i += n
	}
	return out
}

// eraYear reads the year of an era at glyph i: the Western year and how many
// glyphs it takes, or 0, 0.
func eraYear(gs []Glyph, i int) (year, length int) {
	if first := gs[i].R; first < 'a' || first > 'z' && first < '一' {
		return 0, 0
	}
	for _, e := range eras {
		n := 0
		switch {
		case hasPrefix(gs[i:], e.Name):
			n = 2
		case gs[i].R == rune(e.Code[0]) && (i == 0 || gs[i].Gap || gs[i-1].Script != Latin):
			n = 1
		default:
			continue
		}
		of, m := yearOfEra(gs[i+n:])
		if m == 0 || n == 1 && !letterYearEnds(gs[i+n+m:]) {
			return 0, 0
		}
		if i+n+m < len(gs) && gs[i+n+m].R == '年' {
			m++
		}
		return e.Start.Year() - 1 + of, n + m
	}
	return 0, 0
}

// yearOfEra reads one or two digits, or 元.
func yearOfEra(gs []Glyph) (year, length int) {
	if len(gs) > 0 && gs[0].R == '元' && len(gs) > 1 && gs[1].R == '年' {
		return 1, 1
	}
	for length < len(gs) && length < 3 && gs[length].Script == Digit && (length == 0 || !gs[length].Gap) {
		year = year*10 + int(gs[length].R-'0')
		length++
	}
	if length > 2 || year == 0 {
		return 0, 0
	}
	return year, length
}

// letterYearEnds reports whether R4 is a year: 年 follows, or the word ends.
func letterYearEnds(rest []Glyph) bool {
	return len(rest) == 0 || rest[0].R == '年' || rest[0].Gap && rest[0].Script != Digit
}

func hasPrefix(gs []Glyph, word string) bool {
	i := 0
	for _, r := range word {
		if i >= len(gs) || gs[i].R != r {
			return false
		}
		i++
	}
	return true
}

// WrittenYears are the years of an era in text as they were written, folded
// but not turned into Western years, so that 令和 alone finds 令和4年 as well.
func WrittenYears(text string) []Glyph {
	gs := levelNumbers(levelVariants(letters(Plain(text))))
	var out []Glyph
	for i := 0; i < len(gs); i++ {
		_, n := eraYear(gs, i)
		if n == 0 {
			continue
		}
		gs[i].Gap = true
		out = append(out, gs[i:i+n]...)
		i += n - 1
	}
	return out
}
