package googleapi

import (
	"net/http"
	"regexp"
	"slices"

	"github.com/landbridge/landbridge/internal/sandbox/fault"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// What follows is what packages googleadmin, the APIs by which Google is administered, and googleguard share with the APIs
// that Google is used by: who calls, how a body is read, and how an answer looks.

// Problem is a google.rpc.Status as Google's JSON APIs answer it.
type Problem = problem

// Call names what is called, for refusals.
type Call struct {
	API    string // iam.googleapis.com
	Title  string // Identity and Access Management (IAM) API
	Method string // google.iam.admin.v1.CreateRole
	// Project that the call is about, an id or number: it must have the API on when the caller is a person.
	Project string
	Scopes  []string // besides cloud-platform, one of which the token must have; nil is IAM's and cloud-platform.read-only
}

// Mount puts a handler in the place of the API with this name, or adds it: on these production hosts, and by these paths on
// any other host. Latency and faults go in front of it.
func (a *API) Mount(name, hosts, paths string, serve http.Handler) {
	form := regexp.MustCompile(`^(?:` + paths + `)$`)
	a.MountWhere(name, hosts, func(r *http.Request) bool { return form.MatchString(r.URL.Path) }, serve)
}

// MountWhere is Mount for an API that knows its requests on any other host by more than their paths.
func (a *API) MountWhere(name, hosts string, owns func(*http.Request) bool, serve http.Handler) {
	s := service{
		name: name, hosts: regexp.MustCompile(`^(?:` + hosts + `)$`), owns: owns,
		serve: fault.Wrap(a.world, name, serve),
	}
	if i := slices.IndexFunc(a.services, func(s service) bool { return s.name == name }); i >= 0 {
		a.services[i] = s
		return
	}
	a.services = append(a.services, s)
}

// Admit finds out who calls, and that the API is on in the project that pays.
func (a *API) Admit(r *http.Request, c Call) (world.Grant, *Problem) {
	grant, p := a.Authenticate(r, c)
	if p == nil {
		p = a.enabled(consumer(r, grant, c.Project), c.Title, c.API)
	}
	return grant, p
}

// VertexCall names a call of Vertex AI in a location.
type VertexCall struct {
	Method     string // google.cloud.aiplatform.v1.DatasetService.ListDatasets
	Permission string // aiplatform.datasets.list
	Resource   string // as the caller wrote it, without the version
	Project    string // id or number
	Location   string
}

// AdmitVertex checks, in the order in which Google does: who calls, that the host serves the location, that Vertex AI is on and paid for,
// and that IAM allows it. It returns the project.
func (a *API) AdmitVertex(r *http.Request, c VertexCall) (world.Project, *Problem) {
	_, project, p := a.admitLocation(r, c.Method, c.Permission, target{resource: c.Resource, project: c.Project, location: c.Location})
	return project, p
}

// Authenticate finds out who calls.
func (a *API) Authenticate(r *http.Request, c Call) (world.Grant, *Problem) {
	scopes := c.Scopes
	if scopes == nil {
		scopes = []string{iamScope, readOnlyScope}
	}
	return a.authenticate(r, call{c.API, c.Method, scopes})
}

// Read takes a request's JSON body as a message of google.proto into a struct with camelCase names.
func (a *API) Read(r *http.Request, name string, into any) *Problem { return a.read(r, name, into) }

// ServeAccountPolicy is the allow policies of service accounts.
func (a *API) ServeAccountPolicy(rw http.ResponseWriter, r *http.Request) { a.serveIAM(rw, r) }

// Answer writes what an API has to say, or why it refuses.
func Answer(rw http.ResponseWriter, out any, p *Problem) {
	if p != nil {
		p.write(rw)
		return
	}
	writeJSON(rw, http.StatusOK, out)
}

// Denied is IAM's refusal; the resource is "" where an API does not name it.
func Denied(permission, api, resource string) *Problem { return denied(permission, api, resource) }

// Disabled says that an API is off in a project, by its number.
func Disabled(title, api, project string) *Problem { return serviceDisabled(title, api, project) }

// Invalid is a refusal of what was asked.
func Invalid(message string) *Problem { return invalidArgument(message) }

// Absent says that something does not exist.
func Absent(message string) *Problem { return notFound(message) }

// Unknown is the answer to a route that the sandbox does not pretend.
func Unknown(r *http.Request) *Problem { return unknown(r) }

// ErrorInfo is the machine-readable part of a refusal.
func ErrorInfo(reason, domain string, metadata map[string]any) map[string]any {
	return errorInfo(reason, domain, metadata)
}
