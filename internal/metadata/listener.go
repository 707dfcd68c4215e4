package metadata

import (
	"context"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// limited bounds how many connections are open and how long each may be slow. A connection beyond is told so and closed,
// instead of waiting in a queue whose head a slow client holds.
//
// net/http's own timeouts set six timers a request, which is a tenth of what a token costs here. So connections note what
// they wait for and since which tick, and a look at all of them once a tick finds those that wait for too long.
type limited struct {
	net.Listener
	server *Server
	ticks  atomic.Int64

	mu   sync.Mutex
	open map[*slot]bool
}

const tooMany = "HTTP/1.1 503 Service Unavailable\r\n" + stamp +
	"Content-Type: text/plain\r\nContent-Length: 21\r\nRetry-After: 1\r\nConnection: close\r\n\r\ntoo many connections\n"

func (l *limited) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if s := l.admit(c); s != nil {
			return s, nil
		}
		l.server.metrics.turnedAway.Inc()
		_, _ = c.Write([]byte(tooMany)) // a new socket has room for it
		_ = c.Close()
	}
}

func (l *limited) admit(c net.Conn) *slot {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.open) >= l.server.o.MaxConns {
		return nil
	}
	s := &slot{Conn: c, l: l, fresh: true}
	s.note(reading)
	l.open[s] = true
	return s
}

func (l *limited) leave(s *slot) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.open, s)
}

// watch closes connections that wait for too long, until ctx ends.
func (l *limited) watch(ctx context.Context) {
	o := l.server.o
	every := min(max(min(o.HeaderTimeout, o.IdleTimeout)/4, 5*time.Millisecond), time.Second)
	limits := [...]int64{
		resting: int64(o.IdleTimeout/every) + 1,
		reading: int64(o.HeaderTimeout/every) + 1,
		writing: int64(writeTimeout/every) + 1,
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			l.cut(l.ticks.Add(1), limits[:])
		}
	}
}

func (l *limited) cut(now int64, limits []int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for s := range l.open {
		does, since := s.state()
		if does != serving && now-since > limits[does] {
			_ = s.Conn.Close() // net/http sees the error and does the rest
		}
	}
}
