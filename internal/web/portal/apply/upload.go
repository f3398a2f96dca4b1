package apply

import (
	"errors"
	"io"
	"mime/multipart"
	"net/url"

	"madoguchi/internal/fault"
	"madoguchi/internal/form"
	"madoguchi/internal/form/field"
	"madoguchi/internal/web/portal/visit"
)

// maxUpload is the largest body of a page with a file control: one file at a
// time, and the page's other answers.
const maxUpload = 101 << 20

// maxText is how much of a multipart body may be text.
const maxText = 1 << 20

// read takes what was posted for a page. Files are stored as they come in;
// what was wrong with them is returned besides the typed values.
func (v page) read(at *form.Page) (url.Values, form.Problems, error) {
	parts, err := v.R.MultipartReader()
	if err != nil {
		in, err := v.Form()
		return in, nil, err
	}
	in := url.Values{}
	var found form.Problems
	left := int64(maxText)
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return in, found, visit.Decoded(in)
		}
		if err != nil {
			return nil, nil, unreadable(err)
		}
		if part.FileName() != "" {
			problem, err := v.store(at, part)
			if err != nil {
				return nil, nil, unreadable(err)
			}
			if problem != nil {
				found = append(found, *problem)
			}
			continue
		}
		text, err := io.ReadAll(io.LimitReader(part, left+1))
		if err != nil {
			return nil, nil, unreadable(err)
		}
		if left -= int64(len(text)); left < 0 {
			return nil, nil, fault.New(fault.TooLarge, "fault.too_large_text")
		}
		if _, isFile := fileField(at, part.FormName()); isFile {
			continue // a file control that was left empty
		}
		in.Add(part.FormName(), string(text))
	}
}

// unreadable keeps faults and size limits, and makes a fault of the rest.
func unreadable(err error) error {
	if fault.KindOf(err) != "" || visit.TooLarge(err) {
		return err
	}
	return visit.BadForm(err)
}

func fileField(page *form.Page, name string) (field.Field, bool) {
	for _, f := range page.Fields {
		if _, isFile := field.Limits(f); isFile && string(f.ID) == name {
			return f, true
		}
	}
	return field.Field{}, false
}

func (v page) store(page *form.Page, part *multipart.Part) (*field.Problem, error) {
	f, ok := fileField(page, part.FormName())
	if !ok {
		return nil, fault.New(fault.Invalid, "fault.bad_form")
	}
	_, problem, err := v.Counter.AddFile(v.R.Context(), v.Visitor(), v.draftID(), f.ID, part.FileName(), part)
	return problem, err
}
