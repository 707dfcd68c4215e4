// Package armapi pretends Azure Resource Manager: subscriptions and resource groups to be read, AKS clusters whose OIDC
// issuer can be switched on, user-assigned identities with their federated credentials, and role assignments.
//
// A request whose caller has proven who it is enters; answers in the real shapes and refusals in the real words leave. It
// keeps no state of its own, must never do what the caller's roles do not allow, and answers 501 to what it does not know.
package armapi

import (
	"net/http"
	"regexp"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// Options configure New.
type Options struct {
	// KubeAdmin is the bearer token that listClusterUserCredential hands out; without it there is no such call.
	KubeAdmin bridge.Secret
	// CAPEM goes into the kubeconfig for https; empty leaves the system's roots.
	CAPEM []byte
}

// Caller is who sends a request. Its token was verified.
type Caller struct {
	Tenant   string
	Issuer   string // of the token
	ObjectID string
	Name     string // as refusals name it: a client id, or a person's user principal name
}

// API is Resource Manager over a world.
type API struct {
	world   *world.World
	options Options
	routes  []route
}

// route is one call: a method, a path with {parts}, and who answers it.
type route struct {
	method string
	path   *regexp.Regexp
	serve  func(*API, *call)
}

// New returns the API.
func New(w *world.World, o Options) *API {
	const (
		group      = "/subscriptions/{sub}/resourceGroups/{group}"
		clusters   = "/providers/Microsoft.ContainerService/managedClusters"
		identities = "/providers/Microsoft.ManagedIdentity/userAssignedIdentities"
		operations = "/subscriptions/{sub}/providers/Microsoft.ContainerService/locations/{location}/operations/{name}"
		scoped     = "{scope...}/providers/Microsoft.Authorization"
	)
	a := &API{world: w, options: o}
	for _, r := range []struct {
		method, path string
		serve        func(*API, *call)
	}{
		{http.MethodGet, "/subscriptions", (*API).listSubscriptions},
		{http.MethodGet, "/subscriptions/{sub}", (*API).getSubscription},
		{http.MethodGet, "/subscriptions/{sub}/resourceGroups", (*API).listGroups},
		{http.MethodGet, group, (*API).getGroup},

		{http.MethodGet, "/subscriptions/{sub}" + clusters, (*API).listClusters},
		{http.MethodGet, group + clusters, (*API).listClusters},
		{http.MethodGet, group + clusters + "/{name}", (*API).getCluster},
		{http.MethodPut, group + clusters + "/{name}", (*API).putCluster},
		{http.MethodPatch, group + clusters + "/{name}", (*API).patchCluster},
		{http.MethodPost, group + clusters + "/{name}/listClusterUserCredential", (*API).clusterCredential},
		{http.MethodGet, operations, (*API).getOperation},

		{http.MethodGet, "/subscriptions/{sub}" + identities, (*API).listIdentities},
		{http.MethodGet, group + identities, (*API).listIdentities},
		{http.MethodGet, group + identities + "/{name}", (*API).getIdentity},
		{http.MethodPut, group + identities + "/{name}", (*API).putIdentity},
		{http.MethodPatch, group + identities + "/{name}", (*API).patchIdentity},
		{http.MethodDelete, group + identities + "/{name}", (*API).deleteIdentity},
		{http.MethodGet, group + identities + "/{name}/federatedIdentityCredentials", (*API).listCredentials},
		{http.MethodGet, group + identities + "/{name}/federatedIdentityCredentials/{credential}", (*API).getCredential},
		{http.MethodPut, group + identities + "/{name}/federatedIdentityCredentials/{credential}", (*API).putCredential},
		{http.MethodDelete, group + identities + "/{name}/federatedIdentityCredentials/{credential}", (*API).deleteCredential},

		{http.MethodGet, scoped + "/roleDefinitions", (*API).listDefinitions},
		{http.MethodGet, scoped + "/roleDefinitions/{name}", (*API).getDefinition},
		{http.MethodGet, scoped + "/roleAssignments", (*API).listAssignments},
		{http.MethodGet, scoped + "/roleAssignments/{name}", (*API).getAssignment},
		{http.MethodPut, scoped + "/roleAssignments/{name}", (*API).putAssignment},
		{http.MethodDelete, scoped + "/roleAssignments/{name}", (*API).deleteAssignment},
	} {
		a.routes = append(a.routes, route{r.method, compile(r.path), r.serve})
	}
	return a
}

var pathPart = bridge.FormOf(`\\\{([a-z]+)(\\\.\\\.\\\.)?\\\}`)

// compile makes a pattern of a path. Resource Manager does not mind upper and lower case.
func compile(path string) *regexp.Regexp {
	pattern := pathPart().ReplaceAllStringFunc(regexp.QuoteMeta(path), func(part string) string {
		found := pathPart().FindStringSubmatch(part)
		if found[2] != "" { // any number of elements, also none
			return `(?P<` + found[1] + `>(?:/.+)?)`
		}
		return `(?P<` + found[1] + `>[^/]+)`
	})
	return regexp.MustCompile(`(?i)^` + pattern + `/?$`)
}

// Knows says whether the API has such a call.
func (a *API) Knows(r *http.Request) bool {
	_, _, ok := a.find(r)
	return ok
}

// SubscriptionOf reads the subscription out of a path, "" when it names none.
func SubscriptionOf(path string) string {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	if len(parts) < 2 || !strings.EqualFold(parts[0], "subscriptions") {
		return ""
	}
	return parts[1]
}

func (a *API) find(r *http.Request) (route, map[string]string, bool) {
	for _, candidate := range a.routes {
		if candidate.method != r.Method {
			continue
		}
		if found := candidate.path.FindStringSubmatch(r.URL.Path); found != nil {
			part := map[string]string{}
			for i, name := range candidate.path.SubexpNames() {
				part[name] = found[i]
			}
			return candidate, part, true
		}
	}
	return route{}, nil, false
}

// Serve answers a caller.
func (a *API) Serve(rw http.ResponseWriter, r *http.Request, who Caller) {
	route, part, ok := a.find(r)
	if !ok {
		notPretended(rw, r)
		return
	}
	c := &call{rw: rw, Request: r, world: a.world, who: who, part: part}
	if r.URL.Query().Get("api-version") == "" {
		c.problem(http.StatusBadRequest, "MissingApiVersionParameter", "The api-version query parameter (?api-version=) is required for all requests.")
		return
	}
	if id := SubscriptionOf(r.URL.Path); id != "" && !c.findSubscription(id) {
		return
	}
	route.serve(a, c)
}
