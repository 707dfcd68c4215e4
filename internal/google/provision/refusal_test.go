package provision_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/estate"
	"github.com/landbridge/landbridge/internal/google/provision"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// TestRefusals provokes each refusal, and wants Google's words and the next step.
func TestRefusals(t *testing.T) {
	t.Parallel()
	refusedKeys := provider()
	refusedKeys.JWKS = `{"keys":[{"kty":"OKP","kid":"a","crv":"Ed25519","x":"AA"}]}`
	plain := provider()
	plain.Issuer = "http://issuer.example/"
	vertex := &estate.Service{Project: project, Name: "aiplatform.googleapis.com", Enabled: true}
	account := &estate.Account{Project: project, ID: "vertex-caller"}
	change := func(edit func(*world.Project)) func(*cloud) {
		return func(c *cloud) { _ = c.world.UpdateProject(project, edit) }
	}
	role := func(role string) func(*cloud) {
		return func(c *cloud) {
			_, err := c.world.SetProjectPolicy(project, world.Policy{Bindings: []world.Binding{{Role: role, Members: []string{"user:operator@landbridge.example"}}}})
			if err != nil {
				c.Fatal(err)
			}
		}
	}
	for _, tc := range []struct {
		name       string
		before     func(*cloud)
		want       estate.Spec
		code       string
		text, hint string // parts
		retry      bool
	}{
		{
			"row 50", change(func(p *world.Project) { p.Issuers = []string{"https://other.example"} }), provider(), "ORG_POLICY_VIOLATED",
			"google refused to create the provider aks-prod of the pool azure: FAILED_PRECONDITION: Precondition check failed. Org Policy violated for value: '" + issuer + "'.",
			"gcloud resource-manager org-policies describe constraints/iam.workloadIdentityPoolProviders --effective --project " + number, false,
		},
		{"row 51, issuer", nil, plain, "INVALID_ARGUMENT", "Invalid OIDC issuer URI. The scheme must be https.", "must be an https URL", false},
		{"row 51, keys", nil, refusedKeys, "INVALID_ARGUMENT", "Input jwks contains corrupted key material", "kubectl get --raw /openid/v1/jwks", false},
		{"an API that is off", change(func(p *world.Project) { delete(p.Services, "iam.googleapis.com") }), account, "SERVICE_DISABLED", "has not been used in project " + number, "gcloud services enable iam.googleapis.com --project " + number, false},
		{"no billing", change(func(p *world.Project) { p.Billing = false }), vertex, "UREQ_PROJECT_BILLING_NOT_FOUND", "Billing account for project '" + number + "' is not found", "gcloud billing projects link " + project, false},
		{"the quota of accounts", func(c *cloud) {
			change(func(p *world.Project) { p.MaxAccounts = 1 })(c)
			c.write(&estate.Account{Project: project, ID: "the-first-one"})
		}, account, "RESOURCE_EXHAUSTED", "Maximum number of service accounts on project reached.", "raise the quota", false},
		{"no such API", nil, &estate.Service{Project: project, Name: "none.googleapis.com", Enabled: true}, "SERVICE_CONFIG_NOT_FOUND_OR_PERMISSION_DENIED", "Not found or permission denied for service(s): none.googleapis.com.", "serviceusage", false},
		{"not allowed to make providers", role("roles/viewer"), provider(), "IAM_PERMISSION_DENIED", "Permission 'iam.workloadIdentityPoolProviders.create' denied", "--member user:YOU --role roles/iam.workloadIdentityPoolAdmin", false},
		{"not allowed to make accounts", role("roles/viewer"), account, "IAM_PERMISSION_DENIED", "Permission 'iam.serviceAccounts.create' denied", "--role roles/iam.serviceAccountAdmin", false},
		{"not allowed to make roles", role("roles/viewer"), &estate.Role{Project: project, ID: "caller", Title: "t"}, "IAM_PERMISSION_DENIED", "You don't have permission to create a role in projects/" + project, "--role roles/iam.roleAdmin", false},
		{"not allowed to switch on", role("roles/viewer"), vertex, "AUTH_PERMISSION_DENIED", "Permission denied to enable service [aiplatform.googleapis.com]", "--role roles/serviceusage.serviceUsageAdmin", false},
		{"not allowed to grant", role("roles/viewer"), &estate.Grants{Project: project, Grants: []estate.Grant{{Role: "roles/viewer", Member: "user:a@b.example"}}}, "IAM_PERMISSION_DENIED", "Permission 'resourcemanager.projects.setIamPolicy' denied", "--role roles/resourcemanager.projectIamAdmin", false},
		{"an account that is not known yet", nil, &estate.Grants{Project: project, Grants: []estate.Grant{{Role: "roles/viewer", Member: "serviceAccount:" + account.Email()}}}, "INVALID_ARGUMENT", "Service account " + account.Email() + " does not exist.", "in a minute", true},
		{"an id that is too short", nil, &estate.Account{Project: project, ID: "app"}, "INVALID_ARGUMENT", `The account ID "app" does not have a length between 6 and 30.`, "", false},
		{"throttled", func(c *cloud) {
			c.world.SetFault("iam", world.Fault{Status: 429, RetryAfter: 7 * time.Second})
		}, account, "RESOURCE_EXHAUSTED", "Resource exhausted", "by itself", true},
		{"an outage", func(c *cloud) { c.world.SetFault("iam", world.Fault{Status: 503}) }, account, "UNAVAILABLE", "The service is currently unavailable.", "", true},
		{"a proxy's page", func(c *cloud) { c.world.SetFault("iam", world.Fault{Status: 502, HTML: true}) }, account, "answer_not_google", "something that is not google answered 502", "HTTPS_PROXY", true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			c := newCloud(t)
			c.pool()
			if tc.before != nil {
				tc.before(c)
			}
			_, err := c.Write(t.Context(), setup, tc.want, estate.Live{})
			e := refused(t, err, tc.code)
			if !strings.Contains(e.Text, tc.text) {
				t.Errorf("text\n got %s\nwant %s", e.Text, tc.text)
			}
			if !strings.Contains(e.Hint, tc.hint) || tc.hint == "" && e.Hint != "" {
				t.Errorf("hint\n got %s\nwant %s", e.Hint, tc.hint)
			}
			if e.Retry != tc.retry {
				t.Errorf("retry is %v", e.Retry)
			}
			if tc.name == "throttled" && e.RetryAfter != 7*time.Second {
				t.Errorf("retry after %v", e.RetryAfter)
			}
		})
	}
}

func TestWrongTokens(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	dead := c.keeper(func(context.Context) (bridge.Secret, error) { return bridge.NewSecret("ya29.dead"), nil })
	_, err := dead.Read(t.Context(), &estate.Account{Project: project, ID: "vertex-caller"})
	if e := refused(t, err, "ACCESS_TOKEN_EXPIRED"); !strings.Contains(e.Hint, "gcloud auth") || strings.Contains(err.Error(), "ya29") {
		t.Errorf("%v; %s", err, e.Hint)
	}
	none := c.keeper(func(context.Context) (bridge.Secret, error) {
		return bridge.Secret{}, &bridge.Error{Kind: bridge.Usage, Code: "mine", Text: "nobody is signed in"}
	})
	_, err = none.Read(t.Context(), &estate.Project{ID: project})
	refused(t, err, "mine")
}

func TestEndpointsAreJudged(t *testing.T) {
	t.Parallel()
	token := func(context.Context) (bridge.Secret, error) { return bridge.NewSecret("t"), nil }
	for _, endpoint := range []string{"http://iam.example", "ftp://iam.example", "https://a:b@iam.example", "https://iam.example/?q", "iam.example", "https://iam.example", "https://googleapis.com.evil.example", "https://evilgoogleapis.com", "http://169.254.169.254", "http://iam.googleapis.com"} {
		_, err := provision.New(t.Context(), provision.Options{Token: token, Clock: time.Now, Endpoints: provision.Endpoints{IAM: endpoint}})
		refused(t, err, "endpoint_refused")
	}
	for _, endpoint := range []string{"", "https://iam.googleapis.com", "https://iam-team.p.googleapis.com/", "http://127.0.0.1:8080", "https://[::1]:8443"} {
		if _, err := provision.New(t.Context(), provision.Options{Token: token, Clock: time.Now, Endpoints: provision.Endpoints{IAM: endpoint}}); err != nil {
			t.Errorf("%s: %v", endpoint, err)
		}
	}
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	c.calls.before = func(*http.Request) error { return errors.New("connection reset by peer") }
	_, err := c.Read(t.Context(), &estate.Project{ID: project})
	if e := refused(t, err, "unreachable"); !e.Retry {
		t.Error("a reset is not for good")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = c.Read(ctx, &estate.Project{ID: project})
	if e := refused(t, err, "canceled"); e.Retry {
		t.Error("a cancelled call is repeated")
	}
}
