package postgres_test

import (
	"bytes"
	"io"
	"net"
	"net/url"
	"sync"
	"testing"
)

// proxy stands between the store and the server, and can be cut.
type proxy struct {
	listener net.Listener
	server   string

	mu    sync.Mutex // guards all below
	conns map[net.Conn]bool
	down  bool
	// onCommit, when set, is asked what to do with a COMMIT on its way to the
	// server: pass it on and lose the answer, or lose both.
	onCommit func() (pass bool)
}

// newProxy returns a proxy to the server of address, and its own address.
func newProxy(t *testing.T, address string) (*proxy, string) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{listener: l, server: u.Host, conns: map[net.Conn]bool{}}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() { p.serve(c) })
		}
	})
	t.Cleanup(func() {
		l.Close()
		p.setDown(true)
		wg.Wait()
	})
	u.Host = l.Addr().String()
	return p, u.String()
}

// setDown cuts every connection, and refuses new ones, or takes them again.
func (p *proxy) setDown(down bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.down = down
	if down {
		p.cut()
	}
}

func (p *proxy) cut() {
	for c := range p.conns {
		c.Close()
	}
	clear(p.conns)
}

func (p *proxy) add(c net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.down {
		c.Close()
		return false
	}
	p.conns[c] = true
	return true
}

func (p *proxy) serve(client net.Conn) {
	server, err := net.Dial("tcp", p.server)
	if err != nil {
		client.Close()
		return
	}
	if !p.add(client) || !p.add(server) {
		client.Close()
		server.Close()
		return
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		//lint:ignore errcheck it ends when it is cut
		io.Copy(client, server)
		client.Close()
	})
	p.forward(server, client)
	server.Close()
	wg.Wait()
}

func (p *proxy) forward(server, client net.Conn) {
	buffer := make([]byte, 64<<10)
	for {
		n, err := client.Read(buffer)
		if err != nil {
			return
		}
		p.mu.Lock()
		ask := p.onCommit
		p.mu.Unlock()
		if ask != nil && bytes.Contains(buffer[:n], []byte("COMMIT\x00")) {
			if ask() {
				client.Close()
				//lint:ignore errcheck the test looks at what came of it
				server.Write(buffer[:n])
				//lint:ignore errcheck until the server has committed and hung up
				io.Copy(io.Discard, server)
			}
			return
		}
		if _, err := server.Write(buffer[:n]); err != nil {
			return
		}
	}
}
