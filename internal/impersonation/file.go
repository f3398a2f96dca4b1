package impersonation

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"madoguchi/internal/fault"
	"madoguchi/internal/inspect"
	"madoguchi/internal/mailread"
)

// Inspect looks into the parts of a mail that a person could open, trying the
// words of the mail as passwords. The reports stand in the order of the parts;
// a part that is only text to read has an empty one.
func Inspect(m mailread.Message) []inspect.Report {
	reports := make([]inspect.Report, len(m.Parts))
	var passwords []string
	for i, p := range m.Parts {
		textual := strings.HasPrefix(p.Type, "text/") || strings.HasPrefix(p.Type, "message/") || p.Type == ""
		if p.Name == "" && textual {
			continue
		}
		if passwords == nil {
			passwords = Passwords(m)
		}
		reports[i] = inspect.Look(p.Name, p.Data, passwords)
	}
	return reports
}

// dangerous are the kinds of content that no office sends by mail without
// having said so: they run when the file is opened.
var dangerous = []inspect.Kind{inspect.VBA, inspect.XLM, inspect.DDE, inspect.Executable, inspect.Script, inspect.Shortcut,
	inspect.DiskImage, inspect.Launch, inspect.SYLK, inspect.Basic}

func dangerousFile(c Case) (int, fault.Args) {
	for _, f := range c.Files {
		for _, k := range f.Active {
			if slices.Contains(dangerous, k) {
				return 100, fault.Args{"file": fileName(f), "kind": string(k)}
			}
		}
	}
	return 0, nil
}

// activeFile meets content that is often harmless and is disarmed anyway.
func activeFile(c Case) (int, fault.Args) {
	for _, f := range c.Files {
		for _, k := range f.Active {
			if !slices.Contains(dangerous, k) {
				weight := 50
				if k == inspect.Embedded || k == inspect.Form || k == inspect.Formula {
					weight = 20
				}
				return weight, fault.Args{"file": fileName(f), "kind": string(k)}
			}
		}
	}
	return 0, nil
}

func fileName(f inspect.Report) string {
	if f.Name == "" {
		return f.Type
	}
	return f.Name
}

// withReason returns the first file that has one of the reasons.
func withReason(c Case, keys ...string) (inspect.Report, bool) {
	for _, f := range c.Files {
		for _, r := range f.Reasons {
			if slices.Contains(keys, r.Key) {
				return f, true
			}
		}
	}
	return inspect.Report{}, false
}

func disguisedFile(c Case) (int, fault.Args) {
	if f, ok := withReason(c, "inspect.double_extension", "inspect.bidi_name"); ok {
		return 100, fault.Args{"file": fileName(f)}
	}
	if f, ok := withReason(c, "inspect.disguised"); ok {
		return 40, fault.Args{"file": fileName(f)}
	}
	return 0, nil
}

func nestedArchive(c Case) (int, fault.Args) {
	if f, ok := withReason(c, "inspect.nested_archive"); ok {
		return 40, fault.Args{"file": fileName(f)}
	}
	return 0, nil
}

func hugeFile(c Case) (int, fault.Args) {
	for _, f := range c.Files {
		if f.Huge {
			return 100, fault.Args{"file": fileName(f)}
		}
	}
	return 0, nil
}

func lyingArchive(c Case) (int, fault.Args) {
	if f, ok := withReason(c, "inspect.zip_lies", "inspect.too_deep", "inspect.too_many"); ok {
		return 60, fault.Args{"file": fileName(f)}
	}
	return 0, nil
}

// passwordInBody and encryptedFile meet offices that encrypt everything: what
// was inside has been looked at, or it weighs less than a suspicion.
func passwordInBody(c Case) (int, fault.Args) {
	for _, f := range c.Files {
		if f.Opened {
			return 30, fault.Args{"file": fileName(f)}
		}
	}
	return 0, nil
}

func encryptedFile(c Case) (int, fault.Args) {
	for _, f := range c.Files {
		if f.Locked {
			return 30, fault.Args{"file": fileName(f)}
		}
	}
	return 0, nil
}

func closedArchive(c Case) (int, fault.Args) {
	if f, ok := withReason(c, "inspect.closed_archive", "inspect.zip_prefixed"); ok {
		return 40, fault.Args{"file": fileName(f)}
	}
	return 0, nil
}

func beyondLimits(c Case) (int, fault.Args) {
	if slices.ContainsFunc(c.Message.Notes, mailread.Note.Beyond) {
		return 60, nil
	}
	return 0, nil
}

// garbled counts the marks that stand for letters which could not be read.
func garbled(c Case) (int, fault.Args) {
	marks, all := 0, 0
	for _, r := range c.Message.Text {
		if unicode.IsSpace(r) {
			continue
		}
		all++
		if r == '?' || r == '？' || r == unicode.ReplacementChar {
			marks++
		}
	}
	if all < 5 || marks*10 < all*3 {
		return 0, nil
	}
	return 30, fault.Args{"percent": marks * 100 / all}
}

var (
	passwordMark = regexp.MustCompile(`(?i)(?:パスワード|password|passwd|pass|pw|解凍キー|暗証番号|pwd)[^\S\n]*(?:[はが:：=＝]|is)?[^\S\n]*[「『"'【\[(]?[^\S\n]*([^\s「」『』"'【】\[\]()（）、。]{1,64})`)
	passwordLine = regexp.MustCompile(`(?im)(?:パスワード|password|passwd|\bpw\b|解凍)[^\n]{0,60}\n\s*\n?[^\S\n]*([!-~]{3,64})[^\S\n]*$`)
	plainWord    = regexp.MustCompile(`[!-~]{4,40}`)
)

// maxPasswords is how many words of a mail are tried.
const maxPasswords = 50

// Passwords returns the words of a mail that may be the password of its
// attachments, the likeliest first, at most 50.
func Passwords(m mailread.Message) []string {
	var list []string
	add := func(w string) {
		w = strings.TrimSpace(w)
		if w != "" && len(list) < maxPasswords && !slices.Contains(list, w) {
			list = append(list, w)
		}
	}
	text := limitText(m.Subject + "\n" + m.Text)
	for _, p := range []*regexp.Regexp{passwordMark, passwordLine} {
		for _, found := range p.FindAllStringSubmatch(text, maxPasswords) {
			add(found[1])
			add(strings.TrimRight(found[1], ".,;:!?"))
			add(asciiStart(found[1]))
		}
	}
	for _, common := range []string{"infected", "1234"} {
		add(common)
	}
	for _, w := range plainWord.FindAllString(text, 500) {
		add(w)
		add(strings.Trim(w, `.,;:!?"'()[]<>`))
	}
	return list
}

// asciiStart returns the ASCII characters at the start of a word that goes
// on in Japanese ("1234です").
func asciiStart(w string) string {
	for i, r := range w {
		if r > '~' {
			return w[:i]
		}
	}
	return w
}

func limitText(s string) string {
	if len(s) > 1<<16 {
		s = s[:1<<16]
	}
	return s
}
