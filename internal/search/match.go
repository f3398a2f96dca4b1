package search

import "encoding/binary"

// How much a match counts that is a part of a longer word only. Words in kanji
// are joined without a sign, so that a part of them is nearly a whole word;
// kana and latin letters within a word are most often another word.
const (
	kanjiPart  = 0.93
	beginsOnly = 0.85
	endsOnly   = 0.8
	within     = 0.65
	inReading  = 0.4  // in the middle of a word in kana
	titleShare = 0.6  // added when the match is all of the title
	moreFields = 0.15 // of the matches in other fields than the best one
)

// column holds for each document how well one thing was matched, and by
// which alternative; 0 is not at all.
type column struct {
	score []float32
	by    []int16 // index of the alternative; direct for the phrase itself
	found int     // documents with a score
}

// direct marks what was found by the words as typed.
const direct = -1

func newColumn(docs int) *column {
	return &column{score: make([]float32, docs), by: make([]int16, docs)}
}

func (c *column) reset() {
	clear(c.score)
	c.found = 0
}

func (c *column) take(doc int, score float32, by int16) {
	if c.score[doc] == 0 {
		c.found++
	}
	if score > c.score[doc] {
		c.score[doc], c.by[doc] = score, by
	}
}

// fill adds to c where p was found: by its phrase, and by what is alike.
func (c *column) fill(ix *Index, p part) {
	ix.scan(p.phrase, 1, direct, c)
	for i, a := range p.alike {
		ix.scan(a.phrase, a.weight, int16(i), c)
	}
}

// scan adds to c where phrase occurs.
func (ix *Index) scan(phrase []letter, worth float32, by int16, c *column) {
	if len(phrase) == 0 || len(ix.docs) == 0 {
		return
	}
	if len(phrase) == 1 {
		for i := ix.firstPair(phrase[0]); i < len(ix.pairs) && letter(ix.pairs[i]>>codeBits) == phrase[0]; i++ {
			ix.scanAt(ix.occurs[ix.starts[i]:ix.starts[i+1]], 0, phrase, worth, by, c)
		}
		return
	}
	occurs, offset := ix.rarest(phrase)
	ix.scanAt(occurs, offset, phrase, worth, by, c)
}

// firstPair is the place of the first pair that begins with l.
func (ix *Index) firstPair(l letter) int {
	low, high := 0, len(ix.pairs)
	for low < high {
		if mid := (low + high) / 2; ix.pairs[mid] < pair(l, 0) {
			low = mid + 1
		} else {
			high = mid
		}
	}
	return low
}

// rarest gives the occurrences of the pair of phrase that occurs least, and
// where in phrase the pair is.
func (ix *Index) rarest(phrase []letter) (occurs []byte, offset uint32) {
	for i := 0; i+1 < len(phrase); i++ {
		o := ix.occurrences(pair(phrase[i], phrase[i+1]))
		if len(o) == 0 {
			return nil, 0
		}
		if occurs == nil || len(o) < len(occurs) {
			occurs, offset = o, uint32(i)
		}
	}
	return occurs, offset
}

// scanAt looks at each of occurs, which is offset letters into phrase.
func (ix *Index) scanAt(occurs []byte, offset uint32, phrase []letter, worth float32, by int16, c *column) {
	doc, at := 0, uint32(0)
	var best [fieldCount]float32
	pending := false
	for len(occurs) > 0 {
		delta, n := binary.Uvarint(occurs)
		occurs = occurs[n:]
		at += uint32(delta)
		if at < offset || !ix.stands(phrase, at-offset) {
			continue
		}
		if d := ix.docAt(at, doc); d != doc {
			if pending {
				c.take(doc, sumOf(&best)*worth, by)
				best, pending = [fieldCount]float32{}, false
			}
			doc = d
		}
		if f, score := ix.worth(&ix.docs[doc], at-offset, len(phrase), by != direct); score > 0 {
			best[f], pending = max(best[f], score), true
		}
	}
	if pending {
		c.take(doc, sumOf(&best)*worth, by)
	}
}

// stands reports whether phrase, whose rarest pair is in its place, is at
// position p of the text, as whole numbers where it begins or ends in digits.
func (ix *Index) stands(phrase []letter, p uint32) bool {
	if int(p)+len(phrase) >= len(ix.text) {
		return false
	}
	if len(phrase) > 2 { // a pair was found as it is
		for i, l := range phrase {
			if ix.text[int(p)+i].plain() != l {
				return false
			}
		}
	}
	end := ix.text[int(p)+len(phrase)]
	if phrase[0].isDigit() && !ix.text[p].begins() && ix.text[p-1].isDigit() {
		return false
	}
	return !phrase[len(phrase)-1].isDigit() || end.begins() || !end.isDigit()
}

// worth is how much a match of n letters at position p of the text counts.
// What is only alike must be a word of its own when it has one letter.
func (ix *Index) worth(e *entry, p uint32, n int, alike bool) (field, float32) {
	f := e.fieldAt(p - e.begin)
	begins, ends := ix.text[p].begins(), ix.text[int(p)+n].begins()
	score := weight[f]
	switch {
	case begins && ends:
	case n == 1 && alike && !ends:
		return f, 0
	case !begins && n <= 2 && (ix.text[p].isLatin() || f == reading):
		return f, 0
	case !begins && f == reading:
		score *= inReading
	case n > 1 && ix.text[p].plain() >= firstKanji && ix.text[int(p)+n-1].plain() >= firstKanji:
		score *= kanjiPart
	case begins:
		score *= beginsOnly
	case ends:
		score *= endsOnly
	default:
		score *= within
	}
	if f == title {
		score *= 1 + titleShare*float32(n)/float32(max(e.letterCount(title), 1))
	}
	return f, score
}

func sumOf(best *[fieldCount]float32) float32 {
	var most, all float32
	for _, b := range best {
		most, all = max(most, b), all+b
	}
	return most + moreFields*(all-most)
}
