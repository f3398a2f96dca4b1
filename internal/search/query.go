package search

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"madoguchi/internal/search/fold"
)

// Query is what a person looks for.
//
// Words are parted by spaces, and a document must have all of them. "…" or
// 「…」 around words asks for exactly these, a minus sign before a word for
// documents without it. Of a very long text the beginning is read.
type Query struct {
	Text       string
	Dictionary *Dictionary // nil: no word is known
	NoSynonyms bool        // look for the words as typed only
	At         time.Time   // the moment at which documents are open or not; zero: all count as open
}

// maxQueryRunes and maxQueryWords are how much of a query is read.
const (
	maxQueryRunes = 200
	maxQueryWords = 12
)

// typed is one word of a query as a person wrote it.
type typed struct {
	text   string
	exact  bool // stood in quotes
	absent bool // a minus sign stood before it
}

// quotes maps what opens a quotation to what may close it.
var quotes = map[rune]string{'"': `"`, '＂': `＂"`, '“': `”"`, '”': `”"`, '「': "」", '『': "』"}

const minusSigns = "-－−‐‑–"

// words parts a query's text.
func words(text string) []typed {
	text = cutRunes(strings.ToValidUTF8(text, " "), maxQueryRunes)
	var all []typed
	for len(all) < maxQueryWords {
		text = strings.TrimLeftFunc(text, isBlank)
		if text == "" {
			break
		}
		var w typed
		if r, n := utf8.DecodeRuneInString(text); strings.ContainsRune(minusSigns, r) {
			w.absent = true
			text = text[n:]
		}
		r, n := utf8.DecodeRuneInString(text)
		if close := quotes[r]; close != "" {
			if end := strings.IndexAny(text[n:], close); end > 0 {
				w.text, w.exact = text[n:n+end], true
				text = strings.TrimLeft(text[n+end:], close)
				all = append(all, w)
				continue
			}
			text = text[n:]
		}
		end := strings.IndexFunc(text, isBlank)
		if end < 0 {
			end = len(text)
		}
		w.text, text = text[:end], text[end:]
		if w.text != "" {
			all = append(all, w)
		}
	}
	return slices.DeleteFunc(all, func(w typed) bool { return len(fold.Glyphs(w.text)) == 0 })
}

func isBlank(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || r == '、' || r == ','
}

func cutRunes(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}
