package asset

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
)

func TestFilesAreServedByContentAddressForEver(t *testing.T) {
	s, err := New(map[string][]byte{"a.css": []byte("p { color: #ff0000; }\n")})
	if err != nil {
		t.Fatal(err)
	}
	url, err := s.URL("a.css")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		accept, coding string
		read           func(io.Reader) (io.Reader, error)
	}{
		{"", "", func(r io.Reader) (io.Reader, error) { return r, nil }},
		{"gzip, deflate", "gzip", func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) }},
		{"gzip, br", "br", func(r io.Reader) (io.Reader, error) { return brotli.NewReader(r), nil }},
		{"br;q=0, gzip", "gzip", func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) }},
	} {
		r := httptest.NewRequest("GET", url, nil)
		r.Header.Set("Accept-Encoding", c.accept)
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if got := w.Header().Get("Content-Encoding"); got != c.coding {
			t.Errorf("%q: coding %q, want %q", c.accept, got, c.coding)
		}
		if !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
			t.Errorf("Cache-Control %q", w.Header().Get("Cache-Control"))
		}
		body, err := c.read(w.Body)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(body)
		if err != nil {
			t.Fatal(err)
		}
		if string(bytes.TrimSpace(got)) != "p{color:red}" {
			t.Errorf("%q: body %q", c.accept, got)
		}
	}
}

func TestUnchangedFilesAnswer304(t *testing.T) {
	p := Pack("text/plain", []byte("x"))
	w := httptest.NewRecorder()
	p.ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	r := httptest.NewRequest("GET", "/", nil)
	r.Header.Set("If-None-Match", w.Header().Get("Etag"))
	w = httptest.NewRecorder()
	p.ServeHTTP(w, r)
	if w.Code != 304 || w.Body.Len() != 0 {
		t.Errorf("status %d with %d bytes, want an empty 304", w.Code, w.Body.Len())
	}
}

func TestUnknownFilesAndBadSourcesAreErrors(t *testing.T) {
	s, err := New(nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.URL("none.css"); err == nil {
		t.Error("an unknown name has an address")
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest("GET", Prefix+"none.css", nil))
	if w.Code != 404 {
		t.Errorf("status %d, want 404", w.Code)
	}
	if _, err := New(map[string][]byte{"a.js": []byte("let = = 1")}); err == nil {
		t.Error("broken script was accepted")
	}
}
