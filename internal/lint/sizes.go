package main

import (
	"go/ast"
	"strings"

	"golang.org/x/tools/go/analysis"
	"honnef.co/go/tools/analysis/lint"
)

// The limits, in lines. Tests have none.
const (
	maxFunction = 60
	maxFile     = 400
	maxPackage  = 2000
)

// sizes holds the limits, and that an exception has a reason.
var sizes = &analysis.Analyzer{
	Name: "sizes",
	Doc:  "functions of at most 60 lines, files of 400, packages of 2,000",
	Run:  checkSizes,
}

func checkSizes(pass *analysis.Pass) (any, error) {
	for _, d := range lint.ParseDirectives(pass.Files, pass.Fset) {
		if d.Command == "ignore" && len(d.Arguments) < 2 {
			pass.Reportf(d.Directive.Pos(), "give the reason: //lint:ignore CHECK reason")
		}
	}
	total := 0
	for _, f := range pass.Files {
		file := pass.Fset.File(f.Pos())
		if strings.HasSuffix(file.Name(), "_test.go") {
			continue
		}
		lines := file.LineCount()
		total += lines
		if lines > maxFile {
			pass.Reportf(f.Package, "file of %d lines; at most %d: split it by topic", lines, maxFile)
		}
		if total > maxPackage && total-lines <= maxPackage {
			pass.Reportf(f.Package, "package of more than %d lines: split it by topic", maxPackage)
		}
		for _, decl := range f.Decls {
			checkFunction(pass, decl)
		}
	}
	return nil, nil
}

func checkFunction(pass *analysis.Pass, decl ast.Decl) {
	fn, ok := decl.(*ast.FuncDecl)
	if !ok || fn.Body == nil {
		return
	}
	lines := pass.Fset.Position(fn.End()).Line - pass.Fset.Position(fn.Pos()).Line + 1
	if lines > maxFunction {
		pass.Reportf(fn.Pos(), "function %s of %d lines; at most %d", fn.Name.Name, lines, maxFunction)
	}
}
