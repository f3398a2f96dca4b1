package browsertest

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"strings"
	"sync"
	"testing"
)

// proxy stands between a window and the service: it keeps every page as it
// was sent, and can hold scripts back.
type proxy struct {
	addr     string
	noScript bool

	mu    sync.Mutex        // guards pages
	pages map[string][]byte // markup by the address and status it came with
}

func startProxy(t testing.TB, noScript bool) *proxy {
	t.Helper()
	p := &proxy{noScript: noScript, pages: map[string][]byte{}}
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p.addr = l.Addr().String()
	forward := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host = "http", r.In.Host
			r.Out.Header.Del("Accept-Encoding") // so that pages come as they were written
		},
		ModifyResponse: p.keep,
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) {
			w.WriteHeader(http.StatusBadGateway)
		},
	}
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if p.noScript && strings.HasSuffix(r.URL.Path, ".js") {
			http.Error(w, "scripts are off", http.StatusForbidden)
			return
		}
		forward.ServeHTTP(w, r)
	})}
	var serving sync.WaitGroup
	serving.Go(func() {
		_ = srv.Serve(l) // it ends with Close
	})
	t.Cleanup(func() {
		srv.Close()
		serving.Wait()
	})
	return p
}

// keep remembers a page's markup.
func (p *proxy) keep(r *http.Response) error {
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "text/html") || r.Request.Method == http.MethodHead {
		return nil
	}
	body, err := io.ReadAll(r.Body)
	r.Body.Close()
	if err != nil {
		return err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	if len(body) > 0 && !bytes.HasPrefix(body, []byte("<a href=")) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.pages[r.Request.Method+" "+r.Request.URL.Path+" "+r.Status] = body
	}
	return nil
}
