package googleapi_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/sandbox/googleapi"
	"github.com/landbridge/landbridge/internal/sandbox/issuers"
	"github.com/landbridge/landbridge/internal/sandbox/world"
	"github.com/landbridge/landbridge/internal/trust"
)

const (
	cloudPlatform = "https://www.googleapis.com/auth/cloud-platform"
	issuer        = "https://cluster.example/t/c/"
	pool          = "projects/1234567890/locations/global/workloadIdentityPools/azure"
	provider      = pool + "/providers/cluster"
	principal     = "principal://iam.googleapis.com/" + pool + "/subject/system:serviceaccount:demo:app"
	account       = "caller@demo.iam.gserviceaccount.com"
	middle        = "middle@demo.iam.gserviceaccount.com"
	target        = "target@demo.iam.gserviceaccount.com"
	vertexPath    = "/v1/projects/demo/locations/us-central1"
	flash         = vertexPath + "/publishers/google/models/flash"
	endpoint      = vertexPath + "/endpoints/77"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// google is the APIs over a small world at noon.
type google struct {
	*testing.T
	world *world.World
	api   *googleapi.API
}

func newGoogle(t *testing.T) *google {
	t.Helper()
	w := world.New(func() time.Time { return noon })
	w.AddCluster(world.Cluster{Name: "c", Issuer: issuer, Accounts: map[string]bool{"demo/app": true}})
	w.AddProject(world.Project{
		ID: "demo", Number: "1234567890", Billing: true,
		Services:  map[string]bool{"aiplatform.googleapis.com": true, "iamcredentials.googleapis.com": true, "cloudresourcemanager.googleapis.com": true, "iam.googleapis.com": true},
		Models:    map[string]bool{"publishers/google/models/flash": true, "publishers/google/models/text-embedding": true, "publishers/anthropic/models/claude@1": true},
		Endpoints: map[string]bool{"locations/us-central1/endpoints/77": true},
		Policy: world.Policy{Bindings: []world.Binding{
			{Role: "roles/aiplatform.user", Members: []string{"serviceAccount:" + account, principal}},
			{Role: "roles/resourcemanager.projectIamAdmin", Members: []string{"serviceAccount:" + target}},
		}},
	})
	w.AddServiceAccount(world.ServiceAccount{
		Email: account, UniqueID: "1001", ProjectID: "demo",
		Policy: world.Policy{Bindings: []world.Binding{{Role: "roles/iam.workloadIdentityUser", Members: []string{principal}}}},
	})
	w.AddServiceAccount(world.ServiceAccount{
		Email: middle, UniqueID: "1002", ProjectID: "demo",
		Policy: world.Policy{Bindings: []world.Binding{{Role: "roles/iam.serviceAccountTokenCreator", Members: []string{principal}}}},
	})
	w.AddServiceAccount(world.ServiceAccount{
		Email: target, UniqueID: "1003", ProjectID: "demo",
		Policy: world.Policy{Bindings: []world.Binding{{Role: "roles/iam.serviceAccountTokenCreator", Members: []string{"serviceAccount:" + middle}}}},
	})
	w.SetInstance(world.Instance{Name: "vm", ID: "42", Zone: "us-central1-b", ProjectID: "demo", Account: account, Scopes: []string{cloudPlatform}})
	w.AddPool(world.Pool{Name: pool, Providers: map[string]trust.Provider{provider: {
		Name: provider, OIDC: trust.OIDC{IssuerURI: issuer},
		AttributeMapping: map[string]string{"google.subject": "assertion.sub", "attribute.namespace": "assertion['kubernetes.io']['namespace']"},
	}}})
	return &google{t, w, googleapi.New(w, googleapi.Options{Keys: issuers.New(w, nil)})}
}

// do makes a call; headers are "Name: value".
func (g *google) do(method, url, body string, headers ...string) *httptest.ResponseRecorder {
	g.Helper()
	r := httptest.NewRequestWithContext(g.Context(), method, url, strings.NewReader(body))
	if !strings.HasPrefix(url, "http") {
		r.Host = "127.0.0.1:8080"
	}
	r.Header.Set("Content-Type", "application/json")
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	rec := httptest.NewRecorder()
	g.api.ServeHTTP(rec, r)
	return rec
}

// assertion is a projected token with some life left at noon.
func (g *google) assertion(left time.Duration) string {
	g.Helper()
	token, err := g.cluster().Keys.Sign(map[string]any{
		"iss": issuer, "sub": "system:serviceaccount:demo:app", "aud": "https://iam.googleapis.com/" + provider,
		"iat": noon.Add(-time.Hour).Unix(), "exp": noon.Add(left).Unix(), "kubernetes.io": map[string]any{"namespace": "demo"},
	})
	if err != nil {
		g.Fatal(err)
	}
	return token
}

func (g *google) cluster() world.Cluster {
	c, err := g.world.Cluster(issuer)
	if err != nil {
		g.Fatal(err)
	}
	return c
}

// federated and serviceAccount are the Authorization headers of a token that was given out.
func (g *google) federated() string {
	return g.grant(world.Grant{Principal: principal, Members: []string{principal, "principalSet://iam.googleapis.com/" + pool + "/*"}, Project: "1234567890"})
}

func (g *google) serviceAccount(email string) string {
	return g.grant(world.Grant{Principal: bridge.Principal(email), Members: []string{"serviceAccount:" + email}, Project: "demo"})
}

func (g *google) grant(grant world.Grant) string {
	if grant.Scopes == nil {
		grant.Scopes = []string{cloudPlatform}
	}
	if grant.Expiry.IsZero() {
		grant.Expiry = noon.Add(time.Hour)
	}
	return "Authorization: Bearer " + g.world.Issue(grant).Reveal()
}

// refusal is what matters of Google's error JSON.
type refusal struct {
	Code           int
	Status, Reason string
	Message        string
}

func (g *google) refusal(rec *httptest.ResponseRecorder) refusal {
	g.Helper()
	var body struct {
		Error struct {
			Code            int
			Message, Status string
			Details         []struct{ Reason string }
		}
	}
	raw := strings.TrimSpace(rec.Body.String())
	raw = strings.TrimSuffix(strings.TrimPrefix(raw, "["), "]") // a stream's error is in an array
	if err := json.Unmarshal([]byte(raw), &body); err != nil {
		g.Fatalf("not an error body: %v\n%s", err, rec.Body)
	}
	if body.Error.Code != rec.Code {
		g.Errorf("the body says %d, the status line %d", body.Error.Code, rec.Code)
	}
	out := refusal{Code: body.Error.Code, Status: body.Error.Status, Message: body.Error.Message}
	for _, d := range body.Error.Details {
		if d.Reason != "" {
			out.Reason = d.Reason
		}
	}
	return out
}

// into reads a good answer.
func (g *google) into(rec *httptest.ResponseRecorder, out any) {
	g.Helper()
	if rec.Code != http.StatusOK {
		g.Fatalf("status %d: %s", rec.Code, rec.Body)
	}
	if err := json.Unmarshal(rec.Body.Bytes(), out); err != nil {
		g.Fatalf("%v in %s", err, rec.Body)
	}
}
