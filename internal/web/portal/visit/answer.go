package visit

import (
	"errors"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"unicode/utf8"

	"madoguchi/internal/fault"
	"madoguchi/internal/form/field"
	"madoguchi/internal/intake"
	"madoguchi/internal/jptext"
	"madoguchi/internal/procedure"
	"madoguchi/internal/receipt"
	"madoguchi/internal/web"
	"madoguchi/internal/web/ui"
)

// See answers a post: the browser gets the address that it shall show.
func (v *Visit) See(path string) error {
	http.Redirect(v.W, v.R, v.Place.Base+path, http.StatusSeeOther)
	return nil
}

// Show shows a page that is of this request only.
func (v *Visit) Show(status int, name string, data any) error {
	return v.Pages.Show(v.W, v.R, status, name, data)
}

// Public shows a page that is the same for everyone within one minute of
// business time. address is the canonical form of what was asked for.
func (v *Visit) Public(address, name string, build func() (any, error)) error {
	key := v.Body.Slug + " " + v.Now.In(web.Tokyo).Format("200601021504") + " " +
		itoa(v.Snap.Version) + "." + itoa(int64(v.Body.Version)) + " " + v.Place.Base + address
	return v.Pages.ShowPublic(v.W, v.R, key, name, build)
}

// Form returns what was posted. A body that cannot be read is a fault.
func (v *Visit) Form() (url.Values, error) {
	err := v.R.ParseForm()
	if TooLarge(err) {
		return nil, err
	}
	if err != nil {
		return nil, BadForm(err)
	}
	return v.R.PostForm, Decoded(v.R.PostForm)
}

// TooLarge reports whether a body was longer than allowed.
func TooLarge(err error) bool {
	_, ok := errors.AsType[*http.MaxBytesError](err)
	return ok
}

// Places finds the places of a postal code.
func (p *House) Places() field.PostalLookup {
	if p.Postal != nil {
		return p.Postal
	}
	return func(string) []field.Place { return nil }
}

// Visitor is who asks, without giving the browser a key.
func (v *Visit) Visitor() intake.Visitor {
	return intake.Visitor{
		Tenant: v.Body.ID, Browser: v.Cookies.Browser(v.R), Network: v.Place.Network(), Addr: v.Place.Addr.String(), Lang: v.Place.Lang,
	}
}

// Known is who asks, with a browser that has a key from now on.
func (v *Visit) Known() intake.Visitor {
	who := v.Visitor()
	if who.Browser != "" {
		return who
	}
	who.Browser = v.Cookies.GiveBrowser(v.W, v.R)
	// What this same answer seals is bound to the key that it gives.
	for _, k := range (&http.Response{Header: v.W.Header()}).Cookies() {
		v.R.AddCookie(k)
	}
	return who
}

// Returned is what the section asked to correct.
type Returned struct {
	Message string
	Fields  []string // labels
	Due     string   // "" for none
}

// Returned is what was asked, in words; nil for none.
func (v *Visit) Returned(w *intake.Work) *Returned {
	if w.Returned == nil {
		return nil
	}
	r := &Returned{Message: w.Returned.Message, Due: v.Times.Until(w.Returned.DueAt)}
	if w.Returned.DueAt.IsZero() {
		r.Due = ""
	}
	for _, id := range w.Returned.Fields {
		if f, _, ok := w.Form.Field(field.ID(id)); ok {
			r.Fields = append(r.Fields, f.Label)
		}
	}
	return r
}

// Section is one page of the form in words.
type Section struct {
	Title string
	ui.Facts
}

// Limit keeps what is shown again short.
func Limit(s string, n int) string {
	if len(s) > n {
		return ""
	}
	return s
}

// Decoded refuses text that is not UTF-8: databases and mails would choke on it.
func Decoded(in url.Values) error {
	for name, values := range in {
		for _, s := range append(values, name) {
			if !utf8.ValidString(s) {
				return fault.New(fault.Invalid, "fault.bad_text")
			}
		}
	}
	return nil
}

// Groups writes a receipt number in groups of four.
func Groups(number string) string { return jptext.FormatReceiptNo(number) }

// GroupsOf writes a lookup code in groups of four.
func GroupsOf(code string) string { return receipt.FormatCode(code) }

// ErrNoPage is an address without a page.
var ErrNoPage = fault.New(fault.NotFound, "fault.not_found_text")

// BadForm is a posted form that cannot be read.
func BadForm(err error) error { return fault.New(fault.Invalid, "fault.bad_form").Because(err) }

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// FileKind is what a list of files shows of a name: PDF.
func FileKind(name string) string {
	return strings.ToUpper(strings.TrimPrefix(path.Ext(name), "."))
}

// Steps are the four steps of an application; a questionnaire has no mail
// step, and a booking ends in another word.
func Steps(now int, x procedure.Procedure) ui.Steps {
	last := "step.apply"
	if x.Detail.Booking {
		last = "step.reserve"
	}
	if x.Detail.NoMail {
		if now > 1 {
			now--
		}
		return ui.Steps{No: now, Keys: []string{"step.choose", "step.fill", last}}
	}
	return ui.Steps{No: now, Keys: []string{"step.choose", "step.mail", "step.fill", last}}
}

// Procedure returns the procedure of the address.
func (v *Visit) Procedure() (procedure.Procedure, error) {
	x, ok := v.Snap.Procedure(procedure.ID(v.R.PathValue("p")))
	if !ok {
		return x, fault.New(fault.NotFound, "portal.no_procedure")
	}
	return x, nil
}
