// Package reading proposes how a title is read (よみ), and orders readings as
// 五十音 does.
//
// A proposal is a help for the clerk who edits a procedure, who corrects it:
// names of places and words of offices come out wrong now and then. The
// dictionary takes about 90 MB, so a server calls Propose, which asks a child
// process that ends; only that child calls Read.
package reading

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"github.com/ikawaha/kagome-dict/ipa"
	"github.com/ikawaha/kagome/v2/tokenizer"
)

// A Reader reads text with a dictionary in memory.
type Reader struct {
	words *tokenizer.Tokenizer
	names []Municipality // the longest first
}

// NewReader loads the dictionary, which takes about half a second.
func NewReader() (*Reader, error) {
	words, err := tokenizer.New(ipa.Dict(), tokenizer.OmitBosEos())
	if err != nil {
		return nil, err
	}
	names := slices.Concat(ibaraki, places, officeWords)
	slices.SortStableFunc(names, func(a, b Municipality) int { return cmp.Compare(len(b.Name), len(a.Name)) })
	return &Reader{words, names}, nil
}

// Read gives text in hiragana with spaces between words. Digits, latin
// letters and characters that no dictionary has stay as they are; signs are
// left out.
func (r *Reader) Read(text string) string {
	var out []string
	for text != "" {
		before, name, rest := r.cutName(text)
		out = append(out, r.readWords(before)...)
		if name.Kana != "" {
			out = append(out, name.Kana)
		}
		text = rest
	}
	return strings.Join(out, " ")
}

// cutName parts text at the first name that has its own reading.
func (r *Reader) cutName(text string) (before string, name Municipality, rest string) {
	at := len(text)
	for _, n := range r.names {
		if i := strings.Index(text, n.Name); i >= 0 && i < at {
			at, name = i, n
		}
	}
	return text[:at], name, text[at+len(name.Name):]
}

// joined are the parts of speech that are read in one with the word before.
var joined = []string{"助詞", "助動詞"}

func (r *Reader) readWords(text string) []string {
	var out []string
	for _, t := range r.words.Tokenize(text) {
		speech := t.POS()
		if len(speech) > 0 && speech[0] == "記号" {
			continue
		}
		kana, ok := t.Reading()
		if !ok || kana == "*" {
			kana = t.Surface
		}
		kana = strings.Map(lettersOnly, hiragana(kana))
		if kana == "" {
			continue
		}
		suffix := len(speech) > 1 && speech[1] == "接尾"
		if len(out) > 0 && (suffix || len(speech) > 0 && slices.Contains(joined, speech[0])) {
			out[len(out)-1] += kana
			continue
		}
		out = append(out, kana)
	}
	return out
}

func lettersOnly(r rune) rune {
	if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r) {
		return r
	}
	return -1
}
