// Package provision makes Google's side of a set-up as it shall be: projects' APIs, workload identity pools and their
// providers, service accounts, custom roles and the grants in allow policies, through Google's own API clients.
//
// Wanted things of package estate and the operator's access token enter; things as they are leave. It must never remove
// what nobody asked it to remove, never touch a binding with a condition or somebody else's member, and never put a token
// into an error.
//
// Caches, until Forget: lists of a project's APIs, pools, accounts and roles, lists of a pool's providers, allow policies.
// Many callers that read at once share one call.
package provision

import (
	"cmp"
	"context"
	"crypto/x509"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	crm "google.golang.org/api/cloudresourcemanager/v3"
	"google.golang.org/api/iam/v1"
	"google.golang.org/api/option"
	"google.golang.org/api/serviceusage/v1"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/estate"
	"github.com/landbridge/landbridge/internal/memo"
)

// Token gives the operator's access token. It is asked before every call and keeps the token as long as it is good.
type Token func(context.Context) (bridge.Secret, error)

// Endpoints are addresses in place of Google's own: https, or http on loopback; empty is Google's own.
type Endpoints struct{ IAM, ResourceManager, ServiceUsage string }

// Options configure New. Token and Clock are required.
type Options struct {
	Token Token
	Clock bridge.Clock
	// Endpoints to call.
	Endpoints Endpoints
	// RootCAs replaces the system's trusted roots.
	RootCAs *x509.CertPool
	// Transport, when not nil, makes the calls in place of one that this package makes; RootCAs is then its affair.
	Transport http.RoundTripper
	// QuotaProject pays for the calls; empty: the project that the token belongs to.
	QuotaProject string
	// UserAgent is sent with every call.
	UserAgent string
	// Timeout bounds one call; 30 s when zero.
	Timeout time.Duration
}

// Keeper is the estate.Keeper of Google's side. It is safe for use from many goroutines.
type Keeper struct {
	clock    bridge.Clock
	iam      *iam.Service
	projects *crm.Service
	services *serviceusage.Service

	transport *transport
	timeout   time.Duration

	read struct {
		projects  memo.Answers[*crm.Project]
		services  memo.Answers[map[string]bool]
		pools     memo.Answers[map[string]*iam.WorkloadIdentityPool]
		providers memo.Answers[map[string]*iam.WorkloadIdentityPoolProvider]
		accounts  memo.Answers[map[string]*iam.ServiceAccount]
		roles     memo.Answers[map[string]*iam.Role]
		policies  memo.Answers[*iam.Policy]
	}

	mu       sync.Mutex
	switched map[string]time.Time // APIs that this Keeper switched on, by name: their effect takes minutes
}

var _ estate.Keeper = (*Keeper)(nil)

// New returns a Keeper; it calls nothing yet.
func New(ctx context.Context, o Options) (*Keeper, error) {
	switch {
	case o.Token == nil:
		return nil, &bridge.Error{Kind: bridge.Fault, Code: "no_operator", Text: "google's side of a set-up needs an operator's token"}
	case o.Clock == nil:
		return nil, &bridge.Error{Kind: bridge.Fault, Code: "no_clock", Text: "google's side of a set-up needs a clock"}
	}
	transport := newTransport(o)
	k := &Keeper{clock: o.Clock, transport: transport, timeout: cmp.Or(o.Timeout, 30*time.Second), switched: map[string]time.Time{}}
	client := k.clientOver(transport)
	with := func(name, endpoint string) ([]option.ClientOption, error) {
		options := []option.ClientOption{option.WithHTTPClient(client)}
		if endpoint == "" {
			return options, nil
		}
		base, err := checkEndpoint(name, endpoint)
		return append(options, option.WithEndpoint(base)), err
	}
	options, err := with("iam", o.Endpoints.IAM)
	if err == nil {
		k.iam, err = iam.NewService(ctx, options...)
	}
	if err == nil {
		options, err = with("resource_manager", o.Endpoints.ResourceManager)
	}
	if err == nil {
		k.projects, err = crm.NewService(ctx, options...)
	}
	if err == nil {
		options, err = with("service_usage", o.Endpoints.ServiceUsage)
	}
	if err == nil {
		k.services, err = serviceusage.NewService(ctx, options...)
	}
	if err != nil {
		return nil, err
	}
	k.iam.UserAgent, k.projects.UserAgent, k.services.UserAgent = o.UserAgent, o.UserAgent, o.UserAgent
	return k, nil
}

// Close ends idle connections.
func (k *Keeper) Close() { k.transport.closeIdle() }

// client calls with another token than the operator's, and on no other project's account.
func (k *Keeper) client(bearer bridge.Secret) *http.Client {
	return k.clientOver(&transport{
		token: func(context.Context) (bridge.Secret, error) { return bearer, nil }, next: k.transport.next,
	})
}

func (k *Keeper) clientOver(t *transport) *http.Client {
	return &http.Client{
		Transport: t, Timeout: k.timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Read implements estate.Keeper.
func (k *Keeper) Read(ctx context.Context, want estate.Spec) (estate.Live, error) {
	switch w := want.(type) {
	case *estate.Project:
		return k.readProject(ctx, w)
	case *estate.Service:
		return k.readService(ctx, w)
	case *estate.Pool:
		return k.readPool(ctx, w)
	case *estate.Provider:
		return k.readProvider(ctx, w)
	case *estate.Account:
		return k.readAccount(ctx, w)
	case *estate.Role:
		return k.readRole(ctx, w)
	case *estate.Grants:
		return k.readGrants(ctx, w)
	}
	return estate.Live{}, stranger(want)
}

// Write implements estate.Keeper.
func (k *Keeper) Write(ctx context.Context, setup string, want estate.Spec, now estate.Live) (estate.Live, error) {
	switch w := want.(type) {
	case *estate.Project:
		return k.writeProject(ctx, w)
	case *estate.Service:
		return k.writeService(ctx, w)
	case *estate.Pool:
		return k.writePool(ctx, setup, w, now)
	case *estate.Provider:
		return k.writeProvider(ctx, setup, w, now)
	case *estate.Account:
		return k.writeAccount(ctx, setup, w, now)
	case *estate.Role:
		return k.writeRole(ctx, setup, w, now)
	case *estate.Grants:
		return k.writeGrants(ctx, w)
	}
	return estate.Live{}, stranger(want)
}

// Remove implements estate.Keeper. A project and its APIs stay: they are not the set-up's to take away.
func (k *Keeper) Remove(ctx context.Context, now estate.Spec) error {
	switch n := now.(type) {
	case *estate.Project, *estate.Service:
		return nil
	case *estate.Pool:
		return k.removePool(ctx, n)
	case *estate.Provider:
		return k.removeProvider(ctx, n)
	case *estate.Account:
		return k.removeAccount(ctx, n)
	case *estate.Role:
		return k.removeRole(ctx, n)
	case *estate.Grants:
		return k.removeGrants(ctx, n)
	}
	return stranger(now)
}

// Forget implements estate.Keeper.
func (k *Keeper) Forget() {
	k.read.projects.Forget()
	k.read.services.Forget()
	k.read.pools.Forget()
	k.read.providers.Forget()
	k.read.accounts.Forget()
	k.read.roles.Forget()
	k.read.policies.Forget()
}

func stranger(s estate.Spec) error {
	return &bridge.Error{Kind: bridge.Fault, Code: "kind_not_google", Text: fmt.Sprintf("a %T is not kept on google's side", s)}
}

// lastPart is the id at the end of a resource's name.
func lastPart(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }
