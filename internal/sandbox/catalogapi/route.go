package catalogapi

import (
	"net/http"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/sandbox/googleapi"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// target is the resource that a call is about, taken apart.
type target struct {
	version, project, location string
	store                      string // of metadata; "" for what is not in one
	kind                       string // collection
	id                         string // "" is the collection itself
	verb                       string
}

var (
	plainForm = bridge.FormOf(`^/(v1|v1beta1)/projects/([^/]+)/locations/([^/]+)/(datasets|models|metadataStores)(?:/([^/:]+))?(?::([a-zA-Z]+))?$`)
	storeForm = bridge.FormOf(`^/(v1|v1beta1)/projects/([^/]+)/locations/([^/]+)/metadataStores/([^/:]+)/(artifacts|executions|contexts|metadataSchemas)(?:/([^/:]+))?(?::([a-zA-Z]+))?$`)
)

func parse(path string) (target, bool) {
	if m := storeForm().FindStringSubmatch(path); m != nil {
		return target{version: m[1], project: m[2], location: m[3], store: m[4], kind: m[5], id: m[6], verb: m[7]}, true
	}
	if m := plainForm().FindStringSubmatch(path); m != nil {
		return target{version: m[1], project: m[2], location: m[3], kind: m[4], id: m[5], verb: m[6]}, true
	}
	return target{}, false
}

// parent is below what a thing is made, with the project's number.
func (t target) parent(p world.Project) string {
	out := "projects/" + p.Number + "/locations/" + t.location
	if t.store != "" {
		out += "/metadataStores/" + t.store
	}
	return out
}

// call is one request on its way, that is allowed.
type call struct {
	*http.Request
	target
	parent string // projects/NUMBER/locations/L, and the store
	name   string // of the thing
}

// route is how one method is served. The lock is held meanwhile.
type route struct {
	rpc        string // MetadataService.CreateArtifact
	permission string
	serve      func(*call, map[string]any) (any, *problem)
}

// table is every method: HTTP method, collection, "/" when it is about one thing, verb.
func (a *API) table() map[string]route {
	out := map[string]route{
		"POST datasets":                       {"DatasetService.CreateDataset", "datasets.create", a.createDataset},
		"POST models:upload":                  {"ModelService.UploadModel", "models.upload", a.uploadModel},
		"POST metadataStores":                 {"MetadataService.CreateMetadataStore", "metadataStores.create", a.createStore},
		"POST artifacts":                      {"MetadataService.CreateArtifact", "artifacts.create", a.createNode},
		"POST executions":                     {"MetadataService.CreateExecution", "executions.create", a.createNode},
		"POST contexts":                       {"MetadataService.CreateContext", "contexts.create", a.createNode},
		"POST metadataSchemas":                {"MetadataService.CreateMetadataSchema", "metadataSchemas.create", a.createSchema},
		"POST executions/:addExecutionEvents": {"MetadataService.AddExecutionEvents", "executions.addExecutionEvents", a.addEvents},

		"POST contexts/:addContextArtifactsAndExecutions": {"MetadataService.AddContextArtifactsAndExecutions", "contexts.addContextArtifactsAndExecutions", a.addInside},
		"GET artifacts/:queryArtifactLineageSubgraph":     {"MetadataService.QueryArtifactLineageSubgraph", "artifacts.get", a.artifactGraph},
		"GET contexts/:queryContextLineageSubgraph":       {"MetadataService.QueryContextLineageSubgraph", "contexts.queryContextLineageSubgraph", a.contextGraph},
		"GET executions/:queryExecutionInputsAndOutputs":  {"MetadataService.QueryExecutionInputsAndOutputs", "executions.queryExecutionInputsAndOutputs", a.executionGraph},
	}
	for kind, one := range singular() {
		service := "MetadataService."
		switch kind {
		case "datasets", "models":
			service = one + "Service."
		}
		out["GET "+kind+"/"] = route{service + "Get" + one, kind + ".get", a.get}
		out["GET "+kind] = route{service + "List" + strings.ToUpper(kind[:1]) + kind[1:], kind + ".list", a.list}
		if kind != "metadataStores" && kind != "metadataSchemas" {
			out["PATCH "+kind+"/"] = route{service + "Update" + one, kind + ".update", a.patch}
		}
	}
	return out
}

func singular() map[string]string {
	return map[string]string{
		"datasets": "Dataset", "models": "Model", "metadataStores": "MetadataStore",
		"artifacts": "Artifact", "executions": "Execution", "contexts": "Context", "metadataSchemas": "MetadataSchema",
	}
}

// serveVertex is Vertex AI's datasets, models and metadata.
func (a *API) serveVertex(rw http.ResponseWriter, r *http.Request) {
	t, ok := parse(r.URL.Path)
	key := r.Method + " " + t.kind
	if t.id != "" {
		key += "/"
	}
	if t.verb != "" {
		key += ":" + t.verb
	}
	found, known := a.routes[key]
	if !ok || !known {
		googleapi.Answer(rw, nil, googleapi.Unknown(r))
		return
	}
	out, p := a.serve(r, t, found)
	googleapi.Answer(rw, out, p)
}

func (a *API) serve(r *http.Request, t target, found route) (any, *problem) {
	resource := strings.TrimPrefix(r.URL.Path, "/"+t.version+"/")
	project, p := a.google.AdmitVertex(r, googleapi.VertexCall{
		Method: "google.cloud.aiplatform." + t.version + "." + found.rpc, Permission: "aiplatform." + found.permission,
		Resource: strings.TrimSuffix(resource, ":"+t.verb), Project: t.project, Location: t.location,
	})
	if p != nil {
		return nil, p
	}
	var body map[string]any
	if r.Method != http.MethodGet {
		if body, p = object(r, maxBody); p != nil {
			return nil, p
		}
	}
	c := &call{Request: r, target: t, parent: t.parent(project)}
	c.name = c.parent + "/" + t.kind + "/" + t.id
	a.mu.Lock()
	defer a.mu.Unlock()
	if t.store != "" && a.things[c.parent] == nil {
		return nil, googleapi.Absent("The MetadataStore `" + c.parent + "` does not exist.")
	}
	if t.id != "" && a.things[c.name] == nil {
		return nil, googleapi.Absent("The " + singular()[t.kind] + " `" + c.name + "` does not exist.")
	}
	return found.serve(c, body)
}
