package portal_test

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"testing"
	"time"
)

func TestServe(t *testing.T) {
	if os.Getenv("PORTAL_SERVE") == "" {
		return
	}
	w := newWorld(t)
	go func() {
		for {
			time.Sleep(time.Second)
			w.pass(time.Second)
		}
	}()
	l, err := net.Listen("tcp", "127.0.0.1:18080")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = http.Serve(l, w.server.Config.Handler) }()
	http.HandleFunc("/mail", func(rw http.ResponseWriter, r *http.Request) {
		for _, m := range w.mails() {
			fmt.Fprintln(rw, m.Template, m.To, m.Args)
		}
	})
	t.Fatal(http.ListenAndServe("127.0.0.1:18081", nil))
}
