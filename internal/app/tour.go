package app

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/azure"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/google"
	"github.com/landbridge/landbridge/internal/wire"
)

// Leg is one hop of the tour as it went.
type Leg struct {
	bridge.Step
	// To is the far shore of the way that it belongs to.
	To Direction `json:"to"`
	// Lives is how long what this hop gave is good for; absent for a hop that gives no token.
	Lives time.Duration `json:"lives_ns,omitempty"`
	// Answer is what the far side said: a model's first words, the names of containers.
	Answer string `json:"answer,omitempty"`
	// Error is why the tour ended here.
	Error string `json:"error,omitempty"`
}

// tour crosses the bridge both ways over the real wire protocols and reports each hop as it is done.
type tour struct {
	c       *crossing
	clock   bridge.Clock
	profile Profile
	door    string // the metadata door's host:port
	agent   string
	to      Direction // of the way that is walked now
	report  func(Leg)
}

// The prompts of the tour. The second is the classic call of a deployed endpoint.
const (
	tourPrompt   = "In one sentence: why is a bridge better than a ferry?"
	tourInstance = `{"content": "Summarize this report in 5 bullet points"}`
)

// run makes the whole tour; it ends at the first hop that fails, after reporting it, or quietly with ctx.
func (t tour) run(ctx context.Context) error {
	for _, way := range []struct {
		to   Direction
		walk func(tour, context.Context) error
	}{{bridge.Google, tour.there}, {bridge.Azure, tour.back}} {
		t.to = way.to
		if err := way.walk(t, ctx); err != nil {
			if ctx.Err() == nil {
				t.report(Leg{To: t.to, Step: bridge.Step{Hop: hopOf(err), What: "refused"}, Error: err.Error()})
			}
			return err
		}
	}
	return nil
}

// there goes from an AKS-like service account to Vertex AI.
func (t tour) there(ctx context.Context) error {
	way := t.c.toGoogle
	lease, err := way.Lease(ctx, bridge.LeaseRequest{})
	if err != nil {
		return err
	}
	t.trace(lease)
	vertex, err := way.Vertex(time.Minute)
	if err != nil {
		return err
	}
	reply, err := vertex.GenerateContent(ctx, lease, google.Prompt{Project: way.Project, Location: way.Location, Model: t.profile.Google.Model, Text: tourPrompt})
	if err != nil {
		return err
	}
	t.leg(reply.Step, reply.Text)
	endpoint := fmt.Sprintf("projects/%s/locations/%s/endpoints/%s", way.Project, way.Location, t.profile.Google.EndpointID)
	prediction, err := vertex.Predict(ctx, lease, endpoint, []json.RawMessage{json.RawMessage(tourInstance)})
	if err != nil {
		return err
	}
	t.leg(prediction.Step, join(prediction.Predictions))
	return t.knock(ctx)
}

// knock asks the metadata door for a token as every Google SDK does.
func (t tour) knock(ctx context.Context) error {
	if t.door == "" {
		return nil
	}
	client := wire.New(wire.Options{NoProxy: true, UserAgent: t.agent})
	start := t.clock()
	resp, err := client.Get(ctx, bridge.HopDoor, "http://"+t.door+"/computeMetadata/v1/instance/service-accounts/default/token", http.Header{"Metadata-Flavor": {"Google"}})
	if err != nil {
		return err
	}
	var answer struct {
		AccessToken string `json:"access_token"`
		ExpiresIn   int    `json:"expires_in"`
	}
	if resp.Status != http.StatusOK || json.Unmarshal(resp.Body, &answer) != nil || answer.AccessToken == "" {
		return &bridge.Error{Kind: bridge.Fault, Hop: bridge.HopDoor, Code: "door_refused", Status: resp.Status, Text: fmt.Sprintf("the metadata door answered with status %d", resp.Status)}
	}
	now := t.clock()
	t.leg(bridge.Step{
		Hop: bridge.HopDoor, Who: t.c.toGoogle.Identity, What: "GET service-accounts/default/token on the metadata server",
		Expiry: now.Add(time.Duration(answer.ExpiresIn) * time.Second), Took: now.Sub(start),
	}, "")
	return nil
}

// back goes from a Google identity to an Azure Storage account and to Azure Resource Manager.
func (t tour) back(ctx context.Context) error {
	way := t.c.toAzure
	lease, err := way.Lease(ctx, bridge.LeaseRequest{Scopes: []string{azure.StorageScope}})
	if err != nil {
		return err
	}
	t.trace(lease)
	storage, err := way.Storage()
	if err != nil {
		return err
	}
	containers, err := storage.Containers(ctx, lease)
	if err != nil {
		return err
	}
	t.leg(containers.Step, strings.Join(containers.Names, ", "))

	if lease, err = way.Lease(ctx, bridge.LeaseRequest{Scopes: []string{azure.ResourceManagerScope}}); err != nil {
		return err
	}
	t.trace(lease)
	resources, err := way.Resources()
	if err != nil {
		return err
	}
	subscriptions, err := resources.Subscriptions(ctx, lease)
	if err != nil {
		return err
	}
	names := make([]string, len(subscriptions.List))
	for i, s := range subscriptions.List {
		names[i] = s.Name
	}
	t.leg(subscriptions.Step, strings.Join(names, ", "))
	return nil
}

// trace reports the hops by which a lease was had.
func (t tour) trace(l bridge.Lease) {
	for _, step := range l.Trace {
		t.leg(step, "")
	}
}

func (t tour) leg(step bridge.Step, answer string) {
	leg := Leg{To: t.to, Step: step, Answer: answer}
	if gives(step.Hop) && !step.Expiry.IsZero() {
		leg.Lives = step.Expiry.Sub(t.clock()).Round(time.Second)
	}
	t.report(leg)
}

// gives says whether a hop's outcome is a token; the others use one.
func gives(h bridge.Hop) bool {
	return h != bridge.HopVertex && h != bridge.HopStorage && h != bridge.HopARM
}

// join writes predictions for a person: the text of those that are a text, or an object with a content.
func join(predictions []json.RawMessage) string {
	texts := make([]string, len(predictions))
	for i, p := range predictions {
		var object struct {
			Content string `json:"content"`
		}
		switch {
		case json.Unmarshal(p, &texts[i]) == nil:
		case json.Unmarshal(p, &object) == nil && object.Content != "":
			texts[i] = object.Content
		default:
			texts[i] = string(p)
		}
	}
	return strings.Join(texts, "\n")
}
