package demo

import (
	_ "embed"
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// kindLines are the kinds of procedures; the file's head says how it is written.
//
//go:embed kinds.txt
var kindLines string

// fillerLines are what the {…} of kinds are filled with.
//
//go:embed fillers.txt
var fillerLines string

// kind is a sort of procedure that many bodies have.
type kind struct {
	title, reading, section, category string
	keywords                          []string
}

// filler is a text and its reading.
type filler struct{ text, kana string }

// composer makes procedures out of kinds.
type composer struct {
	kinds   []kind
	fillers map[string][]filler
}

// Compose makes catalogues of tenants bodies with procedures entries each,
// and yields the number of the body with its entries. Titles are of real
// kinds, varied by year, place, date and subject. The same seed gives the same
// catalogues; a body's entries do not depend on how many bodies there are.
func Compose(seed uint64, tenants, procedures int) iter.Seq2[int, []Procedure] {
	c := newComposer()
	return func(yield func(int, []Procedure) bool) {
		for n := range tenants {
			if !yield(n, c.body(rand.New(rand.NewPCG(seed, uint64(n))), procedures)) {
				return
			}
		}
	}
}

func newComposer() composer {
	c := composer{fillers: map[string][]filler{}}
	for cells := range rows(kindLines) {
		k := kind{title: cells[0], section: cells[1], category: cells[2], reading: cells[4]}
		if cells[3] != "" {
			k.keywords = strings.Split(cells[3], ",")
		}
		c.kinds = append(c.kinds, k)
	}
	for cells := range rows(fillerLines) {
		c.fillers[cells[0]] = append(c.fillers[cells[0]], filler{cells[1], cells[2]})
	}
	return c
}

// rows are the cells of the lines of a table.
func rows(table string) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		for line := range strings.Lines(table) {
			line = strings.TrimSuffix(line, "\n")
			if line != "" && !strings.HasPrefix(line, "#") && !yield(strings.Split(line, "\t")) {
				return
			}
		}
	}
}

// body makes n procedures: each kind once in a random order, then again with
// other variations.
func (c composer) body(random *rand.Rand, n int) []Procedure {
	order := random.Perm(len(c.kinds))
	taken := make(map[string]bool, n)
	all := make([]Procedure, 0, n)
	for i := range n {
		number := order[i%len(order)]
		round := i / len(order)
		p := c.vary(random, c.kinds[number], round)
		for try := 0; taken[p.Title]; try++ {
			p = c.vary(random, c.kinds[number], round+1)
			if try == 20 {
				p.Title += fmt.Sprintf("（%d）", i)
			}
		}
		taken[p.Title] = true
		p.ID = fmt.Sprintf("p%03d-%d", number, round+1)
		all = append(all, p)
	}
	return all
}

// vary makes a procedure of kind k. From the second round on its title says
// for which place or year it is.
func (c composer) vary(random *rand.Rand, k kind, round int) Procedure {
	p := Procedure{
		Title: k.title, Reading: k.reading, Keywords: slices.Clone(k.keywords),
		Categories: []string{k.category}, Section: k.section, Fee: "無料",
		For:  Audience{Person: k.category != "事業・補助金", Corporation: k.category == "事業・補助金" || random.IntN(4) == 0},
		Who:  "市内にお住まいの方、事業所のある方",
		Used: int(math.Exp(random.Float64() * 8)),
	}
	fixed := !strings.Contains(k.title, "{")
	if round > 0 && fixed {
		form := []filler{{"【{支所}】%s", "{支所} %s"}, {"%s（{地区}）", "%s {地区}"}, {"{年度} %s", "{年度} %s"}}[random.IntN(3)]
		p.Title = strings.Replace(form.text, "%s", p.Title, 1)
		p.Reading = strings.Replace(form.kana, "%s", p.Reading, 1)
	}
	p.Summary = []string{
		k.section + "が受け付ける手続きです。", "必要なものをご用意のうえ、お申し込みください。", k.section + "の窓口と郵送でも受け付けます。",
	}[random.IntN(3)]
	c.fill(random, &p)
	p.OpensAt, p.ClosesAt = period(random)
	return p
}

// fill replaces each {…} of p's title and reading.
func (c composer) fill(random *rand.Rand, p *Procedure) {
	for {
		_, after, found := strings.Cut(p.Title, "{")
		if !found {
			return
		}
		name, _, _ := strings.Cut(after, "}")
		f := date(random)
		if name != "月日" {
			f = c.fillers[name][random.IntN(len(c.fillers[name]))]
		}
		p.Title = strings.Replace(p.Title, "{"+name+"}", f.text, 1)
		p.Reading = strings.Replace(p.Reading, "{"+name+"}", f.kana, 1)
	}
}

func date(random *rand.Rand) filler {
	month, day := 7+random.IntN(5), 1+random.IntN(28)
	return filler{fmt.Sprintf("%d月%d日", month, day), fmt.Sprintf("%dがつ%dにち", month, day)}
}

// period is an acceptance period around Moment: six of ten are always open,
// some are over, some have yet to begin.
func period(random *rand.Rand) (opens, closes time.Time) {
	day := 24 * time.Hour
	midnight := jst(7, 1, 0, 0)
	days := func(most int) time.Duration { return time.Duration(1+random.IntN(most)) * day }
	switch random.IntN(10) {
	case 0:
		return midnight.Add(-days(200) - 100*day), midnight.Add(-days(90))
	case 1:
		opens = midnight.Add(days(60))
		return opens, opens.Add(days(60))
	case 2, 3:
		return midnight.Add(-days(40)), midnight.Add(days(120)).Add(17 * time.Hour)
	}
	return midnight.Add(-days(900)), time.Time{}
}
