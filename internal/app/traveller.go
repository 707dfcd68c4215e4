package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/landbridge/landbridge/internal/azure"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/config"
	"github.com/landbridge/landbridge/internal/estate"
	"github.com/landbridge/landbridge/internal/google"
	googleprovision "github.com/landbridge/landbridge/internal/google/provision"
	"github.com/landbridge/landbridge/internal/kube"
	"github.com/landbridge/landbridge/internal/setup"
	"github.com/landbridge/landbridge/internal/trust"
	"github.com/landbridge/landbridge/internal/wire"
)

// traveller crosses as a workload does, from where its operator sits: the cluster gives a token of the pod's account, Google
// an ID token of the job's. What runs on a virtual machine can prove itself there alone.
type traveller struct {
	clock    bridge.Clock
	client   *wire.Client
	cfg      *config.Setup
	spec     setup.Spec
	clusters *kube.Clusters
	keepers  map[estate.Side]estate.Keeper
	operator func(context.Context) (bridge.Secret, error) // on Google
	google   *googleprovision.Keeper
	keys     trust.Keys

	mu      sync.Mutex
	things  map[string]estate.Spec // what shall be, by address; read once
	outputs map[estate.Reference]string
}

// homeTokenLife is long enough for one crossing, and the least that Kubernetes gives.
const homeTokenLife = 10 * time.Minute

// resolved fills in a journey what only the clouds know: the project's number, the identity's client id.
func (t *traveller) resolved(ctx context.Context, j setup.Journey) (setup.Journey, error) {
	var failed error
	out := j.Resolve(func(ref estate.Reference) string {
		value, err := t.output(ctx, ref)
		if err != nil && failed == nil {
			failed = err
		}
		return value
	})
	return out, failed
}

func (t *traveller) output(ctx context.Context, ref estate.Reference) (string, error) {
	t.mu.Lock()
	value := t.outputs[ref]
	t.mu.Unlock()
	if value != "" {
		return value, nil
	}
	want, err := t.thing(ref.Address)
	if err != nil {
		return "", err
	}
	if want == nil {
		return "", &bridge.Error{Kind: bridge.Fault, Code: "output_unknown", Text: "nothing has the address " + ref.Address}
	}
	live, err := t.keepers[want.Kind().Side()].Read(ctx, want)
	if err != nil {
		return "", err
	}
	if value = live.Outputs[ref.Output]; value == "" && want.Kind() == estate.KindProject {
		return "", &bridge.Error{
			Kind: bridge.Usage, Code: "project_missing", Text: fmt.Sprintf("%s: there is no such project, or you may not see it", ref.Address),
			Hint: "gcloud projects describe " + strings.TrimPrefix(ref.Address, "project/"),
		}
	}
	if value == "" {
		return "", &bridge.Error{
			Kind: bridge.Drifted, Code: "not_set_up", Text: fmt.Sprintf("%s is not there yet", ref.Address),
			Hint: "landbridge setup apply",
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.outputs[ref] = value
	return value, nil
}

// thing is what shall be at an address; nil when nothing shall.
func (t *traveller) thing(address string) (estate.Spec, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.things == nil {
		all, err := setup.Desire(t.spec)
		if err != nil {
			return nil, err
		}
		t.things = map[string]estate.Spec{}
		for _, r := range all {
			t.things[r.Address] = r.Spec
		}
	}
	return t.things[address], nil
}

// home proves who the workload is at the journey's beginning.
func (t *traveller) home(ctx context.Context, j setup.Journey) (bridge.Assertion, error) {
	switch w := j.Workload; {
	case j.Cluster != nil && j.Cluster.Context == "":
		return bridge.Assertion{}, &setup.NotFromHere{Why: "cluster " + j.Cluster.Name + " has no context in the file: run landbridge doctor in a pod of it"}
	case j.Cluster != nil:
		own, err := t.clusters.Client(j.Reach()).Token(ctx, w.Kubernetes.Namespace, w.Kubernetes.ServiceAccount, j.Audience, homeTokenLife)
		return own, notAllowed(err)
	case w.ManagedIdentity != "":
		return bridge.Assertion{}, &setup.NotFromHere{Why: "managed identity " + w.ManagedIdentity + " answers only where it is assigned: run landbridge doctor there"}
	}
	secret, err := t.operator(ctx)
	if err != nil {
		return bridge.Assertion{}, err
	}
	lease, err := google.IDToken(ctx, google.ExchangeOptions{
		Wire: t.client, Clock: t.clock, ServiceAccount: j.Account, IAMEndpoint: t.cfg.Google.Endpoints.IAMCredentials,
	}, bridge.Lease{Token: secret, Type: bridge.AccessToken}, j.Audience)
	if err != nil {
		return bridge.Assertion{}, notAllowed(err)
	}
	return bridge.Assertion{
		Token: lease.Token, Type: bridge.IDToken, Issuer: "https://accounts.google.com", Subject: j.Account,
		Audience: []string{j.Audience}, Expiry: lease.Expiry, Trace: lease.Trace,
	}, nil
}

// notAllowed turns the refusal to let the operator prove who somebody else's workload is into what it is: no fault of the
// workload's crossing.
func notAllowed(err error) error {
	if bridge.KindOf(err) != bridge.Denied {
		return err
	}
	why := "the operator may not prove who it is: " + err.Error()
	if hint := bridge.HintOf(err); hint != "" {
		why += "; " + hint
	}
	return &setup.NotFromHere{Why: why}
}

// entra is the exchanger of a journey that becomes an Entra identity.
func (t *traveller) entra(j setup.Journey, scope string) (*azure.Entra, error) {
	return azure.NewEntra(azure.EntraOptions{
		HTTP: t.client, Clock: t.clock, TenantID: j.Tenant, ClientID: j.ClientID, AuthorityHost: t.cfg.Azure.AuthorityHost, Scope: scope,
	})
}

// exchange is the journey's exchange with Google.
func (t *traveller) exchange(j setup.Journey) (*google.Exchange, error) {
	return google.NewExchange(google.ExchangeOptions{
		Wire: t.client, Clock: t.clock, Provider: j.Provider, AssertionAudience: j.Audience, ServiceAccount: j.Account,
		STSEndpoint: t.cfg.Google.Endpoints.STS, IAMEndpoint: t.cfg.Google.Endpoints.IAMCredentials,
	})
}

// model asks the set-up's model for one word.
func (t *traveller) model(ctx context.Context, j setup.Journey, lease bridge.Lease) (bridge.Step, error) {
	v, err := google.NewVertex(google.VertexOptions{Wire: t.client, Clock: t.clock, Endpoint: t.cfg.Google.Endpoints.AIPlatform})
	if err != nil {
		return bridge.Step{}, err
	}
	reply, err := v.GenerateContent(ctx, lease, google.Prompt{
		Project: j.Projects[0], Location: t.spec.Google.Location, Model: t.spec.Google.Model, Text: oneWord,
	})
	return reply.Step, err
}

// predict is the permission that a model call needs.
const predict = "aiplatform.endpoints.predict"

// permissions are those that a workload's roles should give in each of its projects, as far as it is known here what is in
// a role.
func permissions(w *setup.Workload) []string {
	out := slices.Clone(w.ToGoogle.Permissions)
	if slices.ContainsFunc(w.ToGoogle.Roles, func(r string) bool { return r == "roles/aiplatform.user" || r == "roles/aiplatform.admin" }) && !slices.Contains(out, predict) {
		out = append(out, predict)
	}
	return out
}

// Cross implements setup.Crosser: every journey of the workload, one after another.
func (t *traveller) Cross(ctx context.Context, workload string) (setup.Crossing, error) {
	w := t.spec.Find(workload)
	if w == nil {
		return setup.Crossing{}, t.unknown(workload)
	}
	var out setup.Crossing
	for _, j := range t.spec.Journeys(w) {
		one, err := t.cross(ctx, j)
		if away, ok := errors.AsType[*setup.NotFromHere](err); ok {
			out.NotFromHere = away.Why
			continue
		}
		out.Steps = append(out.Steps, one.Steps...)
		for _, m := range one.Missing {
			if !slices.Contains(out.Missing, m) { // by its way from another cluster already
				out.Missing = append(out.Missing, m)
			}
		}
		if err != nil {
			out.NotFromHere = ""
			return out, err
		}
	}
	if len(out.Steps) > 0 {
		out.NotFromHere = "" // one home of several was enough to see that it crosses
	}
	return out, nil
}

// Probe implements setup.Prober.
func (t *traveller) Probe(ctx context.Context, workload string) error {
	out, err := t.Cross(ctx, workload)
	switch {
	case err != nil:
		return err
	case out.NotFromHere != "":
		return &setup.NotFromHere{Why: out.NotFromHere}
	case len(out.Missing) > 0:
		return &bridge.Error{Kind: bridge.Denied, Hop: bridge.HopVertex, Code: "permission_missing", Text: "it crosses, and may not " + strings.Join(out.Missing, ", ")}
	}
	return nil
}

func (t *traveller) unknown(workload string) error {
	names := make([]string, len(t.spec.Workloads))
	for i := range t.spec.Workloads {
		names[i] = t.spec.Workloads[i].Name
	}
	hint := "the file has: " + strings.Join(names, ", ")
	if near := config.Nearest(workload, names); near != "" {
		hint = "did you mean " + near + "?"
	}
	return &bridge.Error{Kind: bridge.Usage, Code: "workload_unknown", Text: fmt.Sprintf("no workload is called %q", workload), Hint: hint}
}

// cross makes one journey, and asks at its end what the one who arrived may do.
func (t *traveller) cross(ctx context.Context, j setup.Journey) (setup.Crossing, error) {
	j, err := t.resolved(ctx, j)
	if err != nil {
		return setup.Crossing{}, err
	}
	own, err := t.home(ctx, j)
	if err != nil {
		return setup.Crossing{}, err
	}
	out := setup.Crossing{Steps: own.Trace}
	if j.Back() {
		entra, err := t.entra(j, azure.ResourceManagerScope)
		if err != nil {
			return out, err
		}
		lease, err := entra.Exchange(ctx, own, bridge.LeaseRequest{})
		if err == nil {
			out.Steps = lease.Trace
		}
		return out, err
	}
	if j.ClientID != "" {
		entra, err := t.entra(j, entraForGoogle)
		if err != nil {
			return out, err
		}
		if own, err = entra.Reassert(ctx, own); err != nil {
			return out, err
		}
		out.Steps = own.Trace
	}
	x, err := t.exchange(j)
	if err != nil {
		return out, err
	}
	lease, err := x.Exchange(ctx, own, bridge.LeaseRequest{})
	if err != nil {
		return out, err
	}
	out.Steps = lease.Trace
	wanted := permissions(j.Workload)
	for _, project := range j.Projects {
		held, err := t.held(ctx, lease, project, wanted)
		if err != nil {
			return out, err
		}
		for _, p := range wanted {
			if !slices.Contains(held, p) {
				out.Missing = append(out.Missing, p+" in "+project)
			}
		}
	}
	return out, nil
}
