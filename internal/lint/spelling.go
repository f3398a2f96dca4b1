package main

import (
	"github.com/golangci/misspell"
	"golang.org/x/tools/go/analysis"
)

// spelling reports common misspellings in comments.
var spelling = &analysis.Analyzer{
	Name: "misspell",
	Doc:  "common misspellings in comments",
	Run: func(pass *analysis.Pass) (any, error) {
		r := misspell.New()
		r.Compile()
		for _, f := range pass.Files {
			for _, group := range f.Comments {
				for _, c := range group.List {
					if _, found := r.Replace(c.Text); len(found) > 0 {
						pass.Reportf(c.Pos(), "%q is a misspelling of %q", found[0].Original, found[0].Corrected)
					}
				}
			}
		}
		return nil, nil
	},
}
