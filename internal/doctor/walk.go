package doctor

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/estate"
	"github.com/landbridge/landbridge/internal/trust"
)

// Subject is the crossing to walk. What is not known stays empty, and then stands as a word in capitals in commands.
type Subject struct {
	Workload       string
	Home           string // in words
	Namespace      string // of a Kubernetes account; empty for any other home
	Account        string // name of the Kubernetes service account
	Provider       string // projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER
	ServiceAccount string // e-mail; empty is direct access
	Project        string // that the model is called in
	Location       string
	Model          string
	Permissions    []string // that it needs; aiplatform.endpoints.predict when nil

	// Of the Entra route.
	Tenant, ClientID, Identity, ResourceGroup string
	Cluster                                   string // of AKS

	// Expect is the provider as the file of set-up wants it; nil when there is no such file. A field with a reference that
	// is not resolved yet is not compared.
	Expect *estate.Provider
	// File is that file, as messages name it; landbridge.yaml when empty.
	File string
}

// Ports are the hops. Clock and Home are required; another that is nil is a step that is left out, as those on Google's side
// are for a way that ends at Entra. None of them retries.
type Ports struct {
	Clock bridge.Clock
	// Pod looks at the workload's pods: were they injected?
	Pod func(ctx context.Context) ([]PodFinding, error)
	// Home is the assertion at home.
	Home func(ctx context.Context) (bridge.Assertion, error)
	// Credentials are the federated credentials of the Entra identity; an error means no right to read them.
	Credentials func(ctx context.Context) ([]trust.FederatedCredential, error)
	// Entra turns the assertion into Entra's; nil on the direct route.
	Entra func(ctx context.Context, a bridge.Assertion) (bridge.Assertion, error)
	// Keys reads an issuer's keys.
	Keys trust.Keys
	// Provider reads the workload identity pool provider; an error means no right to read it.
	Provider func(ctx context.Context) (*trust.Provider, error)
	// Pool reads the state of its pool.
	Pool func(ctx context.Context) (PoolState, error)
	// Exchange is Google's token service.
	Exchange func(ctx context.Context, a bridge.Assertion) (bridge.Lease, error)
	// Impersonate turns a federated token into a service account's; nil for direct access.
	Impersonate func(ctx context.Context, federated bridge.Lease) (bridge.Lease, error)
	// Permissions returns those of the wanted permissions that the lease's holder has on the project.
	Permissions func(ctx context.Context, lease bridge.Lease, project string, wanted []string) ([]string, error)
	// Model makes the smallest call.
	Model func(ctx context.Context, lease bridge.Lease) error
	// Date is a clock of the far side, from the Date header of any answer.
	Date func(ctx context.Context) (time.Time, error)
}

// PoolState is whether a pool is in use.
type PoolState struct{ Disabled, Deleted bool }

// PodFinding is what is wrong with a pod of the workload.
type PodFinding struct {
	Code      string // LB1002 no label, LB1003 older than the webhook, LB1004 a namespace that AKS keeps webhooks out of ...
	Namespace string
	Pod       string
	Detail    string // what was looked at, in words
	Fix       string // a command that fits better than the row's; may be empty
}

// Walk goes the road of a crossing hop by hop and stops at the first fault.
func Walk(ctx context.Context, s Subject, p Ports) Report {
	w := &walker{s: s, p: p, out: Report{Workload: s.Workload, Home: s.Home, Steps: []StepReport{}}}
	for _, step := range []func(context.Context) bool{
		w.pod, w.home, w.credential, w.entra, w.provider, w.issuer, w.token, w.sts, w.impersonate, w.permission, w.model,
	} {
		if !step(ctx) {
			break
		}
	}
	w.out.OK = w.out.Fault == nil
	if w.out.OK {
		w.clockSkew(ctx)
	}
	w.driftWarnings()
	return w.out
}

// walker is one walk.
type walker struct {
	s Subject
	p Ports

	assertion bridge.Assertion
	trusted   *trust.Provider // nil when it could not be read
	state     PoolState
	unread    error // why this machine could not read the issuer's keys
	lease     bridge.Lease
	out       Report
}

// step runs one port and writes down how it went.
func (w *walker) step(name string, hop bridge.Hop, checked string, do func() (found string, err error)) bool {
	began := w.p.Clock()
	found, err := do()
	r := StepReport{Name: name, Hop: hop, State: Passed, Checked: checked, Found: Redact(found), Took: w.p.Clock().Sub(began)}
	if err != nil {
		r.State = Failed
		w.fail(name, hop, err)
		r.Found = w.out.Fault.Said
	}
	w.out.Steps = append(w.out.Steps, r)
	return err == nil
}

// unknown writes down a step that could not be looked at.
func (w *walker) unknown(name string, hop bridge.Hop, checked string, err error) bool {
	w.out.Steps = append(w.out.Steps, StepReport{Name: name, Hop: hop, State: Unknown, Checked: checked, Found: Redact(err.Error())})
	return true
}

func (w *walker) pod(ctx context.Context) bool {
	if w.p.Pod == nil {
		return true
	}
	checked := "the pods of " + w.s.Namespace + "/" + w.s.Account
	found, err := w.p.Pod(ctx)
	if err != nil {
		return w.unknown(StepPod, bridge.HopHome, checked, err)
	}
	if len(found) == 0 {
		w.out.Steps = append(w.out.Steps, StepReport{Name: StepPod, Hop: bridge.HopHome, State: Passed, Checked: checked, Found: "each carries its credentials"})
		return true
	}
	w.podFault(checked, found)
	return false
}

func (w *walker) home(ctx context.Context) bool {
	return w.step(StepHome, bridge.HopHome, "the assertion at home", func() (string, error) {
		a, err := w.p.Home(ctx)
		if err != nil {
			return "", err
		}
		w.assertion = a
		w.homeWarnings()
		return describe(a), nil
	})
}

func (w *walker) entra(ctx context.Context) bool {
	if w.p.Entra == nil {
		return true
	}
	return w.step(StepEntra, bridge.HopEntra, "the exchange for Entra's token", func() (string, error) {
		a, err := w.p.Entra(ctx, w.assertion)
		if err != nil {
			return "", err
		}
		w.assertion = a
		if w.p.Exchange == nil { // the way back ends here: Entra's token is the lease
			w.out.Principal = bridge.Principal(a.Subject)
		}
		return describe(a), nil
	})
}

func (w *walker) provider(ctx context.Context) bool {
	if w.p.Provider == nil {
		return true
	}
	checked := "the provider " + w.s.Provider
	live, err := w.p.Provider(ctx)
	if err == nil && w.p.Pool != nil {
		w.state, err = w.p.Pool(ctx)
	}
	if err != nil || live == nil {
		if err == nil {
			err = fmt.Errorf("there was no answer")
		}
		return w.unknown(StepProvider, bridge.HopSTS, checked, err)
	}
	w.trusted = live
	w.out.Drift = w.differences()
	found := "trusts " + live.OIDC.IssuerURI
	if len(w.out.Drift) > 0 {
		found += "; differs from " + w.file() + " in " + strings.Join(fields(w.out.Drift), ", ")
	}
	w.out.Steps = append(w.out.Steps, StepReport{Name: StepProvider, Hop: bridge.HopSTS, State: Passed, Checked: checked, Found: found})
	return true
}

func (w *walker) issuer(ctx context.Context) bool {
	if w.p.Keys == nil || w.assertion.Issuer == "" {
		return true
	}
	checked := "discovery document and JWKS of " + w.assertion.Issuer
	if w.trusted != nil && w.trusted.OIDC.JWKSJSON != "" {
		w.out.Steps = append(w.out.Steps, StepReport{Name: StepIssuer, Hop: bridge.HopHome, State: Passed, Checked: checked, Found: "not asked: the provider has uploaded keys"})
		return true
	}
	kid := ""
	if t, err := trust.ParseToken(w.assertion.Token); err == nil {
		kid = t.Kid
	}
	set, err := w.p.Keys.Keys(ctx, w.assertion.Issuer, kid)
	if err != nil {
		w.unread = err
		return w.unknown(StepIssuer, bridge.HopHome, checked, err)
	}
	w.out.Steps = append(w.out.Steps, StepReport{Name: StepIssuer, Hop: bridge.HopHome, State: Passed, Checked: checked, Found: counted(len(set.Kids()), "key")})
	return true
}

func (w *walker) sts(ctx context.Context) bool {
	if w.p.Exchange == nil {
		return true
	}
	if w.p.Exchange == nil {
		return true
	}
	ok := w.step(StepSTS, bridge.HopSTS, "the exchange with "+w.s.Provider, func() (string, error) {
		lease, err := w.p.Exchange(ctx, w.assertion)
		if err != nil {
			return "", err
		}
		w.take(lease)
		if w.unread != nil {
			w.warn("issuer_unread", "this machine could not read the issuer's keys, Google could: "+w.unread.Error(), "")
		}
		return string(lease.Principal) + ", for " + lease.Expiry.Sub(w.p.Clock()).Round(time.Second).String(), nil
	})
	if !ok {
		w.suspect(ctx)
	}
	return ok
}

func (w *walker) impersonate(ctx context.Context) bool {
	if w.p.Impersonate == nil {
		return true
	}
	return w.step(StepImpersonate, bridge.HopImpersonate, "a token of "+w.s.ServiceAccount, func() (string, error) {
		lease, err := w.p.Impersonate(ctx, w.lease)
		if err != nil {
			return "", err
		}
		w.take(lease)
		return string(lease.Principal), nil
	})
}

func (w *walker) model(ctx context.Context) bool {
	if w.p.Model == nil {
		return true
	}
	return w.step(StepModel, bridge.HopVertex, fmt.Sprintf("a call of %s in %s, %s", w.s.Model, w.s.Project, w.s.Location), func() (string, error) {
		return "answered", w.p.Model(ctx, w.lease)
	})
}

func (w *walker) take(l bridge.Lease) {
	w.lease = l
	w.out.Principal = l.Principal
}

func describe(a bridge.Assertion) string {
	return fmt.Sprintf("issuer %s, subject %s, audience %s", a.Issuer, a.Subject, strings.Join(a.Audience, " "))
}

// counted writes "1 key" and "2 keys".
func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
