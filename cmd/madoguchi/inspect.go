package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"madoguchi/internal/inspect"
	"madoguchi/internal/words"
)

// wordList is a flag that may be given several times.
type wordList []string

func (t *wordList) String() string { return strings.Join(*t, ",") }

func (t *wordList) Set(s string) error {
	*t = append(*t, s)
	return nil
}

// maxFile is the longest file that a tool reads.
const maxFile = 256 << 20

// readFile reads a file for a tool; "-" is standard input.
func readFile(name string, std stdio) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(io.LimitReader(std.in, maxFile))
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxFile))
}

// inspected is what the command tells of one file.
type inspected struct {
	File      string         `json:"file"`
	Type      string         `json:"type"`
	Encrypted bool           `json:"encrypted"`
	Active    []inspect.Kind `json:"active"`
	Reasons   []string       `json:"reasons"`
	Members   []inspected    `json:"members,omitempty"`
}

// The exit codes of inspect and disarm, besides 3 for wrong usage.
const (
	exitClean  = 0
	exitActive = 1 // active content, or something that could not be looked into
	exitBroken = 2 // a file could not be read, or the conversion failed
)

// runInspect looks for active content in files. Exit codes: 0 nothing found,
// 1 active content or something that could not be looked into, 2 a file could
// not be read, 3 usage.
func runInspect(_ context.Context, args []string, std stdio) int {
	flags := flag.NewFlagSet("inspect", flag.ContinueOnError)
	flags.SetOutput(std.err)
	asJSON := flags.Bool("json", false, "print one JSON array")
	var passwords wordList
	flags.Var(&passwords, "password", "a password to try (several times)")
	flags.Usage = func() {
		fmt.Fprintln(std.err, "usage: madoguchi inspect [--json] [--password WORD]… FILE…")
		flags.PrintDefaults()
	}
	if err := flags.Parse(args); err != nil || flags.NArg() == 0 {
		if err == nil {
			flags.Usage()
		}
		return exitUsage
	}
	exit := exitClean
	list := []inspected{}
	for _, name := range flags.Args() {
		data, err := readFile(name, std)
		if err != nil {
			fmt.Fprintf(std.err, "madoguchi: %v\n", err)
			list = append(list, inspected{File: name, Type: "unknown", Active: []inspect.Kind{}, Reasons: []string{word("inspect.unreadable", nil)}})
			exit = exitBroken
			continue
		}
		report := inspect.Look(filepath.Base(name), data, passwords)
		list = append(list, tellInspected(name, report))
		if len(report.Active) > 0 || report.Opaque || report.Locked || report.Huge {
			exit = max(exit, exitActive)
		}
	}
	if *asJSON {
		return writeReport(std, list, exit)
	}
	for _, f := range list {
		fmt.Fprintf(std.out, "%s: %s", f.File, f.Type)
		for _, k := range f.Active {
			fmt.Fprintf(std.out, " %s", k)
		}
		fmt.Fprintln(std.out)
		for _, r := range f.Reasons {
			fmt.Fprintf(std.out, "  %s\n", r)
		}
	}
	return exit
}

func tellInspected(file string, r inspect.Report) inspected {
	f := inspected{File: file, Type: r.Type, Encrypted: r.Encrypted, Active: append([]inspect.Kind{}, r.Active...), Reasons: []string{}}
	for _, reason := range r.Reasons {
		f.Reasons = append(f.Reasons, word(reason.Key, reason.Args))
	}
	for _, m := range r.Members {
		f.Members = append(f.Members, tellInspected(m.Name, m))
	}
	return f
}

// word returns the Japanese text of a key.
func word(key string, args map[string]any) string { return words.Of(words.Base).Text(key, args) }

// writeReport prints v as JSON and returns exit.
func writeReport(std stdio, v any, exit int) int {
	e := json.NewEncoder(std.out)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		fmt.Fprintf(std.err, "madoguchi: %v\n", err)
		return exitBroken
	}
	return exit
}
