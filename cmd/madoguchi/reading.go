package main

import (
	"bufio"
	"context"
	"fmt"

	"madoguchi/internal/reading"
)

// runReading writes the reading of each line that it reads. It is the child
// process of reading.Propose: the dictionary's memory is free when it ends.
func runReading(_ context.Context, args []string, std stdio) int {
	if len(args) > 0 {
		fmt.Fprintln(std.err, "usage: madoguchi reading < TITLES")
		return exitUsage
	}
	r, err := reading.NewReader()
	if err != nil {
		fmt.Fprintln(std.err, "madoguchi:", err)
		return 1
	}
	for lines := bufio.NewScanner(std.in); lines.Scan(); {
		if _, err := fmt.Fprintln(std.out, r.Read(lines.Text())); err != nil {
			return 1
		}
	}
	return 0
}
