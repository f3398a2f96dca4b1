package jptext

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

var (
	westernDate = regexp.MustCompile(`^(?:西暦)?(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$`)
	eraDate     = regexp.MustCompile(`^(明治|大正|昭和|平成|令和|[MTSHRmtshr])\.?(\d{1,3}|元)[-/.年](\d{1,2})[-/.月](\d{1,2})日?$`)
)

var eraLetters = map[string]string{"m": "明治", "t": "大正", "s": "昭和", "h": "平成", "r": "令和"}

// ReadDate reads a day as people write it in one go, in any width:
// 2022-07-05, 2022/7/5, 2022年7月5日, 令和4年7月5日, R4.7.5.
func ReadDate(s string) (time.Time, bool) {
	s = strings.ReplaceAll(Code(s), " ", "")
	if m := westernDate.FindStringSubmatch(s); m != nil {
		return Day(number(m[1]), number(m[2]), number(m[3]))
	}
	m := eraDate.FindStringSubmatch(s)
	if m == nil {
		return time.Time{}, false
	}
	name := m[1]
	if long, ok := eraLetters[strings.ToLower(name)]; ok {
		name = long
	}
	e, ok := EraNamed(name)
	if !ok {
		return time.Time{}, false
	}
	return e.Date(number(m[2]), number(m[3]), number(m[4]))
}

// number reads a short run of digits; 元 is 1.
func number(s string) int {
	if s == "元" {
		return 1
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}
