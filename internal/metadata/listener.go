package metadata

import (
	"bytes"
	"net"
	"net/http"
	"sync"
	"time"
)

// limited bounds how many connections are open. One beyond is told so and closed, instead of waiting in a queue whose
// head a slow client holds.
type limited struct {
	net.Listener
	server *Server
	slots  chan struct{}
}

// stamp is what every answer of the real server carries.
const stamp = "Metadata-Flavor: Google\r\nServer: Metadata Server for VM\r\nX-XSS-Protection: 0\r\nX-Frame-Options: SAMEORIGIN\r\n"

const tooMany = "HTTP/1.1 503 Service Unavailable\r\n" + stamp +
	"Content-Type: text/plain\r\nContent-Length: 21\r\nRetry-After: 1\r\nConnection: close\r\n\r\ntoo many connections\n"

func (l *limited) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		select {
		case l.slots <- struct{}{}:
			return &slot{Conn: c, free: sync.OnceFunc(func() { <-l.slots }), fresh: true}, nil
		default:
		}
		l.server.metrics.turnedAway.Inc()
		_ = c.SetWriteDeadline(l.server.o.Clock().Add(time.Second))
		_, _ = c.Write([]byte(tooMany))
		_ = c.Close()
	}
}

// slot is a connection that counts, and that stamps each answer after its status line. It is done here because net/http
// writes some answers without asking a handler (400, 431), and SDKs call an answer without the stamp somebody else's.
type slot struct {
	net.Conn
	free  func()
	fresh bool   // the next byte written begins an answer; only the connection's own goroutine looks
	buf   []byte // a stamped answer
}

func (s *slot) Write(p []byte) (int, error) {
	if !s.fresh {
		return s.Conn.Write(p)
	}
	s.fresh = false
	line := bytes.IndexByte(p, '\n') + 1
	if line == 0 || !bytes.HasPrefix(p, []byte("HTTP/1.")) {
		return s.Conn.Write(p)
	}
	s.buf = append(append(append(s.buf[:0], p[:line]...), stamp...), p[line:]...)
	n, err := s.Conn.Write(s.buf)
	return min(max(n-len(stamp), 0), len(p)), err
}

// rested is for http.Server.ConnState: the answer is out, and what is written next begins another.
func rested(c net.Conn, state http.ConnState) {
	if s, ok := c.(*slot); ok && state == http.StateIdle {
		s.fresh = true
	}
}

func (s *slot) Close() error {
	err := s.Conn.Close()
	s.free()
	return err
}

// CloseWrite lets net/http end a connection whose request it did not read to the end without losing the answer.
func (s *slot) CloseWrite() error {
	if half, ok := s.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}
