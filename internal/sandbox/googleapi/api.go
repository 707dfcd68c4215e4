// Package googleapi pretends Google's APIs: Security Token Service, IAM Service Account Credentials, IAM policies, Cloud
// Resource Manager, OAuth 2.0, the metadata server, and Vertex AI over REST and gRPC.
//
// Requests of Google's own clients enter, answers in the real shapes and refusals in the real words leave. It keeps no
// state but a cache of compiled providers, must never accept what package trust refuses, and answers
// 501 to what it does not know.
package googleapi

import (
	"fmt"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/landbridge/landbridge/internal/sandbox/googleapi/message"
	"github.com/landbridge/landbridge/internal/sandbox/world"
	"github.com/landbridge/landbridge/internal/trust"
)

// Options configure New.
type Options struct {
	// Keys finds the keys of assertion issuers; with nil no issuer can be reached.
	Keys trust.Keys
}

// API is every pretended API of Google as one handler.
type API struct {
	world     *world.World
	keys      trust.Keys
	providers *providers
	messages  *message.Set
	methods   map[string]vertexMethod
	services  []service
}

// service is one API: the production hosts that it answers on, and how it knows its requests on any other host.
type service struct {
	name  string // as in faults
	hosts *regexp.Regexp
	owns  func(*http.Request) bool
	serve http.Handler
}

// New returns the APIs over a world.
func New(w *world.World, o Options) *API {
	a := &API{
		world:     w,
		keys:      o.Keys,
		providers: newProviders(),
		messages:  message.Load(),
		methods:   vertexMethods(),
	}
	add := func(name, hosts, paths string, serve http.HandlerFunc) { a.Mount(name, hosts, paths, serve) }
	add("sts", `sts(\.mtls)?\.googleapis\.com|sts\.[a-z0-9-]+\.rep\.googleapis\.com`, `/v1/(token|introspect|oauthtoken)`, a.serveSTS)
	add("iamcredentials", `iamcredentials(\.mtls)?\.googleapis\.com`,
		`/v1/projects/[^/]+/serviceAccounts/[^/]+:(generateAccessToken|generateIdToken|signBlob|signJwt)|/v1/projects/.+/allowedLocations`, a.serveCredentials)
	add("iam", `iam(\.mtls)?\.googleapis\.com`, `/v1/projects/[^/]+/(serviceAccounts|locations/global/workloadIdentityPools)(/.*)?`, a.serveIAM)
	add("cloudresourcemanager", `cloudresourcemanager(\.mtls)?\.googleapis\.com`, `/(v1|v3)/projects/[^/]+`, a.serveProjects)
	add("vertex", `([a-z0-9-]+-)?aiplatform(\.mtls)?\.googleapis\.com|aiplatform\.(us|eu)\.rep\.googleapis\.com`,
		`/(v1|v1beta1)/(projects/[^/]+/locations/[^/]+/(publishers|endpoints|batchPredictionJobs|tuningJobs|cachedContents)(/.*)?|publishers/.*)|/google\.cloud\.aiplatform\..*`, a.serveVertex)
	add("oauth2", `(oauth2|www|openidconnect)\.googleapis\.com|accounts\.google\.com`,
		`/tokeninfo|/oauth2/v[123]/.*|/v1/userinfo|/\.well-known/openid-configuration`, a.serveOAuth2)
	add("googlemetadata", `metadata(\.google\.internal)?`, `/computeMetadata/.*|/computeMetadata`, a.serveMetadata)
	return a
}

// Owns says whether a request is for one of these APIs, by its host or else by its path.
func (a *API) Owns(r *http.Request) bool { return a.find(r) != nil }

// OwnsHost says whether a request names a production host of these APIs.
func (a *API) OwnsHost(r *http.Request) bool {
	host := hostOf(r)
	return slices.ContainsFunc(a.services, func(s service) bool { return s.hosts.MatchString(host) })
}

// ServeHTTP implements http.Handler.
func (a *API) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	s := a.find(r)
	if s == nil {
		unknown(r).write(rw)
		return
	}
	s.serve.ServeHTTP(rw, r)
}

func (a *API) find(r *http.Request) *service {
	host := hostOf(r)
	var served *service
	for i := range a.services { // several may share a host: one that knows the request goes first
		if !a.services[i].hosts.MatchString(host) {
			continue
		}
		if a.services[i].owns(r) {
			return &a.services[i]
		}
		if served == nil {
			served = &a.services[i]
		}
	}
	if served != nil {
		return served
	}
	// The detection ping of Google's SDKs: "/" and this header.
	metadataPing := r.URL.Path == "/" && r.Header.Get("Metadata-Flavor") != ""
	for i := range a.services {
		if a.services[i].owns(r) || metadataPing && a.services[i].name == "googlemetadata" {
			return &a.services[i]
		}
	}
	return nil
}

// hostOf is the host that the caller named, without a port.
func hostOf(r *http.Request) string {
	host := strings.ToLower(r.Host)
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	return strings.TrimSuffix(host, ".")
}

// unknown is the answer to a route that the sandbox does not pretend.
func unknown(r *http.Request) *problem {
	return &problem{
		Code: http.StatusNotImplemented, Status: "UNIMPLEMENTED",
		Message: fmt.Sprintf("the sandbox does not know %s %s; docs/sandbox.md lists what it knows", r.Method, r.URL.Path),
	}
}
