package search

import (
	"slices"
	"strings"
	"unicode/utf8"

	"madoguchi/internal/search/fold"
)

// Group says which words stand for which (類義語).
type Group struct {
	Words  []string // each finds what any other of them finds
	To     []string // found by each of Words, the nearest first
	Weight float32  // how near they are, 0 < Weight ≤ 1
	Back   bool     // To finds Words as well, with less weight
}

// Dictionary knows words: where a sentence falls into words, which of them
// mean nothing for finding, and which words stand for which. It is immutable.
type Dictionary struct {
	base    *Dictionary // asked as well; nil for none
	words   map[string]*meaning
	longest int // letters of the longest word

	phonetic map[int][]nearby // the words in kana or latin by length, to be meant by a word of one letter's difference
}

// meaning is what a Dictionary knows of a word.
type meaning struct {
	written string
	foreign bool // written in katakana only
	empty   bool // a word such as したい, which nothing is found by
	alike   []alternative
}

// alternative is a word to look for in place of another.
type alternative struct {
	phrase  []letter
	written string
	weight  float32
}

// reverse is the weight of finding a group's Words by its To.
const reverse = 0.55

// NewDictionary makes a dictionary of groups, of known words without
// synonyms, and of empty words. Later groups add to earlier ones.
func NewDictionary(groups []Group, known, empty []string) *Dictionary {
	d := &Dictionary{words: map[string]*meaning{}}
	for _, w := range alternatives(empty) {
		d.at(w).empty = true
	}
	for _, w := range alternatives(known) {
		d.at(w)
	}
	d.addGroups(groups)
	d.listPhonetic()
	return d
}

// With is d with a body's own groups, which come before d's. d stays as it is.
func (d *Dictionary) With(groups []Group) *Dictionary {
	own := &Dictionary{base: d, words: map[string]*meaning{}, longest: d.longest}
	own.addGroups(groups)
	own.listPhonetic()
	return own
}

func (d *Dictionary) listPhonetic() {
	d.phonetic = map[int][]nearby{}
	for k, m := range d.words {
		if phrase := phraseOf(k); !m.empty && len(phrase) >= shortestNear && isPhonetic(phrase) {
			d.phonetic[len(phrase)] = append(d.phonetic[len(phrase)], nearby{written: m.written, phrase: phrase})
		}
	}
}

// phraseOf is the phrase that key was made of.
func phraseOf(key string) []letter {
	phrase := make([]letter, len(key)/2)
	for i := range phrase {
		phrase[i] = letter(key[2*i])<<8 | letter(key[2*i+1])
	}
	return phrase
}

// Alike are the words that stand for word, the nearest first.
func (d *Dictionary) Alike(word string) []string {
	var words []string
	for _, a := range d.alike(letters(fold.Glyphs(word), false)) {
		words = append(words, a.written)
	}
	return words
}

func (d *Dictionary) addGroups(groups []Group) {
	for _, g := range groups {
		words, to := alternatives(g.Words), alternatives(g.To)
		for i, w := range words {
			for _, v := range words {
				d.add(w, v, g.Weight)
			}
			for k, t := range to {
				near := g.Weight * (1 - 0.04*float32(min(k, 8)))
				d.add(w, t, near*(1-0.01*float32(min(i, 9))))
				if g.Back {
					d.add(t, w, near*reverse)
				}
			}
		}
		for _, t := range to {
			d.at(t)
		}
		for _, w := range words {
			d.addStem(w)
		}
	}
}

// verbEndings end verbs; what stands before them is in all their forms.
const verbEndings = "うくぐすつぬぶむる"

// addStem lets the stem of a verb find what the verb finds: 捨てる is also
// 捨て(たい), 飼う also 飼(い始めた).
func (d *Dictionary) addStem(verb alternative) {
	runes := []rune(verb.written)
	last := len(runes) - 1
	if last < 1 || !strings.ContainsRune(verbEndings, runes[last]) || !strings.ContainsFunc(verb.written, func(r rune) bool { return fold.ScriptOf(r) == fold.Kanji }) || len(runes) == 2 && len(verb.phrase) != 2 {
		return
	}
	m := d.at(verb)
	stems := alternatives([]string{string(runes[:last])})
	if len(stems) == 0 || slices.Equal(stems[0].phrase, verb.phrase) {
		return
	}
	for _, a := range m.alike {
		d.add(stems[0], a, a.weight)
	}
}

// alternatives are words made ready, but for their weight. A word of which
// folding leaves one letter (ニー) means too much to be kept.
func alternatives(words []string) []alternative {
	var all []alternative
	for _, w := range words {
		if phrase := letters(fold.Glyphs(w), false); len(phrase) > 1 || len(phrase) == 1 && utf8.RuneCountInString(w) == 1 {
			all = append(all, alternative{phrase: phrase, written: w})
		}
	}
	return all
}

// add makes word find alike.
func (d *Dictionary) add(word, alike alternative, weight float32) {
	if slices.Equal(word.phrase, alike.phrase) {
		return
	}
	m := d.at(word)
	for i, a := range m.alike {
		if slices.Equal(a.phrase, alike.phrase) {
			m.alike[i].weight = max(a.weight, weight)
			return
		}
	}
	alike.weight = weight
	m.alike = append(m.alike, alike)
}

// at is the meaning of word in d itself, made when there is none.
func (d *Dictionary) at(word alternative) *meaning {
	d.longest = max(d.longest, len(word.phrase))
	k := key(word.phrase)
	m := d.words[k]
	foreign := isKatakana(word.written)
	if m == nil {
		m = &meaning{written: word.written, foreign: foreign}
		d.words[k] = m
	}
	m.foreign = m.foreign && foreign
	return m
}

func isKatakana(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return fold.ScriptOf(r) != fold.Katakana })
}

// key is a phrase as a key of a map.
func key(phrase []letter) string {
	b := make([]byte, 0, 2*len(phrase))
	for _, l := range phrase {
		b = append(b, byte(l>>8), byte(l))
	}
	return string(b)
}

// shortForeign is the length of words in katakana that are known in katakana
// only: ディール is no part of 死んでいる.
const shortForeign = 3

// knows reports whether phrase, typed as gs, is a word of d, and whether it is
// an empty one.
func (d *Dictionary) knows(phrase []letter, gs []fold.Glyph) (known, empty bool) {
	for ; d != nil; d = d.base {
		m := d.words[key(phrase)]
		if m == nil || m.foreign && len(phrase) <= shortForeign && len(gs) > 0 && gs[0].Script == fold.Hiragana {
			continue
		}
		return true, m.empty
	}
	return false, false
}

// maxAlternatives bounds what one word is looked for by.
const maxAlternatives = 24

// alike are the alternatives for phrase, the nearest first.
func (d *Dictionary) alike(phrase []letter) []alternative {
	var all []alternative
	k := key(phrase)
	for ; d != nil; d = d.base {
		if m := d.words[k]; m != nil {
			all = append(all, m.alike...)
		}
	}
	slices.SortStableFunc(all, func(a, b alternative) int {
		switch {
		case a.weight > b.weight:
			return -1
		case a.weight < b.weight:
			return 1
		}
		return 0
	})
	return all[:min(len(all), maxAlternatives)]
}
