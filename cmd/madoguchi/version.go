package main

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
)

// version is the commit that the program was built from, as far as it is known.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	commit, dirty := "", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			commit = s.Value[:min(12, len(s.Value))]
		case s.Key == "vcs.modified" && s.Value == "true":
			dirty = "+changes"
		}
	}
	if commit == "" {
		return info.Main.Version
	}
	return commit + dirty
}

// runVersion prints what this program was built from.
func runVersion(_ context.Context, _ []string, std stdio) int {
	fmt.Fprintf(std.out, "madoguchi %s %s %s/%s\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return 0
}
