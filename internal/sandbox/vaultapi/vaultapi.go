// Package vaultapi pretends Azure Backup: Recovery Services vaults and Backup vaults with their items, policies, recovery points and
// jobs, restores that are accepted, become a job and only then bytes, and the queries of Resource Graph that Landbridge asks.
//
// A request whose caller has proven who it is enters; answers in the shapes of Microsoft's own examples and refusals in its words
// leave, and what was restored goes out by a port. It must never do what the caller's roles, or the vault's own, do not allow, never
// write to what is protected, and answers 501 to what it does not know.
package vaultapi

import (
	"net/http"
	"regexp"
	"sync"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/sandbox/armapi"
	"github.com/landbridge/landbridge/internal/sandbox/fault"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// Options configure New. The zero value restores at once, into the world's own storage accounts.
type Options struct {
	// Source reads what a container held at a time: the bytes of a point that has no contents of its own. The world's accounts, as
	// they are now, when nil.
	Source func(account, container string, at time.Time) []Object
	// Holds says whether an account has a container. The world's accounts, as they are now, when nil.
	Holds func(account, container string) bool
	// Restored gets what a restore brought back, when its job is over. The world's accounts when nil.
	Restored func(Delivery)
	// Accept is how long an operation runs before there is a job, Job how long that runs.
	Accept, Job time.Duration
}

// Object is a blob or a file.
type Object struct {
	Name    string
	Content []byte
}

// Delivery is what a restore brings to a staging account.
type Delivery struct {
	Account   string // name
	Container string // or share
	Share     bool
	Objects   []Object
}

// API is Azure Backup and Resource Graph over a world. What time has done is made true at each request.
type API struct {
	world   *world.World
	options Options
	routes  []route

	mu         sync.Mutex
	resources  map[string]*Resource // by folded id
	operations map[string]*operation
	running    []*operation // those with a job that is not over
	failures   []Failure    // of the next jobs
	page       int
}

type route struct {
	method string
	path   *regexp.Regexp
	serve  func(*API, *call)
}

// New returns the API, with no vault in it.
func New(w *world.World, o Options) *API {
	a := &API{world: w, options: o, resources: map[string]*Resource{}, operations: map[string]*operation{}, page: 200}
	if a.options.Source == nil {
		a.options.Source = a.readWorld
	}
	if a.options.Holds == nil {
		a.options.Holds = a.holdsWorld
	}
	if a.options.Restored == nil {
		a.options.Restored = a.writeWorld
	}
	const (
		subscription = "/subscriptions/{sub}"
		services     = subscription + "/resourceGroups/{group}/providers/Microsoft.RecoveryServices/vaults/{vault}"
		item         = services + "/backupFabrics/{fabric}/protectionContainers/{container}/protectedItems/{item}"
		protection   = subscription + "/resourceGroups/{group}/providers/Microsoft.DataProtection/backupVaults/{vault}"
		instance     = protection + "/backupInstances/{item}"
	)
	for _, r := range []struct {
		method, path string
		serve        func(*API, *call)
	}{
		{http.MethodGet, subscription + "/providers/Microsoft.RecoveryServices/vaults", (*API).listVaults},
		{http.MethodGet, subscription + "/providers/Microsoft.DataProtection/backupVaults", (*API).listVaults},
		{http.MethodGet, services + "/(?P<kind>backupProtectedItems|backupPolicies|backupJobs)", (*API).list},
		{http.MethodGet, protection + "/(?P<kind>backupInstances|deletedBackupInstances|backupPolicies|backupJobs)", (*API).list},
		{http.MethodGet, services + "/backupJobs/{job}", (*API).getJob},
		{http.MethodGet, protection + "/backupJobs/{job}", (*API).getJob},
		{http.MethodPost, services + "/backupJobs/{job}/cancel", (*API).cancel},
		{http.MethodGet, item + "/recoveryPoints", (*API).listPoints},
		{http.MethodGet, instance + "/recoveryPoints", (*API).listPoints},
		{http.MethodPost, instance + "/findRestorableTimeRanges", (*API).findRanges},

		{http.MethodPost, services + "/backupTriggerValidateOperation", (*API).validateServices},
		{http.MethodPost, instance + "/validateRestore", (*API).validateInstance},
		{http.MethodPost, item + "/recoveryPoints/{point}/restore", (*API).restoreServices},
		{http.MethodPost, instance + "/restore", (*API).restoreInstance},
		{http.MethodGet, services + "/backupValidateOperationsStatuses/{operation}", (*API).operationStatus},
		{http.MethodGet, services + "/backupValidateOperationResults/{operation}", (*API).operationResult},
		{http.MethodGet, item + "/operationsStatus/{operation}", (*API).operationStatus},
		{http.MethodGet, item + "/operationResults/{operation}", (*API).operationResult},
		{http.MethodGet, protection + "/operationStatus/{operation}", (*API).operationStatus},
		{http.MethodGet, subscription + "/providers/Microsoft.DataProtection/locations/{location}/operationResults/{operation}", (*API).operationResult},

		{http.MethodPost, "/providers/Microsoft.ResourceGraph/resources", (*API).query},
	} {
		a.routes = append(a.routes, route{r.method, compile(r.path), r.serve})
	}
	return a
}

var pathPart = bridge.FormOf(`\{([a-z]+)\}`)

// compile makes a pattern of a path. Resource Manager does not mind upper and lower case.
func compile(path string) *regexp.Regexp {
	return regexp.MustCompile(`(?i)^` + pathPart().ReplaceAllString(path, `(?P<$1>[^/]+)`) + `/?$`)
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

// Knows says whether the API has such a call.
func (a *API) Knows(r *http.Request) bool {
	_, _, ok := a.find(r)
	return ok
}

// Serve answers a caller. Faults for "vaults" and "graph" are met here, those for "arm" before.
func (a *API) Serve(rw http.ResponseWriter, r *http.Request, who armapi.Caller) {
	route, part, ok := a.find(r)
	c := &call{Request: r, rw: rw, world: a.world, who: who, part: part}
	if !ok {
		c.problem(http.StatusNotImplemented, "NotImplemented", "The sandbox does not pretend "+r.Method+" "+r.URL.Path+". The real API may know it.")
		return
	}
	name := "vaults"
	if part["sub"] == "" {
		name = "graph"
	}
	fault.Wrap(a.world, name, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		c.rw, c.Request = rw, r
		if c.fine() {
			a.Settle()
			route.serve(a, c)
		}
	})).ServeHTTP(rw, r)
}
