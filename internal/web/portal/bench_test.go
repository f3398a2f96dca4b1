package portal_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// BenchmarkListPage is the list as it is served from memory, without the
// network: what the house itself costs per request.
func BenchmarkListPage(b *testing.B) {
	h := newWorld(b).server.Config.Handler
	r := httptest.NewRequest(http.MethodGet, "/pref-ibaraki/procedures", nil)
	r.Header.Set("Accept-Encoding", "gzip")
	b.ReportAllocs()
	for b.Loop() {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			b.Fatal(w.Code)
		}
	}
}
