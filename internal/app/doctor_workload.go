package app

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/landbridge/landbridge/internal/azure"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/doctor"
	"github.com/landbridge/landbridge/internal/estate"
	"github.com/landbridge/landbridge/internal/setup"
	"github.com/landbridge/landbridge/internal/trust"
)

// Doctor walks every journey of a workload of the set-up; of all of them when none is named.
func (s *Setup) Doctor(ctx context.Context, workload, file string) ([]DoctorReport, error) {
	t := s.traveller
	if workload != "" && s.spec.Find(workload) == nil {
		return nil, t.unknown(workload)
	}
	var out []DoctorReport
	for i := range s.spec.Workloads {
		w := &s.spec.Workloads[i]
		if workload != "" && w.Name != workload {
			continue
		}
		for _, j := range s.spec.Journeys(w) {
			r, err := s.walk(ctx, j, file)
			if err != nil {
				return out, err
			}
			out = append(out, r)
		}
	}
	return out, nil
}

// walk is the doctor's walk of one journey, from where the operator sits.
func (s *Setup) walk(ctx context.Context, j setup.Journey, file string) (DoctorReport, error) {
	t, w := s.traveller, j.Workload
	resolved, unresolved := t.resolved(ctx, j)
	subject := doctor.Subject{
		Workload: w.Name, Home: j.Home(), Provider: resolved.Provider, ServiceAccount: j.Account, Location: s.spec.Google.Location, Model: s.spec.Google.Model,
		Tenant: j.Tenant, ClientID: resolved.ClientID, ResourceGroup: s.spec.Azure.ResourceGroup, File: file,
	}
	if len(j.Projects) > 0 {
		subject.Project, subject.Permissions = j.Projects[0], permissions(w)
	}
	assertion, refused := bridge.Assertion{}, unresolved
	if refused == nil {
		assertion, refused = t.home(ctx, resolved)
	}
	if away, ok := errors.AsType[*setup.NotFromHere](refused); ok {
		return DoctorReport{Workload: w.Name, Home: j.Home(), Steps: []doctor.StepReport{}, NotFromHere: away.Why}, nil
	}
	ports := doctor.Ports{
		Clock: t.clock, Keys: t.keys, Date: farClock(t.client, t.cfg.Google.Endpoints.STS),
		Home: func(context.Context) (bridge.Assertion, error) { return assertion, refused },
	}
	if k := w.Kubernetes; k != nil {
		subject.Namespace, subject.Account, subject.Cluster, subject.Identity = k.Namespace, k.ServiceAccount, j.Cluster.Name, w.ManagedIdentity
		if j.Cluster.Context != "" {
			ports.Pod = func(ctx context.Context) ([]doctor.PodFinding, error) { return t.pods(ctx, j) }
		}
	}
	if j.ClientID != "" {
		ports.Credentials = func(ctx context.Context) ([]trust.FederatedCredential, error) { return t.credentials(ctx, w) }
	}
	if j.ClientID != "" {
		scope := entraForGoogle
		if j.Back() {
			scope = azure.ResourceManagerScope
		}
		ports.Entra = func(ctx context.Context, own bridge.Assertion) (bridge.Assertion, error) {
			entra, err := t.entra(resolved, scope)
			if err != nil {
				return bridge.Assertion{}, err
			}
			assertion, err = entra.Reassert(ctx, own)
			return assertion, err
		}
	}
	if j.Back() {
		return doctor.Walk(ctx, subject, ports), nil
	}
	want, err := t.wanted(ctx, j.Address)
	if err != nil {
		return DoctorReport{}, err
	}
	if provider, ok := want.(*estate.Provider); ok {
		subject.Expect = provider
		ports.Provider = func(ctx context.Context) (*trust.Provider, error) { return t.provider(ctx, provider) }
		ports.Pool = func(ctx context.Context) (doctor.PoolState, error) { return t.pool(ctx, provider) }
	}
	ports.Exchange = func(ctx context.Context, own bridge.Assertion) (bridge.Lease, error) {
		x, err := t.exchange(resolved)
		if err != nil {
			return bridge.Lease{}, err
		}
		return x.Federate(ctx, own)
	}
	if j.Account != "" {
		ports.Impersonate = func(ctx context.Context, federated bridge.Lease) (bridge.Lease, error) {
			x, err := t.exchange(resolved)
			if err != nil {
				return bridge.Lease{}, err
			}
			return x.Impersonate(ctx, assertion, federated)
		}
	}
	ports.Permissions = t.held
	ports.Model = func(ctx context.Context, lease bridge.Lease) error {
		_, err := t.model(ctx, resolved, lease)
		return err
	}
	report := doctor.Walk(ctx, subject, ports)
	// The token is one of ours, short on purpose: what its life says of a pod's is nothing.
	report.Warnings = slices.DeleteFunc(report.Warnings, func(w doctor.Warning) bool { return w.Code == "short_token" })
	return report, nil
}

// UnbridgedPod is a running pod that should carry a bridge and does not.
type UnbridgedPod struct {
	Cluster   string `json:"cluster"`
	Namespace string `json:"namespace"`
	Pod       string `json:"pod"`
	Account   string `json:"account"`
	Reason    string `json:"reason"`
	Command   string `json:"command"`
}

// Unbridged looks through every cluster of the set-up that has a context. What could not be read is an error beside what was
// found elsewhere.
func (s *Setup) Unbridged(ctx context.Context) ([]UnbridgedPod, error) {
	out := []UnbridgedPod{}
	var failed []error
	for i := range s.spec.Clusters {
		c := &s.spec.Clusters[i]
		if c.Context == "" {
			continue
		}
		found, err := s.traveller.clusters.Client(c.Reach()).In().Unbridged(ctx)
		if err != nil {
			failed = append(failed, err)
		}
		for _, p := range found {
			out = append(out, UnbridgedPod{c.Name, p.Namespace, p.Pod, p.Account, p.Reason, p.Command})
		}
	}
	return out, errors.Join(failed...)
}

// pods are those of the workload that should carry a bridge and do not.
func (t *traveller) pods(ctx context.Context, j setup.Journey) ([]doctor.PodFinding, error) {
	found, err := t.clusters.Client(j.Reach()).In(j.Workload.Kubernetes.Namespace).Unbridged(ctx)
	var out []doctor.PodFinding
	for _, p := range found {
		if p.Account == j.Workload.Kubernetes.ServiceAccount {
			out = append(out, doctor.PodFinding{Code: "LB1003", Namespace: p.Namespace, Pod: p.Pod, Detail: p.Reason, Fix: p.Command})
		}
	}
	return out, err
}

// credentials are the federated credentials that the workload's own subjects need, as far as they are there.
func (t *traveller) credentials(ctx context.Context, w *setup.Workload) ([]trust.FederatedCredential, error) {
	all, err := setup.Desire(t.spec)
	if err != nil {
		return nil, err
	}
	var out []trust.FederatedCredential
	for _, r := range all {
		if r.Spec.Kind() != estate.KindFederatedCredential || !strings.Contains(" "+strings.Join(r.Workloads, " ")+" ", " "+w.Name+" ") {
			continue
		}
		live, err := t.keepers[estate.Azure].Read(ctx, r.Spec)
		if err != nil {
			return nil, err
		}
		if f, ok := live.Spec.(*estate.FederatedCredential); ok {
			out = append(out, trust.FederatedCredential{Name: f.Name, Issuer: f.Issuer, Subject: f.Subject, Audiences: []string{f.Audience}})
		}
	}
	return out, nil
}

// wanted is the thing with this address as it shall be, its references resolved as far as they are known.
func (t *traveller) wanted(ctx context.Context, address string) (estate.Spec, error) {
	spec, err := t.thing(address)
	if err != nil || spec == nil {
		return nil, err
	}
	return estate.Resolve(spec, func(ref estate.Reference) string {
		if value, err := t.output(ctx, ref); err == nil {
			return value
		}
		return estate.Ref(ref.Address, ref.Output)
	}), nil
}

func (t *traveller) provider(ctx context.Context, want *estate.Provider) (*trust.Provider, error) {
	live, err := t.keepers[estate.Google].Read(ctx, want)
	if err != nil {
		return nil, err
	}
	out := &trust.Provider{Name: want.Name()}
	p, ok := live.Spec.(*estate.Provider)
	if !ok || live.Deleted {
		out.State = "DELETED"
		return out, nil
	}
	out.Disabled, out.AttributeMapping, out.AttributeCondition = p.Disabled, p.Mapping, p.Condition
	out.OIDC = trust.OIDC{IssuerURI: p.Issuer, AllowedAudiences: p.Audiences, JWKSJSON: p.JWKS}
	return out, nil
}

func (t *traveller) pool(ctx context.Context, of *estate.Provider) (doctor.PoolState, error) {
	live, err := t.keepers[estate.Google].Read(ctx, &estate.Pool{Project: of.Project, ID: of.Pool})
	if err != nil {
		return doctor.PoolState{}, err
	}
	p, ok := live.Spec.(*estate.Pool)
	return doctor.PoolState{Deleted: !ok || live.Deleted, Disabled: ok && p.Disabled}, nil
}
