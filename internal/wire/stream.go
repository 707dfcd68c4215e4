package wire

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
)

// StreamOptions configure a Streamer. The zero value is good for production.
type StreamOptions struct {
	// Stall ends a call in which no byte moved for so long, in either direction; 30 s when zero.
	Stall time.Duration
	// Conns is how many idle connections to one host are kept; 64 when zero.
	Conns int
	// RootCAs replaces the system's trusted roots.
	RootCAs *x509.CertPool
	// UserAgent is sent with every call.
	UserAgent string
}

// Streamer makes calls whose bodies are too large to be held: objects of a store. Like Client it follows no redirect, speaks plain
// HTTP to loopback only, and makes one attempt. It is safe for use from many goroutines.
type Streamer struct {
	http  *http.Transport
	stall time.Duration
	agent string
}

// NewStreamer returns a streamer. It speaks HTTP/1.1: one connection for each body, so that none waits for another's window.
func NewStreamer(o StreamOptions) *Streamer {
	if o.Stall == 0 {
		o.Stall = 30 * time.Second
	}
	if o.Conns == 0 {
		o.Conns = 64
	}
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	return &Streamer{
		http: &http.Transport{
			Proxy:                  http.ProxyFromEnvironment,
			DialContext:            sockets(&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}),
			TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: o.RootCAs},
			TLSHandshakeTimeout:    10 * time.Second,
			MaxIdleConnsPerHost:    o.Conns,
			IdleConnTimeout:        90 * time.Second,
			MaxResponseHeaderBytes: 64 << 10,
			DisableCompression:     true, // what is stored compressed is copied compressed
			ReadBufferSize:         32 << 10,
			Protocols:              protocols,
		},
		stall: o.Stall,
		agent: o.UserAgent,
	}
}

// CloseIdle closes connections that nobody uses.
func (s *Streamer) CloseIdle() { s.http.CloseIdleConnections() }

// errStalled ends a call in which nothing moves. It is a timeout to Failure.
var errStalled error = stalled{}

type stalled struct{}

func (stalled) Error() string   { return "no byte moved" }
func (stalled) Timeout() bool   { return true }
func (stalled) Temporary() bool { return true }

// Do makes one call. Any HTTP status is a response, whose body the caller must close; an error is as Client.Do's. An error in the
// middle of the body is one too.
func (s *Streamer) Do(ctx context.Context, hop bridge.Hop, req *http.Request) (*http.Response, error) {
	if err := checkURL(req.URL); err != nil {
		return nil, &bridge.Error{Kind: bridge.Usage, Hop: hop, Code: "url_refused", Text: err.Error(), Hint: "use https, or http on loopback"}
	}
	if s.agent != "" {
		req.Header.Set("User-Agent", s.agent)
	}
	inner, cancel := context.WithCancelCause(ctx)
	watch := &watch{limit: s.stall, timer: time.AfterFunc(s.stall, func() { cancel(errStalled) })}
	host := req.URL.Host
	req = req.WithContext(inner)
	if req.Body != nil && req.Body != http.NoBody {
		req.Body = &moving{ReadCloser: req.Body, watch: watch}
	}
	fail := func(err error) error {
		if cause := context.Cause(inner); errors.Is(cause, errStalled) && ctx.Err() == nil {
			err = cause
		}
		return Failure(ctx, hop, host, err)
	}
	resp, err := s.http.RoundTrip(req) // without a client's redirects and cookies
	if err != nil {
		err = fail(err)
		watch.stop()
		cancel(nil)
		return nil, err
	}
	watch.moved()
	resp.Body = &moving{ReadCloser: resp.Body, watch: watch, fail: fail, closed: func() { watch.stop(); cancel(nil) }}
	return resp, nil
}

// watch is the timer of one call, put off whenever bytes move.
type watch struct {
	limit time.Duration
	mu    sync.Mutex
	timer *time.Timer
	done  bool
}

func (w *watch) moved() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.done {
		w.timer.Reset(w.limit)
	}
}

func (w *watch) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.done = true
	w.timer.Stop()
}

// moving is a body that tells the watch when it moves.
type moving struct {
	io.ReadCloser
	watch  *watch
	fail   func(error) error // of a response's body
	closed func()
}

func (m *moving) Read(p []byte) (int, error) {
	n, err := m.ReadCloser.Read(p)
	if n > 0 {
		m.watch.moved()
	}
	if err != nil && err != io.EOF && m.fail != nil { //nolint:errorlint // io.Reader's contract is this very value
		err = m.fail(err)
	}
	return n, err
}

func (m *moving) Close() error {
	err := m.ReadCloser.Close()
	if m.closed != nil {
		m.closed()
	}
	return err
}
