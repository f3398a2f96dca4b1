package main

import (
	"go/ast"
	"go/token"
	"path/filepath"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/buildssa"
	"golang.org/x/tools/go/packages"
	"honnef.co/go/tools/unused"
	"mvdan.cc/unparam/check"
)

// unusedCode reports what staticcheck finds unused within a package and its
// tests.
var unusedCode = &analysis.Analyzer{
	Name:     "U1000",
	Doc:      "unused code",
	Requires: []*analysis.Analyzer{unused.Analyzer.Analyzer},
	Run: func(pass *analysis.Pass) (any, error) {
		found := pass.ResultOf[unused.Analyzer.Analyzer].(unused.Result)
		files := map[string]*token.File{}
		for _, f := range pass.Files {
			file := pass.Fset.File(f.Pos())
			files[file.Name()] = file
		}
		for _, o := range found.Unused {
			if file := files[o.Position.Filename]; file != nil && o.Kind != "type param" {
				pass.Reportf(file.Pos(o.Position.Offset), "%s %s is unused", o.Kind, o.Name)
			}
		}
		return nil, nil
	},
}

// unusedParams reports parameters and results of unexported functions that no
// caller needs.
var unusedParams = &analysis.Analyzer{
	Name:     "unparam",
	Doc:      "unused parameters and results",
	Requires: []*analysis.Analyzer{buildssa.Analyzer},
	Run: func(pass *analysis.Pass) (any, error) {
		if len(pass.Files) == 0 || onlyTests(pass.Fset, pass.Files) {
			return nil, nil
		}
		ssa := pass.ResultOf[buildssa.Analyzer].(*buildssa.SSA)
		var c check.Checker
		c.Packages([]*packages.Package{{
			Types: pass.Pkg, TypesInfo: pass.TypesInfo, Syntax: pass.Files, Fset: pass.Fset,
			Dir: filepath.Dir(pass.Fset.File(pass.Files[0].Pos()).Name()),
		}})
		c.ProgramSSA(ssa.Pkg.Prog)
		issues, err := c.Check()
		if err != nil {
			return nil, err
		}
		for _, i := range issues {
			pass.Reportf(i.Pos(), "%s", i.Message())
		}
		return nil, nil
	},
}

func onlyTests(fset *token.FileSet, files []*ast.File) bool {
	for _, f := range files {
		if !strings.HasSuffix(fset.File(f.Pos()).Name(), "_test.go") {
			return false
		}
	}
	return true
}
