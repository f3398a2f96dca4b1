package main

import (
	"go/token"
	"os"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
	"honnef.co/go/tools/analysis/lint"
)

// notInTests lists the checks that are for what is shipped only.
var notInTests = []string{"noctx", "sizes", "ST1000"}

// closing is a line that closes what was only read, or cleans up in a test.
var (
	deferred = regexp.MustCompile(`defer .*\.(Close|Rollback|Quit|Shutdown)\(`)
	cleaning = regexp.MustCompile(`\.(Close|Rollback|Quit|Shutdown)\(|os\.Remove`)
)

// withIgnores makes a keep quiet where a line says //lint:ignore with a reason.
func withIgnores(a *analysis.Analyzer) {
	run := a.Run
	a.Run = func(pass *analysis.Pass) (any, error) {
		lines := ignored(pass, a.Name)
		quiet := *pass
		quiet.Report = func(d analysis.Diagnostic) {
			at := pass.Fset.Position(d.Pos)
			if lines[place{at.Filename, at.Line}] || allowed(a.Name, at) {
				return
			}
			d.Message += " (" + a.Name + ")"
			pass.Report(d)
		}
		return run(&quiet)
	}
}

type place struct {
	file string
	line int
}

// ignored returns the lines on which check is not to be reported. A directive
// without a reason is itself an error, which the check sizes reports.
func ignored(pass *analysis.Pass, check string) map[place]bool {
	lines := map[place]bool{}
	for _, d := range lint.ParseDirectives(pass.Files, pass.Fset) {
		if d.Command != "ignore" || len(d.Arguments) < 2 {
			continue
		}
		if slices.Contains(strings.Split(d.Arguments[0], ","), check) {
			at := pass.Fset.Position(d.Directive.Pos())
			lines[place{at.Filename, at.Line}] = true
			lines[place{at.Filename, at.Line + 1}] = true
		}
	}
	return lines
}

// allowed reports what no one need say each time: some checks do not look at
// tests, and what is closed after reading may fail to close.
func allowed(check string, at token.Position) bool {
	test := strings.HasSuffix(at.Filename, "_test.go")
	if test && slices.Contains(notInTests, check) {
		return true
	}
	if check != "errcheck" {
		return false
	}
	line := lineOf(at)
	return deferred.MatchString(line) || test && cleaning.MatchString(line)
}

func lineOf(at token.Position) string {
	data, err := os.ReadFile(at.Filename)
	if err != nil {
		return ""
	}
	lines := strings.Split(string(data), "\n")
	if at.Line < 1 || at.Line > len(lines) {
		return ""
	}
	return lines[at.Line-1]
}
