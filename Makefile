# One door to everything. Each target installs what it needs and says so
# (Debian, with Go, Node with npm, make and apt).

PKG ?= ./...
FUZZTIME ?= 10s
TOOLS = go npm node_modules postgresql chromium fonts gcc pdftotext pdftoppm soffice bwrap qpdf xmlsec1 openssl certutil

.PHONY: run build test lint fmt fuzz e2e bench

# run serves the demo at http://127.0.0.1:8080/
run: build
	bin/madoguchi demo

build:
	@scripts/need go
	CGO_ENABLED=0 go build -trimpath -o bin/madoguchi ./cmd/madoguchi

# test is everything that must always hold, on both engines.
test:
	@scripts/need $(TOOLS)
	MADOGUCHI_TEST_OFFICE=1 scripts/test go test -timeout 10m $(PKG)

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

# bench measures what has a goal and writes docs/benchmarks.md; PARTS="pages
# search" measures only these anew (scripts/bench).
bench:
	@scripts/bench $(PARTS)
