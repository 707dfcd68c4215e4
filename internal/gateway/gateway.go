// Package gateway is the door to Vertex AI: a program's request is authenticated, decided, guarded, called, guarded again
// and recorded. flow.go is that journey.
//
// HTTP requests enter: Vertex AI's own, OpenAI's, Anthropic's, and token exchanges; the model's answers leave, in the
// caller's dialect. It must never call anything before the caller is known and the asking is in the log, never send a
// caller's credential on, never let an answer end before its record is written, and never put content into an error, a
// log or a record. It knows no cloud: calls leave by prompt.Upstream.
//
// Caches:
//   - tokens: key the SHA-256 of a token, content whose it is, for five minutes or until it expires, at most 8,192;
//     because a signature costs more than all the rest of a request. Revocation is asked every time, and Forget empties it.
//   - one per connection: the user behind it, as long as it lasts; because that does not change.
package gateway

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/landbridge/landbridge/internal/audit"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/policy"
	"github.com/landbridge/landbridge/internal/prompt"
)

// Leaser gives the lease with which a caller's call crosses: its own, or that of the gateway. The service account is
// what policy wants impersonated, empty for none.
type Leaser interface {
	Lease(ctx context.Context, caller prompt.Caller, serviceAccount string) (bridge.Lease, error)
}

// Options configure a Gateway. Verifier, Leases, Upstream, Policy, Profile, Recorder and Clock are needed.
type Options struct {
	Verifier Verifier
	Leases   Leaser
	Upstream prompt.Upstream
	// Policy is asked on every call, so that a new one can take the old one's place at any time.
	Policy func() *policy.Policy
	// Models are the models that clients can list, PUBLISHER/MODEL, before policy takes out those that a caller may not ask;
	// none when nil.
	Models func() []string
	// Quotas count what calls use; nothing is counted when nil.
	Quotas *policy.Quotas
	// Profile is the guard of a decision's profile; nil for a name that nobody has defined, which refuses the call.
	Profile  func(name string) *Guard
	Recorder bridge.Recorder
	Clock    bridge.Clock
	// Observer is told how calls go; nobody when nil.
	Observer Observer

	// Revoked is asked on every request whether a caller, or a token of ours by its id (empty for a caller's own token), is
	// revoked; nobody is when nil.
	Revoked func(caller, tokenID string) bool
	// Tokens are the door's own; none are given out or taken when Keys is nil.
	Tokens Tokens
	// Loopback is the name, loopback/NAME, of programs that call over loopback without a token; they are refused when empty.
	Loopback string
	// LoopbackUIDs, when not empty, are the only users whose programs may do so; PeerUID finds the user of a connection.
	LoopbackUIDs []uint32
	PeerUID      func(client, local net.Addr) (uint32, error)
	// Secret finds a secret by its name, for a workload that the secret lists: nil for any other workload and for any other name alike, so that a
	// caller cannot learn which. None are given out when it is nil.
	Secret func(workload, name string) *SecretEntry
	// Projects are what Resource Manager says of the projects that clients ask for.
	Projects []Project

	// TLS to serve with, the callers' certificates checked by it; plain HTTP when nil.
	TLS *tls.Config
	// MaxBody is the longest request body, MaxAnswer the longest whole answer, in bytes; 32 MiB and 256 MiB when zero.
	MaxBody, MaxAnswer int
	// BodyTimeout is how long a caller may take to send its body; 1 min when zero. WriteTimeout is how long it may take to
	// accept a piece of the answer; 2 min when zero. Grace is how long Run waits for calls under way when it ends; 30 s
	// when zero.
	BodyTimeout, WriteTimeout, Grace time.Duration
	// Logger gets what net/http has to say; nothing when nil.
	Logger *slog.Logger
}

// Observer is told how calls go, never what they said.
type Observer interface {
	// Start begins to watch a call. The header may carry the caller's traceparent; the context goes along with the call.
	Start(ctx context.Context, header http.Header) (context.Context, Watch)
}

// Watch is one call as it goes; it is for one goroutine.
type Watch interface {
	First()                           // the first byte of the answer leaves
	End(ctx context.Context, e Ended) // once
}

// Ended is how a call ended. It holds no content.
type Ended struct {
	// Call is as the record has it, but for names that a caller can make up: method and model are empty where policy has
	// not let the call through, and the model where the far side has not shown that there is one.
	Call   *bridge.Call
	Usage  prompt.Usage
	Stream bool
	Code   string // of the error that ended it; empty for an answer
	// Masked and Found count what was found by type, in the request and in the answer.
	Masked, Found map[string]int
	Verdict       string // of the guard: "", flag or block
}

const (
	headerTimeout  = 10 * time.Second
	restTimeout    = 2 * time.Minute
	maxHeaderBytes = 96 << 10 // a token may be long
)

// Gateway is the door. It is safe for use from many goroutines.
type Gateway struct {
	o        Options
	known    known
	local    identity // of loopback callers
	refusals audit.Throttle
	buffers  buffers
}

// New checks the options and returns a door that does not listen yet.
func New(o Options) (*Gateway, error) {
	if o.Verifier == nil || o.Leases == nil || o.Upstream == nil || o.Policy == nil || o.Profile == nil || o.Recorder == nil || o.Clock == nil {
		return nil, &bridge.Error{
			Kind: bridge.Fault, Hop: bridge.HopDoor, Code: "gateway_incomplete",
			Text: "the gateway needs a verifier, leases, an upstream, a policy, profiles, a recorder and a clock",
		}
	}
	if len(o.LoopbackUIDs) > 0 && o.PeerUID == nil {
		return nil, &bridge.Error{
			Kind: bridge.Usage, Hop: bridge.HopDoor, Code: "peer_check_unsupported",
			Text: "the gateway cannot check who is behind a connection on this system", Hint: "remove loopback_uids, or run on Linux",
		}
	}
	if o.Revoked == nil {
		o.Revoked = func(string, string) bool { return false }
	}
	if o.Models == nil {
		o.Models = func() []string { return nil }
	}
	if o.Tokens.Keys == nil {
		o.Tokens.Keys = func() [][]byte { return nil }
	}
	if o.Observer == nil {
		o.Observer = blind{}
	}
	o.MaxBody, o.MaxAnswer = orElse(o.MaxBody, 32<<20), orElse(o.MaxAnswer, 256<<20)
	o.Tokens.Lifetime = orElse(o.Tokens.Lifetime, 30*time.Minute)
	o.BodyTimeout, o.WriteTimeout, o.Grace = orElse(o.BodyTimeout, time.Minute), orElse(o.WriteTimeout, 2*time.Minute), orElse(o.Grace, 30*time.Second)
	return &Gateway{o: o, local: identity{caller: prompt.Caller{Name: "loopback/" + o.Loopback}}}, nil
}

func orElse[T int | float32 | time.Duration](value, otherwise T) T {
	if value <= 0 {
		return otherwise
	}
	return value
}

// Run serves on the listener until ctx ends, then lets calls under way finish. It is called once.
func (g *Gateway) Run(ctx context.Context, l net.Listener) error {
	handler := slog.DiscardHandler
	if g.o.Logger != nil {
		handler = g.o.Logger.Handler()
	}
	srv := &http.Server{
		Handler: g, ConnContext: g.ConnContext, TLSConfig: g.o.TLS,
		ReadHeaderTimeout: headerTimeout, IdleTimeout: restTimeout, MaxHeaderBytes: maxHeaderBytes,
		DisableGeneralOptionsHandler: true, ErrorLog: slog.NewLogLogger(handler, slog.LevelWarn),
	}
	served := make(chan error, 1)
	defer g.lastWord()
	go func() { served <- serve(srv, l) }()
	select {
	case err := <-served:
		return listenerFailed(err)
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), g.o.Grace)
	defer cancel()
	if err := srv.Shutdown(grace); err != nil {
		_ = srv.Close()
	}
	if err := <-served; !errors.Is(err, http.ErrServerClosed) {
		return listenerFailed(err)
	}
	return nil
}

func serve(srv *http.Server, l net.Listener) error {
	if srv.TLSConfig != nil {
		return srv.ServeTLS(l, "", "")
	}
	return srv.Serve(l)
}

func listenerFailed(err error) error {
	return &bridge.Error{Kind: bridge.Fault, Hop: bridge.HopDoor, Code: "listener_failed", Text: "the gateway's listener failed", Cause: err}
}

// blind is the observer of a gateway that has none.
type blind struct{}

func (blind) Start(ctx context.Context, _ http.Header) (context.Context, Watch) { return ctx, blind{} }
func (blind) First()                                                            {}
func (blind) End(context.Context, Ended)                                        {}
