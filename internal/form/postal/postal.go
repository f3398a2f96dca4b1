// Package postal tells which places a postal code (郵便番号) stands for, for the
// button 郵便番号から住所を入れる of an address field.
//
// A Table is read from the file that Japan Post publishes (utf_ken_all.csv or
// KEN_ALL.CSV turned into UTF-8), on which Japan Post claims no copyright. The
// file is not part of this program: an installation brings its own, current
// one. Sample is a handful of codes for the demo, taken from the addresses
// that offices in 茨城県 publish as their own.
package postal

import (
	_ "embed"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"madoguchi/internal/form/field"
	"madoguchi/internal/jptext"
)

// A Table maps postal codes to places. It is immutable once read.
type Table struct{ places map[string][]field.Place }

// Lookup gives the places of a code written 310-8555, none for one that is not
// in the table. It is a field.PostalLookup.
func (t Table) Lookup(code string) []field.Place { return slices.Clone(t.places[code]) }

// Len returns how many codes the table has.
func (t Table) Len() int { return len(t.places) }

// Columns of Japan Post's file that are used.
const (
	columnCode       = 2
	columnPrefecture = 6
	columnCity       = 7
	columnTown       = 8
	columns          = 15
)

// Read reads Japan Post's file in UTF-8. It fails on the first row that does
// not have its shape, naming the line, so that half a table is never used.
func Read(r io.Reader) (Table, error) {
	in := csv.NewReader(r)
	in.FieldsPerRecord = columns
	in.ReuseRecord = true
	t := Table{map[string][]field.Place{}}
	open := false // inside a town whose name goes on over several rows
	for {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			return t, nil
		}
		if err != nil {
			return Table{}, fmt.Errorf("read postal codes: %w", err)
		}
		line, _ := in.FieldPos(0)
		code, ok := jptext.PostalCode(row[columnCode])
		if !ok || row[columnPrefecture] == "" || !utf8.ValidString(row[columnTown]) {
			return Table{}, fmt.Errorf("read postal codes: line %d is not a row of Japan Post's file in UTF-8", line)
		}
		if !open {
			t.add(code, field.Place{
				Prefecture: strings.Clone(row[columnPrefecture]), City: strings.Clone(row[columnCity]), Town: town(row[columnTown]),
			})
		}
		open = continues(open, row[columnTown])
	}
}

func (t Table) add(code string, p field.Place) {
	if !slices.Contains(t.places[code], p) {
		t.places[code] = append(t.places[code], p)
	}
}

// continues reports whether the brackets of a town's name are still open after
// the row.
func continues(open bool, name string) bool {
	for _, r := range name {
		switch r {
		case '（':
			open = true
		case '）':
			open = false
		}
	}
	return open
}

// town is the name to put into an address: without remarks in brackets, and
// nothing where the row stands for the rest of a municipality.
func town(name string) string {
	name, _, _ = strings.Cut(name, "（")
	if name == "以下に掲載がない場合" || strings.HasSuffix(name, "の次に番地がくる場合") || strings.HasSuffix(name, "一円") && name != "一円" {
		return ""
	}
	return strings.Clone(name)
}

//go:embed sample.csv
var sample string

// Sample returns the few codes of the demo.
func Sample() Table {
	t := Table{map[string][]field.Place{}}
	for line := range strings.Lines(sample) {
		cells := strings.Split(strings.TrimSpace(line), ",")
		t.add(cells[0], field.Place{Prefecture: cells[1], City: cells[2], Town: cells[3]})
	}
	return t
}
