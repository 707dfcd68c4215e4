package catalog

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
)

// What follows has the names and the meaning of aiplatform/v1 (https://cloud.google.com/vertex-ai/docs/reference/rest).

// Artifact is a state of data in Vertex ML Metadata.
type Artifact struct {
	Name          string            `json:"name,omitempty"`
	DisplayName   string            `json:"displayName,omitempty"`
	URI           string            `json:"uri,omitempty"`
	State         string            `json:"state,omitempty"` // PENDING, LIVE
	SchemaTitle   string            `json:"schemaTitle,omitempty"`
	SchemaVersion string            `json:"schemaVersion,omitempty"`
	Labels        map[string]string `json:"labels,omitempty"`
	Metadata      map[string]any    `json:"metadata,omitempty"`
	Etag          string            `json:"etag,omitempty"`
	CreateTime    time.Time         `json:"createTime,omitzero"`
}

// Execution is a run there.
type Execution struct {
	Name          string         `json:"name,omitempty"`
	DisplayName   string         `json:"displayName,omitempty"`
	State         string         `json:"state,omitempty"` // NEW, RUNNING, COMPLETE, FAILED, CACHED, CANCELLED
	SchemaTitle   string         `json:"schemaTitle,omitempty"`
	SchemaVersion string         `json:"schemaVersion,omitempty"`
	Metadata      map[string]any `json:"metadata,omitempty"`
	Etag          string         `json:"etag,omitempty"`
	CreateTime    time.Time      `json:"createTime,omitzero"`
}

// Event joins an artifact to an execution.
type Event struct {
	Artifact  string `json:"artifact"`
	Execution string `json:"execution,omitempty"`
	Type      string `json:"type"` // INPUT, OUTPUT
}

// The types of events.
const (
	InputEvent  = "INPUT"
	OutputEvent = "OUTPUT"
)

// metadataContext is what artifacts and executions belong to.
type metadataContext struct {
	DisplayName   string         `json:"displayName,omitempty"`
	SchemaTitle   string         `json:"schemaTitle,omitempty"`
	SchemaVersion string         `json:"schemaVersion,omitempty"`
	Metadata      map[string]any `json:"metadata,omitempty"`
}

// Graph is what Vertex ML Metadata knows around an artifact.
type Graph struct {
	Artifacts  []Artifact
	Executions []Execution
	Events     []Event
}

// store is the one metadata store that Vertex AI itself uses.
func (c *Catalog) store() string { return c.parent + "/metadataStores/default" }

// id is our own id of a thing, so that a second attempt finds the first one's: 4 to 128 characters of a-z, 0-9 and -.
func id(kind string, parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		sum := sha256.Sum256([]byte(p))
		_, _ = h.Write(sum[:])
	}
	return "landbridge-" + kind + "-" + hex.EncodeToString(h.Sum(nil)[:16])
}

// ensureStore makes the metadata store of a project that never had one.
func (c *Catalog) ensureStore(ctx context.Context) error {
	err := c.do(ctx, call{method: http.MethodGet, endpoint: c.vertex, path: "/v1/" + c.store(), about: vertexAI}, nil)
	if !refused(err, http.StatusNotFound) {
		return err
	}
	var operation struct{ Done bool }
	err = c.create(ctx, c.parent+"/metadataStores", "metadataStoreId", "default", struct{}{}, &operation)
	if err == nil && !operation.Done {
		return &bridge.Error{
			Kind: bridge.Unreachable, Hop: bridge.HopCatalog, Code: "metadata_store_pending", Retry: true, RetryAfter: 10 * time.Second,
			Text: "vertex ai is making the metadata store of " + c.parent, Hint: "it takes about a minute, once for each project and location",
		}
	}
	return err
}

// create makes a thing under our own id; one that is there already is a success, and into stays as it is.
func (c *Catalog) create(ctx context.Context, collection, param, id string, body, into any) error {
	err := c.do(ctx, call{
		method: http.MethodPost, endpoint: c.vertex, path: "/v1/" + collection, query: url.Values{param: {id}}, body: body, about: vertexAI,
	}, into)
	if refused(err, http.StatusConflict) {
		return nil
	}
	return err
}

// ensureExecution makes an execution, or brings the one that is there to this state: under its etag, so that of two who write at once
// one is told.
func (c *Catalog) ensureExecution(ctx context.Context, id string, want Execution) error {
	var have Execution
	path := "/v1/" + c.store() + "/executions/" + id
	err := c.do(ctx, call{method: http.MethodGet, endpoint: c.vertex, path: path, about: vertexAI}, &have)
	switch {
	case refused(err, http.StatusNotFound):
		return c.create(ctx, c.store()+"/executions", "executionId", id, want, nil)
	case err != nil || have.State == want.State:
		return err
	}
	want.Etag = have.Etag
	err = c.do(ctx, call{
		method: http.MethodPatch, endpoint: c.vertex, path: path, query: url.Values{"updateMask": {"state,metadata"}}, body: want, about: vertexAI,
	}, nil)
	return overtaken(err, "the execution of this run in Vertex ML Metadata")
}

// overtaken is a precondition that failed, which Vertex AI says in three ways.
func overtaken(err error, what string) error {
	e, ok := errors.AsType[*bridge.Error](err)
	if ok && (e.Status == http.StatusConflict || e.Status == http.StatusPreconditionFailed || e.Code == "FAILED_PRECONDITION" || e.Code == "ABORTED") {
		return &bridge.Error{
			Kind: bridge.Drifted, Hop: bridge.HopCatalog, Code: CodeOvertaken, Status: e.Status, Retry: true, Cause: err,
			Text: "somebody else has changed " + what + " meanwhile", Hint: "another try reads it again first",
		}
	}
	return err
}

// CodeOvertaken says that a thing was changed by somebody else between our reading and writing it.
const CodeOvertaken = "catalog_overtaken"

// Graph is what Vertex ML Metadata knows of an artifact by its full name, so many steps around it; 0 is all of it, which it refuses beyond
// 1,000 artifacts, executions or events.
func (c *Catalog) Graph(ctx context.Context, artifact string, hops int) (Graph, error) {
	var out Graph
	query := url.Values{}
	if hops > 0 {
		query.Set("maxHops", decimal(hops))
	}
	err := c.do(ctx, call{method: http.MethodGet, endpoint: c.vertex, path: "/v1/" + artifact + ":queryArtifactLineageSubgraph", query: query, about: vertexAI}, &out)
	return out, err
}
