package metadata

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"sync"
)

// peer is what the door knows about one connection. The kernel is asked once, at the first request and in the
// connection's own goroutine, so that a slow answer holds up nobody else.
type peer struct {
	conn  net.Conn
	once  sync.Once
	name  string // for the log: address, and user where known
	uid   uint32
	known bool
	host  string // the last Host header found good; requests of a connection come one after another
}

type peerKey struct{}

// ConnContext is for http.Server.ConnContext.
func (s *Server) ConnContext(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, peerKey{}, &peer{conn: c})
}

// caller finds the connection's peer; nil when the handler is served without ConnContext.
func (s *Server) caller(r *http.Request) *peer {
	p, _ := r.Context().Value(peerKey{}).(*peer)
	if p != nil {
		p.once.Do(func() { p.ask(s.lookup) })
	}
	return p
}

func (p *peer) ask(lookup func(client, local net.Addr) (uint32, error)) {
	client, local := p.conn.RemoteAddr(), p.conn.LocalAddr()
	p.name = client.String()
	if !sameMachine(client, local) {
		return
	}
	uid, err := lookup(client, local)
	if err != nil {
		return
	}
	p.uid, p.known = uid, true
	p.name += " uid " + strconv.FormatUint(uint64(uid), 10)
}

// who is the caller as the log names it.
func (p *peer) who() string {
	if p == nil {
		return ""
	}
	return p.name
}

// stamps says whether the connection puts the real server's headers on answers by itself.
func (p *peer) stamps() bool {
	if p == nil {
		return false
	}
	_, ok := p.conn.(*slot)
	return ok
}

// unstamped keeps the stamp off the answer that comes next.
func (p *peer) unstamped() {
	if p == nil {
		return
	}
	if s, ok := p.conn.(*slot); ok {
		s.fresh = false
	}
}

// does notes what the connection is at, for the listener that watches over slow clients.
func (p *peer) does(d doing) {
	if p == nil {
		return
	}
	if s, ok := p.conn.(*slot); ok {
		s.note(d)
	}
}

// goodPeer holds the user behind the connection against the list of those that are served.
func (s *Server) goodPeer(p *peer) *no {
	if len(s.o.PeerUIDs) == 0 || p != nil && p.known && slices.Contains(s.o.PeerUIDs, p.uid) {
		return nil
	}
	if p == nil || !p.known {
		return &no{http.StatusForbidden, "peer_unknown", "The user behind this connection cannot be found out."}
	}
	return &no{http.StatusForbidden, "peer_refused", "The user behind this connection is not served here."}
}

// sameMachine says whether the other end's socket can be one of this machine's.
func sameMachine(client, local net.Addr) bool {
	c, l := address(client).Addr(), address(local).Addr()
	return c.IsLoopback() || c.IsValid() && c == l
}

// address is the address of a TCP end, IPv4 in its short form; not valid for anything else.
func address(a net.Addr) netip.AddrPort {
	tcp, ok := a.(*net.TCPAddr)
	if !ok {
		return netip.AddrPort{}
	}
	ap := tcp.AddrPort()
	return netip.AddrPortFrom(ap.Addr().Unmap().WithZone(""), ap.Port())
}

// PeerUID returns the user that owns the client's end of a connection within this machine, for other doors. It fails where
// the system does not tell.
func PeerUID(client, local net.Addr) (uint32, error) { return socketUID(client, local) }
