package jptext

import (
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// A Flaw is a sort of character that is not accepted in an answer.
type Flaw string

// The flaws.
const (
	Broken     Flaw = "broken"      // invalid UTF-8, or U+FFFD that stands for a lost character
	Control    Flaw = "control"     // control and invisible characters, noncharacters
	LineBreak  Flaw = "line_break"  // a line break or tab where one line is asked for
	PrivateUse Flaw = "private_use" // 外字: a character that only one machine knows
)

// A Found is the first flaw of a text and where it stands.
type Found struct {
	Flaw Flaw
	Rune rune // utf8.RuneError where Broken
	At   int  // which character of the text, counted as people do, from 1
}

// Check returns the first flaw of s. Line feeds and tabs are flaws unless
// lines is true; a carriage return always is one (see Lines).
func Check(s string, lines bool) (Found, bool) {
	for i, r := range s {
		if flaw, bad := flawOf(r, lines); bad {
			return Found{Flaw: flaw, Rune: r, At: Count(s[:i]) + 1}, true
		}
	}
	return Found{}, false
}

func flawOf(r rune, lines bool) (Flaw, bool) {
	switch {
	case r >= ' ' && r <= '~':
		return "", false
	case r == utf8.RuneError:
		return Broken, true
	case r == '\n' || r == '\t':
		return LineBreak, !lines
	case r < ' ' || r >= 0x7F && r <= 0x9F || isInvisible(r) || isNoncharacter(r):
		return Control, true
	case IsPrivateUse(r):
		return PrivateUse, true
	}
	return "", false
}

// IsPrivateUse reports whether r lies in one of the three private-use areas.
func IsPrivateUse(r rune) bool {
	return r >= 0xE000 && r <= 0xF8FF || r >= 0xF0000 && r <= 0xFFFFD || r >= 0x100000 && r <= 0x10FFFD
}

func isNoncharacter(r rune) bool { return r >= 0xFDD0 && r <= 0xFDEF || r&0xFFFE == 0xFFFE }

// Count counts characters as people do: a kanji with its variation selector,
// a kana with a combining mark and an emoji sequence are one each
// (UAX #29, extended grapheme clusters).
func Count(s string) int { return uniseg.GraphemeClusterCount(s) }

// Longer reports whether s has more than limit characters. It answers for
// megabytes as fast as for a line: beyond bytesPerCharacter times limit bytes
// it does not count.
func Longer(s string, limit int) bool {
	if len(s) <= limit {
		return false
	}
	if len(s) > limit*bytesPerCharacter {
		return true
	}
	return Count(s) > limit
}

// bytesPerCharacter is more than any real text needs on the average (a family
// emoji has 25 bytes) and keeps heaps of combining marks out.
const bytesPerCharacter = 32

// Width returns the columns of s in a fixed-width display: 2 for full width,
// 1 for half width, 0 for marks.
func Width(s string) int { return uniseg.StringWidth(s) }

// Cut shortens s to at most columns columns, never inside a character, and
// ends with … where something was left out.
func Cut(s string, columns int) string {
	if Width(s) <= columns {
		return s
	}
	width, end, state := 0, 0, -1
	for rest := s; rest != ""; {
		cluster, after, w, next := uniseg.FirstGraphemeClusterInString(rest, state)
		if width+w > columns-1 {
			break
		}
		width, end, rest, state = width+w, end+len(cluster), after, next
	}
	return s[:end] + "…"
}
