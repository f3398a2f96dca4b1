# One door to everything. Each target installs what it needs and says so
# (Debian, with Go, Node with npm, make and apt).

PKG ?= ./...
FUZZTIME ?= 10s
TOOLS = go npm node_modules postgresql chromium fonts gcc pdftotext pdftoppm soffice bwrap qpdf xmlsec1 openssl certutil

.PHONY: help run build test lint fmt fuzz e2e pictures bench

# help lists the targets.
help:
	@sed -n 's/^# \([a-z0-9]*\) \(.*\)$$/\1: \2/p' Makefile

# run serves the demo at http://127.0.0.1:8080/
run: build
	bin/madoguchi demo

# build makes bin/madoguchi.
build:
	@scripts/need go
	CGO_ENABLED=0 go build -trimpath -o bin/madoguchi ./cmd/madoguchi

# test is everything that must always hold, on both engines.
test:
	@scripts/need $(TOOLS)
	MADOGUCHI_TEST_OFFICE=1 scripts/test go test -timeout 20m $(PKG)

# lint prints nothing when there is nothing to say.
lint:
	@scripts/need go
	@scripts/lint $(PKG)

fmt:
	gofmt -w $$(git ls-files '*.go')

# fuzz runs every fuzz test for FUZZTIME.
fuzz:
	@scripts/need go
	@scripts/fuzz $(FUZZTIME) $(PKG)

# e2e is the long storms: the server is killed again and again, on both engines.
e2e:
	@scripts/need $(TOOLS)
	scripts/test go test -timeout 60m -run Killed ./e2e -args -long

# pictures makes the screenshots of the journeys in docs/pictures.
pictures:
	@scripts/need $(TOOLS)
	MADOGUCHI_PICTURES="$(CURDIR)/docs/pictures" scripts/test go test -timeout 20m -count 1 -run 'PublicPages|Whole|Mail' ./e2e

# bench measures what has a goal and writes docs/benchmarks.md; PARTS="pages
# search" measures only these anew (scripts/bench).
bench:
	@scripts/bench $(PARTS)

# race runs every test with the race detector: slower, all of them the same.
race:
	@scripts/need $(TOOLS)
	MADOGUCHI_TEST_OFFICE=1 scripts/test go test -race -timeout 60m $(PKG)
