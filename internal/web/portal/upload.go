package portal

import (
	"errors"
	"io"
	"mime/multipart"
	"net/url"
	"unicode/utf8"

	"madoguchi/internal/fault"
	"madoguchi/internal/form"
	"madoguchi/internal/form/field"
	"madoguchi/internal/intake"
)

// maxUpload is the largest body of a page with a file control: one file at a
// time, and the page's other answers.
const maxUpload = 101 << 20

// maxText is how much of a multipart body may be text.
const maxText = 1 << 20

// read takes what was posted for a page. Files are stored as they come in;
// what was wrong with them is returned besides the typed values.
func (v *visit) read(w *intake.Work, page *form.Page) (url.Values, form.Problems, error) {
	parts, err := v.r.MultipartReader()
	if err != nil {
		in, err := v.form()
		return in, nil, errors.Join(err, decoded(in))
	}
	in := url.Values{}
	var found form.Problems
	left := int64(maxText)
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return in, found, decoded(in)
		}
		if err != nil {
			return nil, nil, unreadable(err)
		}
		if part.FileName() != "" {
			problem, err := v.store(page, part)
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
		if _, isFile := fileField(page, part.FormName()); isFile {
			continue // a file control that was left empty
		}
		in.Add(part.FormName(), string(text))
	}
}

// unreadable keeps faults and size limits, and makes a fault of the rest.
func unreadable(err error) error {
	if fault.KindOf(err) != "" || tooLarge(err) {
		return err
	}
	return badForm(err)
}

// decoded refuses text that is not UTF-8: databases and mails would choke on it.
func decoded(in url.Values) error {
	for name, values := range in {
		for _, s := range append(values, name) {
			if !utf8.ValidString(s) {
				return fault.New(fault.Invalid, "fault.bad_text")
			}
		}
	}
	return nil
}

func fileField(page *form.Page, name string) (field.Field, bool) {
	for _, f := range page.Fields {
		if _, isFile := field.Limits(f); isFile && string(f.ID) == name {
			return f, true
		}
	}
	return field.Field{}, false
}

func (v *visit) store(page *form.Page, part *multipart.Part) (*field.Problem, error) {
	f, ok := fileField(page, part.FormName())
	if !ok {
		return nil, fault.New(fault.Invalid, "fault.bad_form")
	}
	_, problem, err := v.Counter.AddFile(v.r.Context(), v.visitor(), v.draftID(), f.ID, part.FileName(), part)
	return problem, err
}
