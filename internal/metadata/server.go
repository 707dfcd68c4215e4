// Package metadata is the door that Google SDKs knock on: the metadata server of a Google machine.
//
// HTTP requests of programs on this machine enter; tokens from the Leaser and the configured identity leave, in the real
// server's shapes, and each token handed out leaves a record first. It must never answer before the caller is
// authenticated (host, headers, and the user behind the connection), never hand out a token with less than five minutes
// of life, never follow what a caller says about proxies, and never know a cloud's API: other requests go to Azure's own
// metadata service untouched or nowhere.
//
// Caches:
//   - one per connection: key the connection, content the user behind it and the last host name found good, lives as
//     long as the connection; because the user of a TCP connection does not change and asking the kernel costs more than
//     all the rest of a request.
//   - one per door: key the last lease, content its text in JSON and its name for the log, lives until another lease is
//     handed out; because hashing and quoting a token for each request would be half of the work.
package metadata

import (
	"context"
	"errors"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/landbridge/landbridge/internal/audit"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/wire"
)

// Options configure a Server. Leaser, Recorder and Clock are needed.
type Options struct {
	Leaser   bridge.Leaser
	Recorder bridge.Recorder
	Clock    bridge.Clock
	Identity Identity

	// Hosts are Host headers to accept beside IP addresses of loopback and of the listener, localhost, 169.254.169.254,
	// metadata and metadata.google.internal. A port is ignored.
	Hosts []string
	// PeerUIDs, when not empty, are the only users whose programs are served. Linux only.
	PeerUIDs []uint32

	// IMDS is the base URL of Azure's metadata service, to which requests that are not Google's are passed; off when
	// empty. Client makes those calls and is needed then; it must go round proxies.
	IMDS   string
	Client *wire.Client

	// Registry gets the door's metrics; none when nil.
	Registry prometheus.Registerer
	// Logger gets what net/http has to say; nothing when nil.
	Logger *slog.Logger

	// MaxConns bounds open connections; 256 when zero. A connection beyond is answered 503 and closed.
	MaxConns int
	// HeaderTimeout bounds the reading of one request; 5 s when zero. IdleTimeout is how long a connection may rest; 2 min
	// when zero. Grace is how long Run waits for requests under way when it ends; 5 s when zero.
	HeaderTimeout, IdleTimeout, Grace time.Duration
}

const (
	maxHeaderBytes = 16 << 10
	writeTimeout   = 30 * time.Second
)

// Server is the door. It is safe for use from many goroutines.
type Server struct {
	o        Options
	hosts    map[string]bool
	imds     *url.URL
	lookup   func(client, local net.Addr) (uint32, error)
	metrics  *metrics
	header   headers
	values   atomic.Pointer[snapshot]
	rendered atomic.Pointer[rendered]
	refusals audit.Throttle
	waiting  atomic.Int32  // hanging wait_for_change requests
	stopping chan struct{} // closed when Run ends
	stopped  atomic.Bool
}

// New checks the options and returns a door that does not listen yet.
func New(o Options) (*Server, error) {
	if o.Leaser == nil || o.Recorder == nil || o.Clock == nil {
		return nil, usage("metadata_options", "the metadata door needs a leaser, a recorder and a clock", "")
	}
	if len(o.PeerUIDs) > 0 && !peerCheck {
		return nil, usage("peer_check_unsupported", "the metadata door cannot check who is behind a connection on this system", "remove the list of users, or run on Linux")
	}
	o.MaxConns = orInt(o.MaxConns, 256)
	o.HeaderTimeout = orDuration(o.HeaderTimeout, 5*time.Second)
	o.IdleTimeout = orDuration(o.IdleTimeout, 2*time.Minute)
	o.Grace = orDuration(o.Grace, 5*time.Second)
	s := &Server{
		o:        o,
		hosts:    hostSet(o.Hosts),
		lookup:   socketUID,
		header:   newHeaders(),
		stopping: make(chan struct{}),
	}
	if o.IMDS != "" {
		base, err := url.Parse(o.IMDS)
		if err != nil || base.Host == "" || base.RawQuery != "" || base.User != nil || o.Client == nil {
			return nil, usage("imds_url", "the address of azure's metadata service is not usable", "use http://169.254.169.254, or nothing to turn the pass-through off")
		}
		s.imds = base
	}
	s.SetIdentity(o.Identity)
	m, err := newMetrics(o.Registry, s)
	if err != nil {
		return nil, &bridge.Error{Kind: bridge.Fault, Hop: bridge.HopDoor, Code: "metrics", Text: "the metadata door's metrics cannot be registered", Cause: err}
	}
	s.metrics = m
	return s, nil
}

// Handler is the door without a listener. Who serves it himself must set ConnContext on his server too: without it nobody
// knows the user behind a connection, and with PeerUIDs everyone is refused.
func (s *Server) Handler() http.Handler { return http.HandlerFunc(s.serve) }

// Run serves on the listener until ctx ends, then lets requests under way finish. It is called once.
func (s *Server) Run(ctx context.Context, l net.Listener) error {
	if s.loops(l.Addr()) {
		_ = l.Close()
		return usage("imds_loop", "the metadata door listens on the address to which it passes azure's requests", "listen elsewhere, or set another address for azure's metadata service")
	}
	srv := &http.Server{ //nolint:gosec // the listener bounds the reading of headers, for less than a timer per request
		Handler:                      s.Handler(),
		ConnContext:                  s.ConnContext,
		ConnState:                    turned, // the listener watches over slow clients
		MaxHeaderBytes:               maxHeaderBytes,
		DisableGeneralOptionsHandler: true,
		ErrorLog:                     s.errorLog(),
	}
	defer s.lastWord()
	slots := &limited{Listener: l, server: s, open: map[*slot]bool{}}
	watch, unwatch := context.WithCancel(context.WithoutCancel(ctx))
	defer unwatch()
	go slots.watch(watch)
	served := make(chan error, 1)
	go func() { served <- srv.Serve(slots) }()
	select {
	case err := <-served:
		return &bridge.Error{Kind: bridge.Fault, Hop: bridge.HopDoor, Code: "listener_failed", Text: "the metadata door's listener failed", Cause: err}
	case <-ctx.Done():
	}
	if s.stopped.CompareAndSwap(false, true) {
		close(s.stopping)
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.o.Grace)
	defer cancel()
	if err := srv.Shutdown(grace); err != nil {
		_ = srv.Close()
	}
	if err := <-served; !errors.Is(err, http.ErrServerClosed) {
		return &bridge.Error{Kind: bridge.Fault, Hop: bridge.HopDoor, Code: "listener_failed", Text: "the metadata door's listener failed", Cause: err}
	}
	return nil
}

func (s *Server) errorLog() *log.Logger {
	handler := slog.DiscardHandler
	if s.o.Logger != nil {
		handler = s.o.Logger.Handler()
	}
	return slog.NewLogLogger(handler, slog.LevelWarn)
}

func usage(code, text, hint string) error {
	return &bridge.Error{Kind: bridge.Usage, Hop: bridge.HopDoor, Code: code, Text: text, Hint: hint}
}

func hostSet(extra []string) map[string]bool {
	hosts := map[string]bool{}
	for _, h := range append([]string{"localhost", "metadata", "metadata.google.internal"}, extra...) {
		hosts[hostName(strings.ToLower(h))] = true
	}
	return hosts
}

func orInt(n, otherwise int) int {
	if n <= 0 {
		return otherwise
	}
	return n
}

func orDuration(d, otherwise time.Duration) time.Duration {
	if d <= 0 {
		return otherwise
	}
	return d
}
