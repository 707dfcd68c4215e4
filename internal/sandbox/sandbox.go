// Package sandbox is both clouds, pretended in one process: real wire protocols, real refusals, no account needed.
//
// Calls of Azure's and Google's own clients enter on loopback, over HTTP and HTTPS; answers leave, and through the admin
// API what a test wants to change enters too. It must never listen beyond this machine, and never accept what package
// trust refuses.
package sandbox

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/sandbox/blobapi"
	"github.com/landbridge/landbridge/internal/sandbox/storageapi"
	"github.com/landbridge/landbridge/internal/sandbox/world"
	"github.com/landbridge/landbridge/internal/wire"
)

// Options configure New. Only Clock is required.
type Options struct {
	Clock bridge.Clock
	// HTTPAddr and HTTPSAddr are where to listen; a free port of 127.0.0.1 when empty.
	HTTPAddr, HTTPSAddr string
	// ExtraHTTP are more addresses for plain HTTP: 169.254.169.254:80 in a network namespace of one's own.
	ExtraHTTP []string
	// World is served as it is; nil is the default world, which Profile describes.
	World *world.World
	// RotateKeys is how often the cluster's signing key changes, as AKS's does; 0 is only on demand.
	RotateKeys time.Duration
	// RootCAs are trusted, besides the sandbox's own, when the keys of a foreign issuer are fetched.
	RootCAs []byte
	// ArcDir is where Azure Arc's challenge files are put; it must exist. Arc's endpoint is closed when empty.
	ArcDir string
	// BlobDir is where large blobs of the pretended storage accounts are kept; in memory when empty.
	BlobDir string
	// BucketDir is the same for the objects of Cloud Storage.
	BucketDir string
	// Log gets a line for each request; nil keeps silent.
	Log *slog.Logger
}

// Sandbox is one instance. Make it with New, start it with Run.
type Sandbox struct {
	options   Options
	authority *authority
	ready     chan struct{}

	mu      sync.Mutex
	state   *state // nil until Run listens
	servers []*http.Server
	closed  bool
}

// state is what exists once the addresses are known.
type state struct {
	world    *world.World
	blobs    *blobapi.Store
	buckets  *storageapi.Storage
	keys     keys
	profile  Profile
	provoked provoked
}

// New makes a sandbox. It does not listen yet.
func New(o Options) (*Sandbox, error) {
	if o.Clock == nil {
		return nil, errors.New("sandbox: a clock is required")
	}
	for _, addr := range []*string{&o.HTTPAddr, &o.HTTPSAddr} {
		if *addr == "" {
			*addr = "127.0.0.1:0"
		}
	}
	for _, addr := range append([]string{o.HTTPAddr, o.HTTPSAddr}, o.ExtraHTTP...) {
		if host, _, err := net.SplitHostPort(addr); err != nil || !wire.PlainHost(host) {
			return nil, &bridge.Error{
				Kind: bridge.Usage, Hop: bridge.HopDoor, Code: "address_refused",
				Text: fmt.Sprintf("the sandbox does not listen on %s", addr), Hint: "use a loopback address: it lets everybody in",
			}
		}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	ca, err := newAuthority(o.Clock())
	if err != nil {
		return nil, err
	}
	return &Sandbox{options: o, authority: ca, ready: make(chan struct{})}, nil
}

// Ready is closed when the sandbox answers.
func (s *Sandbox) Ready() <-chan struct{} { return s.ready }

// CAPEM is the certificate that clients of HTTPS must trust. It is there from the start.
func (s *Sandbox) CAPEM() []byte { return s.authority.pem }

// Profile says where everything is and what it is called. It is zero before Ready.
func (s *Sandbox) Profile() Profile {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state == nil {
		return Profile{}
	}
	return s.state.profile
}

// World is what is being served; nil before Ready.
func (s *Sandbox) World() *world.World {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state == nil {
		return nil
	}
	return s.state.world
}

// Buckets are what Cloud Storage holds; nil before Ready.
func (s *Sandbox) Buckets() *storageapi.Storage {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state == nil {
		return nil
	}
	return s.state.buckets
}

// Blobs are what the storage accounts hold; nil before Ready.
func (s *Sandbox) Blobs() *blobapi.Store {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state == nil {
		return nil
	}
	return s.state.blobs
}

// Run listens and serves until ctx ends or Close is called.
func (s *Sandbox) Run(ctx context.Context) error {
	plain, err := listen(append([]string{s.options.HTTPAddr}, s.options.ExtraHTTP...))
	if err != nil {
		return err
	}
	secure, err := listen([]string{s.options.HTTPSAddr})
	if err != nil {
		closeAll(plain)
		return err
	}
	handler, st, err := s.assemble(plain[0].Addr().String(), secure[0].Addr().String())
	if err != nil {
		closeAll(plain, secure)
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	server, err := s.serve(handler)
	if err != nil {
		closeAll(plain, secure)
		return err
	}
	for _, l := range plain {
		group.Go(func() error { return ended(server.Serve(l)) })
	}
	group.Go(func() error { return ended(server.ServeTLS(secure[0], "", "")) })
	group.Go(func() error {
		s.rotate(ctx, st.world)
		return errors.Join(server.Close(), st.blobs.Close())
	})
	s.mu.Lock()
	s.state = st
	s.mu.Unlock()
	close(s.ready)
	return group.Wait()
}

// Close ends Run at once. It is safe before Run and more than once.
func (s *Sandbox) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	var errs []error
	for _, server := range s.servers {
		errs = append(errs, server.Close())
	}
	return errors.Join(errs...)
}

func (s *Sandbox) serve(handler http.Handler) (*http.Server, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, http.ErrServerClosed
	}
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetHTTP2(true)
	protocols.SetUnencryptedHTTP2(true) // gRPC in clear
	server := &http.Server{
		Handler:           handler,
		Protocols:         protocols,
		TLSConfig:         &tls.Config{GetCertificate: s.authority.certificate, MinVersion: tls.VersionTLS12},
		ReadHeaderTimeout: 10 * time.Second,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(s.options.Log.Handler(), slog.LevelDebug),
	}
	s.servers = append(s.servers, server)
	return server, nil
}

// rotate changes the clusters' keys from time to time until ctx ends. The old key stays published, as on AKS.
func (s *Sandbox) rotate(ctx context.Context, w *world.World) {
	var tick <-chan time.Time
	if s.options.RotateKeys > 0 {
		ticker := time.NewTicker(s.options.RotateKeys)
		defer ticker.Stop()
		tick = ticker.C
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick:
			for _, ring := range rings(w) {
				ring.Rotate(1)
			}
			s.options.Log.InfoContext(ctx, "rotated the clusters' signing keys")
		}
	}
}

// rings are the clusters' key rings, each once: two issuers may share one.
func rings(w *world.World) []*world.KeyRing {
	var out []*world.KeyRing
	seen := map[*world.KeyRing]bool{}
	for _, c := range w.Clusters() {
		if !seen[c.Keys] {
			seen[c.Keys] = true
			out = append(out, c.Keys)
		}
	}
	return out
}

func listen(addrs []string) ([]net.Listener, error) {
	var out []net.Listener
	for _, addr := range addrs {
		l, err := net.Listen("tcp", addr)
		if err != nil {
			closeAll(out)
			return nil, &bridge.Error{
				Kind: bridge.Usage, Hop: bridge.HopDoor, Code: "address_in_use",
				Text: fmt.Sprintf("the sandbox cannot listen on %s", addr), Hint: "choose another port, or 0 for any", Cause: err,
			}
		}
		out = append(out, l)
	}
	return out, nil
}

func closeAll(groups ...[]net.Listener) {
	for _, group := range groups {
		for _, l := range group {
			_ = l.Close()
		}
	}
}

func ended(err error) error {
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// pool is what the sandbox trusts when it fetches a foreign issuer's keys.
func (s *Sandbox) pool() (*x509.CertPool, error) {
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	pool.AppendCertsFromPEM(s.authority.pem)
	if len(s.options.RootCAs) > 0 && !pool.AppendCertsFromPEM(s.options.RootCAs) {
		return nil, &bridge.Error{Kind: bridge.Usage, Hop: bridge.HopDoor, Code: "ca_unreadable", Text: "the extra root certificates are not PEM", Hint: "give the CA file's content"}
	}
	return pool, nil
}
