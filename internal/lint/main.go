// Command lint is this project's checker of Go source (静的検査). It is run by
// the go command, which caches what it found for each package:
//
//	go build -o bin/lint ./internal/lint && go vet -vettool=bin/lint ./...
//
// It holds the passes of go vet (but fieldalignment and shadow), every check of
// staticcheck, some linters of single mistakes, and the limits of size. A line
// "//lint:ignore CHECK reason" on or above the line that is meant is the only
// way around a check.
package main

import (
	"encoding/json"
	"os"
	"strings"

	"golang.org/x/tools/go/analysis/passes/printf"
	"golang.org/x/tools/go/analysis/unitchecker"
	"honnef.co/go/tools/analysis/facts/deprecated"
)

// module is the import path that this project's packages begin with.
const module = "madoguchi"

func main() {
	if foreign(os.Args[1:]) {
		unitchecker.Main(printf.Analyzer, deprecated.Analyzer)
	}
	unitchecker.Main(all()...)
}

// A unit is the part of the go command's request that foreign needs.
type unit struct {
	ImportPath string
	VetxOnly   bool
}

// foreign reports whether the go command only asks what must be known of a
// package of others. That is what is deprecated there and what prints like
// Printf: to ask every check takes minutes and finds nothing more.
func foreign(args []string) bool {
	if len(args) == 0 || !strings.HasSuffix(args[len(args)-1], ".cfg") {
		return false
	}
	data, err := os.ReadFile(args[len(args)-1])
	if err != nil {
		return false
	}
	var u unit
	if err := json.Unmarshal(data, &u); err != nil || !u.VetxOnly {
		return false
	}
	return u.ImportPath != module && !strings.HasPrefix(u.ImportPath, module+"/")
}
