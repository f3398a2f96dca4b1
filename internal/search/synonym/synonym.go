// Package synonym holds the words that stand for each other (類義語): an own
// list for public offices, and a part of the Sudachi synonym dictionary.
//
// Standard gives them as a search.Dictionary. The lists are data: what the
// words mean for finding is decided in package search.
package synonym

import (
	_ "embed"
	"fmt"
	"strings"

	"madoguchi/internal/search"
)

// How near words of a list are to each other.
const (
	ownWeight      = 0.8
	spellingWeight = 0.9 // of the same word, written differently
	sudachiWeight  = 0.5
)

// administration.txt is the own list; its head says how it is written.
//
//go:embed administration.txt
var administration string

//go:embed known.txt
var known string

//go:embed empty.txt
var empty string

// sudachi.txt is made by ./gen; NOTICE says where it comes from.
//
//go:embed sudachi.txt
var sudachi string

// Standard is the dictionary that every body begins with. Making it takes
// some milliseconds: keep it.
func Standard() *search.Dictionary {
	own, err := Parse(administration, ownWeight)
	if err != nil {
		panic(err) // the list is part of the program
	}
	return search.NewDictionary(append(own, parseSudachi(sudachi)...), list(known), list(empty))
}

// Own reads a body's own additions, written like administration.txt, for
// (*search.Dictionary).With. The error names the line.
func Own(text string) ([]search.Group, error) { return Parse(text, ownWeight) }

// Parse reads groups of words, one on a line. The error names the line.
func Parse(text string, weight float32) ([]search.Group, error) {
	var groups []search.Group
	n := 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		left, sign, right := cutSign(strings.Fields(line))
		if len(left) == 0 || len(left)+len(right) < 2 || sign != "" && len(right) == 0 {
			return nil, fmt.Errorf("synonyms, line %d: want WORD WORD, WORD : WORD or WORD > WORD", n)
		}
		if sign == ">" {
			groups = append(groups, kinds(left, right, weight)...)
			continue
		}
		groups = append(groups, search.Group{Words: left, To: right, Weight: weight, Back: true})
	}
	return groups, nil
}

// kinds lets each of words find to, and not each other.
func kinds(words, to []string, weight float32) []search.Group {
	var groups []search.Group
	for _, w := range words {
		groups = append(groups, search.Group{Words: []string{w}, To: to, Weight: weight})
	}
	return groups
}

// cutSign parts the words of a line at its first sign.
func cutSign(words []string) (left []string, sign string, right []string) {
	for i, w := range words {
		if w == ":" || w == ">" {
			return words[:i], w, words[i+1:]
		}
	}
	return words, "", nil
}

// parseSudachi reads lines of words, parted by tabs, that stand for each
// other; the spellings of one word are parted by "|".
func parseSudachi(text string) []search.Group {
	var groups []search.Group
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		var heads []string
		for word := range strings.SplitSeq(strings.TrimSpace(line), "\t") {
			spellings := strings.Split(word, "|")
			heads = append(heads, spellings...)
			if len(spellings) > 1 {
				groups = append(groups, search.Group{Words: spellings, Weight: spellingWeight})
			}
		}
		groups = append(groups, search.Group{Words: heads, Weight: sudachiWeight})
	}
	return groups
}

func list(text string) []string {
	var words []string
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "#") {
			words = append(words, strings.Fields(line)...)
		}
	}
	return words
}
