// Package editing is the part of the office where editors (編集担当) keep what
// the portal shows: procedures, notices, the emergency banner, contacts,
// standing pages and paper forms.
//
// Each page is a list of controls that one template shows; each POST is one
// act of publishing, then a redirect. The office mounts it behind its sign-in.
package editing

import (
	"embed"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"madoguchi/internal/catalogue"
	"madoguchi/internal/fault"
	"madoguchi/internal/form/field"
	"madoguchi/internal/publishing"
	"madoguchi/internal/staff"
	"madoguchi/internal/tenant"
	"madoguchi/internal/web"
	"madoguchi/internal/web/asset"
	"madoguchi/internal/web/ui"
	"madoguchi/internal/words"
)

//go:embed page/*.tmpl
var pages embed.FS

// Editing serves the editors' pages. Its fields are set before Handler is
// called and not changed afterwards.
type Editing struct {
	Editors   *publishing.Editors
	Catalogue *catalogue.Catalogue
	Assets    *asset.Set
	Clock     func() time.Time // business time
	Log       *slog.Logger
	Address   string // public address of the portals without a slash at the end

	// Who is the member that is signed in; the office has checked that there is one.
	Who func(*http.Request) (staff.Who, error)
	// Frame is the office's frame with the title.
	Frame func(r *http.Request, title string) web.Frame

	site *web.Site
}

// maxPaperBody is the body of a request with a paper form's file.
const maxPaperBody = publishing.MaxPaperBytes + 1<<20

// maxDefinitionBody is the body of a request with a form's definition.
const maxDefinitionBody = 4 << 20

// Handler returns the routes. The list is the map of the package.
func (e *Editing) Handler() (http.Handler, error) {
	var err error
	e.site, err = web.NewSite(web.Config{
		Log: e.Log, Pages: pages, Assets: e.Assets, Clock: e.Clock,
		Frame: func(r *http.Request) web.Frame { return e.Frame(r, "") },
	})
	if err != nil {
		return nil, err
	}
	return e.site.Routes(e.Routes()), nil
}

// Site returns the pages, for tests.
func (e *Editing) Site() *web.Site { return e.site }

// Routes lists every address below the office's.
func (e *Editing) Routes() []web.Route {
	return []web.Route{
		{Pattern: "GET /news", Handler: e.as((*edit).notices)},
		{Pattern: "GET /news/new", Handler: e.as((*edit).newNotice)},
		{Pattern: "POST /news/new", Handler: e.as((*edit).addNotice)},
		{Pattern: "GET /news/{id}", Handler: e.as((*edit).notice)},
		{Pattern: "POST /news/{id}", Handler: e.as((*edit).saveNotice)},
		{Pattern: "POST /news/{id}/addition", Handler: e.as((*edit).addToNotice)},
		{Pattern: "POST /news/{id}/delete", Handler: e.as((*edit).deleteNotice)},
		{Pattern: "GET /banner", Handler: e.as((*edit).banner)},
		{Pattern: "POST /banner", Handler: e.as((*edit).saveBanner)},
		{Pattern: "GET /portal", Handler: e.as((*edit).portal)},
		{Pattern: "POST /portal", Handler: e.as((*edit).savePortal)},
		{Pattern: "GET /pages", Handler: e.as((*edit).pages)},
		{Pattern: "GET /pages/{name}", Handler: e.as((*edit).page)},
		{Pattern: "POST /pages/{name}", Handler: e.as((*edit).savePage)},
		{Pattern: "GET /papers", Handler: e.as((*edit).papers)},
		{Pattern: "GET /papers/new", Handler: e.as((*edit).newPaper)},
		{Pattern: "POST /papers/new", Handler: e.as((*edit).addPaper), MaxBody: maxPaperBody},
		{Pattern: "GET /papers/{id}", Handler: e.as((*edit).paper)},
		{Pattern: "POST /papers/{id}", Handler: e.as((*edit).savePaper), MaxBody: maxPaperBody},
		{Pattern: "POST /papers/{id}/delete", Handler: e.as((*edit).deletePaper)},
		{Pattern: "GET /procedures", Handler: e.as((*edit).procedures)},
		{Pattern: "GET /procedures/new", Handler: e.as((*edit).newProcedure)},
		{Pattern: "POST /procedures/new", Handler: e.as((*edit).addProcedure)},
		{Pattern: "GET /procedures/{p}", Handler: e.as((*edit).procedure)},
		{Pattern: "GET /procedures/{p}/{part}", Handler: e.as((*edit).part)},
		{Pattern: "POST /procedures/{p}/{part}", Handler: e.as((*edit).savePart)},
		{Pattern: "POST /procedures/{p}/publish", Handler: e.as((*edit).publish)},
		{Pattern: "GET /procedures/{p}/form", Handler: e.as((*edit).form)},
		{Pattern: "POST /procedures/{p}/form", Handler: e.as((*edit).addForm), MaxBody: maxDefinitionBody},
		{Pattern: "GET /procedures/{p}/form/{v}", Handler: e.as((*edit).previewForm)},
		{Pattern: "GET /procedures/{p}/form/{v}/definition", Handler: e.as((*edit).definition)},
	}
}

// edit is one request of an editor.
type edit struct {
	*Editing
	w     http.ResponseWriter
	r     *http.Request
	who   staff.Who
	body  tenant.Tenant
	words *words.Words
	times web.Times
	base  string // what the office's addresses begin with
}

func (e *Editing) as(f func(*edit) error) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		who, err := e.Who(r)
		if err != nil {
			return err
		}
		body, ok := e.Catalogue.ByID(who.Tenant)
		if !ok {
			return fault.New(fault.NotFound, "publishing.not_found")
		}
		place := web.PlaceOf(r)
		v := &edit{Editing: e, w: w, r: r, who: who, body: body, words: words.Of(place.Lang), base: place.Base}
		v.times = web.Times{Words: v.words}
		return f(v)
	}
}

func (v *edit) frame(key string, args ...any) web.Frame {
	return v.Frame(v.r, v.words.Text(key, args...))
}

func (v *edit) show(status int, name string, data any) error {
	return v.site.Show(v.w, v.r, status, name, data)
}

// saved publishes what was changed at once and leads to the page, which says
// that it was saved. A catalogue that cannot be read now follows by its poll.
func (v *edit) saved(path string) error {
	if err := v.Catalogue.Refresh(v.r.Context()); err != nil {
		v.Log.ErrorContext(v.r.Context(), "catalogue is not refreshed after a change", "err", err)
	}
	http.Redirect(v.w, v.r, v.base+path+"?saved=1", http.StatusSeeOther)
	return nil
}

// done is the notice after a redirect from saved, or nil.
func (v *edit) done() *ui.Notice {
	if v.r.URL.Query().Get("saved") == "" {
		return nil
	}
	return &ui.Notice{Tone: "good", Title: v.words.Text("editing.saved")}
}

// posted reads the body. A form that cannot be read is a fault.
func (v *edit) posted() (url.Values, error) {
	err := v.r.ParseForm()
	if tooLong, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, tooLong
	}
	if err != nil {
		return nil, fault.New(fault.Invalid, "editing.unreadable").Because(err)
	}
	return v.r.PostForm, nil
}

// version is the version that the page was made from, 0 for none.
func version(f url.Values) int {
	n, err := strconv.Atoi(f.Get("version"))
	if err != nil {
		return 0
	}
	return n
}

// fieldWords gives the kinds of field their words.
func (v *edit) fieldWords() field.Words { return v.words.Text }
