package googleadmin_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/sandbox/googleadmin"
	"github.com/landbridge/landbridge/internal/sandbox/googleapi"
	"github.com/landbridge/landbridge/internal/sandbox/issuers"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

const (
	pools    = "/v1/projects/demo/locations/global/workloadIdentityPools"
	byNumber = "projects/1234567890/locations/global/workloadIdentityPools"
	issuer   = "https://cluster.example/t/c/"
	good     = `{"oidc":{"issuerUri":"` + issuer + `"},"attributeMapping":{"google.subject":"assertion.sub"}}`
)

// google is the admin APIs over a small world whose clock the test moves.
type google struct {
	*testing.T
	world *world.World
	api   *googleapi.API
	now   time.Time
}

func newGoogle(t *testing.T) *google {
	t.Helper()
	g := &google{T: t, now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}
	g.world = world.New(func() time.Time { return g.now })
	services := map[string]bool{"iam.googleapis.com": true, "serviceusage.googleapis.com": true}
	g.world.AddProject(world.Project{
		ID: "demo", Number: "1234567890", Billing: true, Services: services,
		Policy: world.Policy{Bindings: []world.Binding{{Role: "roles/owner", Members: []string{"user:owner"}}, {Role: "roles/viewer", Members: []string{"user:viewer"}}}},
	})
	g.world.AddCluster(world.Cluster{Name: "c", Issuer: issuer, Accounts: map[string]bool{"demo/app": true}})
	g.api = googleapi.New(g.world, googleapi.Options{Keys: issuers.New(g.world, nil)})
	googleadmin.Mount(g.api, g.world)
	return g
}

// as makes a call as somebody; the body of the answer leaves with its status.
func (g *google) as(who, call, body string) (int, map[string]any) {
	g.Helper()
	method, path, _ := strings.Cut(call, " ")
	r := httptest.NewRequestWithContext(g.Context(), method, path, strings.NewReader(body))
	r.Host = "127.0.0.1:8080"
	r.Header.Set("Content-Type", "application/json")
	token := g.world.Issue(world.Grant{Members: []string{"user:" + who}, Scopes: []string{"https://www.googleapis.com/auth/cloud-platform"}, Expiry: g.now.Add(time.Hour)})
	r.Header.Set("Authorization", "Bearer "+token.Reveal())
	rec := httptest.NewRecorder()
	g.api.ServeHTTP(rec, r)
	var out map[string]any
	if err := json.Unmarshal(rec.Body.Bytes(), &out); err != nil {
		g.Fatalf("%s: %v in %s", call, err, rec.Body)
	}
	return rec.Code, out
}

// ok is a call of the owner's that must succeed.
func (g *google) ok(call, body string) map[string]any {
	g.Helper()
	status, out := g.as("owner", call, body)
	if status != http.StatusOK {
		g.Fatalf("%s: %d %v", call, status, out)
	}
	return out
}

// refusal is a call's refusal as "STATUS: message".
func (g *google) refusal(who, call, body string) string {
	g.Helper()
	status, out := g.as(who, call, body)
	e, _ := out["error"].(map[string]any)
	if e == nil {
		g.Fatalf("%s: %d %v", call, status, out)
	}
	return e["status"].(string) + ": " + e["message"].(string)
}

func decode(g *google, rec *httptest.ResponseRecorder, into any) {
	g.Helper()
	if err := json.Unmarshal(rec.Body.Bytes(), into); err != nil {
		g.Fatalf("%v in %s", err, rec.Body)
	}
}
