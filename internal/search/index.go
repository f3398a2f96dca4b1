package search

import (
	"encoding/binary"
	"math"
	"slices"
	"strings"
	"time"

	"madoguchi/internal/search/fold"
)

// Doc is what is known of one procedure. Build keeps ID, Title and Reading and folds the rest.
type Doc struct {
	ID         string // unique in its index; the last order among equals
	Title      string
	Reading    string // kana of the title, best with spaces between words
	Keywords   []string
	Summary    string // with what else the start page says, such as who may apply
	Categories []string
	Section    string
	OpensAt    time.Time // zero: always was open
	ClosesAt   time.Time // zero: 随時, it does not close
	Used       int       // how often it was applied for
}

// field is a part of a Doc, in the order in which text holds them.
type field uint8

const (
	title field = iota
	reading
	keywords
	section
	categories
	summary
	eraNames // the years of the title as written, 令和4年, where title has 2022年
	fieldCount
)

// weight says how much a word found in a field counts.
var weight = [fieldCount]float32{
	title: 10, reading: 7, keywords: 6, section: 3, categories: 2, summary: 2, eraNames: 5,
}

// Index holds the documents of one body. It is immutable: many goroutines may search it.
type Index struct {
	docs []entry
	text []letter // fields of all documents, fieldEnd before each and at the end

	// Occurrences of each pair of letters: pairs is sorted, and the text
	// positions of pairs[i] are the deltas (uvarint) in occurs[starts[i]:starts[i+1]].
	pairs  []uint32
	starts []uint32
	occurs []byte
}

// entry is one document. Minutes count from 1970 in UTC.
type entry struct {
	id, titleText string
	readingText   string
	begin         uint32             // of its text
	ends          [fieldCount]uint16 // of its fields, from begin
	opens, closes uint32             // minutes; closes 0: never
	popular       float32
}

// maxFieldLetters bounds a field, so that offsets stay small; the longest
// texts lose their end for searching.
const maxFieldLetters = 4000

// Build makes the index of docs. It does not keep docs.
func Build(docs []Doc) *Index {
	ix := &Index{docs: make([]entry, len(docs))}
	for i, d := range docs {
		ix.add(&ix.docs[i], d)
	}
	ix.text = append(ix.text, fieldEnd)
	ix.text = slices.Clip(ix.text)
	ix.indexPairs()
	return ix
}

// Len is the number of documents.
func (ix *Index) Len() int { return len(ix.docs) }

func (ix *Index) add(e *entry, d Doc) {
	*e = entry{
		id: d.ID, titleText: d.Title, readingText: d.Reading, begin: uint32(len(ix.text)),
		opens: minutes(d.OpensAt), closes: minutes(d.ClosesAt),
		popular: float32(1 + 0.02*math.Log1p(float64(max(d.Used, 0)))),
	}
	parts := [fieldCount]string{
		title: d.Title, reading: d.Reading, keywords: strings.Join(d.Keywords, "\n"), section: d.Section,
		categories: strings.Join(d.Categories, "\n"), summary: d.Summary,
	}
	for f, part := range parts {
		ix.text = append(ix.text, fieldEnd)
		ls := letters(fold.Glyphs(part), true)
		if field(f) == eraNames {
			ls = letters(fold.WrittenYears(d.Title), true)
		}
		ix.text = append(ix.text, ls[:min(len(ls), maxFieldLetters)]...)
		e.ends[f] = uint16(len(ix.text) - int(e.begin))
	}
}

func minutes(t time.Time) uint32 {
	if t.IsZero() {
		return 0
	}
	return uint32(max(t.Unix()/60, 1))
}

// indexPairs fills pairs, starts and occurs from text.
func (ix *Index) indexPairs() {
	seen := make([]uint64, 0, len(ix.text))
	for p := 0; p+1 < len(ix.text); p++ {
		if ix.text[p] != fieldEnd {
			seen = append(seen, uint64(pair(ix.text[p], ix.text[p+1]))<<32|uint64(p))
		}
	}
	slices.Sort(seen)
	last := uint32(0)
	for _, s := range seen {
		key, at := uint32(s>>32), uint32(s)
		if n := len(ix.pairs); n == 0 || ix.pairs[n-1] != key {
			ix.pairs = append(ix.pairs, key)
			ix.starts = append(ix.starts, uint32(len(ix.occurs)))
			last = 0
		}
		ix.occurs = binary.AppendUvarint(ix.occurs, uint64(at-last))
		last = at
	}
	ix.starts = slices.Clip(append(ix.starts, uint32(len(ix.occurs))))
	ix.pairs, ix.occurs = slices.Clip(ix.pairs), slices.Clip(ix.occurs)
}

// occurrences are the encoded positions of a pair.
func (ix *Index) occurrences(key uint32) []byte {
	i, found := slices.BinarySearch(ix.pairs, key)
	if !found {
		return nil
	}
	return ix.occurs[ix.starts[i]:ix.starts[i+1]]
}

// docAt is the document whose text holds position p, given that it is not before from.
func (ix *Index) docAt(p uint32, from int) int {
	for range 4 { // the next occurrence is most often near
		if from+1 >= len(ix.docs) || ix.docs[from+1].begin > p {
			return from
		}
		from++
	}
	low, high := from, len(ix.docs)
	for high-low > 1 {
		if middle := (low + high) / 2; ix.docs[middle].begin <= p {
			low = middle
		} else {
			high = middle
		}
	}
	return low
}

// fieldAt is the field of e at offset within its text.
func (e *entry) fieldAt(offset uint32) field {
	for f := range fieldCount - 1 {
		if offset < uint32(e.ends[f]) {
			return f
		}
	}
	return fieldCount - 1
}

// start is the position of the first letter of field f.
func (e *entry) start(f field) uint32 {
	if f == 0 {
		return e.begin + 1
	}
	return e.begin + uint32(e.ends[f-1]) + 1
}

// letterCount is the number of letters of field f.
func (e *entry) letterCount(f field) int { return int(e.begin) + int(e.ends[f]) - int(e.start(f)) }

// A State says whether applications are taken (受付の状態).
type State uint8

const (
	Open   State = iota // 受付中
	Before              // 受付前
	Closed              // 受付終了
)

// state of e at a minute; with minute 0 everything counts as open.
func (e *entry) state(minute uint32) State {
	switch {
	case minute == 0:
		return Open
	case minute < e.opens:
		return Before
	case e.closes != 0 && minute >= e.closes:
		return Closed
	}
	return Open
}
