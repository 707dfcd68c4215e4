package google

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/wire"
)

// VertexOptions configure a Vertex. Wire and Clock are needed.
type VertexOptions struct {
	// Wire bounds a call; a model may need more than the client's usual 10 s.
	Wire  *wire.Client
	Clock bridge.Clock
	// QuotaProject is billed and its quota used; the project of the call when empty.
	QuotaProject   string
	UniverseDomain string
	// Endpoint replaces the base URL of every location: https, or http on loopback.
	Endpoint string
}

// Vertex makes the calls with which the tour shows that a lease is good.
type Vertex struct {
	o        VertexOptions
	universe string
}

// NewVertex checks the options; it calls nobody.
func NewVertex(o VertexOptions) (*Vertex, error) {
	if o.Wire == nil || o.Clock == nil {
		return nil, &bridge.Error{Kind: bridge.Fault, Hop: bridge.HopVertex, Code: "vertex_incomplete", Text: "vertex needs a wire client and a clock"}
	}
	domain, err := Universe(o.UniverseDomain)
	if err != nil {
		return nil, err
	}
	if _, err := Endpoint("vertex", o.Endpoint, VertexHost("global", domain)); err != nil {
		return nil, err
	}
	return &Vertex{o, domain}, nil
}

// Prompt is one text for one model.
type Prompt struct {
	Project, Location, Model string
	Text                     string
}

// Reply is what a model said.
type Reply struct {
	Text   string
	Model  string // the version that answered
	Finish string // finishReason
	Tokens int    // totalTokenCount
	Step   bridge.Step
}

// Prediction is what an endpoint answered.
type Prediction struct {
	Predictions []json.RawMessage
	Step        bridge.Step
}

var (
	projectForm  = bridge.FormOf(`^[a-z0-9][a-z0-9.:-]{0,62}$`)
	modelForm    = bridge.FormOf(`^[A-Za-z0-9][A-Za-z0-9._@-]{0,127}$`)
	endpointForm = bridge.FormOf(`^projects/([^/]+)/locations/([^/]+)/endpoints/([A-Za-z0-9-]+)$`)
	modelPath    = bridge.FormOf(`^projects/([^/]+)/locations/([^/]+)/publishers/[a-z0-9-]+/models/([^/]+)$`)
)

// GenerateContent asks a Google model for text.
func (v *Vertex) GenerateContent(ctx context.Context, lease bridge.Lease, p Prompt) (Reply, error) {
	type part struct {
		Text string `json:"text"`
	}
	type content struct {
		Role  string `json:"role"`
		Parts []part `json:"parts"`
	}
	if !modelForm().MatchString(p.Model) {
		return Reply{}, usage("model_invalid", fmt.Sprintf("%q is not the id of a model", p.Model), "use an id such as gemini-2.5-flash")
	}
	var body struct {
		Candidates []struct {
			Content      content `json:"content"`
			FinishReason string  `json:"finishReason"`
		} `json:"candidates"`
		PromptFeedback struct {
			BlockReason string `json:"blockReason"`
		} `json:"promptFeedback"`
		Usage struct {
			Total int `json:"totalTokenCount"`
		} `json:"usageMetadata"`
		ModelVersion string `json:"modelVersion"`
	}
	c := vertexCall{
		project: p.Project, location: p.Location, method: "generateContent",
		resource: fmt.Sprintf("projects/%s/locations/%s/publishers/google/models/%s", p.Project, p.Location, p.Model),
	}
	a, step, err := v.call(ctx, lease, c, map[string]any{"contents": []content{{"user", []part{{p.Text}}}}}, &body)
	if err != nil {
		return Reply{}, err
	}
	if reason := body.PromptFeedback.BlockReason; reason != "" && len(body.Candidates) == 0 {
		return Reply{}, &bridge.Error{
			Kind: bridge.Denied, Hop: bridge.HopVertex, Code: "prompt_blocked", Status: a.resp.Status,
			Text: "vertex ai blocked the prompt: " + short(reason), Hint: "change the prompt, or the project's safety settings",
		}
	}
	if len(body.Candidates) == 0 {
		return Reply{}, a.unusable("no candidates")
	}
	var text strings.Builder
	for _, part := range body.Candidates[0].Content.Parts {
		text.WriteString(part.Text)
	}
	return Reply{Text: text.String(), Model: body.ModelVersion, Finish: body.Candidates[0].FinishReason, Tokens: body.Usage.Total, Step: step}, nil
}

// Predict asks an endpoint (projects/P/locations/L/endpoints/E) or a publisher's model (.../publishers/PUB/models/M) the
// classic way.
func (v *Vertex) Predict(ctx context.Context, lease bridge.Lease, resource string, instances []json.RawMessage) (Prediction, error) {
	m := endpointForm().FindStringSubmatch(resource)
	if m == nil {
		m = modelPath().FindStringSubmatch(resource)
	}
	if m == nil || !modelForm().MatchString(m[3]) {
		return Prediction{}, usage("endpoint_invalid", fmt.Sprintf("%q is not the name of an endpoint", resource), "write projects/PROJECT/locations/LOCATION/endpoints/ENDPOINT")
	}
	var body struct {
		Predictions []json.RawMessage `json:"predictions"`
	}
	_, step, err := v.call(ctx, lease, vertexCall{project: m[1], location: m[2], method: "predict", resource: resource}, map[string]any{"instances": instances}, &body)
	return Prediction{Predictions: body.Predictions, Step: step}, err
}

// vertexCall is one call; the host follows from the location in the path, so that the two cannot differ.
type vertexCall struct{ project, location, method, resource string }

func (v *Vertex) call(ctx context.Context, lease bridge.Lease, c vertexCall, body, into any) (answer, bridge.Step, error) {
	if !projectForm().MatchString(c.project) {
		return answer{}, bridge.Step{}, usage("project_invalid", fmt.Sprintf("%q is not a project id or number", c.project), "gcloud projects list")
	}
	if !regionForm().MatchString(c.location) {
		return answer{}, bridge.Step{}, usage("location_invalid", fmt.Sprintf("%q is not a location of vertex ai", c.location), "use a region such as europe-west4, or global, us or eu")
	}
	base, err := Endpoint("vertex", v.o.Endpoint, VertexHost(c.location, v.universe))
	if err != nil {
		return answer{}, bridge.Step{}, err
	}
	payload, err := json.Marshal(body)
	if err != nil {
		return answer{}, bridge.Step{}, &bridge.Error{Kind: bridge.Usage, Hop: bridge.HopVertex, Code: "encode", Text: "the instances are not JSON"}
	}
	header := http.Header{"Authorization": {"Bearer " + lease.Token.Reveal()}, "Accept": {"application/json"}}
	if v.o.QuotaProject != "" {
		header.Set("X-Goog-User-Project", v.o.QuotaProject)
	}
	start := v.o.Clock()
	resp, err := v.o.Wire.PostJSON(ctx, bridge.HopVertex, base+"/v1/"+c.resource+":"+c.method, header, payload)
	if err != nil {
		return answer{}, bridge.Step{}, err
	}
	took := v.o.Clock().Sub(start).Round(time.Microsecond)
	a := answer{hop: bridge.HopVertex, from: host(base), resp: resp}
	if resp.Status != http.StatusOK {
		asked := Asked{Host: a.from, Project: c.project, Location: c.location, QuotaProject: v.o.QuotaProject, Principal: lease.Principal}
		return a, bridge.Step{}, asked.Refusal(resp)
	}
	step := bridge.Step{Hop: bridge.HopVertex, Who: string(lease.Principal), What: c.method + " on " + c.resource, Took: took}
	return a, step, a.decode(into)
}
