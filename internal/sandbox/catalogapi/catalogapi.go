// Package catalogapi pretends what Google knows of data: Vertex AI's datasets and models, Vertex ML Metadata, and the Data Lineage API.
//
// Requests of Google's own clients enter, answers in the real shapes and refusals in the real words leave; datasets, models, artifacts,
// executions, contexts and events are here, who may do what is in the world. It must never let a request in without a token of the
// sandbox's own Google, nor take what the real services are known to refuse, and answers 501 to what it does not know.
package catalogapi

import (
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/landbridge/landbridge/internal/sandbox/googleapi"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

type problem = googleapi.Problem

// API is the three services over a world. It is safe for use from many goroutines.
type API struct {
	world  *world.World
	google *googleapi.API
	routes map[string]route

	mu     sync.Mutex
	things map[string]*thing // by name, with the project's number
	events map[string]string // "EXECUTION ARTIFACT" to INPUT or OUTPUT
	inside map[string]bool   // "CONTEXT ARTIFACT" and "CONTEXT EXECUTION"
	told   []Told
	made   int64 // numbers that were given out
}

// thing is one resource: what its maker said, and what the service adds.
type thing struct {
	name             string
	body             map[string]any
	created, updated time.Time
	etag             int64
}

// New mounts the services among those that Google is used by.
func New(google *googleapi.API, w *world.World) *API {
	a := &API{world: w, google: google, things: map[string]*thing{}, events: map[string]string{}, inside: map[string]bool{}}
	a.routes = a.table()
	google.Mount("vertexcatalog", `([a-z0-9-]+-)?aiplatform(\.mtls)?\.googleapis\.com|aiplatform\.(us|eu)\.rep\.googleapis\.com`,
		`/(v1|v1beta1)/projects/[^/]+/locations/[^/]+/(datasets|models|metadataStores)([/:].*)?`, http.HandlerFunc(a.serveVertex))
	google.Mount("datalineage", `datalineage(\.mtls)?\.googleapis\.com`,
		`/v1/projects/[^/]+/locations/[^/]+:processOpenLineageRunEvent`, http.HandlerFunc(a.serveLineage))
	return a
}

// shown is a thing as it is answered; the caller holds the lock.
func (t *thing) shown() map[string]any {
	out := map[string]any{}
	for k, v := range t.body {
		out[k] = v
	}
	out["name"], out["createTime"], out["updateTime"] = t.name, stamp(t.created), stamp(t.updated)
	if t.etag > 0 {
		out["etag"] = t.tag()
	}
	return out
}

// tag is the thing's ETag as text.
func (t *thing) tag() string { return strconv.FormatInt(t.etag, 10) }

// add keeps a new thing; the caller holds the lock.
func (a *API) add(name string, body map[string]any) *thing {
	now := a.world.Now()
	delete(body, "etag")
	t := &thing{name: name, body: body, created: now, updated: now, etag: now.UnixMicro()}
	a.things[name] = t
	return t
}

// number is an id as Vertex AI gives one out; the caller holds the lock.
func (a *API) number() string {
	a.made++
	return strconv.FormatInt(4611686018427387904+a.made, 10)
}

// done is a long-running operation that is over, as all of them are here.
func (a *API) done(parent, kind string, response map[string]any) map[string]any {
	response["@type"] = "type.googleapis.com/google.cloud.aiplatform.v1." + kind
	return map[string]any{"name": fmt.Sprintf("%s/operations/%s", parent, a.number()), "done": true, "response": response}
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000Z") }
