// Package forms holds the forms (様式) of the demo's twenty procedures, one
// file each: the place of the procedure in the list and its ID, NN-id.json.
// The format is described in docs/form-format.md.
package forms

import "embed"

// FS holds the files.
//
//go:embed *.json
var FS embed.FS
