// Package transferapi pretends Storage Transfer Service: one-off jobs from an Azure container into a bucket, with a federated identity.
//
// Requests of Google's own clients enter, answers in the real shapes and refusals in the real words leave. What a job copies it really
// copies: as the agent it gets a token from Entra, reads the container and writes to the bucket, all through the handlers that it was
// given, whose refusals are the operation's errors. It must never go round them, and answers 501 to what it does not know.
package transferapi

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/sandbox/googleapi"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

const (
	api   = "storagetransfer.googleapis.com"
	title = "Storage Transfer API"
)

type problem = googleapi.Problem

// Options configure New. Azure is required.
type Options struct {
	// Azure answers for Entra and Blob Storage.
	Azure http.Handler
	// Queue is how long an operation waits before it begins, Object how long one object takes, in the world's time.
	Queue, Object time.Duration
}

// Transfer is the service, with its jobs and operations. It is safe for use from many goroutines.
type Transfer struct {
	world   *world.World
	google  *googleapi.API
	options Options

	mu         sync.Mutex
	jobs       map[string]*job
	operations map[string]*operation
}

// New mounts the API among those that Google is used by, through which it reaches the buckets.
func New(google *googleapi.API, w *world.World, o Options) *Transfer {
	t := &Transfer{world: w, google: google, options: o, jobs: map[string]*job{}, operations: map[string]*operation{}}
	google.Mount("storagetransfer", `storagetransfer(\.mtls)?\.googleapis\.com`,
		`/v1/(googleServiceAccounts/[^/]+|transferJobs(/.+)?|transferOperations/.+)`, http.MaxBytesHandler(t, 1<<20))
	return t
}

// call is one request on its way.
type call struct {
	*http.Request
	grant   world.Grant
	project world.Project
	name    string // transferJobs/… or transferOperations/…
	job     map[string]any
}

// method is how one call of the API is served.
type method struct {
	name       string
	permission string // below storagetransfer.
	serve      func(*Transfer, *call) (any, *problem)
}

var pathForm = bridge.FormOf(`^/v1/(googleServiceAccounts|transferJobs|transferOperations)(?:/([^/:]+))?(?::([a-z]+))?$`)

// find knows a call by its method and path.
func find(r *http.Request) (m method, name string, known bool) {
	p := pathForm().FindStringSubmatch(r.URL.Path)
	if p == nil {
		return method{}, "", false
	}
	key := r.Method + " " + p[1]
	if p[2] != "" {
		key += " NAME"
	}
	if p[3] != "" {
		key += ":" + p[3]
	}
	m, known = map[string]method{
		"GET googleServiceAccounts NAME":      {"GetGoogleServiceAccount", "projects.getServiceAccount", (*Transfer).account},
		"POST transferJobs":                   {"CreateTransferJob", "jobs.create", (*Transfer).create},
		"GET transferJobs NAME":               {"GetTransferJob", "jobs.get", (*Transfer).get},
		"DELETE transferJobs NAME":            {"DeleteTransferJob", "jobs.delete", (*Transfer).remove},
		"POST transferJobs NAME:run":          {"RunTransferJob", "jobs.run", (*Transfer).run},
		"GET transferOperations NAME":         {"GetTransferOperation", "operations.get", (*Transfer).follow},
		"POST transferOperations NAME:cancel": {"CancelTransferOperation", "operations.cancel", (*Transfer).cancel},
	}[key]
	return m, p[1] + "/" + p[2], known
}

// ServeHTTP implements http.Handler.
func (t *Transfer) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	m, name, known := find(r)
	if !known {
		googleapi.Answer(rw, nil, googleapi.Unknown(r))
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	c := &call{Request: r, name: name}
	p := t.admit(c, m)
	var out any
	if p == nil {
		out, p = m.serve(t, c)
	}
	googleapi.Answer(rw, out, p)
}

// admit finds out who calls, in which project, and whether IAM allows it.
func (t *Transfer) admit(c *call, m method) *problem {
	project, p := t.projectOf(c)
	if p != nil {
		return p
	}
	about := googleapi.Call{API: api, Title: title, Method: "google.storagetransfer.v1.StorageTransferService." + m.name, Project: project, Scopes: []string{}}
	if c.grant, p = t.google.Admit(c.Request, about); p != nil {
		return p
	}
	permission := "storagetransfer." + m.permission
	var err error
	if c.project, err = t.world.Project(project); err != nil || len(t.world.ProjectPermissions(c.grant, project, permission)) == 0 {
		return googleapi.Denied(permission, api, "projects/"+project)
	}
	if !c.project.Services[api] {
		return googleapi.Disabled(title, api, c.project.Number)
	}
	return nil
}

// projectOf reads which project a call is about: from the path, the parameters or the body, or from the operation.
func (t *Transfer) projectOf(c *call) (string, *problem) {
	if m := pathForm().FindStringSubmatch(c.URL.Path); m[1] == "googleServiceAccounts" {
		return m[2], nil
	}
	if o := t.operations[c.name]; o != nil {
		return o.job.project, nil
	}
	if project := c.URL.Query().Get("projectId"); project != "" {
		return project, nil
	}
	if c.Method == http.MethodPost && c.job == nil {
		if err := json.NewDecoder(c.Body).Decode(&c.job); err != nil && !errors.Is(err, io.EOF) {
			return "", googleapi.Invalid("Invalid JSON payload received.")
		}
	}
	project, _ := c.job["projectId"].(string)
	if project == "" {
		return "", googleapi.Absent("Requested entity was not found.")
	}
	return project, nil
}
