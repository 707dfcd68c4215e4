// Package azureapi pretends Azure's APIs: AKS OIDC issuers, Entra's token endpoint, the
// managed identity endpoints of virtual machines, App Service, Service Fabric and Arc, Resource Manager (package armapi),
// Blob Storage (package blobapi), Azure Files (package filesapi) and Key Vault (package keyvaultapi).
//
// Requests of Azure's own clients enter, answers in the real shapes and refusals in the real words leave. It keeps no
// state but Arc's open challenges, must never accept what package trust refuses or a token that it has not verified, and
// answers 501 to what it does not know.
package azureapi

import (
	"net/http"
	"regexp"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/sandbox/armapi"
	"github.com/landbridge/landbridge/internal/sandbox/blobapi"
	"github.com/landbridge/landbridge/internal/sandbox/fault"
	"github.com/landbridge/landbridge/internal/sandbox/filesapi"
	"github.com/landbridge/landbridge/internal/sandbox/keyvaultapi"
	"github.com/landbridge/landbridge/internal/sandbox/world"
	"github.com/landbridge/landbridge/internal/trust"
)

// Options configure New. What is left empty is refused, not open: an endpoint without its secret lets nobody in.
type Options struct {
	// Keys finds the keys of assertion issuers that are not in the world; with nil they cannot be reached.
	Keys trust.Keys
	// KubeAdmin is the bearer token of the clusters' administrator, which Resource Manager hands out.
	KubeAdmin bridge.Secret
	// CAPEM is the authority of the sandbox's own certificates, for kubeconfigs that Resource Manager hands out.
	CAPEM []byte
	// IdentityHeader is what App Service, Functions and Container Apps put into IDENTITY_HEADER, and old ones into MSI_SECRET.
	IdentityHeader bridge.Secret
	// FabricSecret is what Service Fabric puts into IDENTITY_HEADER.
	FabricSecret bridge.Secret
	// ArcKeys is the directory of Arc's challenge files, as /var/opt/azcmagent/tokens is; it must exist.
	ArcKeys string
	// Blobs are what the storage accounts hold; with nil, what the world says they begin with.
	Blobs *blobapi.Store
	// Shares are the file shares of the storage accounts; with nil they have none yet.
	Shares *filesapi.Store
	// Vaults are those of Key Vault; with nil there are none.
	Vaults *keyvaultapi.Store
	// Providers are parts of Resource Manager beside package armapi's.
	Providers []Provider
}

// Provider is a part of Resource Manager: it knows its calls, and answers callers who have proven who they are.
type Provider interface {
	Knows(r *http.Request) bool
	Serve(rw http.ResponseWriter, r *http.Request, who armapi.Caller)
}

// API is every pretended API of Azure as one handler.
type API struct {
	world    *world.World
	options  Options
	arm      *armapi.API
	blobs    *blobapi.Store
	shares   *filesapi.Store
	arc      challenges
	services []service
}

// service is one API: the production hosts that it answers on, and what it is known by on any other host.
type service struct {
	hosts *regexp.Regexp
	owns  func(*http.Request) bool
	serve http.Handler
}

// New returns the APIs over a world.
func New(w *world.World, o Options) *API {
	a := &API{world: w, options: o, arm: armapi.New(w, armapi.Options{KubeAdmin: o.KubeAdmin, CAPEM: o.CAPEM}), blobs: o.Blobs, shares: o.Shares}
	if a.blobs == nil {
		a.blobs = blobapi.NewStore(w, blobapi.StoreOptions{})
	}
	if a.shares == nil {
		a.shares = filesapi.NewStore(w)
	}
	addAny := func(name, hosts string, owns func(*http.Request) bool, serve http.Handler) {
		a.services = append(a.services, service{
			hosts: regexp.MustCompile(`^(?:` + hosts + `)$`),
			owns:  owns,
			serve: fault.Wrap(w, name, serve),
		})
	}
	add := func(name, hosts string, owns func(*http.Request) bool, serve http.HandlerFunc) {
		addAny(name, hosts, owns, http.MaxBytesHandler(serve, 1<<20))
	}
	const nowhere = `[^\s\S]` // no production host of its own: shared, link-local or loopback
	add("aks", `[a-z0-9-]+\.oic\.prod-aks\.azure\.com`, a.ownsIssuer, a.serveIssuer)
	add("entra", `login\.microsoftonline\.com|login\.windows\.net|login\.microsoft\.com|sts\.windows\.net`,
		paths(`/common/discovery/instance|/[^/]+(/v2\.0)?/\.well-known/openid-configuration|/[^/]+/discovery/(v2\.0/)?keys|/[^/]+/oauth2/(v2\.0/)?[^/]+`), a.serveEntra)
	add("arc", `(localhost|127\.0\.0\.1):40342`, paths(`/arc/metadata/identity/oauth2/token`), a.serveArc)
	add("servicefabric", nowhere, paths(`/servicefabric/metadata/identity/oauth2/token`), a.serveFabric)
	// 169.254.169.254 is Google's metadata server too: the path decides.
	add("imds", nowhere, paths(`/metadata/(identity|instance|versions|attested|scheduledevents|loadbalancer)(/.*)?`), a.serveIMDS)
	add("appservice", nowhere, paths(`/msi/token/?`), a.serveAppService)
	add("arm", `management\.azure\.com|management\.core\.windows\.net`, paths(`(?i:/subscriptions(/.*)?|/tenants|/providers(/.*)?)`), a.serveARM)
	addAny("storage", `[a-z0-9]{3,24}\.blob\.core\.windows\.net`, a.ownsStorage, blobapi.New(a.blobs, blobapi.Options{Caller: a.storageCaller}))
	addAny("storage", `[a-z0-9]{3,24}\.file\.core\.windows\.net`, a.ownsFiles, filesapi.New(a.shares, filesapi.Options{Caller: a.filesCaller}))
	if o.Vaults != nil {
		vaults := keyvaultapi.New(o.Vaults, keyvaultapi.Options{Caller: a.vaultCaller})
		add("keyvault", `[a-z0-9-]{3,24}\.vault\.azure\.net`, a.ownsVault, vaults.ServeHTTP)
	}
	return a
}

// Owns says whether a request is for one of these APIs, by its host or else by its path.
func (a *API) Owns(r *http.Request) bool { return a.find(r) != nil }

// ServeHTTP implements http.Handler.
func (a *API) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	s := a.find(r)
	if s == nil {
		notPretended(rw, r)
		return
	}
	s.ServeHTTP(rw, r)
}

func (a *API) find(r *http.Request) http.Handler {
	host := hostOf(r)
	for i := range a.services {
		if s := &a.services[i]; s.hosts.MatchString(host) || s.hosts.MatchString(r.Host) {
			return s.serve
		}
	}
	for i := range a.services {
		if s := &a.services[i]; s.owns(r) {
			return s.serve
		}
	}
	return nil
}

// paths matches a request by the whole of its path.
func paths(pattern string) func(*http.Request) bool {
	re := regexp.MustCompile(`^(?:` + pattern + `)$`)
	return func(r *http.Request) bool { return re.MatchString(r.URL.Path) }
}
