// Package kube is what set-up, doctor and the webhook see of Kubernetes clusters: accounts, namespaces, settings, tokens,
// pods, and the keys that lie about.
//
// A context of a kubeconfig file, or the pod's own account, enters; plain values leave. It makes one attempt for each call,
// changes no field that another manager owns (but for the caBundle of our own webhook), and must never let the value of a
// secret out in an error or a finding.
//
// Caches: Accounts, the annotations of service accounts by namespace and name, kept true by a watch, because each new pod
// needs them; and lists of accounts and settings, namespaces and issuers, by cluster, until they are written to or Forget, because
// a hundred workloads share a few lists.
package kube

import (
	"context"
	"net/http"
	"sync"
	"time"

	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/estate"
)

// Options configure New and InCluster. Clock and Env are required.
type Options struct {
	Clock bridge.Clock
	// Env finds KUBECONFIG and HOME, and in a pod the API server.
	Env bridge.Env
	// Timeout bounds one call, with the signing in that it may need; 30 s when zero.
	Timeout time.Duration
	// UserAgent is sent with every call; empty is client-go's own.
	UserAgent string
}

func (o Options) whole() Options {
	if o.Timeout == 0 {
		o.Timeout = 30 * time.Second
	}
	return o
}

// Clusters are the clusters that kubeconfig files lead to. It is safe for use from many goroutines.
type Clusters struct {
	options Options
	mu      sync.Mutex
	open    map[estate.Reach]*Client
}

// New returns the clusters; none is reached yet.
func New(o Options) *Clusters {
	return &Clusters{options: o.whole(), open: map[estate.Reach]*Client{}}
}

// Client is the cluster behind a context. It reads no file and dials nothing before its first call.
func (c *Clusters) Client(reach estate.Reach) *Client {
	c.mu.Lock()
	defer c.mu.Unlock()
	client, ok := c.open[reach]
	if !ok {
		client = &Client{options: c.options, reach: reach, configure: func() (*rest.Config, error) { return fromKubeconfig(c.options, reach, false) }}
		c.open[reach] = client
	}
	return client
}

// Current is the cluster behind the current context of a kubeconfig file, as kubectl would take it at the first call; an
// empty path is kubectl's own files.
func Current(o Options, kubeconfig string) *Client {
	o, reach := o.whole(), estate.Reach{Kubeconfig: kubeconfig}
	return &Client{options: o, reach: reach, label: "the cluster of the current context", configure: func() (*rest.Config, error) { return fromKubeconfig(o, reach, true) }}
}

// Client makes the calls to one cluster. It is safe for use from many goroutines.
type Client struct {
	options   Options
	reach     estate.Reach
	label     string // how a cluster without a context is called
	configure func() (*rest.Config, error)

	mu   sync.Mutex
	live *connection // nil until a call has found a usable configuration
}

// connection is an opened client.
type connection struct {
	config  *rest.Config
	http    *http.Client
	dynamic dynamic.Interface
}

// name is how the cluster is called in messages.
func (c *Client) name() string {
	switch {
	case c.reach.Cluster != "" && c.reach.Context != "":
		return "cluster " + c.reach.Cluster + " (context " + c.reach.Context + ")"
	case c.reach.Context != "":
		return "the cluster of context " + c.reach.Context
	}
	return c.label
}

// connect opens the client once; what failed is tried again by the next call.
func (c *Client) connect() (*connection, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.live != nil {
		return c.live, nil
	}
	config, err := c.configure()
	if err != nil {
		return nil, err
	}
	config.QPS = -1 // whoever plans bounds the calls; client-go's own 5 a second would make a plan of minutes
	config.WarningHandler = rest.NoWarnings{}
	if c.options.UserAgent != "" {
		config.UserAgent = c.options.UserAgent
	}
	config.Wrap(func(next http.RoundTripper) http.RoundTripper { return oneAttempt{next} })
	client, err := rest.HTTPClientFor(config)
	if err != nil {
		return nil, c.unusable(err)
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	objects, err := dynamic.NewForConfigAndClient(config, client)
	if err != nil {
		return nil, c.unusable(err)
	}
	c.live = &connection{config: config, http: client, dynamic: objects}
	return c.live, nil
}

// bounded gives a call its deadline.
func (c *Client) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, c.options.Timeout)
}
