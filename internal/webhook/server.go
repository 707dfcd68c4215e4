// Package webhook is the door that a Kubernetes API server knocks on before it stores a pod: a mutating admission webhook.
//
// Admission reviews enter; a patch that gives the pod its bridge leaves, or a denial that names the annotation and the
// command that mends it. A pod whose account cannot be read or understood is denied: one that started without its bridge
// would fail hours later and far from the cause. The patch only ever adds. Nothing is changed outside the answer, and the
// answer holds no secret, so that a caller need not prove itself unless ClientCAs ask for it. It must never
// ask Google or Azure, never hold a token, and never write back a pod that it has decoded.
//
// Caches: one, in Certificates: key the door, content the serving certificate, lives until its files or its Secret change;
// because each connection's handshake needs it. The annotations of accounts come through Accounts, which may cache.
package webhook

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/estate"
)

// Accounts reads the annotations of ServiceAccounts.
//
// Annotations is called for each pod, from many goroutines; an answer from a watched copy is best. An account that does
// not exist is a *bridge.Error with the code CodeNoAccount, and may be one only after the cluster itself was asked: a pod
// often follows its account by milliseconds. Any other error denies the pod too, and shows the bridge.Error's Text and Hint.
// Ready says why answers cannot be given yet, nil when they can.
type Accounts interface {
	Annotations(ctx context.Context, namespace, name string) (map[string]string, error)
	Ready() error
}

// CodeNoAccount is the bridge.Error.Code of a ServiceAccount that does not exist.
const CodeNoAccount = "service_account_not_found"

// Certificates holds the serving certificate: certificate.Files or certificate.Own.
type Certificates interface {
	// Certificate is the one to serve now; an error says why there is none yet.
	Certificate() (*tls.Certificate, error)
	// Run keeps it good until ctx ends.
	Run(ctx context.Context) error
}

// Pods finds running pods that should carry a bridge and do not.
type Pods interface {
	Unbridged(ctx context.Context) ([]estate.UnbridgedPod, error)
}

// Options configure a Server. Accounts, Certificates and Clock are needed.
type Options struct {
	Accounts     Accounts
	Certificates Certificates
	Clock        bridge.Clock

	Sidecar Sidecar
	// STS and IAMCredentials are base URLs that pods use in place of Google's own: a region's, a sandbox's.
	STS, IAMCredentials string
	// Entra is the base URL that sidecars of the route entra use in place of https://login.microsoftonline.com/.
	Entra string
	// ClientCAs, when not nil, must have issued the certificate of whoever posts a review.
	ClientCAs *x509.CertPool

	// Pods are looked through every LookEvery; 5 min when zero, never when Pods is nil.
	Pods      Pods
	LookEvery time.Duration

	// Registry gets the door's metrics; none when nil. Logger gets denials and findings; nobody when nil.
	Registry prometheus.Registerer
	Logger   *slog.Logger

	// AccountTimeout bounds the reading of an account; 1 s when zero. Grace is how long Run waits for reviews under way when
	// it ends; 5 s when zero.
	AccountTimeout, Grace time.Duration
}

// Server is the door. It is safe for use from many goroutines.
type Server struct {
	o       Options
	log     *slog.Logger
	metrics *metrics
	bodies  sync.Pool // of *bytes.Buffer: the texts of reviews
	intake  intake
}

// New checks the options and returns a door that does not listen yet.
func New(o Options) (*Server, error) {
	if o.Accounts == nil || o.Certificates == nil || o.Clock == nil {
		return nil, fault(bridge.Usage, "webhook_options", "the webhook needs accounts, certificates and a clock", nil)
	}
	o.Sidecar = o.Sidecar.defaults()
	o.AccountTimeout = cmp.Or(o.AccountTimeout, time.Second)
	o.LookEvery = cmp.Or(o.LookEvery, 5*time.Minute)
	o.Grace = cmp.Or(o.Grace, 5*time.Second)
	s := &Server{o: o, log: o.Logger, intake: newIntake(), bodies: sync.Pool{New: func() any { return &bytes.Buffer{} }}}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	m, err := newMetrics(o.Registry, s)
	if err != nil {
		return nil, fault(bridge.Fault, "metrics", "the webhook's metrics cannot be registered", err)
	}
	s.metrics = m
	return s, nil
}

// Ready says why reviews cannot be answered yet, nil when they can.
func (s *Server) Ready() error {
	c, err := s.o.Certificates.Certificate()
	if err != nil {
		return err
	}
	if c.Leaf != nil && !s.o.Clock().Before(c.Leaf.NotAfter) {
		return fault(bridge.Fault, "certificate_expired", "the serving certificate has expired", nil)
	}
	return s.o.Accounts.Ready()
}

// Run serves HTTPS on the listener, keeps the certificate good and looks through the pods, until ctx ends; then it lets
// reviews under way finish. It is called once.
func (s *Server) Run(ctx context.Context, l net.Listener) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	srv := s.httpServer()
	failed := make(chan error, 1)
	var behind sync.WaitGroup
	behind.Go(func() { s.look(ctx) })
	behind.Go(func() {
		if err := s.o.Certificates.Run(ctx); err != nil && ctx.Err() == nil {
			failed <- err
		}
	})
	served := make(chan error, 1)
	go func() { served <- srv.Serve(tls.NewListener(&bounded{Listener: l}, srv.TLSConfig)) }()
	var err error
	select {
	case err = <-failed:
	case err = <-served:
		err = fault(bridge.Fault, "listener_failed", "the webhook's listener failed", err)
		served <- err
	case <-ctx.Done():
	}
	grace, stop := context.WithTimeout(context.WithoutCancel(ctx), s.o.Grace)
	defer stop()
	if srv.Shutdown(grace) != nil {
		_ = srv.Close()
	}
	<-served
	cancel()
	behind.Wait()
	return err
}

// httpServer speaks HTTP/1.1 alone, as API servers do to webhooks, so that their calls spread over the replicas
// (kubernetes/kubernetes issue 75791).
func (s *Server) httpServer() *http.Server {
	conf := &tls.Config{
		MinVersion:     tls.VersionTLS13,
		NextProtos:     []string{"http/1.1"},
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return s.o.Certificates.Certificate() },
	}
	if s.o.ClientCAs != nil {
		conf.ClientAuth, conf.ClientCAs = tls.VerifyClientCertIfGiven, s.o.ClientCAs // probes of a kubelet have none
	}
	return &http.Server{
		Handler: s.Handler(), TLSConfig: conf, ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 16 << 10,
	}
}

func fault(kind bridge.Kind, code, text string, cause error) error {
	return &bridge.Error{Kind: kind, Hop: bridge.HopDoor, Code: code, Text: text, Cause: cause}
}
