package webhook

import (
	"net"
	"sync"
	"sync/atomic"
)

// maxConns bounds open connections. API servers need some dozens; whoever comes beyond is hung up on.
const maxConns = 1000

// bounded counts the connections of a listener.
type bounded struct {
	net.Listener
	open atomic.Int64
}

// Accept implements net.Listener.
func (b *bounded) Accept() (net.Conn, error) {
	for {
		c, err := b.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if b.open.Add(1) <= maxConns {
			return &counted{Conn: c, leave: sync.OnceFunc(func() { b.open.Add(-1) })}, nil
		}
		b.open.Add(-1)
		_ = c.Close()
	}
}

type counted struct {
	net.Conn
	leave func()
}

// Close implements net.Conn.
func (c *counted) Close() error {
	defer c.leave()
	return c.Conn.Close()
}
