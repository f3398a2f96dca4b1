// Package asset serves the style sheet, the script and other fixed files of
// the pages (静的ファイル).
//
// A file's address holds a hash of its content, so a browser may keep it for
// ever; its compressed forms are made once, at the start. What a page shows
// is not here.
package asset

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/evanw/esbuild/pkg/api"
)

// Prefix is where the files stand in the address space.
const Prefix = "/assets/"

// A Set holds files by name. It is filled once and then only read.
type Set struct {
	urls  map[string]string // name → address
	files map[string]*Packed
}

// New returns the set of the files, whose names tell their type.
// CSS and JavaScript are minified; a file that cannot be is an error.
func New(files map[string][]byte) (*Set, error) {
	s := &Set{urls: map[string]string{}, files: map[string]*Packed{}}
	for name, data := range files {
		small, err := minify(name, data)
		if err != nil {
			return nil, err
		}
		ext := path.Ext(name)
		p := Pack(mime.TypeByExtension(ext), small)
		url := Prefix + strings.TrimSuffix(name, ext) + "." + p.hash[:12] + ext
		s.urls[name], s.files[url] = url, p
	}
	return s, nil
}

// URL returns the address of the named file. A name that is not in the set
// is a bug in a template and shows as an error there.
func (s *Set) URL(name string) (string, error) {
	url, ok := s.urls[name]
	if !ok {
		return "", fmt.Errorf("no asset %q", name)
	}
	return url, nil
}

// Packed returns the named file, or nil.
func (s *Set) Packed(name string) *Packed { return s.files[s.urls[name]] }

// ServeHTTP answers with the file, to be kept for a year, or with 404.
func (s *Set) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p, ok := s.files[r.URL.Path]
	if !ok || (r.Method != http.MethodGet && r.Method != http.MethodHead) {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	w.Header().Set("Cross-Origin-Resource-Policy", "same-origin")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	p.ServeHTTP(w, r)
}

// Packed is a response body with its compressed forms and its entity tag.
type Packed struct {
	kind   string
	hash   string
	plain  []byte
	gzip   []byte
	brotli []byte
	length [3]string // of plain, gzip, brotli
	etag   [3]string
}

// Pack compresses data, which has the content type kind, as small as it goes.
func Pack(kind string, data []byte) *Packed {
	return pack(kind, data, gzip.BestCompression, brotli.BestCompression)
}

// PackFast is Pack in about a millisecond for a page.
func PackFast(kind string, data []byte) *Packed { return pack(kind, data, 6, 5) }

func pack(kind string, data []byte, gzipLevel, brotliLevel int) *Packed {
	sum := sha256.Sum256(data)
	p := &Packed{kind: kind, hash: hex.EncodeToString(sum[:]), plain: data}
	var z bytes.Buffer
	g, _ := gzip.NewWriterLevel(&z, gzipLevel) // the levels are valid
	_, _ = g.Write(data)                       // a buffer takes everything
	_ = g.Close()
	p.gzip = bytes.Clone(z.Bytes())
	z.Reset()
	b := brotli.NewWriterLevel(&z, brotliLevel)
	_, _ = b.Write(data)
	_ = b.Close()
	p.brotli = bytes.Clone(z.Bytes())
	for i, form := range [][]byte{p.plain, p.gzip, p.brotli} {
		p.length[i] = strconv.Itoa(len(form))
		p.etag[i] = `"` + p.hash[:20] + [...]string{"", "g", "b"}[i] + `"`
	}
	return p
}

// Size returns the length in bytes of the body as it is, and by gzip.
func (p *Packed) Size() (plain, gzipped int) { return len(p.plain), len(p.gzip) }

// Bytes returns the body as it is; the caller must not change it.
func (p *Packed) Bytes() []byte { return p.plain }

// ServeHTTP answers 200 with the smallest form that the client takes, or 304.
// The caller sets Cache-Control.
func (p *Packed) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	form, body := 0, p.plain
	accepts := r.Header.Get("Accept-Encoding")
	switch {
	case takes(accepts, "br"):
		form, body = 2, p.brotli
		h["Content-Encoding"] = headBrotli
	case takes(accepts, "gzip"):
		form, body = 1, p.gzip
		h["Content-Encoding"] = headGzip
	}
	h["Vary"] = headVary
	h["Etag"] = []string{p.etag[form]}
	if m := r.Header.Get("If-None-Match"); m != "" && strings.Contains(m, p.hash[:20]) {
		h.Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h["Content-Type"] = []string{p.kind}
	h["Content-Length"] = []string{p.length[form]}
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // a client that left needs no answer
	}
}

// Header values that do not change, so that a request allocates less.
var (
	headBrotli = []string{"br"}
	headGzip   = []string{"gzip"}
	headVary   = []string{"Accept-Encoding"}
)

// takes tells whether an Accept-Encoding header names the coding without
// refusing it by q=0.
func takes(accepts, coding string) bool {
	for part := range strings.SplitSeq(accepts, ",") {
		name, q, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.TrimSpace(name) == coding {
			q = strings.ReplaceAll(q, " ", "")
			return q != "q=0" && q != "q=0.0" && q != "q=0.00" && q != "q=0.000"
		}
	}
	return false
}

func minify(name string, data []byte) ([]byte, error) {
	var loader api.Loader
	switch path.Ext(name) {
	case ".css":
		loader = api.LoaderCSS
	case ".js":
		loader = api.LoaderJS
	default:
		return data, nil
	}
	out := api.Transform(string(data), api.TransformOptions{
		Loader: loader, MinifyWhitespace: true, MinifySyntax: true, MinifyIdentifiers: true,
		Charset: api.CharsetUTF8, Target: api.ES2020, Sourcefile: name,
	})
	if len(out.Errors) > 0 {
		e := out.Errors[0]
		line := 0
		if e.Location != nil {
			line = e.Location.Line
		}
		return nil, fmt.Errorf("asset %s:%d: %s", name, line, e.Text)
	}
	return out.Code, nil
}
