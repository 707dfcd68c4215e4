package doctor_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/doctor"
	"github.com/landbridge/landbridge/internal/estate"
	"github.com/landbridge/landbridge/internal/sandbox/world"
	"github.com/landbridge/landbridge/internal/trust"
)

const (
	providerName = "projects/123456789012/locations/global/workloadIdentityPools/azure/providers/aks-prod"
	audience     = "https://iam.googleapis.com/" + providerName
	issuer       = "https://swedencentral.oic.prod-aks.azure.com/t/c/"
	condition    = "assertion['kubernetes.io']['namespace'] == 'demo'"
	account      = "vertex-caller@my-project.iam.gserviceaccount.com"
)

// crossing is a crossing that works, for tests to break.
type crossing struct {
	t        *testing.T
	now      time.Time
	keys     *world.KeyRing
	claims   map[string]any
	provider trust.Provider
	subject  doctor.Subject
	ports    doctor.Ports
}

func newCrossing(t *testing.T) *crossing {
	t.Helper()
	c := &crossing{t: t, now: time.Date(2026, 9, 2, 8, 0, 0, 0, time.UTC), keys: world.NewKeyRing()}
	c.claims = map[string]any{
		"iss": issuer, "sub": "system:serviceaccount:demo:vertex-caller", "aud": []string{audience},
		"iat": c.now.Unix(), "exp": c.now.Add(2 * time.Hour).Unix(), "kubernetes.io": map[string]any{"namespace": "demo"},
	}
	c.provider = trust.Provider{
		Name: providerName, OIDC: trust.OIDC{IssuerURI: issuer},
		AttributeMapping: map[string]string{"google.subject": "assertion.sub"}, AttributeCondition: condition,
	}
	c.subject = doctor.Subject{
		Workload: "reports", Namespace: "demo", Account: "vertex-caller", Provider: providerName, ServiceAccount: account,
		Project: "my-project", Location: "us-central1", Model: "gemini-2.5-flash",
		Expect: &estate.Provider{Project: "123456789012", Pool: "azure", ID: "aks-prod", Issuer: issuer, Mapping: map[string]string{"google.subject": "assertion.sub"}, Condition: condition},
	}
	c.ports = doctor.Ports{
		Clock: func() time.Time { return c.now },
		Pod:   func(context.Context) ([]doctor.PodFinding, error) { return nil, nil },
		Home: func(context.Context) (bridge.Assertion, error) {
			return c.assertion(), nil
		},
		Keys:     keysOf{c},
		Provider: func(context.Context) (*trust.Provider, error) { return &c.provider, nil },
		Pool:     func(context.Context) (doctor.PoolState, error) { return doctor.PoolState{}, nil },
		Exchange: func(context.Context, bridge.Assertion) (bridge.Lease, error) {
			return c.lease("principal://iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/azure/subject/system:serviceaccount:demo:vertex-caller"), nil
		},
		Impersonate: func(context.Context, bridge.Lease) (bridge.Lease, error) { return c.lease(account), nil },
		Permissions: func(_ context.Context, _ bridge.Lease, _ string, wanted []string) ([]string, error) {
			return wanted, nil
		},
		Model: func(context.Context, bridge.Lease) error { return nil },
		Date:  func(context.Context) (time.Time, error) { return c.now, nil },
	}
	return c
}

type keysOf struct{ c *crossing }

func (k keysOf) Keys(context.Context, string, string) (*trust.KeySet, error) {
	return trust.ParseKeys(k.c.keys.JWKS())
}

func (c *crossing) assertion() bridge.Assertion {
	c.t.Helper()
	token, err := c.keys.Sign(c.claims)
	if err != nil {
		c.t.Fatal(err)
	}
	parsed, err := trust.ParseToken(bridge.NewSecret(token))
	if err != nil {
		c.t.Fatal(err)
	}
	return bridge.Assertion{Token: bridge.NewSecret(token), Type: bridge.JWT, Issuer: parsed.Issuer, Subject: parsed.Subject, Audience: parsed.Audience, IssuedAt: parsed.IssuedAt, Expiry: parsed.Expiry}
}

func (c *crossing) lease(who bridge.Principal) bridge.Lease {
	return bridge.Lease{Token: bridge.NewSecret("ya29.a-secret-that-stays"), Principal: who, Expiry: c.now.Add(time.Hour)}
}

func (c *crossing) walk() doctor.Report {
	c.t.Helper()
	report := doctor.Walk(c.t.Context(), c.subject, c.ports)
	out, err := json.Marshal(report)
	if err != nil {
		c.t.Fatal(err)
	}
	if strings.Contains(string(out), "ya29.a-secret") || strings.Contains(string(out), "eyJ") {
		c.t.Errorf("the report shows a token: %s", out)
	}
	return report
}

func denied(hop bridge.Hop, code string, status int, text string) error {
	return &bridge.Error{Kind: bridge.Denied, Hop: hop, Code: code, Status: status, Text: text}
}

func TestWalkPasses(t *testing.T) {
	t.Parallel()
	r := newCrossing(t).walk()
	if !r.OK || r.Fault != nil || r.Err() != nil || len(r.Warnings) != 0 {
		t.Fatalf("%+v", r)
	}
	var names []string
	for _, s := range r.Steps {
		names = append(names, s.Name)
		if s.State != doctor.Passed || s.Checked == "" || s.Found == "" {
			t.Errorf("%+v", s)
		}
	}
	if diff := cmp.Diff([]string{"pod", "home", "provider", "issuer", "token", "sts", "impersonate", "permission", "model"}, names); diff != "" {
		t.Error(diff)
	}
	if r.Principal != account {
		t.Errorf("principal %s", r.Principal)
	}
}

// TestWalkStops breaks one thing each, and looks where the walk ends, with which claim and command.
func TestWalkStops(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name               string
		breaks             func(*crossing)
		code, step, claim  string
		expected, got, run string // parts of them
		drift              bool
	}{
		{name: "a pod without the label", breaks: func(c *crossing) {
			c.ports.Pod = func(context.Context) ([]doctor.PodFinding, error) {
				return []doctor.PodFinding{{Code: "LB1002", Namespace: "demo", Pod: "app-0", Detail: "label x is absent"}}, nil
			}
		}, code: "LB1002", step: "pod", run: "kubectl patch deployment"},
		{name: "no token file", breaks: func(c *crossing) {
			c.ports.Home = func(context.Context) (bridge.Assertion, error) {
				return bridge.Assertion{}, &bridge.Error{Kind: bridge.Usage, Hop: bridge.HopHome, Code: "token_file_missing", Text: "token file /x/token does not exist"}
			}
		}, code: "LB1006", step: "home", run: "kubectl annotate serviceaccount vertex-caller --namespace=demo landbridge.dev/provider=" + providerName},
		{name: "audience", breaks: func(c *crossing) { c.claims["aud"] = "other" }, code: "LB4036", step: "token", claim: "audience", expected: audience, got: "[other]", run: "kubectl create token vertex-caller"},
		{name: "issuer", breaks: func(c *crossing) { c.claims["iss"] = "https://other/" }, code: "LB4037", step: "token", claim: "issuer", expected: issuer, got: "https://other/", run: "--issuer-uri=https://other/"},
		{name: "expired", breaks: func(c *crossing) { c.now = c.now.Add(3 * time.Hour) }, code: "LB4039", step: "token", claim: "times", run: "kubectl create token"},
		{name: "changed condition", breaks: func(c *crossing) { c.provider.AttributeCondition = "assertion.sub == 'nobody'" }, code: "LB4046", step: "token", claim: "condition", expected: "assertion.sub == 'nobody'", got: "false", run: "landbridge setup apply", drift: true},
		{name: "disabled by hand", breaks: func(c *crossing) { c.provider.Disabled = true }, code: "LB4042", step: "token", claim: "provider", got: "the provider is disabled", run: "landbridge setup apply", drift: true},
		{name: "pool deleted", breaks: func(c *crossing) {
			c.subject.Expect = nil
			c.ports.Pool = func(context.Context) (doctor.PoolState, error) { return doctor.PoolState{Deleted: true}, nil }
		}, code: "LB4042", step: "token", claim: "provider", got: "the pool is deleted", run: "gcloud iam workload-identity-pools undelete azure"},
		{name: "keys of yesterday", breaks: func(c *crossing) {
			c.provider.OIDC.JWKSJSON = string(world.NewKeyRing().JWKS())
		}, code: "LB4040", step: "token", claim: "key", run: "landbridge setup apply", drift: true},
		{name: "no binding", breaks: func(c *crossing) {
			c.ports.Impersonate = func(context.Context, bridge.Lease) (bridge.Lease, error) {
				return bridge.Lease{}, denied(bridge.HopImpersonate, "PERMISSION_DENIED", 403, "iam credentials refused the call: PERMISSION_DENIED: Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist).")
			}
		}, code: "LB5053", step: "impersonate", run: "gcloud iam service-accounts add-iam-policy-binding " + account + " --role=roles/iam.workloadIdentityUser --member=principal://iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/azure/subject/system:serviceaccount:demo:vertex-caller"},
		{name: "no role", breaks: func(c *crossing) {
			c.ports.Permissions = func(context.Context, bridge.Lease, string, []string) ([]string, error) { return nil, nil }
		}, code: "LB6060", step: "permission", claim: "aiplatform.endpoints.predict", run: "gcloud projects add-iam-policy-binding my-project --role=roles/aiplatform.user --member=serviceAccount:" + account},
		{name: "no model", breaks: func(c *crossing) {
			c.ports.Model = func(context.Context, bridge.Lease) error {
				return denied(bridge.HopVertex, "NOT_FOUND", 404, "vertex ai refused the call: NOT_FOUND: Publisher Model `projects/my-project/locations/us-central1/publishers/google/models/gemini-9` was not found or your project does not have access to it.")
			}
		}, code: "LB6065", step: "model", run: "GOOGLE_CLOUD_LOCATION=global"},
		{name: "something new", breaks: func(c *crossing) {
			c.ports.Model = func(context.Context, bridge.Lease) error {
				return &bridge.Error{Kind: bridge.Unreachable, Hop: bridge.HopVertex, Code: "unreachable", Text: "no route", Hint: "check the firewall", Retry: true}
			}
		}, code: "", step: "model", run: "check the firewall"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			c := newCrossing(t)
			tc.breaks(c)
			r := c.walk()
			if r.OK || r.Fault == nil || r.Err() == nil {
				t.Fatalf("it came through: %+v", r)
			}
			f := r.Fault
			if f.Code != tc.code || f.Step != tc.step || f.Claim != tc.claim {
				t.Errorf("%s at %s, claim %q", f.Code, f.Step, f.Claim)
			}
			if !strings.Contains(f.Expected, tc.expected) || !strings.Contains(f.Got, tc.got) || !strings.Contains(f.Command, tc.run) {
				t.Errorf("expected %q, got %q, command %q", f.Expected, f.Got, f.Command)
			}
			if (f.Drift != "") != tc.drift {
				t.Errorf("drift %q", f.Drift)
			}
			if last := r.Steps[len(r.Steps)-1]; last.Name != tc.step || last.State != doctor.Failed {
				t.Errorf("the last step is %+v", last)
			}
			if strings.Contains(f.Command, "\n") {
				t.Errorf("more than one command: %q", f.Command)
			}
		})
	}
}

// TestWithoutRights: the provider may not be read, so the message and the token alone must do.
func TestWithoutRights(t *testing.T) {
	t.Parallel()
	c := newCrossing(t)
	c.ports.Provider = func(context.Context) (*trust.Provider, error) { return nil, errors.New("no right") }
	c.ports.Exchange = func(context.Context, bridge.Assertion) (bridge.Lease, error) {
		return bridge.Lease{}, denied(bridge.HopSTS, "unauthorized_client", 400, "google sts refused the assertion: unauthorized_client: The given credential is rejected by the attribute condition.")
	}
	r := c.walk()
	if r.Fault == nil || r.Fault.Code != "LB4046" || r.Fault.Step != "sts" || !strings.Contains(r.Fault.Drift, "would have taken this assertion") || r.Fault.Command != "landbridge setup apply" {
		t.Errorf("%+v", r.Fault)
	}
	if i := slices.IndexFunc(r.Steps, func(s doctor.StepReport) bool { return s.Name == "provider" }); i < 0 || r.Steps[i].State != doctor.Unknown {
		t.Errorf("%+v", r.Steps)
	}
	// The same refusal, and the file's own provider refuses too: then the claim is known from it.
	c.claims["kubernetes.io"] = map[string]any{"namespace": "other"}
	r = c.walk()
	if r.Fault.Drift != "" || r.Fault.Claim != "condition" || r.Fault.Expected != condition {
		t.Errorf("%+v", r.Fault)
	}
	c.subject.Expect = nil
	if r = c.walk(); r.Fault.Code != "LB4046" || r.Fault.Command == "" {
		t.Errorf("%+v", r.Fault)
	}
}

// TestPrivateIssuer: this machine cannot read the keys, Google can: a warning, not a fault.
func TestPrivateIssuer(t *testing.T) {
	t.Parallel()
	c := newCrossing(t)
	c.ports.Keys = trust.Published{}
	r := c.walk()
	if !r.OK || len(r.Warnings) != 1 || r.Warnings[0].Code != "issuer_unread" {
		t.Errorf("%+v %+v", r.Fault, r.Warnings)
	}
}

func TestEntraRoute(t *testing.T) {
	t.Parallel()
	c := newCrossing(t)
	c.subject.ClientID, c.subject.Identity, c.subject.ResourceGroup = "client", "vertex", "bridge"
	c.claims["aud"] = trust.ExchangeAudience
	c.ports.Provider = nil
	creds := []trust.FederatedCredential{{Name: "aks", Issuer: issuer, Subject: "system:serviceaccount:demo:vertex-caller", Audiences: []string{trust.ExchangeAudience}}}
	c.ports.Credentials = func(context.Context) ([]trust.FederatedCredential, error) { return creds, nil }
	c.ports.Entra = func(_ context.Context, a bridge.Assertion) (bridge.Assertion, error) { return a, nil }
	if r := c.walk(); !r.OK || len(r.Warnings) != 0 {
		t.Errorf("%+v %+v", r.Fault, r.Warnings)
	}
	creds[0].Subject = "system:serviceaccount:demo:other"
	r := c.walk()
	if r.Fault == nil || r.Fault.Code != "LB2016" || r.Fault.Step != "credential" || r.Fault.Claim != "credential" || !strings.Contains(r.Fault.Got, "vertex-caller") {
		t.Errorf("%+v", r.Fault)
	}
	// Without the right to read them, Entra's own words do.
	c.ports.Credentials = nil
	c.ports.Entra = func(context.Context, bridge.Assertion) (bridge.Assertion, error) {
		return bridge.Assertion{}, denied(bridge.HopEntra, "AADSTS700213", 401, "entra refused: AADSTS700213: No matching federated identity record found for presented assertion subject 'system:serviceaccount:demo:vertex-caller'. Check it")
	}
	r = c.walk()
	if r.Fault == nil || r.Fault.Code != "LB2016" || r.Fault.Step != "entra" || !strings.Contains(r.Fault.Command, "--identity-name vertex --resource-group bridge --subject system:serviceaccount:demo:vertex-caller") {
		t.Errorf("%+v", r.Fault)
	}
}

// TestWayBack ends at Entra: the steps on Google's side are left out.
func TestWayBack(t *testing.T) {
	t.Parallel()
	c := newCrossing(t)
	home := c.ports.Home
	c.ports = doctor.Ports{Clock: c.ports.Clock, Home: home, Entra: func(_ context.Context, a bridge.Assertion) (bridge.Assertion, error) { return a, nil }}
	c.claims["aud"] = trust.ExchangeAudience
	r := c.walk()
	if !r.OK || len(r.Steps) != 2 || r.Steps[1].Name != "entra" {
		t.Errorf("%+v", r)
	}
}

func TestWarnings(t *testing.T) {
	t.Parallel()
	c := newCrossing(t)
	c.claims["exp"] = c.now.Add(time.Hour).Unix()
	c.claims["aud"] = trust.ExchangeAudience
	c.provider.OIDC.AllowedAudiences = []string{trust.ExchangeAudience}
	c.ports.Date = func(context.Context) (time.Time, error) { return c.now.Add(-time.Minute), nil }
	r := c.walk()
	var codes []string
	for _, w := range r.Warnings {
		codes = append(codes, w.Code)
	}
	slices.Sort(codes)
	if diff := cmp.Diff([]string{"clock_skew", "drift", "shared_audience", "shared_audience", "short_token"}, codes); diff != "" || !r.OK {
		t.Errorf("%s\n%+v", diff, r.Fault)
	}
}
