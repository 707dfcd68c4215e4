// Package kubeapi pretends the kube-apiservers of the world's clusters, as far as set-up, doctor, kubectl and client-go
// need them: namespaces, service accounts and their tokens, ConfigMaps, Secrets, pods, webhook configurations, server-side
// apply with the ownership of fields, and the issuer's documents.
//
// Requests with the administrator's bearer token enter at /clusters/NAME; objects, and refusals in Kubernetes' own words,
// leave. It holds the objects; which service accounts exist is the world's. It runs no pod and calls no webhook, must never
// answer somebody without the token, and answers 501 to what it does not know.
package kubeapi

import (
	"net/http"
	"strings"
	"sync"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/sandbox/fault"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// Options configure New. Without Admin nobody gets in.
type Options struct {
	// Admin is the bearer token of the clusters' administrator.
	Admin bridge.Secret
	// Cluster is the issuer of the cluster behind /api when no /clusters/NAME says which; empty is the first by name.
	Cluster string
	// Namespaces are in every cluster from the start, besides Kubernetes' own.
	Namespaces []string
}

// API is the API servers of all clusters.
type API struct {
	world   *world.World
	options Options
	handler http.Handler

	mu       sync.Mutex
	clusters map[string]*store // by cluster name
}

// New returns the API servers of a world's clusters, also of those that are added later.
func New(w *world.World, o Options) *API {
	a := &API{world: w, options: o, clusters: map[string]*store{}}
	a.handler = fault.Wrap(w, "kube", http.HandlerFunc(a.serve))
	return a
}

// prefixed is a path below a cluster; bare is what the one cluster behind /api answers without.
var (
	prefixed = bridge.FormOf(`^/clusters/([^/]+)(/.*)?$`)
	bare     = bridge.FormOf(`^/(api|apis)(/.*)?$`)
	aksHost  = bridge.FormOf(`^([a-z0-9.-]+)\.azmk8s\.io$`)
)

// Owns says whether a request is for an API server, by AKS's host name (NAME-dns-….hcp.REGION.azmk8s.io) or by its path.
func (a *API) Owns(r *http.Request) bool {
	return aksHost().MatchString(hostOf(r)) || prefixed().MatchString(r.URL.Path) || bare().MatchString(r.URL.Path)
}

// ServeHTTP implements http.Handler.
func (a *API) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(rw, r.Body, 3<<20) // what etcd takes is half of it
	a.handler.ServeHTTP(rw, r)
}

func (a *API) serve(rw http.ResponseWriter, r *http.Request) {
	name, path := "", r.URL.Path
	if part := prefixed().FindStringSubmatch(path); part != nil {
		name, path = part[1], part[2]
	}
	public := path == "/version" || path == "/healthz" || path == "/livez" || path == "/readyz"
	if !public && !a.authorized(r) {
		refuse(rw, unauthorized())
		return
	}
	c, ok := a.clusterOf(r, name)
	if !ok {
		refuse(rw, notFound("clusters", "", name))
		return
	}
	if a.serveDocument(rw, r, c, path) {
		return
	}
	call, problem := parse(r, path)
	if problem != nil {
		refuse(rw, problem)
		return
	}
	code, body, problem := a.answer(r, c, call)
	if problem != nil {
		refuse(rw, problem)
		return
	}
	writeBody(rw, code, body)
}

// answer is what a call to a resource is answered with. Objects are shared, so that the body is made before others may
// change them, and sent when they may.
func (a *API) answer(r *http.Request, c world.Cluster, call call) (int, []byte, *status) {
	a.mu.Lock()
	defer a.mu.Unlock()
	s, err := a.store(c)
	if err != nil {
		return 0, nil, internal(err.Error())
	}
	code, answer, problem := s.answer(r, call)
	if problem != nil {
		return 0, nil, problem
	}
	return code, encode(answer), nil
}

// clusterOf chooses by path, then by AKS's host name, then by Options.
func (a *API) clusterOf(r *http.Request, name string) (world.Cluster, bool) {
	all := a.world.Clusters()
	for _, c := range all {
		switch {
		case name != "" && c.Name == name,
			name == "" && strings.HasPrefix(hostOf(r), strings.ToLower(c.Name)+"-"),
			name == "" && a.options.Cluster != "" && c.Issuer == a.options.Cluster:
			return c, true
		}
	}
	if name != "" || a.options.Cluster != "" || len(all) == 0 {
		return world.Cluster{}, false
	}
	return all[0], true
}
