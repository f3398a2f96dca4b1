// Package disarm makes a harmless copy of a file (無害化): pictures of its pages
// in a PDF that holds nothing else.
//
// The file is opened only inside a sandbox without network, rights and files
// (bubblewrap); what comes out are pixels, which are checked and bounded here.
// Without a working sandbox nothing is converted. What runs when it is opened
// is refused, not converted. Messages of the converters are never shown.
package disarm

import (
	"context"
	"errors"
	"slices"
	"time"

	"madoguchi/internal/disarm/cells"
	"madoguchi/internal/fault"
	"madoguchi/internal/inspect"
)

// A State is how far a file has come.
type State string

// The states.
const (
	Waiting  State = "waiting"  // not looked at yet
	Clean    State = "clean"    // holds no active content; nothing was converted
	Disarmed State = "disarmed" // the copy is there
	Refused  State = "refused"  // never converted; the reasons say why
	Failed   State = "failed"   // may be tried again
)

// The limits of one conversion.
const (
	MaxInput  = 64 << 20         // bytes of the file
	MaxPages  = 50               // pages
	MaxPixels = 2400             // width and height of a page
	MaxBytes  = 400 << 20        // bytes of pixels, all pages together
	Timeout   = 90 * time.Second // for the whole file
)

// A Result is what came of a file.
type Result struct {
	State   State
	Report  inspect.Report
	Pages   int
	Reasons []inspect.Reason // why it was refused or failed, then what was found
	PDF     []byte           // the copy, if the state is Disarmed
	Values  string           // the values of a spreadsheet as text; "" for other files
}

// refusedKinds run as soon as the file is opened; a copy of them shows nothing.
var refusedKinds = []inspect.Kind{inspect.VBA, inspect.XLM, inspect.Basic, inspect.Executable, inspect.Script, inspect.Shortcut,
	inspect.DiskImage, inspect.SYLK}

// Assess looks at a file without converting it: refused, clean, or waiting for
// its conversion.
func Assess(name string, data []byte) Result {
	r := Result{State: Clean, Report: inspect.Look(name, data, nil)}
	refuse := func(key string, args fault.Args) {
		r.State = Refused
		r.Reasons = append(r.Reasons, inspect.Reason{Key: key, Args: args})
	}
	switch {
	case len(data) > MaxInput:
		refuse("disarm.too_large", fault.Args{"mb": MaxInput >> 20})
	case len(data) == 0:
		refuse("disarm.empty", nil)
	case r.Report.Encrypted:
		refuse("disarm.encrypted", nil)
	case slices.ContainsFunc(r.Report.Active, func(k inspect.Kind) bool { return slices.Contains(refusedKinds, k) }):
		refuse("disarm.runs", nil)
	case r.Report.Huge:
		refuse("disarm.bomb", nil)
	case routes[r.Report.Type].way == noWay:
		refuse("disarm.no_way", fault.Args{"type": r.Report.Type})
	case len(r.Report.Active) > 0 || r.Report.Opaque:
		r.State = Waiting
	}
	r.Reasons = append(r.Reasons, r.Report.Reasons...)
	return r
}

// A way is how a type of file becomes pixels.
type way int

const (
	noWay way = iota
	byPicture
	byPoppler
	byOffice
	byText // UTF-8 text, opened with a filter
)

type route struct {
	way    way
	suffix string // for the office's file
	filter string // the office's import filter; "" lets it choose
}

// routes lists every type that can be converted.
var routes = map[string]route{
	"png": {way: byPicture}, "jpg": {way: byPicture}, "gif": {way: byPicture},
	"pdf": {way: byPoppler},
	"bmp": {byOffice, "bmp", ""}, "tif": {byOffice, "tif", ""}, "webp": {byOffice, "webp", ""},
	"doc": {byOffice, "doc", ""}, "docx": {byOffice, "docx", ""}, "dotx": {byOffice, "dotx", ""}, "rtf": {byOffice, "rtf", ""}, "odt": {byOffice, "odt", ""},
	"xls": {byOffice, "xls", ""}, "xlsx": {byOffice, "xlsx", ""}, "xltx": {byOffice, "xltx", ""}, "xlsb": {byOffice, "xlsb", ""}, "ods": {byOffice, "ods", ""},
	"ppt": {byOffice, "ppt", ""}, "pptx": {byOffice, "pptx", ""}, "ppsx": {byOffice, "ppsx", ""}, "potx": {byOffice, "potx", ""}, "odp": {byOffice, "odp", ""}, "odg": {byOffice, "odg", ""},
	"docm": {byOffice, "docm", ""}, "xlsm": {byOffice, "xlsm", ""}, "pptm": {byOffice, "pptm", ""},
	"txt": {byText, "txt", "Text (encoded):UTF8"}, "csv": {byText, "csv", "CSV:44,34,76,1,,0,false,false"},
}

// Convert makes the copy of a file. It never fails otherwise than by its state.
func (c *Converter) Convert(ctx context.Context, name string, data []byte) Result {
	r := Assess(name, data)
	if r.State == Refused {
		return r
	}
	ctx, cancel := context.WithTimeout(ctx, Timeout)
	defer cancel()
	pdf, pages, err := c.copy(ctx, routes[r.Report.Type], data)
	if err == nil {
		r.State, r.PDF, r.Pages = Disarmed, pdf, pages
		if sheets, ok := cells.Read(data); ok {
			r.Values = cells.TSV(sheets)
		}
		return r
	}
	r.State = Failed
	reason := inspect.Reason{Key: "disarm.failed"}
	if f, ok := errors.AsType[*fault.Error](err); ok {
		reason = inspect.Reason{Key: f.Key(), Args: f.Args()}
		if f.Kind() != fault.Unavailable {
			r.State = Refused
		}
	} else if ctx.Err() != nil {
		reason.Key = "disarm.timeout"
	}
	r.Reasons = append([]inspect.Reason{reason}, r.Reasons...)
	return r
}
