package gateway

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
)

// peer is what the gateway knows about one connection. The user behind it is asked of the kernel once, since the user of
// a TCP connection does not change.
type peer struct {
	conn net.Conn
	once sync.Once
	uid  uint32
	err  error
}

type peerKey struct{}

// ConnContext is for http.Server.ConnContext: without it nobody is served without a token.
func (g *Gateway) ConnContext(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, peerKey{}, &peer{conn: c})
}

func peerOf(r *http.Request) *peer {
	p, _ := r.Context().Value(peerKey{}).(*peer)
	return p
}

func (p *peer) loopback() bool {
	tcp, ok := p.conn.RemoteAddr().(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}

func (p *peer) user(ask func(client, local net.Addr) (uint32, error)) (uint32, error) {
	p.once.Do(func() {
		if ask == nil {
			p.err = errors.New("the user behind a connection cannot be found out")
			return
		}
		p.uid, p.err = ask(p.conn.RemoteAddr(), p.conn.LocalAddr())
	})
	return p.uid, p.err
}

// loopbackHost says whether a Host header names this machine by a name that no page can point elsewhere.
func loopbackHost(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	addr, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && addr.Unmap().IsLoopback() || strings.EqualFold(host, "localhost")
}
