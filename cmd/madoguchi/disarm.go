package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"madoguchi/internal/disarm"
	"madoguchi/internal/inspect"
)

// disarmed is what the command tells of a file.
type disarmed struct {
	File      string         `json:"file"`
	State     disarm.State   `json:"state"`
	Type      string         `json:"type"`
	Encrypted bool           `json:"encrypted"`
	Active    []inspect.Kind `json:"active"`
	Pages     int            `json:"pages"`
	Reasons   []string       `json:"reasons"`
	Values    string         `json:"values,omitempty"` // of a spreadsheet
	Output    string         `json:"output,omitempty"`
}

// runDisarm makes a harmless copy of a file. Exit codes: 0 disarmed, 1 refused,
// 2 failed, 3 usage.
func runDisarm(ctx context.Context, args []string, std stdio) int {
	flags := flag.NewFlagSet("disarm", flag.ContinueOnError)
	flags.SetOutput(std.err)
	asJSON := flags.Bool("json", false, "print one JSON object")
	output := flags.String("o", "", "write the PDF of pictures here")
	flags.Usage = func() {
		fmt.Fprintln(std.err, "usage: madoguchi disarm [--json] [-o OUT.pdf] FILE")
		flags.PrintDefaults()
	}
	if err := flags.Parse(args); err != nil || flags.NArg() != 1 {
		if err == nil {
			flags.Usage()
		}
		return exitUsage
	}
	name := flags.Arg(0)
	data, err := readFile(name, std)
	if err != nil {
		fmt.Fprintf(std.err, "madoguchi: %v\n", err)
		return exitUsage
	}
	told, exit := disarmFile(ctx, name, data, *output, std)
	if *asJSON {
		return writeReport(std, told, exit)
	}
	fmt.Fprintf(std.out, "%s: %s (%s", told.File, told.State, told.Type)
	for _, k := range told.Active {
		fmt.Fprintf(std.out, " %s", k)
	}
	fmt.Fprintf(std.out, ") %d\n", told.Pages)
	for _, r := range told.Reasons {
		fmt.Fprintf(std.out, "  %s\n", r)
	}
	return exit
}

func disarmFile(ctx context.Context, name string, data []byte, output string, std stdio) (disarmed, int) {
	result := disarm.Assess(filepath.Base(name), data)
	if result.State != disarm.Refused {
		// what is missing is told by the result, which then is "failed"
		converter, _ := disarm.Open(ctx)
		result = converter.Convert(ctx, filepath.Base(name), data)
	}
	told := disarmed{File: name, State: result.State, Type: result.Report.Type, Encrypted: result.Report.Encrypted,
		Active: append([]inspect.Kind{}, result.Report.Active...), Pages: result.Pages, Values: result.Values, Reasons: []string{}}
	for _, r := range result.Reasons {
		told.Reasons = append(told.Reasons, word(r.Key, r.Args))
	}
	switch result.State {
	case disarm.Refused:
		return told, exitActive
	case disarm.Disarmed:
	default:
		return told, exitBroken
	}
	if output == "" {
		return told, exitClean
	}
	if err := os.WriteFile(output, result.PDF, 0o600); err != nil {
		fmt.Fprintf(std.err, "madoguchi: %v\n", err)
		return told, exitBroken
	}
	told.Output = output
	return told, exitClean
}
