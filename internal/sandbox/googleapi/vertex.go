package googleapi

import (
	"net/http"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

const (
	vertexAPI   = "aiplatform.googleapis.com"
	vertexTitle = "Vertex AI API"
)

// CallerHeader names who called, as Google saw it, in every answer of Vertex.
const CallerHeader = "X-Sandbox-Caller"

// target is the resource that a Vertex call is about, taken apart.
type target struct {
	resource  string // as the caller wrote it, without the version
	project   string // id or number
	location  string
	publisher string // "" for an endpoint
	id        string // model or endpoint
}

var targetForm = bridge.FormOf(`^projects/([^/]+)/locations/([^/]+)/(?:publishers/([^/]+)/models|endpoints)/([^/:]+)$`)

func parseTarget(resource string) (target, bool) {
	m := targetForm().FindStringSubmatch(resource)
	if m == nil {
		return target{}, false
	}
	return target{resource: resource, project: m[1], location: m[2], publisher: m[3], id: m[4]}, true
}

// vertexCall is a call that is allowed, about a thing that exists.
type vertexCall struct {
	target
	grant   world.Grant
	project world.Project
	body    []byte // canonical JSON
}

// vertexMethod is one method of the prediction service on either wire.
type vertexMethod struct {
	rpc      string // GenerateContent
	request  string // message names
	response string
	streams  bool
	answer   func(*API, *vertexCall) ([]any, *problem)
}

// vertexMethods are the methods whose messages are known, by the verb after the colon.
func vertexMethods() map[string]vertexMethod {
	return map[string]vertexMethod{
		"generateContent":       {"GenerateContent", "GenerateContentRequest", "GenerateContentResponse", false, (*API).generateContent},
		"streamGenerateContent": {"StreamGenerateContent", "GenerateContentRequest", "GenerateContentResponse", true, (*API).streamGenerateContent},
		"countTokens":           {"CountTokens", "CountTokensRequest", "CountTokensResponse", false, (*API).countTokens},
		"predict":               {"Predict", "PredictRequest", "PredictResponse", false, (*API).predict},
		"embedContent":          {"EmbedContent", "EmbedContentRequest", "EmbedContentResponse", false, (*API).embedContent},
	}
}

// serveVertex is Vertex AI's prediction service, over REST and over gRPC.
func (a *API) serveVertex(rw http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/grpc") {
		a.serveGRPC(rw, r)
		return
	}
	version, resource, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if r.Method == http.MethodGet && strings.HasPrefix(resource, "publishers/") {
		a.serveModels(rw, r, version, resource)
		return
	}
	if m := resourceForm().FindStringSubmatch(resource); m != nil {
		a.serveResource(rw, r, version, m)
		return
	}
	if model, ok := strings.CutSuffix(resource, "/chat/completions"); ok {
		a.serveOpenAI(rw, r, version, model)
		return
	}
	resource, verb, ok := cutLast(resource, ":")
	t, parsed := parseTarget(resource)
	if !ok || !parsed || r.Method != http.MethodPost {
		unknown(r).write(rw)
		return
	}
	if verb == "rawPredict" || verb == "streamRawPredict" {
		a.serveRaw(rw, r, version, t, verb)
		return
	}
	method, ok := a.methods[verb]
	if !ok {
		unknown(r).write(rw)
		return
	}
	call, p := a.admitVertex(r, version, method.rpc, t)
	if p == nil {
		rw.Header().Set(CallerHeader, callerLine(call.grant))
		p = a.readVertex(r, method, call)
	}
	if p == nil {
		var answers []any
		if answers, p = method.answer(a, call); p == nil {
			a.writeVertex(rw, r, method, answers)
			return
		}
	}
	if method.streams && r.URL.Query().Get("alt") != "sse" {
		writeJSON(rw, p.Code, []any{map[string]any{"error": p}})
		return
	}
	p.write(rw)
}

func (a *API) readVertex(r *http.Request, method vertexMethod, call *vertexCall) *problem {
	body, p := readBody(r)
	if p != nil {
		return p
	}
	canonical, err := a.messages.FromJSON(method.request, body)
	if err != nil {
		return refused(err)
	}
	call.body = canonical
	return nil
}

// admitVertex checks all that does not depend on the body: whether the caller may, and that the model or endpoint exists.
func (a *API) admitVertex(r *http.Request, version, rpc string, t target) (*vertexCall, *problem) {
	grant, project, p := a.admitLocation(r, "google.cloud.aiplatform."+version+".PredictionService."+rpc, "aiplatform.endpoints.predict", t)
	if p != nil {
		return nil, p
	}
	switch {
	case t.publisher != "" && !hasModel(project, t.publisher, t.id):
		return nil, modelNotFound(t.resource)
	case t.publisher == "" && t.id != openapi && !project.Endpoints["locations/"+t.location+"/endpoints/"+t.id]:
		return nil, notFound("Endpoint `" + t.resource + "` not found.")
	}
	return &vertexCall{target: t, grant: grant, project: project}, nil
}

// admitLocation checks, in the order in which Google does: who calls, that the host serves the location, that the API is on
// and paid for, and that IAM allows it.
func (a *API) admitLocation(r *http.Request, method, permission string, t target) (world.Grant, world.Project, *problem) {
	grant, p := a.authenticate(r, call{api: vertexAPI, method: method})
	if p != nil {
		return grant, world.Project{}, p
	}
	if !hostServes(hostOf(r), t.location) {
		return grant, world.Project{}, invalidArgument("List of found errors:\t1.Field: endpoint; Message: The provided location ID doesn't match the endpoint. For the list of supported location IDs see https://cloud.google.com/vertex-ai/docs/general/locations.\t")
	}
	project, err := a.world.Project(t.project)
	if err != nil {
		return grant, project, denied(permission, vertexAPI, t.resource)
	}
	if p := a.enabled(t.project, vertexTitle, vertexAPI); p != nil {
		return grant, project, p
	}
	if !project.Billing {
		return grant, project, billingDisabled(project.Number)
	}
	if len(a.world.ProjectPermissions(grant, t.project, permission)) == 0 {
		return grant, project, denied(permission, vertexAPI, t.resource)
	}
	return grant, project, nil
}

// hasModel says whether a project may call a publisher's model. Anthropic's count-tokens is there wherever one of its
// models is.
func hasModel(p world.Project, publisher, id string) bool {
	if publisher == "anthropic" && id == countTokens {
		for name, on := range p.Models {
			if on && strings.HasPrefix(name, "publishers/anthropic/") {
				return true
			}
		}
	}
	return p.Models["publishers/"+publisher+"/models/"+id]
}

func modelNotFound(resource string) *problem {
	return notFound("Publisher Model `" + resource + "` was not found or your project does not have access to it. Please ensure you are using a valid model version. For more information, see: https://cloud.google.com/vertex-ai/generative-ai/docs/learn/model-versions")
}

// hostServes says whether a production host serves a location. Any other host is the sandbox's own and serves all.
func hostServes(host, location string) bool {
	host = strings.Replace(host, ".mtls.", ".", 1)
	switch {
	case host == vertexAPI:
		return location == "global"
	case strings.HasSuffix(host, "-"+vertexAPI):
		return strings.TrimSuffix(host, "-"+vertexAPI) == location
	case strings.HasPrefix(host, "aiplatform.") && strings.HasSuffix(host, ".rep.googleapis.com"):
		return host == "aiplatform."+location+".rep.googleapis.com"
	}
	return true
}

// callerLine says who called: the principal, and who stands behind it.
func callerLine(g world.Grant) string {
	if len(g.Delegation) == 0 {
		return string(g.Principal)
	}
	return string(g.Principal) + " for " + strings.Join(g.Delegation, " for ")
}
