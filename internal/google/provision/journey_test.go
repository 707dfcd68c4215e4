package provision_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/estate"
	"github.com/landbridge/landbridge/internal/google"
	"github.com/landbridge/landbridge/internal/sandbox/world"
	"github.com/landbridge/landbridge/internal/wire"
)

// TestFromEmptyToCrossing sets up an empty project thing by thing, crosses with a real token of the cluster's, sees a
// propagation through, and takes everything away again.
func TestFromEmptyToCrossing(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	for _, api := range []string{"aiplatform", "iamcredentials", "sts"} {
		c.write(&estate.Service{Project: project, Name: api + ".googleapis.com", Enabled: true})
	}
	c.pool()
	p := provider()
	p.Issuer = c.profile.Azure.ClusterIssuer
	p.Condition = "assertion.sub == '" + c.profile.Azure.Subject + "'"
	name := c.write(p).Outputs["name"]
	role := &estate.Role{Project: project, ID: "caller", Title: "Caller", Permissions: []string{"aiplatform.endpoints.predict"}}
	c.write(role)
	account := &estate.Account{Project: project, ID: "vertex-caller"}
	c.write(account)
	member := "principal://iam.googleapis.com/projects/" + number + "/locations/global/workloadIdentityPools/azure/subject/" + c.profile.Azure.Subject
	use := &estate.Grants{Account: account.Email(), Grants: []estate.Grant{{Role: "roles/iam.workloadIdentityUser", Member: member}}}
	c.write(use)
	call := &estate.Grants{Project: project, Grants: []estate.Grant{{Role: role.Name(), Member: "serviceAccount:" + account.Email()}}}
	c.world.SetPace(world.Pace{IAM: time.Hour})
	c.write(call)

	exchange, err := google.NewExchange(google.ExchangeOptions{
		Wire: wire.New(wire.Options{NoProxy: true}), Clock: time.Now, Provider: "//iam.googleapis.com/" + name, ServiceAccount: account.Email(),
		STSEndpoint: c.profile.HTTP, IAMEndpoint: c.profile.HTTP,
	})
	if err != nil {
		t.Fatal(err)
	}
	assertion, _, err := c.sandbox.Mint([]string{exchange.AssertionAudience()}, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	lease, err := exchange.Exchange(t.Context(), bridge.Assertion{Token: bridge.NewSecret(assertion), Type: bridge.JWT}, bridge.LeaseRequest{})
	if err != nil {
		t.Fatalf("%v; %s", err, bridge.HintOf(err))
	}
	held := func() []string {
		held, err := c.TestPermissions(t.Context(), project, role.Permissions, lease.Token)
		if err != nil {
			t.Fatal(err)
		}
		return held
	}
	if got := held(); got != nil {
		t.Errorf("before the grant spread: %v", got)
	}
	c.world.SetPace(world.Pace{})
	c.remove(call)
	c.write(call)
	if diff := cmp.Diff(role.Permissions, held()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if status := c.ask(lease.Token); status != http.StatusOK {
		t.Errorf("the model answered %d", status)
	}
	for _, spec := range []estate.Spec{call, use, role, account, p, &estate.Pool{Project: number, ID: "azure"}} {
		c.remove(spec)
		if live := c.read(spec); live.Exists() && spec.Kind() != estate.KindGrants {
			t.Errorf("%s is still there", spec.Kind())
		}
	}
	if status := c.ask(lease.Token); status != http.StatusUnauthorized {
		t.Errorf("after the account went the model answered %d", status)
	}
}

// ask puts a question to the model in the empty project.
func (c *cloud) ask(token bridge.Secret) int {
	c.Helper()
	ctx, cancel := context.WithTimeout(c.Context(), 10*time.Second)
	defer cancel()
	target, err := url.JoinPath(c.profile.Google.VertexURL, "/v1/projects/"+project+"/locations/us-central1/publishers/google/models/"+c.profile.Google.Model)
	if err != nil {
		c.Fatal(err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, target+":generateContent", strings.NewReader(`{"contents":{"role":"user","parts":{"text":"Name three bridges"}}}`))
	if err != nil {
		c.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token.Reveal())
	resp, err := c.calls.RoundTrip(req)
	if err != nil {
		c.Fatal(err)
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}
