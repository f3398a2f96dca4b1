// Package cells reads the values of a spreadsheet as text (表の値だけの写し):
// no formula, no format, no link. It is what a person may copy from when the
// sheet itself is shown as a picture.
//
// It reads xlsx and ods. Everything is bounded, and nothing is evaluated: a
// formula's value is the one that was stored with it.
package cells

import (
	"encoding/xml"
	"path"
	"slices"
	"strconv"
	"strings"

	"madoguchi/internal/inspect/zipfile"
)

// The limits of one file.
const (
	MaxCells = 200_000
	MaxText  = 4 << 20  // bytes of text
	maxPart  = 64 << 20 // bytes of one unpacked part
	maxEmpty = 200      // empty cells or rows in a row that are kept
)

// A Sheet is the values of one sheet, row by row.
type Sheet struct {
	Name string
	Rows [][]string
}

// Read returns the sheets of an xlsx or ods file. It is not ok for other files,
// and for files of which nothing could be read. What is beyond the limits is
// left out.
func Read(data []byte) ([]Sheet, bool) {
	archive, err := zipfile.Read(data)
	if err != nil {
		return nil, false
	}
	parts := map[string]zipfile.File{}
	for _, f := range archive.Files {
		name := strings.ToLower(string(f.Name))
		if _, twice := parts[name]; !twice {
			parts[name] = f
		}
	}
	r := reader{parts: parts, cells: MaxCells, text: MaxText}
	if _, ok := parts["xl/workbook.xml"]; ok {
		return r.workbook()
	}
	if _, ok := parts["content.xml"]; ok {
		return r.document()
	}
	return nil, false
}

// TSV writes sheets as text: a line for each row, tabs between the values.
func TSV(sheets []Sheet) string {
	var out strings.Builder
	clean := strings.NewReplacer("\t", " ", "\r", " ", "\n", " ")
	for i, s := range sheets {
		if i > 0 {
			out.WriteByte('\n')
		}
		out.WriteString("【" + clean.Replace(s.Name) + "】\n")
		for _, row := range s.Rows {
			for k, v := range row {
				if k > 0 {
					out.WriteByte('\t')
				}
				out.WriteString(clean.Replace(v))
			}
			out.WriteByte('\n')
		}
	}
	return out.String()
}

type reader struct {
	parts map[string]zipfile.File
	cells int // what may still be read
	text  int
}

func (r *reader) open(name string) *xml.Decoder {
	f, ok := r.parts[strings.ToLower(name)]
	if !ok || f.Encrypted {
		return nil
	}
	content, _, err := f.Open("", maxPart)
	if err != nil {
		return nil
	}
	d := xml.NewDecoder(strings.NewReader(string(content)))
	d.Strict = false
	return d
}

// take counts a value against the limits, and cuts it.
func (r *reader) take(v string) string {
	r.cells--
	v = strings.ToValidUTF8(v[:min(len(v), max(r.text, 0))], "")
	r.text -= len(v)
	return v
}

func (r *reader) full() bool { return r.cells <= 0 || r.text <= 0 }

func attribute(t xml.StartElement, name string) string {
	for _, a := range t.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// workbook reads an xlsx file (ISO/IEC 29500-1, 18).
func (r *reader) workbook() ([]Sheet, bool) {
	shared := r.sharedStrings()
	targets := map[string]string{}
	r.each("xl/_rels/workbook.xml.rels", func(t xml.StartElement) {
		if t.Name.Local == "Relationship" {
			targets[attribute(t, "Id")] = strings.TrimPrefix(path.Join("/xl", strings.TrimPrefix(attribute(t, "Target"), "/xl/")), "/")
		}
	})
	var sheets []Sheet
	r.each("xl/workbook.xml", func(t xml.StartElement) {
		if t.Name.Local != "sheet" || len(sheets) >= 200 || r.full() {
			return
		}
		s := Sheet{Name: attribute(t, "name")}
		s.Rows = r.sheet(targets[attribute(t, "id")], shared)
		sheets = append(sheets, s)
	})
	return sheets, len(sheets) > 0
}

// each calls f for every start tag of a part.
func (r *reader) each(name string, f func(xml.StartElement)) {
	d := r.open(name)
	if d == nil {
		return
	}
	for {
		token, err := d.RawToken()
		if err != nil {
			return
		}
		if t, ok := token.(xml.StartElement); ok {
			f(t)
		}
	}
}

func (r *reader) sharedStrings() []string {
	d := r.open("xl/sharedStrings.xml")
	if d == nil {
		return nil
	}
	var list []string
	var text strings.Builder
	inText, phonetic := false, false
	for size := 0; size < 4*MaxText; {
		token, err := d.RawToken()
		if err != nil {
			return list
		}
		switch t := token.(type) {
		case xml.StartElement:
			inText = t.Name.Local == "t"
			phonetic = phonetic || t.Name.Local == "rPh"
		case xml.CharData:
			if inText && !phonetic {
				text.Write(t)
				size += len(t)
			}
		case xml.EndElement:
			inText = false
			switch t.Name.Local {
			case "rPh":
				phonetic = false
			case "si":
				list = append(list, text.String())
				text.Reset()
			}
		}
	}
	return list
}

// sheet reads one sheet's rows.
func (r *reader) sheet(name string, shared []string) [][]string {
	d := r.open(name)
	if d == nil {
		return nil
	}
	var rows [][]string
	var row []string
	var value strings.Builder
	kind, column, inValue := "", 0, false
	for !r.full() {
		token, err := d.RawToken()
		if err != nil {
			break
		}
		switch t := token.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "row":
				row = nil
				if n, err := strconv.Atoi(attribute(t, "r")); err == nil {
					for len(rows) < n-1 && n-1-len(rows) <= maxEmpty {
						rows = append(rows, nil)
					}
				}
			case "c":
				kind, column = attribute(t, "t"), columnOf(attribute(t, "r"), len(row))
				value.Reset()
			}
			inValue = t.Name.Local == "v" || t.Name.Local == "t"
		case xml.CharData:
			if inValue {
				value.Write(t)
			}
		case xml.EndElement:
			inValue = false
			switch t.Name.Local {
			case "c":
				row = place(row, column, r.take(cellText(kind, value.String(), shared)))
			case "row":
				rows = append(rows, row)
			}
		}
	}
	return rows
}

func cellText(kind, value string, shared []string) string {
	switch kind {
	case "s":
		if n, err := strconv.Atoi(value); err == nil && n >= 0 && n < len(shared) {
			return shared[n]
		}
		return ""
	case "b":
		return map[string]string{"1": "TRUE", "0": "FALSE"}[value]
	}
	return value
}

// columnOf returns the column of a reference like "AB12", or next.
func columnOf(reference string, next int) int {
	n := 0
	for _, c := range reference {
		if c < 'A' || c > 'Z' || n > 16_384 {
			break
		}
		n = n*26 + int(c-'A') + 1
	}
	if n == 0 {
		return next
	}
	return n - 1
}

// place puts a value at its column, unless it is far to the right of the last.
func place(row []string, column int, value string) []string {
	if column-len(row) > maxEmpty || column < 0 {
		column = len(row)
	}
	for len(row) <= column {
		row = append(row, "")
	}
	row[column] = value
	return row
}

// document reads an ods file (OpenDocument 1.3, 9).
func (r *reader) document() ([]Sheet, bool) {
	d := r.open("content.xml")
	var sheets []Sheet
	var row []string
	var text strings.Builder
	repeat, rowRepeat, paragraphs, inCell := 1, 1, 0, false
	for d != nil && !r.full() {
		token, err := d.RawToken()
		if err != nil {
			break
		}
		switch t := token.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "table":
				sheets = append(sheets, Sheet{Name: attribute(t, "name")})
			case "table-row":
				row, rowRepeat = nil, times(attribute(t, "number-rows-repeated"))
			case "table-cell", "covered-table-cell":
				text.Reset()
				repeat, paragraphs, inCell = times(attribute(t, "number-columns-repeated")), 0, true
			case "p":
				if paragraphs++; paragraphs > 1 {
					text.WriteByte(' ')
				}
			}
		case xml.CharData:
			if inCell && paragraphs > 0 {
				text.Write(t)
			}
		case xml.EndElement:
			switch t.Name.Local {
			case "table-cell", "covered-table-cell":
				inCell = false
				for range repeat {
					row = append(row, r.take(text.String()))
				}
			case "table-row":
				if s := len(sheets) - 1; s >= 0 {
					for range rowRepeat {
						sheets[s].Rows = append(sheets[s].Rows, trim(row))
					}
				}
			}
		}
	}
	for i := range sheets {
		sheets[i].Rows = trimRows(sheets[i].Rows)
	}
	return sheets, len(sheets) > 0
}

// times reads a repetition; long ones stand for the empty rest of a sheet.
func times(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > maxEmpty {
		return 1
	}
	return n
}

func trim(row []string) []string {
	for len(row) > 0 && row[len(row)-1] == "" {
		row = row[:len(row)-1]
	}
	return slices.Clone(row)
}

func trimRows(rows [][]string) [][]string {
	for len(rows) > 0 && len(rows[len(rows)-1]) == 0 {
		rows = rows[:len(rows)-1]
	}
	return rows
}
