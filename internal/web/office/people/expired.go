package people

import (
	"io"
	"net/http"
	"net/url"

	"madoguchi/internal/web"
	"madoguchi/internal/web/ui"
)

// ExpiredPage is the data of page/expired.tmpl.
type ExpiredPage struct {
	web.Frame
	Why    string
	Texts  []ui.Field // what was typed, to be copied
	SignIn string
}

// written are the fields of the office's forms in which people write at length.
var written = []string{"message", "note"}

// writtenMost is how much of a form is looked at, in bytes.
const writtenMost = 256 << 10

// Typed returns what a person wrote into a form, by field; nothing where the
// form cannot be read.
func Typed(r *http.Request) url.Values {
	form, err := r.MultipartReader()
	if err != nil {
		if r.ParseForm() != nil {
			return nil
		}
		return r.PostForm
	}
	values := url.Values{}
	for {
		part, err := form.NextPart()
		if err != nil {
			return values
		}
		text, err := io.ReadAll(io.LimitReader(part, writtenMost))
		if err == nil && part.FileName() == "" {
			values.Add(part.FormName(), string(text))
		}
	}
}

// Wrote reports whether there is a text that would be lost.
func Wrote(form url.Values) bool {
	for _, name := range written {
		if form.Get(name) != "" {
			return true
		}
	}
	return false
}

// Expired gives a member whose session ran out the text back that was sent;
// why is the key of what happened. It is not kept on the server.
func (p *People) Expired(w http.ResponseWriter, r *http.Request, why string, form url.Values) error {
	v, err := p.House.Of(p.site, w, r, true)
	if err != nil {
		return err
	}
	page := ExpiredPage{Frame: v.Frame("office.expired"), Why: v.Words.Text(why), SignIn: v.Base + "/login"}
	for _, name := range written {
		if text := form.Get(name); text != "" {
			page.Texts = append(page.Texts, ui.Field{ID: name, Name: name, Label: v.Words.Text("office.expired_text"), Value: text, Rows: 8, Plain: true})
		}
	}
	return v.Show(http.StatusForbidden, "expired", page)
}
