package metadata

import (
	"bytes"
	"net"
	"net/http"
	"sync/atomic"
)

// doing is what a connection is at.
type doing int64

const (
	resting doing = iota // between two requests
	reading              // a request is coming in
	writing              // an answer is going out
	serving              // a handler is at work: it may take as long as it likes
	phases
)

// slot is one open connection. It notes what it waits for, and it stamps each answer after its status line: here, because
// net/http writes some answers without asking a handler (400, 431), and SDKs call an answer without the stamp somebody
// else's.
type slot struct {
	net.Conn
	l     *limited
	since atomic.Int64 // the tick at which it began, times phases, plus what it does
	fresh bool         // the next byte written begins an answer; only the connection's own goroutine looks
	buf   []byte       // a stamped answer
}

// stamp is what every answer of the real server carries.
const stamp = "Metadata-Flavor: Google\r\nServer: Metadata Server for VM\r\nX-XSS-Protection: 0\r\nX-Frame-Options: SAMEORIGIN\r\n"

func (s *slot) note(d doing) { s.since.Store(s.l.ticks.Load()*int64(phases) + int64(d)) }

func (s *slot) state() (doing, int64) {
	v := s.since.Load()
	return doing(v % int64(phases)), v / int64(phases)
}

func (s *slot) Read(p []byte) (int, error) {
	n, err := s.Conn.Read(p)
	if does, _ := s.state(); does == resting && n > 0 {
		s.note(reading)
	}
	return n, err
}

func (s *slot) Write(p []byte) (int, error) {
	does, _ := s.state()
	s.note(writing)
	defer s.note(does)
	if !s.fresh || bytes.HasPrefix(p, []byte("HTTP/1.1 100 ")) { // "100 Continue" comes before the answer
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

// turned is for http.Server.ConnState: a request was read, or its answer is out and what is written next begins another.
func turned(c net.Conn, state http.ConnState) {
	s, ok := c.(*slot)
	switch {
	case !ok:
	case state == http.StateActive:
		s.note(serving)
	case state == http.StateIdle:
		s.note(resting)
		s.fresh = true
	}
}

func (s *slot) Close() error {
	err := s.Conn.Close()
	s.l.leave(s)
	return err
}

// CloseWrite lets net/http end a connection whose request it did not read to the end without losing the answer.
func (s *slot) CloseWrite() error {
	if half, ok := s.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}
