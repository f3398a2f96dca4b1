package search

import (
	"math"
	"slices"
	"strings"

	"madoguchi/internal/search/fold"
)

// plan is a query made ready: what a document must have, and must not.
type plan struct {
	wanted []word
	absent [][]letter
	nearly bool // most of each wanted word is enough
}

// word is one typed word. A document has it when it has the whole, or every
// part that is needed.
type word struct {
	whole   part
	parts   []part // empty when the whole is all there is to look for
	nowhere bool   // no document has it, and it may be missing
	vague   bool   // a word such as 登録 or つらい, that may be missing when nothing has all words
}

// part is a stretch of a typed word and what stands for it.
type part struct {
	written string // as typed
	phrase  []letter
	needed  bool
	glyphs  []fold.Glyph
	instead string // the word looked for when it is not the one typed
	alike   []alternative
}

// planFor reads q. Empty words (したい, 方法) are left out unless nothing else
// is there.
//
// A plan that is finer parts words into short ones only: 3歳児健診 into 3歳児
// and 健診, although it is a word.
func planFor(q Query, finer bool) plan {
	longest := q.Dictionary.longestWord()
	if finer {
		longest = min(longest, finestWord)
	}
	var p plan
	var empty []word
	for _, t := range words(q.Text) {
		gs := fold.Glyphs(t.text)
		if t.absent {
			p.absent = append(p.absent, letters(gs, false))
			continue
		}
		w := word{whole: part{written: t.text, phrase: letters(gs, false), glyphs: gs, needed: true}}
		if t.exact {
			p.wanted = append(p.wanted, w)
			continue
		}
		if !q.NoSynonyms {
			w.whole.alike = q.Dictionary.alike(w.whole.phrase)
		}
		parts, isEmpty := q.Dictionary.split(gs, fold.Plain(t.text), !q.NoSynonyms, longest)
		if isEmpty {
			empty = append(empty, w)
			continue
		}
		w.vague = isVague(w.whole.phrase, gs)
		if len(parts) > 1 || len(parts) == 1 && len(parts[0].phrase) < len(w.whole.phrase) {
			w.parts = parts
		}
		p.wanted = append(p.wanted, w)
	}
	if len(p.wanted) == 0 {
		p.wanted = empty
	}
	return p
}

// finestWord is the length of the longest words of a finer plan.
const finestWord = 3

// isVague reports whether a word says so little that a document may lack it:
// a word of offices that most procedures could have, or one in hiragana,
// which may be no more than an ending.
func isVague(phrase []letter, gs []fold.Glyph) bool {
	return vague[key(phrase)] || !slices.ContainsFunc(gs, func(g fold.Glyph) bool { return g.Script != fold.Hiragana })
}

// vague are words that most procedures could have in their titles.
var vague = vagueWords()

func vagueWords() map[string]bool {
	keys := map[string]bool{}
	for w := range strings.FieldsSeq(`申請 申込 申込み 届出 届 手続き 登録 予約 変更 相談 証明書 証明 書類 様式 受付 受験 試験
		応募 参加 募集 手数料 補助 補助金 助成 更新 交付 報告 市役所 役所 役場 県庁 市 県 町 村 窓口 お金 期限 資格 オンライン 年齢 費用 値段 締切 締め切り
		日程 時間 場所 会場 無料 有料 条件 対象 対象者 持ち物 用紙 ダウンロード 結果 問い合わせ 電話 案内 要項`) {
		keys[key(letters(fold.Glyphs(w), false))] = true
	}
	return keys
}

// Costs of a way to part a word: the cheapest is taken. A known word costs
// the same whatever its length, so that long words win over short ones.
const (
	costKnown   = 1
	costUnknown = 1.5 // for each letter
)

// split parts gs, whose glyphs stand in source, into the words d knows and
// what lies between them. It gives only the parts worth looking for; empty
// reports that there is none.
func (d *Dictionary) split(gs []fold.Glyph, source string, synonyms bool, longest int) (parts []part, empty bool) {
	all := letters(gs, false)
	cuts := d.cuts(gs, all, longest)
	blank := true
	for i := 0; i+1 < len(cuts); i++ {
		from, to := cuts[i], cuts[i+1]
		known, isEmpty := d.knows(all[from:to], gs[from:to])
		if isEmpty {
			continue
		}
		blank = false
		p := part{written: writtenAt(gs, source, from, to), phrase: all[from:to]}
		ends := i+2 == len(cuts) || gs[to].Script != fold.Hiragana || gs[to].Gap
		if !ends {
			ends, _ = d.knows(all[to:cuts[i+2]], gs[to:cuts[i+2]])
		}
		p.needed = known || isContent(gs, from, to, ends)
		if synonyms {
			p.alike = d.alike(p.phrase)
		}
		parts = append(parts, p)
	}
	needed := parts[:0:0]
	for _, p := range parts {
		if p.needed {
			needed = append(needed, p)
		}
	}
	if len(needed) > 0 {
		return needed, false
	}
	for i := range parts {
		parts[i].needed = true
	}
	return parts, blank
}

// cuts are the places where gs is parted, with 0 and its length.
func (d *Dictionary) cuts(gs []fold.Glyph, all []letter, longest int) []int {
	cost := make([]float64, len(gs)+1)
	back := make([]int, len(gs)+1)
	for end := 1; end <= len(gs); end++ {
		cost[end], back[end] = math.Inf(1), end-1
		for begin := max(0, end-longest); begin < end; begin++ {
			if known, _ := d.knows(all[begin:end], gs[begin:end]); !known || !standsAlone(gs, begin, end) {
				continue
			}
			if c := cost[begin] + costKnown; c < cost[end] {
				cost[end], back[end] = c, begin
			}
		}
		if c := cost[end-1] + costUnknown; c < cost[end] {
			cost[end], back[end] = c, end-1
		}
	}
	var reversed []int
	for at := len(gs); at > 0; at = back[at] {
		reversed = append(reversed, at)
	}
	cuts := []int{0}
	for i := len(reversed) - 1; i >= 0; i-- {
		cuts = append(cuts, reversed[i])
	}
	return d.joinUnknown(gs, all, cuts)
}

// joinUnknown takes out the cuts between unknown letters of one kind.
func (d *Dictionary) joinUnknown(gs []fold.Glyph, all []letter, cuts []int) []int {
	unknown := func(i int) bool {
		known, _ := d.knows(all[cuts[i]:cuts[i+1]], gs[cuts[i]:cuts[i+1]])
		return !known || !standsAlone(gs, cuts[i], cuts[i+1])
	}
	joined := cuts[:1:1]
	for i := 1; i+1 < len(cuts); i++ {
		if at := cuts[i]; !unknown(i-1) || !unknown(i) || !continues(gs, at) {
			joined = append(joined, at)
		}
	}
	return append(joined, len(gs))
}

func (d *Dictionary) longestWord() int {
	if d == nil {
		return 0
	}
	return d.longest
}

// standsAlone reports whether a known word may be read at gs[begin:end]: a
// single kanji within a longer run is a part of another word (犬 in 犬山), and
// digits and latin letters are not parted.
func standsAlone(gs []fold.Glyph, begin, end int) bool {
	first, last := gs[begin], gs[end-1]
	joinsBefore := begin > 0 && !first.Gap && gs[begin-1].Script == first.Script
	joinsAfter := end < len(gs) && !gs[end].Gap && gs[end].Script == last.Script
	switch {
	case first.Script == fold.Digit || first.Script == fold.Latin:
		return !joinsBefore && !joinsAfter
	case end-begin == 1 && first.Script == fold.Kanji:
		return !joinsBefore && !joinsAfter
	case last.Script == fold.Katakana && first.Script == fold.Katakana:
		return !joinsBefore && !joinsAfter || end-begin > 2
	}
	return true
}

// continues reports whether unknown glyph i belongs to the word before it.
func continues(gs []fold.Glyph, i int) bool {
	if gs[i].Gap || gs[i].R == '第' {
		return false
	}
	before := gs[i-1]
	if before.Script == fold.Digit || before.R == '第' {
		return gs[i].Script == fold.Digit || gs[i].Script == fold.Kanji
	}
	return gs[i].Script == before.Script ||
		gs[i].Script == fold.Digit && strings.ContainsRune("月年第", before.R)
}

// isContent reports whether the unknown letters gs[from:to] are a word to look
// for, and not an ending, a particle or the stem of a verb. ends tells that no
// unknown kana follow.
func isContent(gs []fold.Glyph, from, to int, ends bool) bool {
	switch gs[from].Script {
	case fold.Hiragana:
		return to-from >= 3 && (from == 0 || gs[from-1].Script != fold.Kanji)
	case fold.Kanji:
		return ends || to-from > 2
	}
	return true
}

// writtenAt is what a person typed for gs[from:to].
func writtenAt(gs []fold.Glyph, source string, from, to int) string {
	end := len(source)
	if to < len(gs) {
		end = int(gs[to].At)
	}
	if begin := int(gs[from].At); begin < end {
		return strings.TrimSpace(source[begin:end])
	}
	return ""
}
