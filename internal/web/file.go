package web

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// File is a file that is sent to a browser.
type File struct {
	Name       string // as a person named it
	Type       string // media type, by content
	SHA256     string // hex; becomes the entity tag
	ModifiedAt time.Time
	Content    io.ReadSeeker
	Private    bool // someone's data: no cache keeps it
}

// SendFile sends f to be saved, never to be shown inside our pages: whatever
// it holds, it runs nothing with our address. Ranges are served.
func SendFile(w http.ResponseWriter, r *http.Request, f File) {
	h := w.Header()
	h.Set("Content-Type", f.Type)
	h.Set("Content-Disposition", Disposition(f.Name))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-cache")
	if f.Private {
		h.Set("Cache-Control", "no-store")
	}
	if f.SHA256 != "" {
		h.Set("Etag", `"`+f.SHA256[:min(20, len(f.SHA256))]+`"`)
	}
	http.ServeContent(w, r, "", f.ModifiedAt, f.Content)
}

// Disposition is the header that saves a file under its name: an ASCII form
// for old programs and the whole name by RFC 8187.
func Disposition(name string) string {
	plain := strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || strings.ContainsRune(`"\/%;`, r) {
			return '_'
		}
		return r
	}, name)
	return `attachment; filename="` + plain + `"; filename*=UTF-8''` + strings.ReplaceAll(url.QueryEscape(name), "+", "%20")
}
